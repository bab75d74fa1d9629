//! Who calls in. A connection of the network that says nothing costs a few hundred bytes; modems and folders of carried
//! files have a thread each.

use super::lead::Switchboard;
use super::line::{BlockingLine, TcpLine};
use super::patience::{Patience, Rate};
use crate::books::SqlBooks;
use crate::keys::KeySafe;
use line::{Listener, Number};
use metrics::{counter, gauge};
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, watch};
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};

/// How many connections are held, at most.
const CONNECTIONS_MAX: usize = 50_000;
/// How many calls are led at once, at most; others wait their turn.
const CALLS_MAX: usize = 256;
/// How long a thread waits for a call before it looks whether the service ends.
const LOOK: Duration = Duration::from_millis(500);

type Board = Arc<Switchboard<SqlBooks, KeySafe>>;

/// Why nobody can be listened for.
#[derive(Debug, thiserror::Error)]
pub enum OpenFault {
    /// The address.
    #[error("{0} cannot be listened at: {1}")]
    Address(String, #[source] std::io::Error),
    /// The line.
    #[error(transparent)]
    Line(#[from] line::ListenError),
}

/// All that is listened at.
#[derive(Debug)]
pub struct Doors {
    tcp: Vec<TcpListener>,
    lines: Vec<Listener>,
    rate: Rate,
}

impl Doors {
    /// Opens them all, or none.
    pub async fn open(numbers: &[Number], rate: Rate) -> Result<Doors, OpenFault> {
        let mut doors = Doors { tcp: Vec::new(), lines: Vec::new(), rate };
        for number in numbers {
            match number {
                Number::Tcp { host, port } => {
                    let host = host.to_string();
                    let host = host.trim_matches(['[', ']']);
                    let bound = TcpListener::bind((host, *port)).await;
                    doors.tcp.push(bound.map_err(|error| OpenFault::Address(number.to_string(), error))?);
                }
                number => doors.lines.push(Listener::open(number, &line::Times::default())?),
            }
        }
        Ok(doors)
    }

    /// Where calls over the network come in.
    pub fn addresses(&self) -> Vec<SocketAddr> {
        self.tcp.iter().filter_map(|listener| listener.local_addr().ok()).collect()
    }

    /// Takes calls until told to end, and then waits for those under way.
    pub async fn serve(self, board: Board, mut ending: watch::Receiver<bool>) {
        let patience = Arc::new(Mutex::new(Patience::new(self.rate)));
        let room = Arc::new(Semaphore::new(CONNECTIONS_MAX));
        let turns = Arc::new(Semaphore::new(CALLS_MAX));
        let mut tasks = JoinSet::new();
        for listener in self.tcp {
            let door = Door {
                board: board.clone(),
                patience: patience.clone(),
                room: room.clone(),
                turns: turns.clone(),
            };
            tasks.spawn(door.accept(listener, ending.clone()));
        }
        for line in self.lines {
            let (board, ending) = (board.clone(), ending.clone());
            let handle = tokio::runtime::Handle::current();
            tasks.spawn_blocking(move || answer(line, &board, &ending, &handle));
        }
        let _ = ending.wait_for(|is_ending| *is_ending).await;
        while tasks.join_next().await.is_some() {}
    }
}

/// A door of the network.
struct Door {
    board: Board,
    patience: Arc<Mutex<Patience>>,
    room: Arc<Semaphore>,
    turns: Arc<Semaphore>,
}

impl Door {
    async fn accept(self, listener: TcpListener, mut ending: watch::Receiver<bool>) {
        let mut calls = JoinSet::new();
        loop {
            let accepted = tokio::select! {
                accepted = listener.accept() => accepted,
                Some(_) = calls.join_next() => continue,
                _ = ending.wait_for(|is_ending| *is_ending) => break,
            };
            match accepted {
                Ok((stream, from)) => self.welcome(stream, from, &mut calls, &ending),
                Err(error) => {
                    // Out of descriptors, mostly: calls that end make room.
                    tracing::warn!(%error, "a connection was not accepted");
                    sleep(Duration::from_millis(50)).await;
                }
            }
        }
        drop(listener);
        while calls.join_next().await.is_some() {}
    }

    fn welcome(
        &self,
        stream: TcpStream,
        from: SocketAddr,
        calls: &mut JoinSet<()>,
        ending: &watch::Receiver<bool>,
    ) {
        let now_ms = (self.board.now_ms)();
        let wait = self.patience.lock().unwrap_or_else(PoisonError::into_inner).wait(from.ip(), now_ms);
        let (Some(wait), Ok(place)) = (wait, self.room.clone().try_acquire_owned()) else {
            counter!("porto_centre_connections_refused_total").increment(1);
            return;
        };
        let (board, turns, mut ending) = (self.board.clone(), self.turns.clone(), ending.clone());
        calls.spawn(async move {
            let _place = place;
            gauge!("porto_centre_connections").increment(1);
            // Nothing is set aside for a caller before he says something.
            let speaks = async {
                sleep(wait).await;
                timeout(board.times.silence, stream.peek(&mut [0])).await
            };
            let speaks = tokio::select! {
                speaks = speaks => matches!(speaks, Ok(Ok(1..))),
                _ = ending.wait_for(|is_ending| *is_ending) => false,
            };
            if speaks {
                Box::pin(take(stream, from, board, turns)).await;
            }
            gauge!("porto_centre_connections").decrement(1);
        });
    }
}

async fn take(stream: TcpStream, from: SocketAddr, board: Board, turns: Arc<Semaphore>) {
    let Ok(_turn) = turns.acquire().await else { return };
    // Each frame is an answer that the other end waits for.
    let _ = stream.set_nodelay(true);
    let origin = Number::of(from).to_string();
    board.lead(&mut TcpLine::new(stream), None, &origin).await;
}

/// Takes the calls of one line of this machine, one after the other.
fn answer(
    mut line: Listener,
    board: &Board,
    ending: &watch::Receiver<bool>,
    handle: &tokio::runtime::Handle,
) {
    while !*ending.borrow() {
        match line.next(LOOK) {
            Ok(None) => {}
            Ok(Some(call)) => {
                let origin = call.peer();
                handle.block_on(board.lead(&mut BlockingLine(call), None, &origin));
            }
            Err(error) => {
                tracing::warn!(%error, "a line does not work");
                std::thread::sleep(Duration::from_secs(5));
            }
        }
    }
}
