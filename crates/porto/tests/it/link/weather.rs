//! What lines and peers do to calls: they fail, cut, damage, trickle, flood, say nothing and never end.

use super::{agreed, call, finish, settled};
use crate::centre_end::{Carriage, CentreEnd};
use crate::desk::Desk;
use serde_json::Value;
use std::io::Write;
use std::net::TcpListener;
use std::thread;
use std::time::{Duration, Instant};

/// Claim: B17
#[test]
fn without_a_line_it_dials_once_and_as_often_again_as_it_is_told() {
    let (desk, centre) = agreed();
    for _ in 0..4 {
        centre.expect(|_, _| Carriage::Cut);
    }
    let called = call(&desk, "refill --memory meter.psd");
    assert_eq!((finish(&called), centre.take_calls()), ((2, "no_preamble"), 4));
    assert!(
        called.2.contains("dialling tcp:127.0.0.1") && called.2.contains("3 redials left"),
        "{}",
        called.2
    );
    let nobody = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let line = format!("contact --memory meter.psd --centre tcp:{nobody} --redials 1 --automatic");
    let called = call(&desk, &line);
    assert_eq!(finish(&called), (2, "no_line"), "{called:?}");
    assert_eq!(called.2.matches("refused").count(), 2, "{}", called.2);
    // An automatic call that failed is given up, and the device looks at its program.
    assert_eq!(called.1["self_test"]["programs"], true);
    assert!(called.2.contains("given up until the next franking"), "{}", called.2);
    let called = call(&desk, &format!("contact --memory meter.psd --centre {}", centre.number));
    assert_eq!((finish(&called), &called.1["self_test"]), ((0, "done"), &Value::Null));
}

/// Claim: B17
/// Claim: X5
#[test]
fn a_line_cut_at_any_frame_moves_the_credit_once() {
    for cut_at in 0..10 {
        let desk = Desk::with_meter();
        let centre = CentreEnd::start(&desk);
        centre.expect(move |frame, _| if frame == cut_at { Carriage::Cut } else { Carriage::Through });
        let line = format!("refill --amount 700 --memory meter.psd --centre {}", centre.number);
        let called = call(&desk, &line);
        let expected = if cut_at < 8 { "done" } else { "done_unconfirmed" };
        assert_eq!(finish(&called), (0, expected), "cut at {cut_at}: {called:?}");
        assert_eq!(called.1["meter"]["r3"], 5_700, "cut at {cut_at}");
        assert_eq!(settled(&desk, &centre), 700, "cut at {cut_at}");
    }
}

/// Claim: X5
#[test]
fn a_frame_damaged_anywhere_is_asked_for_again_and_counts_once() {
    let (desk, centre) = agreed();
    let damages: [fn(&mut Vec<u8>); 3] = [
        |bytes| *bytes.last_mut().unwrap() ^= 1,
        // The longest frame there is, full of nothing.
        |bytes| *bytes = vec![0xa5; 2_048],
        |bytes| bytes.truncate(3),
    ];
    let mut refills = 0;
    for damage in damages {
        for at in 0..6 {
            centre.expect(move |frame, bytes| {
                if frame == at {
                    damage(bytes);
                }
                Carriage::Through
            });
            let called = call(&desk, "refill --memory meter.psd");
            assert_eq!(finish(&called), (0, "done"), "frame {at}: {called:?}");
            refills += 1;
            assert_eq!(called.1["meter"]["r3"], 5_000 + refills * 700, "frame {at}");
        }
    }
    assert_eq!(settled(&desk, &centre), refills * 700);
}

#[test]
fn a_peer_that_sends_nothing_but_garbage_is_left() {
    let (desk, centre) = agreed();
    centre.expect(|frame, bytes| {
        if frame % 2 == 1 {
            *bytes = vec![0xa5; 2_048];
        }
        Carriage::Through
    });
    let called = call(&desk, "refill --memory meter.psd");
    assert_eq!(finish(&called), (2, "unreadable"), "{called:?}");
    assert_eq!(settled(&desk, &centre), 0);
}

#[test]
fn a_peer_that_trickles_or_floods_or_stays_silent_ends_in_the_time_of_one_answer() {
    let desk = Desk::with_meter();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let number = format!("tcp:{}", listener.local_addr().unwrap());
    let peer = thread::spawn(move || {
        // A byte now and then of a frame that never ends; more than a frame may have; nothing.
        let (mut slow, _) = listener.accept().unwrap();
        slow.write_all(&2_048_u16.to_le_bytes()).unwrap();
        while slow.write_all(&[0]).is_ok() {
            thread::sleep(Duration::from_millis(100));
        }
        let (mut flood, _) = listener.accept().unwrap();
        while flood.write_all(&[0xff; 4_096]).is_ok() {}
        let (silent, _) = listener.accept().unwrap();
        thread::sleep(Duration::from_secs(3));
        drop(silent);
    });
    for _ in 0..3 {
        let begun = Instant::now();
        let line = format!("contact --memory meter.psd --centre {number} --redials 0 --answer-time 1");
        let called = call(&desk, &line);
        assert_eq!(finish(&called), (2, "no_preamble"), "{called:?}");
        assert!(begun.elapsed() < Duration::from_secs(10), "{:?}", begun.elapsed());
    }
    peer.join().unwrap();
}

#[test]
fn a_centre_that_never_comes_to_an_end_is_left_after_32_transactions() {
    let (desk, centre) = agreed();
    centre.books().always_has_more = true;
    let called = call(&desk, "refill --memory meter.psd");
    assert_eq!((finish(&called), &called.1["transactions"]), ((0, "done"), &32.into()));
    assert_eq!(centre.books().debits, 700);
}
