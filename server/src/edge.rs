//! What every request passes on its way in and every response on its way out: an id, the client's
//! address, a net under panics, errors rendered for their reader, security headers, a log line.

use std::net::IpAddr;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::extract::{MatchedPath, Request, State};
use axum::middleware::Next;
use axum::response::{Html, IntoResponse as _, Response};
use futures_util::FutureExt as _;
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use tracing::Instrument as _;

use crate::accept::Peer;
use crate::config::ServerConfig;
use crate::error::{Error, Failure, of_status};
use crate::metrics::Answered;
use crate::routes::pages::Kept;
use crate::state::AppState;
use crate::telemetry::spans;

/// The address of whoever asks; a request extension.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ClientAddress(pub IpAddr);

static REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// The same on every response.
static SECURITY: [(HeaderName, HeaderValue); 5] = [
    (
        header::X_CONTENT_TYPE_OPTIONS,
        HeaderValue::from_static("nosniff"),
    ),
    (
        header::REFERRER_POLICY,
        HeaderValue::from_static("strict-origin-when-cross-origin"),
    ),
    (
        HeaderName::from_static("permissions-policy"),
        HeaderValue::from_static("camera=(), geolocation=(), microphone=(), payment=(), usb=()"),
    ),
    (
        HeaderName::from_static("cross-origin-opener-policy"),
        HeaderValue::from_static("same-origin"),
    ),
    (
        HeaderName::from_static("cross-origin-resource-policy"),
        HeaderValue::from_static("same-origin"),
    ),
];

/// The middleware around everything else.
pub async fn pass(State(state): State<AppState>, mut request: Request, next: Next) -> Response {
    let asked = Asked::of(&state, &request);
    request
        .extensions_mut()
        .insert(ClientAddress(asked.address));
    let wants_page = wants_page(&request);
    let route = request.extensions().get::<MatchedPath>().cloned();
    let route = route.as_ref().map_or("", MatchedPath::as_str);
    let from = traced(&request, &state.config.server);
    let what = (&asked.method, route, asked.path.as_str());
    let span = spans::request(what, (asked.address, &asked.id), from);
    let response = match ready(&state, &request, route) {
        Some(response) => response,
        None => answer(request, next).instrument(span.clone()).await,
    };
    let response = rendered(response, &state, &asked, wants_page);
    spans::answered(&span, response.status());
    asked.told(&state, route, response)
}

/// The answer that needs neither the router nor any waiting: a page that is kept, at an address
/// that the router has named before.
pub fn at_once<B>(state: &AppState, request: &http::Request<B>) -> Option<Response> {
    if state.config.traces.endpoint.is_some() {
        // Whoever collects traces wants to see these too.
        return None;
    }
    let page = kept(state, request)?;
    let route = page.route.get()?;
    let asked = Asked::of(state, request);
    Some(asked.told(state, route, page.page.respond(request.headers())))
}

/// What is remembered of a request until its answer leaves.
struct Asked {
    started_ns: u64,
    id: String,
    address: IpAddr,
    method: Method,
    path: String,
}

impl Asked {
    fn of<B>(state: &AppState, request: &http::Request<B>) -> Self {
        Self {
            started_ns: state.parts.clock.monotonic_ns(),
            id: request_id(request.headers(), state),
            address: client_address(request, &state.config.server),
            method: request.method().clone(),
            path: request.uri().path().to_owned(),
        }
    }

    /// Seals the answer, counts it and logs it.
    fn told(self, state: &AppState, route: &str, mut response: Response) -> Response {
        let Self {
            id, method, path, ..
        } = &self;
        seal(&mut response, state, id);
        let took_ns = (state.parts.clock.monotonic_ns()).saturating_sub(self.started_ns);
        let failure = response.extensions().get::<Failure>();
        state.metrics.answered(Answered {
            route,
            method,
            status: response.status(),
            problem: failure.map(|failure| failure.kind.code),
            took: Duration::from_nanos(took_ns),
            now_ms: state.parts.clock.now_ms(),
        });
        let (status, took_us) = (response.status().as_u16(), took_ns / 1000);
        tracing::info!(
            http.request.id = %id, http.method = %method, url.path = ?path,
            client.address = %self.address, http.status = status, duration_us = took_us,
            "{method} {path:?} {status} in {took_us} us"
        );
        response
    }
}

/// A page that is kept needs no handler.
fn ready(state: &AppState, request: &Request, route: &str) -> Option<Response> {
    let page = kept(state, request)?;
    page.route.get_or_init(|| route.to_owned());
    Some(page.page.respond(request.headers()))
}

/// The page that is kept for this request: the same for everybody.
fn kept<B>(state: &AppState, request: &http::Request<B>) -> Option<Arc<Kept>> {
    // Answers to other sites carry a word for their browser, which the routes add.
    let foreign = request.headers().contains_key(header::ORIGIN);
    let asked = *request.method() == Method::GET && !foreign;
    state.pages.kept(asked.then(|| request.uri().path())?)
}

async fn answer(request: Request, next: Next) -> Response {
    if matches!(*request.method(), Method::TRACE | Method::CONNECT) {
        return Error::MethodNotAllowed(request.method().to_string()).into_response();
    }
    match AssertUnwindSafe(next.run(request)).catch_unwind().await {
        Ok(response) => response,
        Err(panic) => {
            let text = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
            let text = text.or_else(|| panic.downcast_ref::<String>().cloned());
            let text = text.unwrap_or_else(|| "a panic".to_owned());
            Error::Internal(anyhow::anyhow!("panic: {text}")).into_response()
        }
    }
}

/// Gives a failure the form its reader wants, and a name to those that have none.
fn rendered(response: Response, state: &AppState, asked: &Asked, wants_page: bool) -> Response {
    let Asked {
        id, method, path, ..
    } = asked;
    let status = response.status();
    if !status.is_client_error() && !status.is_server_error() {
        return response;
    }
    let (mut parts, mut body) = response.into_parts();
    if parts.extensions.get::<Failure>().is_none() && !is_ours(&parts.headers) {
        let named = of_status(status, method).into_response();
        let (named, named_body) = named.into_parts();
        parts.status = named.status;
        parts.headers.extend(named.headers);
        parts.headers.remove(header::CONTENT_LENGTH);
        parts.extensions.extend(named.extensions);
        body = named_body;
    }
    if wants_page && let Some(failure) = parts.extensions.get::<Failure>() {
        let status = parts.status.as_u16();
        let html = state
            .parts
            .site
            .error_page(status, &failure.detail, id, path);
        let page = Html(html).into_response();
        parts.headers.remove(header::CONTENT_LENGTH);
        parts.headers.extend(page.headers().clone());
        body = page.into_body();
    }
    if *method == Method::HEAD {
        body = Body::empty();
    }
    Response::from_parts(parts, body)
}

/// Pages and JSON come from our handlers; layers below them answer plain text or nothing.
fn is_ours(headers: &HeaderMap) -> bool {
    let kind = headers.get(header::CONTENT_TYPE).map(HeaderValue::as_bytes);
    kind.is_some_and(|kind| kind.starts_with(b"text/html") || kind == b"application/json")
}

/// A person with a browser, outside the API.
fn wants_page(request: &Request) -> bool {
    let accepts = request.headers().get_all(header::ACCEPT).iter();
    let html = accepts
        .filter_map(|value| value.to_str().ok())
        .any(|v| v.contains("text/html"));
    html && !request.uri().path().starts_with("/api/")
}

fn seal(response: &mut Response, state: &AppState, id: &str) {
    let headers = response.headers_mut();
    for (name, value) in &SECURITY {
        // An address may be stricter.
        headers.entry(name).or_insert_with(|| value.clone());
    }
    headers
        .entry(header::CONTENT_SECURITY_POLICY)
        .or_insert_with(|| state.csp.clone());
    if state.config.is_https() {
        let year = HeaderValue::from_static("max-age=31536000; includeSubDomains");
        headers.insert(header::STRICT_TRANSPORT_SECURITY, year);
    }
    if let Ok(id) = HeaderValue::from_str(id) {
        headers.insert(REQUEST_ID.clone(), id);
    }
    if state.drain.is_cancelled() {
        // A proxy asks elsewhere next, before connections are closed under it.
        let close = HeaderValue::from_static("close");
        response.headers_mut().insert(header::CONNECTION, close);
    }
    if response.status() == StatusCode::METHOD_NOT_ALLOWED {
        response
            .headers_mut()
            .entry(header::ALLOW)
            .or_insert(HeaderValue::from_static("GET,HEAD"));
    }
}

/// The caller's id if it is harmless in a log, else a new one.
fn request_id(headers: &HeaderMap, state: &AppState) -> String {
    let harmless = |id: &&str| {
        let fits = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.');
        (1..=64).contains(&id.len()) && id.bytes().all(fits)
    };
    let given = headers
        .get(&REQUEST_ID)
        .and_then(|value| value.to_str().ok())
        .filter(harmless);
    given.map_or_else(|| state.ids.next().to_string(), str::to_owned)
}

/// The trace that the request is part of, if a trusted proxy says so: anybody else could have
/// theirs collected at our cost.
fn traced<'a>(request: &'a Request, config: &ServerConfig) -> Option<&'a str> {
    let peer = request.extensions().get::<Peer>()?.0.ip().to_canonical();
    let value = request.headers().get(spans::HEADER)?;
    value.to_str().ok().filter(|_| config.is_trusted(peer))
}

/// The peer, or what trusted proxies say of it: the right-most address that is not itself trusted.
/// Anything further left was written by the client.
fn client_address<B>(request: &http::Request<B>, config: &ServerConfig) -> IpAddr {
    let peer = request
        .extensions()
        .get::<Peer>()
        .map(|peer| peer.0.ip().to_canonical());
    let peer = peer.unwrap_or(IpAddr::from([0, 0, 0, 0]));
    if !config.is_trusted(peer) {
        return peer;
    }
    let forwarded: Vec<&str> = request
        .headers()
        .get_all("x-forwarded-for")
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .collect();
    let mut client = peer;
    for text in forwarded.iter().rev() {
        let Ok(address) = text.trim().parse::<IpAddr>() else {
            break;
        };
        client = address.to_canonical();
        if !config.is_trusted(client) {
            break;
        }
    }
    client
}
