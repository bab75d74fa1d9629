//! What all calls have in common: which device calls whom by which way, and what is told afterwards.

use super::ending::{failure, fault, sentence};
use super::front::Front;
use crate::commands::psd::log_in::AsManager;
use crate::commands::psd::{Attached, refused};
use crate::failure::Failure;
use crate::output;
use line::Number;
use meter::calls::{self, CallFault, Called, End, Kept, Means, Modem, REDIAL_PAUSE_SECONDS};
use psd::{Block, SelfTest};
use psd_host::client::Client;
use serde::Serialize;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;
use terms::{Money, Registers, Serial};

/// Who calls whom, and how.
#[derive(clap::Args)]
pub struct Caller {
    #[command(flatten)]
    attached: Attached,
    /// What is kept between calls: the centre's number, the modem, a refill under way. It lies beside the pairing if
    /// not given, with .link for .pair.
    #[arg(long, value_name = "FILE")]
    settings: Option<PathBuf>,
    /// The centre's number, kept for later calls: tcp:host:port, tel:12345, modem:/dev/ttyS0,0,12345, file:/folder.
    #[arg(long, value_name = "NUMBER")]
    centre: Option<Number>,
    /// The modem for telephone numbers, kept for later calls: its device, and the prefix for an outside line if there
    /// is one, such as modem:/dev/ttyS0,0.
    #[arg(long, value_name = "DEVICE")]
    modem: Option<Modem>,
    /// How often a dial that failed is repeated; 3 if not given, and 0 with carried files.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u8).range(..=99))]
    redials: Option<u8>,
    /// The pause before each redial.
    #[arg(long, value_name = "SECONDS", default_value_t = REDIAL_PAUSE_SECONDS)]
    #[arg(value_parser = clap::value_parser!(u32).range(..=3600))]
    redial_pause: u32,
    /// How long each answer is waited for; 30 if not given, and a day with carried files.
    #[arg(long, value_name = "SECONDS", value_parser = clap::value_parser!(u32).range(1..=31_536_000))]
    answer_time: Option<u32>,
    /// Nobody asked for this call: tells the centre so, and tests the device where the call fails.
    #[arg(long)]
    automatic: bool,
    #[command(flatten)]
    manager: AsManager,
    /// One JSON document on stdout, of a call that failed too.
    #[arg(long)]
    json: bool,
}

/// A device and what is kept of its calls, while a command runs.
pub struct Session {
    client: Client,
    kept: Kept,
}

/// What is told of a call as one document.
#[derive(Serialize)]
struct Document {
    finish: &'static str,
    code: Option<u16>,
    sentence: String,
    /// How many transactions were begun.
    transactions: u32,
    /// The centre's number for the next call.
    centre: Option<String>,
    /// Whether the centre gave that number in this call.
    moved: bool,
    self_test: Option<SelfTest>,
    /// How the device stands afterwards; nothing where it could not be asked.
    meter: Option<Meter>,
}

#[derive(Serialize)]
struct Meter {
    serial: Serial,
    #[serde(flatten)]
    registers: Registers,
    last_grant: u64,
    last_order: u64,
    has_next_codeword: bool,
    block: Option<Block>,
}

impl Caller {
    /// Whether the command runs the device itself.
    pub fn runs_device(&self) -> bool {
        self.attached.device().is_run_here()
    }

    fn settings(&self) -> Result<PathBuf, Failure> {
        let beside = || self.attached.pairing().map(|pairing| pairing.with_extension("link"));
        let needed = || Failure::usage("--settings or --pairing is needed with --socket");
        self.settings.clone().or_else(beside).ok_or_else(needed)
    }

    /// With what a call to or from this number is made.
    fn means(&self, number: &Number, kept: &Kept) -> Means {
        let seconds = |seconds: u32| Duration::from_secs(seconds.into());
        let usual = Means::usual(number, kept.modem());
        Means {
            answer_limit: self.answer_time.map_or(usual.answer_limit, seconds),
            redials: self.redials.unwrap_or(usual.redials),
            redial_pause: seconds(self.redial_pause),
            automatic: self.automatic,
            ..usual
        }
    }
}

impl Session {
    /// Reads what is kept, keeps what the command line says, connects to the device and logs in who is to be.
    pub fn open(caller: &Caller) -> Result<Session, Failure> {
        let mut session = Session::open_to_listen(caller)?;
        session.kept.centre().map_err(fault)?;
        caller.manager.log_in(&mut session.client, caller.attached.device())?;
        Ok(session)
    }

    /// The same for a call that others make, for which nobody has to log in.
    pub fn open_to_listen(caller: &Caller) -> Result<Session, Failure> {
        let mut kept = Kept::open(&caller.settings()?).map_err(fault)?;
        kept.set(caller.centre.as_ref(), caller.modem.as_ref()).map_err(fault)?;
        let mut client = caller.attached.device().connect()?;
        // A device that refuses the connection says so before anybody is called or waited for.
        client.hello().map_err(refused)?;
        Ok(Session { client, kept })
    }

    /// With what the centre is called.
    pub fn means(&self, caller: &Caller) -> Result<Means, Failure> {
        let centre = self.kept.centre().map_err(fault)?;
        Ok(caller.means(centre, &self.kept))
    }

    /// With what a call is answered here.
    pub fn answering_means(&self, caller: &Caller, listen: &Number) -> Means {
        caller.means(listen, &self.kept)
    }

    /// Makes calls while it is shown how they go.
    pub fn with_front(
        &mut self,
        caller: &Caller,
        work: impl FnOnce(&mut calls::Caller<'_>) -> Result<Called, CallFault>,
    ) -> Result<Called, Failure> {
        let mut front = Front::new(&caller.attached);
        work(&mut calls::Caller::new(&mut self.client, &mut self.kept, &mut front)).map_err(fault)
    }

    /// The modem to be called at.
    pub fn modem(&self) -> Option<&Modem> {
        self.kept.modem()
    }

    /// Tells how a call went. What became of a refill need then be told no more, unless nobody is there to read it.
    pub fn tell(mut self, caller: &Caller, called: Called) -> Result<ExitCode, Failure> {
        let meter = self.meter();
        let failure = failure(&called.end);
        if caller.json {
            output::json(&self.document(&called, meter))?;
        } else if failure.is_none() {
            output::line(&words(&called.end, meter.as_ref()))?;
        }
        self.kept.told(&called, caller.automatic).map_err(fault)?;
        failure.map_or(Ok(ExitCode::SUCCESS), Err)
    }

    fn document(&self, called: &Called, meter: Option<Meter>) -> Document {
        Document {
            finish: called.end.name(),
            code: called.end.code(),
            sentence: sentence(&called.end),
            transactions: called.transactions,
            centre: self.kept.centre().ok().map(Number::to_string),
            moved: called.has_moved,
            self_test: called.self_test,
            meter,
        }
    }

    fn meter(&mut self) -> Option<Meter> {
        let status = self.client.status().ok()?;
        Some(Meter {
            serial: status.serial,
            registers: status.registers,
            last_grant: status.last_grant,
            last_order: status.last_order,
            has_next_codeword: status.has_next_codeword,
            block: status.block.filter(|block| *block != Block::Inactive),
        })
    }
}

fn words(end: &End, meter: Option<&Meter>) -> String {
    let mut words = sentence(end);
    if let Some(meter) = meter {
        let credit: Money = meter.registers.r1;
        words.push_str(&format!("; credit {credit}, last grant {}", meter.last_grant));
        if meter.has_next_codeword {
            words.push_str("; the codeword for an opening is there");
        }
    }
    words
}
