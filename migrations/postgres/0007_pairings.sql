-- Two people who may call each other without seeing each other's number.

CREATE TABLE pairings (
    id         TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    order_id   TEXT COLLATE "C",
    a_number   TEXT NOT NULL,
    a_gateway  TEXT,
    b_number   TEXT NOT NULL,
    b_gateway  TEXT,
    -- The number that both see.
    shown      TEXT,
    expires_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL
);
CREATE INDEX pairings_a ON pairings (a_number, expires_at);
CREATE INDEX pairings_b ON pairings (b_number, expires_at);
CREATE INDEX pairings_expired ON pairings (expires_at);
CREATE INDEX pairings_order ON pairings (order_id) WHERE order_id IS NOT NULL;
