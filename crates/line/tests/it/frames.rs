//! Frames in a stream of bytes.

use line::{FRAME_BYTES_MAX, Frames, Garbled, LENGTH_BYTES, SendError, encode};
use proptest::collection::vec;
use proptest::prelude::*;

proptest! {
    #[test]
    fn frames_come_out_as_they_went_in_wherever_the_stream_is_cut(
        frames in vec(vec(any::<u8>(), 1..=FRAME_BYTES_MAX), 1..5),
        sizes in vec(1usize..3000, 1..20),
    ) {
        let stream: Vec<u8> = frames.iter().flat_map(|frame| encode(frame).expect("its length is right")).collect();
        let (mut found, mut reader, mut rest) = (Vec::new(), Frames::default(), &stream[..]);
        let mut sizes = sizes.iter().cycle();
        while !rest.is_empty() {
            let (chunk, after) = rest.split_at(rest.len().min(*sizes.next().expect("it is a circle")));
            reader.push(chunk);
            rest = after;
            while let Some(frame) = reader.take().expect("all lengths are right") {
                found.push(frame);
            }
        }
        prop_assert_eq!(found, frames);
        prop_assert!(reader.pending().is_empty());
    }

    #[test]
    fn any_bytes_are_frames_in_bounds_or_refused(bytes in vec(any::<u8>(), 0..6000)) {
        let mut reader = Frames::default();
        reader.push(&bytes);
        let mut taken = 0;
        while let Ok(Some(frame)) = reader.take() {
            prop_assert!((1..=FRAME_BYTES_MAX).contains(&frame.len()));
            taken += LENGTH_BYTES + frame.len();
        }
        prop_assert_eq!(reader.pending(), &bytes[taken..]);
    }
}

#[test]
fn a_length_that_no_frame_has_ends_the_stream_before_anything_follows() {
    for length in [0, FRAME_BYTES_MAX as u16 + 1, u16::MAX] {
        let mut reader = Frames::default();
        reader.push(&length.to_le_bytes());
        assert_eq!(reader.take(), Err(Garbled), "length {length}");
    }
}

#[test]
fn a_frame_that_is_empty_or_too_long_is_not_sent() {
    for length in [0, FRAME_BYTES_MAX + 1] {
        assert!(matches!(encode(&vec![7; length]), Err(SendError::Length(given)) if given == length));
    }
    assert_eq!(encode(&[7; FRAME_BYTES_MAX]).expect("the longest is allowed").len(), 2050);
}
