//! The description of the interface in OpenAPI 3.1.

use super::endpoint::{Schemas, TOKEN_SCHEME};
use super::input::referred;
use super::{MOUNTED_AT, endpoints, fault};
use std::collections::BTreeMap;
use utoipa::openapi::path::{OperationBuilder, PathItem, PathsBuilder};
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::openapi::{
    ComponentsBuilder, ContentBuilder, InfoBuilder, OpenApi, OpenApiBuilder, ResponseBuilder, ServerBuilder,
};

const DESCRIPTION: &str = "\
What people do at the data centre's console, for programs.

Amounts are whole minor units of the carrier's currency (`_minor`), times are milliseconds since 1970 UTC (`_ms`). Lists \
come in sections: ask again with `after` set to what the last section named as `next`. A field that is not known is \
refused.

Money is never booked twice. A deposit is known by the bank's reference: a request of which nobody knows whether it \
arrived is simply sent again, and the answer says whether it was new. Everything else that can be asked sets a state, or \
is refused where it is done already.

Where something was not done, the answer is `{\"error\": {\"code\": …, \"sentence\": …}}`: the code stays the same from \
version to version, the sentence is for people.";

/// The description.
pub fn document() -> OpenApi {
    let mut paths = PathsBuilder::new();
    let mut schemas = BTreeMap::new();
    for endpoint in endpoints() {
        let (method, path, operation, used) = endpoint.into_operation();
        paths = paths.path(path, PathItem::new(method, operation));
        schemas.extend(used);
    }
    let bearer = HttpBuilder::new()
        .scheme(HttpAuthScheme::Bearer)
        .description(Some(
            "A token that an administrator makes, with one of the scopes that the operation names.",
        ))
        .build();
    let components = ComponentsBuilder::new()
        .schemas_from_iter(schemas)
        .security_scheme(TOKEN_SCHEME, SecurityScheme::Http(bearer))
        .build();
    let info = InfoBuilder::new()
        .title("Porto data centre")
        .version(env!("CARGO_PKG_VERSION"))
        .description(Some(DESCRIPTION))
        .build();
    OpenApiBuilder::new()
        .info(info)
        .servers(Some([ServerBuilder::new().url(MOUNTED_AT).build()]))
        .paths(paths.build())
        .components(Some(components))
        .build()
}

/// What every operation answers where it was not done.
pub(super) fn faults(operation: OperationBuilder, schemas: &mut Schemas) -> OperationBuilder {
    let content = ContentBuilder::new().schema(Some(referred::<fault::Body<'static>>(schemas))).build();
    let response = |description: &str| {
        ResponseBuilder::new().description(description).content("application/json", content.clone())
    };
    operation
        .response("401", response("No token was shown, or one that does not work."))
        .response("403", response("The token lacks the scope."))
        .response("default", response("It was not done, and why."))
}
