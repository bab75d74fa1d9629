//! Meters: in a list, suspects, and one in detail.

use super::fleet::IS_OVERDUE;
use super::section::Place;
use super::select::{Columns, Select, damaged, within};
use super::standing::MeterStanding;
use super::{
    AuditRow, CallBackRow, CallRow, Catalogue, GrantRow, Listed, OpeningRow, ReactionRow, ReadingRow,
    ReasonRow, Section, written,
};
use crate::audit::Chain;
use crate::books::{BooksFault, Folder};
use crate::deposits::CustomerReference;
use crate::dossier::Dossier;
use serde::{Deserialize, Serialize};
use sqlx::any::AnyRow;
use terms::Serial;
use terms::equations::Status;
use utoipa::ToSchema;

/// A meter in a list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct MeterRow {
    /// Which.
    #[serde(serialize_with = "written::serial")]
    #[schema(value_type = String, example = "00001234")]
    pub serial: Serial,
    /// The number that it calls in with.
    pub call_number: u32,
    /// Whose it is.
    #[serde(serialize_with = "written::customer")]
    #[schema(value_type = String, example = "RF54000000001234")]
    pub customer: CustomerReference,
    /// That customer's name.
    pub customer_name: String,
    /// What is thought of it.
    #[schema(value_type = String, pattern = "^(okay|suspicious|manipulated)$")]
    pub status: Status,
    /// Since when it is suspect, if it is.
    pub suspect_ms: Option<i64>,
    /// Whether it is in service.
    pub service: ServiceWord,
    /// Whether an operator has stopped it.
    pub is_stopped: bool,
    /// When it was last heard, if it ever was.
    pub heard_ms: Option<i64>,
    /// The credit that it had then.
    pub r1_minor: u64,
    /// Since when it is in the books.
    pub since_ms: i64,
}

/// Whether a meter is in service, in a word.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ServiceWord {
    /// It is.
    InService,
    /// It is, and may hand back its credit and leave.
    Leaving,
    /// It has handed back its credit and left.
    Withdrawn,
    /// It is lost or dead.
    Gone,
    /// It was gone, and its credit was settled by the books.
    Settled,
}

impl ServiceWord {
    /// All of them.
    pub const ALL: [ServiceWord; 5] = [
        ServiceWord::InService,
        ServiceWord::Leaving,
        ServiceWord::Withdrawn,
        ServiceWord::Gone,
        ServiceWord::Settled,
    ];

    /// The word in tables and in JSON.
    pub const fn name(self) -> &'static str {
        match self {
            ServiceWord::InService => "in_service",
            ServiceWord::Leaving => "leaving",
            ServiceWord::Withdrawn => "withdrawn",
            ServiceWord::Gone => "gone",
            ServiceWord::Settled => "settled",
        }
    }

    pub(super) fn of(name: &str) -> Result<ServiceWord, BooksFault> {
        let found = ServiceWord::ALL.into_iter().find(|word| word.name() == name);
        found.ok_or_else(|| damaged("a meter's service", name))
    }
}

/// Which meters are asked for. Nothing set asks for all.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MeterFilter {
    /// Of whom this is thought.
    pub status: Option<Status>,
    /// That are in this relation to service.
    pub service: Option<ServiceWord>,
    /// Of this customer.
    pub customer: Option<CustomerReference>,
    /// With these digits somewhere in the serial number.
    pub serial_text: Option<String>,
    /// That were not heard in their time.
    pub only_overdue: bool,
}

/// A suspect meter, and why it is one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct SuspectRow {
    /// The meter.
    pub meter: MeterRow,
    /// Why it is suspect.
    pub reasons: Vec<ReasonRow>,
}

/// A meter with everything that is known of it.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct MeterDetail {
    /// Its folder, for pages; it is never written out, as it holds codewords in coded form.
    #[serde(skip)]
    #[schema(ignore)]
    pub folder: Folder,
    /// The meter as lists show it.
    pub meter: MeterRow,
    /// How it stands.
    pub standing: MeterStanding,
    /// Its registers as they were reported, the oldest first.
    pub readings: Vec<ReadingRow>,
    /// Its calls, the newest first.
    pub calls: Vec<CallRow>,
    /// Its grants, the newest first.
    pub grants: Vec<GrantRow>,
    /// Openings of its housing, the newest first.
    pub openings: Vec<OpeningRow>,
    /// What is still to be done about it.
    pub reactions: Vec<ReactionRow>,
    /// Call-backs that it asked for, the newest first.
    pub call_backs: Vec<CallBackRow>,
    /// The newest entries of its chain in the audit log, the newest first.
    pub audit: Vec<AuditRow>,
}

const COLUMNS: &str = "m.serial, m.pan, m.customer, c.name, m.status, m.suspect_ms, m.service, m.is_stopped, \
                       m.contact_ms, m.r1_minor, m.since_ms";
const TABLES: &str = "FROM meter m JOIN customer c ON c.reference = m.customer";

impl Catalogue {
    /// Meters by rising serial number.
    pub async fn meters(
        &self,
        filter: &MeterFilter,
        section: &Section,
    ) -> Result<Listed<MeterRow>, BooksFault> {
        let mut select = filter.select();
        if let Some(after) = &section.after {
            select.number("m.serial > ?", after.number);
        }
        let head = format!("SELECT {COLUMNS} {TABLES}");
        let rows = select.rows(self.pool(), &head, "ORDER BY m.serial LIMIT ?", section.rows()).await?;
        let placed = rows.iter().map(|row| {
            let meter = meter_in(&mut Columns::of(row))?;
            Ok((Place::of(meter.serial.value().into()), meter))
        });
        Ok(section.of(placed.collect::<Result<_, BooksFault>>()?))
    }

    /// Suspect meters, the newest suspicions first.
    pub async fn suspects(&self, section: &Section) -> Result<Listed<SuspectRow>, BooksFault> {
        let mut select = Select::default();
        select.only("m.status > 0");
        if let Some(Place { number, text }) = &section.after {
            let serial = text.parse().unwrap_or(i64::MAX);
            select.numbers("(-COALESCE(m.suspect_ms, 0), m.serial) >", &[number.saturating_neg(), serial]);
        }
        let head = format!("SELECT {COLUMNS}, m.dossier {TABLES}");
        let tail = "ORDER BY -COALESCE(m.suspect_ms, 0), m.serial LIMIT ?";
        let rows = select.rows(self.pool(), &head, tail, section.rows()).await?;
        let placed = rows.iter().map(|row| {
            let suspect = suspect_in(row)?;
            let place = Place {
                number: suspect.meter.suspect_ms.unwrap_or_default(),
                text: suspect.meter.serial.value().to_string(),
            };
            Ok((place, suspect))
        });
        Ok(section.of(placed.collect::<Result<_, BooksFault>>()?))
    }

    /// A meter with everything that is known of it.
    pub async fn meter(&self, serial: Serial) -> Result<MeterDetail, BooksFault> {
        let folder = self.folder(serial).await?;
        let mut select = Select::default();
        select.number("m.serial = ?", serial.value().into());
        let head = format!("SELECT {COLUMNS} {TABLES}");
        let rows = select.rows(self.pool(), &head, "LIMIT ?", 1).await?;
        let row = rows.first().ok_or(BooksFault::NoMeter(serial))?;
        Ok(MeterDetail {
            meter: meter_in(&mut Columns::of(row))?,
            standing: MeterStanding::of(&folder),
            readings: self.readings(serial, Catalogue::HISTORY_MAX).await?,
            calls: self.newest_calls(serial, Catalogue::HISTORY_MAX).await?,
            grants: self.grants(serial, Catalogue::HISTORY_MAX).await?,
            openings: self.openings(serial, Catalogue::HISTORY_MAX).await?,
            reactions: self.open_reactions_of(serial).await?,
            call_backs: self.call_backs(serial, Catalogue::HISTORY_MAX).await?,
            audit: self.audit(&Chain::Meter(serial), Catalogue::HISTORY_MAX).await?,
            folder,
        })
    }
}

impl MeterFilter {
    fn select(&self) -> Select {
        let mut select = Select::default();
        if let Some(status) = self.status {
            select.number("m.status = ?", status as i64);
        }
        if let Some(service) = self.service {
            select.text("m.service = ?", service.name());
        }
        if let Some(customer) = self.customer {
            select.text("m.customer = ?", customer.to_string());
        }
        if let Some(text) = &self.serial_text {
            // The eight digits as people write them, with the zeros in front.
            let digits = "SUBSTR('00000000' || CAST(m.serial AS TEXT), LENGTH(CAST(m.serial AS TEXT)) + 1) LIKE ? ESCAPE '!'";
            select.text(digits, within(text));
        }
        if self.only_overdue {
            select.only(IS_OVERDUE);
        }
        select
    }
}

fn meter_in(columns: &mut Columns<'_>) -> Result<MeterRow, BooksFault> {
    Ok(MeterRow {
        serial: columns.serial()?,
        call_number: columns.number()?,
        customer: columns.customer()?,
        customer_name: columns.take()?,
        status: status_of(columns.take()?)?,
        suspect_ms: columns.take()?,
        service: ServiceWord::of(&columns.take::<String>()?)?,
        is_stopped: columns.flag()?,
        heard_ms: Some(columns.take::<i64>()?).filter(|at_ms| *at_ms != 0),
        r1_minor: columns.number()?,
        since_ms: columns.take()?,
    })
}

fn suspect_in(row: &AnyRow) -> Result<SuspectRow, BooksFault> {
    let columns = &mut Columns::of(row);
    let meter = meter_in(columns)?;
    let dossier: Option<Dossier> = columns.json()?;
    Ok(SuspectRow { meter, reasons: ReasonRow::all(&dossier.unwrap_or_default().judged) })
}

/// The status of a number in the tables.
pub(super) fn status_of(number: i64) -> Result<Status, BooksFault> {
    let all = [Status::Okay, Status::Suspicious, Status::Manipulated];
    all.into_iter().find(|status| *status as i64 == number).ok_or_else(|| damaged("a status", number))
}
