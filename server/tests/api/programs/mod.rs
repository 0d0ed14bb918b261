//! What programs do with a key, and without one.

mod batches;
mod description;
mod handing_in;
mod keys;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use headroom::accounts::keys::{self as granted, Scope};
use headroom::ids::Id;
use serde_json::{Value, json};

use crate::client::{Answer, request};
use crate::test_app::TestApp;

pub const JSON: (&str, &str) = ("content-type", "application/json");

/// A program with a key that may do everything.
pub struct Program<'a> {
    app: &'a TestApp,
    bearer: String,
}

impl<'a> Program<'a> {
    pub async fn of(app: &'a TestApp, user: Id) -> Self {
        let made = granted::make(&app.state, user, ("test".into(), &Scope::ALL), 1 << 40).await;
        let bearer = format!("Bearer {}", made.unwrap().1);
        Self { app, bearer }
    }

    pub async fn send(&self, method: &str, path: &str, body: &Value) -> Answer {
        let body = if body.is_null() {
            String::new()
        } else {
            body.to_string()
        };
        let headers = [("authorization", self.bearer.as_str()), JSON];
        request(self.app.address, method, path, &headers, body.as_bytes()).await
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.send("GET", path, &Value::Null).await
    }

    pub async fn submit(&self, query: &str, module: &[u8]) -> Answer {
        let body = json!({"module": STANDARD.encode(module)});
        let path = format!("/api/v1/labs/rate_limiter/submissions{query}");
        self.send("POST", &path, &body).await
    }
}

/// The id of what was made.
pub fn id(answer: &Answer) -> String {
    answer.json()["id"].as_str().unwrap().to_owned()
}
