//! The device through its commands alone, on memories that can be cut, torn and damaged.

mod allocation;
mod attendance;
mod board;
mod call;
mod control_unit;
mod crash;
mod crash_commands;
mod damage;
mod desk;
mod firmware;
mod franking;
mod grants;
mod guard;
mod halted;
mod inspection;
mod lock;
mod medium;
mod meter;
mod monotone;
mod patience;
mod property;
mod schedules;
mod service;
mod supervision;
