//! The stationery, and the constant part of the last imprint, ready for the next letter: a print request has then only
//! to embed the windows (EP 0 660 270, Fig. 5 and 6, step 470).
//!
//! What always holds: an imprint made from what is ready is dot for dot the one that is made anew. What is ready belongs
//! to one layout and one cliché, and is forgotten whenever anything of the stationery changes; and nothing of the
//! stationery can be changed but by [`Ready::change`]. What it must never do: print, or decide what an imprint says.

use super::Stationery;
use imprint::numbers::Indicium;
use imprint::picture::Layout;
use journal::NewJob;
use printer::Imprint;

/// How imprints look, and what of the next one is ready.
#[derive(Debug)]
pub(super) struct Ready {
    stationery: Stationery,
    last: Option<Last>,
}

/// The imprint that was made anew last, and what its constant part depends on within one stationery.
#[derive(Debug)]
struct Last {
    layout: Layout,
    cliche: u16,
    imprint: Imprint,
}

impl Ready {
    /// Nothing is ready before the first letter.
    pub(super) fn new(stationery: Stationery) -> Ready {
        Ready { stationery, last: None }
    }

    /// How imprints look.
    pub(super) fn stationery(&self) -> &Stationery {
        &self.stationery
    }

    /// Changes how imprints look; nothing is ready then.
    pub(super) fn change(&mut self, change: impl FnOnce(&mut Stationery)) {
        self.last = None;
        change(&mut self.stationery);
    }

    /// The imprint of a job that was debited.
    pub(super) fn imprint(&mut self, order: &NewJob, indicium: &Indicium) -> Result<Imprint, String> {
        let (layout, content) = self.stationery.arranged(order, indicium)?;
        let (issuer, cliche) = (&self.stationery.issuer, indicium.cliche_number);
        if let Some(last) = self.last.as_ref().filter(|last| last.cliche == cliche && last.layout == layout) {
            return last.imprint.filled(&layout, issuer, &content).map_err(|error| error.to_string());
        }
        let picture = self.stationery.cliches.get(&cliche).map(|stored| stored.cliche.picture());
        let imprint = Imprint::new(self.stationery.routine, &layout, issuer, picture.as_ref(), &content);
        let imprint = imprint.map_err(|error| error.to_string())?;
        self.last = Some(Last { layout, cliche, imprint: imprint.clone() });
        Ok(imprint)
    }
}
