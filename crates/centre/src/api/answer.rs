//! What goes out with an answer.

use super::endpoint::Schemas;
use super::fault::ApiFault;
use super::input::referred;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa::openapi::path::OperationBuilder;
use utoipa::openapi::{ContentBuilder, ResponseBuilder};

/// What goes out with an answer.
pub(super) trait Answer: Send {
    /// The answer.
    fn respond(self) -> Response;

    /// Puts it into the description.
    fn describe(operation: OperationBuilder, schemas: &mut Schemas) -> OperationBuilder;
}

/// What was asked for.
pub(super) struct Shown<T>(pub(super) T);

/// What was made.
pub(super) struct Made<T>(pub(super) T);

/// It is done, and there is nothing more to say.
pub(super) struct Done;

impl<T: Serialize + ToSchema + Send> Answer for Shown<T> {
    fn respond(self) -> Response {
        json(StatusCode::OK, &self.0)
    }

    fn describe(operation: OperationBuilder, schemas: &mut Schemas) -> OperationBuilder {
        described::<T>(operation, "200", "What was asked for.", schemas)
    }
}

impl<T: Serialize + ToSchema + Send> Answer for Made<T> {
    fn respond(self) -> Response {
        json(StatusCode::CREATED, &self.0)
    }

    fn describe(operation: OperationBuilder, schemas: &mut Schemas) -> OperationBuilder {
        described::<T>(operation, "201", "What was made.", schemas)
    }
}

impl Answer for Done {
    fn respond(self) -> Response {
        StatusCode::NO_CONTENT.into_response()
    }

    fn describe(operation: OperationBuilder, _: &mut Schemas) -> OperationBuilder {
        operation.response("204", ResponseBuilder::new().description("It is done."))
    }
}

fn described<T: ToSchema>(
    operation: OperationBuilder,
    status: &str,
    description: &str,
    schemas: &mut Schemas,
) -> OperationBuilder {
    let content = ContentBuilder::new().schema(Some(referred::<T>(schemas))).build();
    let response = ResponseBuilder::new().description(description).content("application/json", content);
    operation.response(status, response)
}

/// An answer in JSON.
pub(super) fn json(status: StatusCode, value: &impl Serialize) -> Response {
    match serde_json::to_vec(value) {
        Ok(body) => (status, [(header::CONTENT_TYPE, "application/json")], body).into_response(),
        Err(error) => ApiFault::own("an answer cannot be written", &error).into_response(),
    }
}
