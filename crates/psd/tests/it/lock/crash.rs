//! The power is cut at every write and every sync of log-ins, frankings and changes of the lock.

use super::{BATCH, id, log_in, of_user, password, spent, staffed};
use crate::medium::Medium;
use crate::meter::{Meter, Place, frank};
use access::{Change, Funds, Mode, Period, Person, Refusal};
use psd::{Error, Request};
use terms::Money;

/// One thing to do.
enum Step {
    LogIn(u16, &'static str),
    WrongPassword,
    Frank(Vec<Request>),
    Change(Change),
}

impl Step {
    fn run(&self, meter: &mut Meter<BATCH>) -> Result<(), Error> {
        match self {
            Step::LogIn(user, name) => log_in(meter, *user, name),
            Step::WrongPassword => match log_in(meter, 9, "no") {
                Err(Error::Lock(Refusal::WrongCode { .. })) => Ok(()),
                Err(error) => Err(error),
                Ok(()) => panic!("nobody has this number"),
            },
            Step::Frank(requests) => frank(meter, requests).map(drop),
            Step::Change(change) => {
                meter.log_in(Person::Manager, &password("boss"))?;
                meter.change_lock(change)
            }
        }
    }
}

fn script() -> Vec<Step> {
    let funds = |limit| Funds { period: Period::Week, limit: Money::from_minor(limit) };
    vec![
        Step::LogIn(1, "one"),
        Step::Frank(vec![of_user(1, 100, 1), of_user(2, 10, 1)]),
        Step::Change(Change::UserFunds { user: id(1), funds: funds(500) }),
        Step::WrongPassword,
        Step::LogIn(2, "two"),
        Step::Frank(vec![of_user(3, 70, 2)]),
        Step::Change(Change::RemoveUser(id(2))),
        Step::LogIn(1, "one"),
        Step::Frank((4..8).map(|number| of_user(number, 30, 1)).collect()),
        Step::Change(Change::IdleSeconds(60)),
    ]
}

/// Everything of the lock that can be told from outside, but for passwords.
fn lock_of(meter: &Meter<BATCH>) -> String {
    let users: Vec<_> = meter.lock().users().iter().map(|user| user.settings.clone()).collect();
    format!("{:?} {users:?}", meter.lock().settings())
}

struct Trial {
    place: Place,
    start: Vec<psd::Sector>,
    steps: Vec<Step>,
    /// The lock before each step, and after the last.
    locks: Vec<String>,
    operations: usize,
}

impl Trial {
    fn new() -> Trial {
        let (place, meter) = staffed(Mode::Password);
        drop(meter);
        let start = place.medium.durable();
        let whole = place.on(Medium::holding(start.clone()));
        let mut meter = whole.open::<BATCH>().unwrap();
        let steps = script();
        let mut locks = vec![lock_of(&meter)];
        for step in &steps {
            step.run(&mut meter).unwrap();
            locks.push(lock_of(&meter));
        }
        let operations = whole.medium.operations();
        Trial { place, start, steps, locks, operations }
    }

    fn work_until_cut(&self, medium: &Medium, cut: usize) -> usize {
        medium.cut_after(cut);
        let Ok(mut meter) = self.place.on(medium.clone()).open::<BATCH>() else { return 0 };
        self.steps.iter().take_while(|step| step.run(&mut meter).is_ok()).count()
    }

    fn check_restart(&self, medium: Medium, confirmed: usize) {
        let mut meter = self.place.on(medium).open::<BATCH>().unwrap();
        let lock = lock_of(&meter);
        let next = self.locks.get(confirmed + 1);
        assert!(lock == self.locks[confirmed] || next == Some(&lock), "neither before nor after: {lock}");
        let wrong = self.steps[..confirmed].iter().any(|step| matches!(step, Step::WrongPassword));
        if wrong {
            let soon = log_in(&mut meter, 9, "no").unwrap_err();
            assert_eq!(soon, Error::Lock(Refusal::Wait { seconds: 1 }), "a wrong try is never forgotten");
        }
        // The manager's own try may have been cut off: it counts as a wrong one.
        self.place.board.elapsed_ms.set(self.place.board.elapsed_ms.get() + 2000);
        let sum = spent(&mut meter).into_iter().fold((0, 0), |(postage, pieces), (_, spent)| {
            (postage + spent.postage.minor(), pieces + u64::from(spent.pieces))
        });
        let registers = meter.registers();
        assert_eq!(sum, (registers.r2.minor(), registers.r8), "debits and their users go together");
    }
}

#[test]
fn a_cut_at_any_write_or_sync_leaves_lock_counts_and_debits_before_or_after() {
    let trial = Trial::new();
    let mut images = 0;
    for cut in 0..=trial.operations {
        let medium = Medium::holding(trial.start.clone());
        let confirmed = trial.work_until_cut(&medium, cut);
        medium.each_crash_image(7, |image| {
            trial.check_restart(Medium::holding(image), confirmed);
            images += 1;
        });
    }
    println!("{} cuts, {images} images", trial.operations + 1);
}
