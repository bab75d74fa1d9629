//! The print request (EP 0 660 269, steps 405 to 410 and 406; EP 0 660 270, step 470): access, limit, debit, booking,
//! print, in this order. The source books on the cost centre first; here the device's debit comes before, so that no
//! crash leaves a booking without a debit.

use super::desk::Admitted;
use super::entry::check_date;
use super::{Act, Action, Draft, Entry, Job, Misoperation, NotDebited, Print, Routine, State};
use access::cards::{Changes, Function};
use imprint::numbers::{Indicium, RequestId, cliche_byte};
use journal::{JobNumber, NewJob};
use terms::Money;

/// Imprints that are debited together.
#[derive(Clone, Debug)]
pub struct Press {
    pub jobs: Vec<Job>,
    /// Their numbers in the journal, once they are there.
    pub numbers: Vec<JobNumber>,
    /// What is being stored of the cost centres.
    pub changes: Changes,
}

impl Routine {
    /// A letter at the sensor (step 405).
    pub(super) fn letter(&mut self, act: Act<'_>) {
        self.when_ready(act, |routine, act| routine.press_entry(false, act));
    }

    /// A press with what is set, or without value.
    pub(super) fn press_entry(&mut self, is_zero: bool, act: Act<'_>) {
        let postage = if is_zero { Money::ZERO } else { self.entry.postage };
        let high = self.settings.high_value;
        if !high.is_zero() && postage >= high && !self.is_confirmed {
            self.is_confirmed = true;
            self.series = 0;
            self.say(format!("{postage} is a high value: press once more"), None);
            return;
        }
        match self.job_of_entry(postage) {
            Ok(job) => self.press(vec![job], act),
            Err(sentence) => {
                self.series = 0;
                self.misoperated(Misoperation::Rights, sentence, act);
            }
        }
    }

    fn job_of_entry(&mut self, postage: Money) -> Result<Job, String> {
        let Entry { centre, cliche, text, endorsement, .. } = self.entry.clone();
        self.job(Draft {
            postage,
            date: self.entry.date(self.now.today),
            centre: centre.ok_or("choose a cost centre first")?,
            cliche,
            text: text.unwrap_or_default(),
            endorsement: endorsement.filter(|_| !postage.is_zero()).unwrap_or_default(),
            reference: String::new(),
            line: None,
        })
    }

    /// The job of a draft, where it may be made: rights now, limits when it is reserved.
    fn job(&mut self, draft: Draft) -> Result<Job, String> {
        let admitted = self.admit(&draft)?;
        let cliche = draft.cliche.or(admitted.cliche).unwrap_or(0);
        let record = self.cliches.get(&cliche).map(Vec::as_slice).unwrap_or_default();
        let user = self.standing.as_ref().and_then(|standing| standing.lock.first);
        let request = RequestId(self.next_request);
        self.next_request = self.next_request.wrapping_add(1);
        Ok(Job {
            cliche_byte: cliche_byte(record, draft.date),
            order: NewJob {
                request,
                centre: draft.centre,
                user: user.map_or(0, |user| user.number()),
                card: self.desk.card(),
                postage: draft.postage,
                surcharge: admitted.surcharge,
                date: draft.date,
                cliche,
                text: draft.text,
                endorsement: draft.endorsement,
                reference: draft.reference,
                line: draft.line,
            },
        })
    }

    /// Whether a draft may become an imprint, as far as it is known without the others of its batch: who is there, its
    /// cost centre, its date, its cliché.
    pub(super) fn admit(&self, draft: &Draft) -> Result<Admitted, String> {
        let admitted = self.desk.admit(draft.centre, draft.postage).map_err(|refusal| refusal.to_string())?;
        check_date(draft.date, self.now.today, self.settings.days_ahead)
            .map_err(|error| error.to_string())?;
        match draft.cliche.filter(|number| !self.cliches.contains_key(number)) {
            Some(number) => Err(format!("there is no cliché {number}")),
            None => Ok(admitted),
        }
    }

    /// The same for a line of a file, for which a cliché is chosen as at the keys.
    pub fn judge_draft(&self, draft: &Draft) -> Result<(), String> {
        if draft.cliche.is_some() {
            self.desk.may(Function::SetCliche).map_err(|refusal| refusal.to_string())?;
        }
        self.admit(draft).map(drop)
    }

    /// A press with imprints of a batch.
    pub(super) fn press_batch(&mut self, drafts: Vec<Draft>, act: Act<'_>) {
        match drafts
            .into_iter()
            .map(|draft| self.judge_draft(&draft).and_then(|()| self.job(draft)))
            .collect()
        {
            Ok(jobs) => self.press(jobs, act),
            Err(sentence) => self.misoperated(Misoperation::Rights, sentence, act),
        }
    }

    /// Steps 409 and 410, then the accounting: what blocks, what calls, what limits.
    fn press(&mut self, jobs: Vec<Job>, act: Act<'_>) {
        let block = self.standing.as_ref().and_then(|standing| standing.status.block);
        if self.is_spent() {
            self.series = 0;
            let asks = self.automatic_asks();
            self.say("the meter calls the centre by itself".into(), None);
            return self.call(true, asks, act);
        }
        if let Some(block) = block {
            // Step 409: the kill flag leads over 213 and 215 back to point s.
            self.series = 0;
            self.count(Misoperation::Untimely, act);
            self.say_bad(block.sentence().into());
            self.evaluates = true;
            return self.ask(act);
        }
        if self.is_unsettled {
            return self.begin_anew("the last franking is cleared up first: press again".into(), act);
        }
        match self.desk.reserve(&jobs, self.credit(), self.now.today) {
            Ok(changes) => {
                act(Action::Reserve { jobs: jobs.clone(), changes: changes.clone() });
                self.state = State::Reserving(Press { jobs, numbers: Vec::new(), changes });
            }
            Err(refusal) => {
                self.series = 0;
                self.misoperated(Misoperation::Rights, refusal.to_string(), act);
            }
        }
    }

    pub(super) fn reserved(&mut self, reserved: Result<Vec<JobNumber>, String>, act: Act<'_>) {
        let State::Reserving(mut press) = std::mem::replace(&mut self.state, State::Judging) else { return };
        match reserved.and_then(|numbers| self.stored(&press.changes).map(|()| numbers)) {
            Ok(numbers) => {
                press.numbers = numbers;
                act(Action::Debit(press.jobs.iter().map(Job::request).collect()));
                self.state = State::Debiting(press);
            }
            Err(sentence) => self.begin_anew(sentence, act),
        }
    }

    pub(super) fn debited(&mut self, debited: Result<Vec<Indicium>, NotDebited>, act: Act<'_>) {
        let State::Debiting(mut press) = std::mem::replace(&mut self.state, State::Judging) else { return };
        match debited {
            Ok(indicia) => match self.desk.book(&press.jobs, self.now.today) {
                Ok(changes) => {
                    let booked = press.numbers.iter().copied().zip(indicia).collect();
                    act(Action::Book { booked, changes: changes.clone() });
                    press.changes = changes;
                    self.state = State::Booking(press);
                }
                Err(refusal) => self.begin_anew(refusal.to_string(), act),
            },
            Err(NotDebited::Refused { sentence, .. }) => {
                self.series = 0;
                self.misoperated(Misoperation::Refused, sentence, act);
                match self.desk.release(&press.jobs) {
                    Ok(changes) => {
                        let numbers = press.numbers.clone();
                        act(Action::Release { numbers, changes: changes.clone() });
                        press.changes = changes;
                        self.state = State::Releasing(press);
                    }
                    Err(refusal) => self.begin_anew(refusal.to_string(), act),
                }
            }
            // Whether it was debited only the device can say.
            Err(NotDebited::Unknown { sentence }) => self.begin_anew(sentence, act),
        }
    }

    pub(super) fn booked(&mut self, booked: Result<(), String>, act: Act<'_>) {
        let State::Booking(press) = std::mem::replace(&mut self.state, State::Judging) else { return };
        match booked.and_then(|()| self.stored(&press.changes)) {
            Ok(()) => {
                act(Action::Print(press.numbers));
                self.state = State::Printing;
            }
            Err(sentence) => self.begin_anew(sentence, act),
        }
    }

    pub(super) fn released(&mut self, released: Result<(), String>, act: Act<'_>) {
        let State::Releasing(press) = std::mem::replace(&mut self.state, State::Judging) else { return };
        match released.and_then(|()| self.stored(&press.changes)) {
            Ok(()) => self.ask(act),
            Err(sentence) => self.begin_anew(sentence, act),
        }
    }

    fn stored(&mut self, changes: &Changes) -> Result<(), String> {
        self.desk.apply(changes).map_err(|refusal| refusal.to_string())
    }

    /// Journal and device have to be brought into line first, as at a start.
    fn begin_anew(&mut self, sentence: String, act: Act<'_>) {
        self.series = 0;
        self.say_bad(sentence);
        self.state = State::Starting;
        act(Action::Reconcile);
    }

    pub(super) fn printed(&mut self, print: Print, act: Act<'_>) {
        if !matches!(self.state, State::Printing) {
            return;
        }
        match print {
            Print::Done => {
                self.in_a_row = 0;
                self.is_confirmed = self.series > 1;
                self.series = self.series.saturating_sub(1);
                if !self.message.is_bad {
                    self.message = Default::default();
                }
                let centre = self.entry.centre;
                if let Some(sentence) =
                    centre.and_then(|centre| self.desk.over_budget(centre, self.now.today))
                {
                    self.say(sentence, None);
                }
            }
            Print::Waits { sentence, .. } => self.print_failed(
                format!(
                    "{sentence}; the imprint is paid for and waits: print it again when the printer is ready"
                ),
                act,
            ),
            Print::Spoiled { sentence, .. } => self.print_failed(
                format!("{sentence}; the imprint is noted as spoiled and can be refunded"),
                act,
            ),
        }
        self.ask(act);
    }

    fn print_failed(&mut self, sentence: String, act: Act<'_>) {
        self.series = 0;
        self.count(Misoperation::Printer, act);
        self.say_bad(sentence);
    }

    /// What is paid for and waits.
    pub(super) fn print_again(&mut self, act: Act<'_>) {
        act(Action::Print(Vec::new()));
        self.state = State::Printing;
    }
}
