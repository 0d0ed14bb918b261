-- People. An address is in here only once its owner has opened a link sent to it.
CREATE TABLE users (
    id            TEXT    NOT NULL PRIMARY KEY,
    email         TEXT    NOT NULL UNIQUE,
    password_hash TEXT,
    is_admin      BOOLEAN NOT NULL,
    created_at    BIGINT  NOT NULL
);

-- Links that were mailed: to make an account, sign in, choose a new password or change the address.
-- The secret in the link is never stored, only its digest, and that only once it is mailed.
CREATE TABLE links (
    id            TEXT   NOT NULL PRIMARY KEY,
    purpose       TEXT   NOT NULL CHECK (purpose IN ('sign-up', 'sign-in', 'reset', 'email')),
    email         TEXT   NOT NULL,
    user_id       TEXT   REFERENCES users (id) ON DELETE CASCADE,
    token_sha256  TEXT   UNIQUE,
    created_at    BIGINT NOT NULL,
    expires_at    BIGINT NOT NULL,
    used_at       BIGINT
);

CREATE INDEX links_by_email ON links (email);
CREATE INDEX links_by_user ON links (user_id);
CREATE INDEX links_by_expiry ON links (expires_at);

-- What somebody has read, answered, noted and kept: one document, written whole. `version` rises
-- with each writing, so that two devices cannot overwrite each other unawares.
CREATE TABLE progress (
    user_id       TEXT   NOT NULL PRIMARY KEY REFERENCES users (id) ON DELETE CASCADE,
    version       BIGINT NOT NULL,
    document_json TEXT   NOT NULL,
    updated_at    BIGINT NOT NULL
);

ALTER TABLE sessions ADD COLUMN user_id TEXT REFERENCES users (id) ON DELETE CASCADE;
CREATE INDEX sessions_by_user ON sessions (user_id);

ALTER TABLE submissions ADD COLUMN user_id TEXT REFERENCES users (id);
CREATE INDEX submissions_by_user ON submissions (user_id, created_at);
