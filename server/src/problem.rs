//! The table of problems: every `type` our API can answer with, and what to do about it.

/// One kind of problem; its page is `/problems/CODE`.
#[derive(Debug)]
pub struct Kind {
    /// Stable name, the last part of the problem's `type`.
    pub code: &'static str,
    /// HTTP status, 0 for problems that only appear inside a submission.
    pub status: u16,
    /// One line.
    pub title: &'static str,
    /// What the reader can do.
    pub advice: &'static str,
}

const fn kind(code: &'static str, status: u16, title: &'static str, advice: &'static str) -> Kind {
    Kind {
        code,
        status,
        title,
        advice,
    }
}

/// Every problem.
pub static KINDS: &[Kind] = &[
    kind(
        "not-found",
        404,
        "Nothing is here",
        "Check the address, or start again from the course map.",
    ),
    kind(
        "lab-not-found",
        404,
        "No such lab",
        "GET /api/v1/labs lists every lab by its id.",
    ),
    kind(
        "submission-not-found",
        404,
        "No such submission",
        "Use the Location header of the answer that accepted your submission.",
    ),
    kind(
        "method-not-allowed",
        405,
        "This address does not answer that method",
        "The Allow header lists the methods that work here.",
    ),
    kind(
        "request-invalid",
        400,
        "The request cannot be understood",
        "The detail says which part is wrong. Correct it and send the request again.",
    ),
    kind(
        "module-invalid",
        422,
        "The module cannot be graded",
        "Each entry of `errors` names one thing to change. Export exactly the functions the lab \
         lists, with the types it lists, and import nothing but what the lab allows.",
    ),
    kind(
        "module-too-large",
        413,
        "The module is too large",
        "Build in release mode and strip the module: most solutions take a few kilobytes.",
    ),
    kind(
        "body-too-large",
        413,
        "The request's body is too large",
        "Send less at once.",
    ),
    kind(
        "unsupported-media-type",
        415,
        "This media type is not accepted",
        "Send the module as application/wasm, as application/json with a base64 `module`, or as \
         multipart/form-data with a `module` field.",
    ),
    kind(
        "request-timeout",
        408,
        "The request took too long to arrive",
        "Send it again over a steadier connection.",
    ),
    kind(
        "idempotency-key-reused",
        422,
        "The idempotency key belongs to another submission",
        "Use a new Idempotency-Key for every new module.",
    ),
    kind(
        "too-many-submissions",
        429,
        "Too many submissions",
        "Wait for the seconds that Retry-After states. Running a policy in the browser is not \
         limited, and gives the same result.",
    ),
    kind(
        "grading-queue-full",
        503,
        "The grading queue is full",
        "Many are submitting at the moment. Try again after the seconds in Retry-After.",
    ),
    kind(
        "cross-site-request",
        403,
        "The request came from another site",
        "Submit from this site's own pages, or without a browser.",
    ),
    kind(
        "unavailable",
        503,
        "The service cannot answer just now",
        "Nothing was lost. Try again after the seconds in Retry-After.",
    ),
    kind(
        "internal",
        500,
        "Something went wrong on our side",
        "Try again; if it persists, tell the operator the request id.",
    ),
];

/// The problem with this code; an unknown code is an internal error.
pub fn by_code(code: &str) -> &'static Kind {
    find(code).unwrap_or(&KINDS[KINDS.len() - 1])
}

/// The problem with this code.
pub fn find(code: &str) -> Option<&'static Kind> {
    KINDS.iter().find(|kind| kind.code == code)
}
