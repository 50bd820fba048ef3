-- Times are microseconds since 1970, JSON and ids are text.

CREATE TABLE orders (
    id         TEXT    NOT NULL PRIMARY KEY,
    phones     TEXT    NOT NULL,
    status     TEXT    NOT NULL,
    facts      TEXT    NOT NULL,
    version    INTEGER NOT NULL,
    expires_at INTEGER,
    updated_at INTEGER NOT NULL,
    -- A deleted order stays as a tombstone, so that a late update cannot bring it back.
    deleted_at INTEGER
) STRICT;
CREATE INDEX orders_updated ON orders (updated_at, id);
CREATE INDEX orders_expired ON orders (expires_at) WHERE expires_at IS NOT NULL;
CREATE INDEX orders_deleted ON orders (deleted_at) WHERE deleted_at IS NOT NULL;

CREATE TABLE order_phones (
    phone    TEXT NOT NULL,
    order_id TEXT NOT NULL REFERENCES orders (id) ON DELETE CASCADE,
    PRIMARY KEY (phone, order_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX order_phones_order ON order_phones (order_id);

CREATE TABLE calls (
    id          TEXT    NOT NULL PRIMARY KEY,
    channel     TEXT    NOT NULL,
    direction   TEXT    NOT NULL,
    state       TEXT    NOT NULL,
    caller      TEXT,
    caller_name TEXT,
    called      TEXT,
    gateway     TEXT,
    language    TEXT    NOT NULL,
    flow        TEXT    NOT NULL,
    step        TEXT    NOT NULL,
    visit       INTEGER NOT NULL,
    vars        TEXT    NOT NULL,
    started_at  INTEGER NOT NULL,
    answered_at INTEGER,
    ended_at    INTEGER,
    disposition TEXT,
    cause       INTEGER,
    tech_cause  INTEGER,
    detail      TEXT,
    taken_up    INTEGER NOT NULL
) STRICT;
CREATE INDEX calls_started ON calls (started_at, id);
CREATE INDEX calls_caller ON calls (caller, started_at) WHERE caller IS NOT NULL;
-- In the order of time, so that calls that begin and end together touch the same pages.
CREATE INDEX calls_live ON calls (started_at, id) WHERE state = 'live';

CREATE TABLE events (
    id      INTEGER NOT NULL PRIMARY KEY,
    at      INTEGER NOT NULL,
    kind    TEXT    NOT NULL,
    call_id TEXT,
    data    TEXT    NOT NULL
) STRICT;
CREATE INDEX events_call ON events (call_id, id) WHERE call_id IS NOT NULL;

CREATE TABLE tokens (
    id           TEXT    NOT NULL PRIMARY KEY,
    name         TEXT    NOT NULL,
    -- SHA-256 of the token; the token itself is shown once and stored nowhere.
    hash         BLOB    NOT NULL UNIQUE,
    scopes       TEXT    NOT NULL,
    created_at   INTEGER NOT NULL,
    expires_at   INTEGER,
    revoked_at   INTEGER,
    last_used_at INTEGER
) STRICT;
