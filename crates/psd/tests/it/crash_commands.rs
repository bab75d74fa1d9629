//! Promise 1 for every other command that commits: the power is cut at every write and every sync of each, and what
//! was being written is torn. A restart finds the state before the command or the state after it, and what was
//! confirmed stays; where it is the state before, the command can be given again.

use crate::board::Board;
use crate::inspection::{inspection, marking};
use crate::medium::Medium;
use crate::meter::{
    IDENTITY, Meter, Place, closing_grant, frank, frank_one, link_key, order, profile, request,
};
use imprint::numbers::{Indicium, Suspicion};
use psd::{Block, Codeword, Error, PieceMode, Program, Proven, Reset, Task, wrap_codeword};
use terms::Registers;

const BATCH: usize = 4;

/// What is asked, and what counts as done: some commands are done by an error.
type Act = fn(&mut Meter<BATCH>, &Place) -> Result<(), Error>;

/// What tells the state before a command from the state after it.
#[derive(Clone, Debug, PartialEq)]
struct Stand {
    registers: Registers,
    last: usize,
    grant: u64,
    order: u64,
    suspicion: Suspicion,
    block: Option<Block>,
    has_next_codeword: bool,
    is_paired: bool,
    pieces: Option<u32>,
    inspection: (u64, u64, u16),
    /// The last franking, fetched again.
    indicia: Vec<Result<Indicium, Error>>,
}

fn stand(meter: &mut Meter<BATCH>) -> Stand {
    let ids: Vec<_> = meter.last_requests().iter().map(|request| request.id).collect();
    let indicia = ids.into_iter().map(|id| meter.fetch(id)).collect();
    let status = meter.status();
    Stand {
        registers: status.registers,
        last: meter.last_requests().len(),
        grant: status.last_grant,
        order: status.last_order,
        suspicion: status.suspicion,
        block: status.block.filter(|block| *block != Block::Inactive),
        has_next_codeword: status.has_next_codeword,
        is_paired: status.is_paired,
        pieces: status.pieces_left,
        inspection: (meter.report().inspection, status.seal, meter.profile().epoch),
        indicia,
    }
}

/// A board of its own that stands as this one does.
fn same_board(board: &Board) -> Board {
    let same = Board::new(board.now.get().unwrap());
    same.codeword.replace(board.codeword.borrow().clone());
    same.opened.set(board.opened.get());
    same.counter.set(board.counter.get());
    same
}

fn on(place: &Place, medium: &Medium, board: &Board) -> Place {
    Place { board: same_board(board), ..place.on(medium.clone()) }
}

/// Whether a command was carried out, and not cut off.
fn is_done(result: &Result<(), Error>) -> bool {
    *result != Err(Error::MemoryFailed)
}

/// Cuts a command, on a meter that was prepared for it, at each of its writes and syncs.
fn check_every_cut(name: &str, prepare: Act, act: Act, stride: usize) {
    let mut place = Place::p1::<BATCH>();
    place.settings.pieces.mode = PieceMode::Slow;
    place.board.counter.set(Some(0));
    let mut meter = place.funded::<BATCH>(100_000);
    frank_one(&mut meter, 1, 110);
    prepare(&mut meter, &place).unwrap();
    drop(meter);
    let image = place.medium.durable();

    let whole = on(&place, &Medium::holding(image.clone()), &place.board);
    let mut meter = whole.open::<BATCH>().unwrap();
    let begun = whole.medium.operations();
    let before = stand(&mut meter);
    assert!(is_done(&act(&mut meter, &whole)), "{name}");
    let after = stand(&mut meter);
    assert_ne!(before, after, "{name}");

    let mut images = 0;
    for cut in 0..=whole.medium.operations() - begun {
        let trial = on(&place, &Medium::holding(image.clone()), &place.board);
        let mut meter = trial.open::<BATCH>().unwrap();
        trial.medium.cut_after(cut);
        let done = is_done(&act(&mut meter, &trial));
        drop(meter);
        trial.medium.each_crash_image(stride, |image| {
            let again = on(&place, &Medium::holding(image), &trial.board);
            let mut meter = again.open::<BATCH>().expect("a crash never blocks");
            let found = stand(&mut meter);
            assert!(found == after || (!done && found == before), "{name}, cut {cut}: {found:?}");
            if found == before {
                assert!(is_done(&act(&mut meter, &again)), "{name}, cut {cut}");
                assert_eq!(stand(&mut meter), after, "{name}, cut {cut}: given again");
            }
            images += 1;
        });
    }
    println!("{name}: {images} images");
}

fn nothing(_: &mut Meter<BATCH>, _: &Place) -> Result<(), Error> {
    Ok(())
}

fn next_codeword(seed: u8) -> Task {
    let wrapped = wrap_codeword(&link_key(), &Codeword::new([seed; 16]));
    Task::NextCodeword { wrapped, expires_tenths: 2_000_000 }
}

fn open_housing(meter: &mut Meter<BATCH>, place: &Place) -> Result<(), Error> {
    place.board.opened.set(true);
    match meter.tick() {
        Err(Error::MemoryFailed) => Err(Error::MemoryFailed),
        _ => Ok(()),
    }
}

/// The clock runs backwards, which a franking finds.
fn turn_clock_back(meter: &mut Meter<BATCH>, place: &Place) -> Result<(), Error> {
    let now = place.now();
    place.set_now(psd::Now { tenths: 900_000, ..now });
    match frank(meter, &[request(77, 10)]) {
        Err(Error::ClockBackwards) => Ok(()),
        Err(error) => Err(error),
        Ok(_) => panic!("franked by a clock that runs backwards"),
    }
}

fn reset(meter: &mut Meter<BATCH>, registers: Option<Proven>) -> Result<(), Error> {
    let wrapped = wrap_codeword(&link_key(), &Codeword::new([9; 16]));
    let faulted_at = meter.report().faulted_at;
    let number = meter.status().last_order + 1;
    meter.order(&order(number, Task::Reset(Reset { faulted_at, codeword: wrapped, registers })))
}

#[test]
fn an_order_that_was_cut_off_was_carried_out_or_not_at_all() {
    let orders: [(&str, Act, Act); 8] = [
        ("stop", nothing, |meter, _| meter.order(&order(5, Task::Stop(true)))),
        (
            "set free",
            |meter, _| meter.order(&order(4, Task::Stop(true))),
            |meter, _| meter.order(&order(5, Task::Stop(false))),
        ),
        ("suspicion", nothing, |meter, _| meter.order(&order(5, Task::Suspicion(true)))),
        ("next codeword", nothing, |meter, _| meter.order(&order(5, next_codeword(6)))),
        ("pieces", nothing, |meter, _| meter.order(&order(5, Task::Pieces(500)))),
        ("clear errors", nothing, |meter, _| meter.order(&order(5, Task::ClearErrors))),
        ("enrol", nothing, |meter, _| {
            meter.order(&order(5, Task::Enrol { program: Program::ControlUnit, checksum: [5; 32] }))
        }),
        ("clock", turn_clock_back, |meter, place| {
            let tenths = place.now().tenths;
            meter.order(&order(5, Task::Clock { tenths }))
        }),
    ];
    for (name, prepare, act) in orders {
        check_every_cut(name, prepare, act, 3);
    }
}

#[test]
fn a_pairing_that_was_cut_off_or_undone_can_be_done_again() {
    check_every_cut("unpair", nothing, |meter, _| meter.order(&order(5, Task::Unpair)), 3);
    let unpair: Act = |meter, _| meter.order(&order(5, Task::Unpair));
    check_every_cut("pair", unpair, |meter, _| meter.pair(IDENTITY).map(drop), 3);
}

#[test]
fn a_closing_grant_that_was_cut_off_took_all_or_nothing() {
    let close: Act = |meter, _| meter.grant(&closing_grant(2, 99_890, 100_000)).map(drop);
    check_every_cut("closing grant", nothing, close, 3);
}

#[test]
fn a_block_by_the_clock_that_was_cut_off_comes_again() {
    check_every_cut("clock backwards", nothing, turn_clock_back, 3);
}

#[test]
fn no_cut_turns_an_opening_with_authority_into_one_without_or_the_other_way_round() {
    let announce: Act = |meter, _| meter.order(&order(5, next_codeword(6)));
    check_every_cut("opened with authority", announce, open_housing, 3);
    check_every_cut("opened without", nothing, open_housing, 97);
}

#[test]
fn a_service_reset_that_was_cut_off_ends_with_the_next_start_or_can_be_given_again() {
    check_every_cut("reset", open_housing, |meter, _| reset(meter, None), 97);
    let with_registers: Act = |meter, _| {
        let registers = meter.registers();
        reset(meter, Some(Proven { registers, grant: 1 }))
    };
    check_every_cut("reset with registers", open_housing, with_registers, 97);
}

/// Claim: D8
#[test]
fn an_inspection_that_was_cut_off_leaves_the_old_marking_or_the_new_one() {
    fn exchange(number: u64, epoch: u16, name: &str) -> psd::Signed<psd::Inspection> {
        inspection(number, Some(marking(epoch, profile(name))))
    }
    check_every_cut("first inspection", nothing, |meter, _| meter.inspect(&exchange(5, 2, "3des")), 3);
    let first: Act = |meter, _| meter.inspect(&exchange(5, 2, "3des"));
    check_every_cut("second inspection", first, |meter, _| meter.inspect(&exchange(6, 3, "fig4a")), 3);
    let first_and_franked: Act = |meter, _| {
        meter.inspect(&exchange(5, 2, "3des"))?;
        frank(meter, &[request(9, 20)]).map(drop)
    };
    let second: Act = |meter, _| meter.inspect(&exchange(6, 3, "p2"));
    check_every_cut("inspection after a franking of the new epoch", first_and_franked, second, 3);
}
