//! What a card lets its holder do, and how high it stands (DE 197 57 648, Fig. 1b).

use super::numbers::NumberError;
use core::fmt;
use core::str::FromStr;
use serde::de::{SeqAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// How high a card stands in the tree; levels may be skipped downwards.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Level {
    /// Level 0: the one card that may do everything.
    Master,
    /// Level 1: a group of cost centres.
    Group,
    /// Level 2: one cost centre.
    Single,
    /// Level 3: one cost centre, queries and imprints without value alone.
    Function,
}

impl Level {
    const NAMES: [(Level, &'static str); 4] = [
        (Level::Master, "master"),
        (Level::Group, "group"),
        (Level::Single, "single"),
        (Level::Function, "function"),
    ];

    /// How long franking stays open after the card has left, where nothing else is set: the source's example.
    pub const fn timer_seconds(self) -> u16 {
        match self {
            Level::Master => 20,
            Level::Group => 10,
            Level::Single => 2,
            Level::Function => 1,
        }
    }

    /// What a card of this level can have at most.
    pub const fn functions(self) -> Functions {
        match self {
            Level::Master | Level::Group | Level::Single => Functions::ALL,
            Level::Function => Functions::of(&[Function::Query, Function::FrankZero]),
        }
    }
}

impl fmt::Display for Level {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = Level::NAMES.iter().find(|(level, _)| level == self);
        f.write_str(name.map_or("", |(_, name)| name))
    }
}

impl FromStr for Level {
    type Err = NumberError;

    fn from_str(text: &str) -> Result<Level, NumberError> {
        let found = Level::NAMES.iter().find(|(_, name)| *name == text);
        found.map(|(level, _)| *level).ok_or(NumberError::Level)
    }
}

/// One thing a card can let its holder do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Function {
    /// Frank with a value.
    Frank,
    /// Make imprints without value.
    FrankZero,
    /// See what its cost centres have spent.
    Query,
    /// Refill the credit.
    Refill,
    /// Choose the cliché of its cost centres and of the cards below.
    SetCliche,
    /// Change texts, and those of the cards below.
    EditTexts,
    /// Make cards below itself and change them.
    MakeCards,
    /// Name its cost centres and set their budgets.
    ManageCentres,
}

impl Function {
    /// Every function with its name.
    const NAMES: [(Function, &'static str); 8] = [
        (Function::Frank, "frank"),
        (Function::FrankZero, "frank-zero"),
        (Function::Query, "query"),
        (Function::Refill, "refill"),
        (Function::SetCliche, "set-cliche"),
        (Function::EditTexts, "edit-texts"),
        (Function::MakeCards, "make-cards"),
        (Function::ManageCentres, "manage-centres"),
    ];

    const fn bit(self) -> u8 {
        1 << self as u8
    }
}

impl fmt::Display for Function {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = Function::NAMES.iter().find(|(function, _)| function == self);
        f.write_str(name.map_or("", |(_, name)| name))
    }
}

impl FromStr for Function {
    type Err = NumberError;

    fn from_str(text: &str) -> Result<Function, NumberError> {
        let found = Function::NAMES.iter().find(|(_, name)| *name == text);
        found.map(|(function, _)| *function).ok_or(NumberError::Functions)
    }
}

/// A set of functions. In serde a sequence of their names; as text `all`, `none` or `frank,query`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Functions(u8);

impl Functions {
    /// Every function.
    pub const ALL: Functions = Functions(u8::MAX);
    /// No function.
    pub const NONE: Functions = Functions(0);

    /// These functions.
    pub const fn of(functions: &[Function]) -> Functions {
        let mut bits = 0;
        let mut rest = functions;
        while let [first, others @ ..] = rest {
            bits |= first.bit();
            rest = others;
        }
        Functions(bits)
    }

    /// Whether this function is among them.
    pub const fn contains(self, function: Function) -> bool {
        self.0 & function.bit() != 0
    }

    /// Whether all of them are among others.
    pub const fn is_within(self, others: Functions) -> bool {
        self.0 & !others.0 == 0
    }

    /// Those that are in both.
    pub const fn and(self, others: Functions) -> Functions {
        Functions(self.0 & others.0)
    }

    /// One by one.
    pub fn iter(self) -> impl Iterator<Item = Function> {
        Function::NAMES.into_iter().map(|(function, _)| function).filter(move |one| self.contains(*one))
    }
}

impl FromIterator<Function> for Functions {
    fn from_iter<I: IntoIterator<Item = Function>>(functions: I) -> Functions {
        Functions(functions.into_iter().fold(0, |bits, function| bits | function.bit()))
    }
}

impl fmt::Display for Functions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Functions::ALL => return f.write_str("all"),
            Functions::NONE => return f.write_str("none"),
            _ => {}
        }
        let mut between = "";
        for function in self.iter() {
            write!(f, "{between}{function}")?;
            between = ",";
        }
        Ok(())
    }
}

impl FromStr for Functions {
    type Err = NumberError;

    fn from_str(text: &str) -> Result<Functions, NumberError> {
        match text {
            "all" => Ok(Functions::ALL),
            "none" => Ok(Functions::NONE),
            names => names.split(',').map(str::parse).collect(),
        }
    }
}

impl Serialize for Functions {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.iter())
    }
}

impl<'de> Deserialize<'de> for Functions {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Functions, D::Error> {
        struct Names;
        impl<'de> Visitor<'de> for Names {
            type Value = Functions;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a sequence of functions")
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut names: A) -> Result<Functions, A::Error> {
                let mut functions = Functions::NONE;
                while let Some(function) = names.next_element::<Function>()? {
                    functions.0 |= function.bit();
                }
                Ok(functions)
            }
        }
        deserializer.deserialize_seq(Names)
    }
}
