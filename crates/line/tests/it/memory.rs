//! Lines in memory: the weather does what it says, and nothing takes real time.

use crate::frame;
use line::memory::{Clock, MemoryLine, Weather, pair};
use line::{Line, Received, SendError};
use std::thread;
use std::time::{Duration, Instant};

const HOUR: Duration = Duration::from_secs(3600);

/// What arrives of 1000 frames that hold their own number.
fn arrivals(weather: &Weather, seed: u64) -> Vec<Received> {
    let clock = Clock::default();
    let (mut sender, mut receiver) = pair(&clock, weather, seed);
    for number in 0..1000u16 {
        sender.send(&number.to_le_bytes()).expect("the line is open");
    }
    clock.advance_to(1_000_000);
    std::iter::from_fn(|| receiver.try_receive()).collect()
}

fn numbers(weather: &Weather, seed: u64) -> Vec<u16> {
    let number = |received| match received {
        Received::Frame(bytes) => u16::from_le_bytes(bytes.try_into().expect("it has two bytes")),
        other => panic!("a frame was expected, not {other:?}"),
    };
    arrivals(weather, seed).into_iter().map(number).collect()
}

#[test]
fn in_fair_weather_all_frames_arrive_in_order() {
    assert_eq!(numbers(&Weather::fair(), 1), (0..1000).collect::<Vec<_>>());
}

#[test]
fn the_same_seed_gives_the_same_fates_and_another_one_others() {
    let weather =
        Weather { loss: 100, repetition: 100, delay_ms: 0..=50, overtakes: true, ..Weather::fair() };
    assert_eq!(numbers(&weather, 7), numbers(&weather, 7));
    assert_ne!(numbers(&weather, 7), numbers(&weather, 8));
}

#[test]
fn weather_loses_repeats_and_reorders_as_often_as_it_says() {
    let lossy = numbers(&Weather { loss: 200, ..Weather::fair() }, 3);
    assert!((700..900).contains(&lossy.len()), "{} of 1000 arrived", lossy.len());
    assert!(lossy.is_sorted());
    let repeated = numbers(&Weather { repetition: 200, ..Weather::fair() }, 3);
    assert!((1100..1300).contains(&repeated.len()), "{} of 1000 arrived", repeated.len());
    let late = Weather { delay_ms: 0..=100, ..Weather::fair() };
    assert!(numbers(&late, 3).is_sorted(), "without overtaking, delay keeps the order");
    let overtaken = numbers(&Weather { overtakes: true, ..late }, 3);
    assert!(!overtaken.is_sorted() && overtaken.len() == 1000);
}

#[test]
fn noise_changes_one_byte_of_a_frame_or_ends_the_line() {
    let (mut changed, mut ended) = (0, 0);
    for seed in 0..100 {
        let weather = Weather { noise: 1000, ..Weather::fair() };
        let (mut sender, mut receiver) = pair(&Clock::default(), &weather, seed);
        sender.send(&[7; 30]).expect("the line is open");
        sender.hang_up();
        match receiver.receive(HOUR) {
            // A length that became longer is waited for in vain.
            Received::Garbled | Received::Closed => ended += 1,
            Received::Frame(frame) => {
                let others = frame.iter().filter(|byte| **byte != 7).count();
                assert!(others == 1 || frame.len() < 30, "{frame:?}");
                changed += 1;
            }
            Received::TimedOut => panic!("the other end has gone, nothing is waited for"),
        }
    }
    assert!(changed > 50 && ended > 0, "{changed} changed, {ended} ended");
}

#[test]
fn a_line_cut_at_any_byte_gives_the_whole_frames_before_it_and_is_closed_for_both() {
    const FRAME: [u8; 5] = *b"frame";
    for cut in 0..21 {
        let weather = Weather { cut_after_bytes: [Some(cut), None], ..Weather::fair() };
        let (mut sender, mut receiver) = pair(&Clock::default(), &weather, 1);
        let sent = (0..3).take_while(|_| sender.send(&FRAME).is_ok()).count() as u64;
        assert_eq!(sent, (cut / 7 + 1).min(3), "the frame that is cut seems sent");
        for _ in 0..cut / 7 {
            assert_eq!(receiver.receive(HOUR), Received::Frame(FRAME.to_vec()));
        }
        assert_eq!(receiver.receive(HOUR), Received::Closed, "cut after {cut}");
        assert!(matches!(sender.send(&FRAME), Err(SendError::Closed)));
        assert_eq!(sender.receive(HOUR), Received::Closed);
    }
}

#[test]
fn two_threads_wait_for_hours_in_no_time() {
    let clock = Clock::default();
    let weather = Weather { delay_ms: 1000..=1000, ..Weather::fair() };
    let begin = Instant::now();
    let (mut caller, mut answerer) = pair(&clock, &weather, 1);
    let other = thread::spawn(move || {
        let question = frame(&mut answerer);
        assert_eq!(answerer.receive(HOUR), Received::TimedOut);
        answerer.send(&question).expect("the line is open");
        assert_eq!(answerer.receive(HOUR), Received::Closed);
    });
    caller.send(b"question").expect("the line is open");
    assert_eq!(caller.receive(2 * HOUR), Received::Frame(b"question".to_vec()));
    assert_eq!(clock.now_ms(), 3_602_000, "one way, an hour, the other way");
    drop(caller);
    other.join().expect("the other end saw what it should");
    assert!(begin.elapsed() < Duration::from_secs(60));
}

#[test]
fn what_was_sent_before_hanging_up_still_arrives() {
    let weather = Weather { delay_ms: 500..=500, ..Weather::fair() };
    let (mut sender, mut receiver) = pair(&Clock::default(), &weather, 1);
    sender.send(b"last words").expect("the line is open");
    sender.hang_up();
    assert_eq!(sender.receive(HOUR), Received::Closed);
    assert_eq!(frame(&mut receiver), b"last words");
    assert_eq!(receiver.receive(HOUR), Received::Closed);
}

#[test]
fn one_thread_moves_the_clock_itself() {
    let clock = Clock::default();
    let weather = Weather { delay_ms: 70..=70, ..Weather::fair() };
    let (mut first, mut second): (MemoryLine, MemoryLine) = pair(&clock, &weather, 1);
    first.send(b"x").expect("the line is open");
    assert_eq!(second.try_receive(), None);
    assert_eq!(second.next_arrival_ms(), Some(70));
    clock.advance_to(70);
    assert_eq!(second.try_receive(), Some(Received::Frame(b"x".to_vec())));
    assert_eq!(second.next_arrival_ms(), None);
}
