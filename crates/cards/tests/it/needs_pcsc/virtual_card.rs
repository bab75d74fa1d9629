//! An emulated chip in the virtual reader: vpcd's protocol over TCP. Two bytes of length, high byte first, then a
//! command, or one byte that controls the power.

use cards::emulated::Chip;
use rustix::net::sockopt::set_tcp_quickack;
use std::io::{self, Read, Write};
use std::net::{Shutdown, TcpStream};
use std::thread::{self, JoinHandle};

const OFF: u8 = 0;
const ON: u8 = 1;
const RESET: u8 = 2;
const ANSWER_TO_RESET: u8 = 4;

/// A card in the virtual reader.
pub struct Inserted {
    connection: TcpStream,
    card: JoinHandle<Chip>,
}

impl Inserted {
    pub fn new(chip: Chip, port: u16) -> Inserted {
        let connection = super::until("the virtual reader", || TcpStream::connect(("127.0.0.1", port)).ok());
        connection.set_nodelay(true).unwrap();
        let other = connection.try_clone().unwrap();
        Inserted { connection, card: thread::spawn(move || serve(chip, other)) }
    }

    /// Takes it out.
    pub fn take(self) -> Chip {
        // It may have been pulled already.
        let _ = self.connection.shutdown(Shutdown::Both);
        self.card.join().unwrap()
    }
}

fn serve(mut chip: Chip, mut reader: TcpStream) -> Chip {
    // The first error is the end of the connection.
    let _ = answer_all(&mut chip, &mut reader);
    let _ = reader.shutdown(Shutdown::Both);
    chip
}

fn answer_all(chip: &mut Chip, reader: &mut TcpStream) -> io::Result<()> {
    loop {
        let mut length = [0; 2];
        reader.read_exact(&mut length)?;
        // The reader sends length and command by themselves, and the second only when the first is acknowledged.
        set_tcp_quickack(&*reader, true)?;
        let mut command = vec![0; usize::from(u16::from_be_bytes(length))];
        reader.read_exact(&mut command)?;
        let answer = match command[..] {
            [OFF] => continue,
            [ON | RESET] => {
                chip.power_on();
                continue;
            }
            [ANSWER_TO_RESET] => chip.answer_to_reset().to_vec(),
            _ => match chip.exchange(&command) {
                Some(answer) => answer,
                None => return Ok(()),
            },
        };
        reader.write_all(&[&(answer.len() as u16).to_be_bytes(), answer.as_slice()].concat())?;
    }
}
