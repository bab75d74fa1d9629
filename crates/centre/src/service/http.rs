//! Pages and interfaces behind one door: routes, TLS, health, metrics, a log line for each request.
//!
//! What always holds: an answer carries the headers of `web::protect`; a request has its time and its size.

use super::configuration::{Configuration, TlsConfiguration};
use super::opening::StartFault;
use crate::app::App;
use crate::people::{Right, Secret};
use crate::{api, console, post};
use axum::Router;
use axum::extract::{MatchedPath, Request, State};
use axum::http::{StatusCode, header};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum_server::Handle;
use axum_server::tls_rustls::RustlsConfig;
use metrics::{counter, histogram};
use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};
use std::net::{SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use std::time::{Duration, Instant};
use tokio::sync::watch;

/// How long requests under way are waited for at the end.
const PATIENCE: Duration = Duration::from_secs(20);
/// How long one request may take; the largest upload of deposits fits well.
const REQUEST_MAX: Duration = Duration::from_secs(120);

/// The door of pages and interfaces.
pub struct HttpDoor {
    listener: TcpListener,
    address: SocketAddr,
    tls: Option<RustlsConfig>,
}

impl HttpDoor {
    /// Opens it.
    pub async fn open(configuration: &Configuration) -> Result<HttpDoor, StartFault> {
        let fault = |error| StartFault::Http(configuration.http_listen.clone(), error);
        let listener = TcpListener::bind(&configuration.http_listen).map_err(fault)?;
        listener.set_nonblocking(true).map_err(fault)?;
        let address = listener.local_addr().map_err(fault)?;
        let tls = match &configuration.tls {
            TlsConfiguration::Off => None,
            TlsConfiguration::SelfMade(folder) => Some(self_made(folder, configuration).await?),
            TlsConfiguration::Given { certificate, key } => Some(given(certificate, key).await?),
        };
        Ok(HttpDoor { listener, address, tls })
    }

    /// Where it is.
    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    /// Serves until told to end, and then finishes what is under way.
    pub async fn serve(self, app: App, mut ending: watch::Receiver<bool>) {
        let handle = Handle::new();
        let closing = handle.clone();
        tokio::spawn(async move {
            let _ = ending.wait_for(|is_ending| *is_ending).await;
            closing.graceful_shutdown(Some(PATIENCE));
        });
        let service = routes(app).into_make_service_with_connect_info::<SocketAddr>();
        let served = match self.tls {
            Some(tls) => match axum_server::from_tcp_rustls(self.listener, tls) {
                Ok(server) => server.handle(handle).serve(service).await,
                Err(error) => Err(error),
            },
            None => match axum_server::from_tcp(self.listener) {
                Ok(server) => server.handle(handle).serve(service).await,
                Err(error) => Err(error),
            },
        };
        if let Err(error) = served {
            tracing::error!(%error, "pages and interfaces are not served any more");
        }
    }
}

/// Everything that is served.
pub fn routes(app: App) -> Router {
    // Figures are counted from the start on.
    figures();
    Router::new()
        .route("/healthz", get(async || "alive\n"))
        .route("/readyz", get(ready))
        .route("/metrics", get(metrics))
        .nest("/api/v1", api::routes())
        .nest("/h/v1", post::desk::routes())
        .merge(console::routes())
        .layer(middleware::from_fn(web::protect))
        .layer(middleware::from_fn(note))
        .with_state(app)
}

/// Whether the database answers.
async fn ready(State(app): State<App>) -> Response {
    let asked = tokio::time::timeout(Duration::from_secs(5), app.office.books().ping()).await;
    match asked {
        Ok(Ok(())) => "ready\n".into_response(),
        _ => (StatusCode::SERVICE_UNAVAILABLE, "the database does not answer\n").into_response(),
    }
}

/// The service's figures, for a token that may read them.
async fn metrics(State(app): State<App>, request: Request) -> Response {
    let brought = request.headers().get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    let holder = match brought.and_then(Secret::from_authorization) {
        Some(secret) => app.people.token(&secret, app.now_ms()).await.ok().flatten(),
        None => None,
    };
    if !holder.is_some_and(|holder| holder.may(Right::ReadMetrics)) {
        let sentence = "a token with the scope metrics:read is needed\n";
        return (StatusCode::UNAUTHORIZED, [(header::WWW_AUTHENTICATE, "Bearer")], sentence).into_response();
    }
    let content_type = [(header::CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")];
    (content_type, figures().render()).into_response()
}

/// The figures of this process, which has them once.
fn figures() -> &'static PrometheusHandle {
    static FIGURES: OnceLock<PrometheusHandle> = OnceLock::new();
    FIGURES.get_or_init(|| {
        let recorder = PrometheusBuilder::new().build_recorder();
        let handle = recorder.handle();
        if metrics::set_global_recorder(recorder).is_err() {
            tracing::warn!("figures are counted elsewhere in this process");
        }
        handle
    })
}

/// Counts and logs a request, and ends one that takes too long.
async fn note(request: Request, next: Next) -> Response {
    let start = Instant::now();
    let method = request.method().clone();
    let route = request.extensions().get::<MatchedPath>().map_or("none", MatchedPath::as_str).to_owned();
    let response = match tokio::time::timeout(REQUEST_MAX, next.run(request)).await {
        Ok(response) => response,
        Err(_) => StatusCode::REQUEST_TIMEOUT.into_response(),
    };
    let (status, took) = (response.status().as_u16(), start.elapsed());
    let labels = [("route", route.clone()), ("status", status.to_string())];
    counter!("porto_centre_requests_total", &labels).increment(1);
    histogram!("porto_centre_request_seconds", "route" => route.clone()).record(took);
    tracing::info!(%method, route, status, took_us = took.as_micros() as u64, "request");
    response
}

async fn given(certificate: &Path, key: &Path) -> Result<RustlsConfig, StartFault> {
    let fault = |error: std::io::Error| StartFault::Certificate(certificate.to_owned(), error.to_string());
    // The one provider of the workspace; another part of the process may have set it already.
    let _ = rustls::crypto::ring::default_provider().install_default();
    RustlsConfig::from_pem_chain_file(certificate, key).await.map_err(fault)
}

/// A certificate made here: for trials, and behind nothing that checks who signed it.
async fn self_made(folder: &Path, configuration: &Configuration) -> Result<RustlsConfig, StartFault> {
    let (certificate, key) = (folder.join("certificate.pem"), folder.join("key.pem"));
    if !certificate.exists() {
        make_certificate(folder, &certificate, &key, configuration)?;
    }
    given(&certificate, &key).await
}

fn make_certificate(
    folder: &Path,
    certificate: &Path,
    key: &Path,
    configuration: &Configuration,
) -> Result<(), StartFault> {
    let fault = |error: &dyn std::fmt::Display| {
        StartFault::Certificate(PathBuf::from(certificate), error.to_string())
    };
    let host = configuration.http_listen.rsplit_once(':').map_or("localhost", |(host, _)| host);
    let names = vec!["localhost".to_owned(), host.trim_matches(['[', ']']).to_owned()];
    let made = rcgen::generate_simple_self_signed(names).map_err(|error| fault(&error))?;
    std::fs::create_dir_all(folder).map_err(|error| fault(&error))?;
    let private = |path: &Path, text: &str| {
        let _ = std::fs::remove_file(path);
        store::make_private(path)?;
        std::fs::write(path, text)
    };
    private(key, &made.signing_key.serialize_pem()).map_err(|error| fault(&error))?;
    private(certificate, &made.cert.pem()).map_err(|error| fault(&error))
}
