//! The whole URL map.

mod account;
mod admin;
pub mod assets;
mod author;
mod batches;
mod cards;
mod compilers;
mod guards;
mod health;
mod instance;
mod keys;
mod kits;
mod labs;
pub mod lessons;
mod map;
mod me;
mod newsletter;
mod newsletter_archive;
mod newsletter_course;
pub mod openapi;
pub mod ops;
pub mod pages;
mod receipts;
pub mod redirect;
mod representation;
mod search;
mod service_worker;
mod setup;
mod status;
mod submissions;
mod webhooks;

use axum::Router;
use axum::extract::Request;
use axum::middleware;
use http::{HeaderValue, header};
use serde::de::DeserializeOwned;
use tower::util::option_layer;

use self::map::Access::{Admin, Anyone, Known, Owner, Program, SignedIn};
use crate::accounts::keys::Scope::{
    ProgressRead, ProgressWrite, SubmissionsRead, SubmissionsWrite, Webhooks,
};
use crate::error::Error;
use crate::state::AppState;

pub use self::map::{Access, Map, Route};

/// Bytes of a JSON document that says something small.
const JSON_MAX_BYTES: usize = 16 << 10;

/// What answers every address.
pub fn router(state: AppState) -> Router {
    map(state.clone())
        .into_router()
        .fallback(not_found)
        .layer(guards::pages())
        .layer(guards::api(&state.config.server.cors_origins))
        .layer(option_layer(guards::cors(
            &state.config.server.cors_origins,
        )))
        .layer(middleware::from_fn_with_state(
            state.clone(),
            crate::edge::pass,
        ))
        .with_state(state)
}

/// Every address there is.
pub fn map(state: AppState) -> Map {
    api(desk(letters(accounts(site(Map::new(state))))))
}

/// What is the same for everybody.
fn site(map: Map) -> Map {
    let pages = [
        "/",
        "/course",
        "/course/print",
        "/course/{area}",
        "/articles",
        "/articles/{slug}",
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
        "/docs/api",
        "/problems",
        "/problems/{code}",
    ];
    let map = pages
        .into_iter()
        .fold(map, |map, path| map.get(Anyone, path, pages::show));
    map.get(Anyone, "/assets/{*name}", assets::show)
        .get(Anyone, "/cards/{*page}", cards::card)
        .get(Anyone, "/figures/{*chart}", cards::figure)
        .get(Anyone, "/icons/{name}", cards::icon)
        .get(Anyone, "/labs/{lab}/kits/{file}", kits::show)
        .get(Anyone, "/search", search::page)
        .get(Anyone, "/status", status::page)
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
        .post(SignedIn, "/account/keys", account::keys::create)
        .post(SignedIn, "/account/keys/delete", account::keys::delete)
        .get(SignedIn, "/account/export", account::export::show)
        .post(SignedIn, "/account/delete", account::settings::delete)
        .get(Known, "/setup", setup::page)
        .post(Known, "/setup", setup::make)
}

fn letters(map: Map) -> Map {
    let confirm = "/newsletter/confirm";
    let preferences = "/newsletter/preferences";
    let end = "/newsletter/unsubscribe";
    map.get(Anyone, "/newsletter", newsletter::page)
        .get(Anyone, "/newsletter/issues", newsletter_archive::list)
        .get(
            Anyone,
            "/newsletter/issues/{slug}",
            newsletter_archive::issue,
        )
        .get(Anyone, "/newsletter/feed.xml", newsletter_archive::feed)
        .post(Anyone, "/newsletter/bounces", newsletter::bounced)
        .post(Anyone, "/newsletter", newsletter::ask)
        .get(Anyone, confirm, newsletter::confirm_page)
        .post(Anyone, confirm, newsletter::confirm)
        .get(Anyone, preferences, newsletter::preferences_page)
        .post(Anyone, preferences, newsletter::change)
        .get(Anyone, "/newsletter/course", newsletter_course::page)
        .post(Anyone, "/newsletter/course", newsletter_course::act)
        .get(Anyone, end, newsletter::end_page)
        .post(Anyone, end, newsletter::end)
}

/// For administrators.
fn desk(map: Map) -> Map {
    let issue = "/admin/newsletter/{number}";
    let one = "/admin/subscribers/{id}";
    map.get(Admin, "/admin", admin::overview)
        .get(Admin, "/admin/health", admin::health::show)
        .get(Admin, "/admin/status", status::desk)
        .get(Admin, "/admin/newsletter", admin::issues::list)
        .post(Admin, "/admin/newsletter", admin::issues::create)
        .get(
            Admin,
            "/admin/newsletter/deliverability",
            admin::deliverability::show,
        )
        .get(Admin, issue, admin::issue::show)
        .post(Admin, issue, admin::issue::act)
        .get(Admin, "/admin/newsletter/{number}/mail", admin::issue::mail)
        .get(
            Admin,
            "/admin/newsletter/{number}/events",
            admin::issue::events,
        )
        .get(
            Admin,
            "/admin/newsletter/{number}/recipients",
            admin::issues::recipients,
        )
        .get(Admin, "/admin/subscribers", admin::subscribers::list)
        .post(Admin, "/admin/subscribers", admin::subscribers::ask)
        .get(Admin, one, admin::subscribers::show)
        .post(Admin, one, admin::subscribers::act)
        .get(Admin, "/admin/outbox", admin::outbox::list)
        .get(Admin, "/admin/outbox/{file}", admin::outbox::show)
}

fn api(map: Map) -> Map {
    let map = map
        .post(
            Anyone,
            "/api/v1/newsletter/subscriptions",
            newsletter::subscribe,
        )
        .get(Anyone, openapi::PATH, openapi::show)
        .get(Anyone, "/api/v1/lessons", lessons::list)
        .get(Anyone, "/api/v1/lessons/{area}/{slug}", lessons::show)
        .get(Anyone, "/api/v1/search", search::list)
        .post(Anyone, "/api/v1/compilers/{language}", compilers::compile)
        .get(Owner(ProgressRead), "/api/v1/me", me::show)
        .get(Owner(ProgressRead), "/api/v1/me/progress", me::progress)
        .put(
            Owner(ProgressWrite),
            "/api/v1/me/progress",
            me::put_progress,
        )
        .get(SignedIn, "/api/v1/keys", keys::list)
        .post(SignedIn, "/api/v1/keys", keys::create)
        .delete(SignedIn, "/api/v1/keys/{id}", keys::delete)
        .post(SignedIn, "/api/v1/keys/{id}/rotate", keys::rotate)
        .get(Admin, "/api/v1/instance", instance::show);
    webhook_api(grading_api(lab_api(map)))
}

fn lab_api(map: Map) -> Map {
    map.get(Anyone, "/api/v1/labs", labs::list)
        .get(Anyone, "/api/v1/labs/{lab}", labs::show)
        .get(Anyone, "/api/v1/labs/{lab}/versions", labs::versions)
        .get(Anyone, "/api/v1/labs/{lab}/brief", labs::brief)
        .get(Anyone, "/api/v1/labs/{lab}/exports", labs::exports)
        .get(Anyone, "/api/v1/labs/{lab}/scenarios", labs::scenarios)
        .get(Anyone, "/api/v1/labs/{lab}/policies", labs::policies)
        .get(
            Anyone,
            "/api/v1/labs/{lab}/policies/{policy}/report",
            labs::report,
        )
}

fn grading_api(map: Map) -> Map {
    let (write, read) = (SubmissionsWrite, SubmissionsRead);
    map.post(
        Program(write),
        "/api/v1/labs/{lab}/submissions",
        submissions::create,
    )
    .get(Owner(read), "/api/v1/submissions", submissions::list)
    .get(Anyone, "/api/v1/submissions/{id}", submissions::show)
    .delete(
        Program(write),
        "/api/v1/submissions/{id}",
        submissions::cancel,
    )
    .get(
        Anyone,
        "/api/v1/submissions/{id}/report",
        submissions::report,
    )
    .get(
        Anyone,
        "/api/v1/submissions/{id}/events",
        submissions::events,
    )
    .get(
        Anyone,
        "/api/v1/submissions/{id}/series",
        submissions::series,
    )
    .get(Anyone, "/api/v1/submissions/{id}/log", submissions::log)
    .get(Anyone, "/api/v1/submissions/{id}/receipt", receipts::show)
    .get(
        Anyone,
        "/.well-known/headroom-receipt-keys.json",
        receipts::keys,
    )
    .post(Owner(write), "/api/v1/batches", batches::create)
    .get(Owner(read), "/api/v1/batches/{id}", batches::show)
}

fn webhook_api(map: Map) -> Map {
    let one = "/api/v1/webhooks/{id}";
    let told = "/api/v1/webhooks/{id}/deliveries";
    let again = "/api/v1/webhooks/{id}/deliveries/{delivery}/replay";
    map.get(Owner(Webhooks), "/api/v1/webhooks", webhooks::list)
        .post(Owner(Webhooks), "/api/v1/webhooks", webhooks::create)
        .delete(Owner(Webhooks), one, webhooks::delete)
        .post(
            Owner(Webhooks),
            "/api/v1/webhooks/{id}/test",
            webhooks::test,
        )
        .get(Owner(Webhooks), told, webhooks::deliveries)
        .post(Owner(Webhooks), again, webhooks::replay)
}

/// A JSON document in a request, within time and size.
async fn json_body<T: DeserializeOwned>(state: &AppState, request: Request) -> Result<T, Error> {
    let kind = request.headers().get(header::CONTENT_TYPE);
    let kind = kind.map_or(&b""[..], HeaderValue::as_bytes);
    if !kind.starts_with(b"application/json") {
        let text = "this address takes application/json";
        return Err(Error::UnsupportedMediaType(text.into()));
    }
    let patience = state.config.server.body_timeout();
    let too_large = || Error::TooLarge;
    let bytes = submissions::body::bytes(request, JSON_MAX_BYTES, patience, too_large).await?;
    read_json(&bytes)
}

fn read_json<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Error> {
    serde_json::from_slice(bytes)
        .map_err(|error| Error::Invalid(format!("the JSON cannot be read: {error}")))
}

async fn not_found() -> Error {
    Error::NotFound
}
