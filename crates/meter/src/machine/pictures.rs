//! Pictures for whoever looks on: of an imprint that was made, and of the one that would be made next.
//!
//! What always holds: what is shown of an imprint that is not paid for has an empty marking row. Only the device can
//! fill it, and a picture of it is worth nothing.

use super::{Machine, MachineFault};
use imprint::numbers::{Indicium, Profile, RequestId, Row, Suspicion};
use imprint::picture::layout::DPI;
use imprint::picture::painter::paint_over;
use imprint::picture::{Content, Layout};
use journal::{JobNumber, NewJob, StoredCliche};
use terms::Serial;

impl Machine {
    /// The clichés there are, by their numbers.
    pub fn cliches(&self) -> impl Iterator<Item = &StoredCliche> {
        self.ready.stationery().cliches.values()
    }

    /// An imprint that was made, as a PNG; nothing where there is none of this number.
    pub fn picture(&mut self, number: JobNumber) -> Result<Option<Vec<u8>>, MachineFault> {
        let Some(job) = self.journal.job(number)? else { return Ok(None) };
        let Some(booking) = &job.booking else { return Ok(None) };
        let arranged = self.ready.stationery().arranged(&job.order, &booking.indicium);
        Ok(arranged
            .ok()
            .and_then(|(layout, content)| self.png(&layout, &content, booking.indicium.cliche_number)))
    }

    /// What is set for the next imprint, as a PNG with an empty marking row. It looks like the last imprint of this
    /// device, or like one of the usual profile before the first.
    pub fn preview(&mut self) -> Result<Option<Vec<u8>>, MachineFault> {
        let (view, today) = (self.view(), self.when()?.day);
        let last = self.journal.last(1)?.pop().and_then(|job| job.booking).map(|booking| booking.indicium);
        let Some(form) = last.or_else(usual) else { return Ok(None) };
        let indicium = Indicium {
            serial: view.serial.unwrap_or(form.serial),
            date: view.date,
            postage: view.postage,
            suspicion: Suspicion::None,
            cliche_number: view.cliche.unwrap_or(0),
            ..form
        };
        let order = NewJob {
            request: RequestId(0),
            centre: view.centre.unwrap_or(self.routine.settings().first_centre),
            user: 0,
            card: None,
            postage: view.postage,
            surcharge: terms::Money::ZERO,
            date: self.routine.entry().date(today),
            cliche: indicium.cliche_number,
            text: view.text.unwrap_or_default(),
            endorsement: view.endorsement.filter(|_| !view.postage.is_zero()).unwrap_or_default(),
            reference: String::new(),
            line: None,
        };
        let Ok((layout, mut content)) = self.ready.stationery().arranged(&order, &indicium) else {
            return Ok(None);
        };
        content.row.fill(0);
        content.second_row.fill(0);
        content.time_count = None;
        content.code = None;
        Ok(self.png(&layout, &content, indicium.cliche_number))
    }

    fn png(&self, layout: &Layout, content: &Content, cliche: u16) -> Option<Vec<u8>> {
        let stationery = self.ready.stationery();
        let picture = stationery.cliches.get(&cliche).map(|stored| stored.cliche.picture());
        let bitmap = paint_over(layout, &stationery.issuer, picture.as_ref(), content).ok()?;
        let mut bytes = Vec::new();
        paper::write_png(&bitmap, DPI, &mut bytes).ok()?;
        Some(bytes)
    }
}

/// The form of an imprint before the first one.
fn usual() -> Option<Indicium> {
    let profile = Profile::named("p1").ok()?;
    Some(Indicium {
        version: Indicium::VERSION,
        request: RequestId(0),
        profile: profile.name.clone(),
        epoch: profile.epoch,
        serial: Serial::new(0).ok()?,
        date: terms::Date::FIRST,
        postage: terms::Money::ZERO,
        mv: 0,
        second: None,
        shown_count: None,
        suspicion: Suspicion::None,
        layout: profile.layout,
        set: profile.set,
        symbols: Row::from_slice(&[0]).ok()?,
        second_row: None,
        cliche_number: 0,
    })
}
