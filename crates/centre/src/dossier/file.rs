//! A meter's file: its account and its dossier, which change together. Here a call's messages meet the books and the
//! decisions, without any input or output.
//!
//! What always holds: a step that is refused has changed nothing of the account; a suspect meter is marked and told so
//! in the same transaction in which it is found suspect ([143], [153]; EP 0 660 270, reactions a to d).

use super::Dossier;
use crate::account::{Account, Call, Effect, Given, Heard, Plan, Rules, Settled, State, Unheard};
use crate::decisions::{Cause, Profile, Reaction, Settings, reactions};
use link::call::{Ask, Confirm, End, Refused};
use link::{Report, Task};

/// What the centre keeps of a meter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MeterFile {
    /// Money and orders.
    pub account: Account,
    /// Everything else that it is judged by.
    pub dossier: Dossier,
}

/// What a step of a call came to, beside the answer.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Turn {
    /// What it means for the books.
    pub effects: Vec<Effect>,
    /// What is done about the meter.
    pub reactions: Vec<Reaction>,
}

impl MeterFile {
    /// Hears a report in a call, judges the meter by it, and queues what follows.
    fn hear(
        &mut self,
        call: &Call,
        report: &Report,
        settings: &Settings,
        now_ms: i64,
    ) -> Result<(Heard, Turn), Unheard> {
        let known = self.account.state().clone();
        let mut heard = self.account.hear(call, report, now_ms)?;
        if call.opened_ms > known.call_opened_ms {
            self.dossier.count_call(call.trigger, now_ms);
        }
        let effects = std::mem::take(&mut heard.effects);
        let turn = self.learn(&known, report, &heard, effects, settings, now_ms);
        Ok((heard, turn))
    }

    /// Takes over what was heard, and judges the meter by it.
    fn learn(
        &mut self,
        known: &State,
        report: &Report,
        heard: &Heard,
        effects: Vec<Effect>,
        settings: &Settings,
        now_ms: i64,
    ) -> Turn {
        self.dossier.hear_fault(report);
        if heard.discrepancy().is_none() {
            self.dossier.hear(report, known.seen.map(|seen| seen.registers));
        }
        let is_taken = effects.iter().any(|effect| matches!(effect, Effect::GrantTaken { .. }));
        if let Some(open) = known.open.filter(|_| is_taken) {
            self.dossier.refills.push(open.grant.amount_minor, now_ms);
        }
        let mut turn = Turn { effects, reactions: Vec::new() };
        self.react(settings, &Cause::Call, &mut turn, now_ms);
        turn
    }

    /// Begins a transaction: what was reported, then what is asked for. What was reported counts even where the ask is
    /// refused.
    pub fn begin(
        &mut self,
        call: &Call,
        report: &Report,
        ask: &Ask,
        rules: &Rules<'_>,
        settings: &Settings,
        now_ms: i64,
    ) -> Result<(Result<Plan, Refused>, Turn), Unheard> {
        let (heard, mut turn) = self.hear(call, report, settings, now_ms)?;
        let before = self.account.clone();
        let queued = self.queue_pieces(report, ask, settings);
        let plan = match self.account.begin(ask, &heard, rules, now_ms) {
            Ok(mut plan) => {
                turn.effects.extend(queued);
                turn.effects.append(&mut plan.effects);
                Ok(plan)
            }
            Err(refused) => {
                self.account = before;
                Err(refused)
            }
        };
        Ok((plan, turn))
    }

    /// Settles a transaction by what the device has confirmed.
    pub fn confirm(
        &mut self,
        call: &Call,
        given: &Given,
        confirm: &Confirm,
        settings: &Settings,
        now_ms: i64,
    ) -> Result<(End, Turn), Unheard> {
        let known = self.account.state().clone();
        let Settled { effects, end, heard } = self.account.confirm(call, given, confirm, now_ms)?;
        let turn = self.learn(&known, &confirm.report, &heard, effects, settings, now_ms);
        Ok((end, turn))
    }

    /// Judges the meter anew, and queues what follows for it.
    pub fn react(&mut self, settings: &Settings, by: &Cause, turn: &mut Turn, now_ms: i64) {
        let profile = self.dossier.judge(&self.account, settings, now_ms);
        let serial = self.account.state().serial;
        let decided = reactions(serial, &self.dossier.before(), &profile, settings, by, now_ms);
        self.take_over(&profile, decided, turn);
    }

    /// Takes over what is thought of the meter now, and queues what was decided.
    pub fn take_over(&mut self, profile: &Profile, decided: Vec<Reaction>, turn: &mut Turn) {
        for task in decided.iter().filter_map(|reaction| reaction.kind.task()) {
            // A meter that has left service, or whose queue is full, gets no more: the reaction itself is on record.
            turn.effects.extend(self.account.queue(task).unwrap_or_default());
        }
        self.dossier.keep(profile);
        turn.reactions.extend(decided);
    }

    /// S' with every transaction ([74], [140]): the pieces that the amount asked for lasts, or else what is left.
    fn queue_pieces(&mut self, report: &Report, ask: &Ask, settings: &Settings) -> Vec<Effect> {
        if !self.dossier.is_sent_pieces {
            return Vec::new();
        }
        let amount = match ask {
            Ask::Refill => report.usual,
            _ => report.registers.r1,
        };
        let class = self.dossier.judged.forecast.map_or(settings.new_meter_class, |forecast| forecast.class);
        let pieces = settings.piece_credit(&report.registers, amount, class);
        self.account.queue(Task::Pieces(pieces)).unwrap_or_default()
    }
}
