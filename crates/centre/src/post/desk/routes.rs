//! Link H over HTTP. `docs/formats/link-h.md` lists the addresses.
//!
//! What always holds: nothing is done for whoever does not show the token of an open station; a body is bounded before it
//! is read and has a bounded time to arrive; a list is sent piece by piece. What this must never do: answer a station
//! with another station's keys.

use super::{BATCH_BYTES_MAX, Document, PostDesk, PostFault, StationRow, kind_named};
use crate::app::App;
use crate::office::OfficeFault;
use crate::people::{PeopleFault, Right, Secret};
use axum::body::{Body, Bytes};
use axum::extract::rejection::QueryRejection;
use axum::extract::{DefaultBodyLimit, FromRequest, FromRequestParts, Path, Query, Request};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use futures_core::Stream;
use link::h::Kind;
use serde::{Deserialize, Serialize};
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;
use terms::Serial;
use tokio::sync::mpsc;

/// How long a batch may take to arrive.
const BODY_TIME: Duration = Duration::from_secs(120);
/// How many parts of a list are read ahead of the line.
const PARTS_AHEAD: usize = 2;
const DOCUMENT: HeaderValue = HeaderValue::from_static("application/octet-stream");

/// The addresses of link H, below where they are mounted: `/h/v1`.
pub fn routes() -> Router<App> {
    Router::new()
        .route("/stations/me", get(me))
        .route("/lists/{kind}", get(list))
        .route("/meters/{serial}", get(meter))
        .route("/sightings", post(|visit, request| batch(Kind::Sightings, visit, request)))
        .route("/findings", post(|visit, request| batch(Kind::Findings, visit, request)))
        .route("/cases", post(|visit, request| batch(Kind::Cases, visit, request)))
        .route("/taken", post(|visit, request| batch(Kind::Taken, visit, request)))
        .fallback(|| async { Refusal::no_such_address() })
        .method_not_allowed_fallback(|| async { Refusal::no_such_address() })
        .layer(DefaultBodyLimit::max(BATCH_BYTES_MAX))
}

/// A station that has shown its token.
struct Visit {
    desk: PostDesk,
    station: StationRow,
    now_ms: i64,
}

impl FromRequestParts<App> for Visit {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Visit, Refusal> {
        let now_ms = app.now_ms();
        let shown = parts.headers.get(header::AUTHORIZATION).and_then(|header| header.to_str().ok());
        let secret = shown.and_then(Secret::from_authorization).ok_or_else(Refusal::no_token)?;
        let holder = app.people.token(&secret, now_ms).await?.ok_or_else(Refusal::no_token)?;
        if !holder.may(Right::ServePost) {
            let sentence = "the token is not good for this: it needs the scope post";
            return Err(Refusal::new(StatusCode::FORBIDDEN, "scope", sentence));
        }
        let desk = PostDesk::new(app.office.clone());
        let station = desk.station_of_token(holder.name.text()).await?;
        Ok(Visit { desk, station, now_ms })
    }
}

/// What a station is told of itself.
#[derive(Debug, Serialize)]
struct Me {
    number: u32,
    name: String,
    carrier: String,
    /// The newest list of each kind that is there for it, and the newest that it has confirmed.
    lists: Vec<MyList>,
    /// The last batch of each kind that was taken from it.
    batches: Vec<MyBatch>,
}

#[derive(Debug, Serialize)]
struct MyList {
    kind: Kind,
    number: u64,
    valid_until: terms::Date,
    taken: u64,
}

#[derive(Debug, Serialize)]
struct MyBatch {
    kind: Kind,
    number: u64,
}

/// `GET stations/me`
async fn me(visit: Visit) -> Result<Json<Me>, Refusal> {
    let Visit { desk, station, now_ms } = visit;
    let issued = desk.issued().await?;
    let for_it = |list: &super::IssuedList| list.station.is_none_or(|number| number == station.number);
    let lists = issued.into_iter().filter(for_it).map(|list| MyList {
        kind: list.kind,
        number: list.number,
        valid_until: list.valid_until,
        taken: station.station.newest(list.kind),
    });
    let batches = desk.last_batches(station.number).await?;
    Ok(Json(Me {
        number: station.number,
        name: station.station.name.to_string(),
        carrier: desk.office.settings().now(now_ms).await?.carrier.name.clone(),
        lists: lists.collect(),
        batches: batches.into_iter().map(|(kind, number)| MyBatch { kind, number }).collect(),
    }))
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct ListQuery {
    /// The number that the station has already.
    newer_than: Option<u64>,
}

/// `GET lists/{kind}`
async fn list(
    visit: Visit,
    Path(name): Path<String>,
    query: Result<Query<ListQuery>, QueryRejection>,
    headers: HeaderMap,
) -> Result<Response, Refusal> {
    let Query(ListQuery { newer_than }) = query.map_err(|_| Refusal::query("newer_than and a number"))?;
    let kind = kind_named(&name).filter(|kind| super::LIST_KINDS.contains(kind));
    let kind = kind.ok_or_else(Refusal::no_such_address)?;
    let document = visit.desk.document(kind, &visit.station).await?;
    let tag = format!("\"{}\"", document.number);
    let known = headers.get(header::IF_NONE_MATCH).is_some_and(|known| known.as_bytes() == tag.as_bytes());
    if known || newer_than.is_some_and(|number| number >= document.number) {
        return Ok((StatusCode::NOT_MODIFIED, [(header::ETAG, tag)]).into_response());
    }
    let length = document.bytes.to_string();
    let body = Body::from_stream(Sending::send(visit.desk, document));
    let mut response = ([(header::ETAG, tag), (header::CONTENT_LENGTH, length)], body).into_response();
    response.headers_mut().insert(header::CONTENT_TYPE, DOCUMENT);
    Ok(response)
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct MeterQuery {
    /// The kind of list; that of meters where none is named.
    list: Option<String>,
}

/// `GET meters/{serial}`
async fn meter(
    visit: Visit,
    Path(serial): Path<String>,
    query: Result<Query<MeterQuery>, QueryRejection>,
) -> Result<Response, Refusal> {
    let Query(MeterQuery { list }) = query.map_err(|_| Refusal::query("list and a kind of list"))?;
    let serial: Serial = serial.parse().map_err(|_| Refusal::no_such_address())?;
    let kind = kind_named(list.as_deref().unwrap_or(Kind::Meters.name()));
    let kind = kind.ok_or_else(|| Refusal::query("list and a kind of list"))?;
    let document = visit.desk.only(kind, serial, &visit.station, visit.now_ms).await?;
    Ok(([(header::CONTENT_TYPE, DOCUMENT)], document).into_response())
}

#[derive(Debug, Serialize)]
struct Confirmed {
    number: u64,
    is_new: bool,
}

/// `POST sightings`, `findings`, `cases`, `taken`
async fn batch(kind: Kind, visit: Visit, request: Request) -> Result<Response, Refusal> {
    let document = match tokio::time::timeout(BODY_TIME, Bytes::from_request(request, &())).await {
        Ok(Ok(document)) => document,
        Ok(Err(rejection)) if rejection.status() == StatusCode::PAYLOAD_TOO_LARGE => {
            let sentence = format!("a batch has at most {BATCH_BYTES_MAX} bytes here: make it shorter");
            return Err(Refusal::new(StatusCode::PAYLOAD_TOO_LARGE, "801", sentence));
        }
        Ok(Err(_)) => return Err(Refusal::new(StatusCode::BAD_REQUEST, "body", "the body broke off")),
        Err(_) => {
            let sentence = "the body took too long to arrive";
            return Err(Refusal::new(StatusCode::REQUEST_TIMEOUT, "timeout", sentence));
        }
    };
    let receipt = visit.desk.receive(kind, &document, &visit.station, visit.now_ms).await?;
    Ok(match receipt.elsewhere {
        Some(elsewhere) => ([(header::CONTENT_TYPE, DOCUMENT)], elsewhere).into_response(),
        None => Json(Confirmed { number: receipt.number, is_new: receipt.is_new }).into_response(),
    })
}

/// The parts of a list on their way.
struct Sending(mpsc::Receiver<Result<Bytes, PostFault>>);

impl Sending {
    /// Reads the parts as fast as they are taken.
    fn send(desk: PostDesk, document: Document) -> Sending {
        let (sender, receiver) = mpsc::channel(PARTS_AHEAD);
        tokio::spawn(async move {
            for place in 0.. {
                let part = desk.part(&document, place).await.map(|text| text.map(Bytes::from));
                let Some(part) = part.transpose() else { return };
                let is_fault = part.is_err();
                // Whoever asked has gone, or is told by a body that breaks off.
                if sender.send(part).await.is_err() || is_fault {
                    return;
                }
            }
        });
        Sending(receiver)
    }
}

impl Stream for Sending {
    type Item = Result<Bytes, PostFault>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.0.poll_recv(context)
    }
}

/// Why something was not done, in the shape of the interface for programs.
#[derive(Debug)]
struct Refusal {
    status: StatusCode,
    told: Told,
}

#[derive(Debug, Serialize)]
struct Told {
    code: String,
    sentence: String,
    /// The number of the batch that comes next, where others are missing.
    #[serde(skip_serializing_if = "Option::is_none")]
    expected: Option<u64>,
}

#[derive(Serialize)]
struct Whole<'a> {
    error: &'a Told,
}

impl Refusal {
    fn new(status: StatusCode, code: &str, sentence: impl Into<String>) -> Refusal {
        let told = Told { code: code.to_owned(), sentence: sentence.into(), expected: None };
        Refusal { status, told }
    }

    fn no_such_address() -> Refusal {
        let sentence = "there is nothing of link H at this address";
        Refusal::new(StatusCode::NOT_FOUND, "address", sentence)
    }

    fn no_token() -> Refusal {
        let sentence = "show the station's token: Authorization: Bearer TOKEN";
        Refusal::new(StatusCode::UNAUTHORIZED, "token", sentence)
    }

    fn query(expected: &str) -> Refusal {
        let sentence = format!("behind the question mark stands nothing but {expected}");
        Refusal::new(StatusCode::BAD_REQUEST, "query", sentence)
    }

    /// Of a fault of its own the centre's log hears, and the station that there was one.
    fn own(fault: &dyn std::fmt::Display) -> Refusal {
        tracing::error!(%fault, "a station of the post could not be served");
        let sentence = "the centre could not do this by its own fault: send the same again later";
        Refusal::new(StatusCode::INTERNAL_SERVER_ERROR, "own_fault", sentence)
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let mut response = (self.status, Json(Whole { error: &self.told })).into_response();
        if self.status == StatusCode::UNAUTHORIZED {
            response.headers_mut().insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        response
    }
}

impl From<PostFault> for Refusal {
    fn from(fault: PostFault) -> Refusal {
        let code = fault.code().map(|code| code.to_string());
        let sentence = fault.to_string();
        let with = |status| Refusal::new(status, code.as_deref().unwrap_or("refused"), sentence);
        match &fault {
            PostFault::Batch(_) | PostFault::Request(_) => with(StatusCode::UNPROCESSABLE_ENTITY),
            PostFault::Differs => with(StatusCode::CONFLICT),
            PostFault::Gap { expected } => {
                let mut refusal = with(StatusCode::CONFLICT);
                refusal.told.expected = Some(*expected);
                refusal
            }
            PostFault::NoList => with(StatusCode::NOT_FOUND),
            PostFault::NoStation => with(StatusCode::FORBIDDEN),
            PostFault::List(_) | PostFault::Office(_) => Refusal::own(&fault),
        }
    }
}

impl From<OfficeFault> for Refusal {
    fn from(fault: OfficeFault) -> Refusal {
        Refusal::own(&fault)
    }
}

impl From<PeopleFault> for Refusal {
    fn from(fault: PeopleFault) -> Refusal {
        Refusal::own(&fault)
    }
}
