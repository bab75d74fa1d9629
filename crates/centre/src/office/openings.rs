//! Authorised openings of the housing, the seal, and service resets.

use super::{Office, OfficeFault};
use crate::account::Announcement;
use crate::audit::Event;
use crate::books::{Books, BooksFault, Folder, Page, Row};
use crate::keys::KeyFault;
use link::call::Work;
use link::{Codeword, Proven, Reset, Task, WrappedCodeword, wrap_codeword};
use terms::{Money, Serial};
use zeroize::Zeroizing;

/// What is announced ([70]).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpeningRequest {
    /// Who is to open the housing.
    pub technician: String,
    /// About when.
    pub about_ms: i64,
    /// What for.
    pub work: String,
    /// How long the meter has to fetch Y'; nothing for what is usual.
    pub minutes: Option<u32>,
    /// A refill of this amount brings Y' along ([76]).
    pub agreed: Option<Money>,
}

/// Which registers a service reset brings.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ResetRegisters {
    /// None: the device's own are in order.
    Own,
    /// Those that were seen last, by the books.
    Books,
}

const MINUTE_MS: i64 = 60_000;

impl Office {
    /// Announces an opening. Returns its number.
    pub async fn announce(
        &self,
        serial: Serial,
        request: &OpeningRequest,
        by: &str,
        now_ms: i64,
    ) -> Result<u64, OfficeFault> {
        let fits = |text: &str, most| (1..=most).contains(&text.len()) && !text.chars().any(char::is_control);
        if !fits(&request.technician, 80) {
            return Err(BooksFault::Text("the technician's name", 80).into());
        }
        let work = Work::try_from(request.work.as_str()).ok().filter(|work| fits(work, 40));
        let work = work.ok_or(BooksFault::Text("the kind of work", 40))?;
        let operations = &self.settings.now(now_ms).await?.operations;
        let minutes = request.minutes.unwrap_or(operations.opening_minutes).clamp(1, 24 * 60);
        // The time to fetch Y' runs from when the opening is to be, not from when somebody thought of it.
        let valid_until_ms = request.about_ms.max(now_ms).saturating_add(i64::from(minutes) * MINUTE_MS);
        let expires_ms = valid_until_ms.saturating_add(i64::from(operations.opening_hours) * 60 * MINUTE_MS);
        let next = self.draw_codeword(serial).await?;
        let act = |folder: &mut Folder, page: &mut Page| {
            let (work, agreed) = (work.clone(), request.agreed);
            let announcement = Announcement { valid_until_ms, expires_ms, agreed, work, next };
            let (number, effects) = folder.file.account.announce(announcement, now_ms)?;
            page.effects(folder, effects);
            page.event(Event::OpeningAnnounced {
                technician: request.technician.clone(),
                work: request.work.clone(),
                until_ms: valid_until_ms,
            });
            page.put(Row::Opening {
                number,
                technician: request.technician.clone(),
                about_ms: request.about_ms,
                valid_until_ms,
                agreed,
                work: request.work.clone(),
            });
            Ok(number)
        };
        self.act(serial, by, now_ms, act).await
    }

    /// Withdraws an announcement that the meter has not followed yet.
    pub async fn withdraw_announcement(
        &self,
        serial: Serial,
        by: &str,
        now_ms: i64,
    ) -> Result<(), OfficeFault> {
        let act = |folder: &mut Folder, page: &mut Page| {
            let effects = folder.file.account.withdraw_announcement()?;
            page.effects(folder, effects);
            Ok(())
        };
        self.act(serial, by, now_ms, act).await
    }

    /// The number that must stand on the meter's seal, for an inspector to compare by eye ([101]); that it was given out
    /// is on record.
    pub async fn seal_number(&self, serial: Serial, by: &str, now_ms: i64) -> Result<u64, OfficeFault> {
        let act = |folder: &mut Folder, page: &mut Page| {
            let seal = folder.file.account.state().seen.map_or(folder.passport.seal, |seen| seen.seal);
            page.event(Event::SealShown { seal: seal.to_string() });
            Ok(seal)
        };
        self.act(serial, by, now_ms, act).await
    }

    /// Queues the service reset that mends the fault that the meter has told of ([116], [166]). Refused where it has
    /// told of none.
    pub async fn reset(
        &self,
        serial: Serial,
        registers: ResetRegisters,
        by: &str,
        now_ms: i64,
    ) -> Result<(), OfficeFault> {
        let folder = self.books.folder(serial).await?;
        let Some(fault) = folder.file.dossier.fault else {
            let sentence = format!("meter {serial} has told of no fault: let it call first");
            return Err(OfficeFault::Request(sentence));
        };
        let state = folder.file.account.state();
        let proven = match registers {
            ResetRegisters::Own => None,
            ResetRegisters::Books => {
                let seen = state.seen.map(|seen| seen.registers).unwrap_or_default();
                Some(Proven { registers: seen, grant: state.grants })
            }
        };
        let codeword = self.draw_codeword(serial).await?;
        let reset = Reset { faulted_at: fault.faulted_at, codeword, registers: proven };
        self.queue(serial, Task::Reset(reset), by, now_ms).await
    }

    async fn draw_codeword(&self, serial: Serial) -> Result<WrappedCodeword, OfficeFault> {
        let link = self.link_key(serial).await?;
        let mut bytes = Zeroizing::new([0; Codeword::BYTES]);
        getrandom::fill(bytes.as_mut_slice()).map_err(|_| KeyFault::Random)?;
        Ok(wrap_codeword(&link, &Codeword::new(*bytes)))
    }
}
