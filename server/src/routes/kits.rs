//! `/labs/{lab}/kits/{language}.zip`: starter kits.

use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::Response;

use super::representation::Representation;
use crate::error::Error;
use crate::state::AppState;

const REVALIDATE: &str = "public, max-age=0, must-revalidate";

/// `GET /labs/{lab}/kits/{language}.zip`
pub async fn show(
    State(state): State<AppState>,
    Path((lab, file)): Path<(String, String)>,
    headers: HeaderMap,
) -> Result<Response, Error> {
    let language = file.strip_suffix(".zip").ok_or(Error::NotFound)?;
    let kit = state.parts.catalogue.kit(&lab, language);
    let kit = kit.ok_or(Error::NotFound)?;
    let made = Representation::new(StatusCode::OK, "application/zip", REVALIDATE, kit.into());
    let mut response = made.respond(&headers);
    let name = format!("attachment; filename=\"{lab}-{language}.zip\"");
    if let Ok(name) = HeaderValue::from_str(&name) {
        response
            .headers_mut()
            .insert(header::CONTENT_DISPOSITION, name);
    }
    Ok(response)
}
