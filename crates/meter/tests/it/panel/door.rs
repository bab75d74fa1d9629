//! What reaches a page, and what does not.

use super::desk::{Folder, Visit, run};
use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use meter::configuration::PanelSettings;
use meter::panel::{Panel, PanelFault};
use std::fs;

#[test]
fn a_page_comes_only_under_a_name_of_this_machine() {
    let folder = Folder::new("");
    let panel = folder.panel();
    run(async {
        for (host, expected) in [
            ("127.0.0.1:7060", StatusCode::OK),
            ("localhost:7060", StatusCode::OK),
            ("[::1]:7060", StatusCode::OK),
            ("rebound.example:7060", StatusCode::MISDIRECTED_REQUEST),
            ("192.0.2.7:7060", StatusCode::MISDIRECTED_REQUEST),
        ] {
            let request = Request::get("/").header(header::HOST, host);
            let seen = Visit::new(&panel).send(request, Body::empty()).await;
            assert_eq!(seen.status, expected, "{host}");
            assert!(seen.headers["content-security-policy"].to_str().unwrap().contains("default-src 'none'"));
            assert!(seen.headers.contains_key(header::SET_COOKIE) == (expected == StatusCode::OK));
        }
    });
}

#[test]
fn a_form_does_nothing_without_its_token_or_from_another_site() {
    let folder = Folder::new("");
    let panel = folder.panel();
    run(async {
        let mut visit = Visit::new(&panel);
        visit.ready().await;
        for token in ["", "0000"] {
            let seen = visit.post_as("/key", token, &[("key", "110")]).await;
            assert_eq!(seen.status, StatusCode::FORBIDDEN);
        }
        let request = Request::post("/key")
            .header(header::HOST, "127.0.0.1:7060")
            .header("sec-fetch-site", "cross-site")
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        assert_eq!(visit.send(request, Body::from("key=110")).await.status, StatusCode::FORBIDDEN);
        assert!(visit.get("/").await.text().contains("<output>0.00</output>"));
        assert!(visit.key("110").await.contains("<output>1.10</output>"));
        let long = "1".repeat(70_000);
        let seen = visit.post("/key", &[("key", &long)]).await;
        assert_eq!(seen.status, StatusCode::PAYLOAD_TOO_LARGE);
        assert!(seen.text().contains("This is too large"));
        assert_eq!(visit.get("/nowhere").await.status, StatusCode::NOT_FOUND);
    });
}

/// A panel for other computers.
fn remote(folder: &Folder) -> Panel {
    let made = rcgen::generate_simple_self_signed(vec!["localhost".to_owned()]).unwrap();
    fs::write(folder.path().join("certificate.pem"), made.cert.pem()).unwrap();
    fs::write(folder.path().join("key.pem"), made.signing_key.serialize_pem()).unwrap();
    let mut configuration = folder.configuration();
    configuration.panel = PanelSettings {
        listen: "0.0.0.0:0".into(),
        certificate: Some("certificate.pem".into()),
        key: Some("key.pem".into()),
    };
    Panel::open(&configuration).unwrap()
}

#[test]
fn other_computers_are_not_served_without_a_certificate() {
    let folder = Folder::new("");
    let mut configuration = folder.configuration();
    configuration.panel.listen = "0.0.0.0:0".into();
    let fault = Panel::open(&configuration).err().unwrap();
    assert!(matches!(fault, PanelFault::NoCertificate(_)) && fault.to_string().contains("panel.certificate"));
}

#[test]
fn from_another_computer_nothing_is_seen_before_a_log_in_that_the_device_compares() {
    let folder = Folder::new("");
    let panel = folder.panel();
    run(async {
        let mut visit = Visit::new(&panel);
        visit.ready().await;
        let manager = [("what", "manager"), ("password", "the boss"), ("again", "the boss")];
        assert_eq!(visit.post("/lock", &manager).await.status, StatusCode::SEE_OTHER);
        visit.post("/log-in", &[("user", ""), ("password", "the boss")]).await;
        let user = [("user", "7"), ("name", "Otto"), ("password", "the clerk")];
        assert_eq!(visit.post("/users", &user).await.status, StatusCode::SEE_OTHER);
    });
    super::desk::Served::start(panel).end();
    let panel = remote(&folder);
    run(async {
        let mut visit = Visit::new(&panel);
        for path in ["/", "/users", "/next.png", "/reports/franking.csv"] {
            let seen = visit.get(path).await;
            assert_eq!((seen.status, seen.location()), (StatusCode::SEE_OTHER, "/log-in"), "{path}");
        }
        let key = visit.post_as("/key", "", &[("key", "110")]).await;
        assert_eq!(key.status, StatusCode::FORBIDDEN);
        let wrong = visit.post_as("/log-in", "", &[("user", "7"), ("password", "a guess")]).await;
        assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(wrong.text().contains("Wrong user number or password") && !wrong.text().contains("a guess"));
        assert!(!wrong.headers.contains_key(header::SET_COOKIE));
        let seen = log_in(&mut visit, "7", "the clerk").await;
        let cookie = seen.headers[header::SET_COOKIE].to_str().unwrap();
        for attribute in ["__Host-", "HttpOnly", "SameSite=Strict", "Secure"] {
            assert!(cookie.contains(attribute), "{cookie}");
        }
        visit.ready().await;
        assert!(visit.key("110").await.contains("<output>1.10</output>"));
        assert_eq!(visit.get("/users").await.status, StatusCode::FORBIDDEN);
        let out = visit.post("/log-out", &[]).await;
        assert_eq!(out.location(), "/log-in");
        assert_eq!(visit.get("/").await.location(), "/log-in");
        log_in(&mut visit, "", "the boss").await;
        assert!(visit.get("/users").await.text().contains("Otto"));
    });
}

/// Logs in, as soon as the device lets somebody try again.
async fn log_in(visit: &mut Visit, user: &str, password: &str) -> super::desk::Seen {
    for _ in 0..100 {
        let seen = visit.post_as("/log-in", "", &[("user", user), ("password", password)]).await;
        if seen.status == StatusCode::SEE_OTHER {
            return seen;
        }
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
    panic!("user {user} is not let in");
}

#[test]
fn other_computers_are_served_over_tls() {
    let folder = Folder::new("");
    let panel = remote(&folder);
    let port = panel.address().port();
    let served = super::desk::Served::start(panel);
    let certificate = fs::read(folder.path().join("certificate.pem")).unwrap();
    let root = ureq::tls::Certificate::from_pem(&certificate).unwrap();
    let roots = ureq::tls::RootCerts::Specific(std::sync::Arc::new(vec![root]));
    let tls = ureq::tls::TlsConfig::builder()
        .root_certs(roots)
        .unversioned_rustls_crypto_provider(std::sync::Arc::new(rustls::crypto::ring::default_provider()))
        .build();
    let agent: ureq::Agent = ureq::Agent::config_builder().tls_config(tls).build().into();
    let mut answer = agent.get(format!("https://localhost:{port}/")).call().unwrap();
    assert!(answer.body_mut().read_to_string().unwrap().contains("Log in"));
    served.end();
}
