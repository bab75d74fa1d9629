//! What is to be printed, and how.

use crate::Imprint;
use imprint::numbers::RequestId;
use paper::{Envelope, Offset};
use std::fmt;
use std::str::FromStr;

/// A job's name is at most this long.
const NAME_BYTES_MAX: usize = 40;

/// An imprint or a page of text, and the letter it goes on.
#[derive(Clone, Debug)]
pub struct Job {
    /// Its name, which no other job ever gets.
    pub name: JobName,
    /// What is printed.
    pub imprint: Imprint,
    /// The letter.
    pub envelope: Envelope,
    /// How far the imprint is moved on it.
    pub offset: Offset,
    /// What the stations before and after the printer do.
    pub stations: Stations,
}

/// The stations that are set to work on a letter; the others leave it to the operator's hand.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Stations {
    /// The feeder before the printer separates a letter from its pile.
    pub feeder: bool,
    /// The stacker after it takes the printed letter.
    pub stacker: bool,
}

/// The name by which a job is known again: 1 to 40 hexadecimal digits in small letters and hyphens, so that it is
/// harmless as a file's name and in any printer's list.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct JobName(String);

impl JobName {
    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<RequestId> for JobName {
    fn from(request: RequestId) -> JobName {
        JobName(request.to_string())
    }
}

impl FromStr for JobName {
    type Err = JobNameError;

    fn from_str(text: &str) -> Result<JobName, JobNameError> {
        let plain = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte) || byte == b'-';
        let is_name = (1..=NAME_BYTES_MAX).contains(&text.len()) && text.bytes().all(plain);
        if is_name { Ok(JobName(text.to_owned())) } else { Err(JobNameError) }
    }
}

impl fmt::Display for JobName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A text is no job's name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a job's name is 1 to {NAME_BYTES_MAX} hexadecimal digits in small letters and hyphens")]
pub struct JobNameError;
