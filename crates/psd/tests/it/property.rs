//! Whatever is asked in whatever order, with whatever restarts: the registers add up and the ascending ones ascend.

use crate::meter::{Meter, Place, frank, grant, request};
use proptest::prelude::*;
use terms::Registers;

#[derive(Clone, Debug)]
enum Action {
    Frank(Vec<(u64, u64)>),
    Grant(i64),
    Fetch(u64),
    Restart,
    Advance(u64),
}

fn action() -> impl Strategy<Value = Action> {
    let piece = (0..40_u64, prop_oneof![Just(0), Just(5), 10..400_u64]);
    prop_oneof![
        6 => prop::collection::vec(piece, 0..6).prop_map(Action::Frank),
        2 => (-500..3000_i64).prop_map(Action::Grant),
        2 => (0..40_u64).prop_map(Action::Fetch),
        1 => Just(Action::Restart),
        1 => (0..100_000_u64).prop_map(Action::Advance),
    ]
}

fn act(place: &Place, meter: &mut Meter<4>, action: &Action) -> bool {
    let before = meter.registers();
    match action {
        Action::Frank(pieces) => {
            let requests: Vec<_> = pieces.iter().map(|(id, postage)| request(*id, *postage)).collect();
            frank(meter, &requests).is_ok_and(|indicia| indicia.len() == requests.len())
        }
        Action::Grant(amount) => {
            let number = meter.status().last_grant + 1;
            meter.grant(&grant(number, *amount, before.r3.minor())).is_ok()
        }
        Action::Fetch(id) => meter.fetch(imprint::numbers::RequestId(*id)).is_ok(),
        Action::Restart => {
            *meter = place.open().unwrap();
            true
        }
        Action::Advance(tenths) => {
            place.advance(*tenths, 0);
            true
        }
    }
}

fn check_step(before: Registers, after: Registers, action: &Action, done: bool) -> Result<(), TestCaseError> {
    prop_assert_eq!(after.check(), Ok(()));
    prop_assert!(after.r2 >= before.r2 && after.r4 >= before.r4 && after.r8 >= before.r8);
    if !done || !matches!(action, Action::Frank(_) | Action::Grant(_)) {
        prop_assert_eq!(before, after, "what is refused or only read changes nothing");
    }
    if !matches!(action, Action::Grant(_)) {
        prop_assert_eq!(before.r3, after.r3, "credit comes by grants alone");
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    /// Claim: B1
    #[test]
    fn r3_is_always_r1_and_r2_and_r2_r4_r8_never_fall(actions in prop::collection::vec(action(), 1..30)) {
        let place = Place::p1::<4>();
        let mut meter = place.funded::<4>(2000);
        for action in &actions {
            let before = meter.registers();
            let done = act(&place, &mut meter, action);
            check_step(before, meter.registers(), action, done)?;
        }
    }
}
