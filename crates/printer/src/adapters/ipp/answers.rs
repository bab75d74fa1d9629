//! What a printer says of itself and of its jobs, as types (RFC 8011, 5.3 and 5.4).

use super::super::files::Form;
use crate::{Reason, State, Station, Warning};
use ipp::attribute::IppAttributeGroup;
use ipp::value::IppValue;
use paper::Envelope;

/// The attributes of a printer that are asked for.
pub(super) const PRINTER_ATTRIBUTES: &[&str] = &[
    "printer-state",
    "printer-state-reasons",
    "printer-is-accepting-jobs",
    "marker-levels",
    "media-supported",
    "document-format-supported",
    "pwg-raster-document-resolution-supported",
    "pwg-raster-document-type-supported",
    "print-scaling-supported",
];
/// The attributes of a job that are asked for.
pub(super) const JOB_ATTRIBUTES: &[&str] =
    &["job-id", "job-name", "job-state", "job-state-reasons", "job-state-message", "time-at-processing"];

pub(super) const PDF: &str = "application/pdf";
pub(super) const RASTER: &str = "image/pwg-raster";
const STOPPED: i32 = 5;
const CANCELED: i32 = 7;
const ABORTED: i32 = 8;
const COMPLETED: i32 = 9;
/// Dots an inch rather than a centimetre.
const DOTS_PER_INCH: i8 = 3;
/// At so many per cent a marker is nearly used up.
const MARKER_LOW_PERCENT: i32 = 10;
/// A printer's own words are cut after this many characters.
const WORDS_MAX: usize = 120;

/// A printer.
#[derive(Debug)]
pub(super) struct PrinterView<'a>(pub(super) &'a IppAttributeGroup);

impl PrinterView<'_> {
    /// Whether it prints, and what it warns of.
    pub(super) fn state(&self) -> State {
        let reasons: Vec<StateReason> =
            texts(self.0, "printer-state-reasons").map(|own| StateReason::of(&own)).collect();
        let is_stopped = number(self.0, "printer-state") == Some(STOPPED);
        let accepts = self.value("printer-is-accepting-jobs") != Some(&IppValue::Boolean(false));
        let stopped = stop(&reasons, is_stopped, accepts);
        State { stopped, warnings: self.warnings(&reasons) }
    }

    /// How a page of so many dots an inch is best sent: dot by dot where the printer's own dots allow it.
    pub(super) fn form(&self, dpi: u32) -> Option<Form> {
        let takes = |format: &str| texts(self.0, "document-format-supported").any(|own| own == format);
        let is_black = texts(self.0, "pwg-raster-document-type-supported").any(|own| own == "black_1");
        let raster = self.enlargement(dpi).filter(|_| is_black && takes(RASTER));
        match raster {
            Some(enlargement) => Some(Form::Raster { enlargement }),
            None => takes(PDF).then_some(Form::Pdf),
        }
    }

    /// Whether it takes envelopes of this size. One that lists no sizes may.
    pub(super) fn takes(&self, envelope: Envelope) -> bool {
        let mut sizes = texts(self.0, "media-supported").peekable();
        sizes.peek().is_none() || sizes.any(|own| own == envelope.media())
    }

    /// Whether it can be told to leave the size of a page alone.
    pub(super) fn leaves_size_alone(&self) -> bool {
        texts(self.0, "print-scaling-supported").any(|own| own == "none")
    }

    fn enlargement(&self, dpi: u32) -> Option<u32> {
        let resolutions = self.value("pwg-raster-document-resolution-supported")?;
        let fitting = |value: &IppValue| match *value {
            IppValue::Resolution { cross_feed, feed, units: DOTS_PER_INCH } if cross_feed == feed => {
                let own = u32::try_from(feed).ok()?;
                let enlargement = own.checked_div(dpi)?;
                (own.is_multiple_of(dpi) && (1..=10).contains(&enlargement)).then_some(enlargement)
            }
            _ => None,
        };
        resolutions.into_iter().find_map(fitting)
    }

    fn warnings(&self, reasons: &[StateReason]) -> Vec<Warning> {
        let mut warnings: Vec<Warning> = reasons.iter().filter_map(StateReason::warning).collect();
        let levels = self.value("marker-levels").into_iter().flatten();
        let lowest = levels.filter_map(integer).filter(|level| (0..=100).contains(level)).min();
        if let Some(level) = lowest.filter(|level| *level <= MARKER_LOW_PERCENT) {
            warnings.retain(|own| !matches!(own, Warning::MarkerLow { .. }));
            warnings.push(Warning::MarkerLow { percent: u8::try_from(level).ok() });
        }
        warnings
    }

    fn value(&self, name: &str) -> Option<&IppValue> {
        self.0.get(name).map(|attribute| attribute.value())
    }
}

/// A word for how a printer is, and how bad that is.
#[derive(Debug)]
struct StateReason {
    word: String,
    severity: Severity,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Severity {
    Report,
    Warning,
    Error,
}

impl StateReason {
    /// A word without a severity does not stop a printer that does not say itself that it has stopped.
    fn of(text: &str) -> StateReason {
        let (word, severity) = match text.rsplit_once('-') {
            Some((word, "report")) => (word, Severity::Report),
            Some((word, "warning")) => (word, Severity::Warning),
            Some((word, "error")) => (word, Severity::Error),
            _ => (text, Severity::Warning),
        };
        StateReason { word: word.to_owned(), severity }
    }

    fn warning(&self) -> Option<Warning> {
        match self.word.as_str() {
            "none" => None,
            "media-empty" => Some(Warning::MediaEmpty),
            "media-low" => Some(Warning::MediaLow),
            "marker-supply-low" | "toner-low" => Some(Warning::MarkerLow { percent: None }),
            _ if self.severity == Severity::Report => None,
            word => Some(Warning::Other(word.to_owned())),
        }
    }
}

/// Why a printer prints nothing, if it does not.
fn stop(reasons: &[StateReason], is_stopped: bool, accepts: bool) -> Option<Reason> {
    let has = |word: &str| reasons.iter().any(|reason| reason.word == word);
    let errs = reasons.iter().any(|reason| reason.severity == Severity::Error);
    if !is_stopped && !errs && accepts && !has("media-needed") {
        return None;
    }
    if has("media-needed") || has("media-empty") {
        return Some(Reason::MediaEmpty);
    }
    if has("media-jam") {
        return Some(Reason::Jam(Station::Printer));
    }
    let words: Vec<&str> =
        reasons.iter().map(|reason| reason.word.as_str()).filter(|word| *word != "none").collect();
    Some(Reason::NeedsAttention(match words.as_slice() {
        [] if accepts => "stopped".into(),
        [] => "it accepts no jobs".into(),
        words => words.join(", "),
    }))
}

/// A job.
#[derive(Clone, Debug)]
pub(super) struct JobView {
    pub(super) id: i32,
    pub(super) name: String,
    pub(super) end: Option<End>,
}

/// How a job ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum End {
    /// It is on paper.
    Printed,
    /// It was given up before the printer had begun with it, for this reason.
    NotBegun(String),
    /// It was given up, and some of it may be on paper.
    GivenUp(String),
}

impl JobView {
    /// A job that has a number and a name.
    pub(super) fn of(group: &IppAttributeGroup) -> Option<JobView> {
        Some(JobView {
            id: number(group, "job-id")?,
            name: texts(group, "job-name").next()?,
            end: number(group, "job-state").and_then(|state| end(group, state)),
        })
    }
}

fn end(group: &IppAttributeGroup, state: i32) -> Option<End> {
    let says = || {
        let message = texts(group, "job-state-message").chain(texts(group, "job-state-reasons")).next();
        message.unwrap_or_else(|| "it was given up".into())
    };
    match state {
        COMPLETED if texts(group, "job-state-reasons").any(|own| own == "job-completed-with-errors") => {
            Some(End::GivenUp(says()))
        }
        COMPLETED => Some(End::Printed),
        // The time is told as no value while the printer has not begun. One that does not tell it may have.
        CANCELED | ABORTED => match group.get("time-at-processing").map(|own| own.value()) {
            Some(IppValue::NoValue) => Some(End::NotBegun(says())),
            _ => Some(End::GivenUp(says())),
        },
        _ => None,
    }
}

/// The number of a new job.
pub(super) fn job_id(group: &IppAttributeGroup) -> Option<i32> {
    number(group, "job-id")
}

/// What a printer says about a request, in its own words.
pub(super) fn message(group: Option<&IppAttributeGroup>) -> Option<String> {
    texts(group?, "status-message").next()
}

fn number(group: &IppAttributeGroup, name: &str) -> Option<i32> {
    group.get(name).and_then(|attribute| integer(attribute.value()))
}

fn integer(value: &IppValue) -> Option<i32> {
    match *value {
        IppValue::Integer(number) | IppValue::Enum(number) => Some(number),
        _ => None,
    }
}

/// The texts of an attribute, cut to what can be shown.
fn texts(group: &IppAttributeGroup, name: &str) -> impl Iterator<Item = String> {
    let values = group.get(name).into_iter().flat_map(|attribute| attribute.value());
    values.filter_map(|value| {
        let text = match value {
            IppValue::Keyword(text) | IppValue::MimeMediaType(text) => text.to_string(),
            IppValue::NameWithoutLanguage(text) | IppValue::NameWithLanguage { name: text, .. } => {
                text.to_string()
            }
            IppValue::TextWithoutLanguage(text) | IppValue::TextWithLanguage { text, .. } => text.to_string(),
            _ => return None,
        };
        Some(text.chars().filter(|character| !character.is_control()).take(WORDS_MAX).collect())
    })
}
