//! Postage over the wire: a data centre is started, a customer and his meter are taken in, and the meter is refilled over
//! TCP: once as usual, once with the line cut in the middle, once by call-back. In the end the customer has paid exactly
//! for what his meter has, and the centre's log can be verified.

use super::porto::{Daemon, Porto};
use crate::workspace::Outcome;
use serde_json::Value;
use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::thread;

const SERIAL: &str = "20000001";
/// What the customer pays in, in cents.
const PAID: i64 = 50_000;
/// What each usual refill brings.
const USUAL: i64 = 2_000;
/// What the call-back brings.
const CALLED_BACK: i64 = 1_500;
/// The bytes of a frame's length, before it.
const LENGTH_BYTES: usize = 2;

/// A centre that serves, with a meter of a customer who has paid in.
pub struct Centre {
    daemon: Daemon,
    link: String,
    /// Where the meter waits to be called back.
    own: String,
    customer: String,
}

impl Centre {
    /// Starts it and takes customer and meter in.
    pub fn found(porto: &Porto) -> Result<Centre, String> {
        porto.run("centre init centre --carrier Demo-Post")?;
        let arguments = "--http-listen 127.0.0.1:0 --link-listen tcp:127.0.0.1:0 --log warn --json";
        let daemon = porto.serve(&format!("centre serve --centre centre {arguments}"))?;
        let said: Value =
            serde_json::from_str(&daemon.said).map_err(|error| format!("{error}: {}", daemon.said))?;
        let link = text(&said["link"][0])?;
        println!("  the console is at {}", text(&said["http"])?);
        let added = porto.json("centre customer add Muster --centre centre --json", false)?;
        let customer = text(&added["customer"])?.replace(' ', "");
        porto.run(&format!(
            "centre customer deposit {customer} --amount {PAID} --reference bank-1 --centre centre"
        ))?;
        let own = format!("tcp:{}", free_address()?);
        porto.run(&format!(
            "centre meter enrol --serial {SERIAL} --customer {customer} --call-back-number {own} --specimen --centre centre"
        ))?;
        porto.run(&format!("centre meter personalise {SERIAL} --out remote.json --centre centre"))?;
        porto.run("psd init --memory remote.psd remote.json")?;
        Ok(Centre { daemon, link, own, customer })
    }

    /// Refills the meter in three ways.
    pub fn refill(&self, porto: &Porto) -> Outcome {
        let link = &self.link;
        self.call(porto, &format!("refill --amount {USUAL} --centre {link}"), "done")?;
        let cut = cutting_relay(link)?;
        self.call(porto, &format!("refill --centre {cut} --redials 0"), "done_unconfirmed")?;
        self.call(porto, &format!("contact --centre {link}"), "done")?;
        self.call(porto, &format!("call-back {CALLED_BACK} --own-number {}", self.own), "done")?;
        self.expect(porto, 2 * USUAL + CALLED_BACK)
    }

    fn call(&self, porto: &Porto, what: &str, finish: &str) -> Outcome {
        let said = porto.json(&format!("link {what} --memory remote.psd --json"), false)?;
        println!("  {}", text(&said["sentence"])?);
        if said["finish"] == finish { Ok(()) } else { Err(format!("porto link {what}: {said}")) }
    }

    /// The meter has this, and the customer has paid for it once.
    fn expect(&self, porto: &Porto, credit: i64) -> Outcome {
        let registers = porto.json("psd registers --memory remote.psd --json", false)?;
        let account =
            porto.json(&format!("centre customer show {} --centre centre --json", self.customer), false)?;
        let (r3, balance) = (registers["r3"].as_i64(), account["balance_minor"].as_i64());
        match (r3, balance) {
            (Some(r3), Some(balance)) if r3 == credit && balance == PAID - credit => {
                println!("  the meter has {r3} of credit in all, the customer {balance} left of {PAID}");
                Ok(())
            }
            _ => Err(format!("{credit} was granted, and the meter says {r3:?}, the account {balance:?}")),
        }
    }

    /// Ends it, and lets anybody verify what it has done.
    pub fn close(self, porto: &Porto) -> Outcome {
        self.daemon.stop()?;
        print!("{}", porto.run("centre audit seal --centre centre")?);
        porto.run("centre audit export centre/log.jsonl --centre centre")?;
        print!("{}", porto.run("centre audit verify centre/log.jsonl")?);
        Ok(())
    }
}

fn text(value: &Value) -> Result<String, String> {
    value.as_str().map(str::to_owned).ok_or_else(|| format!("{value} is no text"))
}

/// An address that was free a moment ago.
fn free_address() -> Result<String, String> {
    let listener = TcpListener::bind("127.0.0.1:0").map_err(|error| error.to_string())?;
    listener.local_addr().map(|address| address.to_string()).map_err(|error| error.to_string())
}

/// A line that breaks when the meter confirms: opening and begin message go through, the third frame does not. Gives the
/// number to call.
fn cutting_relay(link: &str) -> Result<String, String> {
    let listener = TcpListener::bind("127.0.0.1:0").map_err(|error| error.to_string())?;
    let number = listener.local_addr().map_err(|error| error.to_string())?;
    let centre = link.trim_start_matches("tcp:").to_owned();
    thread::spawn(move || {
        let (meter, _) = listener.accept()?;
        let centre = TcpStream::connect(centre)?;
        let (mut from, mut to) = (centre.try_clone()?, meter.try_clone()?);
        let back = thread::spawn(move || std::io::copy(&mut from, &mut to));
        relay_frames(&meter, &centre, 2)?;
        centre.shutdown(Shutdown::Both)?;
        meter.shutdown(Shutdown::Both)?;
        let _ = back.join();
        Ok::<(), std::io::Error>(())
    });
    Ok(format!("tcp:{number}"))
}

/// Lets so many frames through, and waits for the one after them.
fn relay_frames(mut from: &TcpStream, mut to: &TcpStream, frames: usize) -> std::io::Result<()> {
    for number in 0..=frames {
        let mut length = [0; LENGTH_BYTES];
        from.read_exact(&mut length)?;
        let mut frame = vec![0; usize::from(u16::from_le_bytes(length))];
        from.read_exact(&mut frame)?;
        if number < frames {
            to.write_all(&length)?;
            to.write_all(&frame)?;
        }
    }
    Ok(())
}
