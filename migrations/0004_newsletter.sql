-- Who reads the newsletter. `key` stands in every message: it opens the preferences and ends the
-- subscription, and nothing else. The secret that confirms is never stored, only its digest.
CREATE TABLE subscribers (
    id              TEXT   NOT NULL PRIMARY KEY,
    email           TEXT   NOT NULL UNIQUE,
    status          TEXT   NOT NULL CHECK (status IN ('pending', 'confirmed', 'ended')),
    topics          TEXT   NOT NULL,
    frequency       TEXT   NOT NULL CHECK (frequency IN ('each', 'weekly', 'monthly')),
    key             TEXT   NOT NULL UNIQUE,
    confirm_sha256  TEXT   UNIQUE,
    confirm_until   BIGINT,
    created_at      BIGINT NOT NULL,
    confirmed_at    BIGINT,
    ended_at        BIGINT
);

CREATE INDEX subscribers_by_status ON subscribers (status, id);

-- What was asked for and agreed to, kept as proof. The address is a digest: the proof outlives the
-- address, and whoever shows the address can find theirs.
CREATE TABLE consents (
    id           TEXT   NOT NULL PRIMARY KEY,
    email_sha256 TEXT   NOT NULL,
    event        TEXT   NOT NULL CHECK (event IN ('asked', 'confirmed', 'changed', 'ended')),
    words        TEXT   NOT NULL,
    source       TEXT   NOT NULL,
    at           BIGINT NOT NULL
);

CREATE INDEX consents_by_email ON consents (email_sha256, at);
