//! Passwords that a bar-code or magnetic-stripe reader types (GB 2 178 696, page 3): such readers sit between keyboard
//! and computer, and what they read comes as if it was typed. A prefix tells it apart from keys.
//!
//! ```text
//! ]U7:password          a bar code: user 7          ]M:password      the system manager
//! %U7^password?         track 1 of a stripe         %M^password?
//! ;7=123456?            track 2, digits alone       ;0=123456?       0 is the system manager
//! ```
//!
//! What always holds: what begins like one of these is a log-in or an error, and never a key; no error repeats any of
//! it.

use access::{Password, Person, UserId};
use std::fmt;

/// What came in by a reader: whose password.
#[derive(Debug, PartialEq, Eq)]
pub struct Code {
    /// Who wants to log in.
    pub person: Person,
    /// With what.
    pub password: Password,
}

/// What a reader sent is no log-in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CodeError;

impl fmt::Display for CodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("what was read is no log-in of this meter: hold it before the reader once more")
    }
}

/// What a line is: a code of a reader's, or nothing where it was typed.
pub fn read(line: &str) -> Result<Option<Code>, CodeError> {
    let code = match line.as_bytes().first() {
        Some(b']') => bar_code(line),
        Some(b'%') => first_track(line),
        Some(b';') => second_track(line),
        _ => return Ok(None),
    };
    code.map(Some).ok_or(CodeError)
}

fn bar_code(line: &str) -> Option<Code> {
    let (person, password) = line.strip_prefix(']')?.split_once(':')?;
    code(named(person)?, password)
}

fn first_track(line: &str) -> Option<Code> {
    let (person, password) = line.strip_prefix('%')?.strip_suffix('?')?.split_once('^')?;
    code(named(person)?, password)
}

fn second_track(line: &str) -> Option<Code> {
    let (number, password) = line.strip_prefix(';')?.strip_suffix('?')?.split_once('=')?;
    let person = if number == "0" { Person::Manager } else { Person::User(number.parse().ok()?) };
    let is_plain = password.bytes().all(|byte| byte.is_ascii_digit());
    code(person, password).filter(|_| is_plain)
}

fn named(person: &str) -> Option<Person> {
    match person {
        "M" => Some(Person::Manager),
        user => user.strip_prefix('U')?.parse::<UserId>().ok().map(Person::User),
    }
}

fn code(person: Person, password: &str) -> Option<Code> {
    Some(Code { person, password: Password::new(password.as_bytes()).ok()? })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn user(number: u16) -> Person {
        Person::User(UserId::new(number).unwrap())
    }

    #[test]
    fn each_kind_of_reader_says_who_and_with_what() {
        for (line, person, password) in [
            ("]U7:open sesame", user(7), "open sesame"),
            ("]U12:a:b", user(12), "a:b"),
            ("]M:boss", Person::Manager, "boss"),
            ("%U7^OPEN?", user(7), "OPEN"),
            ("%M^A?B?", Person::Manager, "A?B"),
            (";7=0815?", user(7), "0815"),
            (";0=4711?", Person::Manager, "4711"),
        ] {
            let password = Password::new(password.as_bytes()).unwrap();
            assert_eq!(read(line), Ok(Some(Code { person, password })), "{line}");
        }
    }

    #[test]
    fn what_is_typed_is_no_code() {
        for line in ["", "110", "1.10", "p", "U7:x", "c001", " ]U7:x"] {
            assert_eq!(read(line), Ok(None), "{line}");
        }
    }

    #[test]
    fn a_code_that_is_broken_is_an_error_and_no_key() {
        let long = format!("]U7:{}", "x".repeat(65));
        for line in [
            "]",
            "]U7",
            "]U7:",
            "]U0:x",
            "]U10000:x",
            "]X:x",
            "%U7^x",
            "%U7x?",
            ";7=12a?",
            ";=1?",
            ";7=?",
            &long,
        ] {
            assert_eq!(read(line), Err(CodeError), "{line}");
        }
    }
}
