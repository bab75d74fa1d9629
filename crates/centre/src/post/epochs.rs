//! When a new key epoch may be used: meters change over only after the stations can verify it.

use link::h::{Kind, Name, Taken};
use std::collections::BTreeMap;

/// A station and what it has confirmed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Station {
    /// Its name.
    pub name: Name,
    /// Whether it is in use: one that was closed down holds nobody up.
    pub is_active: bool,
    /// The number of the newest list of each kind that it has taken in.
    taken: BTreeMap<Kind, u64>,
}

impl Station {
    /// A station that has taken in nothing yet.
    pub fn new(name: Name) -> Station {
        Station { name, is_active: true, taken: BTreeMap::new() }
    }

    /// Notes a confirmation. One that comes late changes nothing.
    pub fn confirm(&mut self, taken: &Taken) {
        let newest = self.taken.entry(taken.kind).or_default();
        *newest = taken.number.max(*newest);
    }

    /// The number of the newest list of this kind that it has taken in; 0 for none.
    pub fn newest(&self, kind: Kind) -> u64 {
        self.taken.get(&kind).copied().unwrap_or_default()
    }
}

/// The active stations that have not yet taken in these lists, given by kind and number. Once there are none, an epoch
/// that stands in the list of meters and in that of keys may be used.
pub fn stations_lacking<'a>(stations: &'a [Station], lists: &[(Kind, u64)]) -> Vec<&'a Name> {
    let lacks = |station: &&Station| lists.iter().any(|(kind, number)| station.newest(*kind) < *number);
    stations.iter().filter(|station| station.is_active).filter(lacks).map(|station| &station.name).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn station(name: &str) -> Station {
        Station::new(Name::try_from(name.to_owned()).unwrap())
    }

    fn taken(kind: Kind, number: u64) -> Taken {
        Taken { kind, number, at_ms: 0 }
    }

    #[test]
    fn an_epoch_waits_for_the_last_active_station() {
        let lists = [(Kind::Meters, 5), (Kind::Keys, 3)];
        let mut stations = [station("North"), station("South"), station("Closed")];
        stations[2].is_active = false;
        stations[0].confirm(&taken(Kind::Meters, 5));
        stations[0].confirm(&taken(Kind::Keys, 3));
        stations[1].confirm(&taken(Kind::Meters, 6));
        stations[1].confirm(&taken(Kind::Keys, 2));
        let names = |stations: &[Station]| {
            stations_lacking(stations, &lists).into_iter().map(Name::to_string).collect::<Vec<_>>()
        };
        assert_eq!(names(&stations), ["South"]);
        stations[1].confirm(&taken(Kind::Keys, 4));
        assert!(names(&stations).is_empty());
    }

    #[test]
    fn a_confirmation_that_comes_late_takes_nothing_back() {
        let mut north = station("North");
        north.confirm(&taken(Kind::Keys, 4));
        north.confirm(&taken(Kind::Keys, 3));
        assert_eq!((north.newest(Kind::Keys), north.newest(Kind::Tariff)), (4, 0));
    }
}
