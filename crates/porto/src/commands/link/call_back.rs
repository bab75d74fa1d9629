//! `porto link call-back` and `porto link listen`: credit in a call of the centre's own (GB 2 178 696, Fig. 4).

use super::caller::{Caller, Session};
use super::ending::fault;
use crate::failure::Failure;
use line::Number;
use link::call::Number as Dialled;
use meter::calls::{self, Reach, listening_place};
use std::process::ExitCode;
use std::time::Duration;
use terms::Money;

/// Asks the centre to call back with credit, hangs up, waits for its call, and takes the credit in that call. Where the
/// lock has a system manager, only he may ask.
#[derive(clap::Args)]
#[command(after_help = "Examples:\n  \
porto link call-back 5000 --own-number tcp:192.0.2.7:7081 --memory meter.psd --manager\n  \
porto link call-back 5000 --own-number tcp:mailroom.example:7081 --listen tcp:0.0.0.0:7081 --memory meter.psd\n  \
porto link call-back 5000 --own-number tel:67890 --modem modem:/dev/ttyS0,0 --memory meter.psd")]
pub struct CallBack {
    /// The amount in minor units.
    amount: Money,
    #[command(flatten)]
    waiting: Waiting,
    #[command(flatten)]
    caller: Caller,
}

/// Waits for a call of the centre that was asked for before, at a device that has run since: a device holds its request
/// for 15 minutes, and only while it runs.
#[derive(clap::Args)]
#[command(after_help = "Example:\n  \
porto link listen --own-number tcp:192.0.2.7:7081 --socket meter.sock --pairing meter.pair")]
pub struct Listen {
    #[command(flatten)]
    waiting: Waiting,
    #[command(flatten)]
    caller: Caller,
}

/// Where the centre calls, and how long it is waited for.
#[derive(clap::Args)]
struct Waiting {
    /// The meter's own number, as it is registered at the centre.
    #[arg(long, value_name = "NUMBER")]
    own_number: Dialled,
    /// Where to listen, if not at the own number: tcp:0.0.0.0:7081, modem:/dev/ttyS0, file:/folder.
    #[arg(long, value_name = "NUMBER")]
    listen: Option<Number>,
    /// How long to wait for the call; a device holds its request for 15 minutes.
    #[arg(long, value_name = "SECONDS", default_value_t = 600)]
    #[arg(value_parser = clap::value_parser!(u32).range(1..=86_400))]
    wait: u32,
}

impl CallBack {
    /// Does it.
    pub fn run(self) -> Result<ExitCode, Failure> {
        let mut session = Session::open(&self.caller)?;
        let (means, reach) = (session.means(&self.caller)?, self.waiting.reach(&self.caller, &session)?);
        let call_back = |calls: &mut calls::Caller<'_>| calls.call_back(&means, &reach, self.amount);
        let called = session.with_front(&self.caller, call_back)?;
        session.tell(&self.caller, called)
    }
}

impl Listen {
    /// Does it.
    pub fn run(self) -> Result<ExitCode, Failure> {
        if self.caller.runs_device() {
            return Err(Failure::usage(
                "a device that this command starts holds no request: use --socket, or `porto link call-back`",
            ));
        }
        let mut session = Session::open_to_listen(&self.caller)?;
        let reach = self.waiting.reach(&self.caller, &session)?;
        let called = session.with_front(&self.caller, |calls| calls.listen(&reach))?;
        session.tell(&self.caller, called)
    }
}

impl Waiting {
    /// Where to listen: as said, or at the own number, a telephone number by the modem.
    fn reach(&self, caller: &Caller, session: &Session) -> Result<Reach, Failure> {
        let own_number = self.own_number.clone();
        let listen = match &self.listen {
            Some(listen) => listen.clone(),
            None => listening_place(&own_number, session.modem()).map_err(fault)?,
        };
        let means = session.answering_means(caller, &listen);
        Ok(Reach { own_number, listen, wait: Duration::from_secs(self.wait.into()), means })
    }
}
