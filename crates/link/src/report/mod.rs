//! What a device says of itself so that the centre can believe it.
//!
//! What always holds: a device that has changed its link key after a manipulation seals its reports with the changed
//! one, by which the centre knows it (EP 0 660 269, [96], [114]; B11).

mod block;
mod errors;
mod finding;

pub use block::Block;
pub use errors::{ErrorCounts, ErrorKind};
pub use finding::{FINDINGS, Finding};

use crate::keys::{changed_link_key, derive};
use aes::Aes256;
use cmac::{Cmac, KeyInit, Mac};
use heapless::Vec;
use imprint::numbers::Key;
use serde::{Deserialize, Serialize};
use subtle::ConstantTimeEq;
use terms::{Money, Registers, Serial};

/// Bytes of a report, at most.
pub const REPORT_BYTES_MAX: usize = 512;

/// What the device says of itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Report {
    /// The meter.
    pub serial: Serial,
    /// The number on its seal ([101]).
    pub seal: u64,
    /// Number of the newest commit.
    pub commit: u64,
    /// What its fault is known by; 0 where there is none that a service reset mends.
    pub faulted_at: u64,
    /// The code it shows: that of the gravest block or of the fault it halted with; 0 where it is in order.
    pub code: u16,
    /// The registers; those of a device that halted are unknown and zero.
    pub registers: Registers,
    /// Number of the last grant taken.
    pub grant: u64,
    /// Number of the last order carried out.
    pub order: u64,
    /// The amount of a usual refill, as it was last agreed.
    pub usual: Money,
    /// The clock as it was last believed, in tenths of a second.
    pub tenths: u64,
    /// Whether the next codeword waits in place E.
    pub has_next_codeword: bool,
    /// What keeps the device from franking.
    pub blocks: Vec<Block, 8>,
    /// Errors by kind.
    pub errors: ErrorCounts,
    /// The newest entries of the log, the oldest first.
    pub findings: Vec<Finding, FINDINGS>,
    /// Number of the last inspection carried out; 0 for none.
    pub inspection: u64,
    /// The key epoch in which it makes its numbers.
    pub epoch: u16,
}

/// A report and its MAC.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SealedReport {
    /// The report as [postcard](https://postcard.jamesmunns.com/wire-format.html).
    pub bytes: Vec<u8, REPORT_BYTES_MAX>,
    /// CMAC-AES-256 over the challenge and the bytes, under a key made of the link key.
    pub mac: [u8; 16],
}

/// Which link key a report was sealed with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReportKey {
    /// The one of the personalisation.
    Original,
    /// The one that a device changes to after a manipulation.
    Changed,
}

/// Opens a report with the link key of its meter: nothing if it was sealed by somebody else, or for another challenge.
pub fn open_report(sealed: &SealedReport, link: &Key, challenge: &[u8; 16]) -> Option<(Report, ReportKey)> {
    let is_sealed_with = |key: &Key| bool::from(tag(key, challenge, &sealed.bytes).ct_eq(&sealed.mac));
    let key = match (is_sealed_with(link), is_sealed_with(&changed_link_key(link))) {
        (true, _) => ReportKey::Original,
        (_, true) => ReportKey::Changed,
        _ => return None,
    };
    Some((postcard::from_bytes(&sealed.bytes).ok()?, key))
}

/// Seals a report. Nothing if it were longer than [`REPORT_BYTES_MAX`], which none is.
pub fn seal_report(report: &Report, link: &Key, challenge: &[u8; 16]) -> Option<SealedReport> {
    let mut buffer = [0; REPORT_BYTES_MAX];
    // The bound holds for every report: the test below seals the longest.
    let bytes = postcard::to_slice(report, &mut buffer).ok()?;
    let mac = tag(link, challenge, bytes);
    Some(SealedReport { bytes: bytes.iter().copied().collect(), mac })
}

fn tag(link: &Key, challenge: &[u8; 16], bytes: &[u8]) -> [u8; 16] {
    let mut mac = Cmac::<Aes256>::new(derive(link, b"reports on link ").bytes().into());
    mac.update(challenge);
    mac.update(bytes);
    mac.finalize().into_bytes().into()
}
