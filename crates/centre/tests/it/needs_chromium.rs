//! The console in a real browser: by the keyboard alone, wide and on a phone, light and dark. Pictures of all pages are
//! left in `target/screenshots`.

use crate::account_device::{money, work};
use crate::caller::Outcome;
use crate::console_desk::{Console, PASSWORD};
use crate::databases::run;
use crate::exchange::{self, Link};
use browser::Chromium;
use centre::audit::{LogName, log};
use centre::calls::Rate;
use centre::console::invitation_path;
use link::call::{Ask, Trigger};
use std::net::SocketAddr;
use tokio::net::TcpListener;

/// Serves the console on this machine; its address.
async fn serve(console: &Console) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let service = console.router.clone().into_make_service_with_connect_info::<SocketAddr>();
    tokio::spawn(async move { axum::serve(listener, service).await.unwrap() });
    format!("http://{address}")
}

#[test]
fn a_centre_is_set_up_and_run_by_keyboard_alone() {
    run(async {
        let console = Console::open().await;
        let base = serve(&console).await;
        let mut browser = Chromium::start().await;
        browser.view(1280, 900, false).await;
        let link = administrator_invites(&console, &browser, &base).await;
        operator_sets_a_password(&browser, &link).await;
        let reference = operator_makes_a_customer(&browser).await;
        operator_enrols_a_meter(&browser, &reference).await;
        operator_books_a_deposit(&browser, &reference).await;
        operator_follows_a_refill(&console, &browser, &base).await;
        operator_announces_an_opening(&browser, &base).await;
        browser.close().await;
    });
}

async fn administrator_invites(console: &Console, browser: &Chromium, base: &str) -> String {
    let secret = console.app.people.invite_first(console.app.now_ms()).await.unwrap();
    browser.goto(&format!("{base}{}", invitation_path(&secret))).await;
    browser.picture("first-link").await;
    for (name, text) in
        [("name", "ada"), ("full_name", "Ada Lovelace"), ("password", PASSWORD), ("again", PASSWORD)]
    {
        browser.type_into(name, text).await;
    }
    browser.enter("main button[type=submit]").await;
    assert!(browser.text().await.contains("Your password is set."));
    browser.picture("first-steps").await;
    browser.enter("main a[href=\"/people/new\"]").await;
    for (name, text) in [("name", "otto"), ("full_name", "Otto Operator")] {
        browser.type_into(name, text).await;
    }
    browser.tick("roles", "operator").await;
    browser.picture("invite").await;
    browser.enter("main button[type=submit]").await;
    browser.picture("one-time-link").await;
    let link = browser.text_of("pre").await;
    browser.enter(".viewer button").await;
    assert_eq!(browser.path().await, "/log-in");
    browser.picture("logged-out").await;
    link
}

async fn operator_sets_a_password(browser: &Chromium, link: &str) {
    browser.goto(link).await;
    browser.type_into("password", PASSWORD).await;
    browser.type_into("again", "something else").await;
    browser.enter("main button[type=submit]").await;
    assert!(browser.text().await.contains("This is not the same."));
    browser.type_into("password", PASSWORD).await;
    browser.type_into("again", PASSWORD).await;
    browser.enter("main button[type=submit]").await;
    assert_eq!(browser.path().await, "/");
}

async fn operator_makes_a_customer(browser: &Chromium) -> String {
    browser.enter("main a[href=\"/customers/new\"]").await;
    browser.type_into("name", "Muster & Söhne").await;
    browser.type_into("limit", "0").await;
    browser.enter("main button[type=submit]").await;
    let text = browser.text().await;
    assert!(text.contains("The customer is in the books.") && text.contains("Muster & Söhne"), "{text}");
    let begin = text.find("RF").expect("the reference");
    text[begin..].lines().next().unwrap().trim().to_owned()
}

async fn operator_enrols_a_meter(browser: &Chromium, reference: &str) {
    browser.enter(".heading a[href^=\"/meters/new\"]").await;
    browser.type_into("serial", "4711").await;
    // The browser itself says that something is missing, and stays.
    browser.open("main button[type=submit]").await;
    assert_eq!(browser.path().await, "/meters/new");
    browser.type_into("value_min", "twenty").await;
    browser.enter("main button[type=submit]").await;
    assert!(browser.text().await.contains("One entry is not right yet."));
    browser.picture("refused-form").await;
    browser.type_into("value_min", "0.20").await;
    browser.enter("main button[type=submit]").await;
    let text = browser.text().await;
    assert!(text.contains("porto centre meter personalise 00004711"), "{reference}: {text}");
    browser.picture("enrolled").await;
}

async fn operator_books_a_deposit(browser: &Chromium, reference: &str) {
    browser.enter("nav a[href=\"/deposits\"]").await;
    browser.enter(".heading a[href=\"/deposits/new\"]").await;
    for (name, text) in [("customer", reference), ("amount", "250.00"), ("reference", "BANK/1")] {
        browser.type_into(name, text).await;
    }
    browser.enter("main button[type=submit]").await;
    let text = browser.text().await;
    assert!(text.contains("The deposit is booked.") && text.contains("250.00"), "{text}");
    browser.picture("deposit-booked").await;
}

/// The meter calls while the operator watches its page: what was booked is there when he looks again.
async fn operator_follows_a_refill(console: &Console, browser: &Chromium, base: &str) {
    let office = &console.app.office;
    let link = Link::open(office, Rate::default()).await;
    let mut meter = exchange::caller(office, 4711.try_into().unwrap()).await;
    browser.goto(&format!("{base}/meters/00004711")).await;
    let before = browser.text().await;
    assert!(!before.contains("80.00"), "{before}");
    let ask = Ask::Amount { amount: money(8_000), work: work("") };
    let outcomes = meter.call(link.address, Trigger::Manual, &[ask, Ask::Refill]).await;
    assert!(matches!(outcomes[..], [Outcome::Ended(_), Outcome::Ended(_)]), "{outcomes:?}");
    browser.goto(&format!("{base}/meters/00004711")).await;
    let after = browser.text().await;
    assert!(after.contains("80.00") && after.contains("refill"), "{after}");
    browser.picture("refilled").await;
    browser.enter("nav a[href=\"/customers\"]").await;
    assert!(browser.text().await.contains("170.00"), "250.00 paid in, less 80.00");
    browser.picture("customer-after-refill").await;
    link.close().await;
}

async fn operator_announces_an_opening(browser: &Chromium, base: &str) {
    browser.goto(&format!("{base}/meters/00004711")).await;
    browser.enter("main a[href$=\"/announce\"]").await;
    browser.type_into("technician", "T. Echniker").await;
    browser.type_into("work", "battery").await;
    browser.picture("announce").await;
    browser.enter("main button[type=submit]").await;
    assert!(browser.text().await.contains("The opening is announced"));
    browser.enter("nav a[href=\"/suspects\"]").await;
    assert!(browser.text().await.contains("No meter is suspect."));
}

const PAGES: [(&str, &str); 20] = [
    ("overview", "/"),
    ("meters", "/meters"),
    ("meter", "/meters/12345678"),
    ("meter-suspect", "/meters/7"),
    ("meter-opening", "/meters/8"),
    ("stop", "/meters/7/stop"),
    ("enrol", "/meters/new"),
    ("suspects", "/suspects"),
    ("to-do", "/to-do"),
    ("calls", "/calls"),
    ("unauthorised", "/calls?which=unauthorised"),
    ("customers", "/customers"),
    ("deposits", "/deposits"),
    ("upload", "/deposits/file"),
    ("settings", "/settings"),
    ("settings-all", "/settings/decisions/all"),
    ("people", "/people"),
    ("tokens-new", "/tokens/new"),
    ("audit", "/audit"),
    ("seal", "/audit/seals/1"),
];

#[test]
fn every_page_fits_wide_and_on_a_phone_in_light_and_dark() {
    run(async {
        let mut console = Console::open().await;
        console.furnish().await;
        console.person("vera", "operator,auditor,administrator").await;
        let key = console.app.office.issuer();
        let name = LogName::new("Test Post", key.verifying_key()).unwrap();
        log::seal(&console.bureau.store, &name, key, console.app.now_ms()).await.unwrap();
        let base = serve(&console).await;
        let mut browser = Chromium::start().await;
        browser.view(1280, 900, false).await;
        browser.goto(&format!("{base}/")).await;
        browser.type_into("name", "vera").await;
        browser.type_into("password", PASSWORD).await;
        browser.enter("main button[type=submit]").await;
        let customer = console.reference("Muster").await.replace(' ', "");
        let customer = ("customer", format!("/customers/{customer}"));
        let nowhere = ("nowhere", "/nowhere".to_owned());
        let pages = PAGES.map(|(name, path)| (name, path.to_owned()));
        for (view, width, height, is_dark) in [
            ("wide", 1280, 900, false),
            ("phone", 360, 800, false),
            ("dark", 1280, 900, true),
            ("phone-dark", 360, 800, true),
        ] {
            browser.view(width, height, is_dark).await;
            for (name, path) in pages.iter().chain([&customer, &nowhere]) {
                browser.goto(&format!("{base}{path}")).await;
                browser.picture(&format!("{view}-{name}")).await;
            }
        }
        browser.view(360, 800, false).await;
        browser.goto(&format!("{base}/")).await;
        browser.open("button.menu").await;
        browser.picture("phone-menu").await;
        browser.enter("nav a[href=\"/customers\"]").await;
        assert_eq!(browser.path().await, "/customers");
        browser.close().await;
    });
}
