//! The interface for programs: JSON over HTTP under `/api/v1`, described by OpenAPI 3.1 at `/api/v1/openapi.json`.
//!
//! What always holds: each route stands once, as an [`Endpoint`], out of which both the router and the description are
//! made; a request is let in by its token before anything of it is read, by the right that the endpoint names; every
//! body is bounded before it is read and is a value of a type before anybody acts on it; an answer holds no key, no
//! codeword and nothing of the inside of a fault. What this must never do: decide. Whatever is done, the office does.
//!
//! Money is never booked twice: a deposit is known by the bank's reference, and whoever is not sure whether a request
//! arrived sends it again.
//!
//! | file | holds |
//! |---|---|
//! | `endpoint` | a route: who may call it, what it takes and gives, what it does |
//! | `visit` | who calls, by the token |
//! | `input`, `segment`, `answer` | what comes in and what goes out |
//! | `fault` | what is answered where something was not done |
//! | `document` | the description |
//! | `whole` | settings that are set as a whole |
//! | `lists`, `customers`, `deposits`, `refunds`, `meters`, `openings`, `settings`, `people` | the endpoints |

mod answer;
mod customers;
mod deposits;
mod document;
mod endpoint;
mod fault;
mod input;
mod lists;
mod meters;
mod openings;
mod people;
mod refunds;
mod segment;
mod settings;
mod visit;
mod whole;

pub use document::document;
pub use endpoint::Endpoint;

use crate::app::App;
use axum::Router;
use axum::http::{StatusCode, header};
use axum::response::IntoResponse;
use axum::routing::get;
use fault::ApiFault;

/// Where the interface is mounted.
pub const MOUNTED_AT: &str = "/api/v1";
/// Where it describes itself, below that.
pub const DOCUMENT_AT: &str = "/openapi.json";

/// All endpoints.
pub fn endpoints() -> Vec<Endpoint> {
    [
        lists::endpoints(),
        customers::endpoints(),
        deposits::endpoints(),
        refunds::endpoints(),
        meters::endpoints(),
        openings::endpoints(),
        settings::endpoints(),
        people::endpoints(),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// The routes, to be mounted at [`MOUNTED_AT`].
pub fn routes() -> Router<App> {
    let document = document().to_json().unwrap_or_default();
    let described = move || {
        let document = document.clone();
        async move { ([(header::CONTENT_TYPE, "application/json")], document) }
    };
    let router = Router::new().route(DOCUMENT_AT, get(described));
    let router = endpoints().into_iter().fold(router, |router, endpoint| {
        let path = endpoint.path();
        router.route(path, endpoint.into_route())
    });
    router
        .fallback(|| async { ApiFault::no_such_address().into_response() })
        .method_not_allowed_fallback(|| async {
            ApiFault::new(StatusCode::METHOD_NOT_ALLOWED, "method", "this address is not asked in that way")
                .into_response()
        })
        .layer(axum::middleware::from_fn(web::protect))
}
