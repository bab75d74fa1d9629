//! A station of the post as the centre sees one: it speaks HTTP, opens what the carrier has signed, signs what it reports.

use crate::office_desk::{Bureau, DAY_MS};
use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, Method, Request, StatusCode, header};
use centre::app::App;
use centre::people::{Name as ActorName, People, Scope, Scopes};
use centre::post::desk::{NewStation, PostDesk, routes};
use ed25519_dalek::SigningKey;
use imprint::numbers::Key;
use link::h::{Batch, Current, Entry, Expected, Item, Kind, ListError, Name, VERSION};
use terms::{Date, Serial};
use tower::ServiceExt;

/// The post's desk of an office, with its routes.
pub struct Desk {
    pub bureau: Bureau,
    pub desk: PostDesk,
    pub people: People,
    pub router: Router,
    pub now_ms: i64,
}

impl Desk {
    pub async fn open(bureau: Bureau) -> Desk {
        let people = People::open(bureau.store.clone()).await.unwrap();
        let app = App { office: bureau.office.clone(), people: people.clone(), is_secure: false };
        let now_ms = app.now_ms();
        let router = Router::new().nest("/h/v1", routes()).with_state(app);
        Desk { desk: PostDesk::new(bureau.office.clone()), bureau, people, router, now_ms }
    }

    /// A token with these scopes.
    pub async fn token(&self, name: &str, scopes: &[Scope]) -> String {
        let by: ActorName = "anna".parse().unwrap();
        let (name, scopes): (ActorName, Scopes) = (name.parse().unwrap(), scopes.iter().copied().collect());
        let until_ms = self.now_ms + 30 * DAY_MS;
        let made = self.people.make_token(by.desk(), &name, &scopes, until_ms, self.now_ms).await.unwrap();
        made.token_text().to_string()
    }

    /// A station that is taken in, with its token.
    pub async fn station(&self, text: &str) -> Station {
        let signing = SigningKey::from_bytes(&[text.as_bytes()[0]; 32]);
        let token_name = format!("station-{}", text.to_lowercase());
        let token = self.token(&token_name, &[Scope::Post]).await;
        let name = name(text);
        let verifying_key = signing.verifying_key();
        let new = NewStation { name: name.clone(), verifying_key, token: Some(token_name) };
        let made = self.desk.make_station(&new, "anna", self.now_ms).await.unwrap();
        let carrier = self.bureau.office.issuer().verifying_key();
        Station {
            name,
            number: made.number,
            signing,
            key: made.key,
            token,
            carrier,
            router: self.router.clone(),
        }
    }
}

/// A station.
#[derive(Clone)]
pub struct Station {
    pub name: Name,
    pub number: u32,
    pub signing: SigningKey,
    pub key: Key,
    pub token: String,
    pub carrier: ed25519_dalek::VerifyingKey,
    pub router: Router,
}

/// What came back.
pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: Vec<u8>,
}

impl Answer {
    /// The code of an error.
    #[track_caller]
    pub fn code(&self) -> String {
        let value: serde_json::Value = serde_json::from_slice(&self.body).unwrap();
        assert!(value["error"]["sentence"].as_str().is_some_and(|sentence| !sentence.is_empty()));
        value["error"]["code"].as_str().unwrap().to_owned()
    }

    pub fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body).unwrap()
    }
}

/// Asks with a token, or without.
pub async fn ask(router: &Router, method: Method, path: &str, token: Option<&str>, body: Vec<u8>) -> Answer {
    let mut request = Request::builder().method(method).uri(format!("/h/v1/{path}"));
    if let Some(token) = token {
        request = request.header(header::AUTHORIZATION, format!("Bearer {token}"));
    }
    let response = router.clone().oneshot(request.body(Body::from(body)).unwrap()).await.unwrap();
    let (parts, body) = response.into_parts();
    let body = to_bytes(body, usize::MAX).await.unwrap().to_vec();
    Answer { status: parts.status, headers: parts.headers, body }
}

pub fn name(text: &str) -> Name {
    Name::try_from(text.to_owned()).unwrap()
}

impl Station {
    pub async fn get(&self, path: &str) -> Answer {
        ask(&self.router, Method::GET, path, Some(&self.token), Vec::new()).await
    }

    pub async fn post(&self, path: &str, body: Vec<u8>) -> Answer {
        ask(&self.router, Method::POST, path, Some(&self.token), body).await
    }

    /// Opens a document as this station, which knows nothing newer than this number.
    pub fn open<T: Entry>(
        &self,
        document: &[u8],
        only: Option<Serial>,
        newest_known: u64,
    ) -> Result<Current<T>, ListError> {
        let (trusted, today) = ([self.carrier], Date::FIRST);
        Current::open(
            document,
            &Expected { trusted: &trusted, today, station: &self.name, only, newest_known },
        )
    }

    /// Fetches a whole list: its number and its entries.
    pub async fn fetch<T: Entry>(&self) -> (u64, Vec<T>) {
        let answer = self.get(&format!("lists/{}", T::KIND.name())).await;
        assert_eq!(answer.status, StatusCode::OK, "{}", String::from_utf8_lossy(&answer.body));
        assert_eq!(answer.headers[header::CONTENT_LENGTH], answer.body.len().to_string());
        let current = self.open::<T>(&answer.body, None, 0).unwrap();
        let number = current.list().number;
        assert_eq!(answer.headers[header::ETAG], format!("\"{number}\""));
        (number, current.into_entries())
    }

    /// A signed batch.
    pub fn batch<T: Item>(&self, number: u64, entries: Vec<T>) -> Vec<u8> {
        let station = self.name.clone();
        Batch { version: VERSION, station, number, made_ms: 0, entries }.seal(&self.signing).unwrap()
    }

    /// Sends a batch, which is taken.
    pub async fn send<T: Item>(&self, number: u64, entries: Vec<T>) -> Answer {
        let answer = self.post(T::KIND.name(), self.batch(number, entries)).await;
        assert_eq!(answer.status, StatusCode::OK, "{}", String::from_utf8_lossy(&answer.body));
        answer
    }

    /// Confirms a list.
    pub async fn confirm(&self, number: u64, kind: Kind, list: u64) {
        self.send(number, vec![link::h::Taken { kind, number: list, at_ms: 0 }]).await;
    }
}
