//! Deposits as a table (CSV): a first line that names the columns, then one payment a line. Columns are parted by comma,
//! semicolon or tabulator, whichever parts the first line into names that are known.

use super::counted::{Counted, TOO_LARGE};
use super::{AmountFault, CustomerReference, Deposits, Payment, Problem, Reading, RefusedFile, Stop};
use super::{Currency, bank_reference, day, kept};
use csv::{ByteRecord, ReaderBuilder};
use std::io::BufRead;

/// The names of the columns, in any order; only the last may be missing.
const NAMES: [&str; 6] = ["reference", "amount", "currency", "booked_on", "bank_reference", "payer"];
/// The longest line, in bytes.
const MAX_LINE_BYTES: usize = 4096;

/// Reads a table of deposits in this currency. A line whose reference is no customer's is a fault: whoever made the
/// table can mend it.
pub fn read_table(file: impl BufRead, currency: Currency) -> Result<Deposits, RefusedFile> {
    let mut reading = Reading::new();
    let _ = read(Counted::new(file), currency, &mut reading);
    reading.finish()
}

fn read<R: BufRead>(mut file: Counted<R>, currency: Currency, reading: &mut Reading) -> Result<(), Stop> {
    let mut text = Vec::new();
    let mut columns: Option<Columns> = None;
    let mut decimal_sign = None;
    loop {
        let line = file.line();
        file.begin_piece();
        text.clear();
        let length = match file.read_until(b'\n', &mut text) {
            Ok(length) => length,
            Err(error) => {
                let problem = if error.kind() == TOO_LARGE { Problem::TooLarge } else { Problem::Medium };
                return reading.fault(line, problem);
            }
        };
        if length == 0 {
            break;
        }
        if text.len() > MAX_LINE_BYTES {
            return reading.fault(line, Problem::TooLarge);
        }
        let Some(columns) = &columns else {
            columns = Columns::named(&text);
            if columns.is_none() {
                return reading.fault(line, Problem::Header);
            }
            continue;
        };
        if text.iter().all(u8::is_ascii_whitespace) {
            continue;
        }
        let taken = columns.cells(&text).and_then(|cells| payment(line, &cells, currency, &mut decimal_sign));
        match taken {
            Ok((customer, payment)) => reading.payment(Ok(customer), payment)?,
            Err(problem) => reading.fault(line, problem)?,
        }
    }
    if columns.is_none() { reading.fault(1, Problem::Header) } else { Ok(()) }
}

/// Which column is where, and what parts them.
struct Columns {
    delimiter: u8,
    places: [Option<usize>; NAMES.len()],
    count: usize,
}

/// The cells of a line, in the order of [`NAMES`].
type Cells = [String; NAMES.len()];

impl Columns {
    fn named(line: &[u8]) -> Option<Columns> {
        // Spreadsheets put a mark of byte order before the first name.
        let line = line.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(line);
        b",;\t".iter().find_map(|&delimiter| {
            let record = split(line, delimiter)?;
            let names: Vec<&str> = record
                .iter()
                .map(|cell| str::from_utf8(cell).map(str::trim))
                .collect::<Result<_, _>>()
                .ok()?;
            let places = NAMES.map(|name| names.iter().position(|column| *column == name));
            let known = places.iter().flatten().count();
            let all_but_last = places.iter().rev().skip(1).all(Option::is_some);
            (all_but_last && known == names.len()).then_some(Columns {
                delimiter,
                places,
                count: names.len(),
            })
        })
    }

    fn cells(&self, line: &[u8]) -> Result<Cells, Problem> {
        let record = split(line, self.delimiter).ok_or(Problem::Columns)?;
        if record.len() != self.count {
            return Err(Problem::Columns);
        }
        let mut cells = Cells::default();
        for (cell, place) in cells.iter_mut().zip(self.places) {
            let bytes = place.and_then(|place| record.get(place)).unwrap_or_default();
            *cell = str::from_utf8(bytes).map_err(|_| Problem::Encoding)?.trim().to_owned();
        }
        Ok(cells)
    }
}

/// The cells of one line; `None` where a quotation is not ended in its line.
fn split(line: &[u8], delimiter: u8) -> Option<ByteRecord> {
    let line = line.strip_suffix(b"\n").unwrap_or(line);
    let line = line.strip_suffix(b"\r").unwrap_or(line);
    let is_whole = line.iter().filter(|byte| **byte == b'"').count() % 2 == 0;
    let mut reader = ReaderBuilder::new().has_headers(false).delimiter(delimiter).from_reader(line);
    let mut record = ByteRecord::new();
    let read = is_whole && reader.read_byte_record(&mut record).ok()?;
    read.then_some(record)
}

fn payment(
    line: u64,
    [reference, amount, code, booked_on, of_bank, payer]: &Cells,
    currency: Currency,
    decimal_sign: &mut Option<char>,
) -> Result<(CustomerReference, Payment), Problem> {
    if code != currency.code() {
        return Err(Problem::Currency(currency));
    }
    let (amount, sign) = currency.written(amount)?;
    if let Some(sign) = sign
        && *decimal_sign.get_or_insert(sign) != sign
    {
        return Err(AmountFault::Ambiguous.into());
    }
    let customer: CustomerReference = reference.parse()?;
    let payment = Payment {
        line,
        amount,
        booked_on: day(booked_on)?,
        bank_reference: bank_reference(of_bank)?,
        payer: kept(payer),
        remittance: String::new(),
    };
    Ok((customer, payment))
}
