//! Numbers: what is one, and how it is shown.

use line::{Host, NUMBER_BYTES_MAX, Number, NumberError};
use proptest::prelude::*;

fn check(text: &str, shown: &str) {
    let number: Number = text.parse().unwrap_or_else(|error| panic!("{text}: {error}"));
    assert_eq!(number.to_string(), shown);
    assert_eq!(shown.parse(), Ok(number), "it reads back as it is shown");
}

fn check_refused(text: &str, error: NumberError) {
    assert_eq!(text.parse::<Number>(), Err(error), "{text:?}");
}

#[test]
fn numbers_of_all_kinds_read_back_as_they_are_shown() {
    check("tcp:127.0.0.1:7080", "tcp:127.0.0.1:7080");
    check("tcp:[2001:DB8:0:0::7]:7080", "tcp:[2001:db8::7]:7080");
    check("tcp:Centre.Example:1", "tcp:centre.example:1");
    check("tcp:localhost:65535", "tcp:localhost:65535");
    check("modem:/dev/ttyS0,0,12345", "modem:/dev/ttyS0,0,12345");
    check("modem:/dev/pts/3,,*#12345", "modem:/dev/pts/3,,*#12345");
    check("modem:/dev/ttyS0", "modem:/dev/ttyS0");
    check("tel:030123456", "tel:030123456");
    check("file:/media/stick", "file:/media/stick");
}

#[test]
fn what_is_no_number_is_refused_with_the_reason() {
    for text in ["", "12345", "http://centre.example", "TCP:127.0.0.1:1"] {
        check_refused(text, NumberError::Kind);
    }
    for text in ["tcp:127.0.0.1", "tcp:a:", "tcp:a:65536", "tcp:a:+1", "tcp:a:-1", "tcp:a:1x"] {
        check_refused(text, NumberError::Port);
    }
    for text in
        ["tcp::1", "tcp:a/b:1", "tcp:::1:1", "tcp:[::1:1", "tcp:[a]:1", "tcp:300.1.1.1:1", "tcp:a..b:1"]
    {
        check_refused(text, NumberError::Host);
    }
    for text in
        ["modem:", "modem:ttyS0,,1", "modem:/dev/../etc/passwd,,1", "modem:/dev/,,1", "modem:/dev/./a,,1"]
    {
        check_refused(text, NumberError::Device);
    }
    for text in
        ["modem:/dev/ttyS0,1", "modem:/dev/ttyS0,0,", "modem:/dev/ttyS0,;,1", "modem:/dev/ttyS0,0,1;2"]
    {
        check_refused(text, NumberError::Digits);
    }
    for text in ["tel:", "tel:+49", "tel:123456789012345678901234567890123", "tel:12-34"] {
        check_refused(text, NumberError::Digits);
    }
    check_refused("file:", NumberError::Folder);
}

#[test]
fn no_number_carries_a_command_for_a_modem_or_a_terminal() {
    for text in [
        "tel:1\rATH",
        "tcp:a\n:1",
        "file:/a\u{1b}[2J",
        "modem:/dev/ttyS0,\r,1",
        "tcp:a b:1",
        "tel:12 34",
        "file:/\u{e4}",
    ] {
        check_refused(text, NumberError::Character);
    }
    check_refused(&format!("file:/{}", "a".repeat(NUMBER_BYTES_MAX)), NumberError::TooLong);
}

#[test]
fn only_numbers_that_lead_out_of_the_machine_are_taken_from_afar() {
    let may = |text: &str| text.parse::<Number>().expect("it is a number").may_come_from_afar();
    assert!(may("tcp:127.0.0.1:7080") && may("tel:12345"));
    assert!(!may("file:/etc") && !may("modem:/dev/sda,,1"));
}

#[test]
fn a_telephone_number_is_dialled_with_the_own_modem_and_prefix() {
    let own: Number = "modem:/dev/ttyS0,0,999".parse().expect("it is a number");
    let given = Number::Telephone { digits: "12345".into() };
    assert_eq!(given.through(&own).to_string(), "modem:/dev/ttyS0,0,12345");
    let tcp: Number = "tcp:[::1]:1".parse().expect("it is a number");
    assert_eq!(tcp.through(&own), tcp);
    assert!(matches!(tcp, Number::Tcp { host: Host::V6(_), port: 1 }));
}

proptest! {
    #[test]
    fn any_text_is_a_number_that_reads_back_or_none(text in "(tcp|modem|tel|file)?:?[ -~\\PC]{0,140}") {
        if let Ok(number) = text.parse::<Number>() {
            let shown = number.to_string();
            prop_assert!(shown.len() <= NUMBER_BYTES_MAX);
            prop_assert_eq!(shown.parse(), Ok(number));
        }
    }
}
