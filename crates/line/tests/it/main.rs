//! The lines as their users see them: both ends of each, and what hostile peers do to them.

mod files;
mod frames;
mod memory;
mod modem;
mod numbers;
mod tcp;

use line::{Line, Received};
use std::time::Duration;

/// Long enough for anything that is to happen.
const SOON: Duration = Duration::from_secs(20);
/// Long enough to see that nothing happens.
const MOMENT: Duration = Duration::from_millis(50);

/// The next frame, which must come.
fn frame(line: &mut dyn Line) -> Vec<u8> {
    match line.receive(SOON) {
        Received::Frame(frame) => frame,
        other => panic!("a frame was expected, not {other:?}"),
    }
}
