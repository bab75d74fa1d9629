//! Forms as they come in.

use axum::body::Body;
use axum::extract::{DefaultBodyLimit, Request};
use axum::http::{StatusCode, header};
use web::entries::Entries;
use web::{FormFault, Upload};

/// The largest form of these tests, in bytes.
const BYTES_MAX: usize = 1_000;

fn request(content_type: &str, body: impl Into<Body>) -> Request {
    let request = Request::post("/x").header(header::CONTENT_TYPE, content_type);
    let mut request = request.body(body.into()).unwrap();
    DefaultBodyLimit::max(BYTES_MAX).apply(&mut request);
    request
}

fn is_own(token: &str) -> bool {
    token == "t0ken"
}

async fn sent(body: &str) -> Result<Entries, FormFault> {
    let request = request("application/x-www-form-urlencoded", body.to_owned());
    Entries::sent(request, &(), is_own).await
}

async fn uploaded(parts: &[(&str, &str)], end: &str) -> Result<Upload, FormFault> {
    let part = |(disposition, value): &(&str, &str)| {
        format!("--edge\r\nContent-Disposition: form-data; name={disposition}\r\n\r\n{value}\r\n")
    };
    let body = parts.iter().map(part).collect::<String>() + end;
    Upload::sent(request("multipart/form-data; boundary=edge", body), &(), is_own).await
}

const END: &str = "--edge--\r\n";
const TOKEN: (&str, &str) = ("\"csrf\"", "t0ken");
const NAME: (&str, &str) = ("\"name\"", "Horse & cart");
const FILE: (&str, &str) = ("\"file\"; filename=\"a.csv\"", "a,b");

#[tokio::test]
async fn a_form_is_taken_with_its_sessions_own_token_alone() {
    let entries = sent("name=Horse+%26+cart&csrf=t0ken").await.ok().unwrap();
    assert_eq!(entries.text("name"), "Horse & cart");
    for body in ["", "name=A", "name=A&csrf=", "name=A&csrf=other", "csrf=other&csrf=t0ken"] {
        assert_eq!(sent(body).await.err(), Some(FormFault::Foreign), "{body}");
    }
}

#[tokio::test]
async fn a_form_with_a_file_has_its_fields_and_the_file() {
    let Upload { entries, file } = uploaded(&[TOKEN, NAME, FILE], END).await.ok().unwrap();
    assert_eq!((entries.text("name"), file.as_slice()), ("Horse & cart", b"a,b".as_slice()));
    let Upload { file, .. } = uploaded(&[TOKEN, NAME], END).await.ok().unwrap();
    assert!(file.is_empty());
}

#[tokio::test]
async fn of_a_form_with_a_file_the_token_comes_first_or_nothing_is_taken() {
    let other = ("\"csrf\"", "other");
    let forms: [&[(&str, &str)]; 6] =
        [&[], &[FILE], &[FILE, TOKEN], &[NAME, TOKEN, FILE], &[other, FILE], &[other, TOKEN, FILE]];
    for parts in forms {
        assert_eq!(uploaded(parts, END).await.err(), Some(FormFault::Foreign), "{parts:?}");
    }
}

#[tokio::test]
async fn what_is_too_large_or_broken_off_is_not_taken() {
    let large = "x".repeat(BYTES_MAX);
    let fault = sent(&format!("csrf=t0ken&name={large}")).await.err();
    assert_eq!(fault, Some(FormFault::TooLarge));
    let fault = uploaded(&[TOKEN, ("\"file\"; filename=\"a.csv\"", &large)], END).await.err();
    assert_eq!(fault, Some(FormFault::TooLarge));
    assert_eq!(uploaded(&[TOKEN, FILE], "").await.err(), Some(FormFault::NotWhole));
    let fault = Upload::sent(request("text/plain", "csrf=t0ken"), &(), is_own).await.err();
    assert_eq!(fault, Some(FormFault::NotWhole));
}

#[test]
fn each_fault_has_its_status_and_says_what_to_do() {
    for (fault, status) in [
        (FormFault::TooLarge, StatusCode::PAYLOAD_TOO_LARGE),
        (FormFault::NotWhole, StatusCode::BAD_REQUEST),
        (FormFault::Foreign, StatusCode::FORBIDDEN),
    ] {
        assert_eq!(fault.status(), status);
        assert!(fault.complaint().sentence.to_lowercase().contains("send"), "{fault:?}");
    }
}
