//! `porto psd`: the postal security device, one module per command. Each speaks the device's protocol.

mod clear_tpm;
mod credit;
mod fetch;
mod fitting;
mod frank;
mod init;
mod inspect;
mod lock;
pub mod log_in;
mod order;
mod pair;
mod registers;
mod report;
mod self_test;
mod serve;
mod user;

use crate::failure::Failure;
use fitting::Fitting;
use psd_host::client::{Attendant, Client, ClientError};
use psd_host::{Equipment, HostError, pairing_path};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// What can be asked of a security device.
#[derive(clap::Subcommand)]
pub enum Command {
    /// Make a new memory file a meter's
    Init(init::Init),
    /// Take a grant of credit
    Grant(credit::Grant),
    /// Carry out a signed order of the centre
    Order(order::Order),
    /// Carry out an inspection: exchange symbols, cipher, packing, keys, seal
    Inspect(inspect::Inspect),
    /// Pair a running device with this computer
    Pair(pair::Pair),
    /// Test every part of the device
    SelfTest(self_test::SelfTest),
    /// Write the device's report for the centre
    Report(report::Report),
    /// Debit postage and print the indicia
    Frank(frank::Frank),
    /// Print an indicium of the last franking once more
    Fetch(fetch::Fetch),
    /// Show the registers
    Registers(registers::Registers),
    /// The customer's lock: what franking and refills depend on
    #[command(subcommand)]
    Lock(lock::Command),
    /// The users of the lock, as the system manager sees and sets them
    #[command(subcommand)]
    User(user::Command),
    /// Log a user in at a device that runs
    Login(log_in::LogIn),
    /// Log everybody out at a device that runs
    Logout(log_in::LogOut),
    /// Run a device for others to use, at a socket
    Serve(serve::Serve),
    /// Remove a former device from a TPM
    ClearTpm(clear_tpm::ClearTpm),
}

impl Command {
    /// Does it.
    pub fn run(self) -> Result<ExitCode, Failure> {
        match self {
            Command::Init(command) => command.run(),
            Command::Grant(command) => command.run(),
            Command::Order(command) => command.run(),
            Command::Inspect(command) => command.run(),
            Command::Pair(command) => command.run(),
            Command::SelfTest(command) => command.run(),
            Command::Report(command) => command.run(),
            Command::Frank(command) => command.run(),
            Command::Fetch(command) => command.run(),
            Command::Registers(command) => command.run(),
            Command::Lock(command) => command.run(),
            Command::User(command) => command.run(),
            Command::Login(command) => command.run(),
            Command::Logout(command) => command.run(),
            Command::Serve(command) => command.run(),
            Command::ClearTpm(command) => command.run(),
        }
    }
}

/// Which device, and what it is fitted with where this command runs it.
#[derive(clap::Args)]
pub struct Device {
    #[command(flatten)]
    place: Place,
    #[command(flatten)]
    fitting: Fitting,
}

/// Where the device is: in a file, to be run by this command, or at a socket, where it runs already.
#[derive(clap::Args)]
#[group(required = true, multiple = false)]
struct Place {
    /// The device's memory file, which no other process may have open; its key lies beside it as FILE.key.
    #[arg(long, value_name = "FILE")]
    memory: Option<PathBuf>,
    /// The socket of a device that `porto psd serve` runs.
    #[arg(long, value_name = "PATH")]
    socket: Option<PathBuf>,
}

/// Which device, for what only its control unit may ask.
#[derive(clap::Args)]
pub struct Attached {
    #[command(flatten)]
    device: Device,
    /// The pairing with the device, from `porto psd init` or `porto psd pair`; with --memory FILE it is FILE.pair if not
    /// given.
    #[arg(long, value_name = "FILE")]
    pairing: Option<PathBuf>,
}

impl Attached {
    /// The device.
    pub fn device(&self) -> &Device {
        &self.device
    }

    /// Where the pairing lies, if that is known.
    pub fn pairing(&self) -> Option<PathBuf> {
        self.pairing.clone().or(self.device.place.memory.as_deref().map(pairing_path))
    }

    /// A connection as the control unit.
    fn attach(&self) -> Result<Client, Failure> {
        let attendant = self.attendant()?;
        let mut client = self.device.connect()?;
        become_control_unit(&mut client, attendant)?;
        Ok(client)
    }

    /// Makes a connection the control unit's.
    pub fn attend(&self, client: &mut Client) -> Result<(), Failure> {
        become_control_unit(client, self.attendant()?)
    }

    fn attendant(&self) -> Result<Attendant, Failure> {
        let needed = || Failure::usage("--pairing is needed with --socket");
        let pairing = self.pairing().ok_or_else(needed)?;
        Attendant::read(&pairing, Path::new("/")).map_err(failure)
    }
}

fn become_control_unit(client: &mut Client, attendant: Attendant) -> Result<(), Failure> {
    client.attend(attendant);
    client.attach().map_err(refused)
}

impl Device {
    /// Whether a command runs the device itself.
    pub fn is_run_here(&self) -> bool {
        self.place.memory.is_some()
    }

    /// A connection for what anybody may ask.
    pub fn connect(&self) -> Result<Client, Failure> {
        let client = match (&self.place.memory, &self.place.socket) {
            (Some(memory), _) => Client::open(memory, &self.fitting.clone().or(Equipment::default())),
            (None, Some(_)) if !self.fitting.is_empty() => {
                return Err(Failure::usage("--sensor and --tpm go with --memory, or with `porto psd serve`"));
            }
            (None, Some(socket)) => Client::connect(socket),
            (None, None) => return Err(Failure::usage("either --memory or --socket is needed")),
        };
        client.map_err(refused)
    }
}

/// A refusal is status 1; a file that cannot be used is status 2.
pub fn failure(error: HostError) -> Failure {
    if error.is_refusal() { Failure::refused(error) } else { Failure::usage(error) }
}

/// The same for what a client says.
pub fn refused(error: ClientError) -> Failure {
    if error.is_refusal() { Failure::refused(error) } else { Failure::usage(error) }
}
