//! Every part of the shell on one page, to look at while changing the style sheet: `cargo run -p web --example gallery
//! FOLDER`, then serve the folder with any file server.

use maud::{Markup, html};
use std::path::Path;
use std::{env, fs, io};
use web::chart::{Line, LineChart};
use web::form::{Field, Form, Kind, search};
use web::{
    Column, Entry, Flash, Group, Page, Pages, Site, Table, Tone, Viewer, actions, badge, facts, figure, panel,
};

fn main() -> io::Result<()> {
    let folder = env::args().nth(1).unwrap_or_else(|| "target/gallery".into());
    let folder = Path::new(&folder);
    fs::create_dir_all(folder.join("assets"))?;
    for asset in ["style.css", "icon.svg"].into_iter().filter_map(web::asset) {
        fs::write(folder.join(asset.path().trim_start_matches('/')), asset.body())?;
    }
    fs::write(folder.join("index.html"), page().into_string())
}

fn page() -> Markup {
    let entry = |label, path| Entry { label, path };
    let groups = [
        Group {
            heading: "Fleet",
            entries: vec![entry("Overview", "/"), entry("Meters", "/meters"), entry("Suspects", "/s")],
        },
        Group { heading: "Customers", entries: vec![entry("Customers", "/c"), entry("Deposits", "/d")] },
    ];
    let flash = Flash { tone: Tone::Good, sentence: "100.00 EUR were booked for Muster and Sons.".into() };
    let page = Page {
        site: Site { name: "centre", home: "/", log_out: "/log-out" },
        title: "Meter 12345678",
        beside: html! { (badge(Tone::Good, "okay")) (actions(&[("Announce an opening", "/a".into()), ("Orders", "/o".into())])) },
        here: "/meters",
        above: &[("Meters", "/meters")],
        groups: &groups,
        viewer: Some(Viewer { name: "Ada Lovelace", role: "operator", csrf: "t" }),
        flash: Some(&flash),
    };
    page.around(&html! { (overview()) (registers()) div class="pair" { (calls()) (deposit()) } })
}

fn overview() -> Markup {
    html! {
        div class="overview" {
            (figure("Meters", "1 203", Tone::Quiet, "/m"))
            (figure("In order", "1 188", Tone::Good, "/m"))
            (figure("Suspicious", "12", Tone::Warn, "/m"))
            (figure("Manipulated", "3", Tone::Bad, "/m"))
        }
    }
}

fn registers() -> Markup {
    let day = |day: i64| day * 86_400_000;
    let falling: Vec<(i64, i64)> =
        (0..30).map(|at| (day(20_000 + at), 50_000 - at * 1_700 + at / 12 * 20_000)).collect();
    let rising = (0..30).map(|at| (day(20_000 + at), at * 1_700)).collect();
    let lines = [
        Line { name: "R1, credit left", points: falling },
        Line { name: "R2, postage spent", points: rising },
    ];
    let euro = |minor: i64| format!("{}.{:02}", minor / 100, minor % 100);
    let when = |time: i64| format!("day {}", time / 86_400_000);
    let chart = LineChart {
        id: "registers",
        title: "Registers",
        description: "R1 falls.",
        lines: &lines,
        time: &when,
        value: &euro,
    };
    let known =
        [("Customer", html! { "Muster and Sons" }), ("Last heard from", html! { "21 Nov 2026, 09:12" })];
    panel("Registers", &html! { (facts(&known)) (chart.markup()) })
}

fn calls() -> Markup {
    let columns =
        [Column::words("When"), Column::words("Kind"), Column::figures("Amount"), Column::words("Outcome")];
    let table = Table { caption: "Calls", columns: &columns, empty: "None yet." };
    let row = |tone, word| {
        vec![html! { "20 Nov 2026, 16:40" }, html! { "by hand" }, html! { "100.00" }, badge(tone, word)]
    };
    let rows = [
        row(Tone::Good, "refilled"),
        row(Tone::Bad, "refused"),
        row(Tone::Note, "open"),
        row(Tone::Quiet, "void"),
    ];
    let pages = Pages { shown: "1 to 4 of 80".into(), first: None, before: None, after: Some("/n".into()) };
    panel(
        "Calls",
        &html! { (search("/m", "Search", &[Field::text("q", "Serial or customer").optional()])) (table.rows(&rows)) (pages.markup()) },
    )
}

fn deposit() -> Markup {
    let fields = vec![
        Field::text("customer", "Customer").value("Muster and Sons"),
        Field::text("amount", "Amount")
            .value("ten")
            .hint("In euro, such as 250.00.")
            .error(Some("That is no amount.")),
        Field::text("kind", "Kind")
            .kind(Kind::Choice(vec![("a".into(), "Transfer".into()), ("b".into(), "Cash".into())])),
        Field::text("file", "Statement").kind(Kind::File(".xml")).optional(),
        Field::text("sure", "The bank has confirmed it").kind(Kind::Check).optional(),
    ];
    let withdraw = Form::new("/x", "t", "Withdraw", vec![]).grave();
    panel("Book a deposit", &html! { (Form::new("/x", "t", "Book", fields).markup()) (withdraw.markup()) })
}
