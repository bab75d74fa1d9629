//! Honest mail: letters franked, drawn, photographed, and read back as genuine.

use super::mailroom::{Mailroom, Meter};
use super::photographs;
use super::porto::Porto;
use super::verdicts::Verdicts;
use crate::workspace::Outcome;
use camera::Preset;
use serde_json::Value;

/// A franked letter.
pub struct Letter {
    /// The name of its files, without extension.
    pub name: String,
    /// Its indicium document.
    pub indicium: Value,
}

/// Postage of the letters in cents, and how each is photographed; the last is a zero-value imprint.
const LETTERS: [(u32, Preset); 5] = [
    (110, Preset::Scan),
    (95, Preset::ScanTilt),
    (180, Preset::Kraft),
    (1250, Preset::Phone),
    (0, Preset::Envelope),
];

/// Franks the letters on the first meter.
pub fn frank(porto: &Porto, mailroom: &Mailroom) -> Result<Vec<Letter>, String> {
    let letters = LETTERS.iter().enumerate();
    letters
        .map(|(index, (postage, _))| {
            frank_one(porto, &mailroom.first, *postage, &format!("letters/{}", index + 1))
        })
        .collect()
}

/// Franks one letter and draws its imprint as a picture and on an envelope.
pub fn frank_one(porto: &Porto, meter: &Meter, postage: u32, name: &str) -> Result<Letter, String> {
    let frank = format!("psd frank {} {} --postage {postage} --json", meter.place, meter.pairing);
    let indicium = porto.json(&frank, false)?;
    let letter = Letter { name: name.into(), indicium };
    draw(porto, &letter)?;
    Ok(letter)
}

/// Draws an indicium document, which anyone with a printer can.
pub fn draw(porto: &Porto, letter: &Letter) -> Outcome {
    let name = &letter.name;
    porto.write_document(&format!("{name}.json"), &letter.indicium)?;
    for extension in ["png", "pdf"] {
        porto.run(&format!("imprint render --indicium {name}.json --out {name}.{extension}"))?;
    }
    Ok(())
}

/// Photographs the letters and reads them back.
pub fn read_back(porto: &Porto, letters: &[Letter], verdicts: &mut Verdicts) -> Outcome {
    for (index, (letter, (postage, preset))) in letters.iter().zip(LETTERS).enumerate() {
        let drawing = format!("{}.png", letter.name);
        let (picture, said) = photographs::judged(porto, &drawing, preset, index as u64 + 1)?;
        let value = format!("letter of {}.{:02}, {}", postage / 100, postage % 100, preset.name());
        verdicts.note(&value, &picture, "genuine", &said);
    }
    Ok(())
}
