//! The figures of a run, printed as tables while it goes on and kept for JSON.

use serde::Serialize;

/// All figures of a run.
#[derive(Default, Serialize)]
pub struct Figures {
    times: Vec<Time>,
    readings: Vec<Reading>,
}

/// One piece of work, timed for us and for a peer.
#[derive(Serialize)]
struct Time {
    work: String,
    who: String,
    microseconds: f64,
    /// How many times as long as ours; none for ours itself.
    ratio_to_ours: Option<f64>,
}

/// How a reader fared on the pictures of one class.
#[derive(Serialize)]
pub struct Reading {
    /// Crop or envelope.
    pub framing: String,
    /// The class of disturbance.
    pub class: String,
    /// The reader.
    pub reader: String,
    /// Pictures offered.
    pub pictures: u32,
    /// Pictures read rightly.
    pub right: u32,
    /// Pictures read wrongly: a reading that is not what was printed, or a verdict that accuses a genuine imprint.
    pub wrong: u32,
    /// Pictures not read.
    pub nothing: u32,
    /// Mean CPU time for a picture.
    pub milliseconds: f64,
}

impl Reading {
    /// Nothing read yet.
    pub fn new(framing: &str, class: &str, reader: &str) -> Reading {
        Reading {
            framing: framing.into(),
            class: class.into(),
            reader: reader.into(),
            pictures: 0,
            right: 0,
            wrong: 0,
            nothing: 0,
            milliseconds: 0.0,
        }
    }
}

impl Figures {
    /// Takes in one piece of work: our time first, then the peers', all in seconds.
    pub fn times(&mut self, work: &str, ours: f64, peers: &[(&str, f64)]) {
        println!("\n{work}");
        println!("  {:<34} {:>12.3} µs", "porto", ours * 1e6);
        self.push_time(work, "porto", ours, None);
        for (who, seconds) in peers {
            let ratio = seconds / ours;
            println!("  {who:<34} {:>12.3} µs   {ratio:>8.2} × ours", seconds * 1e6);
            self.push_time(work, who, *seconds, Some(ratio));
        }
    }

    fn push_time(&mut self, work: &str, who: &str, seconds: f64, ratio_to_ours: Option<f64>) {
        let (work, who) = (work.to_string(), who.to_string());
        self.times.push(Time { work, who, microseconds: seconds * 1e6, ratio_to_ours });
    }

    /// Takes in the readings of one class: one line, every reader's rate and time.
    pub fn readings(&mut self, readings: Vec<Reading>) {
        if let Some(first) = readings.first() {
            print!("{:<9} {:<34}", first.framing, first.class);
        }
        for reading in &readings {
            let wrong = if reading.wrong > 0 { format!("!{}", reading.wrong) } else { String::new() };
            let rate = format!("{}/{}{wrong}", reading.right, reading.pictures);
            print!(" {rate:>8} {:>7.3}", reading.milliseconds);
        }
        println!();
        self.readings.extend(readings);
    }
}
