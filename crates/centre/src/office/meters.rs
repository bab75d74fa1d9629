//! What is done to a meter: orders, rules, marks, inspections.

use super::{Office, OfficeFault};
use crate::account::{NotPossible, tenths_since_epoch};
use crate::audit::Event;
use crate::books::page::{shortened, task_name};
use crate::books::{BooksFault, Conditions, Folder, Page, Row};
use crate::decisions::{Cause, HandMark, PostFinding, Settings};
use crate::dossier::Turn;
use link::Task;
use terms::Serial;

/// Whether a meter is marked as suspect by hand.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Mark {
    /// It is, for this reason.
    Set(String),
    /// It is not any more.
    Removed,
}

/// The task that lifts the block of a clock that shows this time again.
pub fn clock_task(now_ms: i64) -> Task {
    Task::Clock { tenths: tenths_since_epoch(now_ms) }
}

/// What a sound report of an inspector, or of the post, closes.
const INSPECTIONS: &[&str] = &["inspect", "inspect_unless_heard", "ask_for_call"];

impl Office {
    /// Queues a task for the meter's next call.
    pub async fn queue(&self, serial: Serial, task: Task, by: &str, now_ms: i64) -> Result<(), OfficeFault> {
        let act = |folder: &mut Folder, page: &mut Page| {
            let effects = folder.file.account.queue(task)?;
            page.event(Event::TaskQueued { task: task_name(&task).to_owned() });
            page.effects(folder, effects);
            Ok(())
        };
        self.act(serial, by, now_ms, act).await
    }

    /// The open grant is to become void at the meter's next call, unless the device has taken it.
    pub async fn cancel_grant(&self, serial: Serial, by: &str, now_ms: i64) -> Result<(), OfficeFault> {
        let act = |folder: &mut Folder, page: &mut Page| {
            let open = folder.file.account.state().open.ok_or(NotPossible::NothingOpen)?;
            folder.file.account.cancel_open()?;
            page.event(Event::GrantCancelled { grant: open.grant.number });
            Ok(())
        };
        self.act(serial, by, now_ms, act).await
    }

    /// Sets the rules for a meter's refills.
    pub async fn set_conditions(
        &self,
        serial: Serial,
        conditions: &Conditions,
        by: &str,
        now_ms: i64,
    ) -> Result<(), OfficeFault> {
        if conditions.refill_max.is_zero() || i64::try_from(conditions.refill_max.minor()).is_err() {
            return Err(BooksFault::Amount.into());
        }
        if conditions.call_back_only && conditions.registered.is_none() {
            let sentence = "a meter that gets credit by call-back alone needs a registered number";
            return Err(OfficeFault::Request(sentence.to_owned()));
        }
        let registered = conditions.registered.as_ref().map(Office::dialable).transpose()?;
        let conditions = &Conditions { registered, ..conditions.clone() };
        let act = |folder: &mut Folder, page: &mut Page| {
            folder.conditions = conditions.clone();
            page.event(Event::ConditionsChanged {
                refill_max_minor: conditions.refill_max.minor(),
                call_back_only: conditions.call_back_only,
                registered: conditions.registered.as_ref().map(ToString::to_string).unwrap_or_default(),
            });
            Ok(())
        };
        self.act(serial, by, now_ms, act).await
    }

    /// Marks a meter as suspect by hand, or takes the mark away.
    pub async fn mark(&self, serial: Serial, mark: &Mark, by: &str, now_ms: i64) -> Result<(), OfficeFault> {
        let settings = &self.settings.now(now_ms).await?.decisions;
        let act = |folder: &mut Folder, page: &mut Page| {
            let (on, reason) = match mark {
                Mark::Set(reason) => (true, shortened(reason, 500)),
                Mark::Removed => (false, String::new()),
            };
            folder.file.dossier.marked = on.then(|| HandMark { by: by.to_owned(), at_ms: now_ms });
            page.event(Event::Marked { on, reason });
            react(folder, page, settings, &Cause::Person(by.to_owned()));
            Ok(())
        };
        self.act(serial, by, now_ms, act).await
    }

    /// The meter was inspected on site and found in order: what was known until now is settled.
    pub async fn note_inspected(
        &self,
        serial: Serial,
        note: &str,
        by: &str,
        now_ms: i64,
    ) -> Result<(), OfficeFault> {
        let settings = &self.settings.now(now_ms).await?.decisions;
        let act = |folder: &mut Folder, page: &mut Page| {
            let file = &mut folder.file;
            file.dossier.note_inspected(&file.account, now_ms);
            page.event(Event::Inspected { note: shortened(note, 1_000) });
            page.put(Row::ReactionsDone { kinds: INSPECTIONS, by: by.to_owned() });
            react(folder, page, settings, &Cause::Person(by.to_owned()));
            Ok(())
        };
        self.act(serial, by, now_ms, act).await
    }

    /// A station of the post has found something about the meter's mail. Told a second time, it changes nothing.
    pub async fn note_post_finding(
        &self,
        serial: Serial,
        finding: PostFinding,
        station: &str,
        now_ms: i64,
    ) -> Result<(), OfficeFault> {
        let settings = &self.settings.now(now_ms).await?.decisions;
        let act = |folder: &mut Folder, page: &mut Page| {
            // A finding may be told again where it is not known whether it was heard.
            if folder.file.dossier.post_findings.contains(&finding) {
                return Ok(());
            }
            folder.file.dossier.note_post_finding(finding);
            page.event(Event::PostFinding {
                finding: serde_json::to_string(&finding.kind).unwrap_or_default(),
                station: station.to_owned(),
            });
            react(folder, page, settings, &Cause::Post);
            Ok(())
        };
        self.act(serial, "post", now_ms, act).await
    }
}

/// Judges a meter anew, and puts down what follows.
pub(super) fn react(folder: &mut Folder, page: &mut Page, settings: &Settings, by: &Cause) {
    let mut turn = Turn::default();
    folder.file.react(settings, by, &mut turn, page.at_ms);
    page.turn(folder, turn);
}
