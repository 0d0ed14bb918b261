//! What other sites may make a browser do here: nothing, unless the operator names them, and then
//! only with the API.

use axum::response::{IntoResponse as _, Response};
use http::request::Parts;
use http::{HeaderName, HeaderValue, Method, Uri, header};
use tower_http::cors::{AllowOrigin, CorsLayer};
use tower_http::csrf::{CsrfLayer, ProtectionError};

use crate::error::Error;

/// How long a browser may remember what it was allowed, seconds.
const REMEMBER_S: u64 = 600;

type Guard = CsrfLayer<fn(ProtectionError) -> Response>;

/// Refuses what another site sends to anything but the API.
pub fn pages() -> Guard {
    CsrfLayer::new()
        .with_insecure_bypass(|_: &Method, uri: &Uri| is_api(uri))
        .with_rejection_response(refused as fn(ProtectionError) -> Response)
}

/// Refuses what any but the named sites send to the API.
pub fn api(origins: &[String]) -> Guard {
    let mut guard = CsrfLayer::new().with_insecure_bypass(|_: &Method, uri: &Uri| !is_api(uri));
    for origin in origins {
        match guard.clone().add_trusted_origin(origin) {
            Ok(trusting) => guard = trusting,
            // The settings were checked; whatever slips through is not trusted.
            Err(error) => tracing::warn!(origin, %error, "server.cors_origins: {error}"),
        }
    }
    guard.with_rejection_response(refused as fn(ProtectionError) -> Response)
}

/// Tells browsers that the named sites may read the API's answers. Cookies stay at home: such a
/// site shows a key.
pub fn cors(origins: &[String]) -> Option<CorsLayer> {
    if origins.is_empty() {
        return None;
    }
    let origins = origins.to_vec();
    let named = move |origin: &HeaderValue, request: &Parts| {
        is_api(&request.uri)
            && origins
                .iter()
                .any(|named| named.as_bytes() == origin.as_bytes())
    };
    let layer = CorsLayer::new()
        .allow_origin(AllowOrigin::predicate(named))
        .allow_methods([Method::GET, Method::POST, Method::PUT, Method::DELETE])
        .allow_headers([
            header::AUTHORIZATION,
            header::CONTENT_TYPE,
            header::IF_MATCH,
            header::IF_NONE_MATCH,
            HeaderName::from_static("idempotency-key"),
            HeaderName::from_static("last-event-id"),
        ])
        .expose_headers([
            header::ETAG,
            header::LOCATION,
            header::RETRY_AFTER,
            HeaderName::from_static("ratelimit"),
            HeaderName::from_static("ratelimit-policy"),
            HeaderName::from_static("x-request-id"),
        ])
        .max_age(std::time::Duration::from_secs(REMEMBER_S));
    Some(layer)
}

fn refused(_: ProtectionError) -> Response {
    Error::CrossSite.into_response()
}

fn is_api(uri: &Uri) -> bool {
    uri.path().starts_with("/api/")
}
