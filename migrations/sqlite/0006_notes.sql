-- Call notes, the categories they choose from, and webhooks that are no call order's.

CREATE TABLE categories (
    id       TEXT    NOT NULL PRIMARY KEY,
    place    INTEGER NOT NULL,
    -- The category as JSON.
    category TEXT    NOT NULL
) STRICT;

CREATE TABLE notes (
    id         TEXT    NOT NULL PRIMARY KEY,
    -- When the call was.
    at         INTEGER NOT NULL,
    person     TEXT    NOT NULL,
    call_id    TEXT,
    contact_id TEXT,
    -- What it says, as JSON.
    content    TEXT    NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL
) STRICT;
CREATE INDEX notes_at ON notes (at, id);
CREATE INDEX notes_person ON notes (person, at, id);
CREATE INDEX notes_call ON notes (call_id) WHERE call_id IS NOT NULL;
CREATE INDEX notes_contact ON notes (contact_id, at) WHERE contact_id IS NOT NULL;

CREATE TABLE note_categories (
    category_id TEXT NOT NULL,
    note_id     TEXT NOT NULL REFERENCES notes (id) ON DELETE CASCADE,
    PRIMARY KEY (category_id, note_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX note_categories_note ON note_categories (note_id);

CREATE TABLE deliveries_now (
    id         TEXT NOT NULL PRIMARY KEY,
    -- None: what is told stands in `body`.
    order_id   TEXT REFERENCES call_orders (id) ON DELETE CASCADE,
    attempt    INTEGER,
    url        TEXT NOT NULL,
    host       TEXT NOT NULL GENERATED ALWAYS AS (
        substr(substr(url, instr(url, '//') + 2), 1, instr(substr(url, instr(url, '//') + 2) || '/', '/') - 1)
    ) STORED,
    state      TEXT NOT NULL,
    tries      INTEGER NOT NULL,
    next_at    INTEGER NOT NULL,
    detail     TEXT,
    created_at INTEGER NOT NULL,
    ended_at   INTEGER,
    body       TEXT
) STRICT;
INSERT INTO deliveries_now (id, order_id, attempt, url, state, tries, next_at, detail, created_at, ended_at)
    SELECT id, order_id, attempt, url, state, tries, next_at, detail, created_at, ended_at FROM deliveries;
DROP TABLE deliveries;
ALTER TABLE deliveries_now RENAME TO deliveries;
CREATE INDEX deliveries_due ON deliveries (host, next_at, id) WHERE state = 'waiting';
CREATE INDEX deliveries_order ON deliveries (order_id);
CREATE INDEX deliveries_ended ON deliveries (ended_at) WHERE order_id IS NULL;
