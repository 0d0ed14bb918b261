//! A server on a port of its own, with a fake site, fake labs, a grader that waits to be let go
//! and a clock that stands still.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use app::{AccountPage, Newsletter};
use async_trait::async_trait;
use content::search::Hit;
use headroom::Server;
use headroom::card::Card;
use headroom::clock::Clock;
use headroom::config::Config;
use headroom::error::Finding;
use headroom::grader::Status;
use headroom::jobs::grade_submission::{Edition, GradeFailure, Grader, Problem};
use headroom::newsletter::course::Lesson;
use headroom::newsletter::wishes::Topic;
use headroom::problem::Kind;
use headroom::random::Random;
use headroom::state::{AppState, Catalogue, Parts, Site};
use headroom::store::grades::Findings;
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::sync::Semaphore;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use crate::browser::Browser;
use crate::client::{Answer, request};

pub const MODULE: &[u8] = b"\0asm\x01\0\0\0";
pub const REPORT: &[u8] = br#"{"lab":"rate_limiter","score":1000000}"#;

/// A running server.
pub struct TestApp {
    pub address: SocketAddr,
    pub clock: Clock,
    pub stop: CancellationToken,
    pub state: AppState,
    pub ended: JoinHandle<()>,
    /// What it shows.
    pub site: Arc<FakeSite>,
    /// One permit lets one grading go.
    pub gate: Arc<Semaphore>,
    data: tempfile::TempDir,
    settings: String,
}

impl TestApp {
    /// With graders that answer at once.
    pub async fn start(settings: &str) -> Self {
        let app = Self::gated(settings).await;
        app.gate.add_permits(10_000);
        app
    }

    /// With graders that wait for `gate`.
    pub async fn gated(settings: &str) -> Self {
        let data = tempfile::tempdir().unwrap();
        let clock = Clock::manual(1_800_000_000_000);
        Self::built(settings, (data, clock, Arc::default())).await
    }

    /// Stops it and starts it again, over the same data and with the same time.
    pub async fn restart(self) -> Self {
        self.stop.cancel();
        self.ended.await.unwrap();
        self.state.db.close().await;
        drop(self.state);
        let app = Self::built(&self.settings, (self.data, self.clock, self.site)).await;
        app.gate.add_permits(10_000);
        app
    }

    async fn built(
        settings: &str,
        (data, clock, site): (tempfile::TempDir, Clock, Arc<FakeSite>),
    ) -> Self {
        let mut config = Config::from_toml(settings).unwrap();
        config.data.dir = data.path().to_owned();
        config.grader.workers = 2;
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let gate = Arc::new(Semaphore::new(0));
        let parts = Parts {
            site: site.clone(),
            catalogue: Arc::new(FakeCatalogue),
            grader: Arc::new(FakeGrader(Arc::clone(&gate))),
            compiler: None,
            clock: clock.clone(),
            random: Random::seeded(1),
        };
        let server = Server::build(config, parts, listener).await.unwrap();
        let (address, stop) = (server.address().unwrap(), server.stopper());
        let state = server.state();
        let ended = tokio::spawn(server.run());
        Self {
            address,
            clock,
            stop,
            state,
            ended,
            site,
            gate,
            data,
            settings: settings.to_owned(),
        }
    }

    pub async fn get(&self, path: &str) -> Answer {
        request(self.address, "GET", path, &[], b"").await
    }

    pub async fn send(&self, method: &str, path: &str, headers: &[(&str, &str)]) -> Answer {
        request(self.address, method, path, headers, b"").await
    }

    /// Somebody with a browser that keeps cookies.
    pub fn browser(&self) -> Browser {
        Browser::new(self.address)
    }

    pub async fn submit(&self, headers: &[(&str, &str)], module: &[u8]) -> Answer {
        let mut all = vec![("content-type", "application/wasm")];
        all.extend_from_slice(headers);
        let path = "/api/v1/labs/rate_limiter/submissions";
        request(self.address, "POST", path, &all, module).await
    }
}

/// A site of a few pages; its lessons can be changed.
#[derive(Default)]
pub struct FakeSite {
    pub lessons: Mutex<Vec<Lesson>>,
}

impl Site for FakeSite {
    fn page(&self, path: &str) -> Option<(u16, String)> {
        match path {
            "/" | "/labs" => Some((
                200,
                format!("<!DOCTYPE html>{path}{}", "<p>Text.</p>".repeat(200)),
            )),
            "/course/gone" => Some((404, "<!DOCTYPE html>no such area".into())),
            "/course/panic" => panic!("a page that panics"),
            _ => None,
        }
    }

    fn document(&self, path: &str) -> Option<(&'static str, String)> {
        (path == "/llms.txt").then(|| ("text/plain; charset=utf-8", "# Lessons".into()))
    }

    fn card(&self, path: &str) -> Option<Card> {
        (path == "/labs").then(|| Card {
            title: "Labs".into(),
            description: "All of them.".into(),
        })
    }

    fn search_page(&self, query: &str) -> String {
        format!("<!DOCTYPE html>found: {}", query.len())
    }

    fn search(&self, query: &str, limit: usize) -> Vec<Hit> {
        vec![Hit {
            url: "/lessons/a/b#c".into(),
            title: query.into(),
            heading: format!("one of {limit}"),
            snippet: Vec::new(),
        }]
    }

    fn account_page(&self, page: &AccountPage, path: &str) -> (u16, String) {
        let dead = [
            AccountPage::LinkDead,
            AccountPage::Newsletter(Newsletter::Dead),
        ];
        let status = if dead.contains(page) { 410 } else { 200 };
        (status, format!("<!DOCTYPE html>{path} {page:?}"))
    }

    fn contents(&self) -> Vec<(Topic, String, String, String)> {
        let lab = ("/labs".into(), "Labs".into(), "All of them.".into());
        vec![(Topic::Labs, lab.0, lab.1, lab.2)]
    }

    fn lessons(&self) -> Vec<Lesson> {
        self.lessons.lock().unwrap().clone()
    }

    fn error_page(&self, status: u16, detail: &str, request_id: &str, _path: &str) -> String {
        format!("<!DOCTYPE html>{status} {detail} {request_id}")
    }

    fn inline_scripts(&self) -> Vec<String> {
        vec!["theme()".into()]
    }
}

struct FakeCatalogue;

impl Catalogue for FakeCatalogue {
    fn list(&self) -> Value {
        json!([{"id": "rate_limiter"}])
    }

    fn show(&self, lab: &str) -> Option<Value> {
        (lab == "rate_limiter").then(|| {
            json!({
                "id": lab, "brief": "# The task", "policies": [{"id": "gcra"}],
                "spec": {
                    "exports": [{"name": "allow"}],
                    "scenarios": [{"id": "steady", "public": true}, {"id": "h", "public": false}],
                },
            })
        })
    }

    fn policy_report(&self, lab: &str, policy: &str) -> Option<Vec<u8>> {
        (lab == "rate_limiter" && policy == "gcra").then(|| REPORT.to_vec())
    }

    fn kit(&self, lab: &str, language: &str) -> Option<Vec<u8>> {
        (lab == "rate_limiter" && language == "rust").then(|| b"PK".to_vec())
    }

    fn check(&self, _lab: &str, language: Option<&str>, module: &[u8]) -> Result<(), Vec<Finding>> {
        if language == Some("javascript") {
            return Ok(());
        }
        assert!(module != b"panic", "hostile");
        if module.starts_with(b"\0asm") {
            return Ok(());
        }
        let finding = |code: &str, offset| Finding {
            code: code.into(),
            message: format!("{code}: do something about it"),
            offset,
        };
        Err(vec![
            finding("malformed", Some(0)),
            finding("missing-export", None),
        ])
    }
}

struct FakeGrader(Arc<Semaphore>);

#[async_trait]
impl Grader for FakeGrader {
    fn edition(&self, lab: &str, _language: Option<&str>) -> Option<Edition> {
        (lab == "rate_limiter").then(|| Edition {
            lab_version: 1,
            engine: "engine/1".into(),
            meter: "meter/1".into(),
        })
    }

    fn status(&self) -> Status {
        Status {
            ready: !self.0.is_closed(),
            workers: 2,
            ..Status::default()
        }
    }

    async fn grade(
        &self,
        _lab: &str,
        _language: Option<&str>,
        module: &[u8],
    ) -> Result<Findings, GradeFailure> {
        let Ok(permit) = self.0.acquire().await else {
            return Err(GradeFailure::Retry("no graders".into()));
        };
        permit.forget();
        if module.ends_with(b"trap") {
            return Err(GradeFailure::Problem(Problem {
                kind: Kind::named("grading-memory"),
                detail: "It wants too much.".into(),
                errors: Vec::new(),
            }));
        }
        Ok(Findings {
            report: REPORT.to_vec(),
            digest: "d1".into(),
            score_ppm: 1_000_000,
            stars: 3,
            hidden_json: Some(r#"{"quality":990000,"verdict":"holds"}"#.into()),
        })
    }
}
