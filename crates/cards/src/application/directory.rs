//! The directory of applications on a card, and how they are added, replaced, removed and cleared.
//!
//! What always holds: a record is written where nothing stands that the directory names, and the directory is written
//! when the record is there; so a card that is pulled lists what it listed before or what it is to list. What is no
//! longer listed is overwritten then; what a pulled card kept of it goes when everything is taken off. What a directory
//! says of places is bounded; overlapping places can only spoil what an own seal then refuses.

use super::{Application, ApplicationError};
use crate::error::CardError;
use crate::geometry::Geometry;
use crate::own::OwnCard;
use crate::twin;
use terms::bytes::{Reader as Fields, Writer};

const ENTRY_BYTES: usize = 2 + 2;

/// Bytes of a directory in each copy: how many entries, then each one's offset and length.
const fn content_bytes(geometry: &Geometry) -> usize {
    1 + geometry.applications_max * ENTRY_BYTES
}

/// A record's place among the applications.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Entry {
    offset: u16,
    length: u16,
}

impl OwnCard<'_> {
    /// What the card carries, in the order of its places. One that cannot be used hides no other.
    pub fn applications(&mut self) -> Result<Vec<Result<Application, ApplicationError>>, CardError> {
        let entries = self.directory()?;
        entries.into_iter().map(|entry| self.read_entry(entry)).collect()
    }

    /// Puts an application on the card, behind those that are there.
    pub fn add(&mut self, application: &Application) -> Result<(), CardError> {
        let entries = self.directory()?;
        self.put(application, &entries, entries.clone())
    }

    /// Puts an application in the place of another. Until it is there the other one stays.
    pub fn replace(&mut self, place: usize, application: &Application) -> Result<(), CardError> {
        let entries = self.directory()?;
        let mut kept = entries.clone();
        if place >= kept.len() {
            return Err(CardError::NoSuchPlace);
        }
        let replaced = kept.remove(place);
        self.put(application, &entries, kept)?;
        self.wipe(replaced)
    }

    /// Takes an application off the card.
    pub fn remove(&mut self, place: usize) -> Result<(), CardError> {
        let mut entries = self.directory()?;
        if place >= entries.len() {
            return Err(CardError::NoSuchPlace);
        }
        let removed = entries.remove(place);
        self.medium.open_for_writing(&self.issuer.code)?;
        self.write_directory(&entries)?;
        self.wipe(removed)
    }

    /// Takes everything off the card that it carries beside its identification, and overwrites the whole place then, so
    /// that no password stays behind. One that is pulled before the end carries all of it or nothing, and is wiped when
    /// this is done again.
    pub fn clear(&mut self) -> Result<(), CardError> {
        self.medium.open_for_writing(&self.issuer.code)?;
        self.write_directory(&[])?;
        let length = self.kind().geometry().applications.length;
        self.wipe(Entry { offset: 0, length })
    }

    /// Whether one more application can be listed.
    pub fn has_room(&mut self) -> Result<bool, CardError> {
        Ok(self.directory()?.len() < self.kind().geometry().applications_max)
    }

    /// Overwrites what is no longer listed.
    fn wipe(&mut self, entry: Entry) -> Result<(), CardError> {
        match self.kind().geometry().applications.part(entry.offset, entry.length) {
            Some(place) => self.medium.write(place, &vec![0; usize::from(entry.length)]),
            None => Ok(()),
        }
    }

    fn read_entry(&mut self, entry: Entry) -> Result<Result<Application, ApplicationError>, CardError> {
        let place = self.kind().geometry().applications.part(entry.offset, entry.length);
        let Some(place) = place else { return Ok(Err(ApplicationError::Seal)) };
        let record = self.medium.read(place)?;
        Ok(Application::from_record(&record, self.issuer, self.identified()))
    }

    /// Writes a record where none of `standing` stands, then the directory: what is kept, and the record.
    fn put(
        &mut self,
        application: &Application,
        standing: &[Entry],
        mut kept: Vec<Entry>,
    ) -> Result<(), CardError> {
        let geometry = self.kind().geometry();
        if kept.len() == geometry.applications_max {
            return Err(CardError::Full);
        }
        let record = application.to_record(self.issuer, self.identified())?;
        let entry = free_place(geometry, standing, record.len())?;
        let place = geometry.applications.part(entry.offset, entry.length).ok_or(CardError::Full)?;
        self.medium.open_for_writing(&self.issuer.code)?;
        self.medium.write(place, &record)?;
        kept.push(entry);
        self.write_directory(&kept)
    }

    /// The entries; none where the card never had one.
    fn directory(&mut self) -> Result<Vec<Entry>, CardError> {
        let geometry = self.kind().geometry();
        let content = twin::read(&mut self.medium, geometry.directory, content_bytes(geometry))?;
        Ok(content.map(|content| parse(&content)).unwrap_or_default())
    }

    fn write_directory(&mut self, entries: &[Entry]) -> Result<(), CardError> {
        let geometry = self.kind().geometry();
        let mut content = vec![0; content_bytes(geometry)];
        let writer = &mut Writer::new(&mut content);
        writer.put(&[entries.len() as u8]);
        for Entry { offset, length } in entries {
            writer.put(&offset.to_le_bytes());
            writer.put(&length.to_le_bytes());
        }
        twin::write(&mut self.medium, geometry.directory, &content)
    }
}

fn parse(bytes: &[u8]) -> Vec<Entry> {
    let mut fields = Fields(bytes);
    let count = fields.u8().unwrap_or_default();
    let entry = |_| Some(Entry { offset: fields.u16()?, length: fields.u16()? });
    (0..count).map_while(entry).collect()
}

/// The first free place that is long enough, from a page of the chip on.
fn free_place(geometry: &Geometry, standing: &[Entry], needed: usize) -> Result<Entry, CardError> {
    let mut taken: Vec<(usize, usize)> = standing
        .iter()
        .map(|entry| (usize::from(entry.offset), usize::from(entry.offset) + usize::from(entry.length)))
        .collect();
    let end = usize::from(geometry.applications.length);
    taken.push((end, end));
    taken.sort_unstable();
    let (mut from, mut room) = (0_usize, 0);
    for (begin, behind) in taken {
        let length = begin.min(end).saturating_sub(from);
        if length >= needed {
            // Both lie within the place of all applications, whose length has two bytes.
            return Ok(Entry { offset: from as u16, length: needed as u16 });
        }
        room = room.max(length);
        from = from.max(behind.next_multiple_of(usize::from(geometry.page)));
    }
    Err(CardError::Room { needed, room })
}
