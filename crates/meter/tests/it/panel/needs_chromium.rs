//! The panel in a real browser, by the keyboard alone. Pictures of all pages are left in `target/screenshots`.

use super::desk::{Folder, Served};
use crate::chromium::Chromium;

/// Runs what a test does in a browser.
fn run(test: impl Future<Output = ()>) {
    tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap().block_on(test);
}

/// Claim: X8
#[test]
fn a_letter_is_franked_by_keyboard_alone() {
    let folder = Folder::new("");
    let served = Served::start(&folder);
    run(async {
        let mut browser = Chromium::start().await;
        browser.view(1280, 900, false).await;
        browser.goto(&served.url).await;
        ready(&browser, &served.url).await;
        browser.picture("meter-first").await;
        key(&browser, "110").await;
        assert_eq!(browser.text_of(".display output").await, "1.10");
        key(&browser, "p").await;
        let text = browser.text().await;
        assert!(text.contains("no. 1") && text.contains("998.90"), "{text}");
        browser.picture("meter-franked").await;
        browser.view(390, 844, true).await;
        browser.goto(&served.url).await;
        browser.picture("meter-franked-phone").await;
        browser.close().await;
    });
    served.end();
    assert_eq!(folder.letters(), 1);
}

/// Waits until the display says that the meter is ready.
async fn ready(browser: &Chromium, url: &str) {
    for _ in 0..100 {
        if browser.text_of(".state").await.contains("Ready") {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(200)).await;
        browser.goto(url).await;
    }
    panic!("the meter does not become ready: {}", browser.text().await);
}

/// Types a key of the line, as the focus stands, and ends it with Enter.
async fn key(browser: &Chromium, line: &str) {
    browser.type_into("key", line).await;
    browser.enter(".line button").await;
}
