//! Scripts, styles, fonts and wasm. All files of one build lie in a folder named by a hash over
//! them, so readers keep them for ever and relative imports just work.

use std::collections::BTreeMap;
use std::io::Write as _;
use std::sync::{Arc, PoisonError, RwLock};

use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::response::Response;
use bytes::Bytes;
use flate2::Compression;
use flate2::write::GzEncoder;

use super::representation::Representation;
use crate::error::Error;
use crate::files;
use crate::state::AppState;

const IMMUTABLE: &str = "public, max-age=31536000, immutable";
const REVALIDATE: &str = "public, max-age=0, must-revalidate";

/// Assets that were asked for, compressed.
#[derive(Debug, Default)]
pub struct AssetCache(RwLock<BTreeMap<String, Arc<Representation>>>);

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
    let immutable = is_of_a_build(name);
    let cache_control = if immutable { IMMUTABLE } else { REVALIDATE };
    let form = |ending| files::kept(&format!("{name}.{ending}"));
    let (kind, br, gzip) = (media_type(name), form("br"), form("gz"));
    let asset = Arc::new(match files::kept(name) {
        Some(file) => Representation::compressed(kind, cache_control, file, br, gzip),
        None => Representation::packed(kind, cache_control, br, gzip.or_else(|| repacked(name))?),
    });
    if immutable {
        let mut cache = state
            .assets
            .0
            .write()
            .unwrap_or_else(PoisonError::into_inner);
        cache.insert(name.to_owned(), Arc::clone(&asset));
    }
    Some(asset)
}

/// A file of which only the Brotli form is kept, by gzip; made once for each process.
fn repacked(name: &str) -> Option<Bytes> {
    let mut writer = GzEncoder::new(Vec::new(), Compression::fast());
    writer.write_all(&files::served(name)?).ok()?;
    writer.finish().ok().map(Bytes::from)
}

/// `<build>/<name>`, the build at least eight hexadecimal digits.
fn is_of_a_build(name: &str) -> bool {
    name.split_once('/')
        .is_some_and(|(build, _)| build.len() >= 8 && build.bytes().all(|b| b.is_ascii_hexdigit()))
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
    use super::is_of_a_build;

    #[test]
    fn only_files_of_a_build_are_immutable() {
        assert!(is_of_a_build("0a1b2c3d4e5f6071/style.css"));
        assert!(is_of_a_build("0a1b2c3d/fonts/a.woff2"));
        assert!(!is_of_a_build("style.css") && !is_of_a_build("manifest.json"));
        assert!(!is_of_a_build("fonts/a.woff2") && !is_of_a_build("deadbeef.js"));
    }
}
