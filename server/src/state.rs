//! What every request can reach.

use std::ops::Deref;
use std::sync::Arc;

use app::AccountPage;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::HeaderValue;
use serde::Serialize;
use sha2::{Digest as _, Sha256};
use tokio::sync::{Semaphore, watch};
use tokio_util::sync::CancellationToken;

use crate::accounts::Passwords;
use crate::accounts::first::Code;
use crate::breaker::Breakers;
use crate::card::{Card, Painter};
use crate::clock::Clock;
use crate::compiler::Compiler;
use crate::config::Config;
use crate::error::Finding;
use crate::grader::key::InstanceKey;
use crate::ids::Ids;
use crate::jobs::grade_submission::{Desk, Grader};
use crate::limits::{AccountLimits, SubmissionLimits};
use crate::metrics::Metrics;
use crate::newsletter::course::Lesson;
use crate::newsletter::wishes::Topic;
use crate::node::{self, Role};
use crate::random::Random;
use crate::routes::assets::AssetCache;
use crate::routes::pages::PageCache;
use crate::standing;
use crate::store::Db;
use crate::store::nodes::Node;

/// What the pages' crate gives: the site as HTML.
pub trait Site: Send + Sync {
    /// The page at this path, with its status; `None` where no page can be.
    fn page(&self, path: &str) -> Option<(u16, String)>;

    /// What programs read at this path, a feed or the source of a lesson: its media type and text.
    fn document(&self, path: &str) -> Option<(&'static str, String)>;

    /// What the picture of a page says, if there is such a page.
    fn card(&self, path: &str) -> Option<Card>;

    /// The page of what a search finds.
    fn search_page(&self, query: &str) -> String;

    /// Sections that fit a query, the best first.
    fn search(&self, query: &str, limit: usize) -> Vec<content::search::Hit>;

    /// A page about accounts, at this path, with its status.
    fn account_page(&self, page: &AccountPage, path: &str) -> (u16, String);

    /// What the course has, for those who want to hear of what is new: topic, path, title and a
    /// few words about each, in markdown.
    fn contents(&self) -> Vec<(Topic, String, String, String)>;

    /// Every lesson of the course, in its order, for those who get it by mail.
    fn lessons(&self) -> Vec<Lesson>;

    /// The page that tells of an error.
    fn error_page(&self, status: u16, detail: &str, request_id: &str, path: &str) -> String;

    /// The inline scripts that pages carry; only these may run.
    fn inline_scripts(&self) -> Vec<String>;
}

/// What the labs' crate gives.
pub trait Catalogue: Send + Sync {
    /// Every lab, in order, as JSON.
    fn list(&self) -> serde_json::Value;

    /// One lab, as JSON.
    fn show(&self, lab: &str) -> Option<serde_json::Value>;

    /// The report of a policy that comes with a lab. Takes a while: call it from a blocking thread.
    fn policy_report(&self, lab: &str, policy: &str) -> Option<Vec<u8>>;

    /// The starter kit of a lab in a language, a ZIP archive: the same bytes each time.
    fn kit(&self, lab: &str, language: &str) -> Option<Vec<u8>>;

    /// Whether a module, or the source of a script, can be graded; otherwise everything that is
    /// wrong with it.
    ///
    /// # Errors
    /// Every finding.
    fn check(&self, lab: &str, language: Option<&str>, bytes: &[u8]) -> Result<(), Vec<Finding>>;
}

/// How often the lessons were read since the start, and what is wrong with them now.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Edition {
    /// Rises with every reading.
    pub number: u64,
    /// Why the lessons on show are older than those in the folder.
    pub problem: Option<String>,
}

/// The parts that a server is built from; tests bring their own.
#[derive(Clone)]
pub struct Parts {
    /// Pages.
    pub site: Arc<dyn Site>,
    /// Labs.
    pub catalogue: Arc<dyn Catalogue>,
    /// Graders.
    pub grader: Arc<dyn Grader>,
    /// Compilers, where the settings ask for them.
    pub compiler: Option<Arc<Compiler>>,
    /// Time.
    pub clock: Clock,
    /// Randomness.
    pub random: Random,
}

/// What every request can reach. Cheap to clone.
#[derive(Clone)]
pub struct AppState(Arc<Shared>);

/// The fields of [`AppState`].
pub struct Shared {
    /// The settings.
    pub config: Config,
    /// The parts from other crates.
    pub parts: Parts,
    /// The database.
    pub db: Db,
    /// Ids.
    pub ids: Ids,
    /// Where graders that wait are called.
    pub desk: Desk,
    /// Caps on submissions.
    pub limits: SubmissionLimits,
    /// Caps on what is done with accounts.
    pub account_limits: AccountLimits,
    /// Makes and compares password hashes.
    pub passwords: Passwords,
    /// What makes the first administrator.
    pub setup_code: Code,
    /// Rendered pages.
    pub pages: PageCache,
    /// Cards and icons.
    pub pictures: PageCache,
    /// Draws them.
    pub painter: Painter,
    /// Whose turn it is to draw one.
    pub painting: Arc<Semaphore>,
    /// Whose turn it is to look at a case again.
    pub replaying: Arc<Semaphore>,
    /// What authors' pages watch.
    pub edition: watch::Sender<Edition>,
    /// Compressed assets.
    pub assets: AssetCache,
    /// The Content-Security-Policy of every response.
    pub csp: HeaderValue,
    /// What this process counted.
    pub metrics: Metrics,
    /// Whom it leaves alone for a while.
    pub breakers: Breakers,
    /// This process.
    pub node: Node,
    /// How the site stood a moment ago.
    pub standing: standing::Cache,
    /// Cancelled when nobody new should be sent here any more.
    pub drain: CancellationToken,
    /// Cancelled when the server is to stop.
    pub stop: CancellationToken,
}

impl AppState {
    /// The state of a server.
    ///
    /// # Errors
    /// When no password can be hashed, or the instance's key cannot be read.
    pub fn new(config: Config, parts: Parts, db: Db, role: Role) -> anyhow::Result<Self> {
        let ids = Ids::new(parts.clock.clone(), parts.random.clone());
        Ok(Self(Arc::new(Shared {
            node: node::this(role, &ids, &parts.clock),
            ids,
            metrics: Metrics::default(),
            breakers: Breakers::new(parts.clock.clone(), parts.random.clone()),
            standing: standing::Cache::default(),
            desk: Desk::default(),
            limits: SubmissionLimits::new(&config.limits, parts.clock.clone(), &db),
            account_limits: AccountLimits::new(&config.limits, parts.clock.clone(), &db),
            passwords: Passwords::new(parts.random.clone())?,
            setup_code: Code::of(&InstanceKey::open(&config.data.dir)?),
            pages: PageCache::default(),
            pictures: PageCache::default(),
            painter: Painter::new(),
            painting: Arc::new(Semaphore::new(1)),
            replaying: Arc::new(Semaphore::new(1)),
            edition: watch::Sender::new(Edition::default()),
            assets: AssetCache::default(),
            csp: csp(&parts.site.inline_scripts()),
            config,
            parts,
            db,
            drain: CancellationToken::new(),
            stop: CancellationToken::new(),
        })))
    }
}

impl Deref for AppState {
    type Target = Shared;

    fn deref(&self) -> &Shared {
        &self.0
    }
}

fn csp(inline_scripts: &[String]) -> HeaderValue {
    let hashes: String = inline_scripts
        .iter()
        .map(|script| format!(" 'sha256-{}'", STANDARD.encode(Sha256::digest(script))))
        .collect();
    let policy = format!(
        "default-src 'none'; script-src 'self'{hashes} 'wasm-unsafe-eval'; style-src 'self'; \
         worker-src 'self'; connect-src 'self'; img-src 'self' data:; font-src 'self'; \
         manifest-src 'self'; form-action 'self'; base-uri 'none'; frame-src 'self'; \
         frame-ancestors 'none'"
    );
    HeaderValue::from_str(&policy).unwrap_or(HeaderValue::from_static("default-src 'none'"))
}
