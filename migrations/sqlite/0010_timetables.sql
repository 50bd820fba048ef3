-- Timetables as they are kept, each change of them, runs of the planner, credit of shifts, calendars.

CREATE TABLE timetables (
    name       TEXT    NOT NULL,
    -- A week's Monday, or 'forced'.
    sheet      TEXT    NOT NULL,
    state      TEXT    NOT NULL,
    version    INTEGER NOT NULL,
    -- The table, overloads, penalties and cost as JSON.
    plan       TEXT    NOT NULL,
    updated_at INTEGER NOT NULL,
    updated_by TEXT    NOT NULL,
    PRIMARY KEY (name, sheet)
) STRICT;

CREATE TABLE timetable_edits (
    name        TEXT    NOT NULL,
    sheet       TEXT    NOT NULL,
    -- The version that it made.
    number      INTEGER NOT NULL,
    at          INTEGER NOT NULL,
    author      TEXT    NOT NULL,
    text        TEXT    NOT NULL,
    -- 'done', 'undone', or 'dropped': undone, and something else was done instead.
    state       TEXT    NOT NULL,
    -- State and plan as JSON, as they were before it, and, of one that is undone, after it.
    plan_before TEXT,
    plan_after  TEXT,
    undone_at   INTEGER,
    undone_by   TEXT,
    PRIMARY KEY (name, sheet, number)
) STRICT;

CREATE TABLE timetable_credits (
    name      TEXT    NOT NULL,
    -- The last week whose overloads are in it.
    week      TEXT    NOT NULL,
    -- By person, as JSON.
    credits   TEXT    NOT NULL,
    frozen_at INTEGER NOT NULL,
    PRIMARY KEY (name, week)
) STRICT;

CREATE TABLE plannings (
    id         TEXT    NOT NULL PRIMARY KEY,
    timetable  TEXT    NOT NULL,
    state      TEXT    NOT NULL,
    started_at INTEGER NOT NULL,
    -- All of it as JSON.
    planning   TEXT    NOT NULL
) STRICT;
CREATE INDEX plannings_timetable ON plannings (timetable, started_at, id);
CREATE INDEX plannings_running ON plannings (id) WHERE state = 'running';

CREATE TABLE timetable_calendars (
    name   TEXT NOT NULL,
    person TEXT NOT NULL,
    -- SHA-256 of the secret in the calendar's address.
    hash   BLOB NOT NULL,
    PRIMARY KEY (name, person)
) STRICT;
