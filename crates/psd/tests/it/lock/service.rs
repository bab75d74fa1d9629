//! Who may speak of the lock: users log in for the whole device, the system manager for his connection alone.

use super::{BATCH, id, log_in, of_user, password, staffed};
use crate::board::Board;
use crate::medium::Medium;
use crate::meter::frank;
use access::{Change, Mode, Person, Refusal, Spent};
use psd::protocol::{Answer, Command, FRAME_BYTES_MAX, Frame, LENGTH_BYTES, LockStatus};
use psd::service::{Service, Session};
use terms::Money;

/// A service and two peers of it.
struct Desk {
    service: Service<Medium, Board, BATCH>,
    peers: [Session; 2],
    number: u32,
}

impl Desk {
    fn new(mode: Mode) -> Desk {
        let mut service = Service::new(staffed(mode).1);
        let peers = [service.open(1), service.open(2)];
        Desk { service, peers, number: 0 }
    }

    /// All answers but the last, or the code of the refusal.
    fn ask(&mut self, peer: usize, command: Command<'_>) -> Result<Vec<Answer>, u16> {
        self.number += 1;
        let mut buffer = vec![0; LENGTH_BYTES + FRAME_BYTES_MAX];
        let frame = Frame::write(self.number, &command, &mut buffer).unwrap();
        let mut answers = Vec::new();
        self.service.handle(&frame[LENGTH_BYTES..], &mut self.peers[peer], &mut |frame| {
            answers.push(Frame::parse(&frame[LENGTH_BYTES..]).unwrap().answer().unwrap());
        });
        match answers.pop().unwrap() {
            Answer::Done => Ok(answers),
            Answer::Refused(refusal) => Err(refusal.code),
            other => panic!("no last answer: {other:?}"),
        }
    }

    fn log_in(&mut self, peer: usize, person: Person, text: &str) -> Result<Vec<Answer>, u16> {
        self.ask(peer, Command::LogIn { person, password: password(text) })
    }

    fn status(&mut self) -> LockStatus {
        match self.ask(1, Command::Lock).unwrap().remove(0) {
            Answer::Lock(status) => status,
            other => panic!("no lock: {other:?}"),
        }
    }
}

#[test]
fn a_user_logs_in_for_the_whole_device() {
    let mut desk = Desk::new(Mode::Password);
    let wrong = Refusal::WrongCode { wait_seconds: 1 }.code();
    assert_eq!(desk.log_in(0, Person::User(id(1)), "two"), Err(wrong));
    assert_eq!(desk.log_in(0, Person::User(id(2)), "two"), Ok(vec![]));
    assert_eq!((desk.status().first, desk.status().second), (Some(id(2)), None));
    desk.service.close(&desk.peers[0]);
    assert_eq!(desk.status().first, Some(id(2)), "until he logs out or is idle");
    desk.ask(1, Command::LogOut).unwrap();
    assert_eq!(desk.status().first, None);
}

#[test]
fn the_manager_is_there_on_his_connection_alone_and_goes_with_it() {
    let mut desk = Desk::new(Mode::Password);
    let change = || Command::ChangeLock(Change::RemoveUser(id(1)));
    let manager_only = Refusal::ManagerOnly.code();
    assert_eq!(desk.ask(0, change()), Err(manager_only));
    desk.log_in(0, Person::Manager, "boss").unwrap();
    assert_eq!(desk.ask(1, change()), Err(manager_only), "another peer is not the manager");
    assert_eq!(desk.ask(1, Command::Users), Err(manager_only));
    assert!(desk.status().is_manager_present);
    desk.service.close(&desk.peers[1]);
    assert!(desk.status().is_manager_present, "another's end is not his");
    desk.ask(0, change()).unwrap();
    desk.service.close(&desk.peers[0]);
    assert!(!desk.status().is_manager_present);
    assert_eq!(desk.ask(0, change()), Err(manager_only));
}

#[test]
fn the_manager_is_told_who_has_spent_what() {
    let (_, mut meter) = staffed(Mode::Password);
    log_in(&mut meter, 2, "two").unwrap();
    frank(&mut meter, &[of_user(1, 70, 2)]).unwrap();
    let mut service = Service::new(meter);
    let peers = [service.open(1), service.open(2)];
    let mut desk = Desk { service, peers, number: 0 };
    desk.log_in(0, Person::Manager, "boss").unwrap();
    let (mut users, mut usage) = (Vec::new(), Vec::new());
    for answer in desk.ask(0, Command::Users).unwrap() {
        match answer {
            Answer::User(user) => users.push(user.id),
            Answer::Usage(of_user) => usage.push((of_user.user, of_user.ever)),
            other => panic!("not of the lock: {other:?}"),
        }
    }
    assert_eq!(users, [id(1), id(2)]);
    assert_eq!(usage, [(id(2), Spent { postage: Money::from_minor(70), pieces: 1 })]);
}

#[test]
fn the_first_password_of_the_manager_can_be_set_by_the_protocol() {
    let mut service = Service::new(crate::meter::Place::p1::<BATCH>().funded::<BATCH>(1000));
    let peers = [service.open(1), service.open(2)];
    let mut desk = Desk { service, peers, number: 0 };
    assert!(!desk.status().has_manager);
    desk.ask(0, Command::ChangeLock(Change::ManagerPassword(password("boss")))).unwrap();
    assert!(desk.status().has_manager);
    let again = desk.ask(0, Command::ChangeLock(Change::ManagerPassword(password("thief"))));
    assert_eq!(again, Err(Refusal::ManagerOnly.code()));
}
