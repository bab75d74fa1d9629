//! Run-length records of frames and windows: any bytes are read or refused with an offset within them.
#![no_main]

use imprint::picture::layout::Window;
use imprint::picture::record::{FrameVisitor, Heights, read_frame, read_window};
use libfuzzer_sys::fuzz_target;

/// Adds up what it is told of a column, which must fit the head.
struct Head {
    dots: u32,
}

impl FrameVisitor for Head {
    fn run(&mut self, dot: u32, dots: u32, _black: bool) {
        assert!(dot + dots <= self.dots, "a run beyond the head");
    }

    fn window(&mut self, _window: Window, dot: u32, height: u32) {
        assert!(dot + height <= self.dots, "a window beyond the head");
    }

    fn column_end(&mut self) {}
}

fuzz_target!(|bytes: &[u8]| {
    let [dots, height, record @ ..] = bytes else { return };
    let dots = u32::from(*dots) * 2;
    let mut heights = Heights::default();
    for window in Window::ALL {
        heights.set(window, u32::from(*height));
    }
    if let Err(error) = read_frame(record, dots, &heights, &mut Head { dots }) {
        assert!(error.offset <= record.len(), "an offset beyond the record");
    }
    if let Err(error) = read_window(record, None, |_, _, _, _| ()) {
        assert!(error.offset <= record.len(), "an offset beyond the record");
    }
});
