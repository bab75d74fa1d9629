//! Cost centres with limits, reports, spoiled imprints.

use super::desk::{Folder, Visit, run};
use axum::http::StatusCode;
use link::refund::RefundClaim;
use terms::SpoilReason;

async fn add_centre(visit: &mut Visit, number: &str, limit: &str) {
    let centre = [("what", "create"), ("number", number), ("name", "Sales"), ("limit", limit)];
    let seen = visit.post("/centres/change", &centre).await;
    assert_eq!(seen.status, StatusCode::SEE_OTHER, "{}", seen.text());
}

#[test]
fn a_cost_centre_stops_at_its_limit_and_others_go_on() {
    let folder = Folder::new("");
    let panel = folder.panel();
    run(async {
        let mut visit = Visit::new(&panel);
        visit.ready().await;
        add_centre(&mut visit, "2", "2.50").await;
        let page = visit.key("c2").await;
        assert!(page.contains("01002 Sales"), "{page}");
        visit.key("100").await;
        visit.key("p2").await;
        let page = visit.key("p").await;
        assert!(page.contains("The limit of cost centre 01002 leaves 0.50"), "{page}");
        visit.key("c1").await;
        assert!(visit.key("p").await.contains("no. 3"));
        let page = visit.get("/centres").await.text();
        assert!(page.contains("2.50") && page.contains("0.50"), "{page}");
        let set = [
            ("what", "set"),
            ("number", "01002"),
            ("name", "Sales"),
            ("limit", "9.00"),
            ("budget", "1.00"),
            ("surcharge", "2.5 %"),
            ("cliche", ""),
            ("group", ""),
        ];
        assert_eq!(visit.post("/centres/change", &set).await.status, StatusCode::SEE_OTHER);
        visit.key("c2").await;
        let page = visit.key("p").await;
        assert!(page.contains("no. 4") && page.contains("over its budget"), "{page}");
        let twice = visit.post("/centres/change", &[("what", "create"), ("number", "2"), ("name", "")]).await;
        assert!(twice.status == StatusCode::UNPROCESSABLE_ENTITY && twice.text().contains("01002"));
        assert_eq!(
            visit.post("/centres/change", &[("what", "close"), ("number", "2")]).await.status,
            StatusCode::SEE_OTHER
        );
        assert!(visit.key("p").await.contains("no. 4"), "no fifth letter");
        assert_eq!(folder.letters(), 4);
    });
}

/// The report by cost centre adds up to what the credit fell by, on the page, as CSV and for a period.
///
/// Claim: X13
#[test]
fn reports_add_up_to_what_was_taken_from_the_credit() {
    let folder = Folder::new("");
    let panel = folder.panel();
    run(async {
        let mut visit = Visit::new(&panel);
        visit.ready().await;
        add_centre(&mut visit, "2", "").await;
        visit.key("100").await;
        visit.key("p3").await;
        visit.key("c2").await;
        visit.key("55").await;
        visit.key("p2").await;
        visit.key("z").await;
        assert!(visit.get("/").await.text().contains("995.90"));
        let csv = visit.get("/reports/franking.csv?by=centre").await;
        assert_eq!(csv.headers["content-type"], "text/csv; charset=utf-8");
        let lines: Vec<String> = csv.text().lines().map(str::to_owned).collect();
        assert_eq!(
            lines[1..],
            [
                "01001,,3,0,3.00,0.00,0,0.00",
                "01002,Sales,3,1,1.10,0.00,0,0.00",
                "Total,,6,1,4.10,0.00,0,0.00"
            ]
        );
        let page = visit.get("/reports?by=month").await.text();
        assert!(page.contains("4.10"), "{page}");
        let page = visit.get("/reports?from=&to=2020-01-01&by=centre").await.text();
        assert!(page.contains("Nothing was franked in this period."), "{page}");
        assert!(visit.get("/reports?from=soon").await.text().contains("A date is a day"));
        assert!(visit.get("/reports/franking.pdf").await.body.starts_with(b"%PDF"));
        assert_eq!(visit.get("/reports/franking.exe").await.status, StatusCode::NOT_FOUND);
        assert_eq!(visit.get("/reports/franking.csv?by=weather").await.status, StatusCode::BAD_REQUEST);
    });
}

/// Claim: X9
#[test]
fn a_spoiled_imprint_is_marked_once_listed_and_claimed() {
    let folder = Folder::new("");
    let panel = folder.panel();
    run(async {
        let mut visit = Visit::new(&panel);
        visit.ready().await;
        visit.key("100").await;
        visit.key("p2").await;
        assert!(visit.get("/journal").await.text().contains("/spoiled?number=2"));
        let mark = [("what", "mark"), ("number", "2"), ("reason", "misprint")];
        assert_eq!(visit.post("/spoiled", &mark).await.status, StatusCode::SEE_OTHER);
        let again = visit.post("/spoiled", &mark).await;
        assert!(
            again.text().contains("Imprint 2 is spoiled and cannot be reported as spoiled"),
            "{}",
            again.text()
        );
        let list = visit.get("/spoiled/spoiled.csv").await.text();
        assert_eq!(list.lines().count(), 3, "{list}");
        assert!(visit.get("/spoiled/spoiled.pdf").await.body.starts_with(b"%PDF"));
        assert_eq!(visit.get("/spoiled/claim.json").await.status, StatusCode::NOT_FOUND);
        let written = visit.post("/spoiled/claim", &[]).await;
        let claim = RefundClaim::read(&written.body).unwrap();
        assert_eq!((claim.imprints().len(), claim.imprints()[0].reason), (1, SpoilReason::Misprint));
        assert_eq!(visit.get("/spoiled/claim.json").await.body, written.body, "where the answer was lost");
        assert_eq!(visit.post("/spoiled/claim", &[]).await.status, StatusCode::SEE_OTHER, "nothing is left");
        assert!(visit.get("/spoiled").await.text().contains("Handed in"));
        let list = visit.get("/spoiled/handed-in.csv").await.text();
        assert_eq!(list.lines().count(), 3, "{list}");
        let page = visit.get("/reports").await.text();
        assert!(page.contains("1.00"), "{page}");
    });
}
