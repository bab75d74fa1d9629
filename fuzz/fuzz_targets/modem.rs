//! Whatever a modem says, and whenever it is silent: it is told nothing but commands, the end is the end, and data is
//! what came after the word that there is a connection.
#![no_main]

use libfuzzer_sys::fuzz_target;
use line::Times;
use line::modem::{Action, Dialler, Event, Farewell, Goal, farewell};

fuzz_target!(|input: (u8, Vec<Option<Vec<u8>>>)| {
    let (kind, events) = input;
    let goal = match kind % 3 {
        0 => Goal::Call { prefix: "0".into(), digits: "12345".into() },
        1 => Goal::Answer,
        _ => Goal::HangUp,
    };
    let mut dialler = Dialler::new(goal, &Times::default());
    let mut actions = Vec::new();
    dialler.handle(Event::Start, &mut actions);
    for event in &events {
        let event = event.as_deref().map_or(Event::Elapsed, Event::Read);
        let before = actions.len();
        dialler.handle(event, &mut actions);
        if let (Some(Action::Connected(data)), Event::Read(read)) = (actions[before..].last(), event) {
            let told = read.strip_suffix(&data[..]).expect("data is the rest of what was read");
            assert_eq!(told.last(), Some(&b'\n'));
        }
        if let Event::Read(read) = event {
            assert!(farewell(read) == Farewell::None || read.starts_with(b"\r\n"));
        }
    }
    let is_end = |action: &Action| matches!(action, Action::Connected(_) | Action::HungUp | Action::Failed(_));
    let end = actions.iter().position(is_end);
    assert!(end.is_none_or(|place| place + 1 == actions.len()), "after its end nothing happens");
    for action in &actions {
        if let Action::Write(text) = action {
            assert!(text == "+++" || text == "\r" || (text.starts_with("AT") && text.ends_with('\r')));
        }
    }
});
