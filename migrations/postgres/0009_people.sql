-- Who works here, and when they cannot answer telephones.

CREATE TABLE persons (
    id TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    -- The person as JSON.
    person     TEXT    NOT NULL,
    updated_at BIGINT NOT NULL
);

CREATE TABLE absences (
    id TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    -- 'person:ID', 'group:NAME' or 'everybody'; the one in the JSON does not count.
    who TEXT COLLATE "C" NOT NULL,
    -- The feed it came from; none: written here.
    feed TEXT COLLATE "C",
    -- First and last day, '2026-11-23'; none: each week.
    first_day TEXT COLLATE "C",
    last_day TEXT COLLATE "C",
    -- The absence as JSON.
    absence    TEXT    NOT NULL,
    updated_at BIGINT NOT NULL
);
CREATE INDEX absences_updated ON absences (updated_at, id);
CREATE INDEX absences_who ON absences (who, updated_at, id);
CREATE INDEX absences_feed ON absences (feed) WHERE feed IS NOT NULL;
CREATE INDEX absences_last_day ON absences (last_day);

-- Counts the changes of persons: who keeps them in memory sees by it that there is something to read.
CREATE TABLE people_revision (number BIGINT NOT NULL);
INSERT INTO people_revision (number) VALUES (0);
