//! What stands where on an imprint: the layout with its options, and what an indicium says in it, beside a cliché, its
//! text, an endorsement and a code in clear.

use crate::code::{CodeError, bar_code, data_matrix};
use imprint::numbers::{Indicium, IndiciumError, LayoutId};
use imprint::picture::clear::{Clear, ClearError};
use imprint::picture::content::UnknownSymbol;
use imprint::picture::layout::{CodePlace, LayoutError, Lines, Options};
use imprint::picture::{Cliche, Code, Content, Layout};
use thiserror::Error;

/// What layout e carries above the postage.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ClearCode {
    /// A bar code of serial number and postage.
    #[default]
    Both,
    /// A bar code of the serial number.
    Serial,
    /// A bar code of the postage.
    Postage,
    /// A Data Matrix of all that is said in clear, with the row as its proof.
    Matrix,
}

/// How indicia are arranged on paper.
#[derive(Clone, Debug, Default)]
pub struct Arrangement {
    /// The layout; an indicium's own unless given.
    pub layout: Option<LayoutId>,
    /// How the row is broken.
    pub lines: Lines,
    /// What layout e carries.
    pub code: ClearCode,
}

/// What stands beside the stamps of one imprint.
#[derive(Clone, Copy, Debug, Default)]
pub struct Beside<'a> {
    /// The advertising picture.
    pub cliche: Option<&'a Cliche>,
    /// Its text; for a cliché that has a place for one.
    pub text: Option<&'a str>,
    /// The service endorsement.
    pub endorsement: Option<&'a str>,
}

/// Why an indicium cannot be arranged so.
#[derive(Debug, Error)]
pub enum ArrangementError {
    /// The indicium is none.
    #[error(transparent)]
    Indicium(#[from] IndiciumError),
    /// A symbol is none of its set.
    #[error(transparent)]
    Symbol(#[from] UnknownSymbol),
    /// The row does not fit the layout.
    #[error(transparent)]
    Layout(#[from] LayoutError),
    /// The code in clear cannot be made.
    #[error(transparent)]
    Code(#[from] CodeError),
    /// What stands in clear cannot be said.
    #[error(transparent)]
    Clear(#[from] ClearError),
    /// The indicium names another cliché.
    #[error("the indicium was made for cliché {own}, not {given}")]
    OtherCliche {
        /// The indicium's.
        own: u16,
        /// The one that was given.
        given: u16,
    },
    /// The cliché has no place for a text.
    #[error("this cliché has no place for a text")]
    NoText,
}

impl Arrangement {
    /// The layout, and what this indicium says in it.
    pub fn of(&self, indicium: &Indicium, beside: Beside<'_>) -> Result<(Layout, Content), ArrangementError> {
        indicium.check()?;
        if let Some(cliche) = beside.cliche {
            let (own, given) = (indicium.cliche_number, cliche.number());
            if own > 0 && own != given {
                return Err(ArrangementError::OtherCliche { own, given });
            }
            if beside.text.is_some() && cliche.text().is_none() {
                return Err(ArrangementError::NoText);
            }
        }
        let layout = self.layout(indicium, beside.cliche)?;
        let mut content = Content::of(indicium)?;
        if layout.second_row.is_empty() {
            content.second_row.clear();
        }
        content.cliche_number = beside.cliche.map(Cliche::number).or(content.cliche_number);
        content.cliche_text = beside.text.map(str::to_owned);
        content.endorsement = beside.endorsement.map(str::to_owned);
        if layout.code_field().is_some() {
            content.code = Some(self.code.of(indicium)?);
        }
        Ok((layout, content))
    }

    fn layout(&self, indicium: &Indicium, cliche: Option<&Cliche>) -> Result<Layout, LayoutError> {
        let options = Options {
            lines: self.lines,
            code: if self.code == ClearCode::Matrix { CodePlace::Square } else { CodePlace::Bars },
            time_count: indicium.shown_count.is_some(),
            ..Options::default()
        };
        let options = match cliche {
            Some(cliche) => options.with_cliche(cliche),
            None => options,
        };
        Layout::new(self.layout.unwrap_or(indicium.layout), options)
    }
}

impl ClearCode {
    fn of(self, indicium: &Indicium) -> Result<Code, ArrangementError> {
        let postage = format!("{:04}", indicium.postage.minor());
        let code = match self {
            ClearCode::Both => bar_code(&format!("{}{postage}", indicium.serial)),
            ClearCode::Serial => bar_code(&indicium.serial.to_string()),
            ClearCode::Postage => bar_code(&postage),
            ClearCode::Matrix => data_matrix(Clear::new(indicium)?.to_string().as_bytes()),
        };
        Ok(code?)
    }
}
