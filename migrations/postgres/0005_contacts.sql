-- Who calls: the contacts of our own, their numbers, and what they are searched by.

CREATE TABLE contacts (
    id         TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    -- The contact as JSON.
    contact    TEXT NOT NULL,
    updated_at BIGINT NOT NULL
);
CREATE INDEX contacts_updated ON contacts (updated_at, id);

CREATE TABLE contact_numbers (
    number     TEXT COLLATE "C" NOT NULL,
    contact_id TEXT COLLATE "C" NOT NULL REFERENCES contacts (id) ON DELETE CASCADE,
    PRIMARY KEY (number, contact_id)
);
CREATE INDEX contact_numbers_contact ON contact_numbers (contact_id);

CREATE TABLE contact_words (
    -- 'name', 'item', or a fact's label; in lower case without accents, as are the words.
    field      TEXT COLLATE "C" NOT NULL,
    word       TEXT COLLATE "C" NOT NULL,
    contact_id TEXT COLLATE "C" NOT NULL REFERENCES contacts (id) ON DELETE CASCADE,
    PRIMARY KEY (field, word, contact_id)
);
CREATE INDEX contact_words_contact ON contact_words (contact_id);
