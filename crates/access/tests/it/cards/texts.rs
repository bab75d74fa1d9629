//! What is written and read: numbers, names, sets, rows, and the sentences of refusals.

use super::bench::{Bench, centre, day, group, money};
use access::cards::{
    Account, CentreNumber, Directory, Function, Functions, GroupNumber, Key, Level, Month, Name, Prefix,
    Refusal, RequestId, Row,
};
use terms::Running;

#[test]
fn numbers_are_read_as_they_are_written() {
    let number: CentreNumber = "01001".parse().unwrap();
    assert_eq!((number, number.to_string().as_str()), (centre(1), "01001"));
    assert_eq!((number.prefix().to_string().as_str(), number.free()), ("01", 1));
    for text in ["", "1001", "001001", "+1001", "0100a"] {
        assert!(text.parse::<CentreNumber>().is_err(), "{text:?}");
    }
    assert!(CentreNumber::new(100_000).is_err() && Prefix::new(100).is_err());
    assert!(Prefix::new(99).unwrap().centre(1000).is_err());
    assert_eq!("7".parse::<Running>().unwrap().to_string(), "007");
    assert_eq!("999".parse::<GroupNumber>().unwrap().to_string(), "999");
    for text in ["", "0", "000", "1000", "-1"] {
        assert!(text.parse::<Running>().is_err() && text.parse::<GroupNumber>().is_err(), "{text:?}");
    }
    assert_eq!("2028-02".parse::<Month>().unwrap().last_day(), day("2028-02-29"));
    for text in ["2028-13", "2028-00", "1999-12", "2100-01", "2028-2", "2028_02"] {
        assert!(text.parse::<Month>().is_err(), "{text:?}");
    }
    assert!(Name::new(&"ä".repeat(40)).is_ok() && Name::new(&"a".repeat(41)).is_err());
    assert!(Name::new("a\nb").is_err());
}

#[test]
fn functions_and_levels_go_by_name() {
    let some = Functions::of(&[Function::Frank, Function::SetCliche]);
    assert_eq!(some.to_string(), "frank,set-cliche");
    assert_eq!(serde_json::to_string(&some).unwrap(), r#"["frank","set-cliche"]"#);
    for set in [some, Functions::ALL, Functions::NONE] {
        assert_eq!(set.to_string().parse(), Ok(set));
        let json = serde_json::to_string(&set).unwrap();
        assert_eq!(serde_json::from_str::<Functions>(&json).unwrap(), set);
    }
    for function in Functions::ALL.iter() {
        assert_eq!(function.to_string().parse(), Ok(function));
        assert_eq!(serde_json::to_string(&function).unwrap(), format!("{:?}", function.to_string()));
    }
    for level in [Level::Master, Level::Group, Level::Single, Level::Function] {
        assert_eq!(level.to_string().parse(), Ok(level));
        assert_eq!(serde_json::to_string(&level).unwrap(), format!("{:?}", level.to_string()));
    }
    assert!("frank,flank".parse::<Functions>().is_err() && "boss".parse::<Level>().is_err());
}

#[test]
fn every_row_comes_back_from_its_text() {
    let bench = Bench::of_the_source();
    for row in bench.directory.rows() {
        let json = serde_json::to_string(row).unwrap();
        assert_eq!(serde_json::from_str::<Row>(&json).unwrap(), *row, "{json}");
    }
    let hostile = r#"{"Group":{"number":1000,"name":"","limit":null}}"#;
    assert!(serde_json::from_str::<Row>(hostile).is_err());
}

#[test]
fn rows_that_do_not_fit_together_are_no_directory() {
    let bench = Bench::of_the_source();
    let from = |rows: Vec<Row>| Directory::from_rows(bench.directory.prefix(), rows).err();
    let all: Vec<Row> = bench.directory.rows().cloned().collect();
    let without = |key: Key| all.iter().filter(|row| row.key() != key).cloned().collect::<Vec<_>>();
    assert_eq!(from(all.clone()), None);
    assert_eq!(from([all.clone(), all[..1].to_vec()].concat()), Some(Refusal::RowTwice));
    assert_eq!(from(without(Key::Card(bench.card(2).number))), Some(Refusal::Rows), "cards without a parent");
    assert_eq!(from(without(Key::Chip(bench.chip(9).running))), Some(Refusal::Rows), "a row without a card");
    assert_eq!(from(without(Key::Whole)), Some(Refusal::Rows), "running numbers that nobody gave");
    assert_eq!(from(without(Key::Centre(centre(5)))), Some(Refusal::UnknownCentre(centre(5))));
    assert_eq!(from(without(Key::Group(group(2)))), Some(Refusal::UnknownGroup(group(2))));
    let changed = |change: fn(&mut access::cards::Card)| {
        let mut card = bench.card(6).clone();
        change(&mut card);
        let rows = without(Key::Card(card.number));
        from([rows, vec![Row::Card(card)]].concat())
    };
    assert_eq!(changed(|card| card.parent = None), Some(Refusal::MasterStays));
    assert_eq!(changed(|card| card.functions = Functions::ALL), Some(Refusal::FunctionCard));
    assert_eq!(changed(|card| card.level = Level::Master), Some(Refusal::LevelOrder));
    assert_eq!(changed(|card| card.parent = Some(card.number)), Some(Refusal::LevelOrder), "no circles");
}

#[test]
fn refusals_keep_their_codes_and_say_one_thing_each() {
    let (of, no) = (centre(7), group(3));
    let until = day("2026-11-30");
    let all = [
        Refusal::NoMaster,
        Refusal::NoCard,
        Refusal::UnknownCard,
        Refusal::ForeignCard,
        Refusal::WrongCard,
        Refusal::BlankCard,
        Refusal::LockedCard,
        Refusal::LockedAbove,
        Refusal::NotAllowed(Function::Refill),
        Refusal::NotYourCentre(of),
        Refusal::MasterOnly,
        Refusal::OtherBranch,
        Refusal::UnknownCentre(of),
        Refusal::CentreNotActive(of),
        Refusal::CentreExists(of),
        Refusal::CentreInUse(of),
        Refusal::OtherPrefix(of),
        Refusal::UnknownGroup(no),
        Refusal::GroupExists(no),
        Refusal::GroupInUse(no),
        Refusal::CardExists,
        Refusal::CardInUse,
        Refusal::LevelOrder,
        Refusal::MoreThanAbove,
        Refusal::FunctionCard,
        Refusal::OneCentre,
        Refusal::NotSelectable(of),
        Refusal::MasterStays,
        Refusal::HasMaster,
        Refusal::NoRunning,
        Refusal::WrongProof,
        Refusal::OldProof,
        Refusal::Limit { account: Account::Group(no), left: money(5), until },
        Refusal::Credit { left: money(5) },
        Refusal::UnknownRequest(RequestId(255)),
        Refusal::RequestReserved(RequestId(255)),
        Refusal::CountFull,
        Refusal::Overtaken,
        Refusal::RowTwice,
        Refusal::Rows,
        Refusal::Busy,
        Refusal::CardTaken,
        Refusal::TimeUp,
        Refusal::Pulled,
        Refusal::NotWritten,
        Refusal::NotStored,
        Refusal::Cancelled,
    ];
    let codes: Vec<u16> = all.iter().map(Refusal::code).collect();
    assert_eq!(codes, (651..=697).collect::<Vec<u16>>());
    let sentences: std::collections::BTreeSet<String> = all.iter().map(ToString::to_string).collect();
    assert_eq!(sentences.len(), all.len());
    assert!(sentences.contains("the limit of group 3 leaves 0.05 until the end of 2026-11-30"));
    assert!(sentences.contains("this card may not use cost centre 01007"));
    assert!(sentences.contains("nothing is set aside for print request 00000000000000ff"));
}
