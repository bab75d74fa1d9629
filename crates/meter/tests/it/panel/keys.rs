//! The line of keys, and what is set by choosing.

use super::desk::{Folder, Visit, run};
use axum::http::StatusCode;

/// Claim: X8
#[test]
fn every_key_of_the_line_does_what_the_page_says() {
    let folder = Folder::new("[routine]\nhigh_value = 900");
    let panel = folder.panel();
    run(async {
        let mut visit = Visit::new(&panel);
        visit.ready().await;
        assert!(visit.key("1,10").await.contains("<output>1.10</output>"));
        assert!(visit.key("p").await.contains("no. 1"));
        let page = visit.key("p3").await;
        assert!(page.contains("no. 4") && page.contains("995.60"), "{page}");
        let page = visit.key("z").await;
        assert!(page.contains("no. 5") && page.contains("995.60"), "a zero imprint costs nothing: {page}");
        let page = visit.key("d2000-01-01").await;
        assert!(
            page.contains("The date is never set back"),
            "{}",
            &page[page.find("class=\"front").unwrap()..]
        );
        assert!(visit.key("d31").await.contains("30 days ahead"), "the furthest");
        assert!(!visit.key("x").await.contains("30 days ahead"));
        assert!(
            visit.key("c777").await.contains("there is no cost centre 01777")
                || visit.get("/").await.text().contains("01777")
        );
        assert!(visit.key("k9").await.contains("There is no cliché 9."));
        assert!(visit.key("q").await.contains("No key is written like this"));
        visit.key("1000").await;
        assert!(visit.key("p").await.contains("press once more"), "a high value");
        assert!(visit.key("p").await.contains("985.60"));
        assert_eq!(folder.letters(), 6);
    });
}

#[test]
fn what_is_chosen_is_set_and_what_may_not_be_is_said() {
    let folder = Folder::new("");
    let panel = folder.panel();
    run(async {
        let mut visit = Visit::new(&panel);
        visit.ready().await;
        visit.post("/cliches/gallery", &[("number", "2")]).await;
        let set = [("centre", "01001"), ("cliche", "2"), ("text", "SEE YOU"), ("date", "2000-01-01")];
        let seen = visit.post("/set", &set).await;
        assert_eq!((seen.status, seen.location()), (StatusCode::SEE_OTHER, "/"));
        let page = visit.get("/").await.text();
        assert!(
            page.contains("value=\"2\" selected") && page.contains("value=\"SEE YOU\""),
            "{}",
            &page[page.find("class=\"front").unwrap()..]
        );
        assert!(page.contains("The date is never set back"), "{page}");
        let picture = visit.get("/next.png").await;
        assert!(picture.body.starts_with(b"\x89PNG"));
        let seen = visit.post("/series", &[("letters", "0")]).await;
        assert_eq!(seen.status, StatusCode::SEE_OTHER);
        assert!(visit.get("/").await.text().contains("A series has 1 to 10000 letters"));
        visit.key("100").await;
        visit.post("/series", &[("letters", "2")]).await;
        visit.ready().await;
        let letter = visit.get("/letters/2.png").await;
        assert!(letter.body.starts_with(b"\x89PNG"));
        assert_eq!(visit.get("/letters/3.png").await.status, StatusCode::NOT_FOUND);
        assert_eq!(folder.letters(), 2);
    });
}

/// Letters, a jam and a transport that is held back at a simulated head.
///
/// Claim: X8
#[test]
fn a_letter_put_into_the_head_is_printed_and_one_that_jams_is_told() {
    let folder = Folder::new("[printer]\nkind = \"head\"");
    let panel = folder.panel();
    run(async {
        let mut visit = Visit::new(&panel);
        visit.ready().await;
        visit.key("100").await;
        visit.post("/head", &[("act", "insert")]).await;
        visit.ready().await;
        assert_eq!(folder.letters(), 1);
        visit.post("/head", &[("act", "jam")]).await;
        visit.post("/head", &[("act", "insert")]).await;
        let page = visit.get("/").await.text();
        assert!(page.contains("noted as spoiled") && page.contains("jam: "), "{page}");
        visit.post("/head", &[("act", "clear")]).await;
        assert!(!visit.get("/").await.text().contains("jam: "));
        assert!(visit.get("/spoiled").await.text().contains("the printer failed"));
    });
}
