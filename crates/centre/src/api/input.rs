//! What comes in with a request: a query, a body in JSON, a bank's file, or nothing.
//!
//! What always holds: a field that is not known is refused, and so is a query or a body where none is expected.

use super::endpoint::Schemas;
use super::fault::ApiFault;
use crate::books::page::shortened;
use axum::body::Bytes;
use axum::extract::Query;
use axum::http::{StatusCode, Uri};
use serde::de::{DeserializeOwned, Error};
use serde::{Deserialize, Deserializer};
use serde_json::error::Category;
use std::fmt::Display;
use std::str::FromStr;
use utoipa::openapi::path::{OperationBuilder, ParameterIn};
use utoipa::openapi::request_body::RequestBodyBuilder;
use utoipa::openapi::{ContentBuilder, Ref, Required};
use utoipa::{IntoParams, ToSchema};

/// Around what comes in.
pub(super) struct Asked<'a> {
    /// The address, with its query.
    pub(super) uri: &'a Uri,
    /// The type of the body, without its parameters.
    pub(super) content_type: &'a str,
}

/// What comes in with a request.
pub(super) trait Input: Sized + Send {
    /// The largest body, in bytes.
    const BODY_MAX: usize;

    /// Reads it.
    fn read(asked: &Asked<'_>, body: Bytes) -> Result<Self, ApiFault>;

    /// Puts it into the description.
    fn describe(operation: OperationBuilder, schemas: &mut Schemas) -> OperationBuilder;
}

/// Nothing.
pub(super) struct Nothing;

impl Input for Nothing {
    const BODY_MAX: usize = 0;

    fn read(asked: &Asked<'_>, body: Bytes) -> Result<Nothing, ApiFault> {
        no_query(asked)?;
        no_body(&body)?;
        Ok(Nothing)
    }

    fn describe(operation: OperationBuilder, _: &mut Schemas) -> OperationBuilder {
        operation
    }
}

/// A query.
pub(super) struct Search<Q>(pub(super) Q);

impl<Q: DeserializeOwned + IntoParams + Send> Input for Search<Q> {
    const BODY_MAX: usize = 0;

    fn read(asked: &Asked<'_>, body: Bytes) -> Result<Search<Q>, ApiFault> {
        no_body(&body)?;
        let query = Query::<Q>::try_from_uri(asked.uri);
        query.map(|Query(query)| Search(query)).map_err(|rejection| {
            let sentence = shortened(&rejection.body_text(), 300);
            ApiFault::new(StatusCode::BAD_REQUEST, "query", sentence)
        })
    }

    fn describe(operation: OperationBuilder, _: &mut Schemas) -> OperationBuilder {
        Q::into_params(|| Some(ParameterIn::Query)).into_iter().fold(operation, OperationBuilder::parameter)
    }
}

/// A body in JSON.
pub(super) struct Told<B>(pub(super) B);

impl<B: DeserializeOwned + ToSchema + Send> Input for Told<B> {
    // The longest that is sent is a new meter with a profile of its own and all its settings.
    const BODY_MAX: usize = 32 * 1024;

    fn read(asked: &Asked<'_>, body: Bytes) -> Result<Told<B>, ApiFault> {
        no_query(asked)?;
        if !asked.content_type.eq_ignore_ascii_case("application/json") {
            return Err(ApiFault::wrong_type("application/json"));
        }
        serde_json::from_slice(&body).map(Told).map_err(|error| {
            let sentence = shortened(&error.to_string(), 300);
            match error.classify() {
                Category::Data => ApiFault::refused(sentence),
                _ => ApiFault::new(StatusCode::BAD_REQUEST, "json", sentence),
            }
        })
    }

    fn describe(operation: OperationBuilder, schemas: &mut Schemas) -> OperationBuilder {
        let content = ContentBuilder::new().schema(Some(referred::<B>(schemas))).build();
        let body = RequestBodyBuilder::new().required(Some(Required::True));
        operation.request_body(Some(body.content("application/json", content).build()))
    }
}

/// A reference to a type's schema, which is put among the schemas with all that it refers to.
pub(super) fn referred<T: ToSchema>(schemas: &mut Schemas) -> Ref {
    schemas.push((T::name().into_owned(), T::schema()));
    T::schemas(schemas);
    Ref::from_schema_name(T::name())
}

pub(super) fn no_query(asked: &Asked<'_>) -> Result<(), ApiFault> {
    match asked.uri.query() {
        None | Some("") => Ok(()),
        Some(_) => Err(ApiFault::new(StatusCode::BAD_REQUEST, "query", "this address takes no query")),
    }
}

fn no_body(body: &Bytes) -> Result<(), ApiFault> {
    match body.is_empty() {
        true => Ok(()),
        false => Err(ApiFault::new(StatusCode::BAD_REQUEST, "body", "this address takes no body")),
    }
}

/// A text that was typed in: one line of 1 to so many bytes.
pub(super) fn line(what: &str, text: &str, bytes_most: usize) -> Result<String, ApiFault> {
    let text = text.trim();
    let fits = (1..=bytes_most).contains(&text.len()) && !text.chars().any(char::is_control);
    match fits {
        true => Ok(text.to_owned()),
        false => Err(ApiFault::refused(format!("{what} has 1 to {bytes_most} bytes in one line"))),
    }
}

/// Something that is written as a text: a serial number, a reference, a name.
pub(super) fn from_text<'de, T, D>(deserializer: D) -> Result<T, D::Error>
where
    T: FromStr<Err: Display>,
    D: Deserializer<'de>,
{
    String::deserialize(deserializer)?.parse().map_err(D::Error::custom)
}

/// The same, or nothing.
pub(super) fn maybe_from_text<'de, T, D>(deserializer: D) -> Result<Option<T>, D::Error>
where
    T: FromStr<Err: Display>,
    D: Deserializer<'de>,
{
    let text = Option::<String>::deserialize(deserializer)?;
    text.map(|text| text.parse().map_err(D::Error::custom)).transpose()
}
