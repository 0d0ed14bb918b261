-- Learners' modules, stored once each.
CREATE TABLE modules (
    sha256     TEXT   NOT NULL PRIMARY KEY,
    bytes      BYTEA  NOT NULL,
    size_bytes BIGINT NOT NULL,
    created_at BIGINT NOT NULL
);

-- The record of a grading: one for each module, lab, engine and meter.
CREATE TABLE grades (
    id            TEXT   NOT NULL PRIMARY KEY,
    module_sha256 TEXT   NOT NULL REFERENCES modules (sha256),
    lab           TEXT   NOT NULL,
    lab_version   BIGINT NOT NULL,
    engine        TEXT   NOT NULL,
    meter         TEXT   NOT NULL,
    report        BYTEA  NOT NULL,
    digest        TEXT   NOT NULL,
    score_ppm     BIGINT NOT NULL,
    stars         BIGINT NOT NULL,
    hidden_json   TEXT,
    created_at    BIGINT NOT NULL,
    UNIQUE (module_sha256, lab, lab_version, engine, meter)
);

CREATE TABLE submissions (
    id              TEXT   NOT NULL PRIMARY KEY,
    lab             TEXT   NOT NULL,
    lab_version     BIGINT NOT NULL,
    module_sha256   TEXT   NOT NULL REFERENCES modules (sha256),
    source          TEXT,
    language        TEXT,
    client          TEXT   NOT NULL,
    idempotency_key TEXT,
    body_sha256     TEXT   NOT NULL,
    status          TEXT   NOT NULL CHECK (status IN ('queued', 'running', 'graded', 'failed')),
    created_at      BIGINT NOT NULL,
    started_at      BIGINT,
    finished_at     BIGINT,
    grade_id        TEXT   REFERENCES grades (id),
    problem_json    TEXT,
    CHECK ((status = 'graded') = (grade_id IS NOT NULL)),
    CHECK ((status = 'failed') = (problem_json IS NOT NULL)),
    UNIQUE (client, idempotency_key)
);

CREATE INDEX submissions_by_client ON submissions (client, created_at);
CREATE INDEX submissions_by_module ON submissions (module_sha256);
CREATE INDEX submissions_by_grade ON submissions (grade_id);

-- Background work. `attempt` rises with every claim and fences late workers; only answers of the
-- job itself count as `failures`.
CREATE TABLE jobs (
    id           TEXT   NOT NULL PRIMARY KEY,
    kind         TEXT   NOT NULL,
    payload      TEXT   NOT NULL,
    unique_key   TEXT,
    state        TEXT   NOT NULL CHECK (state IN ('queued', 'running', 'done', 'dead')),
    run_at       BIGINT NOT NULL,
    attempt      BIGINT NOT NULL,
    failures     BIGINT NOT NULL,
    max_failures BIGINT NOT NULL,
    lease_until  BIGINT,
    last_error   TEXT,
    created_at   BIGINT NOT NULL,
    finished_at  BIGINT,
    CHECK ((state = 'running') = (lease_until IS NOT NULL))
);

CREATE UNIQUE INDEX jobs_live_key ON jobs (unique_key) WHERE state IN ('queued', 'running');
CREATE INDEX jobs_due ON jobs (kind, run_at, id) WHERE state = 'queued';
CREATE INDEX jobs_leased ON jobs (lease_until) WHERE state = 'running';
CREATE INDEX jobs_finished ON jobs (finished_at) WHERE state = 'done';

-- Browser sessions. The id itself is never stored, only its digest.
CREATE TABLE sessions (
    id_sha256  TEXT   NOT NULL PRIMARY KEY,
    data_json  TEXT   NOT NULL,
    expires_at BIGINT NOT NULL
);

CREATE INDEX sessions_by_expiry ON sessions (expires_at);
