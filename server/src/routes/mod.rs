//! The whole URL map.

mod account;
pub mod assets;
mod author;
mod cards;
mod compilers;
mod health;
mod instance;
mod kits;
mod labs;
mod map;
mod me;
pub mod pages;
mod representation;
mod search;
mod service_worker;
mod submissions;

use axum::Router;
use axum::middleware;
use axum::response::IntoResponse as _;
use tower_http::csrf::{CsrfLayer, ProtectionError};

use self::map::Access::{Admin, Anyone, Known, SignedIn};
use crate::error::Error;
use crate::state::AppState;

pub use self::map::{Access, Map, Route};

/// What answers every address.
pub fn router(state: AppState) -> Router {
    map(state.clone())
        .into_router()
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

/// Every address there is.
pub fn map(state: AppState) -> Map {
    api(accounts(site(Map::new(state))))
}

/// What is the same for everybody.
fn site(map: Map) -> Map {
    let pages = [
        "/",
        "/course",
        "/course/print",
        "/course/{area}",
        "/lessons/{area}/{slug}",
        "/feed.json",
        "/feed.xml",
        "/sitemap.xml",
        "/llms.txt",
        "/manifest.webmanifest",
        "/offline",
        "/offline.json",
        "/labs",
        "/labs/{lab}",
        "/glossary",
        "/me",
        "/problems",
        "/problems/{code}",
    ];
    let map = pages
        .into_iter()
        .fold(map, |map, path| map.get(Anyone, path, pages::show));
    map.get(Anyone, "/assets/{*name}", assets::show)
        .get(Anyone, "/cards/{*page}", cards::card)
        .get(Anyone, "/icons/{name}", cards::icon)
        .get(Anyone, "/labs/{lab}/kits/{file}", kits::show)
        .get(Anyone, "/search", search::page)
        .get(Anyone, "/sw.js", service_worker::show)
        .get(Anyone, "/author/changes", author::changes)
        .get(Anyone, "/healthz", health::alive)
        .get(Anyone, "/readyz", health::ready)
}

fn accounts(map: Map) -> Map {
    map.get(Known, "/sign-in", account::sign_in::page)
        .post(Known, "/sign-in", account::sign_in::with_password)
        .post(Known, "/sign-in/link", account::sign_in::by_link)
        .post(Known, "/sign-out", account::sign_in::out)
        .get(Known, "/sign-up", account::sign_up::page)
        .post(Known, "/sign-up", account::sign_up::ask)
        .get(Known, "/reset", account::reset::page)
        .post(Known, "/reset", account::reset::ask)
        .get(Known, "/link", account::link::page)
        .post(Known, "/link", account::link::open)
        .get(SignedIn, "/account", account::settings::page)
        .post(SignedIn, "/account/password", account::settings::password)
        .post(SignedIn, "/account/email", account::settings::email)
        .post(
            SignedIn,
            "/account/sessions/revoke",
            account::settings::revoke,
        )
        .get(SignedIn, "/account/export", account::export::show)
        .post(SignedIn, "/account/delete", account::settings::delete)
}

fn api(map: Map) -> Map {
    map.get(Anyone, "/api/v1/labs", labs::list)
        .get(Anyone, "/api/v1/labs/{lab}", labs::show)
        .get(Anyone, "/api/v1/search", search::list)
        .post(Known, "/api/v1/labs/{lab}/submissions", submissions::create)
        .post(Anyone, "/api/v1/compilers/{language}", compilers::compile)
        .get(Anyone, "/api/v1/submissions/{id}", submissions::show)
        .get(
            Anyone,
            "/api/v1/submissions/{id}/report",
            submissions::report,
        )
        .get(SignedIn, "/api/v1/me", me::show)
        .get(SignedIn, "/api/v1/me/progress", me::progress)
        .put(SignedIn, "/api/v1/me/progress", me::put_progress)
        .get(SignedIn, "/api/v1/me/submissions", me::submissions)
        .get(Admin, "/api/v1/instance", instance::show)
}

async fn not_found() -> Error {
    Error::NotFound
}
