//! The URL map as it is built: no address without a word on who may ask.

use std::collections::BTreeMap;

use axum::Router;
use axum::extract::{Request, State};
use axum::handler::Handler;
use axum::middleware::{self, Next};
use axum::response::{IntoResponse as _, Redirect, Response};
use axum::routing::{MethodFilter, MethodRouter, on};
use http::{HeaderValue, Method, header};
use tower_sessions::Session;

use crate::accounts::keys::{self, Scope};
use crate::accounts::{Person, Visitor, marker, visitor};
use crate::error::Error;
use crate::sessions;
use crate::state::AppState;
use crate::store::users::User;

/// Who may ask at an address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// Anybody, and nobody looks who it is: the answer is the same for all.
    Anyone,
    /// Anybody; who has signed in is known, as [`Visitor`].
    Known,
    /// Whoever has signed in, known as [`Person`].
    SignedIn,
    /// Whoever has signed in and administers this instance, known as [`Person`].
    Admin,
    /// Anybody, as with `Known`; a program that shows a key needs this scope.
    Program(Scope),
    /// Whoever has signed in, as with `SignedIn`, or a program with a key of theirs that has this
    /// scope.
    Owner(Scope),
}

impl Access {
    /// The scope that a key needs here; nothing where keys do not count.
    #[must_use]
    pub const fn scope(self) -> Option<Scope> {
        match self {
            Self::Program(scope) | Self::Owner(scope) => Some(scope),
            Self::Anyone | Self::Known | Self::SignedIn | Self::Admin => None,
        }
    }
}

/// An address, with what can be asked there and by whom.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Route {
    /// The method; `GET` answers `HEAD` too.
    pub method: Method,
    /// The pattern of the path.
    pub path: &'static str,
    /// Who may.
    pub access: Access,
}

/// Every address there is, and the router that answers them.
pub struct Map {
    state: AppState,
    paths: BTreeMap<&'static str, MethodRouter<AppState>>,
    routes: Vec<Route>,
}

impl Map {
    pub(super) fn new(state: AppState) -> Self {
        Self {
            state,
            paths: BTreeMap::new(),
            routes: Vec::new(),
        }
    }

    /// `GET` and `HEAD`.
    pub(super) fn get<H, T>(self, access: Access, path: &'static str, handler: H) -> Self
    where
        H: Handler<T, AppState>,
        T: 'static,
    {
        let methods = on(MethodFilter::GET, handler);
        self.with(Method::GET, access, path, methods)
    }

    pub(super) fn post<H, T>(self, access: Access, path: &'static str, handler: H) -> Self
    where
        H: Handler<T, AppState>,
        T: 'static,
    {
        let methods = on(MethodFilter::POST, handler);
        self.with(Method::POST, access, path, methods)
    }

    pub(super) fn delete<H, T>(self, access: Access, path: &'static str, handler: H) -> Self
    where
        H: Handler<T, AppState>,
        T: 'static,
    {
        let methods = on(MethodFilter::DELETE, handler);
        self.with(Method::DELETE, access, path, methods)
    }

    pub(super) fn put<H, T>(self, access: Access, path: &'static str, handler: H) -> Self
    where
        H: Handler<T, AppState>,
        T: 'static,
    {
        let methods = on(MethodFilter::PUT, handler);
        self.with(Method::PUT, access, path, methods)
    }

    fn with(
        mut self,
        method: Method,
        access: Access,
        path: &'static str,
        methods: MethodRouter<AppState>,
    ) -> Self {
        let methods = match access {
            Access::Anyone => methods,
            _ => methods
                .route_layer(middleware::from_fn_with_state(
                    (self.state.clone(), access),
                    admit,
                ))
                .route_layer(sessions::layer(&self.state)),
        };
        let known = self.paths.remove(path).unwrap_or_default();
        self.paths.insert(path, known.merge(methods));
        self.routes.push(Route {
            method,
            path,
            access,
        });
        self
    }

    /// What there is.
    #[must_use]
    pub fn routes(&self) -> &[Route] {
        &self.routes
    }

    /// The router. What an address does not answer is refused with a list of what it does.
    pub(super) fn into_router(self) -> Router<AppState> {
        let mut router = Router::new();
        for (path, methods) in self.paths {
            let here = self.routes.iter().filter(|route| route.path == path);
            let allowed: Vec<&str> = here
                .flat_map(|route| match route.method {
                    Method::GET => vec!["GET", "HEAD"],
                    ref other => vec![other.as_str()],
                })
                .collect();
            let allowed = allowed.join(",");
            let refuse = move |method: Method| async move {
                (
                    [(header::ALLOW, allowed)],
                    Error::MethodNotAllowed(method.to_string()),
                )
            };
            router = router.route(path, methods.fallback(refuse));
        }
        router
    }
}

/// Lets in who may, and tells the handler who it is. What follows is nobody else's to keep.
async fn admit(
    State((state, access)): State<(AppState, Access)>,
    session: Session,
    mut request: Request,
    next: Next,
) -> Result<Response, Error> {
    let key = access.scope().zip(keys::shown(request.headers()));
    let user = match key {
        Some((scope, secret)) => Some(keys::holder(&state, secret, scope).await?),
        None => visitor::of(&state, &session).await?,
    };
    let stale = user.is_none() && marker::is_in(request.headers());
    let mut response = match entry(access, user, &request) {
        Entry::Visitor(visitor) => {
            request.extensions_mut().insert(visitor);
            next.run(request).await
        }
        Entry::Person(person) => {
            request.extensions_mut().insert(person);
            next.run(request).await
        }
        Entry::Refused(response) => response,
    };
    let headers = response.headers_mut();
    let private = HeaderValue::from_static("private, no-store");
    headers.entry(header::CACHE_CONTROL).or_insert(private);
    if stale && !headers.contains_key(header::SET_COOKIE) {
        headers.append(header::SET_COOKIE, marker::gone(&state.config));
    }
    Ok(response)
}

enum Entry {
    Visitor(Visitor),
    Person(Person),
    Refused(Response),
}

fn entry(access: Access, user: Option<User>, request: &Request) -> Entry {
    match (access, user) {
        (Access::Anyone | Access::Known | Access::Program(_), user) => {
            Entry::Visitor(Visitor(user))
        }
        (_, None) => Entry::Refused(sign_in_first(request)),
        (Access::Admin, Some(user)) if !user.is_admin => {
            Entry::Refused(Error::NotAllowed.into_response())
        }
        (_, Some(user)) => Entry::Person(Person(user)),
    }
}

/// Programs are told, people are taken there.
fn sign_in_first(request: &Request) -> Response {
    let uri = request.uri();
    if uri.path().starts_with("/api/") {
        return Error::NotSignedIn.into_response();
    }
    let back = match *request.method() {
        Method::GET | Method::HEAD => uri.path_and_query().map_or("/", |part| part.as_str()),
        _ => "/account",
    };
    match serde_urlencoded::to_string([("next", back)]) {
        Ok(query) => Redirect::to(&format!("/sign-in?{query}")).into_response(),
        Err(error) => Error::Internal(error.into()).into_response(),
    }
}
