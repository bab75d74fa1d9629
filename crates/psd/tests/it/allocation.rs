//! The device has no heap: whatever it is asked, it takes no memory but its own and the stack.

use crate::inspection::{inspection, marking};
use crate::meter::{IDENTITY, grant, mark, memory_key, personalisation, profile, request, serial};
use access::{Change, Password, Person, UserId};
use imprint::numbers::RequestId;
use psd::supervision::interrogation::code_for;
use psd::{EPOCH, Error, Image, Psd, Request, SECTOR_BYTES, Stillness, sectors_needed};

const BATCH: usize = 120;

type Chip = Image<[u8; sectors_needed(BATCH) * SECTOR_BYTES]>;
type Device<'a> = Psd<&'a mut Chip, Stillness, BATCH>;

fn check_no_allocation<T>(what: &str, work: impl FnOnce() -> T) -> T {
    let mut result = None;
    let counted = allocation_counter::measure(|| result = Some(work()));
    assert_eq!((counted.count_total, counted.bytes_total), (0, 0), "{what}");
    result.unwrap()
}

fn password(text: &str) -> Password {
    Password::new(text.as_bytes()).unwrap()
}

fn today(id: u64, postage_minor: u64) -> Request {
    Request { date: EPOCH, ..request(id, postage_minor) }
}

fn frank(device: &mut Device<'_>, requests: &[Request]) -> Result<usize, Error> {
    let mut given = 0;
    device.frank(requests, |_| given += 1).map(|()| given)
}

#[test]
fn no_command_takes_memory_from_a_heap() {
    let one = UserId::new(1).unwrap();
    for name in ["p1", "fig4a"] {
        let mut chip = Box::new(Image([0; sectors_needed(BATCH) * SECTOR_BYTES]));
        let (key, identity) = (memory_key(), personalisation(profile(name)));
        let mut device = check_no_allocation("personalise", || {
            Device::personalise(&mut *chip, &key, identity, Stillness::default()).unwrap()
        });
        let paired = check_no_allocation("pair", || device.pair(IDENTITY).unwrap());
        let question = check_no_allocation("tick", || device.tick().unwrap().unwrap());
        let code = code_for(&question, &paired, serial(), &IDENTITY);
        check_no_allocation("answer", || device.answer(question.number, &code).unwrap());
        let first = grant(1, 1_000_000, 0);
        check_no_allocation("grant", || device.grant(&first).unwrap());
        check_no_allocation("grant again", || device.grant(&first).unwrap());
        check_no_allocation("grant refused", || device.grant(&grant(5, 1, 0)).unwrap_err());
        let mark = mark(1, true);
        check_no_allocation("mark", || device.order(&mark).unwrap());
        let exchange = inspection(1, Some(marking(2, profile("3des"))));
        check_no_allocation("inspect", || device.inspect(&exchange).unwrap());
        check_no_allocation("inspect again", || device.inspect(&exchange).unwrap());
        check_no_allocation("inspect refused", || device.inspect(&inspection(1, None)).unwrap_err());
        check_no_allocation("frank one", || frank(&mut device, &[today(1, 110)]).unwrap());
        let batch: Vec<Request> = (10..10 + BATCH as u64).map(|id| today(id, 10)).collect();
        assert_eq!(check_no_allocation("frank many", || frank(&mut device, &batch)), Ok(BATCH));
        assert_eq!(check_no_allocation("frank again", || frank(&mut device, &batch)), Ok(BATCH));
        check_no_allocation("fetch", || device.fetch(RequestId(12)).unwrap());
        check_no_allocation("frank refused", || frank(&mut device, &[today(1, u64::MAX)]).unwrap_err());
        check_no_allocation("status", || (device.status(), device.findings().count()));
        check_no_allocation("self-test", || device.self_test().unwrap());
        check_no_allocation("report", || device.sealed_report(&[7; 16]).unwrap());
        let (boss, change) = (password("boss"), Change::AddUser { user: one, password: password("one") });
        let first = Change::ManagerPassword(boss.clone());
        check_no_allocation("change the lock", || device.change_lock(&first).unwrap());
        check_no_allocation("log in refused", || device.log_in(Person::User(one), &boss).unwrap_err());
        check_no_allocation("log in", || device.log_in(Person::Manager, &boss).unwrap());
        check_no_allocation("add a user", || device.change_lock(&change).unwrap());
        check_no_allocation("usage", || device.usage().unwrap().count());
        let board = device.board_mut().clone();
        drop(device);
        let device = check_no_allocation("open", || Device::open(&mut *chip, &key, board).unwrap());
        assert_eq!(device.registers().r8, 1 + BATCH as u64);
    }
}

#[test]
fn a_damaged_memory_takes_none_either() {
    let mut chip = Box::new(Image([0; sectors_needed(BATCH) * SECTOR_BYTES]));
    let (key, identity) = (memory_key(), personalisation(profile("p1")));
    drop(Device::personalise(&mut *chip, &key, identity, Stillness::default()).unwrap());
    chip.0[2 * SECTOR_BYTES + 40] ^= 1;
    check_no_allocation("heal", || Device::open(&mut *chip, &key, Stillness::default()).unwrap().status());
    chip.0.fill(0);
    let blocked = check_no_allocation("block", || Device::open(&mut *chip, &key, Stillness::default()).err());
    assert!(matches!(blocked, Some(Error::Blocked(_))));
}
