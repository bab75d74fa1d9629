//! A drawn reader for panels and tests: a folder in which each card is a file, and a slot that says which one is in.
//!
//! What always holds: the cards are [`Chip`]s, so everything above the reader does what it does with real ones; what a
//! card has programmed is on the disk before it answers; each change of the slot has a number of its own, whichever
//! process made it. Files appear under their names as a whole: a crash leaves a card as before a command or after it.
//!
//! What it must never do: leave its folder. Names of cards are plain words.

use crate::emulated::{Chip, IMAGE_BYTES_MAX};
use crate::reader::{Insertion, Presence, Reader, ReaderError};
use std::fs::{self, File};
use std::io::{self, ErrorKind, Read, Write};
use std::path::{Path, PathBuf};

/// Holds `NUMBER` or `NUMBER NAME`: how often the slot changed, and the card that is in it.
const SLOT: &str = "slot";
const SLOT_BYTES_MAX: usize = 64;
const SUFFIX: &str = "card";
/// The longest name of a drawn card.
const NAME_BYTES_MAX: usize = 32;

/// A folder of drawn cards with one slot.
///
/// Several may be open on one folder, in several processes: a panel that changes the slot, and a meter that reads it.
pub struct Drawn {
    folder: PathBuf,
    powered: Option<(Insertion, String, Chip)>,
}

/// Why the drawn cards could not be changed.
#[derive(Debug, thiserror::Error)]
pub enum DrawnError {
    /// The name is not one.
    #[error("a drawn card's name has 1 to {NAME_BYTES_MAX} letters, digits or hyphens")]
    Name,
    /// There is such a card already.
    #[error("there is a drawn card of this name already: choose another")]
    Exists,
    /// There is no such card.
    #[error("there is no drawn card of this name: look at their list")]
    Unknown,
    /// The folder cannot be read or written.
    #[error("the folder of drawn cards cannot be used")]
    Folder(#[from] io::Error),
}

impl Drawn {
    /// The drawn cards of a folder, which is made if it is missing.
    pub fn open(folder: &Path) -> Result<Drawn, DrawnError> {
        fs::create_dir_all(folder)?;
        Ok(Drawn { folder: folder.into(), powered: None })
    }

    /// Draws a card.
    pub fn add(&self, name: &str, chip: &Chip) -> Result<(), DrawnError> {
        let path = self.path(name)?;
        let _lock = self.lock()?;
        if fs::exists(&path)? {
            return Err(DrawnError::Exists);
        }
        Ok(self.publish(&path, &chip.to_image())?)
    }

    /// The names of all cards, sorted.
    pub fn names(&self) -> Result<Vec<String>, DrawnError> {
        let mut names = Vec::new();
        for entry in fs::read_dir(&self.folder)? {
            let file = entry?.file_name();
            let name = file.to_str().and_then(|file| file.strip_suffix(&format!(".{SUFFIX}")));
            names.extend(name.filter(|name| is_name(name)).map(String::from));
        }
        names.sort_unstable();
        Ok(names)
    }

    /// Puts a card into the slot, in place of the one that is in.
    pub fn insert(&self, name: &str) -> Result<(), DrawnError> {
        if !fs::exists(self.path(name)?)? {
            return Err(DrawnError::Unknown);
        }
        Ok(self.change(Some(name))?)
    }

    /// Takes the card out, if one is in.
    pub fn take_out(&self) -> Result<(), DrawnError> {
        Ok(self.change(None)?)
    }

    /// The name of the card that is in.
    pub fn inserted(&self) -> Result<Option<String>, DrawnError> {
        Ok(self.slot()?.1)
    }

    fn change(&self, name: Option<&str>) -> io::Result<()> {
        let _lock = self.lock()?;
        let (number, before) = self.slot()?;
        if name.is_none() && before.is_none() {
            return Ok(());
        }
        let number = number.checked_add(1).ok_or(ErrorKind::InvalidData)?;
        let line = name.map_or_else(|| format!("{number}\n"), |name| format!("{number} {name}\n"));
        self.publish(&self.folder.join(SLOT), line.as_bytes())
    }

    /// The number of the slot's last change, and the card that is in. No file: nothing was ever put in.
    fn slot(&self) -> io::Result<(u64, Option<String>)> {
        let bytes = match read(&self.folder.join(SLOT), SLOT_BYTES_MAX) {
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok((0, None)),
            bytes => bytes?,
        };
        let line = str::from_utf8(&bytes).ok().and_then(|text| text.strip_suffix('\n'));
        let slot = line.and_then(|line| match line.split_once(' ') {
            Some((number, name)) if is_name(name) => Some((number.parse().ok()?, Some(name.to_owned()))),
            Some(_) => None,
            None => Some((line.parse().ok()?, None)),
        });
        slot.ok_or_else(|| ErrorKind::InvalidData.into())
    }

    fn path(&self, name: &str) -> Result<PathBuf, DrawnError> {
        if is_name(name) { Ok(self.folder.join(format!("{name}.{SUFFIX}"))) } else { Err(DrawnError::Name) }
    }

    /// Keeps other processes from changing the slot or the cards' names meanwhile.
    fn lock(&self) -> io::Result<File> {
        let folder = File::open(&self.folder)?;
        folder.lock()?;
        Ok(folder)
    }

    /// Writes a file that appears as a whole or not at all.
    fn publish(&self, path: &Path, bytes: &[u8]) -> io::Result<()> {
        let unfinished = path.with_extension("new");
        let mut file = File::create(&unfinished)?;
        file.write_all(bytes)?;
        file.sync_all()?;
        fs::rename(&unfinished, path)?;
        File::open(&self.folder)?.sync_all()
    }

    /// The card of this insertion, if it is still in; power comes on where it was not.
    fn powered(&mut self, insertion: Insertion) -> Result<Option<(PathBuf, &mut Chip)>, DrawnError> {
        let (number, name) = self.slot()?;
        let Some(name) = name.filter(|_| number == insertion.number()) else {
            self.powered = None;
            return Ok(None);
        };
        let path = self.path(&name)?;
        let is_on = self.powered.as_ref().is_some_and(|(powered, ..)| *powered == insertion);
        if !is_on {
            let image = read(&path, IMAGE_BYTES_MAX)?;
            let chip = Chip::from_image(&image).ok_or(io::Error::from(ErrorKind::InvalidData))?;
            self.powered = Some((insertion, name, chip));
        }
        Ok(self.powered.as_mut().map(|(_, _, chip)| (path, chip)))
    }

    fn exchange(&mut self, card: Insertion, command: &[u8]) -> Result<Option<Vec<u8>>, DrawnError> {
        let Some((path, chip)) = self.powered(card)? else { return Ok(None) };
        let before = chip.to_image();
        let answer = chip.exchange(command);
        let after = chip.to_image();
        if after != before {
            self.publish(&path, &after)?;
        }
        // Who takes the card out during a command gets no answer to it.
        let is_in = self.slot()?.0 == card.number();
        Ok(answer.filter(|_| is_in))
    }
}

impl Reader for Drawn {
    fn presence(&mut self) -> Result<Presence, ReaderError> {
        let (number, name) = self.slot().map_err(gone)?;
        Ok(name.map_or(Presence::Empty, |_| Presence::Card(Insertion::new(number))))
    }

    fn transmit(&mut self, card: Insertion, command: &[u8]) -> Result<Vec<u8>, ReaderError> {
        let answer = self.exchange(card, command).map_err(|error| ReaderError::Medium(error.into()))?;
        answer.ok_or(ReaderError::CardGone)
    }
}

fn gone(error: io::Error) -> ReaderError {
    ReaderError::ReaderGone(error.into())
}

fn is_name(name: &str) -> bool {
    let is_plain = name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    is_plain && (1..=NAME_BYTES_MAX).contains(&name.len())
}

fn read(path: &Path, bytes_max: usize) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    File::open(path)?.take(bytes_max as u64 + 1).read_to_end(&mut bytes)?;
    if bytes.len() > bytes_max { Err(ErrorKind::FileTooLarge.into()) } else { Ok(bytes) }
}
