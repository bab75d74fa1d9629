//! The console: what its pages show to whom, and what its forms do.

use crate::console_desk::{Browser, Console, PASSWORD};
use crate::databases::run;
use axum::body::Body;
use axum::http::{Request, StatusCode};
use centre::audit::{Chain, LogName, log};
use centre::console::invitation_path;
use centre::people::Word;
use std::collections::{BTreeSet, VecDeque};
use terms::Serial;

fn meter(value: u32) -> Serial {
    Serial::new(value).unwrap()
}

#[test]
fn who_has_not_logged_in_is_led_to_the_log_in_and_back() {
    run(async {
        let console = Console::open().await;
        console.person("otto", "operator").await;
        let mut browser = console.browser();
        let answer = browser.page("/meters?status=okay").await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER);
        assert_eq!(answer.to.as_deref(), Some("/log-in?to=%2Fmeters%3Fstatus%3Dokay"));
        let page = browser.shown(&answer.to.unwrap()).await;
        assert!(page.contains("value=\"/meters?status=okay\""), "{page}");
        assert!(!page.contains("Customers"), "{page}");
        let wrong = [("name", "otto"), ("password", "wrong"), ("to", "/meters")];
        let answer = browser.send("/log-in", &wrong).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(answer.text.contains("Name or password is wrong.") && answer.text.contains("value=\"otto\""));
        let right = [("name", "otto"), ("password", PASSWORD), ("to", "/meters?status=okay")];
        let answer = browser.send("/log-in", &right).await;
        assert_eq!(answer.to.as_deref(), Some("/meters?status=okay"), "{}", answer.text);
        assert!(browser.shown("/meters").await.contains("otto the Tester"));
        let page = browser.done("/log-out", &[]).await;
        assert!(page.contains("You have logged out."), "{page}");
        assert_eq!(browser.page("/meters").await.status, StatusCode::SEE_OTHER);
    });
}

#[test]
fn too_many_wrong_tries_are_told_when_the_next_is_possible() {
    run(async {
        let console = Console::open().await;
        let mut browser = console.browser();
        let wrong = [("name", "nobody"), ("password", "wrong")];
        let mut answers = Vec::new();
        for _ in 0..8 {
            let answer = browser.send("/log-in", &wrong).await;
            answers.push(answer.status);
            if answer.status == StatusCode::TOO_MANY_REQUESTS {
                assert!(answer.text.contains("The next is possible in "), "{}", answer.text);
                return;
            }
        }
        panic!("nobody was locked out: {answers:?}");
    });
}

#[test]
fn the_first_link_makes_an_administrator_and_works_once() {
    run(async {
        let console = Console::open().await;
        let secret = console.app.people.invite_first(console.app.now_ms()).await.unwrap();
        let path = invitation_path(&secret);
        let mut browser = console.browser();
        assert!(browser.shown(&path).await.contains("become the administrator"));
        let entries =
            [("name", "Ada"), ("full_name", "Ada Lovelace"), ("password", "short"), ("again", "other")];
        let answer = browser.send(&path, &entries).await;
        assert!(answer.text.contains("This is not the same.") && answer.text.contains("value=\"Ada\""));
        assert!(!answer.text.contains("value=\"short\""), "a password was given back");
        let entries =
            [("name", "Ada"), ("full_name", "Ada Lovelace"), ("password", "short"), ("again", "short")];
        assert!(browser.send(&path, &entries).await.text.contains("A password has at least 12 bytes"));
        let entries =
            [("name", "Ada"), ("full_name", "Ada Lovelace"), ("password", PASSWORD), ("again", PASSWORD)];
        assert_eq!(browser.send(&path, &entries).await.to.as_deref(), Some("/"));
        let page = browser.shown("/").await;
        assert!(page.contains("Your password is set.") && page.contains("Invite people"), "{page}");
        assert!(!browser.shown("/").await.contains("Your password is set."), "it is said twice");
        assert_eq!(console.browser().page(&path).await.status, StatusCode::NOT_FOUND);
    });
}

#[test]
fn a_person_comes_in_by_a_link_that_is_shown_once() {
    run(async {
        let console = Console::open().await;
        let mut chief = console.person("ada", "administrator").await;
        let entries = [("name", "otto"), ("full_name", "Otto"), ("roles", "operator"), ("roles", "auditor")];
        let answer = chief.fill_in("/people/new", &entries).await;
        let begin = answer.text.find("/invitation/").expect("a link");
        let link = answer.text[begin..].split('<').next().unwrap().to_owned();
        let mut otto = console.browser();
        assert!(otto.shown(&link).await.contains("Welcome, Otto."));
        let sent = otto.send(&link, &[("password", PASSWORD), ("again", PASSWORD)]).await;
        assert_eq!(sent.status, StatusCode::SEE_OTHER, "{}", sent.text);
        assert!(otto.shown("/customers/new").await.contains("New customer"));
        assert!(chief.shown("/people/otto").await.contains("operator, auditor"));
        let page = chief.done("/people/otto/roles", &[("roles", "auditor")]).await;
        assert!(page.contains("The roles are set."), "{page}");
        assert_eq!(otto.page("/").await.status, StatusCode::SEE_OTHER, "the old session lives on");
        let page = chief.done("/people/otto/disable", &[]).await;
        assert!(page.contains("disabled"), "{page}");
        let answer = chief.fill_in("/people/new", &entries).await;
        assert!(answer.text.contains("is taken, or was once"), "{}", answer.text);
        assert!(answer.text.contains("value=\"operator\" checked"), "{}", answer.text);
    });
}

#[test]
fn a_form_without_the_sessions_own_token_does_nothing() {
    run(async {
        let console = Console::open().await;
        let mut otto = console.person("otto", "operator").await;
        let stranger = console.person("karl", "operator").await.token().await;
        let entries = [("name", "A"), ("limit", "0")];
        for token in ["", "0", &stranger] {
            let mut pairs = entries.to_vec();
            pairs.push(("csrf", token));
            let answer = otto.send("/customers/new", &pairs).await;
            assert_eq!(answer.status, StatusCode::FORBIDDEN, "{token}");
            assert!(answer.text.contains("does not belong to your session") && answer.text.contains("<nav"));
        }
        let token = otto.token().await;
        for header in [("sec-fetch-site", "cross-site"), ("origin", "https://evil.example")] {
            let body = format!("name=A&limit=0&csrf={token}");
            let request = Request::post("/customers/new").header(header.0, header.1);
            let request = request.header("host", "centre.example").body(Body::from(body)).unwrap();
            assert_eq!(otto.request(request).await.status, StatusCode::FORBIDDEN, "{header:?}");
        }
        let answer = console.browser().send("/customers/new", &entries).await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN);
        assert!(answer.text.contains("Your session has ended"), "{}", answer.text);
        assert!(otto.shown("/customers").await.contains("There is no customer yet."));
        assert!(otto.fill_in("/customers/new", &entries).await.status.is_redirection());
    });
}

#[test]
fn what_no_role_allows_is_neither_shown_nor_done() {
    run(async {
        let mut console = Console::open().await;
        console.furnish().await;
        let mut auditor = console.person("vera", "auditor").await;
        let page = auditor.shown("/meters/7").await;
        assert!(page.contains("Audit log") && !page.contains("What can be done"), "{page}");
        for path in ["/meters/new", "/customers/new", "/deposits/new", "/deposits/file", "/people/new"] {
            assert_eq!(auditor.page(path).await.status, StatusCode::FORBIDDEN, "{path}");
        }
        let answer = auditor.fill_in("/meters/7/stop", &[]).await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN);
        assert!(answer.text.contains("You may not do this"), "{}", answer.text);
        let folder = console.app.catalogue().meter(meter(7)).await.unwrap();
        assert!(!folder.standing.is_stopped);
        let mut desk = console.person("dora", "technician-desk").await;
        assert!(desk.shown("/meters/7").await.contains("Announce an opening"));
        assert_eq!(desk.page("/meters/7/stop").await.status, StatusCode::FORBIDDEN);
        assert_eq!(desk.page("/customers").await.status, StatusCode::FORBIDDEN);
        let mut chief = console.person("ada", "administrator").await;
        assert!(!chief.shown("/").await.contains("href=\"/meters\""));
        assert_eq!(chief.page("/meters").await.status, StatusCode::FORBIDDEN);
    });
}

async fn operator(console: &Console) -> (Browser, String) {
    let mut otto = console.person("otto", "operator").await;
    let page = otto.done("/customers/new", &[("name", "Muster & Söhne"), ("limit", "1 000.00")]).await;
    assert!(page.contains("The customer is in the books.") && page.contains("Muster &amp; Söhne"), "{page}");
    let reference = console.reference("Muster").await;
    (otto, reference)
}

#[test]
fn an_operator_books_deposits_and_takes_them_back() {
    run(async {
        let console = Console::open().await;
        let (mut otto, reference) = operator(&console).await;
        let entries = [
            ("customer", reference.as_str()),
            ("amount", "250,00"),
            ("booked_on", "2026-11-28"),
            ("reference", "BANK/1"),
            ("payer", ""),
        ];
        let page = otto.done("/deposits/new", &entries).await;
        assert!(page.contains("The deposit is booked.") && page.contains("250.00"), "{page}");
        let page = otto.done("/deposits/new", &entries).await;
        assert!(page.contains("nothing was booked"), "{page}");
        let wrong = [("customer", "RF00 0000 0000 0001"), ("amount", "1.234"), ("booked_on", "28.11.2026")];
        let answer = otto.fill_in("/deposits/new", &wrong).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
        for expected in [
            "4 entries are not right yet.",
            "its check digits are wrong",
            "Write it as 1234.56.",
            "Write a day as year, month and day",
            "This is needed.",
            "value=\"1.234\"",
        ] {
            assert!(answer.text.contains(expected), "{expected}: {}", answer.text);
        }
        let page = otto.shown("/deposits/reverse?reference=BANK%2F1").await;
        assert!(page.contains("250.00"), "{page}");
        let page = otto.done("/deposits/reverse", &[("reference", "BANK/1"), ("reason", "mistyped")]).await;
        assert!(page.contains("The deposit is taken back.") && page.contains("taken back"), "{page}");
        let customer = console.app.catalogue().customer(reference.parse().unwrap()).await.unwrap();
        assert_eq!((customer.balance_minor, customer.limit_minor), (0, 100_000));
    });
}

#[test]
fn an_operator_receives_the_papers_of_a_claim_and_refuses_what_did_not_come() {
    run(async {
        let mut console = Console::open().await;
        console.furnish().await;
        let mut otto = console.person("otto", "operator").await;
        let page = otto.shown("/refunds").await;
        assert!(page.contains("papers not received") && page.contains("href=\"/refunds/1\""), "{page}");
        let page = otto.shown("/refunds/1").await;
        assert!(page.contains("it is no imprint of this meter"), "{page}");
        let page = otto.done("/refunds/1/refuse", &[("line", "2"), ("reason", "not <in> the parcel")]).await;
        assert!(
            page.contains("The line is refused.") && page.contains("not &lt;in&gt; the parcel"),
            "{page}"
        );
        let page = otto.shown("/refunds/1/receive").await;
        assert!(page.contains("Open imprints") && page.contains("0.85"), "{page}");
        let counted =
            |imprints, postage| [("consignment", "parcel 1"), ("imprints", imprints), ("postage", postage)];
        let answer = otto.fill_in("/refunds/1/receive", &counted("2", "1.70")).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(answer.text.contains("open lines come to 1 with 0.85"), "{}", answer.text);
        let page = otto.done("/refunds/1/receive", &counted("1", "0.85")).await;
        assert!(page.contains("1 refunded, 0 waiting"), "{page}");
        assert!(page.contains("parcel 1") && page.contains("refunded"), "{page}");
        let customer = console.reference("Muster").await;
        let page = otto.shown(&format!("/customers/{}", customer.replace(' ', ""))).await;
        assert!(page.contains("spoiled imprints, claim"), "{page}");
        // Who looks on sees it and does nothing.
        let mut auditor = console.person("vera", "auditor").await;
        assert!(!auditor.shown("/refunds/1").await.contains("/refunds/1/receive"));
        assert_eq!(auditor.page("/refunds/1/receive").await.status, StatusCode::FORBIDDEN);
        let refused = auditor.fill_in("/refunds/1/receive", &counted("1", "0.85")).await;
        assert_eq!(refused.status, StatusCode::FORBIDDEN);
        assert_eq!(otto.page("/refunds/7").await.status, StatusCode::NOT_FOUND);
        assert_eq!(otto.page("/refunds/x").await.status, StatusCode::NOT_FOUND);
    });
}

#[test]
fn a_banks_file_is_read_whole_or_refused_with_its_lines() {
    run(async {
        let console = Console::open().await;
        let (mut otto, reference) = operator(&console).await;
        let token = otto.token().await;
        let head = "reference,amount,currency,booked_on,bank_reference";
        let table =
            format!("{head}\n{reference},10.00,EUR,2026-11-28,B1\n{reference},20.00,EUR,2026-11-28,B2\n");
        let answer = otto.upload("/deposits/file", "0", &table).await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN);
        let answer = otto.upload("/deposits/file", &token, &table).await;
        assert_eq!(answer.to.as_deref(), Some("/deposits"), "{}", answer.text);
        let page = otto.shown("/deposits").await;
        assert!(
            page.contains("The file is read: 2 booked, 0 known before, 0 unclear, 0 passed over."),
            "{page}"
        );
        let refused = format!("{head}\n{reference},ten,EUR,2026-11-28,B3\n");
        let answer = otto.upload("/deposits/file", &token, &refused).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(
            answer.text.contains("Nothing was booked") && answer.text.contains("Line 2:"),
            "{}",
            answer.text
        );
        let statement = include_str!("../samples/camt.053.001.08.xml");
        let answer = otto.upload("/deposits/file", &token, statement).await;
        assert_eq!(answer.to.as_deref(), Some("/deposits?which=unclear"), "{}", answer.text);
        let page = otto.shown("/deposits?which=unclear").await;
        assert!(page.contains("Assign"), "{page}");
        let answer = otto.upload("/deposits/file", &token, &"x".repeat(17 * 1024 * 1024)).await;
        assert_eq!(answer.status, StatusCode::PAYLOAD_TOO_LARGE, "{}", answer.text);
        let answer = otto.upload("/deposits/file", &token, "").await;
        assert!(answer.text.contains("Choose a file that is not empty."), "{}", answer.text);
    });
}

#[test]
fn an_unclear_payment_is_booked_for_whom_a_person_says() {
    run(async {
        let mut console = Console::open().await;
        console.furnish().await;
        let mut otto = console.person("otto", "operator").await;
        let path = "/deposits/assign?reference=A%2F1+%26+%3C2%3E";
        assert!(otto.shown(path).await.contains("A/1 &amp; &lt;2&gt;"));
        let nobody = [("reference", "A/1 & <2>"), ("customer", "RF54 0000 0000 1234")];
        let answer = otto.fill_in("/deposits/assign", &nobody).await;
        assert!(answer.text.contains("No customer has this reference."), "{}", answer.text);
        let reference = console.reference("Muster").await;
        let page =
            otto.done("/deposits/assign", &[("reference", "A/1 & <2>"), ("customer", &reference)]).await;
        assert!(
            page.contains("The deposit is booked for this customer.") && page.contains("12.34"),
            "{page}"
        );
    });
}

#[test]
fn an_operator_enrols_a_meter_and_is_told_what_to_do_next() {
    run(async {
        let console = Console::open().await;
        let (mut otto, reference) = operator(&console).await;
        let entries = [
            ("customer", reference.as_str()),
            ("serial", "4711"),
            ("profile", "p2"),
            ("value_min", "0.20"),
            ("days_ahead", "14"),
            ("call_back_only", "yes"),
        ];
        let answer = otto.fill_in("/meters/new", &entries).await;
        assert!(answer.text.contains("needs a number"), "{}", answer.text);
        assert!(answer.text.contains("value=\"4711\"") && answer.text.contains("value=\"yes\" checked"));
        let mut entries = entries.to_vec();
        entries.push(("registered", "tcp:meter.example:7100"));
        let answer = otto.fill_in("/meters/new", &entries).await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.text);
        let command = "porto centre meter personalise 00004711 --out 00004711.personalisation";
        assert!(answer.text.contains(command), "{}", answer.text);
        let detail = console.app.catalogue().meter(meter(4711)).await.unwrap();
        assert!(answer.text.contains(&format!("{:08}", detail.meter.call_number)), "{}", answer.text);
        assert!(answer.text.contains(&detail.folder.passport.seal.to_string()), "{}", answer.text);
        assert!(detail.folder.conditions.call_back_only && detail.folder.passport.profiles[0].bind_date);
        let answer = otto.fill_in("/meters/new", &entries).await;
        assert!(answer.text.contains("A meter with this number is in the books already."), "{}", answer.text);
        let page = otto.shown("/meters/4711").await;
        assert!(
            page.contains("The meter has not called yet") && page.contains("tcp:meter.example:7100"),
            "{page}"
        );
    });
}

#[test]
fn an_operator_stops_frees_marks_and_opens_a_meter() {
    run(async {
        let mut console = Console::open().await;
        console.furnish().await;
        let mut otto = console.person("otto", "operator").await;
        let page = otto.done("/meters/7/stop", &[]).await;
        assert!(page.contains("The meter is to frank no more") && page.contains(">stopped<"), "{page}");
        assert!(page.contains("Free it") && !page.contains("Stop it"), "{page}");
        assert!(!otto.done("/meters/7/free", &[]).await.contains(">stopped<"));
        assert!(!otto.done("/meters/7/unmark", &[]).await.contains("Why it is suspicious"));
        let page = otto.done("/meters/7/mark", &[("reason", "seen at a fair")]).await;
        assert!(page.contains("Why it is suspicious") && page.contains("Otto marked it on"), "{page}");
        let page = otto.done("/meters/7/inspected", &[("note", "in order")]).await;
        assert!(page.contains("The inspection is noted"), "{page}");
        let answer = otto.fill_in("/meters/7/announce", &[("technician", "T"), ("minutes", "5000")]).await;
        assert!(answer.text.contains("Write a whole number from 1 to 1440."), "{}", answer.text);
        assert!(answer.text.contains("value=\"T\""), "{}", answer.text);
        let entries = [
            ("technician", "T. Echniker"),
            ("about", "2199-01-01T10:00"),
            ("work", "battery"),
            ("minutes", "60"),
            ("agreed", "100.00"),
        ];
        let page = otto.done("/meters/7/announce", &entries).await;
        assert!(page.contains("until <time class=\"nowrap\" datetime=\"2199-01-01T11:00:00Z\">"), "{page}");
        let page = otto.done("/meters/7/withdraw-announcement", &[]).await;
        assert!(page.contains("The announcement is withdrawn."), "{page}");
        let answer = otto.fill_in("/meters/7/withdraw-announcement", &[]).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(answer.text.contains("No announced opening waits for the meter."), "{}", answer.text);
        let rules = [("refill_max", "50.00"), ("registered", "tel:0301234")];
        assert!(otto.done("/meters/7/rules", &rules).await.contains("tel:0301234"));
    });
}

#[test]
fn a_lost_meter_is_settled_by_a_second_person_alone() {
    run(async {
        let mut console = Console::open().await;
        console.furnish().await;
        let (mut otto, mut anna) =
            (console.person("otto", "operator").await, console.person("anna", "operator").await);
        let mut chief = console.person("ada", "administrator").await;
        let operations = [
            ("refill_max", "1000.00"),
            ("opening_minutes", "60"),
            ("opening_hours", "24"),
            ("gone_days", "0"),
            ("call_back_attempts", "3"),
            ("list_days", "14"),
            ("run_hours", "24"),
            ("seal_minutes", "60"),
            ("refund_days", "60"),
            ("refund_share", "0"),
        ];
        assert!(chief.done("/settings/operations", &operations).await.contains("The settings are kept."));
        let page = otto.done("/meters/12345678/gone", &[("why", "lost")]).await;
        assert!(page.contains("lost, noted by otto"), "{page}");
        let answer = otto.fill_in("/meters/12345678/settle", &[("spent", "0")]).await;
        assert!(answer.text.contains("Another person than the one who noted the loss"), "{}", answer.text);
        let page = anna.done("/meters/12345678/settle", &[("spent", "1.00")]).await;
        assert!(page.contains("The meter is settled by the books."), "{page}");
        assert!(!page.contains("What can be done"), "{page}");
    });
}

#[test]
fn a_seals_number_is_shown_on_record_alone() {
    run(async {
        let mut console = Console::open().await;
        console.furnish().await;
        let mut desk = console.person("dora", "technician-desk").await;
        let seal = console.app.catalogue().meter(meter(7)).await.unwrap().folder.passport.seal.to_string();
        assert!(!desk.shown("/meters/7").await.contains(&seal));
        assert!(desk.page("/meters/7/seal").await.status.is_client_error());
        let answer = desk.fill_in("/meters/7/seal", &[]).await;
        assert!(answer.text.contains(&seal), "{}", answer.text);
        let entries = console.app.catalogue().audit(&Chain::Meter(meter(7)), 1).await.unwrap();
        assert_eq!((entries[0].who.as_str(), &entries[0].event["kind"]), ("dora", &"seal_shown".into()));
    });
}

#[test]
fn settings_that_contradict_themselves_come_back_with_what_was_typed() {
    run(async {
        let console = Console::open().await;
        let mut chief = console.person("ada", "administrator").await;
        let page = chief.shown("/settings/decisions/all").await;
        assert!(page.contains("&quot;least_silence_days&quot;: 14"), "{page}");
        let answer = chief.fill_in("/settings/decisions/all", &[("settings", "{\"typical_days\": 7}")]).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(answer.text.contains("{&quot;typical_days&quot;: 7}"), "{}", answer.text);
        let contradiction = "{\"typical_days\": {\"a\": 1, \"b\": 1, \"c\": 0}}";
        let answer = chief.fill_in("/settings/decisions/all", &[("settings", contradiction)]).await;
        assert!(answer.text.contains("typical time between refills is at least one day"), "{}", answer.text);
        let page =
            chief.done("/settings/decisions/all", &[("settings", "{\"least_silence_days\": 21}")]).await;
        assert!(page.contains("21 days"), "{page}");
        let decisions = [
            ("thresholds", "source"),
            ("new_meter_class", "c"),
            ("least_silence_days", "30"),
            ("calls", "5"),
            ("calls_days", "90"),
            ("release_within_hours", "72"),
            ("inspect_within_days", "30"),
        ];
        assert!(chief.done("/settings/decisions", &decisions).await.contains("manipulated above 100"));
    });
}

#[test]
fn a_token_is_shown_once_and_revoked() {
    run(async {
        let console = Console::open().await;
        let mut chief = console.person("ada", "administrator").await;
        let entries = [("name", "post-berlin"), ("scopes", "post"), ("days", "30")];
        let answer = chief.fill_in("/tokens/new", &entries).await;
        assert!(answer.text.contains("The token is shown this once"), "{}", answer.text);
        let holder = answer.text.split("<pre").nth(1).unwrap().split(['>', '<']).nth(1).unwrap().to_owned();
        let secret = centre::people::Secret::from_authorization(&format!("Bearer {holder}")).unwrap();
        let now_ms = console.app.now_ms();
        assert!(console.app.people.token(&secret, now_ms).await.unwrap().is_some());
        assert!(!chief.shown("/tokens").await.contains(&holder));
        assert!(chief.done("/tokens/post-berlin/revoke", &[]).await.contains("revoked"));
        assert!(console.app.people.token(&secret, now_ms).await.unwrap().is_none());
    });
}

#[test]
fn a_seal_of_the_log_can_be_printed() {
    run(async {
        let console = Console::open().await;
        let mut auditor = console.person("vera", "auditor").await;
        let key = console.app.office.issuer();
        let name = LogName::new("Test Post", key.verifying_key()).unwrap();
        log::seal(&console.bureau.store, &name, key, console.app.now_ms()).await.unwrap();
        let page = auditor.shown("/audit").await;
        assert!(page.contains("/audit/seals/1") && page.contains("Logged in"), "{page}");
        let page = auditor.shown("/audit/seals/1").await;
        assert!(page.contains("Audit seal 1 of Test Post") && page.contains("signature"), "{page}");
        assert_eq!(auditor.page("/audit/seals/2").await.status, StatusCode::NOT_FOUND);
        assert_eq!(auditor.page("/audit/seals/99999999999999999999").await.status, StatusCode::NOT_FOUND);
    });
}

#[test]
fn what_somebody_was_called_never_becomes_markup() {
    run(async {
        let mut console = Console::open().await;
        console.furnish().await;
        let mut otto = console.person("otto", "operator,auditor").await;
        let customer = console.reference("script").await.replace(' ', "");
        for path in [
            "/customers",
            &format!("/customers/{customer}"),
            "/meters",
            "/meters/7",
            "/suspects",
            "/deposits",
        ] {
            let page = otto.shown(path).await;
            assert!(!page.contains("<script") && !page.contains("<b>"), "{path}: {page}");
        }
        assert!(otto.shown("/meters/7").await.contains("&lt;script&gt;alert(1)&lt;/script&gt;"));
    });
}

#[test]
fn an_address_that_leads_nowhere_is_answered_in_the_same_shell() {
    run(async {
        let console = Console::open().await;
        let mut otto = console.person("otto", "operator").await;
        for path in
            ["/nothing", "/meters/99", "/meters/abc", "/customers/RF54000000001234", "/meters/7/explode"]
        {
            let answer = otto.page(path).await;
            assert_eq!(answer.status, StatusCode::NOT_FOUND, "{path}");
            assert!(answer.text.contains("There is nothing here") && answer.text.contains("<nav"), "{path}");
        }
        let answer = otto.page("/meters?after=x").await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{}", answer.text);
        let answer = otto.send("/meters", &[]).await;
        assert_eq!(answer.status, StatusCode::METHOD_NOT_ALLOWED);
        assert!(answer.text.contains("<h1>"), "{}", answer.text);
        let answer = otto.send("/customers/new", &[("name", &"x".repeat(100_000))]).await;
        assert_eq!(answer.status, StatusCode::PAYLOAD_TOO_LARGE);
        let answer = console.browser().page("/nothing").await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND);
        assert!(!answer.text.contains("<nav"), "{}", answer.text);
    });
}

/// Follows every link from the first page on, as each role: none leads nowhere or to what may not be seen, and no page
/// has a script, a style of its own, or an address of another host.
#[test]
fn every_link_that_a_role_is_shown_leads_somewhere() {
    run(async {
        let mut console = Console::open().await;
        console.furnish().await;
        let key = console.app.office.issuer();
        let name = LogName::new("Test Post", key.verifying_key()).unwrap();
        log::seal(&console.bureau.store, &name, key, console.app.now_ms()).await.unwrap();
        for (number, role) in centre::people::Role::ALL.iter().enumerate() {
            let mut browser = console.person(&format!("p{number}"), role.word()).await;
            let seen = crawl(&mut browser).await;
            assert!(seen.len() > 3, "{role}: {seen:?}");
        }
    });
}

async fn crawl(browser: &mut Browser) -> BTreeSet<String> {
    let (mut seen, mut next) = (BTreeSet::from(["/".to_owned()]), VecDeque::from(["/".to_owned()]));
    while let Some(path) = next.pop_front() {
        let answer = browser.page(&path).await;
        assert_eq!(answer.status, StatusCode::OK, "{path}: {}", answer.text);
        assert!(answer.headers.contains_key("content-security-policy"), "{path}");
        if path.starts_with("/assets/") {
            continue;
        }
        let page = answer.text;
        assert!(!page.contains("<script") && !page.contains(" style=") && !page.contains("<style"), "{path}");
        assert_eq!(page.matches("<h1>").count(), 1, "{path}");
        for link in page.split("href=\"").skip(1).filter_map(|rest| rest.split('"').next()) {
            let link = link.replace("&amp;", "&");
            assert!(link.starts_with('/') || link.starts_with('#'), "{path}: {link}");
            if link.starts_with('/') && seen.insert(link.clone()) {
                next.push_back(link);
            }
        }
    }
    seen
}
