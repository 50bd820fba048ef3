-- Times are microseconds since 1970, JSON and ids are text.

CREATE TABLE orders (
    id         TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    phones     TEXT NOT NULL,
    status     TEXT NOT NULL,
    facts      TEXT NOT NULL,
    version    BIGINT NOT NULL,
    expires_at BIGINT,
    updated_at BIGINT NOT NULL,
    -- A deleted order stays as a tombstone, so that a late update cannot bring it back.
    deleted_at BIGINT
);
CREATE INDEX orders_updated ON orders (updated_at, id);
CREATE INDEX orders_expired ON orders (expires_at) WHERE expires_at IS NOT NULL;
CREATE INDEX orders_deleted ON orders (deleted_at) WHERE deleted_at IS NOT NULL;

CREATE TABLE order_phones (
    phone    TEXT COLLATE "C" NOT NULL,
    order_id TEXT COLLATE "C" NOT NULL REFERENCES orders (id) ON DELETE CASCADE,
    PRIMARY KEY (phone, order_id)
);
CREATE INDEX order_phones_order ON order_phones (order_id);

CREATE TABLE calls (
    id          TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    channel     TEXT NOT NULL,
    direction   TEXT NOT NULL,
    state       TEXT NOT NULL,
    caller      TEXT,
    caller_name TEXT,
    called      TEXT,
    gateway     TEXT,
    language    TEXT NOT NULL,
    flow        TEXT NOT NULL,
    step        TEXT NOT NULL,
    visit       BIGINT NOT NULL,
    vars        TEXT NOT NULL,
    started_at  BIGINT NOT NULL,
    answered_at BIGINT,
    ended_at    BIGINT,
    disposition TEXT,
    cause       BIGINT,
    tech_cause  BIGINT,
    detail      TEXT,
    taken_up    BIGINT NOT NULL
);
CREATE INDEX calls_started ON calls (started_at, id);
CREATE INDEX calls_caller ON calls (caller, started_at) WHERE caller IS NOT NULL;
-- In the order of time, so that calls that begin and end together touch the same pages.
CREATE INDEX calls_live ON calls (started_at, id) WHERE state = 'live';

CREATE TABLE events (
    id      BIGINT NOT NULL PRIMARY KEY,
    at      BIGINT NOT NULL,
    kind    TEXT NOT NULL,
    call_id TEXT COLLATE "C",
    data    TEXT NOT NULL
);
CREATE INDEX events_call ON events (call_id, id) WHERE call_id IS NOT NULL;

CREATE TABLE tokens (
    id           TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    name         TEXT NOT NULL,
    -- SHA-256 of the token; the token itself is shown once and stored nowhere.
    hash         BYTEA NOT NULL UNIQUE,
    scopes       TEXT NOT NULL,
    created_at   BIGINT NOT NULL,
    expires_at   BIGINT,
    revoked_at   BIGINT,
    last_used_at BIGINT
);
