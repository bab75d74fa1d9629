//! `porto imprint`: the imprint's numbers and picture, one module per command.

mod columns;
mod decode;
mod encode;
mod numbers;
pub mod render;
mod symbols;

use crate::failure::Failure;
use std::process::ExitCode;

/// What can be asked of an imprint.
#[derive(clap::Subcommand)]
pub enum Command {
    /// Make the numbers and symbols of one imprint (a test tool: real keys never leave the security device).
    Encode(encode::Encode),
    /// Read a row of symbols back into numbers.
    Decode(decode::Decode),
    /// Spell a frame's run-length record out, dot by dot.
    Columns(columns::Columns),
    /// Draw an indicium, as a picture or on an envelope.
    Render(Box<render::Render>),
    /// Draw the picture of a symbol set.
    Symbols(symbols::Symbols),
}

impl Command {
    /// Does it.
    pub fn run(self) -> Result<ExitCode, Failure> {
        match self {
            Command::Encode(encode) => encode.run(),
            Command::Decode(decode) => decode.run(),
            Command::Columns(columns) => columns.run(),
            Command::Render(render) => render.run(),
            Command::Symbols(symbols) => symbols.run(),
        }
    }
}
