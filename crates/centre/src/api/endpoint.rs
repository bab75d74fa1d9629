//! An endpoint: one method of one address, who may call it, what it takes and gives, and what it does. The router and
//! the description are both made of it, so that neither can say what the other does not.

use super::answer::Answer;
use super::fault::ApiFault;
use super::input::{Asked, Input};
use super::segment::Segment;
use super::visit::Visit;
use crate::app::App;
use crate::people::{Right, Scope, Word};
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, FromRequest, FromRequestParts, RawPathParams, Request, State};
use axum::http::{HeaderMap, Method, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{MethodFilter, MethodRouter, on};
use std::future::Future;
use std::time::Duration;
use utoipa::openapi::path::{Operation, OperationBuilder};
use utoipa::openapi::{HttpMethod, RefOr, Schema, SecurityRequirement};

/// The name of the security scheme in the description.
pub(super) const TOKEN_SCHEME: &str = "token";

/// How long a body may take to arrive.
const BODY_TIME: Duration = Duration::from_secs(120);

/// Schemas that a description refers to.
pub(super) type Schemas = Vec<(String, RefOr<Schema>)>;

/// An endpoint.
pub struct Endpoint {
    method: Method,
    path: &'static str,
    right: Right,
    operation: Operation,
    schemas: Schemas,
    route: MethodRouter<App>,
    parse: fn(&Uri, &str, &[u8]) -> Result<(), ApiFault>,
}

impl std::fmt::Debug for Endpoint {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {}", self.method, self.path)
    }
}

impl Endpoint {
    /// An endpoint that does this. The first word of its path is its group in the description.
    pub(super) fn new<S, I, A, F, D>(
        (method, path): (Method, &'static str),
        right: Right,
        (summary, description): (&'static str, &'static str),
        act: F,
    ) -> Endpoint
    where
        S: Segment,
        I: Input,
        A: Answer,
        F: Fn(Visit, S, I) -> D + Clone + Send + Sync + 'static,
        D: Future<Output = Result<A, ApiFault>> + Send + 'static,
    {
        let mut schemas = Schemas::new();
        let operation = OperationBuilder::new()
            .tag(path.split('/').nth(1).unwrap_or_default())
            .operation_id(Some(operation_id(&method, path)))
            .summary(Some(summary))
            .description(Some(description).filter(|text| !text.is_empty()))
            .securities(Some(securities(right)));
        let operation = S::parameters().into_iter().fold(operation, OperationBuilder::parameter);
        let operation = I::describe(operation, &mut schemas);
        let operation = super::document::faults(A::describe(operation, &mut schemas), &mut schemas);
        let handler = move |State(app): State<App>, request: Request| {
            let act = act.clone();
            async move { serve(app, right, act, request).await.unwrap_or_else(IntoResponse::into_response) }
        };
        // Only methods that have a filter are named in this crate.
        let filter = MethodFilter::try_from(method.clone()).unwrap_or(MethodFilter::TRACE);
        let route = on(filter, handler).layer(DefaultBodyLimit::max(I::BODY_MAX));
        let parse = |uri: &Uri, content_type: &str, body: &[u8]| {
            I::read(&Asked { uri, content_type }, Bytes::copy_from_slice(body)).map(drop)
        };
        Endpoint { method, path, right, operation: operation.build(), schemas, route, parse }
    }

    /// How it is asked.
    pub fn method(&self) -> &Method {
        &self.method
    }

    /// Its address below where the interface is mounted, with parameters in braces.
    pub fn path(&self) -> &'static str {
        self.path
    }

    /// What one must be allowed to do.
    pub fn right(&self) -> Right {
        self.right
    }

    /// Reads a query and a body as the endpoint does, and does nothing with them. The number is the status that is
    /// answered where they cannot be read.
    pub fn try_input(&self, query: &str, content_type: &str, body: &[u8]) -> Result<(), u16> {
        let uri: Uri = format!("/?{query}").parse().map_err(|_| StatusCode::BAD_REQUEST.as_u16())?;
        let uri = if query.is_empty() { Uri::from_static("/") } else { uri };
        (self.parse)(&uri, content_type, body).map_err(|fault| fault.status().as_u16())
    }

    pub(super) fn into_route(self) -> MethodRouter<App> {
        self.route
    }

    pub(super) fn into_operation(self) -> (HttpMethod, &'static str, Operation, Schemas) {
        let method = match self.method {
            Method::POST => HttpMethod::Post,
            Method::PUT => HttpMethod::Put,
            Method::DELETE => HttpMethod::Delete,
            _ => HttpMethod::Get,
        };
        (method, self.path, self.operation, self.schemas)
    }
}

/// Lets the request in, reads it, does what it asks.
async fn serve<S, I, A, F, D>(app: App, right: Right, act: F, request: Request) -> Result<Response, ApiFault>
where
    S: Segment,
    I: Input,
    A: Answer,
    F: Fn(Visit, S, I) -> D,
    D: Future<Output = Result<A, ApiFault>>,
{
    let (mut parts, body) = request.into_parts();
    let visit = Visit::admit(app, &parts.headers, right).await?;
    let segments = RawPathParams::from_request_parts(&mut parts, &())
        .await
        .map_err(|_| ApiFault::new(StatusCode::BAD_REQUEST, "address", "the address is no text in UTF-8"))?;
    let segment = S::of(segments.iter().map(|(_, text)| text).next().unwrap_or_default())?;
    let (uri, headers) = (parts.uri.clone(), parts.headers.clone());
    let body = read_body(Request::from_parts(parts, body), I::BODY_MAX).await?;
    let input = I::read(&Asked { uri: &uri, content_type: content_type(&headers) }, body)?;
    Ok(act(visit, segment, input).await?.respond())
}

/// The whole body, which was bounded for the route.
async fn read_body(request: Request, most: usize) -> Result<Bytes, ApiFault> {
    let reading = Bytes::from_request(request, &());
    match tokio::time::timeout(BODY_TIME, reading).await {
        Ok(Ok(body)) => Ok(body),
        Ok(Err(rejection)) if rejection.status() == StatusCode::PAYLOAD_TOO_LARGE => {
            let sentence = format!("what is sent to this address has at most {most} bytes");
            Err(ApiFault::new(StatusCode::PAYLOAD_TOO_LARGE, "too_large", sentence))
        }
        Ok(Err(_)) => Err(ApiFault::new(StatusCode::BAD_REQUEST, "body", "the body broke off")),
        Err(_) => {
            Err(ApiFault::new(StatusCode::REQUEST_TIMEOUT, "timeout", "the body took too long to arrive"))
        }
    }
}

fn content_type(headers: &HeaderMap) -> &str {
    let text = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    text.split(';').next().unwrap_or_default().trim()
}

/// `post_meters_serial_tasks`
fn operation_id(method: &Method, path: &str) -> String {
    let words = path.split('/').filter(|word| !word.is_empty()).map(|word| word.trim_matches(['{', '}']));
    let words: Vec<String> = words.map(|word| word.replace('-', "_")).collect();
    format!("{}_{}", method.as_str().to_lowercase(), words.join("_"))
}

/// The scopes of which one is needed.
fn securities(right: Right) -> Vec<SecurityRequirement> {
    let enough = Scope::ALL.iter().filter(|scope| scope.may(right));
    enough.map(|scope| SecurityRequirement::new(TOKEN_SCHEME, [scope.word()])).collect()
}
