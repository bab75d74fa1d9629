//! `cargo xtask firmware`: builds the security device for a bare processor, without an operating system and without a heap.
//! The compiler for it and the sources of `core` come from two Debian packages, so no toolchain of rustup's is needed.

use crate::workspace::{self, Outcome, cargo};
use std::path::Path;

/// The processor: a Cortex-M4 or M7 with its floating-point unit, as in most secure microcontrollers.
const TARGET: &str = "thumbv7em-none-eabihf";
/// What the packages `rustc-web` and `rust-web-src` install.
const RUSTC: &str = "/usr/bin/rustc";
const SOURCES: &str = "/usr/lib/rustlib/src/rust/library/core/Cargo.toml";

/// Builds crate `psd` and all it depends on.
pub fn run() -> Outcome {
    if let Some(missing) = [RUSTC, SOURCES].into_iter().find(|file| !Path::new(file).exists()) {
        return Err(format!("{missing} is not there (apt-get install rustc-web rust-web-src)"));
    }
    let mut command = cargo();
    command.args(["build", "--release", "--package", "psd", "--target", TARGET, "-Z", "build-std=core"]);
    // Building `core` from its sources is an unstable feature of cargo: it asks for a compiler that allows such.
    command.env("RUSTC", RUSTC).env("RUSTC_BOOTSTRAP", "1");
    command.env("CARGO_TARGET_DIR", workspace::root().join("target/firmware"));
    workspace::run(&mut command, "cargo build for a bare processor")?;
    println!("xtask: crate psd builds for {TARGET} with core alone");
    Ok(())
}
