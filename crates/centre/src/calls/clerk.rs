//! The clerk answers each step of a call from the books: the centre's half of Fig. 3a and 3b as far as it is not
//! `link::call`'s.
//!
//! What always holds: an opening is believed only when a begin message has followed it, as it may be a recording; until
//! then nothing is booked. Whatever is answered is durable.

use crate::account::{Call, Given, Plan, PlannedCredit};
use crate::audit::Event as AuditEvent;
use crate::books::page::ask_name;
use crate::books::{Books, BooksFault, CallNote, Folder, Page, Reading, Row};
use crate::decisions::{Cause, Settings};
use crate::dossier::{MeterFile, Turn};
use crate::keys::{KeyFault, KeyName, KeySafe};
use crate::office::CentreSettings;
use ed25519_dalek::{Signer, SigningKey};
use imprint::numbers::Key;
use link::call::centre::{Action, Event, Failure, Judgement};
use link::call::{Ask, Begin, Confirm, Credit, Data, End, Nonce, Opening, Refused, Trigger};
use link::{Message, Report, Signed};
use std::future::Future;
use std::sync::Arc;
use terms::Serial;
use terms::equations::Status;

/// What unwraps link keys.
pub trait LinkKeys: Send + Sync {
    /// The link key of a meter, which the books hold in this coded form.
    fn link_key(&self, serial: Serial, wrapped: &str) -> impl Future<Output = Result<Key, KeyFault>> + Send;
}

impl LinkKeys for KeySafe {
    async fn link_key(&self, serial: Serial, wrapped: &str) -> Result<Key, KeyFault> {
        self.unwrap(KeyName::Link(serial), wrapped).await
    }
}

/// The clerk.
#[derive(Clone, Debug)]
pub struct Clerk<B, K> {
    books: B,
    keys: K,
    issuer: Arc<SigningKey>,
}

/// A call under way, as far as the clerk remembers it.
#[derive(Clone, Debug)]
pub struct Visit {
    /// What is kept of it.
    note: CallNote,
    /// The meter that it says it is.
    serial: Option<Serial>,
    /// What the opening said of the call.
    call: Option<Call>,
    /// The meter's newest report.
    report: Option<Report>,
    /// What was given and is not confirmed.
    given: Option<Given>,
    /// A message has shown that the opening was no recording.
    is_proved: bool,
}

impl Visit {
    /// A call that comes from there.
    pub fn new(origin: &str, now_ms: i64) -> Result<Visit, KeyFault> {
        Ok(Visit {
            note: CallNote {
                id: CallNote::draw_id(now_ms).map_err(|_| KeyFault::Random)?,
                serial: None,
                pan: None,
                trigger: None,
                origin: crate::books::page::shortened(origin, 100),
                opened_ms: now_ms,
                last_ms: now_ms,
                transactions: 0,
                ask: String::new(),
                step: 0,
                failure: String::new(),
                is_unauthorised: false,
            },
            serial: None,
            call: None,
            report: None,
            given: None,
            is_proved: false,
        })
    }

    /// The meter, where it has proved to be it.
    pub fn proved(&self) -> Option<Serial> {
        self.serial.filter(|_| self.is_proved)
    }
}

impl<B: Books, K: LinkKeys> Clerk<B, K> {
    /// A clerk for these books.
    pub fn new(books: B, keys: K, issuer: Arc<SigningKey>) -> Clerk<B, K> {
        Clerk { books, keys, issuer }
    }

    /// The books.
    pub fn books(&self) -> &B {
        &self.books
    }

    /// A meter's link key.
    pub async fn link_key(&self, serial: Serial, wrapped: &str) -> Result<Key, KeyFault> {
        self.keys.link_key(serial, wrapped).await
    }

    /// Does what a step of the call wants, and answers it. Nothing to answer where the step only keeps something.
    pub async fn answer(
        &self,
        visit: &mut Visit,
        action: Action,
        settings: &Arc<CentreSettings>,
        now_ms: i64,
    ) -> Option<Event<'static>> {
        visit.note.last_ms = now_ms;
        match action {
            Action::LookUp { pan } => Some(self.look_up(visit, pan).await),
            Action::Judge(opening) => Some(Event::Judged(judge(visit, opening, settings))),
            Action::Book(begin) => {
                Some(Event::Booked(self.book(visit, begin, Arc::clone(settings), now_ms).await))
            }
            Action::Settle(confirm) => {
                Some(Event::Settled(self.settle(visit, confirm, Arc::clone(settings), now_ms).await))
            }
            Action::MarkChangedKey => {
                self.mark_changed_key(visit, &settings.decisions, now_ms).await;
                None
            }
            Action::Record { step, why } => {
                self.record(visit, step, why, now_ms).await;
                None
            }
            Action::Send(_) | Action::HangUp => None,
        }
    }

    async fn look_up(&self, visit: &mut Visit, pan: u32) -> Event<'static> {
        visit.note.pan = Some(pan);
        let mut nonce = Nonce::default();
        let found = match getrandom::fill(&mut nonce) {
            Ok(()) => self.key_of(visit, pan).await,
            Err(_) => Err(KeyFault::Random.to_string()),
        };
        match found {
            Ok(key) => Event::Known(key, nonce),
            Err(why) => {
                tracing::error!(pan, why, "a call could not be looked up");
                Event::LineFailed
            }
        }
    }

    async fn key_of(&self, visit: &mut Visit, pan: u32) -> Result<Option<Key>, String> {
        let found = self.books.caller(pan).await.map_err(|fault| fault.to_string())?;
        let Some(caller) = found else { return Ok(None) };
        visit.serial = Some(caller.serial);
        let key = self.keys.link_key(caller.serial, &caller.link_key).await;
        key.map(Some).map_err(|fault| fault.to_string())
    }

    async fn book(
        &self,
        visit: &mut Visit,
        begin: Begin,
        settings: Arc<CentreSettings>,
        now_ms: i64,
    ) -> Result<Data, Refused> {
        let (Some(serial), Some(call), Some(report)) = (visit.serial, visit.call, visit.report.clone())
        else {
            return Err(Refused::OutOfTurn);
        };
        visit.is_proved = true;
        visit.note.serial = Some(serial);
        visit.note.transactions = visit.note.transactions.saturating_add(1);
        visit.note.ask = ask_name(&begin.ask).to_owned();
        let note = visit.note.clone();
        let ask = begin.ask;
        let page = Page::new("meter", now_ms);
        // Only what may cost the customer something has to hold his account meanwhile.
        let page =
            if matches!(ask, Ask::Refill | Ask::CallBack { .. }) { page } else { page.without_money() };
        let change = move |folder: &mut Folder, page: &mut Page| {
            let before = folder.file.dossier.judged.status;
            let Folder { file, conditions, customer, .. } = folder;
            let rules = conditions.rules(customer);
            let begun = file.begin(&call, &report, &ask, &rules, &settings.decisions, page.at_ms);
            let (plan, turn) = begun.map_err(|_| Refused::OutOfTurn)?;
            write_down(folder, page, turn, &report, &note, before);
            Ok(plan)
        };
        let plan = self.books.change_among_others(serial, page, change).await;
        let plan = plan.map_err(|fault| unable(serial, &fault))???;
        let data = self.data(&plan);
        visit.given = Some(plan.given);
        data
    }

    /// What a plan is sent as: grants and orders under the carrier's signature.
    fn data(&self, plan: &Plan) -> Result<Data, Refused> {
        let credit = match plan.credit {
            PlannedCredit::None => Credit::None,
            PlannedCredit::Refill(grant) => {
                Credit::Refill { number: grant.number, signature: self.sign(grant).signature }
            }
            PlannedCredit::Grant(grant) => Credit::Grant(self.sign(grant)),
        };
        let orders = plan.orders.iter().map(|order| self.sign(*order)).collect();
        Ok(Data { agreed: plan.agreed, credit, orders })
    }

    fn sign<T: Message>(&self, message: T) -> Signed<T> {
        let signature = self.issuer.sign(message.signed_bytes().as_ref()).to_bytes();
        Signed { message, signature }
    }

    async fn settle(
        &self,
        visit: &mut Visit,
        confirm: Confirm,
        settings: Arc<CentreSettings>,
        now_ms: i64,
    ) -> Result<End, Refused> {
        let (Some(serial), Some(call), Some(given)) = (visit.serial, visit.call, visit.given.take()) else {
            return Err(Refused::OutOfTurn);
        };
        let note = visit.note.clone();
        let heard = confirm.report.clone();
        let change = move |folder: &mut Folder, page: &mut Page| {
            let before = folder.file.dossier.judged.status;
            let settled = folder.file.confirm(&call, &given, &confirm, &settings.decisions, page.at_ms);
            let (end, turn) = settled.map_err(|_| Refused::OutOfTurn)?;
            write_down(folder, page, turn, &confirm.report, &note, before);
            Ok(end)
        };
        let page = Page::new("meter", now_ms).without_money();
        let end = self.books.change_among_others(serial, page, change).await;
        let end = end.map_err(|fault| unable(serial, &fault))??;
        visit.report = Some(heard);
        Ok(end)
    }

    async fn mark_changed_key(&self, visit: &mut Visit, settings: &Settings, now_ms: i64) {
        let Some(serial) = visit.serial else { return };
        visit.is_proved = true;
        visit.note.serial = Some(serial);
        let change = |folder: &mut Folder, page: &mut Page| {
            folder.file.dossier.note_changed_key();
            page.event(AuditEvent::ChangedKey {});
            let mut turn = Turn::default();
            folder.file.react(settings, &Cause::Call, &mut turn, page.at_ms);
            page.turn(folder, turn);
            Ok::<(), Refused>(())
        };
        if let Err(fault) = self.books.change(serial, Page::new("meter", now_ms), change).await {
            unable(serial, &fault);
        }
    }

    /// Step 513: keeps what is known of a call that failed, or of a transaction that was refused.
    async fn record(&self, visit: &mut Visit, step: u16, why: Failure, now_ms: i64) {
        let reason = match why {
            Failure::Line => "the line was cut, or nothing came in time",
            Failure::Unreadable => "what came was no message of the link, or could not be read",
            Failure::OutOfTurn => "what came was not what comes next",
            Failure::Refused(refused) => refused.sentence(),
        };
        let is_unauthorised = matches!(why, Failure::Refused(Refused::OtherNumber | Refused::NoRequest));
        visit.note.step = step;
        visit.note.failure = reason.to_owned();
        visit.note.is_unauthorised |= is_unauthorised;
        let note = &visit.note;
        let kept = match visit.proved() {
            None => self.books.note_stranger(note).await,
            Some(serial) => {
                let page = Page::new("meter", now_ms).without_money();
                let change = |_: &mut Folder, page: &mut Page| {
                    let (reason, origin) = (reason.to_owned(), note.origin.clone());
                    page.event(match is_unauthorised {
                        true => AuditEvent::Unauthorised { reason, origin },
                        false => AuditEvent::CallRefused { step, reason, origin },
                    });
                    page.put(Row::Call(note.clone()));
                    Ok::<(), Refused>(())
                };
                self.books.change(serial, page, change).await.map(drop)
            }
        };
        if let Err(fault) = kept {
            tracing::error!(%fault, "a failed call could not be kept");
        }
    }
}

/// Step 504: what the opening says. Whatever it asks for is decided when it has proved to be no recording.
fn judge(visit: &mut Visit, opening: Opening, settings: &CentreSettings) -> Judgement {
    visit.note.trigger = Some(opening.trigger.into());
    visit.call = Some(Call { trigger: opening.trigger, opened_ms: visit.note.opened_ms });
    visit.report = Some(opening.report);
    match &settings.operations.moved_to {
        Some(number) if *number != opening.dialled && !matches!(opening.trigger, Trigger::CalledBack(_)) => {
            Judgement::Move(number.clone())
        }
        _ => Judgement::Proceed,
    }
}

/// Puts down what hearing a report came to.
fn write_down(
    folder: &Folder,
    page: &mut Page,
    turn: Turn,
    report: &Report,
    note: &CallNote,
    before: Status,
) {
    page.turn(folder, turn);
    page.put(Row::Reading(Reading { at_ms: page.at_ms, commit: report.commit, registers: report.registers }));
    page.put(Row::Call(note.clone()));
    let MeterFile { dossier, .. } = &folder.file;
    if before > Status::Okay {
        // It was heard, and that was asked for ([143]; EP 0 660 270, reactions a and b).
        let is_released = dossier.judged.status == Status::Okay;
        let kinds: &[&str] =
            if is_released { &["ask_for_call", "inspect_unless_heard"] } else { &["ask_for_call"] };
        page.put(Row::ReactionsDone { kinds, by: "meter".to_owned() });
        if is_released {
            page.event(AuditEvent::Released {});
        }
    }
}

/// The books do not work: the meter is told to call again.
fn unable(serial: Serial, fault: &BooksFault) -> Refused {
    tracing::error!(%serial, %fault, "the books could not serve a call");
    Refused::Busy
}
