//! What plain HTTP is answered where the site itself is TLS.

use axum::Router;
use axum::http::{HeaderValue, StatusCode, Uri, header};
use axum::response::{IntoResponse as _, Response};

/// Shows every request the same address at `site`, which has no slash at its end.
pub fn router(site: String) -> Router {
    Router::new().fallback(move |uri: Uri| {
        let answer = there(&site, &uri);
        async move { answer }
    })
}

fn there(site: &str, uri: &Uri) -> Response {
    let path = uri.path_and_query().map_or("/", |part| part.as_str());
    match HeaderValue::from_str(&format!("{site}{path}")) {
        Ok(there) => (StatusCode::PERMANENT_REDIRECT, [(header::LOCATION, there)]).into_response(),
        Err(_) => StatusCode::BAD_REQUEST.into_response(),
    }
}
