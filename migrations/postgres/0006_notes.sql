-- Call notes, the categories they choose from, and webhooks that are no call order's.

CREATE TABLE categories (
    id       TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    place    BIGINT NOT NULL,
    -- The category as JSON.
    category TEXT NOT NULL
);

CREATE TABLE notes (
    id         TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    -- When the call was.
    at         BIGINT NOT NULL,
    person     TEXT COLLATE "C" NOT NULL,
    call_id    TEXT COLLATE "C",
    contact_id TEXT COLLATE "C",
    -- What it says, as JSON.
    content    TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL
);
CREATE INDEX notes_at ON notes (at, id);
CREATE INDEX notes_person ON notes (person, at, id);
CREATE INDEX notes_call ON notes (call_id) WHERE call_id IS NOT NULL;
CREATE INDEX notes_contact ON notes (contact_id, at) WHERE contact_id IS NOT NULL;

CREATE TABLE note_categories (
    category_id TEXT COLLATE "C" NOT NULL,
    note_id     TEXT COLLATE "C" NOT NULL REFERENCES notes (id) ON DELETE CASCADE,
    PRIMARY KEY (category_id, note_id)
);
CREATE INDEX note_categories_note ON note_categories (note_id);

-- None: what is told stands in `body`.
ALTER TABLE deliveries ALTER COLUMN order_id DROP NOT NULL;
ALTER TABLE deliveries ADD COLUMN body TEXT;
CREATE INDEX deliveries_ended ON deliveries (ended_at) WHERE order_id IS NULL;
