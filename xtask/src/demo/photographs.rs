//! Photographs of printed imprints, as a post office's camera would take them, and what the station says of them.

use super::mailroom::LIST;
use super::porto::Porto;
use camera::{Disturbances, Grey, Preset, photograph};

/// Photographs a printed imprint and writes the picture beside the drawing; gives its name. The imprint is a picture
/// file in the head's resolution.
pub fn take(porto: &Porto, drawing: &str, preset: Preset, seed: u64) -> Result<String, String> {
    let fault = |error: camera::PictureError| format!("{drawing}: {error}");
    let imprint = Grey::read(&porto.path(drawing)).map_err(fault)?;
    let disturbances: Disturbances = preset.disturbances(seed);
    let (bytes, extension) = photograph(&imprint, &disturbances, seed).to_file().map_err(fault)?;
    let name = format!("{}-{}-{seed}.{extension}", drawing.trim_end_matches(".png"), preset.name());
    porto.write(&name, &bytes)?;
    Ok(name)
}

/// How often the station is shown a piece that it calls unreadable.
const LOOKS: u64 = 3;

/// What the station says of a printed imprint, and of which picture. What it cannot read it is shown again, as a clerk
/// would: of one imprint in some dozens a digit looks too much like another to accuse anybody.
pub fn judged(
    porto: &Porto,
    drawing: &str,
    preset: Preset,
    seed: u64,
) -> Result<(String, serde_json::Value), String> {
    let mut look = 0;
    loop {
        let picture = take(porto, drawing, preset, seed + 100 * look)?;
        let said = porto.json(&format!("post read {picture} --meters {LIST} --json"), true)?;
        look += 1;
        if said[0]["verdict"] != "unreadable" || look == LOOKS {
            return Ok((picture, said[0].clone()));
        }
    }
}
