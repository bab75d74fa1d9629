//! The device on a serial line: bytes come in one by one and go out frame by frame. This is all of the firmware but its
//! drivers; it has no heap, and its memory is of a size known at compile time.

use super::chip::Chip;
use super::flash::Flash;
use psd::protocol::{Fault, LENGTH_BYTES, frame_length};
use psd::service::{Emit, Service, Session, refuse};
use psd::{Error, MemoryKey, Personalisation, Psd, sectors_needed};

/// Imprints of one franking.
pub const BATCH: usize = 16;
/// Pages of the flash.
pub const PAGES: usize = sectors_needed(BATCH);
/// The longest frame that this unit takes.
const INBOX_BYTES: usize = 1024;

/// The device's memory.
pub type Pages = Flash<PAGES>;
type Device<'a> = Psd<&'a mut Pages, Chip<'a>, BATCH>;

/// The device and the frame it is receiving.
pub struct Unit<'a> {
    service: Service<&'a mut Pages, Chip<'a>, BATCH>,
    session: Session,
    inbox: [u8; LENGTH_BYTES + INBOX_BYTES],
    received: usize,
}

impl<'a> Unit<'a> {
    /// Makes a blank chip a meter's, once.
    pub fn personalise(
        flash: &'a mut Pages,
        chip: Chip<'a>,
        key: &MemoryKey,
        personalisation: Personalisation,
    ) -> Result<Unit<'a>, Error> {
        Ok(Unit::over(Device::personalise(flash, key, personalisation, chip)?))
    }

    /// Starts after power-on.
    pub fn start(flash: &'a mut Pages, chip: Chip<'a>, key: &MemoryKey) -> Result<Unit<'a>, Error> {
        Ok(Unit::over(Device::open(flash, key, chip)?))
    }

    fn over(device: Device<'a>) -> Unit<'a> {
        let mut service = Service::new(device);
        let session = service.open(1);
        Unit { service, session, inbox: [0; LENGTH_BYTES + INBOX_BYTES], received: 0 }
    }

    /// Takes a byte from the line. Where it ends a frame, the answers go out.
    pub fn receive(&mut self, byte: u8, emit: Emit<'_>) {
        if let Some(place) = self.inbox.get_mut(self.received) {
            *place = byte;
            self.received += 1;
        }
        let (head, rest) = self.inbox.split_at(LENGTH_BYTES);
        let Some(body) = self.received.checked_sub(LENGTH_BYTES) else { return };
        let length = head.first_chunk().map_or(Err(Fault::Malformed), |head| frame_length(*head));
        match length {
            Ok(length) if length > INBOX_BYTES => self.give_up(Fault::Oversized, emit),
            Ok(length) if length == body => {
                let frame = rest.get(..length).unwrap_or_default();
                self.service.handle(frame, &mut self.session, emit);
                self.received = 0;
            }
            Ok(_) => {}
            Err(fault) => self.give_up(fault, emit),
        }
    }

    /// A round of the main loop.
    pub fn round(&mut self, emit: Emit<'_>) {
        self.service.tick(emit);
    }

    fn give_up(&mut self, fault: Fault, emit: Emit<'_>) {
        self.received = 0;
        refuse(fault, emit);
    }
}
