//! Photographs of printed imprints, as a post office's camera would take them.

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
