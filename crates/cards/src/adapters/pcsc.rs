//! A reader of the system's PC/SC service.
//!
//! What always holds: the service counts insertions and removals, and a connection to a card is made for one insertion
//! and checked against the count; after the card has gone it serves no other. The card is had alone while it is in use.
//! A service or reader that went away is looked for again at the next look.

use crate::reader::{ANSWER_BYTES_MAX, Insertion, Presence, Reader, ReaderError};
use pcsc::{Card, Context, Error, Protocols, ReaderState, Scope, ShareMode, State};
use std::ffi::{CStr, CString};
use std::time::Duration;

/// A reader of the PC/SC service.
pub struct PcscReader {
    /// How the name of the wanted reader begins; empty for the first there is.
    wanted: String,
    connection: Option<(Context, CString)>,
    insertions: u64,
    /// The service's count at the newest insertion, while that card is in.
    counted: Option<u32>,
    card: Option<(Insertion, Card)>,
}

impl PcscReader {
    /// The reader whose name begins so, or the first one. It need not be there yet.
    pub fn new(name: Option<&str>) -> PcscReader {
        let wanted = name.unwrap_or_default().into();
        PcscReader { wanted, connection: None, insertions: 0, counted: None, card: None }
    }

    /// The names of all readers that the service has.
    pub fn names() -> Result<Vec<String>, ReaderError> {
        let names = Context::establish(Scope::User).and_then(|context| context.list_readers_owned());
        let names = names.map_err(error)?;
        Ok(names.iter().map(|name| name.to_string_lossy().into_owned()).collect())
    }

    /// Which card is in, by the service.
    fn look(&mut self) -> Result<Presence, Error> {
        let (context, name) = connected(&mut self.connection, &self.wanted)?;
        let mut states = [ReaderState::new(name, State::UNAWARE)];
        context.get_status_change(Duration::ZERO, &mut states)?;
        let [state] = &states;
        let now = state.event_state();
        if now.intersects(State::UNKNOWN | State::UNAVAILABLE | State::IGNORE) {
            return Err(Error::ReaderUnavailable);
        }
        if !now.contains(State::PRESENT) {
            self.counted = None;
            self.card = None;
            return Ok(Presence::Empty);
        }
        let count = state.event_count();
        if self.counted != Some(count) {
            self.counted = Some(count);
            self.insertions += 1;
            self.card = None;
        }
        Ok(Presence::Card(Insertion::new(self.insertions)))
    }

    fn exchange(&mut self, insertion: Insertion, command: &[u8]) -> Result<Vec<u8>, Error> {
        if self.card.as_ref().is_none_or(|(connected, _)| *connected != insertion) {
            self.connect(insertion)?;
        }
        let Some((_, card)) = &self.card else { return Err(Error::NoSmartcard) };
        let mut answer = [0; ANSWER_BYTES_MAX];
        match card.transmit(command, &mut answer) {
            Ok(answer) => Ok(answer.to_vec()),
            // A card that is pulled during a command looks like a bad contact until the reader has noticed.
            Err(Error::NotTransacted | Error::CommError) if self.look()? != Presence::Card(insertion) => {
                Err(Error::RemovedCard)
            }
            Err(error) => Err(error),
        }
    }

    fn connect(&mut self, insertion: Insertion) -> Result<(), Error> {
        let wanted = Presence::Card(insertion);
        if self.look()? != wanted {
            return Err(Error::RemovedCard);
        }
        let (context, name) = connected(&mut self.connection, &self.wanted)?;
        let card = context.connect(name, ShareMode::Exclusive, Protocols::ANY)?;
        // The card may have been swapped while it was connected; from here on the connection ends with it.
        if self.look()? != wanted {
            return Err(Error::RemovedCard);
        }
        self.card = Some((insertion, card));
        Ok(())
    }

    /// Forgets what an error has ended.
    fn after(&mut self, error: Error) -> Error {
        self.card = None;
        if is_gone(error) {
            self.connection = None;
            self.counted = None;
        }
        error
    }
}

impl Reader for PcscReader {
    fn presence(&mut self) -> Result<Presence, ReaderError> {
        self.look().map_err(|fault| error(self.after(fault)))
    }

    fn transmit(&mut self, card: Insertion, command: &[u8]) -> Result<Vec<u8>, ReaderError> {
        self.exchange(card, command).map_err(|fault| error(self.after(fault)))
    }
}

/// The service and the reader's name; both are found if they were not.
fn connected<'a>(
    connection: &'a mut Option<(Context, CString)>,
    wanted: &str,
) -> Result<(&'a Context, &'a CStr), Error> {
    if connection.is_none() {
        let context = Context::establish(Scope::User)?;
        let names = context.list_readers_owned()?;
        let name = names.into_iter().find(|name| name.to_bytes().starts_with(wanted.as_bytes()));
        *connection = Some((context, name.ok_or(Error::NoReadersAvailable)?));
    }
    connection.as_ref().map(|(context, name)| (context, name.as_c_str())).ok_or(Error::NoService)
}

/// Whether the reader or its service is gone.
fn is_gone(error: Error) -> bool {
    use Error::{
        InvalidHandle, NoReadersAvailable, NoService, ReaderUnavailable, ServiceStopped, UnknownReader,
    };
    matches!(
        error,
        InvalidHandle | NoReadersAvailable | NoService | ReaderUnavailable | ServiceStopped | UnknownReader
    )
}

fn error(error: Error) -> ReaderError {
    match error {
        Error::RemovedCard | Error::ResetCard | Error::NoSmartcard => ReaderError::CardGone,
        Error::UnresponsiveCard | Error::UnsupportedCard | Error::UnpoweredCard => ReaderError::Mute,
        gone if is_gone(gone) => ReaderError::ReaderGone(gone.into()),
        medium => ReaderError::Medium(medium.into()),
    }
}
