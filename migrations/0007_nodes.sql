-- The processes that work on this database; each says every few seconds that it lives.
CREATE TABLE nodes (
    id TEXT PRIMARY KEY,
    -- 'serve' or 'worker'
    role TEXT NOT NULL,
    host TEXT NOT NULL,
    version TEXT NOT NULL,
    started_at BIGINT NOT NULL,
    seen_at BIGINT NOT NULL
);
