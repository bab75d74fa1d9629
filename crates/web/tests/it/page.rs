//! A page as a whole, and the headers it comes with.

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{Request, StatusCode, header};
use axum::middleware::from_fn;
use axum::routing::get;
use maud::html;
use tower::ServiceExt;
use web::{Column, Entry, Flash, Group, Page, Site, Table, Tone, Viewer};

const SITE: Site<'_> = Site { name: "centre", home: "/", log_out: "/log-out" };

fn page() -> String {
    let groups = [Group { heading: "Fleet", entries: vec![Entry { label: "Meters", path: "/meters" }] }];
    let flash = Flash { tone: Tone::Bad, sentence: "<b>That was refused.</b>".into() };
    let viewer = Some(Viewer { name: "Ada", role: "operator", csrf: "t" });
    let page = Page {
        site: SITE,
        title: "Meters",
        beside: html! {},
        here: "/meters",
        above: &[],
        groups: &groups,
        viewer,
        flash: Some(&flash),
    };
    page.around(&html! { p { "content" } }).into_string()
}

#[test]
fn a_page_has_one_heading_a_skip_link_and_says_where_one_is() {
    let page = page();
    assert_eq!(page.matches("<h1").count(), 1);
    assert!(page.contains(r##"<a class="skip" href="#content">"##) && page.contains(r#"id="content""#));
    assert!(page.contains(r#"<a href="/meters" aria-current="page">"#), "{page}");
    assert!(page.contains(r#"role="alert">&lt;b&gt;That was refused."#), "{page}");
}

#[test]
fn a_page_carries_no_script_and_no_style_of_its_own() {
    let page = page();
    for forbidden in ["<script", "<style", " style=", " onclick=", "javascript:"] {
        assert!(!page.contains(forbidden), "{forbidden}");
    }
}

#[test]
fn each_cell_of_a_table_knows_its_column() {
    let columns = [Column::words("Serial"), Column::figures("R1")];
    let table = Table { caption: "Meters", columns: &columns, empty: "None yet." };
    let page = table.rows(&[vec![html! { "12345678" }, html! { "50.00" }]]).into_string();
    assert!(page.contains(r#"<th scope="row" data-label="Serial">12345678</th>"#), "{page}");
    assert!(page.contains(r#"<td data-label="R1" class="figures">50.00</td>"#), "{page}");
    assert!(table.rows(&[]).into_string().contains("None yet."));
}

async fn answer(path: &str) -> axum::response::Response {
    let router =
        Router::new().route("/", get(|| async { "here" })).merge(web::assets()).layer(from_fn(web::protect));
    router.oneshot(Request::get(path).body(Body::empty()).expect("a request")).await.expect("an answer")
}

#[tokio::test]
async fn every_answer_forbids_scripts_frames_and_caches() {
    let answer = answer("/").await;
    let policy = answer.headers()[header::CONTENT_SECURITY_POLICY].to_str().expect("text");
    assert!(policy.starts_with("default-src 'none'") && !policy.contains("unsafe"));
    assert_eq!(answer.headers()[header::X_FRAME_OPTIONS], "DENY");
    assert_eq!(answer.headers()[header::CACHE_CONTROL], "no-store");
}

#[tokio::test]
async fn files_may_be_kept_for_ever_because_their_address_is_their_hash() {
    let sheet = web::asset("style.css").expect("the style sheet");
    let found = answer(&sheet.path()).await;
    assert_eq!(found.headers()[header::CACHE_CONTROL], "public, max-age=31536000, immutable");
    assert_eq!(found.headers()[header::CONTENT_TYPE], "text/css; charset=utf-8");
    let body = to_bytes(found.into_body(), 1 << 20).await.expect("a body");
    assert_eq!(body, sheet.body());
    assert_eq!(answer("/assets/style-0000000000000000.css").await.status(), StatusCode::NOT_FOUND);
    assert_eq!(answer("/assets/..%2f..%2fetc%2fpasswd").await.status(), StatusCode::NOT_FOUND);
}
