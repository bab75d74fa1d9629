//! What the machine shows: the display's lines, the lamps, what is set.

use super::{Routine, State};
use access::UserId;
use access::cards::CentreNumber;
use link::Block;
use serde::Serialize;
use terms::{Date, Money, Registers, Serial};

/// The lamps beside the display.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Lamps {
    /// The meter waits: sleeping mode, error overflow, a time lock.
    pub sleep: bool,
    /// It warns: the centre should be called, the credit is low.
    pub warn: bool,
    /// It does not frank.
    pub block: bool,
}

/// How the machine looks.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct View {
    /// What it does, in a word.
    pub state: &'static str,
    /// The same in a sentence.
    pub sentence: String,
    /// What it has to say beside that.
    pub message: String,
    /// Whether that is something that went wrong.
    pub is_bad: bool,
    /// The lamps.
    pub lamps: Lamps,
    /// Milliseconds until it goes on by itself, where it waits.
    pub waits_ms: Option<u64>,
    /// The meter.
    pub serial: Option<Serial>,
    /// The registers.
    pub registers: Option<Registers>,
    /// S.
    pub pieces_left: Option<u32>,
    /// Why the device does not frank.
    pub block: Option<Block>,
    /// The postage that is set.
    pub postage: Money,
    /// What it is for.
    pub product: Option<String>,
    /// The endorsement.
    pub endorsement: Option<String>,
    /// The date of the next imprint.
    pub date: Date,
    /// The cost centre.
    pub centre: Option<CentreNumber>,
    /// The cliché of the next imprint.
    pub cliche: Option<u16>,
    /// The text beside it.
    pub text: Option<String>,
    /// Who is logged in.
    pub user: Option<UserId>,
    /// Whether the system manager is.
    pub is_manager: bool,
    /// Letters of the series still to come.
    pub series: u32,
    /// Errors at the control unit and in the device.
    pub errors: u32,
}

impl Routine {
    /// How the machine looks now.
    pub fn view(&self) -> View {
        let standing = self.standing.as_ref();
        let status = standing.map(|standing| &standing.status);
        let entry = &self.entry;
        View {
            state: self.state_name(),
            sentence: self.state_sentence(),
            message: self.message.sentence.clone(),
            is_bad: self.message.is_bad,
            lamps: self.lamps(),
            waits_ms: match self.state {
                State::Waiting { until_ms, .. } => Some(until_ms.saturating_sub(self.now.ms)),
                _ => None,
            },
            serial: status.map(|status| status.serial),
            registers: status.map(|status| status.registers),
            pieces_left: status.and_then(|status| status.pieces_left),
            block: status.and_then(|status| status.block),
            postage: entry.postage,
            product: entry.product.clone(),
            endorsement: entry.endorsement.clone(),
            date: entry.date(self.now.today),
            centre: entry.centre,
            cliche: entry.cliche.or_else(|| self.desk.cliche_for(entry.centre)),
            text: entry.text.clone(),
            user: standing.and_then(|standing| standing.lock.first),
            is_manager: standing.is_some_and(|standing| standing.lock.is_manager_present),
            series: self.series,
            errors: self.errors.saturating_add(self.device_errors.total),
        }
    }

    fn lamps(&self) -> Lamps {
        let status = self.standing.as_ref().map(|standing| &standing.status);
        let is_blocked = status.is_some_and(|status| status.block.is_some());
        Lamps {
            sleep: matches!(self.state, State::Waiting { .. }) || self.is_spent(),
            warn: status.is_some_and(|status| status.warning.is_some())
                || (status.is_some() && self.credit() < self.settings.low_credit),
            block: is_blocked || matches!(self.state, State::Halted { .. } | State::Blocked { .. }),
        }
    }

    fn state_name(&self) -> &'static str {
        match self.state {
            State::Starting => "starting",
            State::Halted { .. } => "halted",
            State::Judging => "judging",
            State::Waiting { .. } => "waiting",
            State::Blocked { .. } => "blocked",
            State::Ready => "ready",
            State::Calling { .. } => "calling",
            State::Testing => "testing",
            State::Feeding => "feeding",
            State::Reserving(_) | State::Debiting(_) | State::Booking(_) | State::Releasing(_) => {
                "accounting"
            }
            State::Printing => "printing",
        }
    }

    /// What the next letter with a value waits for, as far as that is known before it comes.
    fn hindrance(&self) -> Option<String> {
        let lock = &self.standing.as_ref()?.lock;
        let is_alone = lock.settings.two_users && lock.second.is_none();
        if lock.settings.mode.asks_password() && (lock.first.is_none() || is_alone) {
            return Some("a user has to log in".into());
        }
        match self.desk.open() {
            Err(refusal) => Some(refusal.to_string()),
            Ok(()) => self.credit().is_zero().then(|| "there is no credit: refill".into()),
        }
    }

    pub(super) fn state_sentence(&self) -> String {
        match &self.state {
            State::Starting => "the meter starts".into(),
            State::Halted { sentence, .. } => format!("halted: {sentence}"),
            State::Judging => "the meter looks at its registers".into(),
            State::Waiting { why, .. } => (*why).into(),
            State::Blocked { block, .. } => block.sentence().into(),
            State::Ready => match self.standing.as_ref().and_then(|standing| standing.status.block) {
                Some(block) => block.sentence().into(),
                None => match self.hindrance() {
                    Some(sentence) => format!("ready, but {sentence}"),
                    None => "ready for a letter".into(),
                },
            },
            State::Calling { is_automatic: true } => "the meter calls the centre by itself".into(),
            State::Calling { .. } => "the meter calls the centre".into(),
            State::Feeding => "the next letter comes".into(),
            State::Testing => "the device tests its parts".into(),
            State::Reserving(_) | State::Debiting(_) | State::Booking(_) | State::Releasing(_) => {
                "an imprint is accounted for".into()
            }
            State::Printing => "a letter is printed".into(),
        }
    }
}
