//! Every way a request can fail, by HTTP meaning, and the one place that renders it.

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::{Map, Value, json};

use crate::accounts::keys::Scope;
use crate::compiler::Diagnostic;
use crate::limits::Refusal;
use crate::problem::Kind;
use crate::store::StoreError;

/// A refused or failed request.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// No such page or resource.
    #[error("nothing is here")]
    NotFound,
    /// No lab of this name.
    #[error("there is no lab called {0}")]
    LabNotFound(String),
    /// No submission with this id.
    #[error("there is no submission {0}")]
    SubmissionNotFound(String),
    /// The resource exists, the method does not.
    #[error("this address does not answer {0}")]
    MethodNotAllowed(String),
    /// The request cannot be understood.
    #[error("{0}")]
    Invalid(String),
    /// The request can be read, and does not hand in anything that could be graded.
    #[error("{0}")]
    Incomplete(String),
    /// The module breaks the lab's rules; one entry per finding.
    #[error("the module cannot be graded: {}", first(.0))]
    ModuleInvalid(Vec<Finding>),
    /// The module is longer than allowed.
    #[error("the module is longer than {limit_bytes} bytes")]
    ModuleTooLarge {
        /// The limit.
        limit_bytes: usize,
    },
    /// The body is longer than allowed.
    #[error("the request's body is too long")]
    TooLarge,
    /// The body's media type is not accepted here.
    #[error("{0}")]
    UnsupportedMediaType(String),
    /// The body did not arrive in time.
    #[error("the request's body did not arrive in time")]
    Timeout,
    /// The idempotency key was used with another body.
    #[error("this Idempotency-Key was used before, with another body")]
    IdempotencyConflict,
    /// The client, or everybody together, submits too fast.
    #[error("too many submissions; the next is welcome in {} s", .0.retry_after_s)]
    TooManySubmissions(Refusal),
    /// Too many tries to sign in, or too many mails asked for.
    #[error("too many tries; the next is welcome in {} s", .0.retry_after_s)]
    TooManyTries(Refusal),
    /// Nobody has signed in, or the session has ended.
    #[error("sign in first")]
    NotSignedIn,
    /// The key is none of ours, or has expired.
    #[error("the key is unknown, has expired or was taken away")]
    KeyInvalid,
    /// The key is good, but not for this.
    #[error("this needs a key with the scope {}", .0.name())]
    ScopeMissing(Scope),
    /// Somebody has as many of something as anybody may.
    #[error("you have {limit} {what} already; delete one first")]
    TooMany {
        /// What there are too many of.
        what: &'static str,
        /// How many there may be.
        limit: usize,
    },
    /// The lab exists, but not in this version.
    #[error("{lab} is at version {current} here; version {asked} cannot be graded")]
    LabVersionGone {
        /// The lab.
        lab: String,
        /// The version asked for.
        asked: String,
        /// The version there is.
        current: i64,
    },
    /// Nobody, or somebody else, has this key.
    #[error("you have no such key")]
    KeyNotFound,
    /// No batch with this id.
    #[error("there is no batch {0}")]
    BatchNotFound(String),
    /// This instance sends none.
    #[error("this instance sends no webhooks")]
    WebhooksOff,
    /// The address cannot be told.
    #[error("{0}")]
    WebhookRefused(String),
    /// Nobody, or somebody else, has this webhook, or it was not told this.
    #[error("you have no such webhook or delivery")]
    WebhookNotFound,
    /// Somebody else handed it in.
    #[error("only whoever handed it in may do that")]
    NotYours,
    /// There is no grade to show.
    #[error("the submission is {0}: it has no grade")]
    NotGraded(&'static str),
    /// The report has no such case.
    #[error("the report has no such case; it has: {0}")]
    CaseNotFound(String),
    /// What made the grade is not here any more.
    #[error("it was graded by {then}; here is {now}")]
    GradeOutdated {
        /// What the grade was made by.
        then: String,
        /// What one would be made by now.
        now: String,
    },
    /// The submission has its end already.
    #[error("the submission is {0} already")]
    AlreadySettled(&'static str),
    /// Whoever has signed in may not do this.
    #[error("your account may not do this")]
    NotAllowed,
    /// Another device has written the progress meanwhile.
    #[error("the progress is at version {version} now: read it, merge, and write again")]
    ProgressChanged {
        /// The version it is at.
        version: i64,
    },
    /// The header that guards against overwriting is missing.
    #[error("If-Match must carry the ETag that was read")]
    PreconditionRequired,
    /// The progress has not the form it must have.
    #[error("the progress cannot be kept: {0}")]
    ProgressInvalid(String),
    /// The grading queue is full.
    #[error("{waiting} submissions are waiting already")]
    QueueFull {
        /// How many wait.
        waiting: u64,
    },
    /// This server does not compile the language.
    #[error("this server does not compile {0}")]
    CompilerOff(String),
    /// The source does not compile.
    #[error("the source does not compile: {}", .0.first().map_or("unknown", |said| &said.message))]
    CompilationFailed(Vec<Diagnostic>),
    /// Too many compilations are waiting.
    #[error("too many compilations are waiting")]
    CompilerBusy,
    /// A browser sent this from another site.
    #[error("this request came from another site")]
    CrossSite,
    /// Something we need is away; it may return.
    #[error("the service cannot answer just now")]
    Unavailable(#[source] anyhow::Error),
    /// Our fault. Logged, never shown.
    #[error("something went wrong on our side")]
    Internal(#[source] anyhow::Error),
}

/// One thing wrong with a module.
#[derive(Clone, Debug, serde::Serialize)]
pub struct Finding {
    /// Stable name.
    pub code: String,
    /// What is wrong and what to do.
    pub message: String,
    /// Byte offset in the module.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub offset: Option<u64>,
}

fn first(findings: &[Finding]) -> &str {
    findings
        .first()
        .map_or("unknown", |finding| &finding.message)
}

/// What went wrong, carried by the response so that the edge can render it for its reader.
#[derive(Clone, Debug)]
pub struct Failure {
    /// The entry in the table of problems.
    pub kind: &'static Kind,
    /// What happened this time.
    pub detail: String,
    /// Further members of the problem document.
    pub extra: Map<String, Value>,
}

impl Failure {
    /// The problem document (RFC 9457).
    pub fn document(&self) -> Value {
        let mut members = self.extra.clone();
        members.insert(
            "type".into(),
            format!("/problems/{}", self.kind.code).into(),
        );
        members.insert("title".into(), self.kind.title.into());
        members.insert("status".into(), self.kind.status.into());
        members.insert("detail".into(), self.detail.clone().into());
        Value::Object(members)
    }
}

impl Error {
    /// The row in the table of problems.
    pub fn kind(&self) -> &'static Kind {
        match self {
            Self::NotFound => const { Kind::named("not-found") },
            Self::LabNotFound(_) => const { Kind::named("lab-not-found") },
            Self::SubmissionNotFound(_) => const { Kind::named("submission-not-found") },
            Self::MethodNotAllowed(_) => const { Kind::named("method-not-allowed") },
            Self::Invalid(_) => const { Kind::named("request-invalid") },
            Self::Incomplete(_) => const { Kind::named("submission-incomplete") },
            Self::ModuleInvalid(_) => const { Kind::named("module-invalid") },
            Self::ModuleTooLarge { .. } => const { Kind::named("module-too-large") },
            Self::TooLarge => const { Kind::named("body-too-large") },
            Self::UnsupportedMediaType(_) => const { Kind::named("unsupported-media-type") },
            Self::Timeout => const { Kind::named("request-timeout") },
            Self::IdempotencyConflict => const { Kind::named("idempotency-key-reused") },
            Self::TooManySubmissions(_) => const { Kind::named("too-many-submissions") },
            Self::TooManyTries(_) => const { Kind::named("too-many-tries") },
            Self::NotSignedIn => const { Kind::named("not-signed-in") },
            Self::NotAllowed => const { Kind::named("not-allowed") },
            Self::KeyInvalid => const { Kind::named("key-invalid") },
            Self::ScopeMissing(_) => const { Kind::named("scope-missing") },
            Self::KeyNotFound => const { Kind::named("key-not-found") },
            Self::TooMany { .. } => const { Kind::named("too-many") },
            Self::LabVersionGone { .. } => const { Kind::named("lab-version-gone") },
            Self::BatchNotFound(_) => const { Kind::named("batch-not-found") },
            Self::WebhooksOff => const { Kind::named("webhooks-off") },
            Self::WebhookRefused(_) => const { Kind::named("webhook-refused") },
            Self::WebhookNotFound => const { Kind::named("webhook-not-found") },
            Self::NotYours => const { Kind::named("not-yours") },
            Self::NotGraded(_) => const { Kind::named("not-graded") },
            Self::CaseNotFound(_) => const { Kind::named("case-not-found") },
            Self::GradeOutdated { .. } => const { Kind::named("grade-outdated") },
            Self::AlreadySettled(_) => const { Kind::named("submission-settled") },
            Self::ProgressChanged { .. } => const { Kind::named("progress-changed") },
            Self::PreconditionRequired => const { Kind::named("precondition-required") },
            Self::ProgressInvalid(_) => const { Kind::named("progress-invalid") },
            Self::QueueFull { .. } => const { Kind::named("grading-queue-full") },
            Self::CompilerOff(_) => const { Kind::named("compiler-off") },
            Self::CompilationFailed(_) => const { Kind::named("compilation-failed") },
            Self::CompilerBusy => const { Kind::named("compiler-busy") },
            Self::CrossSite => const { Kind::named("cross-site-request") },
            Self::Unavailable(_) => const { Kind::named("unavailable") },
            Self::Internal(_) => const { Kind::named("internal") },
        }
    }

    /// What a reader of the answer learns of it.
    #[must_use]
    pub fn failure(&self) -> Failure {
        Failure {
            kind: self.kind(),
            detail: self.to_string(),
            extra: self.extra(),
        }
    }

    fn extra(&self) -> Map<String, Value> {
        let mut extra = Map::new();
        match self {
            Self::ModuleInvalid(findings) => {
                extra.insert("errors".into(), json!(findings));
            }
            Self::CompilationFailed(said) => {
                extra.insert("errors".into(), json!(said));
            }
            Self::ProgressChanged { version } => {
                extra.insert("version".into(), json!(version));
            }
            Self::ModuleTooLarge { limit_bytes } => {
                extra.insert("limit_bytes".into(), json!(limit_bytes));
            }
            _ => {}
        }
        extra
    }

    fn retry_after_s(&self) -> Option<u64> {
        match self {
            Self::TooManySubmissions(refusal) | Self::TooManyTries(refusal) => {
                Some(refusal.retry_after_s)
            }
            Self::QueueFull { .. } | Self::CompilerBusy => Some(5),
            Self::Unavailable(_) => Some(2),
            _ => None,
        }
    }
}

impl From<anyhow::Error> for Error {
    fn from(error: anyhow::Error) -> Self {
        Self::Internal(error)
    }
}

impl From<StoreError> for Error {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Unavailable(_) => Self::Unavailable(error.into()),
            _ => Self::Internal(error.into()),
        }
    }
}

impl IntoResponse for Error {
    fn into_response(self) -> Response {
        match &self {
            Self::Internal(cause) => tracing::error!("internal error: {cause:#}"),
            Self::Unavailable(cause) => tracing::warn!("unavailable: {cause:#}"),
            _ => {}
        }
        let failure = self.failure();
        let mut response = document(&failure);
        let headers = response.headers_mut();
        if let Some(seconds) = self.retry_after_s() {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        if matches!(self, Self::NotSignedIn | Self::KeyInvalid) {
            let bearer = HeaderValue::from_static("Bearer realm=\"headroom\"");
            headers.insert(header::WWW_AUTHENTICATE, bearer);
        }
        if let Self::TooManySubmissions(refusal) | Self::TooManyTries(refusal) = &self {
            let policy = refusal.policy.as_str();
            let now = format!("\"{}\";r=0;t={}", refusal.name, refusal.retry_after_s);
            for (header, text) in [("ratelimit-policy", policy), ("ratelimit", &now)] {
                if let Ok(value) = HeaderValue::from_str(text) {
                    headers.insert(header, value);
                }
            }
        }
        response.extensions_mut().insert(failure);
        response
    }
}

/// The failure as `application/problem+json`.
pub fn document(failure: &Failure) -> Response {
    let status =
        StatusCode::from_u16(failure.kind.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let headers = [
        (header::CONTENT_TYPE, "application/problem+json"),
        (header::CACHE_CONTROL, "no-store"),
    ];
    (status, headers, failure.document().to_string()).into_response()
}

/// Names the failure behind a status that some layer below answered by itself.
pub fn of_status(status: StatusCode, method: &http::Method) -> Error {
    match status {
        StatusCode::NOT_FOUND => Error::NotFound,
        StatusCode::METHOD_NOT_ALLOWED => Error::MethodNotAllowed(method.to_string()),
        StatusCode::PAYLOAD_TOO_LARGE => Error::TooLarge,
        StatusCode::REQUEST_TIMEOUT => Error::Timeout,
        StatusCode::UNSUPPORTED_MEDIA_TYPE => {
            Error::UnsupportedMediaType("this media type is not accepted here".to_owned())
        }
        StatusCode::FORBIDDEN => Error::CrossSite,
        status if status.is_client_error() => {
            Error::Invalid("the request cannot be understood".to_owned())
        }
        status => Error::Internal(anyhow::anyhow!("a layer answered {status}")),
    }
}
