//! The files pages refer to, held in the program. Each one's address carries the hash of its content, so a browser may
//! keep it for ever and still sees the next version at once.

use axum::Router;
use axum::extract::Path;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;

/// A file that pages refer to.
#[derive(Clone, Copy, Debug)]
pub struct Asset {
    stem: &'static str,
    ending: &'static str,
    content_type: &'static str,
    body: &'static str,
    hash: u64,
}

/// All of them.
const ASSETS: &[Asset] = &[
    Asset::new("style", "css", "text/css; charset=utf-8", include_str!("../assets/style.css")),
    Asset::new("icon", "svg", "image/svg+xml", include_str!("../assets/icon.svg")),
];

impl Asset {
    const fn new(
        stem: &'static str,
        ending: &'static str,
        content_type: &'static str,
        body: &'static str,
    ) -> Asset {
        Asset { stem, ending, content_type, body, hash: fingerprint(body.as_bytes()) }
    }

    /// Where it is served.
    pub fn path(&self) -> String {
        format!("/assets/{}-{:016x}.{}", self.stem, self.hash, self.ending)
    }

    /// Its text.
    pub fn body(&self) -> &'static str {
        self.body
    }
}

/// FNV-1a, 64 bits: it tells versions apart and protects nothing.
const fn fingerprint(bytes: &[u8]) -> u64 {
    let mut hash = 0xcbf2_9ce4_8422_2325_u64;
    let mut at = 0;
    while at < bytes.len() {
        hash = (hash ^ bytes[at] as u64).wrapping_mul(0x0100_0000_01b3);
        at += 1;
    }
    hash
}

/// The asset of this name, such as `style.css`.
pub fn asset(name: &str) -> Option<&'static Asset> {
    ASSETS.iter().find(|asset| {
        name.strip_prefix(asset.stem).and_then(|end| end.strip_prefix('.')) == Some(asset.ending)
    })
}

/// The route that serves them all.
pub fn assets<S: Clone + Send + Sync + 'static>() -> Router<S> {
    Router::new().route("/assets/{name}", get(serve))
}

async fn serve(Path(name): Path<String>) -> Response {
    let wanted = format!("/assets/{name}");
    match ASSETS.iter().find(|asset| asset.path() == wanted) {
        Some(asset) => {
            let cached = HeaderValue::from_static("public, max-age=31536000, immutable");
            let content_type = HeaderValue::from_static(asset.content_type);
            ([(header::CONTENT_TYPE, content_type), (header::CACHE_CONTROL, cached)], asset.body)
                .into_response()
        }
        None => (StatusCode::NOT_FOUND, "There is no such file.").into_response(),
    }
}
