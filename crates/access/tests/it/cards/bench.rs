//! A meter with a store and a slot for drawn cards, on which cards are made as a person makes them.

use access::cards::{
    By, Card, CentreNumber, Centres, Change, Changes, Directory, Follow, Function, Functions, GroupNumber,
    Holder, Identity, Key, Level, Making, MakingAction, MakingEvent, Plan, Prefix, Reading, Refusal, Row,
    SWAP_MS,
};
use std::collections::BTreeMap;
use terms::{CardNumber, Date, Money, Running};

pub fn money(minor: u64) -> Money {
    Money::from_minor(minor)
}

pub fn day(text: &str) -> Date {
    text.parse().unwrap()
}

/// Cost centre 1 is `01001`.
pub fn centre(free: u16) -> CentreNumber {
    Prefix::new(1).unwrap().centre(free).unwrap()
}

pub fn centres(free: impl IntoIterator<Item = u16>) -> Centres {
    free.into_iter().map(centre).collect()
}

pub fn group(number: u16) -> GroupNumber {
    GroupNumber::new(number).unwrap()
}

pub fn running(number: u16) -> Running {
    Running::new(number).unwrap()
}

/// Card 1 is `1234567801`.
pub fn number(last: u64) -> CardNumber {
    CardNumber::new(1_234_567_800 + last).unwrap()
}

pub fn identity(last: u64, of_chip: u16) -> Identity {
    Identity { number: number(last), running: running(of_chip) }
}

/// What stands on a drawn card.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Drawn {
    pub running: Option<Running>,
    pub number: Option<CardNumber>,
}

impl Drawn {
    pub fn reading(self) -> Reading {
        match (self.running, self.number) {
            (Some(running), Some(number)) => Reading::Card(Identity { number, running }),
            (running, _) => Reading::Blank { running },
        }
    }
}

/// A directory with the rows as they were stored.
#[derive(Clone)]
pub struct Bench {
    pub directory: Directory,
    pub stored: BTreeMap<Key, Row>,
    pub making: Making,
    pub now_ms: u64,
}

impl Bench {
    /// A new meter.
    pub fn new() -> Bench {
        let directory = Directory::new(Prefix::new(1).unwrap());
        Bench { directory, stored: BTreeMap::new(), making: Making::new(SWAP_MS), now_ms: 0 }
    }

    /// The meter of the source's table: cost centres 1 to 50, of which 1 to 4 are group 1 and 6 to 8 group 2, and all
    /// cards of Fig. 1b. The first branch has the table's numbers 01 to 06.
    pub fn of_the_source() -> Bench {
        let mut bench = Bench::new();
        bench.make(Plan::First(number(1))).unwrap();
        for (of, name) in [(1, "GC 1-4"), (2, "GC 6-8")] {
            let name = access::cards::Name::new(name).unwrap();
            bench.by_master(Change::CreateGroup(access::cards::Group {
                number: group(of),
                name,
                limit: None,
            }));
        }
        (2..=50).for_each(|one| {
            bench.by_master(Change::CreateCentre(access::cards::Centre::new(centre(one))));
        });
        for (of, members) in [(1, 1..=4), (2, 6..=8)] {
            members.for_each(|one| bench.by_master(Change::CentreGroup(centre(one), Some(group(of)))));
        }
        let tree = [
            (2, 1, 1, Level::Group, 1..=4),
            (3, 2, 2, Level::Single, 1..=1),
            (4, 2, 2, Level::Single, 3..=3),
            (5, 2, 2, Level::Single, 4..=4),
            (6, 2, 2, Level::Function, 2..=2),
            (7, 1, 1, Level::Single, 5..=5),
            (8, 7, 7, Level::Function, 5..=5),
            (9, 1, 1, Level::Function, 9..=9),
            (10, 1, 1, Level::Group, 6..=8),
            (11, 10, 10, Level::Single, 8..=8),
            (12, 11, 11, Level::Function, 8..=8),
        ];
        for (last, maker, parent, level, of) in tree {
            let card = bench.below(parent, last, level, centres(of));
            bench.follow(maker, card).unwrap();
        }
        bench
    }

    /// The row of a card below another one.
    pub fn below(&self, parent: u64, last: u64, level: Level, centres: Centres) -> Card {
        Card::below(self.card(parent), number(last), level, centres)
    }

    pub fn card(&self, last: u64) -> &Card {
        self.directory.card(number(last)).unwrap()
    }

    /// The first physical card with this number.
    pub fn chip(&self, last: u64) -> Identity {
        let chip = self.directory.chips().find(|chip| chip.number == number(last)).unwrap();
        Identity { number: chip.number, running: chip.running }
    }

    pub fn by(&self, last: u64) -> By {
        By::Card(self.chip(last))
    }

    pub fn holder(&self, last: u64) -> Result<Holder<'_>, Refusal> {
        self.directory.holder(self.by(last))
    }

    pub fn change(&mut self, last: u64, change: Change) -> Result<(), Refusal> {
        let changes = self.directory.change(self.by(last), &change)?;
        self.store(&changes);
        Ok(())
    }

    pub fn by_master(&mut self, change: Change) {
        self.change(1, change).unwrap();
    }

    pub fn take_functions(&mut self, last: u64, gone: Function) -> Result<(), Refusal> {
        let functions: Functions = self.card(last).functions.iter().filter(|one| *one != gone).collect();
        self.change(1, Change::CardFunctions(number(last), functions))
    }

    /// Stores and applies, and sees that what is stored is the same meter.
    pub fn store(&mut self, changes: &Changes) {
        for key in changes.gone() {
            assert!(self.stored.remove(key).is_some(), "{key:?} was not stored");
        }
        for row in changes.written() {
            self.stored.insert(row.key(), row.clone());
        }
        self.directory.apply(changes).unwrap();
        assert!(self.directory.rows().eq(self.stored.values()));
    }

    /// The meter as it is after its power was off.
    pub fn restarted(&self) -> Bench {
        let rows = self.stored.values().cloned();
        let directory = Directory::from_rows(self.directory.prefix(), rows).unwrap();
        Bench { directory, making: Making::new(SWAP_MS), now_ms: 0, stored: self.stored.clone() }
    }

    /// One event; what is to be done is given back undone.
    pub fn event(&mut self, event: MakingEvent) -> Result<Vec<MakingAction>, Refusal> {
        let mut actions = Vec::new();
        self.making.handle(self.now_ms, event, &self.directory, &mut |action| actions.push(action))?;
        Ok(actions)
    }

    /// Does everything that comes of a card's insertion, up to the end.
    pub fn insert(&mut self, drawn: &mut Drawn) -> Result<Identity, Refusal> {
        let mut actions = self.event(MakingEvent::Inserted(drawn.reading()))?;
        loop {
            let mut event = None;
            for action in std::mem::take(&mut actions) {
                match action {
                    MakingAction::Made(identity) => return Ok(identity),
                    MakingAction::Failed(refusal) => return Err(refusal),
                    other => event = self.act(other, drawn).or(event),
                }
            }
            actions = self.event(event.expect("nothing is left to do"))?;
        }
    }

    /// Does one thing well, and says what the machine is told of it.
    pub fn act(&mut self, action: MakingAction, drawn: &mut Drawn) -> Option<MakingEvent> {
        match action {
            MakingAction::Store(changes) => {
                self.store(&changes);
                Some(MakingEvent::Stored)
            }
            MakingAction::Write { identity, authorise } => {
                assert_eq!(authorise, drawn.running.is_none(), "part II is written once");
                *drawn = Drawn { running: Some(identity.running), number: Some(identity.number) };
                Some(MakingEvent::Written)
            }
            MakingAction::Read => Some(MakingEvent::ReadBack(drawn.reading())),
            MakingAction::Erase => {
                drawn.number = None;
                None
            }
            other => panic!("not to be done here: {other:?}"),
        }
    }

    /// Makes a card of a new one.
    pub fn make(&mut self, plan: Plan) -> Result<Identity, Refusal> {
        self.event(MakingEvent::Choose(plan.clone()))?;
        if plan.maker().is_some() {
            self.event(MakingEvent::Removed)?;
        }
        let made = self.insert(&mut Drawn::default());
        if made.is_err() {
            self.event(MakingEvent::Cancel)?;
        }
        made
    }

    pub fn follow(&mut self, maker: u64, card: Card) -> Result<Identity, Refusal> {
        self.make(Plan::Follow { maker: self.chip(maker), follow: Follow::New(card) })
    }

    pub fn duplicate(&mut self, maker: u64, last: u64) -> Result<Identity, Refusal> {
        self.make(Plan::Follow { maker: self.chip(maker), follow: Follow::Duplicate(number(last)) })
    }
}
