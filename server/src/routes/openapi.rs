//! The description of the API (OpenAPI 3.1), made from the handlers, and the page that shows it.

use axum::extract::State;
use axum::response::Response;
use http::HeaderMap;
use serde::{Deserialize, Serialize};
use utoipa::openapi::security::{ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::openapi::{ContentBuilder, Ref, RefOr, ResponseBuilder};
use utoipa::{Modify, OpenApi, ToSchema};

use super::pages::kept;
use crate::error::Error;
use crate::state::AppState;

/// Where it is.
pub const PATH: &str = "/api/v1/openapi.json";

/// What every refusal looks like (RFC 9457).
#[derive(Serialize, Deserialize, ToSchema)]
pub struct ProblemDocument {
    /// A page that explains it: `/problems/CODE`. Codes do not change.
    #[serde(rename = "type")]
    #[schema(example = "/problems/lab-not-found")]
    kind: String,
    title: String,
    status: u16,
    /// What happened this time, and what to do.
    detail: String,
}

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Headroom",
        description = "Labs, lessons, submissions and receipts. Everything that is public needs \
                       no key. A key goes into `Authorization: Bearer KEY`; it is made on the \
                       account page. Every refusal is `application/problem+json` (RFC 9457) with \
                       a `type` that is a page. Within `/api/v1` members are only ever added; \
                       what is to go is marked as deprecated for a year before, here and by a \
                       `Deprecation` header (RFC 9745).",
        license(name = "MIT OR Apache-2.0"),
    ),
    paths(
        super::labs::list, super::labs::show, super::labs::versions, super::labs::brief,
        super::labs::exports, super::labs::scenarios, super::labs::policies,
        super::labs::report,
        super::submissions::create, super::submissions::list, super::submissions::show,
        super::submissions::report, super::submissions::series, super::submissions::log,
        super::submissions::events, super::submissions::cancel,
        super::receipts::show, super::receipts::keys,
        super::batches::create, super::batches::show,
        super::webhooks::list, super::webhooks::create, super::webhooks::delete,
        super::webhooks::test, super::webhooks::deliveries, super::webhooks::replay,
        super::keys::list, super::keys::create, super::keys::rotate, super::keys::delete,
        super::me::show, super::me::progress, super::me::put_progress,
        super::newsletter::subscribe,
        super::lessons::list, super::lessons::show, super::search::list,
        super::compilers::compile, super::instance::show,
        super::health::alive, super::health::ready,
    ),
    components(schemas(ProblemDocument)),
    modifiers(&Refusals, &Doors),
    tags(
        (name = "labs", description = "What can be graded, and by what"),
        (name = "submissions", description = "Hand in, wait, read the grade"),
        (name = "receipts", description = "Grades that anybody can check"),
        (name = "batches", description = "Many at once"),
        (name = "webhooks", description = "Be told instead of asking"),
        (name = "keys", description = "Keys of programs"),
        (name = "me", description = "Who you are, and your progress"),
        (name = "newsletter", description = "Being told what is new"),
        (name = "content", description = "The curriculum"),
        (name = "operation", description = "How the instance is"),
    ),
)]
struct Api;

/// Every operation may be refused, and always in the same form.
struct Refusals;

impl Modify for Refusals {
    fn modify(&self, api: &mut utoipa::openapi::OpenApi) {
        let problem = Ref::from_schema_name("ProblemDocument");
        let content = ContentBuilder::new()
            .schema(Some(RefOr::Ref(problem)))
            .build();
        let response = ResponseBuilder::new()
            .description("Refused: the problem says why, and what to do")
            .content("application/problem+json", content)
            .build();
        for path in api.paths.paths.values_mut() {
            let operations = [
                &mut path.get,
                &mut path.post,
                &mut path.put,
                &mut path.delete,
            ];
            for operation in operations.into_iter().flatten() {
                let refused = RefOr::T(response.clone());
                operation
                    .responses
                    .responses
                    .insert("default".into(), refused);
            }
        }
    }
}

/// The ways in.
struct Doors;

impl Modify for Doors {
    fn modify(&self, api: &mut utoipa::openapi::OpenApi) {
        let components = api.components.get_or_insert_default();
        let key = HttpBuilder::new()
            .scheme(HttpAuthScheme::Bearer)
            .description(Some("A key with the scopes that the operation names"))
            .build();
        components.add_security_scheme("key", SecurityScheme::Http(key));
        let session = ApiKey::Cookie(ApiKeyValue::with_description(
            crate::sessions::COOKIE,
            "The session of a browser that has signed in",
        ));
        components.add_security_scheme("session", SecurityScheme::ApiKey(session));
    }
}

/// The description, as JSON.
#[must_use]
pub fn document() -> utoipa::openapi::OpenApi {
    let mut api = Api::openapi();
    api.info.version = env!("CARGO_PKG_VERSION").to_owned();
    api
}

/// `GET /api/v1/openapi.json`
pub async fn show(State(state): State<AppState>, headers: HeaderMap) -> Result<Response, Error> {
    kept(&state, &headers, PATH.to_owned(), |_| {
        let text = document()
            .to_json()
            .map_err(|error| Error::Internal(error.into()))?;
        Ok(("application/json", text.into()))
    })
    .await
}
