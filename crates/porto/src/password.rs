//! Passwords and PINs from outside: from a terminal without echo, from a file, or from standard input; never from the command
//! line, where every other process could read them.

use crate::failure::Failure;
use access::Password;
use cards::Pin;
use rustix::termios::{self, LocalModes, OptionalActions, Termios};
use std::fs::File;
use std::io::{self, IsTerminal, Read, Write};
use std::os::fd::AsFd;
use std::path::Path;
use zeroize::Zeroizing;

/// The password in the first line of a file; `-` is the next line of standard input. Without a file it is asked for at
/// the terminal.
pub fn read(file: Option<&Path>, whose: &str) -> Result<Password, Failure> {
    secret(file, &format!("Password of {whose}: "))
}

fn secret(file: Option<&Path>, prompt: &str) -> Result<Password, Failure> {
    match file {
        Some(path) if path == Path::new("-") => line(standard_input()?),
        Some(path) => {
            let unreadable = |error| Failure::usage(format!("cannot read {}: {error}", path.display()));
            line(File::open(path).map_err(unreadable)?)
        }
        None => ask(prompt),
    }
}

/// The same for a password that is to be set: at the terminal it is asked for twice.
pub fn read_new(file: Option<&Path>, whose: &str) -> Result<Password, Failure> {
    new_secret(file, &format!("New password of {whose}: "), "passwords")
}

/// The PIN of a card, in the same ways.
pub fn pin(file: Option<&Path>) -> Result<Pin, Failure> {
    digits(&secret(file, "PIN of the card: ")?)
}

/// The same for a PIN that is to be set.
pub fn new_pin(file: Option<&Path>) -> Result<Pin, Failure> {
    digits(&new_secret(file, "New PIN of the card: ", "PINs")?)
}

fn digits(typed: &Password) -> Result<Pin, Failure> {
    let digits = str::from_utf8(typed.bytes()).unwrap_or_default();
    Pin::new(digits).map_err(Failure::usage)
}

fn new_secret(file: Option<&Path>, prompt: &str, what: &str) -> Result<Password, Failure> {
    if file.is_some() {
        return secret(file, prompt);
    }
    let first = ask(prompt)?;
    let second = ask("The same again: ")?;
    if first.bytes() == second.bytes() {
        Ok(first)
    } else {
        Err(Failure::usage(format!("the two {what} are not the same")))
    }
}

fn ask(prompt: &str) -> Result<Password, Failure> {
    let input = io::stdin();
    if !input.is_terminal() {
        return Err(Failure::usage(
            "there is no terminal to ask at: name a file of the password, or - for stdin",
        ));
    }
    // Silence comes first: what is typed as soon as the prompt shows is then neither echoed nor flushed away.
    let silence = Silence::begin(&input).map_err(Failure::usage)?;
    eprint!("{prompt}");
    let _ = io::stderr().flush();
    let password = line(standard_input()?);
    drop(silence);
    eprintln!();
    password
}

/// Standard input without the buffer that the library puts before it.
fn standard_input() -> Result<File, Failure> {
    io::stdin().as_fd().try_clone_to_owned().map(File::from).map_err(Failure::usage)
}

/// The terminal without echo, until it is dropped.
struct Silence {
    before: Termios,
}

impl Silence {
    fn begin(terminal: &io::Stdin) -> io::Result<Silence> {
        let before = termios::tcgetattr(terminal)?;
        let mut silent = before.clone();
        silent.local_modes.remove(LocalModes::ECHO);
        termios::tcsetattr(terminal, OptionalActions::Flush, &silent)?;
        Ok(Silence { before })
    }
}

impl Drop for Silence {
    fn drop(&mut self) {
        // Where the terminal has gone there is nothing to be set.
        let _ = termios::tcsetattr(io::stdin(), OptionalActions::Now, &self.before);
    }
}

/// The next line, without its end; byte by byte, so that nothing of it stays behind in a buffer that nobody wipes.
fn line(mut input: impl Read) -> Result<Password, Failure> {
    let mut bytes = Zeroizing::new([0; Password::BYTES_MAX + 1]);
    let mut length = 0;
    loop {
        let mut byte = [0];
        match input.read(&mut byte) {
            Ok(0) => break,
            Ok(_) if byte == *b"\n" => break,
            Ok(_) => *bytes.get_mut(length).ok_or_else(too_long)? = byte[0],
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(Failure::usage(format!("the password cannot be read: {error}"))),
        }
        length += 1;
    }
    let line = bytes[..length].strip_suffix(b"\r").unwrap_or(&bytes[..length]);
    Password::new(line).map_err(Failure::usage)
}

fn too_long() -> Failure {
    Failure::usage(access::PasswordError)
}
