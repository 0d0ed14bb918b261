//! Pages: the same bytes for every anonymous reader, rendered and compressed once.

use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock, PoisonError, RwLock};

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, Uri};
use axum::response::Response;
use bytes::Bytes;

use super::representation::Representation;
use crate::error::Error;
use crate::state::AppState;

/// Readers ask again each time, and mostly hear 304: so a new lesson shows at once.
const CACHE_CONTROL: &str = "public, max-age=0, must-revalidate";

/// What was rendered, by path. Only what exists is kept, so it cannot grow without bound.
#[derive(Debug, Default)]
pub struct PageCache(RwLock<BTreeMap<String, Arc<Kept>>>);

/// A page that is kept.
#[derive(Debug)]
pub struct Kept {
    /// It.
    pub page: Arc<Representation>,
    /// The pattern of its address, once the router has said it.
    pub route: OnceLock<String>,
}

impl PageCache {
    pub(crate) fn kept(&self, path: &str) -> Option<Arc<Kept>> {
        self.0
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .get(path)
            .cloned()
    }

    pub(crate) fn get(&self, path: &str) -> Option<Arc<Representation>> {
        self.kept(path).map(|kept| Arc::clone(&kept.page))
    }

    pub(super) fn insert(&self, path: String, page: Arc<Representation>) {
        let route = OnceLock::new();
        self.0
            .write()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(path, Arc::new(Kept { page, route }));
    }

    /// Forgets every page, when what they are made from has changed.
    pub fn clear(&self) {
        self.0
            .write()
            .unwrap_or_else(PoisonError::into_inner)
            .clear();
    }
}

/// What programs read and is the same for everybody, made once; `path` is its one true address.
pub async fn kept(
    state: &AppState,
    headers: &HeaderMap,
    path: String,
    make: impl FnOnce(&AppState) -> Result<(&'static str, Bytes), Error> + Send + 'static,
) -> Result<Response, Error> {
    if let Some(page) = state.pages.get(&path) {
        return Ok(page.respond(headers));
    }
    let work = {
        let state = state.clone();
        move || {
            let (kind, body) = make(&state)?;
            let page = Representation::new(StatusCode::OK, kind, CACHE_CONTROL, body);
            let page = Arc::new(page);
            state.pages.insert(path, Arc::clone(&page));
            Ok::<_, Error>(page)
        }
    };
    let page = tokio::task::spawn_blocking(work)
        .await
        .map_err(|error| Error::Internal(error.into()))??;
    Ok(page.respond(headers))
}

/// `GET` of any page.
pub async fn show(
    State(state): State<AppState>,
    uri: Uri,
    headers: HeaderMap,
) -> Result<Response, Error> {
    if let Some(page) = state.pages.get(uri.path()) {
        return Ok(page.respond(&headers));
    }
    let path = uri.path().to_owned();
    let render = move || render(&state, path);
    let page = tokio::task::spawn_blocking(render)
        .await
        .map_err(|error| Error::Internal(error.into()))?;
    page.map(|page| page.respond(&headers))
        .ok_or(Error::NotFound)
}

fn render(state: &AppState, path: String) -> Option<Arc<Representation>> {
    let site = &state.parts.site;
    let (status, kind, text) = match site.page(&path) {
        Some((status, html)) => (status, "text/html; charset=utf-8", html),
        None => {
            let (kind, text) = site.document(&path)?;
            (200, kind, text)
        }
    };
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::OK);
    let page = Arc::new(Representation::new(
        status,
        kind,
        CACHE_CONTROL,
        text.into(),
    ));
    if status == StatusCode::OK {
        state.pages.insert(path, Arc::clone(&page));
    }
    Some(page)
}
