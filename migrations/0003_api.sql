-- Keys with which programs act for somebody. The secret is never stored, only its digest.
CREATE TABLE api_keys (
    id            TEXT   NOT NULL PRIMARY KEY,
    user_id       TEXT   NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    name          TEXT   NOT NULL,
    secret_sha256 TEXT   NOT NULL UNIQUE,
    scopes        TEXT   NOT NULL,
    created_at    BIGINT NOT NULL,
    expires_at    BIGINT NOT NULL,
    last_used_at  BIGINT
);

CREATE INDEX api_keys_by_user ON api_keys (user_id, created_at);

-- Somebody's own cap on submissions per minute; nothing where the instance's applies.
ALTER TABLE users ADD COLUMN submissions_per_minute BIGINT;

-- Submissions that were handed in together.
CREATE TABLE batches (
    id              TEXT   NOT NULL PRIMARY KEY,
    client          TEXT   NOT NULL,
    user_id         TEXT   REFERENCES users (id),
    idempotency_key TEXT,
    body_sha256     TEXT   NOT NULL,
    items_json    TEXT   NOT NULL,
    created_at      BIGINT NOT NULL,
    finished_at     BIGINT,
    UNIQUE (client, idempotency_key)
);

CREATE INDEX batches_by_user ON batches (user_id);

ALTER TABLE submissions ADD COLUMN batch_id TEXT REFERENCES batches (id);
CREATE INDEX submissions_by_batch ON submissions (batch_id, id);
CREATE INDEX submissions_by_user_id ON submissions (user_id, id);

-- Fair queueing: whose job it is, and its virtual start. The lowest start goes first.
ALTER TABLE jobs ADD COLUMN owner TEXT NOT NULL DEFAULT '';
ALTER TABLE jobs ADD COLUMN start BIGINT NOT NULL DEFAULT 0;
CREATE INDEX jobs_fair ON jobs (kind, start, run_at, id) WHERE state = 'queued';
CREATE INDEX jobs_by_owner ON jobs (kind, owner, start) WHERE state IN ('queued', 'running');

-- Addresses that are told of what was graded. The secret signs, so it is kept as it is.
CREATE TABLE webhooks (
    id         TEXT   NOT NULL PRIMARY KEY,
    user_id    TEXT   NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    url        TEXT   NOT NULL,
    secret     TEXT   NOT NULL,
    created_at BIGINT NOT NULL
);

CREATE INDEX webhooks_by_user ON webhooks (user_id, created_at);

-- What was or is to be told, and how the last try ended.
CREATE TABLE deliveries (
    id          TEXT   NOT NULL PRIMARY KEY,
    webhook_id  TEXT   NOT NULL REFERENCES webhooks (id) ON DELETE CASCADE,
    event       TEXT   NOT NULL,
    body        TEXT   NOT NULL,
    status      TEXT   NOT NULL CHECK (status IN ('queued', 'delivered', 'failed')),
    tries       BIGINT NOT NULL,
    last_answer TEXT,
    created_at  BIGINT NOT NULL,
    finished_at BIGINT
);

CREATE INDEX deliveries_by_webhook ON deliveries (webhook_id, created_at);
