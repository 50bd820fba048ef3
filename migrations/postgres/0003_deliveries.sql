-- The outbox of webhooks: written in the transaction that ends what it tells of.

CREATE TABLE deliveries (
    -- Of what it tells, so that nothing is told under two ids: '<order>-ended', '<order>-a<attempt>'.
    id         TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    order_id   TEXT COLLATE "C" NOT NULL REFERENCES call_orders (id) ON DELETE CASCADE,
    -- Which attempt it tells of; none: the order's end.
    attempt    BIGINT,
    url        TEXT NOT NULL,
    -- Host and port: receivers take turns by it.
    host       TEXT COLLATE "C" NOT NULL GENERATED ALWAYS AS (split_part(url, '/', 3)) STORED,
    -- 'waiting', 'delivered', 'given_up'
    state      TEXT NOT NULL,
    tries      BIGINT NOT NULL,
    -- While a try is being made: when another may be, if nothing is heard of this one.
    next_at    BIGINT NOT NULL,
    -- What came of the last try.
    detail     TEXT,
    created_at BIGINT NOT NULL,
    ended_at   BIGINT
);
CREATE INDEX deliveries_due ON deliveries (host, next_at, id) WHERE state = 'waiting';
CREATE INDEX deliveries_order ON deliveries (order_id);
