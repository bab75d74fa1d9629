//! The routines under flow control: their parts, and the ways through them. The device passes each part where it
//! stands in `device/`; a table that does not fit its routine blocks every meter, so a change of one is a change of
//! both.
//!
//! What always holds, checked at compile time: parts are primes, no two routines share one, and numbers of routines
//! do not repeat. The primes are small enough that a way through the longest routine fits the counter.

use super::flow::{Part, Routine, product};

const fn part(prime: u64, name: &'static str) -> Part {
    Part { prime, name }
}

/// Franking one imprint or many.
pub mod franking {
    use super::{Part, Routine, part, product};

    /// The device is active, unlocked and not blocked.
    pub const PERMITTED: Part = part(2, "permitted");
    /// R3 = R1 + R2.
    pub const REGISTERS_CHECKED: Part = part(3, "registers checked");
    /// The requests' ids were sorted, and none occurs twice.
    pub const REQUESTS_ORDERED: Part = part(5, "requests ordered");
    /// All requests belong to the last franking, which is answered again.
    pub const ANSWERED_FROM_MEMORY: Part = part(7, "answered from memory");
    /// The clock was read and believed.
    pub const TIME_TAKEN: Part = part(11, "time taken");
    /// The customer's lock lets the user frank, or asks for none.
    pub const USER_ADMITTED: Part = part(137, "user admitted");
    /// The value and date of each request were checked.
    pub const VALUES_CHECKED: Part = part(13, "values checked");
    /// The registers after the debits were computed.
    pub const PLANNED: Part = part(17, "planned");
    /// The debits are durable.
    pub const COMMITTED: Part = part(19, "committed");
    /// The indicia were given out.
    pub const GIVEN: Part = part(23, "given");

    /// What must have run before a debit is made durable.
    pub const BEFORE_COMMIT: u64 = product(&[
        PERMITTED,
        REGISTERS_CHECKED,
        REQUESTS_ORDERED,
        TIME_TAKEN,
        USER_ADMITTED,
        VALUES_CHECKED,
        PLANNED,
    ]);
    /// What must have run before indicia are computed from new debits.
    pub const BEFORE_GIVING: u64 = BEFORE_COMMIT * COMMITTED.prime;
    /// What must have run before indicia are computed from memory.
    pub const BEFORE_GIVING_AGAIN: u64 =
        product(&[PERMITTED, REGISTERS_CHECKED, REQUESTS_ORDERED, ANSWERED_FROM_MEMORY, USER_ADMITTED]);

    /// The routine.
    pub static ROUTINE: Routine = TABLE;
    pub(super) const TABLE: Routine = Routine {
        number: 1,
        name: "franking",
        parts: &[
            PERMITTED,
            REGISTERS_CHECKED,
            REQUESTS_ORDERED,
            ANSWERED_FROM_MEMORY,
            TIME_TAKEN,
            USER_ADMITTED,
            VALUES_CHECKED,
            PLANNED,
            COMMITTED,
            GIVEN,
        ],
        allowed: &[BEFORE_GIVING * GIVEN.prime, BEFORE_GIVING_AGAIN * GIVEN.prime],
    };
}

/// Taking a grant.
pub mod grant {
    use super::{Part, Routine, part, product};

    /// The issuer's signature is right and the grant is for this meter.
    pub const VERIFIED: Part = part(29, "verified");
    /// It is the grant taken last, which is answered again.
    pub const ANSWERED_FROM_MEMORY: Part = part(31, "answered from memory");
    /// It has the next number, and builds on this meter's R3.
    pub const PLACE_CHECKED: Part = part(37, "place checked");
    /// The clock was read and believed.
    pub const TIME_TAKEN: Part = part(41, "time taken");
    /// The registers after it were computed.
    pub const CREDITED: Part = part(43, "credited");
    /// It is durable.
    pub const COMMITTED: Part = part(47, "committed");

    /// What must have run before credit is made durable.
    pub const BEFORE_COMMIT: u64 = product(&[VERIFIED, PLACE_CHECKED, TIME_TAKEN, CREDITED]);

    /// The routine.
    pub static ROUTINE: Routine = TABLE;
    pub(super) const TABLE: Routine = Routine {
        number: 2,
        name: "grant",
        parts: &[VERIFIED, ANSWERED_FROM_MEMORY, PLACE_CHECKED, TIME_TAKEN, CREDITED, COMMITTED],
        allowed: &[BEFORE_COMMIT * COMMITTED.prime, product(&[VERIFIED, ANSWERED_FROM_MEMORY])],
    };
}

/// Taking an order of the centre.
pub mod order {
    use super::{Part, Routine, part, product};

    /// The signature is right and the order is for this meter.
    pub const VERIFIED: Part = part(53, "verified");
    /// It is the order taken last, which is answered again.
    pub const ANSWERED_FROM_MEMORY: Part = part(59, "answered from memory");
    /// It has the next number.
    pub const PLACE_CHECKED: Part = part(61, "place checked");
    /// The state after it was computed.
    pub const APPLIED: Part = part(67, "applied");
    /// It is durable.
    pub const COMMITTED: Part = part(71, "committed");

    /// What must have run before it is made durable.
    pub const BEFORE_COMMIT: u64 = product(&[VERIFIED, PLACE_CHECKED, APPLIED]);

    /// The routine.
    pub static ROUTINE: Routine = TABLE;
    pub(super) const TABLE: Routine = Routine {
        number: 3,
        name: "order",
        parts: &[VERIFIED, ANSWERED_FROM_MEMORY, PLACE_CHECKED, APPLIED, COMMITTED],
        allowed: &[BEFORE_COMMIT * COMMITTED.prime, product(&[VERIFIED, ANSWERED_FROM_MEMORY])],
    };
}

/// Carrying out an inspection.
pub mod inspection {
    use super::{Part, Routine, part, product};

    /// The signature is right and the inspection is for this meter.
    pub const VERIFIED: Part = part(139, "verified");
    /// It is the inspection carried out last, which is answered again.
    pub const ANSWERED_FROM_MEMORY: Part = part(149, "answered from memory");
    /// It has a greater number, its time is not over, and nothing grave is wrong with the device.
    pub const PERMITTED: Part = part(151, "permitted");
    /// What is exchanged was read and checked, and numbers can be made with it.
    pub const EXCHANGED: Part = part(157, "exchanged");
    /// It is durable.
    pub const COMMITTED: Part = part(163, "committed");

    /// What must have run before it is made durable.
    pub const BEFORE_COMMIT: u64 = product(&[VERIFIED, PERMITTED, EXCHANGED]);

    /// The routine.
    pub static ROUTINE: Routine = TABLE;
    pub(super) const TABLE: Routine = Routine {
        number: 6,
        name: "inspection",
        parts: &[VERIFIED, ANSWERED_FROM_MEMORY, PERMITTED, EXCHANGED, COMMITTED],
        allowed: &[BEFORE_COMMIT * COMMITTED.prime, product(&[VERIFIED, ANSWERED_FROM_MEMORY])],
    };
}

/// Making the numbers of one imprint from its debit.
pub mod numbers {
    use super::{Part, Routine, part, product};

    /// R3 = R1 + R2 after this debit.
    pub const REGISTERS_CHECKED: Part = part(73, "registers checked");
    /// The quantities were taken from the debit.
    pub const QUANTITIES_TAKEN: Part = part(79, "quantities taken");
    /// The second row was made, or kept since nothing in it changed.
    pub const SECOND_ROW_MADE: Part = part(83, "second row made");
    /// The profile has no second row.
    pub const NO_SECOND_ROW: Part = part(131, "no second row");
    /// The first row was encrypted.
    pub const ENCRYPTED: Part = part(89, "encrypted");

    const FIRST_ROW: u64 = product(&[REGISTERS_CHECKED, QUANTITIES_TAKEN, ENCRYPTED]);

    /// The routine.
    pub static ROUTINE: Routine = TABLE;
    pub(super) const TABLE: Routine = Routine {
        number: 4,
        name: "numbers of an imprint",
        parts: &[REGISTERS_CHECKED, QUANTITIES_TAKEN, SECOND_ROW_MADE, NO_SECOND_ROW, ENCRYPTED],
        allowed: &[FIRST_ROW * SECOND_ROW_MADE.prime, FIRST_ROW * NO_SECOND_ROW.prime],
    };
}

/// Starting on the memory.
pub mod start {
    use super::{Part, Routine, part, product};

    /// The newest durable record was found, and its registers agree with its debits.
    pub const RECOVERED: Part = part(97, "recovered");
    /// The codeword Y is valid and stays.
    pub const CODEWORD_KEPT: Part = part(101, "codeword kept");
    /// The next codeword Y' took the place of Y.
    pub const CODEWORD_REPLACED: Part = part(103, "codeword replaced");
    /// Y is lost and no Y' waits: the device is blocked.
    pub const CODEWORD_MISSED: Part = part(107, "codeword missed");
    /// The programs were measured and held against those enrolled.
    pub const PROGRAMS_MEASURED: Part = part(109, "programs measured");
    /// What was found is durable, together with the state.
    pub const COMMITTED: Part = part(113, "committed");
    /// Damaged copies were written anew.
    pub const MENDED: Part = part(127, "mended");

    const ALWAYS: u64 = product(&[RECOVERED, PROGRAMS_MEASURED, COMMITTED, MENDED]);

    /// The routine.
    pub static ROUTINE: Routine = TABLE;
    pub(super) const TABLE: Routine = Routine {
        number: 5,
        name: "start",
        parts: &[
            RECOVERED,
            CODEWORD_KEPT,
            CODEWORD_REPLACED,
            CODEWORD_MISSED,
            PROGRAMS_MEASURED,
            COMMITTED,
            MENDED,
        ],
        allowed: &[
            ALWAYS * CODEWORD_KEPT.prime,
            ALWAYS * CODEWORD_REPLACED.prime,
            ALWAYS * CODEWORD_MISSED.prime,
        ],
    };
}

/// All routines under flow control.
pub static ROUTINES: [&Routine; 6] = [
    &franking::ROUTINE,
    &grant::ROUTINE,
    &order::ROUTINE,
    &numbers::ROUTINE,
    &start::ROUTINE,
    &inspection::ROUTINE,
];

/// The routine with this number in the log.
pub fn routine(number: u8) -> Option<&'static Routine> {
    ROUTINES.into_iter().find(|routine| routine.number == number)
}

const _: () = assert!(are_sound(&[
    franking::TABLE,
    grant::TABLE,
    order::TABLE,
    numbers::TABLE,
    start::TABLE,
    inspection::TABLE,
]));

const fn are_sound(routines: &[Routine]) -> bool {
    let [first, rest @ ..] = routines else { return true };
    let mut others = rest;
    while let [other, next @ ..] = others {
        if !first.is_apart_from(other) || first.number == other.number {
            return false;
        }
        others = next;
    }
    first.is_sound() && are_sound(rest)
}
