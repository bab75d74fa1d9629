//! How a meter stands, out of its folder: what may be shown of it.
//!
//! What always holds: neither a codeword nor what proves a call-back is taken over, not even in coded form; the seal's
//! number neither, which is given out by an act of its own that is on record.

use super::ServiceWord;
use crate::account::{Gone, Open, Opening, OpeningStage, Service, State};
use crate::books::Folder;
use crate::books::page::task_name;
use crate::decisions::Forecast;
use crate::dossier::{Dossier, Judged};
use link::{ErrorKind, Finding};
use serde::Serialize;
use std::collections::BTreeMap;
use terms::Registers;
use utoipa::ToSchema;

/// How a meter stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct MeterStanding {
    /// Rises with every change.
    pub version: u64,
    /// Whether it is in service.
    pub service: ServiceWord,
    /// Since when, where it is leaving, has left or is gone.
    pub service_ms: Option<i64>,
    /// `lost` or `dead`, where it is gone.
    pub gone: Option<String>,
    /// Who noted that it is gone.
    pub gone_by: Option<String>,
    /// Whether an operator wants it to frank no more.
    pub is_stopped: bool,
    /// The greatest amount of a refill.
    pub refill_max_minor: u64,
    /// Refills only where the centre has called back.
    pub call_back_only: bool,
    /// The number at which it is called back.
    pub registered: Option<String>,
    /// The least postage but zero.
    pub value_min_minor: u64,
    /// The greatest postage.
    pub value_max_minor: u64,
    /// How many days a date may lie ahead.
    pub days_ahead: u16,
    /// Its imprints are specimens.
    pub is_specimen: bool,
    /// The name of the profile by which its numbers are made.
    pub profile: String,
    /// That profile's epoch.
    pub epoch: u16,
    /// What the settled grants come to: R3 by the books.
    pub granted_minor: u64,
    /// The number of the last settled grant.
    pub grants: u64,
    /// The grant of which is not known whether the meter has taken it.
    pub open_grant: Option<OpenGrant>,
    /// Orders that are not known to be done.
    pub orders: Vec<OrderRow>,
    /// The opening that was announced or is under way.
    pub opening: Option<OpenOpening>,
    /// The registers as they were last reported.
    pub registers: Option<RegistersView>,
    /// When that was.
    pub registers_ms: Option<i64>,
    /// The registers right after the last refill.
    pub after_refill: Option<RegistersView>,
    /// The amount of a usual refill.
    pub usual_minor: u64,
    /// Calls made by the meter itself since the last that somebody asked for.
    pub automatic_calls: u32,
    /// What speaks against it.
    pub reasons: Vec<ReasonRow>,
    /// What is expected of it.
    pub forecast: Option<ForecastView>,
    /// The code of the fault that it told of and that a service reset mends.
    pub fault_code: Option<u16>,
    /// The errors that it counted; kinds without any are left out.
    pub errors: BTreeMap<String, u16>,
    /// The newest entries of its log.
    pub findings: Vec<FindingRow>,
    /// It speaks with the link key that it changes to after a manipulation.
    pub has_changed_key: bool,
    /// Who marked it by hand, if somebody did.
    pub marked_by: Option<String>,
    /// When it was last inspected.
    pub inspected_ms: Option<i64>,
}

/// A grant of which is not known whether the meter has taken it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct OpenGrant {
    /// Its number.
    pub number: u64,
    /// How much; less than zero where credit goes back.
    pub amount_minor: i64,
    /// When it was issued.
    pub issued_ms: i64,
    /// It is to become void.
    pub is_cancelled: bool,
    /// The error with which the meter refused it last; 0 where it did not.
    pub refused_code: u16,
}

/// An order that is not known to be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct OrderRow {
    /// What is to be done.
    pub task: &'static str,
    /// The number under which the meter was given it; none while it waits.
    pub number: Option<u64>,
}

/// An opening that was announced or is under way.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct OpenOpening {
    /// Which of the meter's.
    pub number: u64,
    /// When it was announced.
    pub announced_ms: i64,
    /// Until when the meter must have followed it.
    pub valid_until_ms: i64,
    /// A refill of this amount brings the authority along.
    pub agreed_minor: Option<u64>,
    /// The kind of work.
    pub work: String,
    /// Until when the housing must have been opened.
    pub expires_ms: i64,
    /// `announced`, `given`, `under_way`
    pub stage: &'static str,
}

/// The registers of a meter.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct RegistersView {
    /// R1: credit still available.
    pub r1_minor: u64,
    /// R2: all postage ever spent.
    pub r2_minor: u64,
    /// R3: all credit ever loaded.
    pub r3_minor: u64,
    /// R4: imprints with a value.
    pub r4: u64,
    /// R8: all imprints.
    pub r8: u64,
}

/// What speaks against a meter.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct ReasonRow {
    /// A word that stays the same from version to version.
    pub code: String,
    /// The sentence for people.
    pub sentence: String,
}

/// What is expected of a meter.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct ForecastView {
    /// What it uses in a day, where its refills tell it.
    pub use_minor_per_day: Option<u64>,
    /// Its class by that use: `a`, `b`, `c`.
    pub class: &'static str,
    /// When the next refill is expected.
    pub refill_ms: Option<i64>,
    /// From when on it is overdue unless it is heard.
    pub overdue_ms: Option<i64>,
}

/// An entry of a meter's own log.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct FindingRow {
    /// The number of its kind.
    pub kind: u16,
    /// The newest commit when it was found; 0 for none.
    pub commit: u64,
    /// What it says.
    pub sentence: &'static str,
    /// It is a trace of manipulation.
    pub is_manipulation: bool,
}

impl MeterStanding {
    /// How the meter of this folder stands.
    pub fn of(folder: &Folder) -> MeterStanding {
        let state = folder.file.account.state();
        let dossier = &folder.file.dossier;
        let passport = &folder.passport;
        // An epoch may be drawn long before the meter's inspection.
        let in_use = state.seen.map_or(0, |seen| seen.epoch);
        let profile = passport.profiles.iter().find(|profile| profile.epoch == in_use);
        let profile = profile.or(passport.profiles.first());
        let (service, service_ms, gone, gone_by) = service(&state.service);
        MeterStanding {
            version: folder.version,
            service,
            service_ms,
            gone,
            gone_by,
            is_stopped: state.stopped,
            refill_max_minor: folder.conditions.refill_max.minor(),
            call_back_only: folder.conditions.call_back_only,
            registered: folder.conditions.registered.as_ref().map(ToString::to_string),
            value_min_minor: passport.value_min.minor(),
            value_max_minor: passport.value_max.minor(),
            days_ahead: passport.days_ahead,
            is_specimen: passport.is_specimen,
            profile: profile.map(|profile| profile.name.to_string()).unwrap_or_default(),
            epoch: profile.map(|profile| profile.epoch).unwrap_or_default(),
            granted_minor: state.granted.minor(),
            grants: state.grants,
            open_grant: state.open.as_ref().map(OpenGrant::of),
            orders: orders(state),
            opening: state.opening.as_ref().map(OpenOpening::of),
            registers: state.seen.map(|seen| RegistersView::of(&seen.registers)),
            registers_ms: state.seen.map(|seen| seen.at_ms),
            after_refill: state.after_refill.as_ref().map(RegistersView::of),
            usual_minor: state.usual.minor(),
            automatic_calls: state.automatic_calls,
            reasons: ReasonRow::all(&dossier.judged),
            forecast: dossier.judged.forecast.as_ref().map(ForecastView::of),
            fault_code: dossier.fault.map(|fault| fault.code),
            errors: errors(dossier),
            findings: dossier.findings.iter().map(FindingRow::of).collect(),
            has_changed_key: dossier.has_changed_key,
            marked_by: dossier.marked.as_ref().map(|mark| mark.by.clone()),
            inspected_ms: dossier.settled_ms,
        }
    }
}

/// The service in a word, since when, in what way it is gone and who noted that.
fn service(service: &Service) -> (ServiceWord, Option<i64>, Option<String>, Option<String>) {
    match service {
        Service::InService => (ServiceWord::InService, None, None, None),
        Service::Leaving { arranged_ms } => (ServiceWord::Leaving, Some(*arranged_ms), None, None),
        Service::Withdrawn { at_ms } => (ServiceWord::Withdrawn, Some(*at_ms), None, None),
        Service::Gone { why, since_ms, by } => {
            let why = match why {
                Gone::Lost => "lost",
                Gone::Dead => "dead",
            };
            (ServiceWord::Gone, Some(*since_ms), Some(why.to_owned()), Some(by.clone()))
        }
        Service::Settled { at_ms } => (ServiceWord::Settled, Some(*at_ms), None, None),
    }
}

fn orders(state: &State) -> Vec<OrderRow> {
    state
        .orders
        .iter()
        .map(|queued| OrderRow { task: task_name(&queued.task), number: queued.number })
        .collect()
}

fn errors(dossier: &Dossier) -> BTreeMap<String, u16> {
    let counted = dossier.errors.iter().filter(|(_, count)| *count > 0);
    counted.map(|(kind, count)| (error_name(kind).to_owned(), count)).collect()
}

/// A kind of error in a word.
const fn error_name(kind: ErrorKind) -> &'static str {
    match kind {
        ErrorKind::Requests => "requests",
        ErrorKind::Messages => "messages",
        ErrorKind::Clock => "clock",
        ErrorKind::Memory => "memory",
        ErrorKind::Frames => "frames",
        ErrorKind::Access => "access",
        ErrorKind::Interrogation => "interrogation",
        ErrorKind::Openings => "openings",
        ErrorKind::RunTime => "run_time",
        ErrorKind::Flow => "flow",
        ErrorKind::Program => "program",
        ErrorKind::Printing => "printing",
    }
}

impl OpenGrant {
    fn of(open: &Open) -> OpenGrant {
        OpenGrant {
            number: open.grant.number,
            amount_minor: open.grant.amount_minor,
            issued_ms: open.issued_ms,
            is_cancelled: open.cancelled,
            refused_code: open.refused_code,
        }
    }
}

impl OpenOpening {
    fn of(opening: &Opening) -> OpenOpening {
        OpenOpening {
            number: opening.number,
            announced_ms: opening.announced_ms,
            valid_until_ms: opening.valid_until_ms,
            agreed_minor: opening.agreed.map(|amount| amount.minor()),
            work: opening.work.to_string(),
            expires_ms: opening.expires_ms,
            stage: match opening.stage {
                OpeningStage::Announced => "announced",
                OpeningStage::Given { .. } => "given",
                OpeningStage::UnderWay { .. } => "under_way",
            },
        }
    }
}

impl RegistersView {
    pub(super) fn of(registers: &Registers) -> RegistersView {
        RegistersView {
            r1_minor: registers.r1.minor(),
            r2_minor: registers.r2.minor(),
            r3_minor: registers.r3.minor(),
            r4: registers.r4,
            r8: registers.r8,
        }
    }
}

impl ReasonRow {
    pub(super) fn all(judged: &Judged) -> Vec<ReasonRow> {
        let both = judged.codes.iter().zip(&judged.reasons);
        both.map(|(code, sentence)| ReasonRow { code: code.clone(), sentence: sentence.clone() }).collect()
    }
}

impl ForecastView {
    fn of(forecast: &Forecast) -> ForecastView {
        use terms::equations::UseClass;
        ForecastView {
            use_minor_per_day: forecast.mean_use.map(|mean| mean.minor_per_day().minor()),
            class: match forecast.class {
                UseClass::A => "a",
                UseClass::B => "b",
                UseClass::C => "c",
            },
            refill_ms: forecast.refill_ms,
            overdue_ms: forecast.overdue_ms,
        }
    }
}

impl FindingRow {
    fn of(finding: &Finding) -> FindingRow {
        FindingRow {
            kind: finding.kind,
            commit: finding.commit,
            sentence: finding.sentence(),
            is_manipulation: finding.is_manipulation(),
        }
    }
}
