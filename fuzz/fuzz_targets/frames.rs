//! Frames in a stream: the same ones however the stream is cut, in bounds, and none invented.
#![no_main]

use libfuzzer_sys::fuzz_target;
use line::{FRAME_BYTES_MAX, Frames, LENGTH_BYTES, encode};

fuzz_target!(|input: (Vec<u8>, Vec<u8>)| {
    let (stream, sizes) = input;
    let (whole, whole_ends) = read(&stream, &[u8::MAX]);
    let (pieces, pieces_end) = read(&stream, &sizes);
    assert_eq!((&whole, whole_ends), (&pieces, pieces_end), "wherever it is cut");
    let again: Vec<u8> = whole.iter().flat_map(|frame| encode(frame).expect("its length is right")).collect();
    assert!(stream.starts_with(&again), "no byte is invented");
});

/// The frames of a stream that is read in pieces, and whether it ended in something that is none.
fn read(mut stream: &[u8], sizes: &[u8]) -> (Vec<Vec<u8>>, bool) {
    let (mut found, mut reader, mut sizes) = (Vec::new(), Frames::default(), sizes.iter().cycle());
    loop {
        loop {
            match reader.take() {
                Ok(Some(frame)) => found.push(frame),
                Ok(None) => break,
                Err(_) => return (found, true),
            }
        }
        assert!(reader.pending().len() < LENGTH_BYTES + FRAME_BYTES_MAX, "no more is kept than a frame");
        if stream.is_empty() {
            return (found, false);
        }
        let size = usize::from(sizes.next().copied().unwrap_or(1)).clamp(1, stream.len());
        let (piece, rest) = stream.split_at(size);
        reader.push(piece);
        stream = rest;
    }
}
