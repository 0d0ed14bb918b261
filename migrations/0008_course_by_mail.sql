-- The course by mail. A lesson leaves as an issue that the program makes (kind 'digest'); `lesson`
-- is the path of the lesson in it. Which lessons somebody has had is read from the ledger.
ALTER TABLE issues ADD COLUMN lesson TEXT;

-- Who gets the course; a row lasts as long as the wish. `silent` is a pause because nothing was
-- heard. `unanswered` counts lessons sent since the reader last said to go on; `lesson` is the last
-- one.
CREATE TABLE course_readers (
    subscriber_id TEXT   NOT NULL PRIMARY KEY REFERENCES subscribers (id) ON DELETE CASCADE,
    state         TEXT   NOT NULL CHECK (state IN ('reading', 'paused', 'silent', 'finished')),
    unanswered    BIGINT NOT NULL DEFAULT 0,
    lesson        TEXT,
    due_at        BIGINT NOT NULL
);

CREATE INDEX course_readers_due ON course_readers (state, due_at);
