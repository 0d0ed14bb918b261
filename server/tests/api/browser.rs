//! A browser as far as cookies and forms go.

use std::collections::BTreeMap;
use std::net::SocketAddr;

use crate::client::{Answer, request};

/// Keeps cookies.
#[derive(Clone)]
pub struct Browser {
    address: SocketAddr,
    pub cookies: BTreeMap<String, String>,
    pub agent: &'static str,
}

impl Browser {
    pub fn new(address: SocketAddr) -> Self {
        Self {
            address,
            cookies: BTreeMap::new(),
            agent: "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
        }
    }

    pub async fn get(&mut self, path: &str) -> Answer {
        self.send("GET", path, &[], b"").await
    }

    /// Sends a form, as this site's pages do.
    pub async fn post(&mut self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let body = serde_urlencoded::to_string(fields).unwrap();
        let kind = [("content-type", "application/x-www-form-urlencoded")];
        self.send("POST", path, &kind, body.as_bytes()).await
    }

    pub async fn send(
        &mut self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: &[u8],
    ) -> Answer {
        let pairs = self.cookies.iter().map(|(k, v)| format!("{k}={v}"));
        let cookies = pairs.collect::<Vec<_>>().join("; ");
        let mut all = vec![("accept", "text/html"), ("user-agent", self.agent)];
        if !cookies.is_empty() {
            all.push(("cookie", &cookies));
        }
        all.extend_from_slice(headers);
        let answer = request(self.address, method, path, &all, body).await;
        self.keep(&answer);
        answer
    }

    /// The id of the session, if there is one.
    pub fn session(&self) -> Option<&str> {
        let mut names = ["headroom", "__Host-headroom"].into_iter();
        names.find_map(|name| self.cookies.get(name).map(String::as_str))
    }

    fn keep(&mut self, answer: &Answer) {
        let set = answer
            .headers
            .iter()
            .filter(|(name, _)| name == "set-cookie");
        for (_, cookie) in set {
            let pair = cookie.split(';').next().unwrap();
            let (name, value) = pair.split_once('=').unwrap();
            if value.is_empty() || cookie.contains("Max-Age=0") {
                self.cookies.remove(name);
            } else {
                self.cookies.insert(name.to_owned(), value.to_owned());
            }
        }
    }
}
