-- Whom the newsletter no longer mails although nobody ended it: an address that does not take mail,
-- or whose owner called it spam. Subscribing again from the address itself clears it.
ALTER TABLE subscribers ADD COLUMN bounces BIGINT NOT NULL DEFAULT 0;
ALTER TABLE subscribers ADD COLUMN suppressed_at BIGINT;
ALTER TABLE subscribers ADD COLUMN suppressed_because TEXT;

-- What is sent to many. An issue has one part and is read as it is; a digest has a part for each
-- thing that appeared, and everybody gets the parts they want. `parts` is JSON.
CREATE TABLE issues (
    number       BIGINT NOT NULL PRIMARY KEY,
    slug         TEXT   NOT NULL UNIQUE,
    kind         TEXT   NOT NULL CHECK (kind IN ('issue', 'digest')),
    frequency    TEXT   NOT NULL CHECK (frequency IN ('each', 'weekly', 'monthly')),
    subject      TEXT   NOT NULL,
    summary      TEXT   NOT NULL,
    parts        TEXT   NOT NULL,
    state        TEXT   NOT NULL CHECK (state IN
        ('draft', 'scheduled', 'missed', 'collecting', 'sending', 'paused', 'sent', 'cancelled')),
    send_at      BIGINT,
    late_ms      BIGINT NOT NULL,
    created_at   BIGINT NOT NULL,
    started_at   BIGINT,
    finished_at  BIGINT
);

CREATE INDEX issues_by_state ON issues (state, send_at);

-- The ledger: one row for each recipient of each issue, written before anything is sent. A row that
-- is in flight may or may not have left when its sender died: `uncertain` counts how often that was.
CREATE TABLE mailings (
    issue         BIGINT NOT NULL REFERENCES issues (number),
    position      BIGINT NOT NULL,
    subscriber_id TEXT   NOT NULL,
    state         TEXT   NOT NULL CHECK (state IN
        ('queued', 'in_flight', 'sent', 'deferred', 'bounced', 'uncertain', 'dropped')),
    attempts      BIGINT NOT NULL DEFAULT 0,
    uncertain     BIGINT NOT NULL DEFAULT 0,
    due_at        BIGINT NOT NULL DEFAULT 0,
    first_at      BIGINT,
    at            BIGINT,
    reply         TEXT,
    PRIMARY KEY (issue, position)
);

CREATE INDEX mailings_waiting ON mailings (issue, state, due_at, position);
CREATE INDEX mailings_by_subscriber ON mailings (subscriber_id, issue);

-- What has appeared on the site and was, or will be, told by mail.
CREATE TABLE announcements (
    path     TEXT   NOT NULL PRIMARY KEY,
    topic    TEXT   NOT NULL,
    title    TEXT   NOT NULL,
    markdown TEXT   NOT NULL,
    at       BIGINT NOT NULL
);

CREATE INDEX announcements_by_time ON announcements (at);
