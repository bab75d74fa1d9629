//! Scales over a pseudo-terminal.

use crate::bench::Bench;
use crate::{example, letter, weight};
use rates::{Reading, Scale, ScaleAddress, ScaleFault, settled};
use std::time::Duration;

/// Long enough for anything that is to happen.
const SOON: Duration = Duration::from_secs(20);
/// Long enough to see that nothing happens.
const MOMENT: Duration = Duration::from_millis(250);

type AnyScale = Box<dyn Scale + Send>;

fn open(address: &str) -> Result<AnyScale, ScaleFault> {
    address.parse::<ScaleAddress>().expect("it is an address").open()
}

fn at(bench: &Bench, protocol: &str) -> Result<AnyScale, ScaleFault> {
    open(&format!("{protocol}:{},9600,8N1", bench.device()))
}

/// An MT-SICS scale that answers `SI` with these lines in turn, the last one again and again.
fn shows(lines: &[&str]) -> Bench {
    let mut lines: Vec<String> = lines.iter().map(|line| format!("{line}\r\n")).collect();
    Bench::with(move |command| match command {
        "SI" if lines.len() > 1 => lines.remove(0).into_bytes(),
        "SI" => lines[0].clone().into_bytes(),
        "Z" => {
            lines = vec!["S S      0.00 g\r\n".into()];
            b"Z A\r\n".to_vec()
        }
        "T" => {
            lines = vec!["S S      0.00 g\r\n".into()];
            b"T S     12.34 g\r\n".to_vec()
        }
        _ => b"ES\r\n".to_vec(),
    })
}

fn sics(bench: &Bench) -> AnyScale {
    at(bench, "sics").expect("it can be opened")
}

fn reading(weighs: &str, is_stable: bool) -> Reading {
    Reading { weight: weight(weighs), is_stable }
}

/// Claim: X9
#[test]
fn a_letter_on_the_scale_is_franked_by_what_the_scale_shows() {
    let bench = shows(&["S D     14.02 g", "S D     19.96 g", "S S     20.00 g", "S S     20.01 g"]);
    let mut scale = sics(&bench);
    let priced = |weighed: Reading| {
        let mut letter = letter("220x110x2", "0 g", "XI", &[]);
        letter.weight = weighed.weight;
        example().price(&letter).expect("it has a price").postage.minor()
    };
    let first = settled(&mut *scale, SOON).expect("it comes to rest");
    assert_eq!((first, priced(first)), (reading("20 g", true), 90));
    let heavier = settled(&mut *scale, SOON).expect("it is at rest");
    assert_eq!((heavier, priced(heavier)), (reading("20.1 g", true), 115), "more than 20 g is not 20 g");
}

#[test]
fn every_unit_of_weight_is_understood() {
    let bench =
        shows(&["S S  0.0235 kg", "S S      1.2 oz", "S D    0.035 lb", "S S -    0.00 g", "S S    -0.00 g"]);
    let mut scale = sics(&bench);
    let weighed: Vec<Reading> = (0..5).map(|_| scale.weigh().expect("it shows something")).collect();
    let zero = reading("0 g", true);
    let rest = [reading("23.5 g", true), reading("34.1 g", true), reading("15.9 g", false), zero, zero];
    assert_eq!(weighed, rest);
}

#[test]
fn a_scale_that_never_comes_to_rest_is_not_waited_for_without_end() {
    let bench = shows(&["S D     14.02 g"]);
    assert!(matches!(settled(&mut *sics(&bench), MOMENT), Err(ScaleFault::Restless)));
    let bench = shows(&["S I"]);
    assert!(matches!(settled(&mut *sics(&bench), MOMENT), Err(ScaleFault::Busy)));
}

/// What asking a scale that answers like this comes to.
fn fault(line: &str) -> ScaleFault {
    let bench = shows(&[line]);
    settled(&mut *sics(&bench), MOMENT).expect_err("it shows no weight")
}

#[test]
fn what_the_scale_reports_is_what_the_operator_learns() {
    assert!(matches!(fault("S +"), ScaleFault::Overload));
    assert!(matches!(fault("S -"), ScaleFault::Underload));
    assert!(matches!(fault("S S     -3.10 g"), ScaleFault::Underload));
    assert!(matches!(fault("ES"), ScaleFault::Refused));
    assert!(matches!(fault("EL"), ScaleFault::Refused));
    assert!(matches!(fault("ET"), ScaleFault::Garbled));
    assert!(matches!(fault("S S       12 PCS"), ScaleFault::Unit));
    assert!(matches!(fault("S S Error 10b"), ScaleFault::Defect));
}

#[test]
fn a_scale_is_set_to_zero_and_to_a_tray() {
    let bench = shows(&["S S      1.50 g"]);
    let mut scale = sics(&bench);
    assert_eq!(scale.weigh().expect("it shows something"), reading("1.5 g", true));
    scale.zero().expect("it is set");
    assert_eq!(scale.weigh().expect("it shows something"), reading("0 g", true));
    scale.tare().expect("it is set");
    let far = Bench::with(|command| format!("{command} +\r\n").into_bytes());
    let mut scale = sics(&far);
    assert!(matches!(scale.zero(), Err(ScaleFault::Overload)));
    assert!(matches!(scale.tare(), Err(ScaleFault::Overload)));
}

#[test]
fn a_dead_scale_is_silent_and_asked_again_once_it_lives() {
    let mut asked = 0;
    let bench = Bench::with(move |_| {
        asked += 1;
        if asked == 1 { Vec::new() } else { b"S S     20.00 g\r\n".to_vec() }
    });
    let mut scale = sics(&bench);
    assert!(matches!(scale.weigh(), Err(ScaleFault::Silent)));
    assert_eq!(scale.weigh().expect("it lives"), reading("20 g", true));
}

#[test]
fn half_an_answer_is_no_weight_and_its_rest_is_not_the_next_ones() {
    let mut asked = 0;
    let bench = Bench::with(move |_| {
        asked += 1;
        if asked == 1 { b"S S     9".to_vec() } else { b"S S     20.00 g\r\n".to_vec() }
    });
    let mut scale = sics(&bench);
    assert!(matches!(scale.weigh(), Err(ScaleFault::Garbled)));
    bench.say(b"9.00 g\r\nS S     99.00 g\r\n");
    assert_eq!(scale.weigh().expect("it answers"), reading("20 g", true));
}

#[test]
fn what_the_scale_says_unasked_is_not_taken_for_an_answer() {
    let bench = shows(&["S S     20.00 g"]);
    let mut scale = sics(&bench);
    bench.say(b"S S     99.00 g\r\n");
    std::thread::sleep(MOMENT);
    assert_eq!(scale.weigh().expect("it answers"), reading("20 g", true));
}

#[test]
fn garbage_is_never_a_weight() {
    let long = format!("S S {}20.00 g", " ".repeat(80));
    let two = "S S     20.00 g\r\nS S     21.00 g";
    for line in [
        "",
        "S",
        "S S",
        "S S 20.00",
        "S S 2O.00 g",
        "S X     20.00 g",
        "Z A",
        "\u{7f}\u{0}~x{",
        "S S 20 g g",
        &long,
        two,
    ] {
        assert!(matches!(fault(line), ScaleFault::Garbled | ScaleFault::Unit), "{line:?}");
    }
    let bench = Bench::with(|_| vec![0xff; 32]);
    assert!(matches!(sics(&bench).weigh(), Err(ScaleFault::Garbled)));
}

#[test]
fn a_scale_that_speaks_without_end_is_told_apart_from_one_that_answers() {
    let bench = shows(&["S S     20.00 g"]);
    bench.babble(&[b'x'; 64]);
    let weighed = at(&bench, "sics").and_then(|mut scale| scale.weigh());
    assert!(matches!(weighed, Err(ScaleFault::Garbled)));
    bench.babble(&[]);
    assert_eq!(sics(&bench).weigh().expect("it answers"), reading("20 g", true));
}

#[test]
fn an_unplugged_scale_is_noticed_and_found_again_when_it_is_back() {
    let mut bench = shows(&["S S     20.00 g"]);
    let mut scale = sics(&bench);
    assert!(scale.weigh().is_ok());
    bench.unplug();
    assert!(matches!(scale.weigh(), Err(ScaleFault::Unplugged(_))));
    assert!(matches!(scale.weigh(), Err(ScaleFault::Device(..))));
    bench.plug_in(|_| b"S S     21.00 g\r\n".to_vec());
    assert_eq!(scale.weigh().expect("it is back"), reading("21 g", true));
}

#[test]
fn a_scale_unplugged_while_it_is_asked_is_noticed() {
    let mut bench = Bench::with(|_| Vec::new());
    let mut scale = sics(&bench);
    let asked = std::thread::spawn(move || scale.zero());
    std::thread::sleep(MOMENT);
    bench.unplug();
    assert!(matches!(asked.join().expect("it ends"), Err(ScaleFault::Unplugged(_))));
}

#[test]
fn a_scale_that_somebody_has_or_that_is_not_there_cannot_be_used() {
    let bench = shows(&["S S     20.00 g"]);
    let _first = sics(&bench);
    assert!(matches!(at(&bench, "sics"), Err(ScaleFault::Device(..))));
    let nowhere = open("sics:/dev/no-such-scale");
    assert!(matches!(nowhere, Err(ScaleFault::Device(..))));
}

/// Claim: X9
#[test]
fn a_scale_that_speaks_nci_is_weighed_on_too() {
    let mut answers = [
        "\n   1.20OZ\r\n10\r\x03",
        "\n 0.035lb\r\n00\r\x03",
        "\n   23g \r\n0p0\r\x03",
        "\n 0.0235kg\r\n00\x03",
    ]
    .iter();
    let bench = Bench::with(move |command| match command {
        "W" => answers.next().expect("it is asked four times").as_bytes().to_vec(),
        "Z" => b"\n20\r\x03".to_vec(),
        _ => b"\n?\r\x03".to_vec(),
    });
    let mut scale = at(&bench, "nci").expect("it can be opened");
    let weighed: Vec<Reading> = (0..4).map(|_| scale.weigh().expect("it shows something")).collect();
    let rest =
        [reading("34.1 g", false), reading("15.9 g", true), reading("23 g", true), reading("23.5 g", true)];
    assert_eq!(weighed, rest);
    scale.zero().expect("it is set");
    assert!(matches!(scale.tare(), Err(ScaleFault::Refused)));
}

#[test]
fn the_status_of_an_nci_scale_stands_above_what_it_shows() {
    let fault = |answer: &'static str| {
        let bench = Bench::with(move |_| answer.as_bytes().to_vec());
        at(&bench, "nci").expect("it can be opened").weigh().expect_err("it shows no weight")
    };
    assert!(matches!(fault("\n  20.00g\r\n02\r\x03"), ScaleFault::Overload));
    assert!(matches!(fault("\n ^^^^^^g\r\n02\r\x03"), ScaleFault::Overload));
    assert!(matches!(fault("\n02\r\x03"), ScaleFault::Overload));
    assert!(matches!(fault("\n  20.00g\r\n01\r\x03"), ScaleFault::Underload));
    assert!(matches!(fault("\n  -3.00g\r\n00\r\x03"), ScaleFault::Underload));
    assert!(matches!(fault("\n  20.00g\r\n40\r\x03"), ScaleFault::Defect));
    assert!(matches!(fault("\n  20.00g\r\n08\r\x03"), ScaleFault::Defect));
    assert!(matches!(fault("\n00\r\x03"), ScaleFault::Garbled));
    assert!(matches!(fault("\n  20.00g\r\n\x10\x10\r\x03"), ScaleFault::Garbled));
    assert!(matches!(fault("\n?\r\x03"), ScaleFault::Refused));
}

fn hid(bench: &Bench) -> AnyScale {
    open(&format!("hid:{}", bench.device())).expect("it can be opened")
}

/// Claim: X9
#[test]
fn a_usb_scale_is_read_by_its_reports_and_never_by_an_old_one() {
    let bench = Bench::with(|_| Vec::new());
    let mut scale = hid(&bench);
    bench.say(&[3, 4, 2, 0, 99, 0]);
    std::thread::sleep(MOMENT);
    assert!(matches!(scale.weigh(), Err(ScaleFault::Silent)), "what it showed before is not what it shows");
    bench.babble(&[3, 3, 2, 0, 20, 0]);
    assert_eq!(scale.weigh().expect("it reports"), reading("20 g", false));
    assert!(matches!(settled(&mut *scale, MOMENT), Err(ScaleFault::Restless)));
    bench.babble(&[3, 4, 11, 0xff, 12, 0]);
    assert_eq!(settled(&mut *scale, SOON).expect("it comes to rest"), reading("34.1 g", true));
    bench.babble(&[3, 6, 11, 0xff, 12, 0]);
    std::thread::sleep(MOMENT);
    assert!(matches!(scale.weigh(), Err(ScaleFault::Overload)));
    assert!(matches!(scale.zero(), Err(ScaleFault::Refused)));
    assert!(matches!(scale.tare(), Err(ScaleFault::Refused)));
}

#[test]
fn half_a_report_is_no_weight_and_an_unplugged_usb_scale_is_found_again() {
    let mut bench = Bench::with(|_| Vec::new());
    let mut scale = hid(&bench);
    assert!(matches!(open(&format!("hid:{}", bench.device())), Err(ScaleFault::Device(..))), "it is in use");
    bench.say(&[3, 4, 2]);
    std::thread::sleep(MOMENT);
    assert!(matches!(scale.weigh(), Err(ScaleFault::Garbled)));
    bench.unplug();
    assert!(matches!(scale.weigh(), Err(ScaleFault::Device(..))));
    bench.plug_in(|_| Vec::new());
    bench.babble(&[3, 4, 2, 0, 21, 0]);
    assert_eq!(scale.weigh().expect("it is back"), reading("21 g", true));
    bench.unplug();
    assert!(matches!(scale.weigh(), Err(ScaleFault::Unplugged(_))));
}
