//! The problems of the API, each with a page of its own at `/problems/<code>`.

/// A kind of problem: what it means and what to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ProblemKind {
    /// Last part of the problem's `type`.
    pub code: &'static str,
    /// HTTP status it comes with.
    pub status: u16,
    /// What happened.
    pub title: &'static str,
    /// What it means, and what to do.
    pub advice: &'static str,
}

const fn kind(
    code: &'static str,
    status: u16,
    title: &'static str,
    advice: &'static str,
) -> ProblemKind {
    ProblemKind {
        code,
        status,
        title,
        advice,
    }
}

/// Every kind of problem with a page.
pub const PROBLEMS: &[ProblemKind] = &[
    kind(
        "request-invalid",
        400,
        "The request cannot be read",
        "A header, the query or the body is not what the address expects. The detail says which \
         part; compare it with the lab's page or the API description.",
    ),
    kind(
        "not-found",
        404,
        "There is nothing at this address",
        "The address is misspelt, or what it named is gone. The course map links every lesson \
         and the lab list every lab.",
    ),
    kind(
        "method-not-allowed",
        405,
        "This address does not take that method",
        "The Allow header of the answer lists the methods it takes.",
    ),
    kind(
        "request-timeout",
        408,
        "The request took too long to arrive",
        "The connection was too slow or stopped sending. Send the request again.",
    ),
    kind(
        "lab-not-found",
        404,
        "There is no lab with this id",
        "GET /api/v1/labs lists the labs of this instance with their ids.",
    ),
    kind(
        "submission-not-found",
        404,
        "There is no submission with this id",
        "Submission ids come from the Location header of the answer that accepted them.",
    ),
    kind(
        "submission-incomplete",
        422,
        "What was handed in cannot be graded",
        "A module goes into module, in base64; a script goes into source, with its language and \
         without a module. The detail says which part is missing or not what it should be.",
    ),
    kind(
        "module-invalid",
        422,
        "The module is not what the lab accepts",
        "Each entry in errors names one thing to change: a missing or wrongly typed export, an \
         import the lab does not offer, or a WebAssembly feature outside the accepted set. \
         Build with a bare wasm target (for example wasm32-unknown-unknown) and export exactly \
         the functions listed on the lab's page.",
    ),
    kind(
        "module-too-large",
        413,
        "The module is larger than the lab accepts",
        "Build with optimisation for size, strip names and debug sections, and do not link a \
         runtime you do not need.",
    ),
    kind(
        "body-too-large",
        413,
        "The request body is too large",
        "The limit for the address is in the detail.",
    ),
    kind(
        "unsupported-media-type",
        415,
        "The body has a content type this address does not read",
        "Send a module as application/wasm, or JSON or multipart as the lab's page shows.",
    ),
    kind(
        "idempotency-key-reused",
        422,
        "This idempotency key was used for another body",
        "Use a new Idempotency-Key for each new submission; repeat a key only to repeat the \
         same request.",
    ),
    kind(
        "cross-site-request",
        403,
        "The request came from another site",
        "Browsers may send changes to this site only from its own pages. Reload the page and \
         try again.",
    ),
    kind(
        "too-many-submissions",
        429,
        "Too many submissions",
        "Each client may have a limited number of submissions graded in a given time. Wait as \
         long as Retry-After says; runs in the browser are not limited.",
    ),
    kind(
        "too-many-tries",
        429,
        "Too many tries",
        "Passwords may be tried, and mails asked for, only so often. Wait as long as Retry-After \
         says. An account is never locked: a mailed link to sign in works meanwhile.",
    ),
    kind(
        "not-signed-in",
        401,
        "Sign in first",
        "This address serves people who have signed in. Sign in and try again; what this browser \
         keeps of your progress is still there.",
    ),
    kind(
        "not-allowed",
        403,
        "Your account may not do this",
        "Only administrators of this instance may. Its operator can make you one, with headroom \
         user grant.",
    ),
    kind(
        "key-invalid",
        401,
        "The key opens nothing",
        "Keys end on the day they were made for, and when their owner deletes or rotates them. \
         Make another on your account page, and send it as Authorization: Bearer KEY.",
    ),
    kind(
        "scope-missing",
        403,
        "The key is not for this",
        "A key may do what its scopes say and nothing else. The detail names the scope that is \
         missing: make a key that has it.",
    ),
    kind(
        "too-many",
        409,
        "You have as many as there may be",
        "Delete one that you do not need any more, then make the new one.",
    ),
    kind(
        "lab-version-gone",
        404,
        "The lab is at another version here",
        "An address with @ and a number asks for exactly that version of a lab, so that a grade \
         never means something else than expected. This instance grades the version that the \
         detail names; leave the @ away to take whatever is current.",
    ),
    kind(
        "batch-not-found",
        404,
        "There is no batch with this id",
        "Batch ids come from the Location header of the answer that accepted them.",
    ),
    kind(
        "not-yours",
        403,
        "It belongs to somebody else",
        "Only whoever handed something in may change it: with the same account, or without one \
         from the same address.",
    ),
    kind(
        "not-graded",
        404,
        "There is no grade yet, or never will be",
        "The detail says where the submission stands. Wait for graded with ?wait= or its events; \
         one that failed has a problem instead of a grade.",
    ),
    kind(
        "case-not-found",
        404,
        "The report has no such case",
        "The detail lists the cases of this submission's report: a scenario and a seed each. Ask \
         for one of them, or for none, which is the first.",
    ),
    kind(
        "grade-outdated",
        410,
        "This server would grade it differently now",
        "The lab, the engine or the meter is another than the grade was made by, so its cases \
         cannot be run again here. The report and the receipt stay; submit the module again for \
         a new grade.",
    ),
    kind(
        "submission-settled",
        409,
        "The submission has come to its end",
        "Only what still waits or runs can be cancelled. A grade that was given stays.",
    ),
    kind(
        "submission-cancelled",
        409,
        "The submission was cancelled",
        "Whoever handed it in took it back before it was graded. Hand it in again to have it \
         graded.",
    ),
    kind(
        "webhook-refused",
        422,
        "This address cannot be told",
        "Webhooks go to public https addresses only: no names or numbers of private networks, no \
         user name, no fragment. The detail says what is wrong with yours.",
    ),
    kind(
        "webhooks-off",
        404,
        "This instance sends no webhooks",
        "Its operator can switch them on with webhooks.enabled. Until then, ask with ?wait= or \
         listen to the events of a submission.",
    ),
    kind(
        "webhook-not-found",
        404,
        "There is no such webhook or delivery",
        "GET /api/v1/webhooks lists yours.",
    ),
    kind(
        "key-not-found",
        404,
        "There is no such key",
        "GET /api/v1/keys lists yours.",
    ),
    kind(
        "progress-changed",
        412,
        "Another device has written meanwhile",
        "Read the progress again, merge it with yours, and write it with the new ETag in If-Match. \
         Nothing was overwritten.",
    ),
    kind(
        "precondition-required",
        428,
        "If-Match is missing",
        "Writing progress needs the ETag that was read, in If-Match, so that two devices cannot \
         overwrite each other.",
    ),
    kind(
        "progress-invalid",
        422,
        "The progress has not the form it must have",
        "The detail names the member that is wrong. GET of the same address shows the form.",
    ),
    kind(
        "grading-queue-full",
        503,
        "The grading queue is full",
        "Nothing was accepted and nothing is lost: send the submission again after the time in \
         Retry-After.",
    ),
    kind(
        "compiler-off",
        404,
        "This server does not compile that language",
        "Build the module on your machine and send it as application/wasm. The lab's page has the \
         command and a starter kit.",
    ),
    kind(
        "compilation-failed",
        422,
        "The source does not compile",
        "Each entry in errors is a message of the compiler, with line and column. A compilation \
         that takes too much time, memory or output ends here, too.",
    ),
    kind(
        "compiler-busy",
        503,
        "The compilers are busy",
        "Nothing is lost: send the source again after the time in Retry-After, or build the module \
         on your machine.",
    ),
    kind(
        "grading-failed",
        500,
        "The grader could not finish",
        "The submission was accepted but grading it failed on the server's side more than once. \
         The fault is the server's and is logged with the request id.",
    ),
    kind(
        "grading-timeout",
        422,
        "Grading the module took too long",
        "Compiling and running the module used more time than one grading may. Large functions \
         are slow to compile: make the module smaller, and build it in release mode.",
    ),
    kind(
        "grading-memory",
        422,
        "Grading the module took too much memory",
        "Compiling the module needs more memory than one grading may use. Split large functions, \
         and build in release mode.",
    ),
    kind(
        "grader-crashed",
        500,
        "The module ended two graders",
        "A module must not be able to do that: please report it as a bug, with the module. \
         Nothing else was harmed.",
    ),
    kind(
        "unavailable",
        503,
        "The server cannot take this now",
        "Send the request again after the time in Retry-After.",
    ),
    kind(
        "internal",
        500,
        "Something failed on the server",
        "The fault is the server's. It is logged with the request id; quote that when you \
         report it.",
    ),
];

impl ProblemKind {
    /// The kind called `code`, for code that answers it: `const { ProblemKind::named("…") }` does
    /// not compile unless the kind, and with it its page, exists.
    ///
    /// # Panics
    /// If there is none.
    #[must_use]
    pub const fn named(code: &str) -> &'static Self {
        let mut at = 0;
        while at < PROBLEMS.len() {
            if is_same(PROBLEMS[at].code.as_bytes(), code.as_bytes()) {
                return &PROBLEMS[at];
            }
            at += 1;
        }
        panic!("no problem has this code")
    }

    /// The kind called `code`.
    #[must_use]
    pub fn by_code(code: &str) -> Option<&'static Self> {
        PROBLEMS.iter().find(|kind| kind.code == code)
    }
}

/// `==`, which constants cannot use yet.
const fn is_same(a: &[u8], b: &[u8]) -> bool {
    let mut at = 0;
    while at < a.len() && at < b.len() && a[at] == b[at] {
        at += 1;
    }
    at == a.len() && at == b.len()
}
