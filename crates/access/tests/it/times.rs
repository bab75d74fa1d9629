//! Start and stop times against a table of every minute of a week.

use crate::shop::{moment, schedule};
use access::{Hours, Minute, Moment, Schedule, Weekdays, opens_next};
use proptest::prelude::*;
use terms::Date;

const WEEK: usize = 7 * 24 * 60;

/// Every minute of a week from Monday 00:00: filled row by row, without a look at weekdays or midnight.
fn table(schedule: &Schedule) -> Vec<bool> {
    let mut open = vec![schedule.is_always(); WEEK];
    for hours in schedule.rows() {
        let (start, stop) = (usize::from(hours.start.number()), usize::from(hours.stop.number()));
        let length = if stop > start { stop - start } else { stop + 1440 - start };
        for day in (0..7).filter(|day| hours.weekdays.bits() >> day & 1 == 1) {
            (0..length).for_each(|minute| open[(day * 1440 + start + minute) % WEEK] = true);
        }
    }
    open
}

/// The minute of a week that begins on Monday, 2026-11-23.
fn at(minute: usize) -> Moment {
    let monday: Date = "2026-11-23".parse().unwrap();
    Moment {
        date: Date::from_day_number(monday.day_number() + (minute / 1440) as u32).unwrap(),
        minute: Minute::new((minute % 1440) as u16).unwrap(),
    }
}

fn hours() -> impl Strategy<Value = Hours> {
    (1..=0x7f_u8, 0..1440_u16, 0..1440_u16).prop_map(|(weekdays, start, stop)| Hours {
        weekdays: Weekdays::new(weekdays).unwrap(),
        start: Minute::new(start).unwrap(),
        stop: Minute::new(stop).unwrap(),
    })
}

fn any_schedule() -> impl Strategy<Value = Schedule> {
    prop::collection::vec(hours(), 0..=4).prop_map(|rows| Schedule::new(&rows).unwrap())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn a_schedule_is_open_in_exactly_its_minutes(schedule in any_schedule()) {
        for (minute, open) in table(&schedule).into_iter().enumerate() {
            prop_assert_eq!(schedule.is_open(at(minute)), open, "{}", at(minute));
        }
    }

    #[test]
    fn the_next_opening_is_the_first_minute_open_in_all(
        first in any_schedule(), second in any_schedule(), from in 0..WEEK,
    ) {
        let both: Vec<bool> =
            table(&first).into_iter().zip(table(&second)).map(|(one, other)| one && other).collect();
        prop_assume!(!both[from]);
        let next = (1..=WEEK).find(|ahead| both[(from + ahead) % WEEK]).map(|ahead| at(from + ahead));
        prop_assert_eq!(opens_next(&[&first, &second], at(from)), next);
    }
}

#[test]
fn hours_over_midnight_end_on_a_day_that_need_not_be_theirs() {
    let night = schedule(&["fri 22:00-06:00"]);
    for (text, open) in [
        ("2026-11-20 21:59", false),
        ("2026-11-20 22:00", true),
        ("2026-11-21 05:59", true),
        ("2026-11-21 06:00", false),
        ("2026-11-21 22:00", false),
        ("2026-11-20 03:00", false),
    ] {
        assert_eq!(night.is_open(moment(text)), open, "{text}");
    }
}

#[test]
fn a_night_that_ends_a_year_or_holds_a_leap_day_is_a_night_like_others() {
    for (rows, evening, morning, after) in [
        ("thu 22:00-06:00", "2026-12-31 22:00", "2027-01-01 05:59", "2027-01-01 06:00"),
        ("mon 22:00-06:00", "2028-02-28 22:00", "2028-02-29 05:59", "2028-02-29 06:00"),
        ("tue 22:00-06:00", "2028-02-29 23:59", "2028-03-01 05:59", "2028-03-01 06:00"),
        ("sun 22:00-06:00", "2027-02-28 23:59", "2027-03-01 05:59", "2027-03-01 06:00"),
    ] {
        let night = schedule(&[rows]);
        let open = [evening, morning, after].map(|text| night.is_open(moment(text)));
        assert_eq!(open, [true, true, false], "{rows} from {evening}");
    }
    let leap_day = schedule(&["tue 08:00-09:00"]);
    let next = opens_next(&[&leap_day], moment("2028-02-28 12:00"));
    assert_eq!(next, Some(moment("2028-02-29 08:00")));
    let next = opens_next(&[&leap_day], moment("2028-02-29 09:00"));
    assert_eq!(next, Some(moment("2028-03-07 08:00")));
}

/// In Berlin the wall shows no time from 02:00 to 03:00 on 2026-03-29, and all of it twice on 2026-10-25.
#[test]
fn on_the_days_of_the_clock_change_hours_are_what_the_wall_shows() {
    let within = schedule(&["daily 02:00-03:00"]);
    assert!(!within.is_open(moment("2026-03-29 01:59")), "the minute after this one is 03:00");
    assert!(!within.is_open(moment("2026-03-29 03:00")));
    let across = schedule(&["daily 02:30-03:30"]);
    assert!(across.is_open(moment("2026-03-29 03:00")), "what has begun by the wall is open");
    let before = schedule(&["daily 01:00-02:30"]);
    assert!(!before.is_open(moment("2026-03-29 03:00")), "what has ended by the wall is closed");
    assert!(within.is_open(moment("2026-10-25 02:59")), "both times that the wall shows it");
}

#[test]
fn times_that_never_meet_never_open() {
    let (day, night) = (schedule(&["daily 08:00-18:00"]), schedule(&["daily 20:00-07:00"]));
    assert_eq!(opens_next(&[&day, &night], moment("2026-11-21 12:00")), None);
}

#[test]
fn the_end_of_the_calendar_is_no_crash() {
    let mondays = schedule(&["mon 08:00-09:00"]);
    assert_eq!(opens_next(&[&mondays], moment("2099-12-31 12:00")), None);
}
