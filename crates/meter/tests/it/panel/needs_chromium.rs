//! The panel in a real browser, by the keyboard alone. Pictures of all pages are left in `target/screenshots`.

use super::desk::{Folder, Served, Visit, run};
use axum::http::StatusCode;
use browser::Chromium;
use std::time::Duration;

const WITH_CARDS: &str = "[routine]\ncards = \"required\"\n[cards]\nreader = \"drawn\"";

/// Waits until the display says that the meter is ready.
async fn ready(browser: &Chromium, url: &str) {
    for _ in 0..300 {
        browser.goto(url).await;
        if browser.text_of(".state").await.contains("Ready") {
            return;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("the meter does not become ready: {}", browser.text().await);
}

/// Types a key of the line, as the focus stands, and ends it with Enter.
async fn key(browser: &Chromium, line: &str) {
    browser.type_into("key", line).await;
    browser.enter(".line button").await;
}

/// Claim: X8
#[test]
fn a_letter_is_weighed_by_hand_and_franked_by_keyboard_alone() {
    let folder = Folder::new("");
    let panel = folder.panel();
    run(async {
        let mut visit = Visit::new(&panel);
        let example = visit.get("/rates/example.toml").await.body;
        visit.upload("/rates/upload", &[], ("rates.toml", &example)).await;
    });
    let served = Served::start(panel);
    run(async {
        let mut browser = Chromium::start().await;
        browser.view(1280, 900, false).await;
        ready(&browser, &served.url).await;
        browser.open(".help summary").await;
        assert!(browser.text().await.contains("price of 20 g"));
        key(&browser, "110").await;
        assert_eq!(browser.text_of(".display output").await, "1.10");
        key(&browser, "p").await;
        let text = browser.text().await;
        assert!(text.contains("no. 1") && text.contains("998.90"), "{text}");
        key(&browser, "w20").await;
        assert_eq!(browser.path().await, "/price");
        browser.type_into("format", "Standard").await;
        browser.type_into("destination", "domestic").await;
        browser.tick("services", "registered").await;
        browser.enter(".form button").await;
        browser.picture("meter-priced").await;
        browser.enter("form[action=\"/price/take\"] button").await;
        assert_eq!(browser.path().await, "/");
        assert!(browser.text().await.contains("Endorsement"));
        key(&browser, "p").await;
        let text = browser.text().await;
        assert!(text.contains("no. 2"), "{text}");
        browser.close().await;
    });
    served.end();
    assert_eq!(folder.letters(), 2);
}

#[test]
fn a_wrong_password_says_so_and_the_next_try_is_refused_for_a_while() {
    let folder = Folder::new("");
    let served = Served::start(folder.panel());
    run(async {
        let mut browser = Chromium::start().await;
        browser.view(1280, 900, false).await;
        ready(&browser, &served.url).await;
        browser.enter("nav a[href=\"/lock\"]").await;
        browser.type_into("password", "the boss").await;
        browser.type_into("again", "the boss").await;
        browser.enter("main button[type=submit]").await;
        assert!(browser.text().await.contains("The change is kept."));
        browser.enter("nav a[href=\"/log-in\"]").await;
        browser.type_into("password", "a guess").await;
        browser.enter("main button[type=submit]").await;
        assert!(
            browser.text().await.contains("Wrong user number or password; the next try is refused for 1 s.")
        );
        // Again and again: each wrong one makes the wait longer, and a right one within it is not looked at.
        for seconds in [2, 4, 8] {
            let wrong = format!("Wrong user number or password; the next try is refused for {seconds} s.");
            tokio::time::sleep(Duration::from_millis(500 * seconds + 200)).await;
            browser.type_into("password", "another guess").await;
            browser.enter("main button[type=submit]").await;
            assert!(browser.text().await.contains(&wrong), "{}", browser.text().await);
        }
        browser.type_into("password", "the boss").await;
        browser.enter("main button[type=submit]").await;
        assert!(browser.text().await.contains("Too soon after a wrong password"), "{}", browser.text().await);
        browser.close().await;
    });
    served.end();
}

async fn draw(browser: &Chromium, name: &str) {
    browser.open(".slot details:last-of-type summary").await;
    browser.type_into("name", name).await;
    browser.enter("form[action=\"/slot/draw\"] button").await;
}

async fn put_in(browser: &Chromium, name: &str) {
    browser.enter(&format!(".slot button[value=\"{name}\"]")).await;
}

async fn take_out(browser: &Chromium) {
    browser.enter(".slot button[value=\"take-out\"]").await;
}

/// Waits until a page says this, coming anew.
async fn comes(browser: &Chromium, url: &str, text: &str) {
    for _ in 0..200 {
        browser.goto(url).await;
        if browser.text().await.contains(text) {
            return;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("{url} does not say {text}: {}", browser.text().await);
}

/// The first card becomes the master, a removed one leaves its time, and a follow card has its own cost centres.
///
/// Claim: E3
/// Claim: E7
/// Claim: E8
#[test]
fn cards_open_the_meter_for_a_time_and_make_others_within_their_rights() {
    let folder = Folder::new(WITH_CARDS);
    let served = Served::start(folder.panel());
    run(async {
        let mut browser = Chromium::start().await;
        browser.view(1280, 900, false).await;
        ready(&browser, &served.url).await;
        key(&browser, "100").await;
        key(&browser, "p").await;
        let text = browser.text().await;
        assert!(
            text.contains("Franking is locked: insert the first card, which becomes the master."),
            "{text}"
        );
        draw(&browser, "boss").await;
        put_in(&browser, "boss").await;
        comes(&browser, &served.url, "master card").await;
        browser.picture("meter-master").await;
        key(&browser, "p").await;
        assert!(browser.text().await.contains("no. 1"), "{}", browser.text().await);
        master_gets_a_short_timer(&browser).await;
        browser.goto(&served.url).await;
        take_out(&browser).await;
        comes(&browser, &served.url, "Franking is locked: put a card in.").await;
        key(&browser, "p").await;
        assert!(browser.text().await.contains("Insert a card first."), "{}", browser.text().await);
        clerk_is_made(&browser, &served.url).await;
        browser.close().await;
    });
    served.end();
    assert_eq!(folder.letters(), 2);
}

async fn master_gets_a_short_timer(browser: &Chromium) {
    browser.enter("nav a[href=\"/cards\"]").await;
    browser.enter("main a[href=\"/cards/001\"]").await;
    browser.type_into("timer", "1").await;
    browser.picture("meter-card").await;
    browser.enter("main button[type=submit]").await;
    assert!(browser.text().await.contains("The change is kept."), "{}", browser.text().await);
}

async fn clerk_is_made(browser: &Chromium, url: &str) {
    put_in(browser, "boss").await;
    browser.enter("nav a[href=\"/centres\"]").await;
    browser.type_into("number", "2").await;
    browser.type_into("name", "Sales").await;
    browser.enter("main button[type=submit]").await;
    browser.enter("nav a[href=\"/cards\"]").await;
    draw(browser, "clerk").await;
    // The first field of this name is the one of the drawn card.
    browser.tab_to("form[action=\"/cards\"] [name=\"name\"]").await;
    browser.type_into("name", "Otto").await;
    browser.tick("centres", "01002").await;
    browser.picture("meter-making").await;
    browser.enter("form[action=\"/cards\"] button[type=submit]").await;
    assert!(
        browser.text().await.contains("Take your card out and put the new one in."),
        "{}",
        browser.text().await
    );
    take_out(browser).await;
    assert!(browser.text().await.contains("Put the new card in."), "{}", browser.text().await);
    put_in(browser, "clerk").await;
    comes(browser, &format!("{url}cards"), "The card is made, and in the slot.").await;
    browser.picture("meter-made").await;
    browser.goto(url).await;
    let text = browser.text().await;
    assert!(text.contains("01002 Sales") && text.contains("single card"), "{text}");
    key(browser, "p").await;
    assert!(browser.text().await.contains("no. 2"), "{}", browser.text().await);
    // The cost centre stays its own.
    key(browser, "c001").await;
    let display = browser.text_of(".display").await;
    assert!(display.contains("01002 Sales") && display.contains("cost centre 01001"), "{display}");
}

const PAGES: [&str; 21] = [
    "",
    "price",
    "price?weight=20&format=standard&destination=domestic&services=registered",
    "refill",
    "log-in",
    "reports",
    "journal",
    "spoiled",
    "users",
    "users/7",
    "lock",
    "centres",
    "centres/01002",
    "centres/groups/1",
    "cliches",
    "cards",
    "cards/001",
    "cards/contents",
    "rates",
    "log",
    "nowhere",
];

/// Fills a meter with all that its pages can show.
async fn furnish(visit: &mut Visit) {
    visit.ready().await;
    visit.post("/slot/draw", &[("name", "boss"), ("kind", "processor")]).await;
    visit.post("/slot", &[("act", "insert"), ("card", "boss")]).await;
    visit.post("/slot/draw", &[("name", "phone"), ("kind", "telephone")]).await;
    let example = visit.get("/rates/example.toml").await.body;
    visit.upload("/rates/upload", &[], ("rates.toml", &example)).await;
    visit.post("/cliches/gallery", &[("number", "1")]).await;
    for form in [
        [("what", "create-group"), ("group", "1"), ("name", "Head office"), ("limit", "500.00")],
        [("what", "create"), ("number", "2"), ("name", "Sales and marketing"), ("limit", "120.00")],
        [("what", "create"), ("number", "3"), ("name", "Works"), ("limit", "")],
    ] {
        assert_eq!(visit.post("/centres/change", &form).await.status, StatusCode::SEE_OTHER);
    }
    visit.post("/lock", &[("what", "manager"), ("password", "the boss"), ("again", "the boss")]).await;
    visit.post("/log-in", &[("user", ""), ("password", "the boss")]).await;
    for (number, name) in [("7", "Otto Operator"), ("8", "Ada Lovelace")] {
        visit.post("/users", &[("user", number), ("name", name), ("password", "0815")]).await;
    }
    visit.post("/users/7", &[("what", "funds"), ("period", "month"), ("limit", "200.00")]).await;
    visit.key("k1").await;
    for line in ["c2", "145", "p3", "c3", "85", "p2", "c1", "k0", "110", "p", "z", "q"] {
        visit.key(line).await;
    }
    let seen = visit.post("/spoiled", &[("what", "mark"), ("number", "2"), ("reason", "misprint")]).await;
    assert_eq!(seen.status, StatusCode::SEE_OTHER, "{}", seen.text());
}

/// Claim: X8
#[test]
fn every_page_fits_wide_and_on_a_phone_in_light_and_dark() {
    let folder = Folder::new(&format!("{WITH_CARDS}\n[printer]\nform = \"png\""));
    let panel = folder.panel();
    run(async { furnish(&mut Visit::new(&panel)).await });
    let served = Served::start(panel);
    run(async {
        let mut browser = Chromium::start().await;
        for (view, width, is_dark) in [
            ("wide", 1280, false),
            ("phone", 390, false),
            ("wide-dark", 1280, true),
            ("phone-dark", 390, true),
        ] {
            browser.view(width, 900, is_dark).await;
            for page in PAGES {
                browser.goto(&format!("{}{page}", served.url)).await;
                let name = page.split('?').next().unwrap().replace('/', "-");
                let asked = if page.contains('?') { "-asked" } else { "" };
                browser.picture(&format!("meter-{view}-{name}{asked}")).await;
            }
        }
        browser.close().await;
    });
    served.end();
}
