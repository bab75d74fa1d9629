//! Credit by a call-back: from the centre, for the request that the device holds, and from nobody else.

use super::{agreed, begin, call, finish, settled, told};
use crate::centre_end::dial_patiently;
use crate::serve::Daemon;
use line::Received;
use link::call::{Ask, Refused};
use std::net::TcpListener;
use std::time::Duration;
use terms::Money;

/// An address of this machine at which nobody listens yet.
fn free() -> String {
    format!("tcp:{}", TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap())
}

/// Claim: C8
/// Claim: C9
#[test]
fn credit_by_call_back_comes_from_the_centre_for_the_request_and_from_nobody_else() {
    let (desk, centre) = agreed();
    let own = free();
    let process =
        begin(&desk, &format!("call-back 900 --own-number {own} --memory meter.psd --answer-time 2"));
    let request = centre.request();
    let expected =
        Ask::CallBack { request, amount: Money::from_minor(900), own_number: own.parse().unwrap() };
    assert_eq!(centre.books().asks.last(), Some(&expected));
    // Somebody who is silent, somebody who is not the centre, and the centre for a request that nobody made.
    drop(dial_patiently(&own));
    let mut stranger = dial_patiently(&own);
    stranger.send(&[&[7_u8][..], &[1; 48]].concat()).unwrap();
    assert_eq!(stranger.receive(Duration::from_secs(20)), Received::Closed, "he gets no word");
    centre.call_back(&own, [1; 16]);
    assert_eq!(centre.books().denied, 1, "the centre is told that there is no such request");
    centre.call_back(&own, request);
    let called = told(process.wait_with_output().unwrap());
    assert_eq!(finish(&called), (0, "done"), "{called:?}");
    assert_eq!((&called.1["transactions"], &called.1["meter"]["r3"]), (&2.into(), &5_900.into()));
    assert_eq!(settled(&desk, &centre), 900);
}

/// Claim: C8
#[test]
fn a_device_that_runs_holds_its_request_for_a_later_call() {
    let (desk, centre) = agreed();
    let _daemon = Daemon::on_meter(&desk);
    let own = free();
    let place = format!("--own-number {own} --socket psd.sock --pairing meter.psd.pair");
    let called = call(&desk, &format!("call-back 900 {place} --wait 1"));
    assert_eq!(finish(&called), (2, "nobody_called"), "{called:?}");
    let request = centre.request();
    let listening = begin(&desk, &format!("listen {place}"));
    // A line that breaks does not end the waiting.
    drop(dial_patiently(&own));
    centre.call_back(&own, request);
    let called = told(listening.wait_with_output().unwrap());
    assert_eq!((finish(&called), &called.1["meter"]["r3"]), ((0, "done"), &5_900.into()));
    // The request is used up.
    let listening = begin(&desk, &format!("listen {place} --wait 4"));
    centre.call_back(&own, request);
    let called = told(listening.wait_with_output().unwrap());
    assert_eq!((finish(&called), centre.books().debits), ((1, "no_request"), 900));
}

#[test]
fn a_refused_call_back_is_not_waited_for() {
    let (desk, centre) = agreed();
    centre.books().refuses = Some(Refused::OtherNumber);
    let called = call(&desk, &format!("call-back 900 --own-number {} --memory meter.psd", free()));
    assert_eq!((finish(&called), &called.1["code"]), ((1, "refused"), &12.into()));
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let own = format!("tcp:{}", taken.local_addr().unwrap());
    desk.fails(
        &format!("link call-back 900 --own-number {own} --memory meter.psd"),
        2,
        "cannot be listened at",
    );
    assert_eq!(centre.books().asks.len(), 2, "nobody is asked to call where nobody can be reached");
}
