//! Clichés and rate tables at the panel.

use super::desk::{Folder, Visit, run};
use axum::http::StatusCode;
use imprint::picture::{Bitmap, Rect};

fn picture(width: u32, height: u32) -> Vec<u8> {
    let mut bitmap = Bitmap::new(Rect::new(0, 0, width, height));
    bitmap.fill(Rect::new(0, 0, width / 2, height), true);
    let mut bytes = Vec::new();
    paper::write_png(&bitmap, 300, &mut bytes).unwrap();
    bytes
}

#[test]
fn a_picture_becomes_a_cliche_and_is_printed() {
    let folder = Folder::new("");
    let panel = folder.panel();
    run(async {
        let mut visit = Visit::new(&panel);
        visit.ready().await;
        visit.post("/cliches/gallery", &[("number", "1")]).await;
        let fields = [
            ("number", "5"),
            ("name", "Half"),
            ("way", "drawing"),
            ("place", "300 60 200 36"),
            ("text", "HELLO"),
        ];
        let seen = visit.upload("/cliches/upload", &fields, ("half.png", &picture(600, 240))).await;
        assert_eq!(seen.status, StatusCode::SEE_OTHER, "{}", seen.text());
        let page = visit.get("/cliches").await.text();
        assert!(page.contains("5 Half") && page.contains("1 gallery 1"), "{page}");
        assert!(visit.get("/cliches/5.png").await.body.starts_with(b"\x89PNG"));
        assert!(visit.get("/cliches/gallery/3.png").await.body.starts_with(b"\x89PNG"));
        for (fields, file, wrong) in [
            (vec![("number", "6"), ("place", "1 2 3")], picture(600, 240), "A place is four numbers"),
            (vec![("number", "1000")], picture(600, 240), "number"),
            (vec![("number", "6")], b"no picture".to_vec(), "The picture cannot be decoded"),
            (vec![("number", "6")], picture(6_000, 24), "too wide"),
        ] {
            let seen = visit.upload("/cliches/upload", &fields, ("x.png", &file)).await;
            assert!(
                seen.status == StatusCode::UNPROCESSABLE_ENTITY && seen.text().contains(wrong),
                "{wrong}: {}",
                seen.text()
            );
        }
        visit.key("k5").await;
        visit.key("100").await;
        assert!(visit.key("p").await.contains("no. 1"));
        assert!(visit.get("/reports?by=cliche").await.text().contains("5 Half"));
        visit.post("/cliches/remove", &[("number", "5")]).await;
        assert_eq!(visit.get("/cliches/5.png").await.status, StatusCode::NOT_FOUND);
    });
}

/// A weight that is typed becomes a price with its parts, and the price the value of the next letter.
///
/// Claim: X9
#[test]
fn a_letter_is_priced_by_weight_format_destination_and_service() {
    let folder = Folder::new("");
    let panel = folder.panel();
    run(async {
        let mut visit = Visit::new(&panel);
        visit.ready().await;
        assert!(visit.get("/price").await.text().contains("There is no rate table: load one."));
        let seen = visit.upload("/rates/upload", &[], ("rates.toml", b"layout = 7")).await;
        assert_eq!(seen.status, StatusCode::UNPROCESSABLE_ENTITY);
        let example = visit.get("/rates/example.toml").await.body;
        let seen = visit.upload("/rates/upload", &[], ("rates.toml", &example)).await;
        assert_eq!(seen.status, StatusCode::SEE_OTHER, "{}", seen.text());
        assert!(visit.get("/rates").await.text().contains("Insel-Post"));
        let asked = "weight=20&format=standard&destination=domestic";
        let page = visit.get(&format!("/price?{asked}&services=registered")).await.text();
        let price = rates::Table::example().unwrap();
        let letter = rates::Letter {
            date: "2026-06-01".parse().unwrap(),
            weight: "20".parse().unwrap(),
            shape: rates::Shape::Format("standard".parse().unwrap()),
            destination: "domestic".parse().unwrap(),
            services: vec!["registered".parse().unwrap()],
        };
        let price = price.price(&letter).unwrap();
        assert!(page.contains(&format!("Use {}", price.postage)), "{page}");
        assert!(price.parts.iter().all(|part| page.contains(&part.amount.to_string())));
        assert!(
            visit
                .get("/price?weight=few&format=standard&destination=domestic")
                .await
                .text()
                .contains("A weight is in g, kg, oz or lb.")
        );
        assert!(
            visit
                .get("/price?weight=99999&format=standard&destination=domestic")
                .await
                .text()
                .contains("takes at most")
        );
        let take = [
            ("weight", "20"),
            ("format", "standard"),
            ("destination", "domestic"),
            ("services", "registered"),
            ("value", ""),
        ];
        assert_eq!(visit.post("/price/take", &take).await.location(), "/");
        let page = visit.get("/").await.text();
        assert!(page.contains(&format!("<output>{}</output>", price.postage)), "{page}");
        assert!(page.contains(price.product.as_str()) && page.contains("Endorsement"), "{page}");
        let weigh = visit.post("/price/weigh", &take).await;
        assert!(weigh.location().starts_with("/price?weight=20"));
        assert!(visit.get("/price").await.text().contains("No scale is set up"));
        assert!(visit.key("w20").await.contains("value=\"20 g\""));
    });
}
