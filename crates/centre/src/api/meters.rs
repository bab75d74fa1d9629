//! What is done to a meter.

use super::answer::{Done, Made, Shown};
use super::endpoint::Endpoint;
use super::fault::ApiFault;
use super::input::{Nothing, Told, from_text, line, maybe_from_text};
use super::visit::Visit;
use crate::account::Gone;
use crate::books::Conditions;
use crate::deposits::CustomerReference;
use crate::hex;
use crate::office::{Enrolment, Mark, ResetRegisters, clock_task};
use crate::people::Right;
use axum::http::Method;
use imprint::numbers::Profile;
use link::call::Number;
use link::{Program, Task};
use serde::{Deserialize, Serialize};
use terms::{Money, Serial};
use utoipa::ToSchema;

pub(super) fn endpoints() -> Vec<Endpoint> {
    use Right::{ChangeMeters, ReadMeters};
    vec![
        Endpoint::new(
            (Method::POST, "/meters"),
            ChangeMeters,
            (
                "Take a meter in",
                "Its keys are drawn at the centre and given to nobody here: the document of its personalisation is \
                 written by a command on the centre's own machine.",
            ),
            enrol,
        ),
        Endpoint::new(
            (Method::POST, "/meters/{serial}/tasks"),
            ChangeMeters,
            (
                "Queue a task for a meter's next call",
                "Of tasks that set a state, the newest takes the place of the older.",
            ),
            queue,
        ),
        Endpoint::new(
            (Method::PUT, "/meters/{serial}/conditions"),
            ChangeMeters,
            ("Set the rules for a meter's refills", ""),
            set_conditions,
        ),
        Endpoint::new(
            (Method::DELETE, "/meters/{serial}/grant"),
            ChangeMeters,
            (
                "Let the open grant become void",
                "At the meter's next call, unless the meter has taken it; the customer gets the money back when the \
                 meter has said that it did not.",
            ),
            cancel_grant,
        ),
        Endpoint::new(
            (Method::POST, "/meters/{serial}/seal"),
            ReadMeters,
            (
                "The number on a meter's seal, for an inspector to compare",
                "That it was given out is on record.",
            ),
            seal,
        ),
        Endpoint::new(
            (Method::POST, "/meters/{serial}/reset"),
            ChangeMeters,
            ("Queue the service reset that mends the fault that a meter has told of", ""),
            reset,
        ),
        Endpoint::new(
            (Method::PUT, "/meters/{serial}/leaving"),
            ChangeMeters,
            ("Let a meter hand back its credit and leave service", ""),
            arrange_leaving,
        ),
        Endpoint::new(
            (Method::DELETE, "/meters/{serial}/leaving"),
            ChangeMeters,
            ("Let a meter stay after all", ""),
            revoke_leaving,
        ),
        Endpoint::new(
            (Method::PUT, "/meters/{serial}/gone"),
            ChangeMeters,
            ("Note that a meter is lost or dead", "It gets nothing more."),
            note_gone,
        ),
        Endpoint::new(
            (Method::DELETE, "/meters/{serial}/gone"),
            ChangeMeters,
            ("Note that a meter is there again", ""),
            note_found,
        ),
        Endpoint::new(
            (Method::POST, "/meters/{serial}/gone/settle"),
            ChangeMeters,
            (
                "Settle a meter that is gone by the books",
                "After the waiting time, and by another than who noted that it is gone.",
            ),
            settle_gone,
        ),
        Endpoint::new(
            (Method::PUT, "/meters/{serial}/mark"),
            ChangeMeters,
            ("Mark a meter as suspect", "It franks on; its imprints carry the mark."),
            mark,
        ),
        Endpoint::new(
            (Method::DELETE, "/meters/{serial}/mark"),
            ChangeMeters,
            ("Take the mark away", ""),
            unmark,
        ),
        Endpoint::new(
            (Method::POST, "/meters/{serial}/inspected"),
            ChangeMeters,
            (
                "Note that a meter was inspected on site and found in order",
                "What was known until now is settled by that.",
            ),
            note_inspected,
        ),
    ]
}

/// A meter to be taken in.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewMeter {
    /// Its serial number.
    #[serde(deserialize_with = "from_text")]
    #[schema(value_type = String, example = "00001234")]
    serial: Serial,
    /// Whose it is.
    #[serde(deserialize_with = "from_text")]
    #[schema(value_type = String, example = "RF54000000001234")]
    customer: CustomerReference,
    /// How its numbers are made: the name of a built-in profile, or a profile.
    profile: ChosenProfile,
    /// The least postage but zero.
    value_min_minor: u64,
    /// The greatest postage; nothing for the greatest that the profile's digits hold.
    value_max_minor: Option<u64>,
    /// How many days a date may lie ahead.
    days_ahead: u16,
    /// The greatest amount of a refill; nothing for what is usual.
    refill_max_minor: Option<u64>,
    /// Refills only where the centre has called back.
    #[serde(default)]
    call_back_only: bool,
    /// The number at which it is called back.
    #[serde(default, deserialize_with = "maybe_from_text")]
    #[schema(value_type = Option<String>)]
    registered: Option<Number>,
    /// Its imprints are specimens.
    #[serde(default)]
    is_specimen: bool,
    /// How it blocks and reacts; what is left out is as usual.
    #[serde(default)]
    #[schema(value_type = Object)]
    settings: psd::Settings,
}

/// How a meter's numbers are made.
#[derive(Deserialize, ToSchema)]
#[serde(untagged)]
enum ChosenProfile {
    /// The name of a built-in profile.
    Named(String),
    /// A profile.
    #[schema(value_type = Object)]
    Own(Box<Profile>),
}

/// What a meter that was taken in is known by. Its keys are not among it.
#[derive(Serialize, ToSchema)]
struct MadeMeter {
    /// The number that it calls in with.
    call_number: u32,
    /// The number on the seal that it gets.
    seal: u64,
}

async fn enrol(visit: Visit, (): (), Told(new): Told<NewMeter>) -> Result<Made<MadeMeter>, ApiFault> {
    let profile = match new.profile {
        ChosenProfile::Named(name) => {
            Profile::named(&name).map_err(|error| ApiFault::refused(error.to_string()))?
        }
        ChosenProfile::Own(profile) => *profile,
    };
    let enrolment = Enrolment {
        serial: new.serial,
        customer: new.customer,
        profile,
        value_min: Money::from_minor(new.value_min_minor),
        value_max: new.value_max_minor.map(Money::from_minor),
        days_ahead: new.days_ahead,
        refill_max: new.refill_max_minor.map(Money::from_minor),
        call_back_only: new.call_back_only,
        registered: new.registered,
        is_specimen: new.is_specimen,
        settings: new.settings,
    };
    let personalised = visit.office().enrol(&enrolment, visit.by(), visit.now_ms).await?;
    Ok(Made(MadeMeter { call_number: personalised.pan, seal: personalised.seal }))
}

/// A task for a meter.
#[derive(Deserialize, ToSchema)]
#[serde(tag = "task", rename_all = "snake_case", deny_unknown_fields)]
enum NewTask {
    /// It is to frank no more.
    Stop {},
    /// It may frank again.
    Free {},
    /// Its errors are read and counted anew.
    ClearErrors {},
    /// Another control unit may be paired.
    Unpair {},
    /// The customer's lock is forgotten and can be set anew.
    ForgetLock {},
    /// Lifts the block of a clock that now shows the time it is at the centre.
    Clock {},
    /// A program's next version may take the place of the one enrolled.
    EnrolProgram {
        /// `own` or `control_unit`.
        #[schema(value_type = String, pattern = "^(own|control_unit)$")]
        program: Program,
        /// The SHA-256 of its next image, in 64 lower-case hexadecimal digits.
        #[schema(pattern = "^[0-9a-f]{64}$")]
        checksum: String,
    },
    /// The piece credit until the next call.
    Pieces {
        /// How many.
        count: u32,
    },
}

impl NewTask {
    fn task(self, now_ms: i64) -> Result<Task, ApiFault> {
        Ok(match self {
            NewTask::Stop {} => Task::Stop(true),
            NewTask::Free {} => Task::Stop(false),
            NewTask::ClearErrors {} => Task::ClearErrors,
            NewTask::Unpair {} => Task::Unpair,
            NewTask::ForgetLock {} => Task::ForgetLock,
            NewTask::Clock {} => clock_task(now_ms),
            NewTask::EnrolProgram { program, checksum } => {
                let sentence = "a checksum is 64 lower-case hexadecimal digits";
                let checksum = hex::decode_array(&checksum).ok_or_else(|| ApiFault::refused(sentence))?;
                Task::Enrol { program, checksum }
            }
            NewTask::Pieces { count } => Task::Pieces(count),
        })
    }
}

async fn queue(visit: Visit, serial: Serial, Told(new): Told<NewTask>) -> Result<Done, ApiFault> {
    visit.office().queue(serial, new.task(visit.now_ms)?, visit.by(), visit.now_ms).await?;
    Ok(Done)
}

/// The rules for a meter's refills.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewConditions {
    /// The greatest amount of a refill.
    #[schema(minimum = 1)]
    refill_max_minor: u64,
    /// Refills only where the centre has called back.
    call_back_only: bool,
    /// The number at which it is called back.
    #[serde(default, deserialize_with = "maybe_from_text")]
    #[schema(value_type = Option<String>)]
    registered: Option<Number>,
}

async fn set_conditions(
    visit: Visit,
    serial: Serial,
    Told(new): Told<NewConditions>,
) -> Result<Done, ApiFault> {
    let conditions = Conditions {
        refill_max: Money::from_minor(new.refill_max_minor),
        call_back_only: new.call_back_only,
        registered: new.registered,
    };
    visit.office().set_conditions(serial, &conditions, visit.by(), visit.now_ms).await?;
    Ok(Done)
}

async fn cancel_grant(visit: Visit, serial: Serial, _: Nothing) -> Result<Done, ApiFault> {
    visit.office().cancel_grant(serial, visit.by(), visit.now_ms).await?;
    Ok(Done)
}

/// The number on a seal.
#[derive(Serialize, ToSchema)]
struct Seal {
    /// The number.
    seal: u64,
}

async fn seal(visit: Visit, serial: Serial, _: Nothing) -> Result<Shown<Seal>, ApiFault> {
    let seal = visit.office().seal_number(serial, visit.by(), visit.now_ms).await?;
    Ok(Shown(Seal { seal }))
}

/// Which registers a service reset brings.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewReset {
    /// Which.
    registers: WhichRegisters,
}

/// Which registers.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum WhichRegisters {
    /// None: the meter's own are in order.
    Own,
    /// Those that were seen last, by the books.
    Books,
}

async fn reset(visit: Visit, serial: Serial, Told(new): Told<NewReset>) -> Result<Done, ApiFault> {
    let registers = match new.registers {
        WhichRegisters::Own => ResetRegisters::Own,
        WhichRegisters::Books => ResetRegisters::Books,
    };
    visit.office().reset(serial, registers, visit.by(), visit.now_ms).await?;
    Ok(Done)
}

async fn arrange_leaving(visit: Visit, serial: Serial, _: Nothing) -> Result<Done, ApiFault> {
    visit.office().arrange_leaving(serial, visit.by(), visit.now_ms).await?;
    Ok(Done)
}

async fn revoke_leaving(visit: Visit, serial: Serial, _: Nothing) -> Result<Done, ApiFault> {
    visit.office().revoke_leaving(serial, visit.by(), visit.now_ms).await?;
    Ok(Done)
}

/// In what way a meter is gone.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewGone {
    /// `lost`: nobody knows where it is. `dead`: it says nothing any more.
    #[schema(value_type = String, pattern = "^(lost|dead)$")]
    why: Gone,
}

async fn note_gone(visit: Visit, serial: Serial, Told(new): Told<NewGone>) -> Result<Done, ApiFault> {
    visit.office().note_gone(serial, new.why, visit.by(), visit.now_ms).await?;
    Ok(Done)
}

async fn note_found(visit: Visit, serial: Serial, _: Nothing) -> Result<Done, ApiFault> {
    visit.office().note_found(serial, visit.by(), visit.now_ms).await?;
    Ok(Done)
}

/// By what a meter that is gone is settled.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewSettlement {
    /// The postage of imprints that the post has seen since the meter was last heard.
    spent_since_minor: u64,
}

async fn settle_gone(visit: Visit, serial: Serial, Told(new): Told<NewSettlement>) -> Result<Done, ApiFault> {
    let spent_since = Money::from_minor(new.spent_since_minor);
    visit.office().settle_gone(serial, spent_since, visit.by(), visit.now_ms).await?;
    Ok(Done)
}

/// Why a meter is suspect.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewMark {
    /// Why: 1 to 500 bytes, for the audit log.
    reason: String,
}

async fn mark(visit: Visit, serial: Serial, Told(new): Told<NewMark>) -> Result<Done, ApiFault> {
    let mark = Mark::Set(line("a reason", &new.reason, 500)?);
    visit.office().mark(serial, &mark, visit.by(), visit.now_ms).await?;
    Ok(Done)
}

async fn unmark(visit: Visit, serial: Serial, _: Nothing) -> Result<Done, ApiFault> {
    visit.office().mark(serial, &Mark::Removed, visit.by(), visit.now_ms).await?;
    Ok(Done)
}

/// What an inspection came to.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewInspection {
    /// What the inspector says: 1 to 500 bytes, for the audit log.
    note: String,
}

async fn note_inspected(
    visit: Visit,
    serial: Serial,
    Told(new): Told<NewInspection>,
) -> Result<Done, ApiFault> {
    let note = line("a note", &new.note, 500)?;
    visit.office().note_inspected(serial, &note, visit.by(), visit.now_ms).await?;
    Ok(Done)
}
