//! Entries of the lists, made of what the centre thinks of a meter.

use crate::decisions::{Facts, Forecast};
use crate::dossier::Judged;
use link::h::{LastRefill, MeterState, StatisticsEntry, SuspectEntry, Text};
use terms::Serial;
use terms::equations::Status;

/// The entry of the suspects' list, if the meter belongs there. `since_ms` is when it came under suspicion.
pub fn suspect_entry(serial: Serial, judged: &Judged, since_ms: i64) -> Option<SuspectEntry> {
    let why = judged.reasons.iter().map(|reason| Text::shortened(reason)).collect();
    let entry = SuspectEntry { serial, status: judged.status, since_ms, why };
    (judged.status > Status::Okay).then_some(entry)
}

/// What the post holds a meter's mail against.
pub fn statistics_entry(facts: &Facts, forecast: &Forecast) -> StatisticsEntry {
    let last_refill = facts.after_refill.filter(|_| facts.refills.count > 0);
    StatisticsEntry {
        serial: facts.serial,
        class: forecast.class,
        mean_use: forecast.mean_use,
        last_refill: last_refill.map(|after| LastRefill {
            at_ms: facts.refills.last_ms,
            credit: after.r1,
            spent: after.r2,
            pieces: after.r4,
        }),
        next_refill_ms: forecast.refill_ms,
    }
}

/// What the list of meters says of a meter's service.
pub fn meter_state(is_in_service: bool, judged: &Judged) -> MeterState {
    let is_overdue = judged.codes.iter().any(|code| code == "overdue");
    match (is_in_service, is_overdue) {
        (false, _) => MeterState::Withdrawn,
        (true, true) => MeterState::Overdue,
        (true, false) => MeterState::InService,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::decisions::{RefillHistory, Settings, judge};
    use crate::dossier::Dossier;
    use terms::{Money, Registers};

    const DAY_MS: i64 = 86_400_000;

    fn facts() -> Facts {
        let money = Money::from_minor;
        let after = Registers { r1: money(1_500), r2: money(500), r3: money(2_000), r4: 10, r8: 11 };
        let mut facts = Facts::unseen(Serial::new(7).unwrap(), money(20));
        facts.registers = Some(after);
        facts.after_refill = Some(after);
        facts.books.granted = money(2_000);
        facts.refills = RefillHistory::new([(1_000, 0), (1_000, 50 * DAY_MS)]);
        facts
    }

    fn judged(facts: &Facts, now_ms: i64) -> Judged {
        let mut dossier = Dossier::new(facts.least_postage);
        dossier.keep(&judge(facts, &Settings::default(), now_ms));
        dossier.judged
    }

    #[test]
    fn a_suspect_stands_in_its_list_with_sentences_and_others_do_not() {
        let facts = facts();
        let okay = judged(&facts, 60 * DAY_MS);
        assert_eq!(suspect_entry(facts.serial, &okay, 0), None);
        assert_eq!(meter_state(true, &okay), MeterState::InService);
        let late = judged(&facts, 200 * DAY_MS);
        let entry = suspect_entry(facts.serial, &late, 5).unwrap();
        assert_eq!((entry.status, entry.since_ms), (Status::Suspicious, 5));
        let why: Vec<_> = entry.why.iter().map(Text::as_str).collect();
        assert_eq!(why, ["it was last heard on 1970-02-20 and was due by 1970-04-16"]);
        assert_eq!(meter_state(true, &late), MeterState::Overdue);
        assert_eq!(meter_state(false, &late), MeterState::Withdrawn);
    }

    /// 1000 in 50 days is 20 a day; the last 1000 last 50 days and a tenth: day 105.
    #[test]
    fn the_post_hears_what_the_mail_since_the_last_refill_can_be_worth() {
        let facts = facts();
        let forecast = judge(&facts, &Settings::default(), 60 * DAY_MS).forecast;
        let entry = statistics_entry(&facts, &forecast);
        let refill = entry.last_refill.unwrap();
        assert_eq!((refill.at_ms, refill.credit, refill.pieces), (50 * DAY_MS, Money::from_minor(1_500), 10));
        assert_eq!(entry.next_refill_ms, Some(105 * DAY_MS));
        assert_eq!(entry.mean_use.unwrap().minor_per_day(), Money::from_minor(20));
    }
}
