//! A cookie that scripts can read: somebody is signed in here. Pages are the same for everybody;
//! by it their script knows whether to ask for more. It opens nothing.

use http::{HeaderMap, HeaderValue, header};
use tower_sessions::cookie::{Cookie, SameSite};

use super::visitor::LONGEST_MS;
use crate::config::Config;

const NAME: &str = "headroom-signed-in";

/// The cookie that says so.
#[must_use]
pub fn set(config: &Config) -> HeaderValue {
    cookie(config, "1", time::Duration::milliseconds(LONGEST_MS))
}

/// The cookie that takes it back.
#[must_use]
pub fn gone(config: &Config) -> HeaderValue {
    cookie(config, "", time::Duration::ZERO)
}

/// Whether a request carries it.
#[must_use]
pub fn is_in(headers: &HeaderMap) -> bool {
    let cookies = headers.get_all(header::COOKIE).iter();
    let mut cookies = cookies
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(';'));
    cookies.any(|cookie| cookie.trim().split('=').next() == Some(NAME))
}

fn cookie(config: &Config, value: &'static str, age: time::Duration) -> HeaderValue {
    let cookie = Cookie::build((NAME, value))
        .path("/")
        .same_site(SameSite::Lax)
        .secure(config.is_https())
        .max_age(age);
    // Name and value are fixed ASCII.
    HeaderValue::from_str(&cookie.to_string()).unwrap_or(HeaderValue::from_static(NAME))
}
