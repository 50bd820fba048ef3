-- Who works here, and when they cannot answer telephones.

CREATE TABLE persons (
    id         TEXT    NOT NULL PRIMARY KEY,
    -- The person as JSON.
    person     TEXT    NOT NULL,
    updated_at INTEGER NOT NULL
) STRICT;

CREATE TABLE absences (
    id         TEXT    NOT NULL PRIMARY KEY,
    -- 'person:ID', 'group:NAME' or 'everybody'; the one in the JSON does not count.
    who        TEXT    NOT NULL,
    -- The feed it came from; none: written here.
    feed       TEXT,
    -- First and last day, '2026-11-23'; none: each week.
    first_day  TEXT,
    last_day   TEXT,
    -- The absence as JSON.
    absence    TEXT    NOT NULL,
    updated_at INTEGER NOT NULL
) STRICT;
CREATE INDEX absences_updated ON absences (updated_at, id);
CREATE INDEX absences_who ON absences (who, updated_at, id);
CREATE INDEX absences_feed ON absences (feed) WHERE feed IS NOT NULL;
CREATE INDEX absences_last_day ON absences (last_day);

-- Counts the changes of persons: who keeps them in memory sees by it that there is something to read.
CREATE TABLE people_revision (number INTEGER NOT NULL) STRICT;
INSERT INTO people_revision (number) VALUES (0);
