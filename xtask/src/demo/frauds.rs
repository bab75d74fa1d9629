//! Six frauds by somebody with an ordinary printer and no key: each alters an indicium document and prints it.

use super::letters::{self, Letter};
use super::mailroom::{LIST, Mailroom};
use super::photographs;
use super::porto::Porto;
use super::verdicts::Verdicts;
use crate::workspace::Outcome;
use camera::Preset;
use serde_json::{Value, json};

/// Tries them all.
pub fn attempt(porto: &Porto, mailroom: &Mailroom, letters: &[Letter], verdicts: &mut Verdicts) -> Outcome {
    let [honest, ..] = letters else { return Err("no letter was franked".into()) };
    let mut altered = |what: &str, name: &str, original: &Letter, field: &str, value: Value| {
        let mut indicium = original.indicium.clone();
        indicium[field] = value;
        let forgery = Letter { name: format!("frauds/{name}"), indicium };
        letters::draw(porto, &forgery)?;
        let drawing = format!("{}.png", forgery.name);
        let (picture, said) = photographs::judged(porto, &drawing, Preset::Scan, 1)?;
        verdicts.note(what, &picture, "forged", &said);
        Ok::<(), String>(())
    };
    let other = letters::frank_one(porto, &mailroom.second, 110, "frauds/second")?;
    let dated = letters::frank_one(porto, &mailroom.dated, 110, "frauds/dated")?;
    altered("postage raised in clear", "postage", honest, "postage", json!(980))?;
    altered("another meter's serial in clear", "serial", honest, "serial", other.indicium["serial"].clone())?;
    altered("date changed (profile p2)", "date", &dated, "date", json!("2026-01-02"))?;
    altered("a row made up", "random", honest, "symbols", json!([3, 17, 9, 0, 21, 5, 12, 8, 1, 14, 19, 6]))?;
    altered("a row under another meter's key", "key", honest, "symbols", other.indicium["symbols"].clone())?;
    two_papers(porto, honest, verdicts)
}

/// The same imprint printed twice, both papers in hand.
fn two_papers(porto: &Porto, honest: &Letter, verdicts: &mut Verdicts) -> Outcome {
    let copy = Letter { name: "frauds/copy".into(), indicium: honest.indicium.clone() };
    letters::draw(porto, &copy)?;
    let one = photographs::take(porto, &format!("{}.png", honest.name), Preset::Scan, 7)?;
    let other = photographs::take(porto, &format!("{}.png", copy.name), Preset::Kraft, 8)?;
    let said = porto.json(&format!("post read --papers {one} {other} --meters {LIST} --json"), true)?;
    verdicts.note("two papers with one number: one", &one, "copy", &said[0]);
    verdicts.note("two papers with one number: the other", &other, "copy", &said[1]);
    Ok(())
}
