//! Scripts, styles, fonts and wasm: inside the binary in release builds, read from
//! `.headroom/site/` in debug builds. Names carry a hash, so readers keep them for ever.

use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError, RwLock};

use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use bytes::Bytes;
use rust_embed::RustEmbed;

use super::representation::Representation;
use crate::error::Error;
use crate::state::AppState;

#[derive(RustEmbed)]
#[folder = "../.headroom/site/"]
#[allow_missing = true]
struct Files;

const IMMUTABLE: &str = "public, max-age=31536000, immutable";
const REVALIDATE: &str = "public, max-age=0, must-revalidate";

/// Assets that were asked for, compressed.
#[derive(Debug, Default)]
pub struct AssetCache(RwLock<BTreeMap<String, Arc<Representation>>>);

/// Logical names and the names they are served under.
pub fn manifest() -> BTreeMap<String, String> {
    let file = Files::get("manifest.json");
    file.and_then(|file| serde_json::from_slice(&file.data).ok())
        .unwrap_or_default()
}

/// `GET /assets/{name}`
pub async fn show(
    State(state): State<AppState>,
    Path(name): Path<String>,
    headers: HeaderMap,
) -> Result<Response, Error> {
    let cached = state
        .assets
        .0
        .read()
        .unwrap_or_else(PoisonError::into_inner)
        .get(&name)
        .cloned();
    if let Some(asset) = cached {
        return Ok(asset.respond(&headers));
    }
    let load = move || load(&state, &name);
    let asset = tokio::task::spawn_blocking(load)
        .await
        .map_err(|error| Error::Internal(error.into()))?;
    asset
        .map(|asset| asset.respond(&headers))
        .ok_or(Error::NotFound)
}

fn load(state: &AppState, name: &str) -> Option<Arc<Representation>> {
    let file = Files::get(name)?;
    let hashed = is_hashed(name);
    let caching = if hashed { IMMUTABLE } else { REVALIDATE };
    let body = Bytes::from(file.data.into_owned());
    let asset = Arc::new(Representation::new(
        StatusCode::OK,
        media_type(name),
        caching,
        body,
    ));
    if hashed {
        let mut cache = state
            .assets
            .0
            .write()
            .unwrap_or_else(PoisonError::into_inner);
        cache.insert(name.to_owned(), Arc::clone(&asset));
    }
    Some(asset)
}

/// `name.<hash>.ext`, the hash at least eight hexadecimal digits.
fn is_hashed(name: &str) -> bool {
    let mut parts = name.rsplit('.').skip(1);
    let hash = parts.next().unwrap_or_default();
    hash.len() >= 8 && hash.bytes().all(|b| b.is_ascii_hexdigit()) && parts.next().is_some()
}

fn media_type(name: &str) -> &'static str {
    match name.rsplit('.').next().unwrap_or_default() {
        "js" | "mjs" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "wasm" => "application/wasm",
        "json" | "map" => "application/json",
        "svg" => "image/svg+xml",
        "woff2" => "font/woff2",
        "png" => "image/png",
        "ico" => "image/x-icon",
        "txt" => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use super::is_hashed;

    #[test]
    fn only_hashed_names_are_immutable() {
        assert!(is_hashed("style.0a1b2c3d.css") && is_hashed("fonts/a.0123456789abcdef.woff2"));
        assert!(!is_hashed("style.css") && !is_hashed("manifest.json"));
        assert!(!is_hashed("lab.worker.js") && !is_hashed("deadbeef.js"));
    }
}
