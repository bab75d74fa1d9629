//! What somebody at the meter wants (steps 401 to 404): each input is taken, or refused with a sentence and counted.

use super::sleep::misoperation_ms;
use super::{Act, Action, Input, Message, Misoperation, Routine, State, printable};
use access::cards::{Function, MakingEvent, Reading};

impl Routine {
    pub(super) fn input(&mut self, input: Input, act: Act<'_>) {
        self.touched_ms = self.now.ms;
        match input {
            Input::Value { postage, product, endorsement } => {
                self.is_confirmed = false;
                self.entry.postage = postage;
                self.entry.product = product;
                self.entry.endorsement = endorsement;
                self.set(act);
            }
            Input::Date(date) => {
                let set = self.entry.set_date(date, self.now.today, self.settings.days_ahead);
                self.set_or_refuse(set.map_err(|error| error.to_string()), act);
            }
            Input::Centre(centre) => {
                let chosen = self.desk.may_use(centre).map(|()| self.entry.centre = Some(centre));
                self.set_or_refuse(chosen.map_err(|refusal| refusal.to_string()), act);
            }
            Input::Cliche(cliche) => {
                let chosen = self.choose_cliche(cliche);
                self.set_or_refuse(chosen, act);
            }
            Input::Text(text) => {
                let set = self.set_text(&text);
                self.set_or_refuse(set, act);
            }
            Input::Letter => self.letter(act),
            Input::Series(letters) => {
                self.series = letters;
                self.when_ready(act, Routine::ready);
            }
            Input::EndSeries => self.series = 0,
            Input::Zero => self.when_ready(act, |routine, act| routine.press_entry(true, act)),
            Input::Batch(drafts) => self.when_ready(act, |routine, act| routine.press_batch(drafts, act)),
            Input::Call(asks) => match self.may_call(&asks) {
                Ok(()) => self.call(false, asks, act),
                Err(sentence) => self.misoperated(Misoperation::Rights, sentence, act),
            },
            Input::MakeCard(plan) => match self.desk.make(plan, act) {
                Ok(()) => {}
                Err(refusal) => self.misoperated(Misoperation::Rights, refusal.to_string(), act),
            },
            Input::CancelCard => self.desk.at_making(MakingEvent::Cancel, act),
            Input::Test => {
                self.evaluates = true;
                self.when_ready(act, Routine::ask);
            }
            Input::Look => self.when_ready(act, Routine::ask),
            Input::PrintAgain => self.when_ready(act, Routine::print_again),
            Input::Clear => self.message = Message::default(),
        }
    }

    /// A card that opens nothing is an error of rights, but for a new one and one of a strange kind.
    pub(super) fn card_moved(&mut self, reading: Option<Reading>, act: Act<'_>) {
        self.touched_ms = self.now.ms;
        self.desk.card_moved(self.now, reading, act);
        let is_error = matches!(reading, Some(Reading::Card(_) | Reading::Wrong)) && self.desk.said().is_bad;
        if is_error {
            self.count(Misoperation::Rights, act);
        }
    }

    /// The cliché, and the cost centre that follows from it where exactly one has it as its own.
    pub(super) fn choose_cliche(&mut self, cliche: Option<u16>) -> Result<(), String> {
        if let Some(number) = cliche {
            if !self.cliches.contains_key(&number) {
                return Err(format!("there is no cliché {number}"));
            }
            self.desk.may(Function::SetCliche).map_err(|refusal| refusal.to_string())?;
            if let Some(centre) = self.desk.centre_of_cliche(number) {
                self.entry.centre = Some(centre);
            }
        }
        self.entry.cliche = cliche;
        Ok(())
    }

    pub(super) fn set_text(&mut self, text: &str) -> Result<(), String> {
        self.desk.may(Function::EditTexts).map_err(|refusal| refusal.to_string())?;
        self.entry.text = printable(text).map_err(|error| error.to_string())?;
        Ok(())
    }

    pub(super) fn set_or_refuse(&mut self, set: Result<(), String>, act: Act<'_>) {
        match set {
            Ok(()) => self.set(act),
            Err(sentence) => self.misoperated(Misoperation::Entry, sentence, act),
        }
    }

    pub(super) fn set(&mut self, act: Act<'_>) {
        if self.message.is_bad {
            self.message = Message::default();
        }
        act(Action::Keep(Box::new(self.entry.clone())));
    }

    /// Does something at point d, or says why not.
    pub(super) fn when_ready(&mut self, act: Act<'_>, go: impl FnOnce(&mut Routine, Act<'_>)) {
        if matches!(self.state, State::Ready) {
            go(self, act);
        } else {
            self.series = 0;
            self.misoperated(Misoperation::Untimely, format!("not now: {}", self.state_sentence()), act);
        }
    }

    /// What the operator did wrong is counted, said, and may delay ([161]).
    pub(super) fn misoperated(&mut self, what: Misoperation, sentence: String, act: Act<'_>) {
        self.count(what, act);
        self.say_bad(sentence);
        self.in_a_row = self.in_a_row.saturating_add(1);
        let delay_ms = misoperation_ms(self.in_a_row, &self.settings.overflow);
        if delay_ms > 0 && matches!(self.state, State::Ready) {
            self.series_rests(delay_ms, "the time lock runs after a misoperation");
        }
    }
}
