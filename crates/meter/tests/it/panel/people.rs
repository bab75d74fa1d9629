//! Users, passwords and times at the panel.

use super::desk::{Folder, Visit, run};
use axum::http::StatusCode;

async fn with_manager(visit: &mut Visit) {
    visit.ready().await;
    let manager = [("what", "manager"), ("password", "the boss"), ("again", "the boss")];
    assert_eq!(visit.post("/lock", &manager).await.status, StatusCode::SEE_OTHER);
    let seen = visit.post("/log-in", &[("user", ""), ("password", "the boss")]).await;
    assert_eq!(seen.status, StatusCode::SEE_OTHER, "{}", seen.text());
}

async fn with_users(visit: &mut Visit) {
    with_manager(visit).await;
    for (number, name) in [("7", "Otto"), ("8", "Ada")] {
        let user = [("user", number), ("name", name), ("password", "0815")];
        assert_eq!(visit.post("/users", &user).await.status, StatusCode::SEE_OTHER);
    }
    let mode = [("what", "mode"), ("mode", "password"), ("idle", "0")];
    assert_eq!(visit.post("/lock", &mode).await.status, StatusCode::SEE_OTHER);
}

/// Each kind of reader types into the field that has the focus, or into the password's.
///
/// Claim: C7
#[test]
fn a_password_comes_by_keyboard_bar_code_or_stripe_and_is_never_shown() {
    let folder = Folder::new("");
    let panel = folder.panel();
    run(async {
        let mut visit = Visit::new(&panel);
        with_users(&mut visit).await;
        visit.post("/log-out", &[]).await;
        visit.key("100").await;
        assert!(visit.key("p").await.contains("a user has to log in"), "the lock is on");
        for line in ["]U7:0815", "%U7^0815?", ";7=0815?"] {
            let page = visit.key(line).await;
            assert!(
                page.contains("Logged in.") && page.contains("User 7") && !page.contains("0815"),
                "{page}"
            );
            assert!(visit.key("p").await.contains("no. "), "{line}");
            visit.post("/log-out", &[]).await;
        }
        let seen = visit.post("/log-in", &[("user", ""), ("password", ";8=0815?")]).await;
        assert_eq!(seen.status, StatusCode::SEE_OTHER);
        assert!(visit.get("/").await.text().contains("User 8"));
        visit.post("/log-out", &[]).await;
        visit.post("/log-in", &[("user", "7"), ("password", "0815")]).await;
        assert!(visit.get("/").await.text().contains("User 7"));
        let page = visit.key("]U7;0815").await;
        assert!(page.contains("What was read is no log-in") && !page.contains("0815"), "{page}");
        assert_eq!(folder.letters(), 3);
    });
}

/// Claim: C4
#[test]
fn the_manager_sets_times_limits_and_passwords_and_nobody_else() {
    let folder = Folder::new("");
    let panel = folder.panel();
    run(async {
        let mut visit = Visit::new(&panel);
        assert!(
            visit.get("/users").await.text().contains("Set the manager&#39;s password")
                || visit.get("/users").await.text().contains("/lock")
        );
        with_users(&mut visit).await;
        for (form, wrong) in [
            (vec![("what", "hours"), ("hours", "mon-fri 25:00-18:00")], "A time is written"),
            (vec![("what", "funds"), ("period", "month"), ("limit", "x")], "An amount is written"),
            (vec![("what", "password"), ("password", "")], "A password has 1 to 64 bytes"),
        ] {
            let seen = visit.post("/users/7", &form).await;
            assert!(
                seen.status == StatusCode::UNPROCESSABLE_ENTITY && seen.text().contains(wrong),
                "{}",
                seen.text()
            );
        }
        for form in [
            vec![("what", "hours"), ("hours", "mon-fri 07:30-18:00\r\nsat 08:00-12:00")],
            vec![("what", "funds"), ("period", "month"), ("limit", "2.00")],
            vec![("what", "lock")],
        ] {
            assert_eq!(visit.post("/users/7", &form).await.status, StatusCode::SEE_OTHER);
        }
        let page = visit.get("/users").await.text();
        for text in ["Otto", "mon,tue,wed,thu,fri 07:30-18:00; sat 08:00-12:00", "2.00 a month", "locked out"]
        {
            assert!(page.contains(text), "{text}: {page}");
        }
        visit.post("/users/7", &[("what", "unlock")]).await;
        visit.post("/log-out", &[]).await;
        visit.key("]U7:0815").await;
        visit.key("150").await;
        assert!(visit.key("p").await.contains("no. 1"));
        assert!(
            visit.key("p").await.contains("the user&#39;s limit leaves 0.50")
                || visit.get("/").await.text().contains("leaves 0.50")
        );
        let seen = visit.post("/users/8", &[("what", "remove")]).await;
        assert!(seen.text().contains("system manager"), "{}", seen.text());
        let log = visit.get("/log").await.text();
        assert!(log.contains("user 7 was locked out") || log.contains("User 7 was locked out"), "{log}");
        assert!(!log.contains("0815") && !log.contains("the boss"));
    });
}
