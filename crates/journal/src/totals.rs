//! What all debits add up to, and whether the device's registers say the same.
//!
//! What always holds: opening registers and sums together are R2, R4 and R8 of a device that this journal alone was used
//! with; each difference is told, with its sign.

use crate::columns::{count, damaged, money_in, number_in};
use crate::error::JournalError;
use crate::job::When;
use crate::journal::Journal;
use crate::report::{Figures, SUMS, figures_in};
use serde::{Deserialize, Serialize};
use sqlx::AssertSqlSafe;
use std::fmt;
use store::work;
use terms::{Money, Registers, Serial};

/// The device of a journal, and its registers when the journal was begun: it may have franked before.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Opening {
    /// The device.
    pub serial: Serial,
    /// R2.
    pub r2: Money,
    /// R4.
    pub r4: u64,
    /// R8.
    pub r8: u64,
}

/// What all debited imprints add up to, spoiled ones too.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Totals {
    /// What there was before.
    pub opening: Opening,
    /// What was debited since.
    pub since: Figures,
}

impl Totals {
    /// Whether the device's registers say the same.
    pub fn agree(&self, registers: &Registers) -> Result<(), Disagreement> {
        let Totals { opening, since } = self;
        let more = |device: u64, opening: u64, since: u64| {
            i128::from(device) - i128::from(opening) - i128::from(since)
        };
        let difference = Disagreement {
            r2_minor: more(registers.r2.minor(), opening.r2.minor(), since.postage.minor()),
            r4: more(registers.r4, opening.r4, since.pieces.saturating_sub(since.zero_pieces)),
            r8: more(registers.r8, opening.r8, since.pieces),
        };
        let agrees = (difference.r2_minor, difference.r4, difference.r8) == (0, 0, 0);
        if agrees { Ok(()) } else { Err(difference) }
    }
}

/// By how much the device's registers are more than the journal says; less where a number is negative.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Disagreement {
    /// R2, in minor units.
    pub r2_minor: i128,
    /// R4.
    pub r4: i128,
    /// R8.
    pub r8: i128,
}

impl fmt::Display for Disagreement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Disagreement { r2_minor, r4, r8 } = self;
        let (sign, amount) = (if *r2_minor < 0 { '-' } else { '+' }, r2_minor.unsigned_abs());
        write!(
            f,
            "the device and the journal do not agree: the device has R2 {sign}{}.{:02}, R4 {r4:+}, R8 {r8:+} beside \
             the journal; call the data centre",
            amount / 100,
            amount % 100
        )
    }
}

impl std::error::Error for Disagreement {}

impl Journal {
    /// Begins the journal with a device and its registers. The same device again is no beginning: its registers count
    /// from the first time.
    pub fn begin(
        &mut self,
        serial: Serial,
        registers: &Registers,
        when: When,
    ) -> Result<Opening, JournalError> {
        match self.opening()? {
            Some(opening) if opening.serial == serial => Ok(opening),
            Some(opening) => Err(JournalError::OtherDevice { journal: opening.serial, device: serial }),
            None => {
                let opening = Opening { serial, r2: registers.r2, r4: registers.r4, r8: registers.r8 };
                self.write_opening(opening, when)?;
                Ok(opening)
            }
        }
    }

    fn write_opening(&mut self, opening: Opening, when: When) -> Result<(), JournalError> {
        let [r2, r4, r8] = [count(opening.r2.minor())?, count(opening.r4)?, count(opening.r8)?];
        self.transact(move |transaction| {
            work(async move {
                let insert = "INSERT INTO opening (id, serial, r2_minor, r4, r8, at_ms) VALUES (1, $1, $2, $3, $4, $5)";
                let insert = sqlx::query(insert).bind(i64::from(opening.serial.value())).bind(r2).bind(r4);
                insert.bind(r8).bind(when.at_ms).execute(&mut **transaction).await?;
                Ok(())
            })
        })
    }

    /// With which device and registers it was begun, if it was.
    pub fn opening(&mut self) -> Result<Option<Opening>, JournalError> {
        let select = sqlx::query("SELECT serial, r2_minor, r4, r8 FROM opening");
        let row = self.runtime.block_on(select.fetch_optional(self.store.reads()))?;
        row.map(|row| {
            let serial = Serial::new(number_in(&row, 0)?).map_err(damaged)?;
            Ok(Opening { serial, r2: money_in(&row, 1)?, r4: number_in(&row, 2)?, r8: number_in(&row, 3)? })
        })
        .transpose()
    }

    /// What all debits add up to.
    pub fn totals(&mut self) -> Result<Totals, JournalError> {
        let opening = self.opening()?.ok_or(JournalError::NotBegun)?;
        let select = sqlx::query(AssertSqlSafe(format!("SELECT {SUMS} FROM tally")));
        let row = self.runtime.block_on(select.fetch_one(self.store.reads()))?;
        Ok(Totals { opening, since: figures_in(&row, 0)? })
    }

    /// Whether the device's registers say what the journal says: [`JournalError::Disagreement`] tells by how much not.
    pub fn agree(&mut self, registers: &Registers) -> Result<(), JournalError> {
        Ok(self.totals()?.agree(registers)?)
    }

    /// Adds all jobs up anew and compares them with the sums that are kept.
    pub fn check_sums(&mut self) -> Result<(), JournalError> {
        let select = sqlx::query(AssertSqlSafe(format!(
            "SELECT COUNT(*) FROM (SELECT * FROM ({TALLY} EXCEPT {ANEW}) UNION ALL SELECT * FROM ({ANEW} EXCEPT {TALLY}))"
        )));
        let row = self.runtime.block_on(select.fetch_one(self.store.reads()))?;
        match number_in(&row, 0)? {
            0 => Ok(()),
            differing => Err(JournalError::Sums(differing)),
        }
    }
}

const TALLY: &str = "SELECT day, centre, user, cliche, pieces, zero_pieces, postage_minor, surcharge_minor, spoiled, \
     spoiled_minor FROM tally";
const ANEW: &str = "SELECT booked_on, centre, user, cliche, COUNT(*), SUM(postage_minor = 0), SUM(postage_minor), \
     SUM(surcharge_minor), SUM(spoiled_on IS NOT NULL), \
     SUM(CASE WHEN spoiled_on IS NULL THEN 0 ELSE postage_minor END) \
     FROM job WHERE booked_on IS NOT NULL GROUP BY booked_on, centre, user, cliche";
