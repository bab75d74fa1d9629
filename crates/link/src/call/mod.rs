//! A call between meter and centre (EP 0 660 269, Fig. 3a and 3b; [70]-[98], [143]-[147]).
//!
//! ```text
//! meter                                        centre
//! opening: PAN, report, trigger     ────────►  who is it, is it plausible
//!                                   ◄────────  preamble: ok | new number, in clear | refused
//! begin: what is asked for          ────────►  check, book
//!                                   ◄────────  data: credit, orders | refused
//! durable, then confirm: report     ────────►  durable
//!                                   ◄────────  end
//! begin, or hang up
//! ```
//!
//! The source carries a transaction out only after the end message. Here the device commits what it was given before it
//! confirms, and the end message only closes the transaction: a lost one costs nobody a refill.
//!
//! Three machines share a call: [`DeviceCall`], the end in the security device, which alone can read and write what is
//! sealed; [`MeterCall`], the control unit, which dials and carries; and [`CentreCall`]. None of them has a clock, a
//! socket or memory that outlives it. What always holds: what an opening says is believed only after the begin message
//! has shown that it is no recording; of a call that ends anywhere, money is settled by the next one.

pub mod centre;
mod channel;
mod device;
mod frame;
mod message;
pub mod meter;

pub use centre::CentreCall;
pub use channel::{Nonce, Unreadable};
pub use device::{CallBackAnswer, CallError, CallHands, CallOutcome, DeviceCall};
pub use frame::{FRAME_BYTES_MAX, Frame, FrameError, Kind};
pub use message::{
    Ask, Begin, CallBackRequest, Confirm, Credit, Data, End, FromCentre, FromMeter, NUMBER_BYTES_MAX, Number,
    NumberError, ORDERS_MAX, Opening, Preamble, Refused, Trigger, WORK_BYTES_MAX, Work,
};
pub use meter::{CallPlan, MeterCall};
