-- The outbox of webhooks: written in the transaction that ends what it tells of.

CREATE TABLE deliveries (
    -- Of what it tells, so that nothing is told under two ids: '<order>-ended', '<order>-a<attempt>'.
    id         TEXT NOT NULL PRIMARY KEY,
    order_id   TEXT NOT NULL REFERENCES call_orders (id) ON DELETE CASCADE,
    -- Which attempt it tells of; none: the order's end.
    attempt    INTEGER,
    url        TEXT NOT NULL,
    -- Host and port: receivers take turns by it.
    host       TEXT NOT NULL GENERATED ALWAYS AS (
        substr(substr(url, instr(url, '//') + 2), 1, instr(substr(url, instr(url, '//') + 2) || '/', '/') - 1)
    ) STORED,
    -- 'waiting', 'delivered', 'given_up'
    state      TEXT NOT NULL,
    tries      INTEGER NOT NULL,
    -- While a try is being made: when another may be, if nothing is heard of this one.
    next_at    INTEGER NOT NULL,
    -- What came of the last try.
    detail     TEXT,
    created_at INTEGER NOT NULL,
    ended_at   INTEGER
) STRICT;
CREATE INDEX deliveries_due ON deliveries (host, next_at, id) WHERE state = 'waiting';
CREATE INDEX deliveries_order ON deliveries (order_id);
