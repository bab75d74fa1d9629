//! Lines as a call sees them: of the network without a thread of their own, and of this machine on one.

use line::{Frames, Line, Received};
use std::future::Future;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::{Instant, timeout, timeout_at};

/// A line over which a call is led.
pub trait CallLine: Send {
    /// Waits for a whole frame. Bytes that trickle in do not extend the limit.
    fn receive(&mut self, limit: Duration) -> impl Future<Output = Received> + Send;

    /// Sends a frame. Whether it was taken in time.
    fn send(&mut self, frame: &[u8], limit: Duration) -> impl Future<Output = bool> + Send;

    /// Ends the connection.
    fn hang_up(&mut self) -> impl Future<Output = ()> + Send;
}

/// A connection of the network.
#[derive(Debug)]
pub struct TcpLine {
    stream: TcpStream,
    frames: Frames,
}

impl TcpLine {
    /// The line over this connection.
    pub fn new(stream: TcpStream) -> TcpLine {
        TcpLine { stream, frames: Frames::default() }
    }
}

impl CallLine for TcpLine {
    async fn receive(&mut self, limit: Duration) -> Received {
        let end = Instant::now() + limit;
        loop {
            match self.frames.take() {
                Ok(Some(frame)) => return Received::Frame(frame),
                Ok(None) => {}
                Err(_) => return Received::Garbled,
            }
            let mut buffer = [0; 1024];
            match timeout_at(end, self.stream.read(&mut buffer)).await {
                Err(_) => return Received::TimedOut,
                Ok(Ok(0) | Err(_)) => return Received::Closed,
                Ok(Ok(count)) => self.frames.push(buffer.get(..count).unwrap_or_default()),
            }
        }
    }

    async fn send(&mut self, frame: &[u8], limit: Duration) -> bool {
        let Ok(bytes) = line::encode(frame) else { return false };
        matches!(timeout(limit, self.stream.write_all(&bytes)).await, Ok(Ok(())))
    }

    async fn hang_up(&mut self) {
        // One that is down already is what is wanted.
        let _ = self.stream.shutdown().await;
    }
}

/// A line of this machine, which blocks: the call over it has a thread of its own.
pub struct BlockingLine(pub Box<dyn Line>);

impl CallLine for BlockingLine {
    async fn receive(&mut self, limit: Duration) -> Received {
        self.0.receive(limit)
    }

    async fn send(&mut self, frame: &[u8], _limit: Duration) -> bool {
        self.0.send(frame).is_ok()
    }

    async fn hang_up(&mut self) {
        self.0.hang_up();
    }
}
