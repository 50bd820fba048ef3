-- Which way calls go that come in, and by which way they came. Times, JSON and ids as in the first migration.

-- The way a call was sent, JSON; none where the dialplan named its flow.
ALTER TABLE calls ADD COLUMN route TEXT;

CREATE TABLE routing_rules (
    id         TEXT    NOT NULL PRIMARY KEY,
    -- JSON; the caller once more as its own column, to be looked for.
    matches    TEXT    NOT NULL,
    caller     TEXT,
    priority   INTEGER NOT NULL,
    target     TEXT    NOT NULL,
    note       TEXT,
    expires_at INTEGER,
    version    INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    -- A deleted rule stays as a tombstone, so that a late update cannot bring it back.
    deleted_at INTEGER
) STRICT;
CREATE INDEX routing_rules_updated ON routing_rules (updated_at, id);
CREATE INDEX routing_rules_caller ON routing_rules (caller) WHERE caller IS NOT NULL;
CREATE INDEX routing_rules_expired ON routing_rules (expires_at) WHERE expires_at IS NOT NULL;
CREATE INDEX routing_rules_deleted ON routing_rules (deleted_at) WHERE deleted_at IS NOT NULL;

CREATE TABLE routing_lists (
    -- 'block', 'vip'
    list       TEXT    NOT NULL,
    number     TEXT    NOT NULL,
    note       TEXT,
    expires_at INTEGER,
    version    INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    deleted_at INTEGER,
    PRIMARY KEY (list, number)
) STRICT;
CREATE INDEX routing_lists_updated ON routing_lists (list, updated_at, number);

-- Counts the changes of the two tables above: who keeps them in memory sees by it that there is something to read.
CREATE TABLE routing_revision (number INTEGER NOT NULL) STRICT;
INSERT INTO routing_revision (number) VALUES (0);

CREATE TABLE inbound_links (
    order_id   TEXT    NOT NULL PRIMARY KEY,
    called     TEXT    NOT NULL,
    gateway    TEXT,
    expires_at INTEGER NOT NULL,
    version    INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    deleted_at INTEGER
) STRICT, WITHOUT ROWID;
CREATE INDEX inbound_links_updated ON inbound_links (updated_at, order_id);
CREATE INDEX inbound_links_expired ON inbound_links (expires_at);
