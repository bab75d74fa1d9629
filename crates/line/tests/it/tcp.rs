//! TCP, over real sockets of this machine.

use crate::{MOMENT, SOON, frame};
use line::{DialError, FRAME_BYTES_MAX, Line, Listener, Number, Received, SendError, Times, dial};
use std::io::{Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::thread;
use std::time::{Duration, Instant};

fn listener(host: &str) -> (Listener, Number) {
    let own: Number = format!("tcp:{host}:0").parse().expect("it is a number");
    let listener = Listener::open(&own, &Times::default()).expect("a port is free");
    let number = listener.own().expect("a socket has an address");
    (listener, number)
}

/// Both ends of a connection.
fn connected(host: &str) -> (Box<dyn Line>, Box<dyn Line>) {
    let (mut listener, number) = listener(host);
    let caller = dial(&number, &Times::default()).expect("somebody listens");
    let answerer = listener.next(SOON).expect("it listens").expect("somebody called");
    (caller, answerer)
}

/// A line, and the bare socket at its other end.
fn with_bare_peer() -> (Box<dyn Line>, TcpStream) {
    let (mut listener, number) = listener("127.0.0.1");
    let Number::Tcp { port, .. } = number else { panic!("{number} is no TCP number") };
    let peer = TcpStream::connect((Ipv4Addr::LOCALHOST, port)).expect("somebody listens");
    (listener.next(SOON).expect("it listens").expect("somebody called"), peer)
}

#[test]
fn frames_of_all_lengths_go_both_ways_over_ipv4_and_ipv6() {
    for host in ["127.0.0.1", "[::1]"] {
        let (mut caller, mut answerer) = connected(host);
        for length in [1, 2, 255, 256, 257, FRAME_BYTES_MAX] {
            caller.send(&vec![1; length]).expect("the line is open");
            assert_eq!(frame(&mut *answerer), vec![1; length]);
            answerer.send(&vec![2; length]).expect("the line is open");
            assert_eq!(frame(&mut *caller), vec![2; length]);
        }
    }
}

#[test]
fn a_name_is_found_and_dialled() {
    let (mut listener, number) = listener("127.0.0.1");
    let Number::Tcp { port, .. } = number else { panic!("{number} is no TCP number") };
    let number = format!("tcp:localhost:{port}").parse().expect("it is a number");
    let mut caller = dial(&number, &Times::default()).expect("localhost is this machine");
    let mut answerer = listener.next(SOON).expect("it listens").expect("somebody called");
    caller.send(b"hello").expect("the line is open");
    assert_eq!(frame(&mut *answerer), b"hello");
    assert!(answerer.peer().starts_with("tcp:127.0.0.1:"), "{}", answerer.peer());
    assert_eq!(caller.peer(), format!("tcp:127.0.0.1:{port}"));
}

#[test]
fn several_frames_sent_at_once_are_received_singly() {
    let (mut caller, mut answerer) = connected("127.0.0.1");
    for byte in 0..100 {
        caller.send(&[byte; 30]).expect("the line is open");
    }
    for byte in 0..100 {
        assert_eq!(frame(&mut *answerer), [byte; 30]);
    }
    assert_eq!(answerer.receive(Duration::ZERO), Received::TimedOut);
}

#[test]
fn hanging_up_is_seen_at_the_other_end_after_what_was_sent() {
    let (mut caller, mut answerer) = connected("127.0.0.1");
    caller.send(b"last words").expect("the line is open");
    caller.hang_up();
    assert_eq!(frame(&mut *answerer), b"last words");
    assert_eq!(answerer.receive(SOON), Received::Closed);
    assert!(matches!(caller.send(b"x"), Err(SendError::Closed)));
    assert!(matches!(answerer.send(b"x"), Err(SendError::Closed)));
}

#[test]
fn dropping_a_line_hangs_up() {
    let (caller, mut answerer) = connected("127.0.0.1");
    drop(caller);
    assert_eq!(answerer.receive(SOON), Received::Closed);
}

#[test]
fn a_port_where_nobody_listens_is_a_communication_error() {
    let free = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))
        .and_then(|socket| socket.local_addr())
        .expect("a port is free");
    let error = dial(&Number::of(free), &Times::default()).err().expect("nobody listens");
    assert!(matches!(error, DialError::Refused) && error.is_communication_error(), "{error:?}");
}

#[test]
fn a_peer_that_does_not_take_the_connection_is_given_up_in_time() {
    // The queue of a listener that accepts nothing is filled, so that the system lets further calls wait.
    let socket = listener_with_the_shortest_queue();
    let address = socket.local_addr().expect("it has an address");
    let short = Times { connect: Duration::from_millis(200), ..Times::default() };
    let begin = Instant::now();
    let mut held = Vec::new();
    let error = (0..64).find_map(|_| match dial(&Number::of(address), &short) {
        Ok(line) => {
            held.push(line);
            None
        }
        Err(error) => Some(error),
    });
    let error = error.expect("the queue is full");
    assert!(matches!(error, DialError::TimedOut) && error.is_communication_error(), "{error:?}");
    assert!(begin.elapsed() < SOON);
}

/// A listener with the shortest queue there is.
fn listener_with_the_shortest_queue() -> TcpListener {
    use rustix::net::{AddressFamily, SocketType, bind, listen, socket};
    let socket = socket(AddressFamily::INET, SocketType::STREAM, None).expect("there are sockets");
    bind(&socket, &SocketAddr::from((Ipv4Addr::LOCALHOST, 0))).expect("a port is free");
    listen(&socket, 0).expect("it listens");
    socket.into()
}

#[test]
fn a_length_that_no_frame_has_closes_the_line() {
    for bytes in [[0, 0], [1, 8], [255, 255]] {
        let (mut line, mut peer) = with_bare_peer();
        peer.write_all(&bytes).expect("it is taken");
        assert_eq!(line.receive(SOON), Received::Garbled);
        assert_eq!(line.receive(SOON), Received::Closed);
        assert_eq!(peer.read(&mut [0]).expect("it was closed"), 0);
    }
}

#[test]
fn half_a_frame_is_no_frame() {
    let (mut line, mut peer) = with_bare_peer();
    peer.write_all(&[4, 0, 1, 2]).expect("it is taken");
    assert_eq!(line.receive(MOMENT), Received::TimedOut);
    peer.write_all(&[3, 4]).expect("it is taken");
    assert_eq!(frame(&mut *line), [1, 2, 3, 4], "what came late completes it");
    peer.write_all(&[4, 0, 1]).expect("it is taken");
    drop(peer);
    assert_eq!(line.receive(SOON), Received::Closed);
}

#[test]
fn bytes_that_trickle_in_do_not_extend_the_limit() {
    let (mut line, mut peer) = with_bare_peer();
    let trickle = thread::spawn(move || {
        let _ = peer.write_all(&[200, 0]);
        while peer.write_all(&[7]).is_ok() {
            thread::sleep(Duration::from_millis(20));
        }
    });
    let begin = Instant::now();
    assert_eq!(line.receive(Duration::from_millis(300)), Received::TimedOut);
    assert!(begin.elapsed() >= Duration::from_millis(300) && begin.elapsed() < Duration::from_secs(3));
    drop(line);
    trickle.join().expect("the peer notices that the line is closed");
}

#[test]
fn a_peer_that_takes_nothing_is_given_up_in_time() {
    let (mut listener, number) = listener("127.0.0.1");
    let short = Times { send: Duration::from_millis(300), ..Times::default() };
    let mut caller = dial(&number, &short).expect("somebody listens");
    let _answerer = listener.next(SOON).expect("it listens").expect("somebody called");
    let begin = Instant::now();
    let mut longest = Duration::ZERO;
    let error = loop {
        assert!(begin.elapsed() < SOON, "the system's buffers are not endless");
        let one = Instant::now();
        let sent = caller.send(&[7; FRAME_BYTES_MAX]);
        longest = longest.max(one.elapsed());
        if let Err(error) = sent {
            break error;
        }
    };
    assert!(matches!(error, SendError::TimedOut), "{error:?}");
    assert!(longest < Duration::from_secs(3));
    assert_eq!(caller.receive(SOON), Received::Closed, "part of a frame went out, so nothing can follow");
}

#[test]
fn a_listener_waits_no_longer_than_it_was_told() {
    let (mut listener, _) = listener("127.0.0.1");
    let begin = Instant::now();
    assert!(listener.next(Duration::from_millis(100)).expect("it listens").is_none());
    assert!(begin.elapsed() >= Duration::from_millis(100) && begin.elapsed() < Duration::from_secs(3));
}
