//! The interface for programs, asked as a program asks it: whole requests to the router that the service mounts.

use crate::account_device::{Device, money, serial, work};
use crate::databases::{Database, on_each_database, run};
use crate::office_desk::{Bureau, DAY_MS, claim, indicium};
use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{Method, Request, StatusCode, header};
use centre::api;
use centre::app::App;
use centre::audit::Desk;
use centre::deposits::CustomerReference;
use centre::people::{Name, People, Scope, Scopes, Word};
use imprint::numbers::Profile;
use link::call::Ask;
use serde_json::{Value, json};
use std::cell::RefCell;
use std::collections::BTreeSet;
use std::fmt::Write as _;
use terms::Date;
use tower::ServiceExt as _;

on_each_database! {
    requests_racing_for_one_bank_reference_book_it_once
    a_program_leads_a_customer_and_a_meter_from_the_first_to_the_last
    no_answer_of_a_full_tour_holds_key_material
    a_program_hands_a_claim_in_and_another_settles_it
}

/// The interface over an office, and tokens for it.
struct Interface {
    bureau: Bureau,
    app: App,
    router: Router,
    /// Everything that was ever answered.
    answered: RefCell<String>,
}

/// An answer.
#[derive(Debug)]
struct Answer {
    status: StatusCode,
    body: Value,
    headers: axum::http::HeaderMap,
}

impl Interface {
    async fn open(database: Database) -> Interface {
        let mut bureau = Bureau::open(database).await;
        let people = People::open(bureau.store.clone()).await.unwrap();
        let app = App { office: bureau.office.clone(), people, is_secure: true };
        bureau.now_ms = app.now_ms();
        let router = Router::new().nest(api::MOUNTED_AT, api::routes()).with_state(app.clone());
        Interface { bureau, app, router, answered: RefCell::default() }
    }

    async fn token(&self, name: &str, scopes: &[Scope]) -> String {
        let scopes: Scopes = scopes.iter().copied().collect();
        let (name, now_ms): (Name, i64) = (name.parse().unwrap(), self.app.now_ms());
        let desk = Desk::new("berta").unwrap();
        let made = self.app.people.make_token(&desk, &name, &scopes, now_ms + DAY_MS, now_ms).await;
        made.unwrap().token_text().to_string()
    }

    /// A token for everything but administration.
    async fn token_for_all(&self) -> String {
        let scopes: Vec<Scope> =
            Scope::ALL.iter().copied().filter(|scope| *scope != Scope::Administration).collect();
        self.token("all", &scopes).await
    }

    async fn send(&self, request: Request<Body>) -> Answer {
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let bytes = to_bytes(body, 64 << 20).await.unwrap();
        let text = String::from_utf8(bytes.to_vec()).unwrap();
        writeln!(self.answered.borrow_mut(), "{:?} {text}", parts.headers).unwrap();
        let body = if text.is_empty() { Value::Null } else { serde_json::from_str(&text).expect(&text) };
        Answer { status: parts.status, body, headers: parts.headers }
    }

    /// A request with this token, and a body in JSON where there is one.
    async fn ask(&self, token: &str, method: Method, path: &str, body: Value) -> Answer {
        let request = Request::builder().method(method).uri(format!("{}{path}", api::MOUNTED_AT));
        let request = request.header(header::AUTHORIZATION, format!("Bearer {token}"));
        let request = match body {
            Value::Null => request.body(Body::empty()),
            body => request
                .header(header::CONTENT_TYPE, "application/json")
                .body(Body::from(serde_json::to_vec(&body).unwrap())),
        };
        self.send(request.unwrap()).await
    }

    async fn get(&self, token: &str, path: &str) -> Value {
        let answer = self.ask(token, Method::GET, path, Value::Null).await;
        assert_eq!(answer.status, StatusCode::OK, "{path}: {:?}", answer.body);
        answer.body
    }

    async fn file(&self, token: &str, content_type: &str, body: impl Into<Body>) -> Answer {
        let request = Request::post("/api/v1/deposits/file")
            .header(header::AUTHORIZATION, format!("Bearer {token}"))
            .header(header::CONTENT_TYPE, content_type);
        self.send(request.body(body.into()).unwrap()).await
    }
}

impl Answer {
    #[track_caller]
    fn is(self, status: StatusCode, code: &str) -> Answer {
        assert_eq!(self.status, status, "{:?}", self.body);
        let error = &self.body["error"];
        assert_eq!(error["code"], code, "{:?}", self.body);
        let sentence = error["sentence"].as_str().unwrap();
        assert!((5..400).contains(&sentence.len()), "{sentence}");
        self
    }

    #[track_caller]
    fn done(self) {
        assert_eq!((self.status, self.body), (StatusCode::NO_CONTENT, Value::Null));
    }
}

/// The path of an endpoint with something in place of its parameters.
fn filled(path: &str) -> String {
    path.replace("{serial}", "00000009")
        .replace("{reference}", &plain(CustomerReference::new(999).unwrap()))
        .replace("{name}", "nobody")
        .replace("{claim}", "9")
}

fn plain(reference: CustomerReference) -> String {
    reference.to_string().replace(' ', "")
}

fn deposit(customer: CustomerReference, bank_reference: &str, amount_minor: u64) -> Value {
    json!({"customer": plain(customer), "amount_minor": amount_minor, "booked_on": "2026-11-28",
           "bank_reference": bank_reference})
}

#[test]
fn the_description_says_what_the_router_does() {
    run(async {
        let interface = Interface::open(Database::file()).await;
        let answer = interface.send(Request::get("/api/v1/openapi.json").body(Body::empty()).unwrap()).await;
        assert_eq!((answer.status, &answer.body["openapi"]), (StatusCode::OK, &json!("3.1.0")));
        let described = serde_json::from_value::<utoipa::openapi::OpenApi>(answer.body.clone());
        described.expect("the description can be read as one");
        let mut seen = BTreeSet::new();
        for (path, item) in answer.body["paths"].as_object().unwrap() {
            for (method, operation) in item.as_object().unwrap() {
                let method: Method = method.to_uppercase().parse().unwrap();
                let uri = format!("/api/v1{}", filled(path));
                let request = Request::builder().method(method.clone()).uri(uri).body(Body::empty());
                let status = interface.send(request.unwrap()).await.status;
                assert_eq!(status, StatusCode::UNAUTHORIZED, "{method} {path}");
                let responses = operation["responses"].as_object().unwrap();
                assert!(responses.contains_key("default"), "{method} {path}");
                assert!(operation["security"].as_array().is_some_and(|list| !list.is_empty()), "{path}");
                assert!(seen.insert(operation["operationId"].as_str().unwrap().to_owned()));
            }
        }
        let endpoints = api::endpoints();
        assert_eq!(seen.len(), endpoints.len(), "every endpoint is described");
        for endpoint in endpoints {
            let operation = &answer.body["paths"][endpoint.path()][endpoint.method().as_str().to_lowercase()];
            assert!(operation["summary"].is_string(), "{endpoint:?}");
        }
        // Everything that is referred to is there.
        let text = answer.body.to_string();
        for reference in text.split("#/components/schemas/").skip(1) {
            let name = reference.split('"').next().unwrap();
            assert!(answer.body["components"]["schemas"][name].is_object(), "{name}");
        }
    });
}

#[test]
fn nobody_is_let_in_without_a_token_that_works() {
    run(async {
        let interface = Interface::open(Database::file()).await;
        let token = interface.token_for_all().await;
        let try_with = async |values: &[&str]| {
            let mut request = Request::get("/api/v1/fleet");
            for value in values {
                request = request.header(header::AUTHORIZATION, *value);
            }
            interface.send(request.body(Body::empty()).unwrap()).await
        };
        let good = format!("Bearer {token}");
        assert_eq!(try_with(&[&good]).await.status, StatusCode::OK);
        let upper = token.to_uppercase();
        let wrong = [
            vec![],
            vec![""],
            vec!["Bearer"],
            vec!["Bearer "],
            vec![&*token],
            vec!["Basic YTpi"],
            vec!["Bearer porto_00"],
            vec![&upper],
            vec![&good, &good],
        ];
        for values in wrong {
            let answer = try_with(&values).await.is(StatusCode::UNAUTHORIZED, "token");
            assert_eq!(answer.headers[header::WWW_AUTHENTICATE], "Bearer");
        }
        let cookie = Request::get("/api/v1/fleet").header(header::COOKIE, format!("porto={token}"));
        let answer = interface.send(cookie.body(Body::empty()).unwrap()).await;
        answer.is(StatusCode::UNAUTHORIZED, "token");
        let name: Name = "all".parse().unwrap();
        let now_ms = interface.app.now_ms();
        interface.app.people.revoke_token(&Desk::new("berta").unwrap(), &name, now_ms).await.unwrap();
        try_with(&[&good]).await.is(StatusCode::UNAUTHORIZED, "token");
    });
}

#[test]
fn each_endpoint_asks_for_a_scope_that_allows_it_and_for_no_other() {
    run(async {
        let interface = Interface::open(Database::file()).await;
        for scope in Scope::ALL {
            let name = scope.word().replace(':', "-");
            let token = interface.token(&name, &[*scope]).await;
            for endpoint in api::endpoints() {
                let path = filled(endpoint.path());
                let answer = interface.ask(&token, endpoint.method().clone(), &path, Value::Null).await;
                let is_let_in = answer.status != StatusCode::FORBIDDEN;
                assert_ne!(answer.status, StatusCode::UNAUTHORIZED);
                assert_eq!(is_let_in, scope.may(endpoint.right()), "{scope} at {endpoint:?}");
                if !is_let_in {
                    answer.is(StatusCode::FORBIDDEN, "scope");
                }
            }
        }
        for endpoint in api::endpoints() {
            assert!(Scope::ALL.iter().any(|scope| scope.may(endpoint.right())), "{endpoint:?}");
        }
    });
}

#[test]
fn what_the_post_may_read_of_suspects_names_no_customer() {
    run(async {
        let interface = Interface::open(Database::file()).await;
        let customer = interface.bureau.customer("Very Secret Customer", 500).await;
        interface.bureau.meter(serial(), customer).await;
        let all = interface.token_for_all().await;
        let mark = json!({"reason": "odd"});
        interface.ask(&all, Method::PUT, "/meters/12345678/mark", mark).await.done();
        interface.answered.borrow_mut().clear();
        let post = interface.token("north", &[Scope::Post]).await;
        let suspects = interface.get(&post, "/suspects").await;
        assert_eq!(suspects["items"][0]["serial"], "12345678");
        assert_eq!(suspects["items"][0]["reasons"][0]["code"], "marked");
        interface.get(&post, "/reactions").await;
        interface.get(&post, "/runs").await;
        let answered = interface.answered.borrow();
        assert!(!answered.contains("Very Secret") && !answered.contains(&plain(customer)));
    });
}

#[test]
fn what_is_not_known_is_refused_in_every_body_and_query() {
    run(async {
        let interface = Interface::open(Database::file()).await;
        let customer = interface.bureau.customer("A", 500).await;
        interface.bureau.meter(serial(), customer).await;
        let all = interface.token_for_all().await;
        let admin = interface.token("admin", &[Scope::Administration]).await;
        for endpoint in api::endpoints() {
            let token = if Scope::Administration.may(endpoint.right()) { &admin } else { &all };
            let path = filled(endpoint.path());
            let (method, query) = (endpoint.method().clone(), format!("{path}?unknown=1"));
            let answer = interface.ask(token, method.clone(), &query, Value::Null).await;
            let is_refused = [StatusCode::BAD_REQUEST, StatusCode::UNSUPPORTED_MEDIA_TYPE];
            assert!(is_refused.contains(&answer.status), "{endpoint:?}: {answer:?}");
            let answer = interface.ask(token, method, &path, json!({"unknown": 1})).await;
            let is_refused = [
                StatusCode::UNPROCESSABLE_ENTITY,
                StatusCode::PAYLOAD_TOO_LARGE,
                StatusCode::UNSUPPORTED_MEDIA_TYPE,
            ];
            assert!(is_refused.contains(&answer.status), "{endpoint:?}: {answer:?}");
        }
        let with_more = |mut body: Value| {
            body["unknown"] = json!(1);
            body
        };
        let bodies = [
            (Method::POST, "/customers", json!({"name": "B", "limit_minor": 0})),
            (Method::POST, "/deposits", deposit(customer, "b1", 5)),
            (Method::POST, "/meters/12345678/tasks", json!({"task": "stop"})),
            (Method::POST, "/meters/12345678/tasks", json!({"task": "pieces", "count": 5})),
            (Method::PUT, "/meters/12345678/gone", json!({"why": "lost"})),
            (Method::PUT, "/meters/12345678/mark", json!({"reason": "x"})),
        ];
        for (method, path, body) in bodies {
            let answer = interface.ask(&all, method.clone(), path, with_more(body.clone())).await;
            let answer = answer.is(StatusCode::UNPROCESSABLE_ENTITY, "refused");
            assert!(answer.body["error"]["sentence"].as_str().unwrap().contains("unknown"), "{path}");
            // It was the unknown field alone.
            let answer = interface.ask(&all, method, path, body).await;
            assert!(answer.status.is_success(), "{path}: {answer:?}");
        }
    });
}

#[test]
fn bodies_are_bounded_and_of_the_type_that_is_expected() {
    run(async {
        let interface = Interface::open(Database::file()).await;
        let all = interface.token_for_all().await;
        let customer = interface.bureau.customer("A", 0).await;
        let long = json!({"name": "x".repeat(40_000), "limit_minor": 0});
        let answer = interface.ask(&all, Method::POST, "/customers", long).await;
        answer.is(StatusCode::PAYLOAD_TOO_LARGE, "too_large");
        let answer = interface.ask(&all, Method::DELETE, "/meters/00000001/mark", json!({})).await;
        answer.is(StatusCode::PAYLOAD_TOO_LARGE, "too_large");
        let send = async |content_type: &'static str, body: &'static str| {
            let request = Request::post("/api/v1/customers")
                .header(header::AUTHORIZATION, format!("Bearer {all}"))
                .header(header::CONTENT_TYPE, content_type);
            interface.send(request.body(Body::from(body)).unwrap()).await
        };
        let good = r#"{"name": "B", "limit_minor": 0}"#;
        send("text/plain", good).await.is(StatusCode::UNSUPPORTED_MEDIA_TYPE, "content_type");
        send("application/x-www-form-urlencoded", "name=B&limit_minor=0")
            .await
            .is(StatusCode::UNSUPPORTED_MEDIA_TYPE, "content_type");
        for body in ["", "{", "nul", "\u{feff}{}", "{\"name\": \"B\", \"limit_minor\": 0} {}"] {
            send("application/json", body).await.is(StatusCode::BAD_REQUEST, "json");
        }
        let deep: &'static str = Box::leak("[".repeat(30_000).into_boxed_str());
        let answer = send("application/json", deep).await;
        assert!(answer.status.is_client_error(), "{answer:?}");
        let not_right = [
            r#"{"name": "B"}"#,
            r#"{"name": "B", "limit_minor": -1}"#,
            r#"{"name": "B", "limit_minor": 1.5}"#,
            r#"{"name": "B", "limit_minor": "1"}"#,
            r#"{"name": "B", "limit_minor": 18446744073709551615}"#,
            r#"{"name": "B", "name": "C", "limit_minor": 0}"#,
            r#"{"name": "", "limit_minor": 0}"#,
            r#"{"name": "a\nb", "limit_minor": 0}"#,
        ];
        for body in not_right {
            send("application/json", body).await.is(StatusCode::UNPROCESSABLE_ENTITY, "refused");
        }
        assert_eq!(send("application/json; charset=utf-8", good).await.status, StatusCode::CREATED);
        let answer = interface.file(&all, "text/html", "x").await;
        answer.is(StatusCode::UNSUPPORTED_MEDIA_TYPE, "content_type");
        // A byte more than 64 MiB.
        let body = Body::from(vec![b'x'; (64 << 20) + 1]);
        interface.file(&all, "text/csv", body).await.is(StatusCode::PAYLOAD_TOO_LARGE, "too_large");
        let row = |reference| format!("{},1.00,EUR,2026-11-28,{reference},\n", plain(customer));
        let table = format!("reference,amount,currency,booked_on,bank_reference,payer\n{}", row("a"));
        assert_eq!(interface.file(&all, "text/csv", table).await.status, StatusCode::OK);
    });
}

proptest::proptest! {
    /// The same that the fuzz target `http_body` asks of any bytes.
    #[test]
    fn whatever_is_sent_is_read_or_is_the_callers_mistake(
        bytes in proptest::collection::vec(proptest::num::u8::ANY, 0..200),
        text in r#"\{("[a-z_]{1,14}":("[a-z0-9:.-]{0,12}"|-?[0-9]{1,20}|null|\[\]|\{\}),?){0,5}\}"#,
        query in "([a-z_]{1,8}=[a-zA-Z0-9%-]{0,10}&?){0,4}",
    ) {
        for endpoint in api::endpoints() {
            for body in [&bytes, text.as_bytes()] {
                for content_type in ["application/json", "text/csv", "application/xml", ""] {
                    let read = endpoint.try_input("", content_type, body);
                    assert!(matches!(read, Ok(()) | Err(400 | 415 | 422)), "{endpoint:?} {read:?}");
                }
            }
            let read = endpoint.try_input(&query, "", &[]);
            assert!(matches!(read, Ok(()) | Err(400 | 415 | 422)), "{endpoint:?} {read:?}");
        }
    }
}

#[test]
fn hostile_addresses_find_nothing_and_break_nothing() {
    run(async {
        let interface = Interface::open(Database::file()).await;
        let all = interface.token_for_all().await;
        let nothing =
            ["/", "", "/x", "/meters/", "/meters/1/2/3", "//meters", "/meters/../people", "/.git/config"];
        for path in nothing {
            let answer = interface.ask(&all, Method::GET, path, Value::Null).await;
            assert_eq!(answer.status, StatusCode::NOT_FOUND, "{path}");
            if path.len() > 1 {
                answer.is(StatusCode::NOT_FOUND, "address");
            }
        }
        for (path, code) in [
            ("/meters/123456789", "serial"),
            ("/meters/-1", "serial"),
            ("/meters/1%00", "serial"),
            ("/meters/%2e%2e%2fpeople", "serial"),
            ("/meters/1;DROP%20TABLE%20meter", "serial"),
            ("/meters/%FF", "address"),
            ("/refunds/x", "claim"),
            ("/refunds/18446744073709551615", "claim"),
            ("/refunds?which=lost", "query"),
            ("/customers/RF00", "reference"),
            ("/customers/RF55000000001234", "reference"),
            ("/meters?limit=0", "query"),
            ("/meters?limit=201", "query"),
            ("/meters?limit=99999999999", "query"),
            ("/meters?after=x", "query"),
            ("/meters?serial=%25", "query"),
            ("/meters?status=", "query"),
            ("/meters?status=okay&status=okay", "query"),
            ("/meters?customer=1", "query"),
            ("/calls?after=1-00", "query"),
            ("/calls?serial=x", "query"),
            ("/customers?text=%00", "query"),
        ] {
            let answer = interface.ask(&all, Method::GET, path, Value::Null).await;
            assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{path} {answer:?}");
            answer.is(StatusCode::BAD_REQUEST, code);
        }
        for (path, code) in [
            ("/meters/9", "no_meter"),
            ("/customers/RF54000000001234", "no_customer"),
            ("/deposits/find?bank_reference=x", "no_deposit"),
        ] {
            interface.ask(&all, Method::GET, path, Value::Null).await.is(StatusCode::NOT_FOUND, code);
        }
        // Places that no list named lead nowhere, and break nothing.
        for list in [
            "/meters",
            "/suspects",
            "/reactions",
            "/calls",
            "/runs",
            "/customers",
            "/deposits",
            "/audit/seals",
        ] {
            for place in ["-9223372036854775808-", "9223372036854775807-", "0-2f", "5-78", "0-c3a4"] {
                interface.get(&all, &format!("{list}?after={place}")).await;
            }
        }
        let answer = interface.ask(&all, Method::DELETE, "/fleet", Value::Null).await;
        answer.is(StatusCode::METHOD_NOT_ALLOWED, "method");
    });
}

async fn requests_racing_for_one_bank_reference_book_it_once(database: Database) {
    let interface = Interface::open(database).await;
    let customer = interface.bureau.customer("A", 0).await;
    let token = interface.token("bank", &[Scope::DepositsWrite]).await;
    let body = deposit(customer, "one and the same", 700);
    let racing: Vec<_> = (0..8)
        .map(|_| {
            let request = Request::post("/api/v1/deposits")
                .header(header::AUTHORIZATION, format!("Bearer {token}"))
                .header(header::CONTENT_TYPE, "application/json")
                .body(Body::from(body.to_string()))
                .unwrap();
            tokio::spawn(interface.router.clone().oneshot(request))
        })
        .collect();
    let mut new = 0;
    for request in racing {
        let response = request.await.unwrap().unwrap();
        assert_eq!(response.status(), StatusCode::OK);
        let body = to_bytes(response.into_body(), 1 << 20).await.unwrap();
        new += u32::from(serde_json::from_slice::<Value>(&body).unwrap()["is_new"] == json!(true));
    }
    assert_eq!(new, 1);
    let row = interface.bureau.catalogue().customer(customer).await.unwrap();
    assert_eq!(row.balance_minor, 700);
    // Another payment under the same reference is another thing, and changes nothing.
    let other = interface.bureau.customer("B", 0).await;
    for body in [deposit(customer, "one and the same", 701), deposit(other, "one and the same", 700)] {
        let answer = interface.ask(&token, Method::POST, "/deposits", body).await;
        answer.is(StatusCode::CONFLICT, "other_deposit");
    }
    let row = interface.bureau.catalogue().customer(customer).await.unwrap();
    assert_eq!(row.balance_minor, 700);
}

async fn a_program_leads_a_customer_and_a_meter_from_the_first_to_the_last(database: Database) {
    let interface = Interface::open(database).await;
    let all = &interface.token_for_all().await;
    let made =
        interface.ask(all, Method::POST, "/customers", json!({"name": "Müller", "limit_minor": 100})).await;
    assert_eq!(made.status, StatusCode::CREATED);
    let customer = made.body["reference"].as_str().unwrap().to_owned();
    let table = format!(
        "reference,amount,currency,booked_on,bank_reference,payer\n{customer},500.00,EUR,2026-11-28,b1,M\n\
         RF54000000001234,1.00,EUR,2026-11-28,b2,X\n"
    );
    let booked = interface.file(all, "text/csv", table.clone()).await;
    assert_eq!(booked.body, json!({"booked": 1, "known": 0, "unclear": 1, "passed_over": 0}));
    let again = interface.file(all, "text/csv", table).await;
    assert_eq!(again.body, json!({"booked": 0, "known": 2, "unclear": 0, "passed_over": 0}));
    let refused = interface.file(all, "text/csv", "reference\nx\n").await;
    let refused = refused.is(StatusCode::UNPROCESSABLE_ENTITY, "file");
    assert!(refused.body["error"]["faults"][0].as_str().unwrap().starts_with("line 1"));
    let unclear = interface.get(all, "/deposits?which=unclear").await;
    assert_eq!(unclear["items"][0]["bank_reference"], "b2");
    let assign = json!({"bank_reference": "b2", "customer": customer});
    interface.ask(all, Method::POST, "/deposits/assign", assign.clone()).await.done();
    let twice = interface.ask(all, Method::POST, "/deposits/assign", assign).await;
    twice.is(StatusCode::CONFLICT, "no_deposit");
    let reverse = json!({"bank_reference": "b2", "reason": "bounced"});
    interface.ask(all, Method::POST, "/deposits/reverse", reverse).await.done();
    let entries = interface.get(all, &format!("/customers/{customer}/entries?limit=2")).await;
    assert_eq!(entries["items"][0]["kind"], "reversal");
    let next = entries["next"].as_str().unwrap();
    let rest = interface.get(all, &format!("/customers/{customer}/entries?limit=2&after={next}")).await;
    assert_eq!((rest["items"].as_array().unwrap().len(), &rest["next"]), (1, &Value::Null));
    let change = json!({"name": "Müller & Co", "limit_minor": 0, "is_active": true, "reason": "merged"});
    interface.ask(all, Method::PUT, &format!("/customers/{customer}"), change).await.done();
    let row = interface.get(all, &format!("/customers/{customer}")).await;
    assert_eq!((&row["name"], &row["balance_minor"]), (&json!("Müller & Co"), &json!(50_000)));
    let meter = json!({"serial": "00000042", "customer": customer, "profile": "p1", "value_min_minor": 20,
                       "days_ahead": 7});
    let enrolled = interface.ask(all, Method::POST, "/meters", meter.clone()).await;
    assert_eq!(enrolled.status, StatusCode::CREATED, "{enrolled:?}");
    interface.ask(all, Method::POST, "/meters", meter).await.is(StatusCode::CONFLICT, "meter_exists");
    let seal = interface.ask(all, Method::POST, "/meters/42/seal", Value::Null).await;
    assert_eq!(seal.body["seal"], enrolled.body["seal"]);
    let settle = json!({"spent_since_minor": 0});
    interface
        .ask(all, Method::POST, "/meters/42/gone/settle", settle)
        .await
        .is(StatusCode::CONFLICT, "not_possible");
    interface.ask(all, Method::PUT, "/meters/42/gone", json!({"why": "lost"})).await.done();
    assert_eq!(interface.get(all, "/meters?service=gone").await["items"][0]["serial"], "00000042");
    interface.ask(all, Method::DELETE, "/meters/42/gone", Value::Null).await.done();
    let audit = interface.get(all, "/audit/meters/42").await;
    assert_eq!((&audit[0]["who"], &audit[0]["event"]["kind"]), (&json!("all"), &json!("meter_gone")));
    let desk = interface.get(all, "/audit/desks/all").await;
    assert_eq!(desk[0]["event"]["kind"], "customer_changed");
}

#[test]
fn settings_are_set_as_a_whole_or_not_at_all() {
    run(async {
        let interface = Interface::open(Database::file()).await;
        let admin = &interface.token("admin", &[Scope::Administration]).await;
        let mut set = interface.get(admin, "/settings").await;
        assert_eq!((&set["carrier"], &set["operations"]["gone_days"]), (&json!("Test Post"), &json!(90)));
        let put =
            async |path: &str, body: &Value| interface.ask(admin, Method::PUT, path, body.clone()).await;
        set["operations"]["gone_days"] = json!(30);
        put("/settings/operations", &set["operations"]).await.done();
        set["decisions"]["least_silence_days"] = json!(21);
        put("/settings/decisions", &set["decisions"]).await.done();
        assert_eq!(interface.get(admin, "/settings").await, set);
        let partly = json!({"gone_days": 1});
        let answer = put("/settings/operations", &partly).await;
        answer.is(StatusCode::UNPROCESSABLE_ENTITY, "refused");
        let mut wrong = set["operations"].clone();
        wrong["run_hours"] = json!(0);
        put("/settings/operations", &wrong).await.is(StatusCode::UNPROCESSABLE_ENTITY, "refused");
        let mut wrong = set["decisions"].clone();
        wrong["typical_days"]["a"] = json!(0);
        put("/settings/decisions", &wrong).await.is(StatusCode::UNPROCESSABLE_ENTITY, "refused");
        assert_eq!(interface.get(admin, "/settings").await, set);
    });
}

#[test]
fn people_and_tokens_are_managed_by_administration_alone() {
    run(async {
        let interface = Interface::open(Database::file()).await;
        let admin = &interface.token("admin", &[Scope::Administration]).await;
        let ask = async |method, path: &str, body| interface.ask(admin, method, path, body).await;
        let carl = json!({"name": "carl", "full_name": "Carl C.", "roles": ["operator"]});
        let made = ask(Method::POST, "/people", carl.clone()).await;
        assert_eq!(made.status, StatusCode::CREATED, "{made:?}");
        assert_eq!(made.body["secret"].as_str().map(str::len), Some(64));
        ask(Method::POST, "/people", carl).await.is(StatusCode::CONFLICT, "name_taken");
        let king = json!({"name": "k", "full_name": "K", "roles": ["king"]});
        ask(Method::POST, "/people", king).await.is(StatusCode::UNPROCESSABLE_ENTITY, "refused");
        ask(Method::PUT, "/people/carl/roles", json!({"roles": ["auditor", "post"]})).await.done();
        ask(Method::PUT, "/people/carl/enabled", json!({"is_enabled": false})).await.done();
        let again = ask(Method::POST, "/people/carl/invitation", Value::Null).await;
        again.is(StatusCode::CONFLICT, "disabled");
        ask(Method::PUT, "/people/carl/enabled", json!({"is_enabled": true})).await.done();
        assert_eq!(
            ask(Method::POST, "/people/carl/invitation", Value::Null).await.status,
            StatusCode::CREATED
        );
        let people = interface.get(admin, "/people").await;
        assert_eq!(people[0]["roles"], json!(["auditor", "post"]));
        let until_ms = interface.app.now_ms() + DAY_MS;
        let new = json!({"name": "bank", "scopes": ["deposits:write"], "until_ms": until_ms});
        let made = ask(Method::POST, "/tokens", new).await;
        let token = made.body["token"].as_str().unwrap().to_owned();
        let nothing = interface.ask(&token, Method::POST, "/deposits", json!({})).await;
        nothing.is(StatusCode::UNPROCESSABLE_ENTITY, "refused");
        let mixed =
            json!({"name": "x", "scopes": ["administration", "deposits:write"], "until_ms": until_ms});
        ask(Method::POST, "/tokens", mixed).await.is(StatusCode::UNPROCESSABLE_ENTITY, "refused");
        ask(Method::DELETE, "/tokens/bank", Value::Null).await.done();
        ask(Method::DELETE, "/tokens/bank", Value::Null).await.done();
        ask(Method::DELETE, "/tokens/nobody", Value::Null).await.is(StatusCode::NOT_FOUND, "no_such_name");
        let gone = interface.ask(&token, Method::POST, "/deposits", json!({})).await;
        gone.is(StatusCode::UNAUTHORIZED, "token");
        let tokens = interface.get(admin, "/tokens").await;
        assert_eq!(tokens.as_array().unwrap().len(), 2);
        assert!(!tokens.to_string().contains(&token));
    });
}

async fn a_program_hands_a_claim_in_and_another_settles_it(database: Database) {
    let mut interface = Interface::open(database).await;
    let customer = interface.bureau.customer("Muster", 50_000).await;
    interface.bureau.meter(serial(), customer).await;
    let mut device = Device { seal: 7, ..Device::default() };
    let amount = Ask::Amount { amount: money(10_000), work: work("") };
    interface.bureau.call(&mut device, &[amount, Ask::Refill]).await;
    device.frank(85);
    device.frank(110);
    interface.bureau.call(&mut device, &[Ask::Contact]).await;
    let today = Date::from_day_number((interface.app.now_ms() / DAY_MS - 10_957) as u32).unwrap();
    let office = &interface.bureau.office;
    let indicia =
        [indicium(office, serial(), 1, 85, today).await, indicium(office, serial(), 2, 110, today).await];
    let document = serde_json::to_value(claim(serial(), &indicia)).unwrap();
    let hands_in = interface.token("meters", &[Scope::RefundsClaim]).await;
    let settles = interface.token("desk", &[Scope::RefundsSettle, Scope::CustomersRead]).await;
    let ask =
        async |token: &str, path: &str, body: Value| interface.ask(token, Method::POST, path, body).await;
    let answer = ask(&hands_in, "/refunds", document.clone()).await;
    assert_eq!(answer.body, json!({"claim": 1, "is_new": true}), "{answer:?}");
    assert_eq!(ask(&hands_in, "/refunds", document.clone()).await.body["is_new"], false);
    ask(&hands_in, "/refunds", json!({"version": 1})).await.is(StatusCode::UNPROCESSABLE_ENTITY, "refused");
    // Who hands in does not settle, and the other way round.
    let received = json!({"consignment": "p17", "imprints": 1, "postage_minor": 85});
    ask(&hands_in, "/refunds/1/received", received.clone()).await.is(StatusCode::FORBIDDEN, "scope");
    ask(&settles, "/refunds", document).await.is(StatusCode::FORBIDDEN, "scope");
    ask(&settles, "/refunds/1/received", received.clone()).await.is(StatusCode::CONFLICT, "other_count");
    ask(&settles, "/refunds/1/refused", json!({"line": 2, "reason": "no paper"})).await.done();
    let again = ask(&settles, "/refunds/1/refused", json!({"line": 2, "reason": "no paper"})).await;
    again.is(StatusCode::CONFLICT, "no_open_line");
    let paid = ask(&settles, "/refunds/1/received", received).await;
    assert_eq!(paid.body, json!({"refunded": 1, "paid_minor": 85, "waiting": 0}), "{paid:?}");
    let other = json!({"consignment": "p18", "imprints": 0, "postage_minor": 0});
    ask(&settles, "/refunds/1/received", other).await.is(StatusCode::CONFLICT, "other_consignment");
    let shown = interface.get(&settles, "/refunds/1").await;
    let states: Vec<&str> =
        shown["lines"].as_array().unwrap().iter().map(|line| line["state"].as_str().unwrap()).collect();
    assert_eq!(states, ["refunded", "refused"]);
    assert_eq!(interface.get(&settles, "/refunds?which=open").await["items"], json!([]));
    let entries = interface.get(&settles, &format!("/customers/{}/entries", plain(customer))).await;
    assert_eq!(
        (&entries["items"][0]["kind"], &entries["items"][0]["amount_minor"]),
        (&json!("spoiled"), &json!(85))
    );
}

async fn no_answer_of_a_full_tour_holds_key_material(database: Database) {
    let mut interface = Interface::open(database).await;
    let all = &interface.token_for_all().await;
    let admin = &interface.token("admin", &[Scope::Administration]).await;
    let customer = interface.bureau.customer("Tour", 50_000).await;
    // A profile of its own, with all that it holds.
    let profile = serde_json::to_value(Profile::named("p2").unwrap()).unwrap();
    let body = json!({"serial": serial().to_string(), "customer": plain(customer), "profile": profile,
                      "value_min_minor": 20, "days_ahead": 7, "settings": {"contact": {"warn_hours": 24}}});
    assert_eq!(interface.ask(all, Method::POST, "/meters", body).await.status, StatusCode::CREATED);
    let mut device = Device { seal: 7, ..Device::default() };
    let amount = Ask::Amount { amount: money(10_000), work: work("") };
    interface.bureau.call(&mut device, &[amount]).await;
    let meter = "/meters/12345678";
    let acts = [
        (Method::POST, "/tasks", json!({"task": "stop"})),
        (Method::POST, "/tasks", json!({"task": "free"})),
        (Method::POST, "/tasks", json!({"task": "clear_errors"})),
        (Method::POST, "/tasks", json!({"task": "unpair"})),
        (Method::POST, "/tasks", json!({"task": "forget_lock"})),
        (Method::POST, "/tasks", json!({"task": "clock"})),
        (
            Method::POST,
            "/tasks",
            json!({"task": "enrol_program", "program": "own", "checksum": "ab".repeat(32)}),
        ),
        (Method::POST, "/tasks", json!({"task": "pieces", "count": 100})),
        (
            Method::PUT,
            "/conditions",
            json!({"refill_max_minor": 5_000, "call_back_only": true, "registered": "tel:0301"}),
        ),
        (Method::DELETE, "/grant", Value::Null),
        (
            Method::POST,
            "/openings",
            json!({"technician": "T", "about_ms": interface.app.now_ms(), "work": "w", "agreed_minor": 500}),
        ),
        (Method::POST, "/seal", Value::Null),
        (Method::POST, "/reset", json!({"registers": "own"})),
        (Method::PUT, "/mark", json!({"reason": "odd"})),
        (Method::POST, "/inspected", json!({"note": "fine"})),
        (Method::DELETE, "/mark", Value::Null),
        (Method::PUT, "/leaving", Value::Null),
        (Method::DELETE, "/leaving", Value::Null),
    ];
    for (method, path, body) in acts {
        let answer = interface.ask(all, method, &format!("{meter}{path}"), body).await;
        // No grant is open, and the meter has told of no fault.
        let is_expected = match path {
            "/grant" => answer.status == StatusCode::CONFLICT,
            "/reset" => answer.status == StatusCode::UNPROCESSABLE_ENTITY,
            _ => answer.status.is_success(),
        };
        assert!(is_expected, "{path}: {answer:?}");
    }
    let claim = json!({"version": 1, "serial": 12_345_678, "imprints": [{
        "request": "1", "epoch": 1, "date": "2026-11-28", "postage": 85, "mv": 17, "set": "s22",
        "symbols": [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12], "reason": "printer", "spoiled_on": "2026-11-28"}]});
    let handed_in = interface.ask(all, Method::POST, "/refunds", claim).await;
    assert_eq!(handed_in.body, json!({"claim": 1, "is_new": true}), "{handed_in:?}");
    let state = interface.get(all, meter).await;
    assert_eq!(state["standing"]["opening"]["stage"], "announced");
    for endpoint in api::endpoints().iter().filter(|endpoint| endpoint.method() == Method::GET) {
        let path = endpoint.path().replace("{serial}", "12345678").replace("{name}", "all");
        let path = path.replace("{reference}", &plain(customer)).replace("{claim}", "1");
        let path =
            if path == "/deposits/find" { format!("{path}?bank_reference=first%20of%20Tour") } else { path };
        let token = if Scope::Administration.may(endpoint.right()) { admin } else { all };
        interface.get(token, &path).await;
    }
    let secrets = secrets(&interface).await;
    interface.ask(all, Method::DELETE, &format!("{meter}/openings"), Value::Null).await.done();
    let answered = interface.answered.borrow();
    assert!(answered.contains("12345678") && answered.len() > 10_000);
    assert!(secrets.len() >= 8, "{secrets:?}");
    for (what, secret) in secrets {
        assert!(!answered.contains(&secret), "{what} was answered");
    }
}

/// Everything that must not be answered, in the digits in which it would be.
async fn secrets(interface: &Interface) -> Vec<(String, String)> {
    let hex = |bytes: &[u8]| -> String { bytes.iter().map(|byte| format!("{byte:02x}")).collect() };
    let link = interface.bureau.office.link_key(serial()).await.unwrap();
    let issuer = interface.bureau.office.issuer();
    let mut secrets = vec![
        ("the link key".to_owned(), hex(link.bytes())),
        ("the issuer's key".to_owned(), hex(&issuer.to_bytes())),
    ];
    let numbers = format!("{:?}", link.bytes()).replace(' ', "");
    secrets.push(("the link key as numbers".to_owned(), numbers));
    let folder = interface.bureau.catalogue().meter(serial()).await.unwrap().folder;
    let codeword = folder.file.account.state().opening.as_ref().expect("an opening is announced").next;
    secrets.push(("the codeword".to_owned(), hex(&codeword)));
    for (table, column) in [("wrapped_key", "wrapped"), ("master_key", "control"), ("api_token", "hash")] {
        let select = sqlx::AssertSqlSafe(format!("SELECT {column} FROM {table}"));
        let rows = sqlx::query_scalar::<_, String>(select).fetch_all(interface.bureau.store.reads());
        let rows = rows.await.unwrap();
        assert!(!rows.is_empty(), "{table}");
        secrets.extend(rows.into_iter().map(|row| (format!("a row of {table}"), row)));
    }
    secrets
}
