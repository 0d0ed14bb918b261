//! `/api/v1/compilers/{language}`: sources to modules.

use axum::Extension;
use axum::extract::{Path, Request, State};
use axum::http::header;
use axum::response::{IntoResponse as _, Response};

use super::submissions::body;
use crate::compiler::SOURCE_MAX_BYTES;
use crate::edge::ClientAddress;
use crate::error::Error;
use crate::state::AppState;

/// Compile the source of a policy
///
/// For the editor in the page; not every instance does it. Counts as a submission where those are
/// limited.
#[utoipa::path(
    post, path = "/api/v1/compilers/{language}", tag = "submissions",
    params(("language" = String, Path, description = "Only `rust` so far", example = "rust")),
    request_body(content = String, content_type = "text/plain"),
    responses((status = 200, description = "The module", body = body::Binary,
               content_type = "application/wasm")),
)]
pub async fn compile(
    State(state): State<AppState>,
    Path(language): Path<String>,
    Extension(client): Extension<ClientAddress>,
    request: Request,
) -> Result<Response, Error> {
    let compiler = match (language.as_str(), &state.parts.compiler) {
        ("rust", Some(compiler)) => compiler.clone(),
        _ => return Err(Error::CompilerOff(language)),
    };
    state.limits.take(client.0, None, 1).await?;
    let patience = state.config.server.body_timeout();
    let source = body::bytes(request, SOURCE_MAX_BYTES, patience, || Error::TooLarge).await?;
    let module = compiler.rust(&source).await?;
    let headers = [
        (header::CONTENT_TYPE, "application/wasm"),
        (header::CACHE_CONTROL, "no-store"),
    ];
    Ok((headers, module).into_response())
}
