//! Peers of a server, honest and hostile, on real sockets and with real threads.

use crate::{METER, Mailroom, identity, request, serial};
use imprint::numbers::{Indicium, RequestId};
use psd::protocol::{Answer, Command, FRAME_BYTES_MAX, Fault, Frame, LENGTH_BYTES, NUMBER_PUSHED, Requests};
use psd::service::Service;
use psd::supervision::interrogation::{PairingKey, code_for};
use psd::{Error, Request, Settings};
use psd_host::client::{Client, ClientError};
use psd_host::server::{Limits, Listener, PeerRule, Server};
use psd_host::{BATCH, Equipment, HostError};
use std::fs;
use std::io::{Read, Write};
use std::os::unix::fs::{FileTypeExt, PermissionsExt};
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::{Path, PathBuf};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

/// A server at a socket of its own, and the meter's issuer.
pub struct Station {
    pub mailroom: Mailroom,
    stop: Option<UnixStream>,
    work: Option<JoinHandle<Result<(), HostError>>>,
}

/// Short times, so that tests of time-outs are quick.
pub fn limits() -> Limits {
    Limits { frame: Duration::from_secs(1), idle: Some(Duration::from_secs(5)), peers_max: 8 }
}

impl Station {
    fn new() -> Station {
        Station::with(limits(), None)
    }

    fn with(limits: Limits, rule: Option<PeerRule>) -> Station {
        Station::of(Settings::default(), limits, rule)
    }

    /// With these settings of the meter.
    pub fn of(settings: Settings, limits: Limits, rule: Option<PeerRule>) -> Station {
        let (mailroom, psd) = Mailroom::with(settings, &Equipment::default());
        let path = mailroom.folder.path().join("psd.sock");
        let listener = Listener::bind(&path, None, rule).unwrap();
        let server = Server::start(Box::new(Service::new(*psd)), limits).unwrap();
        let (stop, stopped) = UnixStream::pair().unwrap();
        let work = thread::spawn(move || server.listen(&listener, &stopped));
        Station { mailroom, stop: Some(stop), work: Some(work) }
    }

    fn path(&self) -> PathBuf {
        self.mailroom.folder.path().join("psd.sock")
    }

    pub fn client(&self) -> Client {
        let mut client = Client::connect(&self.path()).unwrap();
        client.attend(self.mailroom.attendant());
        client
    }

    pub fn control_unit(&self) -> Client {
        let mut client = self.client();
        client.attach().unwrap();
        client
    }

    pub fn raw(&self) -> Raw {
        let stream = UnixStream::connect(self.path()).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(5))).unwrap();
        Raw(stream)
    }

    fn stop(&mut self) -> Result<(), HostError> {
        drop(self.stop.take());
        self.work.take().map_or(Ok(()), |work| work.join().unwrap())
    }
}

impl Drop for Station {
    fn drop(&mut self) {
        let _ = self.stop();
    }
}

/// A peer that writes what it likes.
pub struct Raw(pub UnixStream);

impl Raw {
    pub fn write(&mut self, bytes: &[u8]) {
        self.0.write_all(bytes).unwrap();
    }

    /// The next frame, or nothing where the stream has ended.
    pub fn read(&mut self) -> Option<(u32, Answer)> {
        let mut length = [0; LENGTH_BYTES];
        self.0.read_exact(&mut length).ok()?;
        let mut frame = vec![0; u32::from_le_bytes(length) as usize];
        self.0.read_exact(&mut frame).ok()?;
        let frame = Frame::parse(&frame).unwrap();
        Some((frame.number, frame.answer().unwrap()))
    }

    /// Becomes the control unit with the first two commands, the second of which answers the device's question.
    pub fn attach(&mut self, mailroom: &Mailroom) {
        self.write(&frame(1, Command::Attach));
        let Some((NUMBER_PUSHED, Answer::Question(question))) = self.read() else { panic!("not asked") };
        assert_eq!(self.read(), Some((1, Answer::Done)));
        let key = PairingKey::new(*mailroom.pairing.key.bytes());
        let code = code_for(&question, &key, serial(METER), &identity().hash);
        self.write(&frame(2, Command::Reply { number: question.number, code }));
        assert_eq!(self.read(), Some((2, Answer::Done)));
    }

    pub fn refused(&mut self) -> Option<u16> {
        match self.read() {
            Some((_, Answer::Refused(refusal))) => Some(refusal.code),
            None => None,
            other => panic!("not refused: {other:?}"),
        }
    }
}

pub fn frame(number: u32, command: Command<'_>) -> Vec<u8> {
    let mut buffer = vec![0; LENGTH_BYTES + FRAME_BYTES_MAX];
    Frame::write(number, &command, &mut buffer).unwrap().to_vec()
}

pub fn frank_frame(number: u32, requests: &[Request]) -> Vec<u8> {
    let bytes: Vec<u8> = requests.iter().flat_map(|request| request.to_bytes()).collect();
    frame(number, Command::Frank { requests: Requests::new(&bytes) })
}

pub fn frank(client: &mut Client, requests: &[Request]) -> Result<Vec<Indicium>, ClientError> {
    let mut indicia = Vec::new();
    client.frank(requests, |indicium| indicia.push(indicium))?;
    Ok(indicia)
}

pub fn code<T: std::fmt::Debug>(result: Result<T, ClientError>) -> u16 {
    result.unwrap_err().code().unwrap()
}

#[test]
fn a_client_franks_the_same_over_a_socket_and_in_its_own_process() {
    let mut station = Station::new();
    let mut client = station.control_unit();
    assert_eq!(client.hello().unwrap().serial, serial(METER));
    let first = frank(&mut client, &[request(1, 110), request(2, 0)]).unwrap();
    assert_eq!(first.iter().map(|one| one.mv).collect::<Vec<_>>(), [1, 2]);
    let registers = client.registers().unwrap();
    assert_eq!((registers.r1.minor(), registers.r8), (4890, 2));
    let memory = station.mailroom.memory();
    assert!(matches!(
        Client::open(&memory, &Equipment::default()),
        Err(ClientError::Host(HostError::Locked(_)))
    ));
    station.stop().unwrap();
    let mut client = Client::open(&memory, &Equipment::default()).unwrap();
    client.attend(station.mailroom.attendant());
    client.attach().unwrap();
    assert_eq!(client.registers().unwrap(), registers);
    assert_eq!(client.fetch(RequestId(2)).unwrap(), first[1]);
    assert_eq!(frank(&mut client, &[request(3, 110)]).unwrap()[0].mv, 3);
    let grant = station.mailroom.issuer.grant(serial(METER), 300).unwrap();
    client.grant(&grant).unwrap();
    assert_eq!(client.status().unwrap().registers.r1.minor(), 5080);
}

#[test]
fn a_full_batch_goes_through_one_frame() {
    let station = Station::new();
    let mut client = station.control_unit();
    let requests: Vec<_> = (0..BATCH as u64).map(|id| request(id, 1)).collect();
    let indicia = frank(&mut client, &requests).unwrap();
    assert!(indicia.iter().zip(&requests).all(|(one, request)| one.request == request.id));
    assert_eq!(indicia.len(), BATCH);
    let many: Vec<_> = (0..2000).map(|id| request(id, 1)).collect();
    assert!(matches!(frank(&mut client, &many), Err(ClientError::TooLong)));
    assert_eq!(code(frank(&mut client, &many[..BATCH + 1])), Error::TooManyRequests { limit: BATCH }.code());
}

/// Claim: A1
#[test]
fn of_two_clients_one_is_the_control_unit_until_it_goes() {
    let mut station = Station::new();
    let mut first = station.control_unit();
    let mut second = station.client();
    assert_eq!(code(second.attach()), Fault::RoleTaken.code());
    assert_eq!(code(frank(&mut second, &[request(1, 10)])), Fault::NotControlUnit.code());
    assert_eq!(second.registers().unwrap().r8, 0);
    let grant = station.mailroom.issuer.grant(serial(METER), 300).unwrap();
    second.grant(&grant).unwrap();
    assert_eq!(frank(&mut first, &[request(1, 5300)]).unwrap().len(), 1);
    drop(first);
    let begin = Instant::now();
    while second.attach().is_err() {
        assert!(begin.elapsed() < Duration::from_secs(5), "the role is free once its peer has gone");
    }
    assert_eq!(second.fetch(RequestId(1)).unwrap().postage.minor(), 5300);
}

#[test]
fn a_frame_that_announces_ten_megabytes_is_refused_at_once() {
    let station = Station::new();
    let mut raw = station.raw();
    raw.write(&(10_u32 << 20).to_le_bytes());
    assert_eq!(raw.refused(), Some(Fault::Oversized.code()));
    assert_eq!(raw.refused(), None, "and the connection is closed");
    // The same with all ten megabytes: the writer finds the stream closed, and still reads why.
    let mut raw = station.raw();
    let mut bytes = vec![0; 10 << 20];
    bytes[..4].copy_from_slice(&(10_u32 << 20).to_le_bytes());
    assert!(raw.0.write_all(&bytes).is_err());
    assert_eq!(raw.refused(), Some(Fault::Oversized.code()));
    assert!(station.client().hello().is_ok());
}

#[test]
fn half_a_frame_holds_nobody_up_and_is_given_up_in_its_time() {
    let station = Station::new();
    let whole = frame(1, Command::Hello);
    let begin = Instant::now();
    let mut halves: Vec<Raw> = (1..6).map(|_| station.raw()).collect();
    for (length, raw) in (1..).zip(&mut halves) {
        raw.write(&whole[..length]);
    }
    let mut client = station.control_unit();
    assert!(client.hello().is_ok() && begin.elapsed() < limits().frame, "others are served");
    for raw in &mut halves {
        assert_eq!(raw.refused(), Some(Fault::Silence.code()));
        assert_eq!(raw.refused(), None);
    }
    assert!(begin.elapsed() >= limits().frame);
}

#[test]
fn a_frame_in_single_bytes_is_a_frame() {
    let station = Station::new();
    let mut raw = station.raw();
    for byte in frame(7, Command::Hello) {
        raw.write(&[byte]);
        thread::sleep(Duration::from_millis(5));
    }
    assert!(matches!(raw.read(), Some((7, Answer::Hello(_)))));
    assert_eq!(raw.read(), Some((7, Answer::Done)));
}

#[test]
fn a_silent_peer_is_given_up_and_gives_its_role_back() {
    let limits = Limits { idle: Some(Duration::from_millis(200)), ..limits() };
    let station = Station::with(limits, None);
    let mut silent = station.raw();
    silent.attach(&station.mailroom);
    assert_eq!(code(station.client().attach()), Fault::RoleTaken.code());
    assert_eq!(silent.refused(), Some(Fault::Silence.code()));
    assert!(station.client().attach().is_ok());
}

#[test]
fn a_peer_that_takes_no_answers_is_given_up_and_holds_nobody_up() {
    let mut station = Station::new();
    let grant = station.mailroom.issuer.grant(serial(METER), 1_000_000).unwrap();
    station.client().grant(&grant).unwrap();
    let mut deaf = station.raw();
    deaf.attach(&station.mailroom);
    deaf.0.set_write_timeout(Some(Duration::from_millis(50))).unwrap();
    // Each franking's indicia are more than the socket holds.
    for number in 0..20_u32 {
        let first = u64::from(number) * BATCH as u64;
        let requests: Vec<_> = (first..first + BATCH as u64).map(|id| request(id, 1)).collect();
        let _ = deaf.0.write_all(&frank_frame(number + 3, &requests));
    }
    let mut client = station.client();
    let begin = Instant::now();
    while client.attach().is_err() {
        assert!(begin.elapsed() < Duration::from_secs(5), "the deaf peer is given up");
    }
    assert!(client.registers().unwrap().r8 < 10 * BATCH as u64, "nothing was franked for it any more");
}

#[test]
fn random_bytes_and_many_peers_harm_nobody() {
    let station = Station::new();
    let mut client = station.control_unit();
    let mut seed = 0x9e37_79b9_7f4a_7c15_u64;
    let mut byte = || {
        seed ^= seed << 13;
        seed ^= seed >> 7;
        seed ^= seed << 17;
        seed as u8
    };
    for round in 0..200_u64 {
        let mut raw = station.raw();
        let mut bytes: Vec<u8> = (0..64).map(|_| byte()).collect();
        // Every other one begins with a length that may be one.
        if round % 2 == 0 {
            bytes[..4].copy_from_slice(&[byte() % 60, 0, 0, 0]);
        }
        let _ = raw.0.write_all(&bytes);
        if round % 20 == 0 {
            assert_eq!(frank(&mut client, &[request(round, 1)]).unwrap().len(), 1);
        }
    }
    assert_eq!(client.registers().unwrap().r8, 10);
}

#[test]
fn more_peers_than_there_may_be_are_told_so() {
    let station = Station::new();
    let mut clients: Vec<Client> = (0..limits().peers_max).map(|_| station.client()).collect();
    clients.iter_mut().for_each(|client| assert!(client.hello().is_ok()));
    assert_eq!(code(station.client().hello()), Fault::TooManyPeers.code());
    clients.pop();
    let begin = Instant::now();
    while station.client().hello().is_err() {
        assert!(begin.elapsed() < Duration::from_secs(5), "a place that was left is free");
    }
}

#[test]
fn a_user_that_is_not_allowed_is_told_so() {
    let rule = PeerRule { users: vec![u32::MAX - 1], groups: vec![u32::MAX - 1] };
    let station = Station::with(limits(), Some(rule));
    assert_eq!(code(station.client().hello()), Fault::Peer.code());
}

#[test]
fn a_connection_lost_within_a_franking_costs_one_debit_and_loses_no_indicium() {
    let station = Station::new();
    let requests: Vec<_> = (0..500).map(|id| request(id, 1)).collect();
    let mut raw = station.raw();
    raw.attach(&station.mailroom);
    raw.write(&frank_frame(3, &requests));
    assert!(matches!(raw.read(), Some((3, Answer::Indicium(one))) if one.request == RequestId(0)));
    drop(raw);
    let mut client = station.client();
    let begin = Instant::now();
    while client.attach().is_err() {
        assert!(begin.elapsed() < Duration::from_secs(5));
    }
    let last = client.fetch(RequestId(499)).unwrap();
    let again = frank(&mut client, &requests).unwrap();
    assert_eq!((again.len(), &again[499]), (500, &last));
    assert_eq!(client.registers().unwrap().r2.minor(), 500, "one debit");
}

#[test]
fn the_socket_is_its_owners_and_groups_and_goes_with_the_server() {
    let mut station = Station::new();
    let file = fs::metadata(station.path()).unwrap();
    assert!(file.file_type().is_socket());
    assert_eq!(file.permissions().mode() & 0o777, 0o660);
    station.stop().unwrap();
    assert!(!station.path().exists());
    assert!(matches!(Client::connect(&station.path()), Err(ClientError::Connect { .. })));
}

#[test]
fn a_socket_left_behind_is_replaced_and_nothing_else_is() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("psd.sock");
    let bind = |path: &Path| Listener::bind(path, None, None);
    drop(UnixListener::bind(&path).unwrap());
    let listener = bind(&path).unwrap();
    assert!(matches!(bind(&path), Err(HostError::SocketTaken(_))));
    drop(listener);
    assert!(!path.exists());
    fs::write(&path, "no socket").unwrap();
    assert!(matches!(bind(&path), Err(HostError::Exists(_))));
    assert_eq!(fs::read(&path).unwrap(), b"no socket");
}

#[test]
fn a_device_that_stops_answers_what_it_was_asked_and_ends_the_connections() {
    let mut station = Station::new();
    let mut client = station.control_unit();
    frank(&mut client, &[request(1, 110)]).unwrap();
    station.stop().unwrap();
    assert!(matches!(client.registers(), Err(ClientError::Closed)));
}

#[test]
fn a_call_to_a_device_that_does_not_answer_ends_in_its_time() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("deaf.sock");
    let _listener = UnixListener::bind(&path).unwrap();
    let mut client = Client::connect(&path).unwrap();
    client.set_call_time(Duration::from_millis(100));
    assert!(matches!(client.hello(), Err(ClientError::TimedOut)));
    assert!(matches!(client.hello(), Err(ClientError::Closed)));
}
