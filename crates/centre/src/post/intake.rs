//! Whether a station's batch is taken: each once, in the order of their numbers.

/// The last batch of a kind that was taken from a station.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Received {
    /// Its number; 0 before the first.
    pub number: u64,
    /// The digest of its body.
    pub digest: [u8; 32],
}

/// What becomes of a batch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Intake {
    /// It is the next: it is taken.
    Take,
    /// It was taken already: it is confirmed again and changes nothing.
    Again,
    /// It has the number of the last and another content: somebody else uses the station's key, or the station was
    /// set back. It is refused and looked into.
    Differs,
    /// Batches before it are missing: it is refused until they have come.
    Gap {
        /// The number that comes next.
        expected: u64,
    },
}

/// Decides on a batch with this number and digest.
pub fn intake(last: Received, number: u64, digest: [u8; 32]) -> Intake {
    let expected = last.number.saturating_add(1);
    match number {
        0 => Intake::Gap { expected },
        _ if number == expected && number > last.number => Intake::Take,
        _ if number == last.number && digest != last.digest => Intake::Differs,
        _ if number <= last.number => Intake::Again,
        _ => Intake::Gap { expected },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_batch_is_taken_once_and_in_its_turn() {
        let last = Received { number: 7, digest: [7; 32] };
        assert_eq!(intake(last, 8, [8; 32]), Intake::Take);
        assert_eq!(intake(last, 7, [7; 32]), Intake::Again);
        assert_eq!(intake(last, 7, [8; 32]), Intake::Differs);
        assert_eq!(intake(last, 3, [3; 32]), Intake::Again);
        assert_eq!(intake(last, 9, [9; 32]), Intake::Gap { expected: 8 });
        assert_eq!(intake(Received::default(), 1, [1; 32]), Intake::Take);
        assert_eq!(intake(Received::default(), 0, [0; 32]), Intake::Gap { expected: 1 });
        assert_eq!(intake(Received { number: u64::MAX, ..last }, u64::MAX, [7; 32]), Intake::Again);
    }

    proptest! {
        /// Batches lost, repeated and swapped in any way: each is taken at most once, and in order.
        #[test]
        fn whatever_the_line_does_every_batch_counts_once(arrivals in proptest::collection::vec(1_u64..20, 0..200)) {
            let mut last = Received::default();
            let mut taken = Vec::new();
            for number in arrivals {
                let digest = [number as u8; 32];
                if intake(last, number, digest) == Intake::Take {
                    taken.push(number);
                    last = Received { number, digest };
                }
            }
            prop_assert!(taken.iter().copied().eq(1..=last.number));
        }
    }
}
