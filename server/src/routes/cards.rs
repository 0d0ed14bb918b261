//! `/cards/<page>.png`, the picture shown where a page is linked, `/figures/<page>/<number>.png`, a
//! chart of a page for those who read elsewhere, and the icons of the site.

use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;

use std::sync::Arc;

use super::representation::Representation;
use crate::card::Figure;
use crate::error::Error;
use crate::state::AppState;

/// A day: what cards say changes rarely, and who shows them asks seldom.
const CACHE_CONTROL: &str = "public, max-age=86400";

/// `GET /cards/{*page}`: `/cards/lessons/a/b.png` is the card of `/lessons/a/b`, and
/// `/cards/home.png` that of `/`.
pub async fn card(
    State(state): State<AppState>,
    Path(name): Path<String>,
    headers: HeaderMap,
) -> Result<Response, Error> {
    let page = match name.strip_suffix(".png").ok_or(Error::NotFound)? {
        "home" => "/".to_owned(),
        page => format!("/{page}"),
    };
    picture(state, format!("card {page}"), &headers, move |state| {
        let card = state.parts.site.card(&page)?;
        Some(state.painter.card(&card))
    })
    .await
}

/// `GET /figures/{*chart}`: `/figures/lessons/a/b/2.png` is the second chart of `/lessons/a/b`.
pub async fn figure(
    State(state): State<AppState>,
    Path(name): Path<String>,
    headers: HeaderMap,
) -> Result<Response, Error> {
    let figure = Figure::at(&name).ok_or(Error::NotFound)?;
    let key = format!("figure {} {}", figure.page, figure.number);
    picture(state, key, &headers, move |state| {
        figure.draw(&*state.parts.site, &state.painter)
    })
    .await
}

/// `GET /icons/{name}`
pub async fn icon(
    State(state): State<AppState>,
    Path(name): Path<String>,
    headers: HeaderMap,
) -> Result<Response, Error> {
    let (side, room) = match name.as_str() {
        "180.png" => (180, false),
        "192.png" => (192, false),
        "512.png" => (512, false),
        "maskable-512.png" => (512, true),
        _ => return Err(Error::NotFound),
    };
    picture(state, format!("icon {name}"), &headers, move |state| {
        Some(state.painter.icon(side, room))
    })
    .await
}

/// The picture under a key, drawn when it is first asked for: one at a time, for strangers ask.
async fn picture(
    state: AppState,
    key: String,
    headers: &HeaderMap,
    draw: impl FnOnce(&AppState) -> Option<anyhow::Result<Vec<u8>>> + Send + 'static,
) -> Result<Response, Error> {
    if let Some(kept) = state.pictures.get(&key) {
        return Ok(kept.respond(headers));
    }
    let turn = Arc::clone(&state.painting).acquire_owned().await;
    let turn = turn.map_err(|error| Error::Internal(error.into()))?;
    let drawn = tokio::task::spawn_blocking(move || {
        let drawn = draw(&state).map(|png| {
            let png = png.map_err(Error::Internal)?;
            let kind = "image/png";
            let made = Representation::new(StatusCode::OK, kind, CACHE_CONTROL, png.into());
            let made = Arc::new(made);
            state.pictures.insert(key, Arc::clone(&made));
            Ok::<_, Error>(made)
        });
        drop(turn);
        drawn
    });
    let drawn = drawn.await.map_err(|error| Error::Internal(error.into()))?;
    Ok(drawn.ok_or(Error::NotFound)??.respond(headers))
}
