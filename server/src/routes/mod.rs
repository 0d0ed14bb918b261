//! The whole URL map.

pub mod assets;
mod author;
mod compilers;
mod health;
mod kits;
mod labs;
pub mod pages;
mod representation;
mod search;
mod submissions;

use axum::Router;
use axum::middleware;
use axum::response::IntoResponse as _;
use axum::routing::{get, post};
use tower_http::csrf::{CsrfLayer, ProtectionError};
use tower_sessions::cookie::SameSite;
use tower_sessions::{Expiry, SessionManagerLayer};

use crate::error::Error;
use crate::sessions::Sessions;
use crate::state::AppState;

/// Every address there is.
pub fn router(state: AppState) -> Router {
    Router::new()
        .merge(site())
        .nest("/api/v1", api().layer(sessions(&state)))
        .route("/assets/{*name}", get(assets::show))
        .route("/labs/{lab}/kits/{file}", get(kits::show))
        .route("/search", get(search::page))
        .route("/author/changes", get(author::changes))
        .route("/healthz", get(health::alive))
        .route("/readyz", get(health::ready))
        .fallback(not_found)
        .layer(
            CsrfLayer::new()
                .with_rejection_response(|_: ProtectionError| Error::CrossSite.into_response()),
        )
        .layer(middleware::from_fn_with_state(
            state.clone(),
            crate::edge::pass,
        ))
        .with_state(state)
}

fn site() -> Router<AppState> {
    let paths = [
        "/",
        "/course",
        "/course/{area}",
        "/lessons/{area}/{slug}",
        "/feed.xml",
        "/sitemap.xml",
        "/llms.txt",
        "/labs",
        "/labs/{lab}",
        "/glossary",
        "/me",
        "/problems",
        "/problems/{code}",
    ];
    paths.iter().fold(Router::new(), |site, path| {
        site.route(path, get(pages::show))
    })
}

fn api() -> Router<AppState> {
    Router::new()
        .route("/labs", get(labs::list))
        .route("/labs/{lab}", get(labs::show))
        .route("/search", get(search::list))
        .route("/labs/{lab}/submissions", post(submissions::create))
        .route("/compilers/{language}", post(compilers::compile))
        .route("/submissions/{id}", get(submissions::show))
        .route("/submissions/{id}/report", get(submissions::report))
}

/// A cookie appears only once something is stored in the session.
fn sessions(state: &AppState) -> SessionManagerLayer<Sessions> {
    let https = state.config.is_https();
    SessionManagerLayer::new(Sessions::new(state.db.clone(), state.parts.clock.clone()))
        .with_name(if https { "__Host-headroom" } else { "headroom" })
        .with_secure(https)
        .with_http_only(true)
        .with_same_site(SameSite::Lax)
        .with_path("/")
        .with_expiry(Expiry::OnInactivity(time::Duration::days(30)))
}

async fn not_found() -> Error {
    Error::NotFound
}
