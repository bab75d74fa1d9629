//! Calls by files that are carried by hand.

use crate::{MOMENT, SOON, frame};
use line::turn::{TURN_BYTES_MAX, Turn};
use line::{
    DialError, FRAME_BYTES_MAX, Line, ListenError, Listener, Number, Received, SendError, Times, dial,
};
use proptest::collection::vec;
use proptest::prelude::*;
use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::thread;
use std::time::Duration;
use tempfile::TempDir;

/// The meter's folder and the centre's, and a hand that carries files between them.
struct Desk {
    meter: TempDir,
    centre: TempDir,
}

impl Desk {
    fn new() -> Desk {
        let folder = || tempfile::tempdir().expect("there is room");
        Desk { meter: folder(), centre: folder() }
    }

    fn dial(&self) -> Box<dyn Line> {
        dial(&number(self.meter.path()), &Times::default()).expect("the folder is there")
    }

    fn listen(&self) -> Listener {
        Listener::open(&number(self.centre.path()), &Times::default()).expect("the folder is there")
    }

    /// Carries all requests there and all answers back.
    fn carry(&self) {
        copy(self.meter.path(), self.centre.path(), "request");
        copy(self.centre.path(), self.meter.path(), "answer");
    }
}

fn number(folder: &Path) -> Number {
    format!("file:{}", folder.display()).parse().expect("it is a number")
}

fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).expect("it is there");
    let name = |entry: std::io::Result<fs::DirEntry>| entry.expect("it is there").file_name().into_string();
    let mut names: Vec<String> = entries.map(|entry| name(entry).expect("of ASCII")).collect();
    names.sort();
    names
}

fn copy(from: &Path, to: &Path, kind: &str) {
    for name in names(from).iter().filter(|name| name.contains(kind)) {
        fs::copy(from.join(name), to.join(name)).expect("there is room");
    }
}

/// The only file of a folder.
fn only_file(folder: &Path) -> std::path::PathBuf {
    let names = names(folder);
    assert_eq!(names.len(), 1, "{names:?}");
    folder.join(&names[0])
}

#[test]
fn a_call_runs_through_by_files_that_are_carried_both_ways() {
    let desk = Desk::new();
    let (mut caller, mut listener) = (desk.dial(), desk.listen());
    caller.send(b"one").expect("the line is open");
    caller.send(&[2; FRAME_BYTES_MAX]).expect("the line is open");
    assert_eq!(caller.receive(MOMENT), Received::TimedOut);
    desk.carry();
    let mut answerer = listener.next(SOON).expect("it looks").expect("there is a request");
    assert_eq!(frame(&mut *answerer), b"one");
    assert_eq!(frame(&mut *answerer), [2; FRAME_BYTES_MAX]);
    answerer.send(b"three").expect("the line is open");
    assert_eq!(answerer.receive(MOMENT), Received::TimedOut);
    desk.carry();
    assert_eq!(frame(&mut *caller), b"three");
    caller.send(b"four").expect("the line is open");
    assert_eq!(caller.receive(MOMENT), Received::TimedOut);
    desk.carry();
    assert_eq!(frame(&mut *answerer), b"four");
    answerer.send(b"last words").expect("the line is open");
    drop(answerer);
    desk.carry();
    assert_eq!(frame(&mut *caller), b"last words");
    assert_eq!(caller.receive(SOON), Received::Closed);
    assert!(matches!(caller.send(b"x"), Err(SendError::Closed)));
    drop(caller);
    let files = names(desk.meter.path());
    let ends = ["-0001-request.porto", "-0002-answer.porto", "-0003-request.porto", "-0004-answer.porto"];
    assert!(files.len() == 4 && files.iter().zip(ends).all(|(file, end)| file.ends_with(end)), "{files:?}");
    assert!(listener.next(MOMENT).expect("it looks").is_none(), "an answered call is not begun again");
}

#[test]
fn a_file_is_waited_for_while_somebody_copies_it() {
    let desk = Desk::new();
    let mut caller = desk.dial();
    caller.send(b"question").expect("the line is open");
    assert_eq!(caller.receive(MOMENT), Received::TimedOut);
    let request = only_file(desk.meter.path());
    let whole = fs::read(&request).expect("it can be read");
    let copy = desk.centre.path().join(request.file_name().expect("it has a name"));
    // Some systems make the whole length first, and fill it then.
    fs::write(&copy, vec![0; whole.len()]).expect("there is room");
    let mut answerer = desk.listen().next(SOON).expect("it looks").expect("there is a request");
    let copying = thread::spawn(move || {
        thread::sleep(MOMENT);
        fs::write(&copy, &whole[..whole.len() - 1]).expect("there is room");
        thread::sleep(MOMENT);
        fs::write(&copy, &whole).expect("there is room");
    });
    assert_eq!(frame(&mut *answerer), b"question");
    copying.join().expect("it was copied");
}

#[test]
fn a_file_that_stays_unreadable_ends_the_call() {
    for content in [vec![0; 100], vec![7; 2 * TURN_BYTES_MAX], Vec::new()] {
        let desk = Desk::new();
        fs::write(desk.centre.path().join("0123456789abcdef-0001-request.porto"), content)
            .expect("there is room");
        let mut answerer = desk.listen().next(SOON).expect("it looks").expect("there is a request");
        assert_eq!(answerer.receive(MOMENT), Received::Garbled);
        assert_eq!(answerer.receive(MOMENT), Received::Closed);
        assert_eq!(names(desk.centre.path()).len(), 1, "nothing is answered");
    }
}

#[test]
fn a_file_of_another_call_or_turn_is_not_taken_for_this_one() {
    let turn = Turn {
        call: 0x0123_4567_89ab_cdef_u64.to_be_bytes(),
        number: 1,
        is_last: false,
        frames: vec![vec![1]],
    };
    let taken = |turn: &Turn| {
        let desk = Desk::new();
        let content = turn.to_bytes().expect("it fits");
        fs::write(desk.centre.path().join("0123456789abcdef-0001-request.porto"), content)
            .expect("there is room");
        desk.listen().next(SOON).expect("it looks").expect("there is a request").receive(MOMENT)
    };
    assert_eq!(taken(&turn), Received::Frame(vec![1]));
    assert_eq!(taken(&Turn { call: [9; 8], ..turn.clone() }), Received::Garbled);
    assert_eq!(taken(&Turn { number: 3, ..turn }), Received::Garbled);
}

#[test]
fn what_is_no_plain_file_is_neither_followed_nor_waited_for() {
    let desk = Desk::new();
    let secret = desk.meter.path().join("secret");
    fs::write(
        &secret,
        Turn { call: [0; 8], number: 1, is_last: false, frames: vec![] }.to_bytes().expect("it fits"),
    )
    .expect("there is room");
    symlink(&secret, desk.centre.path().join("0000000000000000-0001-request.porto"))
        .expect("there are links");
    let mut listener = desk.listen();
    let mut answerer = listener.next(SOON).expect("it looks").expect("there is a request");
    assert_eq!(answerer.receive(MOMENT), Received::Garbled);
    let pipe = desk.centre.path().join("0000000000000001-0001-request.porto");
    rustix::fs::mknodat(rustix::fs::CWD, &pipe, rustix::fs::FileType::Fifo, rustix::fs::Mode::RUSR, 0)
        .expect("pipes");
    let mut answerer = listener.next(SOON).expect("it looks").expect("there is a request");
    assert_eq!(answerer.receive(MOMENT), Received::Garbled, "a pipe would be waited for");
}

#[test]
fn other_files_in_the_folder_are_no_requests() {
    let desk = Desk::new();
    for name in [
        "0123456789abcdef-0002-answer.porto",
        "0123456789abcdef-0003-request.porto",
        "0123456789ABCDEF-0001-request.porto",
        "+123456789abcdef-0001-request.porto",
        "x-0001-request.porto",
        "0123456789abcdef-0001-request.new",
    ] {
        fs::write(desk.centre.path().join(name), b"x").expect("there is room");
    }
    assert!(desk.listen().next(MOMENT).expect("it looks").is_none());
}

#[test]
fn no_file_is_ever_overwritten() {
    let desk = Desk::new();
    let turn = Turn { call: [1; 8], number: 1, is_last: false, frames: vec![b"question".to_vec()] };
    let request = desk.centre.path().join("0101010101010101-0001-request.porto");
    fs::write(request, turn.to_bytes().expect("it fits")).expect("there is room");
    let mut answerer = desk.listen().next(SOON).expect("it looks").expect("there is a request");
    assert_eq!(frame(&mut *answerer), b"question");
    let answer = desk.centre.path().join("0101010101010101-0002-answer.porto");
    fs::write(&answer, b"somebody's own").expect("there is room");
    answerer.send(b"answer").expect("the line is open");
    assert_eq!(answerer.receive(SOON), Received::Closed);
    assert_eq!(fs::read(&answer).expect("it is there"), b"somebody's own");
    assert_eq!(names(desk.centre.path()).len(), 2, "nothing unfinished is left");
}

#[test]
fn a_file_takes_a_stated_number_of_frames() {
    let desk = Desk::new();
    let mut caller = desk.dial();
    for _ in 0..16 {
        caller.send(&[1; FRAME_BYTES_MAX]).expect("there is room");
    }
    assert!(matches!(caller.send(b"x"), Err(SendError::TooMany)));
    assert!(matches!(caller.send(b""), Err(SendError::Length(0))));
    assert_eq!(caller.receive(Duration::ZERO), Received::TimedOut);
    let file = fs::metadata(only_file(desk.meter.path())).expect("it is there");
    assert_eq!(file.len(), TURN_BYTES_MAX as u64);
}

#[test]
fn a_call_in_which_nothing_is_said_leaves_no_file_and_a_refusal_to_answer_one() {
    let desk = Desk::new();
    drop(desk.dial());
    assert!(names(desk.meter.path()).is_empty());
    let mut caller = desk.dial();
    caller.send(b"question").expect("the line is open");
    assert_eq!(caller.receive(Duration::ZERO), Received::TimedOut);
    desk.carry();
    let mut answerer = desk.listen().next(SOON).expect("it looks").expect("there is a request");
    assert_eq!(frame(&mut *answerer), b"question");
    drop(answerer);
    desk.carry();
    assert_eq!(caller.receive(SOON), Received::Closed);
}

#[test]
fn a_folder_that_is_not_there_cannot_be_used() {
    let number: Number = "file:/no/such/folder".parse().expect("it is a number");
    let error = dial(&number, &Times::default()).err().expect("it is not there");
    assert!(matches!(error, DialError::Device(..)) && !error.is_communication_error(), "{error:?}");
    assert!(matches!(Listener::open(&number, &Times::default()), Err(ListenError::Device(..))));
}

proptest! {
    #[test]
    fn a_turn_reads_back_and_any_change_of_it_does_not(
        frames in vec(vec(any::<u8>(), 1..100), 0..16),
        number: u32,
        is_last: bool,
        place: prop::sample::Index,
        change in 1u8..,
        length: prop::sample::Index,
    ) {
        let turn = Turn { call: [7; 8], number, is_last, frames };
        let bytes = turn.to_bytes().expect("it fits");
        prop_assert_eq!(Turn::parse(&bytes), Some(turn));
        prop_assert_eq!(Turn::parse(&bytes[..length.index(bytes.len())]), None);
        let mut changed = bytes;
        let place = place.index(changed.len());
        changed[place] ^= change;
        prop_assert_eq!(Turn::parse(&changed), None);
    }
}
