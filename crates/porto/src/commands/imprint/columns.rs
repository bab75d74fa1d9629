//! `porto imprint columns`: a frame's record spelled out dot by dot.

use crate::failure::Failure;
use crate::{input, output};
use imprint::picture::layout::Window;
use imprint::picture::record::{FrameShape, FrameVisitor, Heights, read_frame};
use serde::Serialize;
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::ExitCode;

/// A record of the longest frame is shorter than this.
const RECORD_BYTES_MAX: u64 = 16 << 20;

/// Decodes a frame's run-length record: one text per column in printing order, 0 white, 1 black, w a window's dot.
#[derive(clap::Args)]
#[command(after_help = "Example:\n  porto imprint columns frame.bin --dots 240 --window 1=40 --json")]
pub struct Columns {
    /// The record, as bytes.
    file: PathBuf,
    /// Dots of a column.
    #[arg(long, default_value_t = 240, value_parser = clap::value_parser!(u32).range(1..=4096))]
    dots: u32,
    /// The height of a window the frame has, such as 1=40; can be given for each of the windows 1 to 13.
    #[arg(long = "window", value_name = "N=HEIGHT", value_parser = window_height)]
    windows: Vec<(Window, u32)>,
    /// One JSON document on stdout.
    #[arg(long)]
    json: bool,
}

#[derive(Serialize)]
struct Document {
    columns: Vec<String>,
    windows: BTreeMap<u8, Place>,
}

/// A window's characteristics as the sources name them, and the place they stand for.
#[derive(Serialize)]
struct Place {
    z: usize,
    t: u32,
    y: u32,
    column: u32,
    dot: u32,
}

impl Columns {
    /// Does it.
    pub fn run(self) -> Result<ExitCode, Failure> {
        let record = input::bytes(&self.file, RECORD_BYTES_MAX)?;
        let mut heights = Heights::default();
        for (window, height) in self.windows {
            heights.set(window, height);
        }
        let mut speller = Speller::default();
        let shape = read_frame(&record, self.dots, &heights, &mut speller).map_err(Failure::refused)?;
        let document = Document { columns: speller.columns, windows: places(&shape, self.dots) };
        if self.json {
            output::json(&document)?;
        } else {
            for column in &document.columns {
                output::line(column)?;
            }
        }
        Ok(ExitCode::SUCCESS)
    }
}

fn places(shape: &FrameShape, dots: u32) -> BTreeMap<u8, Place> {
    let place = |window: imprint::picture::record::WindowPlace| Place {
        z: window.address(dots),
        t: window.columns,
        y: window.height,
        column: window.column,
        dot: window.dot,
    };
    shape.windows().map(|window| (window.window.number(), place(window))).collect()
}

/// Reads `1=40`.
fn window_height(text: &str) -> Result<(Window, u32), String> {
    let parsed = text.split_once('=').and_then(|(number, height)| {
        let window = Window::from_number(number.parse().ok()?)?;
        let height = height.parse().ok().filter(|height| (1..=4096).contains(height))?;
        Some((window, height))
    });
    parsed.ok_or_else(|| "a window's height is written 1=40, for the windows 1 to 13".into())
}

#[derive(Default)]
struct Speller {
    columns: Vec<String>,
    present: String,
}

impl FrameVisitor for Speller {
    fn run(&mut self, _: u32, dots: u32, black: bool) {
        let dot = if black { '1' } else { '0' };
        self.present.extend(std::iter::repeat_n(dot, dots as usize));
    }

    fn window(&mut self, _: Window, _: u32, height: u32) {
        self.present.extend(std::iter::repeat_n('w', height as usize));
    }

    fn column_end(&mut self) {
        self.columns.push(std::mem::take(&mut self.present));
    }
}
