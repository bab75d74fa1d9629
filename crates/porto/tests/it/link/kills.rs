//! What a kill does to calls, of the command or of the device, and two calls at once: credit comes once, and is asked for
//! once.

use super::{agreed, begin, call, finish, settled, told};
use crate::centre_end::{Carriage, CentreEnd};
use crate::desk::Desk;
use crate::serve::Daemon;
use serde_json::Value;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::Duration;

/// Lets the line hold the next call at this frame: the first end says that it does, the second lets it go on.
fn hold(centre: &CentreEnd, at: usize) -> (Receiver<()>, Sender<()>) {
    let (held, is_held) = channel();
    let (go, goes_on) = channel();
    centre.expect(move |frame, _| {
        if frame == at {
            held.send(()).unwrap();
            // Where the test has failed, nobody says so.
            let _ = goes_on.recv();
        }
        Carriage::Through
    });
    (is_held, go)
}

/// Kills a refill with SIGKILL while the line holds each frame in turn, and asks again.
fn kill_at_each_frame(desk: &Desk, centre: &CentreEnd, device: &str) {
    for at in 0..6 {
        let r3 = |called: &(i32, Value, String)| called.1["meter"]["r3"].as_u64().unwrap();
        let before = r3(&call(desk, &format!("contact {device}")));
        let (is_held, go) = hold(centre, at);
        let mut process = begin(desk, &format!("refill {device}"));
        is_held.recv_timeout(Duration::from_secs(20)).unwrap();
        process.kill().unwrap();
        process.wait().unwrap();
        go.send(()).unwrap();
        let again = call(desk, &format!("refill {device}"));
        // From the confirmation on the credit is in the meter: it is told, and no second one is asked for.
        let expected = if at < 4 { "done" } else { "came_before" };
        assert_eq!(finish(&again), (0, expected), "killed at {at}: {again:?}");
        assert_eq!(r3(&again), before + 700, "killed at {at}: the credit came once");
        assert_eq!(centre.books().debits, before + 700 - 5_000, "killed at {at}: it was paid for once");
        assert_eq!(centre.books().open, None, "killed at {at}");
    }
}

/// Claim: X5
#[test]
fn a_call_killed_at_any_frame_is_settled_by_the_next_one_and_the_credit_comes_once() {
    let (desk, centre) = agreed();
    kill_at_each_frame(&desk, &centre, "--memory meter.psd");
    assert_eq!(settled(&desk, &centre), 6 * 700);
    // That nobody's call has settled it does not tell whoever asked.
    let (is_held, go) = hold(&centre, 5);
    let mut process = begin(&desk, "refill --memory meter.psd");
    is_held.recv_timeout(Duration::from_secs(20)).unwrap();
    process.kill().unwrap();
    process.wait().unwrap();
    go.send(()).unwrap();
    assert_eq!(finish(&call(&desk, "contact --memory meter.psd --automatic")), (0, "done"));
    assert_eq!(finish(&call(&desk, "refill --memory meter.psd")), (0, "came_before"));
    assert_eq!(settled(&desk, &centre), 7 * 700);
    // Nothing of that stays: another refill is one.
    assert_eq!(finish(&call(&desk, "refill --memory meter.psd")), (0, "done"));
    assert_eq!(settled(&desk, &centre), 8 * 700);
}

/// Claim: X5
#[test]
fn a_call_killed_beside_a_device_that_goes_on_is_settled_by_the_next_one_too() {
    let (desk, centre) = agreed();
    let daemon = Daemon::on_meter(&desk);
    kill_at_each_frame(&desk, &centre, "--socket psd.sock --pairing meter.psd.pair");
    assert!(daemon.signal("TERM").success());
    assert_eq!(settled(&desk, &centre), 6 * 700);
}

#[test]
fn a_device_that_dies_in_a_call_ends_it_and_the_next_call_settles() {
    let (desk, centre) = agreed();
    let daemon = Daemon::on_meter(&desk);
    let (is_held, go) = hold(&centre, 3);
    let process = begin(&desk, "refill --socket psd.sock --pairing meter.psd.pair");
    is_held.recv_timeout(Duration::from_secs(20)).unwrap();
    daemon.signal("KILL");
    go.send(()).unwrap();
    let output = process.wait_with_output().unwrap();
    assert_eq!((output.status.code(), output.stdout.len()), (Some(1), 0));
    let called = call(&desk, "refill --memory meter.psd");
    assert_eq!(finish(&called), (0, "done"), "{called:?}");
    assert_eq!(settled(&desk, &centre), 700);
}

#[test]
fn two_calls_of_one_meter_do_not_go_on_at_once() {
    let (desk, centre) = agreed();
    let _daemon = Daemon::on_meter(&desk);
    let device = "--socket psd.sock --pairing meter.psd.pair";
    let (is_held, go) = hold(&centre, 2);
    let process = begin(&desk, &format!("refill {device}"));
    is_held.recv_timeout(Duration::from_secs(20)).unwrap();
    desk.fails(&format!("link refill {device}"), 1, "is under way");
    go.send(()).unwrap();
    assert_eq!(finish(&told(process.wait_with_output().unwrap())), (0, "done"));
    assert_eq!(centre.books().debits, 700);
}
