-- What the caps on clients, accounts and addresses are owed (GCRA): nothing is kept of who has
-- rested. Used where more than one process counts.
CREATE TABLE limits (
    cap TEXT NOT NULL,
    -- The first eight bytes of the SHA-256 of the name of whoever is capped.
    tenant BIGINT NOT NULL,
    -- When nothing will be owed any more, Unix nanoseconds.
    owed_until BIGINT NOT NULL,
    PRIMARY KEY (cap, tenant)
);
