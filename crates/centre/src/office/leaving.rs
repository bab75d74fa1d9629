//! Meters that leave service, and meters that are gone.

use super::{Office, OfficeFault};
use crate::account::{Gone, Settlement};
use crate::audit::Event;
use crate::books::{Folder, Page};
use terms::{Money, Serial};

const DAY_MS: i64 = 24 * 60 * 60 * 1_000;

impl Office {
    /// The meter may hand back its credit and leave service ([25]).
    pub async fn arrange_leaving(&self, serial: Serial, by: &str, now_ms: i64) -> Result<(), OfficeFault> {
        let act = |folder: &mut Folder, page: &mut Page| {
            folder.file.account.arrange_leaving(now_ms)?;
            page.event(Event::LeavingArranged { on: true });
            Ok(())
        };
        self.act(serial, by, now_ms, act).await
    }

    /// It is to stay after all.
    pub async fn revoke_leaving(&self, serial: Serial, by: &str, now_ms: i64) -> Result<(), OfficeFault> {
        let act = |folder: &mut Folder, page: &mut Page| {
            folder.file.account.revoke_leaving()?;
            page.event(Event::LeavingArranged { on: false });
            Ok(())
        };
        self.act(serial, by, now_ms, act).await
    }

    /// The meter is gone: it gets nothing more.
    pub async fn note_gone(
        &self,
        serial: Serial,
        why: Gone,
        by: &str,
        now_ms: i64,
    ) -> Result<(), OfficeFault> {
        let act = |folder: &mut Folder, page: &mut Page| {
            folder.file.account.note_gone(why, by, now_ms)?;
            let why = match why {
                Gone::Lost => "lost",
                Gone::Dead => "dead",
            };
            page.event(Event::MeterGone { why: why.to_owned() });
            Ok(())
        };
        self.act(serial, by, now_ms, act).await
    }

    /// It is there again.
    pub async fn note_found(&self, serial: Serial, by: &str, now_ms: i64) -> Result<(), OfficeFault> {
        let act = |folder: &mut Folder, page: &mut Page| {
            folder.file.account.note_found()?;
            page.event(Event::MeterGone { why: "found".to_owned() });
            Ok(())
        };
        self.act(serial, by, now_ms, act).await
    }

    /// Settles a meter that is gone by the books: another person than the one who noted it, after the waiting time.
    pub async fn settle_gone(
        &self,
        serial: Serial,
        spent_since: Money,
        by: &str,
        now_ms: i64,
    ) -> Result<(), OfficeFault> {
        let waiting_ms = i64::from(self.settings.now(now_ms).await?.operations.gone_days) * DAY_MS;
        let act = |folder: &mut Folder, page: &mut Page| {
            let settlement = Settlement { spent_since, by, waiting_ms };
            let effects = folder.file.account.settle_gone(&settlement, now_ms)?;
            page.event(Event::MeterSettled { spent_since_minor: spent_since.minor() });
            page.effects(folder, effects);
            Ok(())
        };
        self.act(serial, by, now_ms, act).await
    }
}
