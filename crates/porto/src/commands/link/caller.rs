//! What all calls have in common: which device calls whom by which way, and what is told afterwards.

use super::call::{self, Called, Means};
use super::ending::End;
use super::front::Front;
use super::kept::{Kept, Modem};
use crate::commands::psd::log_in::AsManager;
use crate::commands::psd::{Attached, refused};
use crate::failure::Failure;
use crate::output;
use line::{Number, Times};
use link::call::{Ask, CallPlan, Number as Dialled, Trigger};
use psd::{Block, SelfTest};
use psd_host::client::Client;
use serde::Serialize;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;
use terms::{Money, Registers, Serial};

/// How long an answer is waited for on a line.
const ANSWER_SECONDS: u32 = 30;
/// The same where somebody carries it.
const CARRIED_SECONDS: u32 = 24 * 60 * 60;
/// Redials, where nothing else is said. A carried call is not begun anew by itself.
const REDIALS: u8 = 3;

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
    #[arg(long, value_name = "SECONDS", default_value_t = 5, value_parser = clap::value_parser!(u32).range(..=3600))]
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
    serial: Serial,
    moved: bool,
    asked_refill: bool,
    self_test: Option<SelfTest>,
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
    pub fn means(&self, number: &Number, kept: &Kept) -> Means {
        let is_carried = matches!(number, Number::Files { .. });
        let answer_seconds = if is_carried { CARRIED_SECONDS } else { ANSWER_SECONDS };
        let seconds = |seconds: u32| Duration::from_secs(seconds.into());
        let own = kept.modem().map(Modem::number);
        let dial = move |number: &Number| {
            let number = own.as_ref().map_or_else(|| number.clone(), |own| number.through(own));
            line::dial(&number, &Times::default())
        };
        Means {
            dial: Arc::new(dial),
            answer_limit: seconds(self.answer_time.unwrap_or(answer_seconds)),
            redial_pause: seconds(self.redial_pause),
            automatic: self.automatic,
        }
    }

    fn plan(&self, centre: &Number, asks: &[Ask]) -> Result<CallPlan, Failure> {
        let number: Dialled = centre.to_string().parse().map_err(Failure::usage)?;
        let is_carried = matches!(centre, Number::Files { .. });
        let mut plan = CallPlan {
            number,
            redials: self.redials.unwrap_or(if is_carried { 0 } else { REDIALS }),
            trigger: if self.automatic { Trigger::Automatic } else { Trigger::Manual },
            asks: Default::default(),
        };
        // No command has more than two.
        plan.asks.extend(asks.iter().cloned());
        Ok(plan)
    }
}

impl Session {
    /// Reads what is kept, keeps what the command line says, connects to the device and logs in who is to be.
    pub fn open(caller: &Caller) -> Result<Session, Failure> {
        let mut session = Session::open_to_listen(caller)?;
        session.kept.centre()?;
        caller.manager.log_in(&mut session.client, caller.attached.device())?;
        Ok(session)
    }

    /// The same for a call that others make, for which nobody has to log in.
    pub fn open_to_listen(caller: &Caller) -> Result<Session, Failure> {
        let mut kept = Kept::open(&caller.settings()?)?;
        kept.set(caller.centre.as_ref(), caller.modem.as_ref())?;
        let mut client = caller.attached.device().connect()?;
        let serial = client.hello().map_err(refused)?.serial;
        Ok(Session { client, kept, serial, moved: false, asked_refill: false, self_test: None })
    }

    /// Calls the centre for this.
    pub fn call(&mut self, caller: &Caller, asks: &[Ask]) -> Result<Called, Failure> {
        let centre = self.kept.centre()?.clone();
        let (plan, means) = (caller.plan(&centre, asks)?, caller.means(&centre, &self.kept));
        self.with_front(caller, |client, front| call::make(client, &means, front, plan))
    }

    /// Where a refill was asked for whose end nobody saw and its credit has come, only the centre is told.
    pub fn came_before(&mut self, caller: &Caller) -> Result<Option<Called>, Failure> {
        let last_grant = self.client.status().map_err(refused)?.last_grant;
        if !self.kept.has_come(self.serial, last_grant) {
            return Ok(None);
        }
        let mut called = self.call(caller, &[Ask::Contact])?;
        if called.end.is_done() || called.end.is_lines() {
            called.end = End::CameBefore(last_grant);
        }
        Ok(Some(called))
    }

    /// Does something with the device while its news are shown.
    pub fn with_front<T>(
        &mut self,
        caller: &Caller,
        work: impl FnOnce(&mut Client, &mut Front<'_>) -> Result<T, Failure>,
    ) -> Result<T, Failure> {
        let mut front = Front::new(&mut self.kept, self.serial, &caller.attached);
        let done = work(&mut self.client, &mut front);
        self.moved |= front.has_moved();
        self.asked_refill |= front.has_asked_refill();
        self.self_test = front.self_test().or(self.self_test);
        done
    }

    /// What is kept of the device's calls.
    pub fn kept(&self) -> &Kept {
        &self.kept
    }

    /// Tells how a call went. What became of a refill need then be told no more, unless nobody is there to read it.
    pub fn tell(mut self, caller: &Caller, called: Called) -> Result<ExitCode, Failure> {
        let meter = self.meter();
        let failure = called.end.failure();
        if caller.json {
            output::json(&self.document(&called, meter))?;
        } else if failure.is_none() {
            output::line(&words(&called.end, meter.as_ref()))?;
        }
        let tells_refill = self.asked_refill || matches!(called.end, End::CameBefore(_));
        if tells_refill || (called.end.is_done() && !caller.automatic) {
            self.kept.forget_refill()?;
        }
        failure.map_or(Ok(ExitCode::SUCCESS), Err)
    }

    fn document(&self, called: &Called, meter: Option<Meter>) -> Document {
        Document {
            finish: called.end.name(),
            code: called.end.code(),
            sentence: called.end.sentence(),
            transactions: called.transactions,
            centre: self.kept.centre().ok().map(Number::to_string),
            moved: self.moved,
            self_test: self.self_test,
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
    let mut words = end.sentence();
    if let Some(meter) = meter {
        let credit: Money = meter.registers.r1;
        words.push_str(&format!("; credit {credit}, last grant {}", meter.last_grant));
        if meter.has_next_codeword {
            words.push_str("; the codeword for an opening is there");
        }
    }
    words
}
