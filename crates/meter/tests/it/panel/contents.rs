//! What the card in the slot carries, at the panel.

use super::desk::{Folder, Visit, run};
use axum::http::StatusCode;

const WITH_CARDS: &str = "[routine]\ncards = \"required\"\n[cards]\nreader = \"drawn\"";
const PAGE: &str = "/cards/contents";

async fn insert(visit: &mut Visit, name: &str) {
    visit.post("/slot", &[("act", "take-out")]).await;
    visit.post("/slot", &[("act", "insert"), ("card", name)]).await;
}

/// Draws a large memory card and makes the meter's master of it.
async fn with_master(visit: &mut Visit) {
    visit.ready().await;
    visit.post("/slot/draw", &[("name", "boss"), ("kind", "i2c")]).await;
    visit.post("/slot", &[("act", "insert"), ("card", "boss")]).await;
}

async fn puts(visit: &mut Visit, form: &[(&str, &str)]) {
    let seen = visit.post(PAGE, form).await;
    assert_eq!(seen.status, StatusCode::SEE_OTHER, "{form:?}: {}", seen.text());
}

/// Claim: E12
#[test]
fn each_thing_is_put_on_the_card_and_taken_when_it_is_put_in_again() {
    let folder = Folder::new(WITH_CARDS);
    let panel = folder.panel();
    run(async {
        let mut visit = Visit::new(&panel);
        with_master(&mut visit).await;
        assert!(visit.get("/cards").await.text().contains("It carries nothing"));
        visit.post("/cliches/gallery", &[("number", "2")]).await;
        let example = visit.get("/rates/example.toml").await.body;
        let sent = [("what", "rates")];
        let seen = visit.upload("/cards/contents/rates", &sent, ("rates.toml", &example)).await;
        assert_eq!(seen.status, StatusCode::SEE_OTHER, "{}", seen.text());
        for form in [
            vec![
                ("what", "imprint"),
                ("name", "catalogue"),
                ("postage", "0.85"),
                ("cliche", "2"),
                ("text", ""),
            ],
            vec![("what", "cliche"), ("number", "2")],
            vec![("what", "setting"), ("setting", "high_value"), ("value", "80")],
        ] {
            puts(&mut visit, &form).await;
        }
        let page = visit.get("/cards").await.text();
        for word in ["catalogue", "high_value=80", "rate table"] {
            assert!(page.contains(word), "{word}: {page}");
        }
        assert!(visit.get("/rates").await.text().contains("There are none: load one."));
        insert(&mut visit, "boss").await;
        assert!(visit.get("/rates").await.text().contains("Insel-Post"));
        assert!(visit.get("/").await.text().contains("<output>0.85</output>"));
        assert!(visit.key("p").await.contains("press once more"), "0.85 is a high value now");
        puts(&mut visit, &[("what", "clear")]).await;
        assert!(visit.get(PAGE).await.text().contains("It carries nothing"));
    });
}

/// Claim: E12
#[test]
fn what_the_meter_would_not_take_is_said_beside_its_form() {
    let folder = Folder::new(WITH_CARDS);
    let panel = folder.panel();
    run(async {
        let mut visit = Visit::new(&panel);
        with_master(&mut visit).await;
        for (form, wrong) in [
            (vec![("what", "imprint"), ("name", "x"), ("postage", "free")], "An amount is written"),
            (
                vec![("what", "imprint"), ("name", "x"), ("postage", "1"), ("cliche", "9")],
                "There is no cliché 9.",
            ),
            (vec![("what", "setting"), ("setting", "envelope"), ("value", "huge")], "Envelope:"),
            (vec![("what", "setting"), ("setting", "colour"), ("value", "red")], "has no setting colour"),
            (vec![("what", "until"), ("function", "frank"), ("until", "2030-01-01")], "The master keeps"),
            (vec![("what", "pin"), ("function", "frank"), ("pin", "12"), ("again", "12")], "A PIN has four"),
            (
                vec![("what", "pin"), ("function", "frank"), ("pin", "1234"), ("again", "4321")],
                "not the same",
            ),
        ] {
            let seen = visit.post(PAGE, &form).await;
            assert!(
                seen.status == StatusCode::UNPROCESSABLE_ENTITY && seen.text().contains(wrong),
                "{wrong}: {}",
                seen.text()
            );
        }
        let sent = [("what", "rates")];
        let seen = visit.upload("/cards/contents/rates", &sent, ("rates.toml", b"layout = 7")).await;
        assert_eq!(seen.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(visit.post(PAGE, &[("what", "nothing")]).await.status, StatusCode::NOT_FOUND);
        assert!(visit.get(PAGE).await.text().contains("It carries nothing"));
    });
}

/// Claim: E12
#[test]
fn forms_are_for_who_makes_cards_and_the_next_card_is_filled_by_him() {
    let folder = Folder::new(WITH_CARDS);
    let panel = folder.panel();
    run(async {
        let mut visit = Visit::new(&panel);
        with_master(&mut visit).await;
        visit.post("/slot/draw", &[("name", "sales"), ("kind", "i2c")]).await;
        let form = [
            ("name", "Sales"),
            ("level", "single"),
            ("timer", ""),
            ("centres", "01001"),
            ("functions", "frank"),
        ];
        assert_eq!(visit.post("/cards", &form).await.status, StatusCode::SEE_OTHER);
        insert(&mut visit, "sales").await;
        let limit = [("what", "until"), ("function", "frank"), ("until", "2020-01-01")];
        assert!(!visit.get(PAGE).await.text().contains("Last day"));
        assert_eq!(visit.post(PAGE, &limit).await.status, StatusCode::UNPROCESSABLE_ENTITY);
        insert(&mut visit, "boss").await;
        let seen = visit.post(PAGE, &[("what", "next")]).await;
        assert_eq!(seen.location(), "/cards", "{}", seen.text());
        insert(&mut visit, "sales").await;
        assert!(visit.get(PAGE).await.text().contains("Last day"));
        puts(&mut visit, &limit).await;
        // A phone's keyboard puts a blank behind what it completes.
        let pin = [("what", "pin"), ("function", "refill"), ("pin", "246813579 "), ("again", "246813579")];
        puts(&mut visit, &pin).await;
        let page = visit.get(PAGE).await.text();
        assert!(page.contains("PIN-bound function") && !page.contains("246813579"), "{page}");
        insert(&mut visit, "sales").await;
        assert!(visit.get("/cards").await.text().contains("until 2020-01-01"));
        visit.key("100").await;
        let page = visit.key("p").await;
        assert!(page.contains("has gone by"), "the day has gone by: {page}");
    });
}
