-- Whether the first administrator was made. One row at most: of two who come at once, one makes it.
CREATE TABLE setup (
    id      BIGINT NOT NULL PRIMARY KEY CHECK (id = 1),
    done_at BIGINT NOT NULL
);
