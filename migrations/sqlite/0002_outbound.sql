-- Times are microseconds since 1970, JSON and ids are text, enums are their words.

CREATE TABLE call_orders (
    id                TEXT NOT NULL PRIMARY KEY,
    number            TEXT NOT NULL,
    gateway           TEXT NOT NULL,
    caller_id         TEXT,
    flow              TEXT NOT NULL,
    facts             TEXT NOT NULL,
    language          TEXT NOT NULL,
    lane              TEXT NOT NULL,
    not_before        INTEGER NOT NULL,
    first_by          INTEGER,
    not_after         INTEGER,
    time_zone         TEXT,
    ring_timeout_secs INTEGER NOT NULL,
    retry             TEXT NOT NULL,
    amd               TEXT NOT NULL,
    subject           TEXT,
    idempotency_key   TEXT,
    -- Of the request that made it: the same key with another fingerprint is a conflict.
    fingerprint       TEXT NOT NULL,
    callback_url      TEXT,
    state             TEXT NOT NULL,
    attempts          INTEGER NOT NULL,
    next_at           INTEGER NOT NULL,
    reach             TEXT,
    ended_as          TEXT,
    detail            TEXT,
    created_at        INTEGER NOT NULL,
    ended_at          INTEGER,
    -- Which daemon took it up, while it is active.
    claimed_by        TEXT
) STRICT;
CREATE UNIQUE INDEX call_orders_key ON call_orders (idempotency_key) WHERE idempotency_key IS NOT NULL;
CREATE INDEX call_orders_due ON call_orders (gateway, lane, next_at, id) WHERE state = 'waiting';
CREATE INDEX call_orders_past ON call_orders (not_after) WHERE state = 'waiting' AND not_after IS NOT NULL;
CREATE INDEX call_orders_active ON call_orders (next_at, id) WHERE state = 'active';
CREATE INDEX call_orders_ended ON call_orders (ended_at) WHERE state = 'ended';
CREATE INDEX call_orders_created ON call_orders (created_at, id);
CREATE INDEX call_orders_number ON call_orders (number, created_at, id);
CREATE INDEX call_orders_subject ON call_orders (subject, number, created_at, id) WHERE subject IS NOT NULL;

CREATE TABLE attempts (
    order_id    TEXT NOT NULL REFERENCES call_orders (id) ON DELETE CASCADE,
    -- From 1; with the order's id it makes the channel's id.
    number      INTEGER NOT NULL,
    phone       TEXT NOT NULL,
    gateway     TEXT NOT NULL,
    endpoint    TEXT NOT NULL,
    caller_id   TEXT,
    state       TEXT NOT NULL,
    sent        INTEGER,
    dialled_at  INTEGER NOT NULL,
    ringing_at  INTEGER,
    answered_at INTEGER,
    ended_at    INTEGER,
    reach       TEXT,
    dial_status TEXT,
    cause       INTEGER,
    tech_cause  INTEGER,
    amd         TEXT,
    call_id     TEXT,
    heard       INTEGER NOT NULL,
    pressed     TEXT,
    detail      TEXT,
    PRIMARY KEY (order_id, number)
) STRICT, WITHOUT ROWID;
CREATE INDEX attempts_open ON attempts (dialled_at, order_id, number) WHERE state <> 'ended';
CREATE INDEX attempts_phone ON attempts (phone, dialled_at);
CREATE INDEX attempts_gateway ON attempts (gateway, dialled_at);
