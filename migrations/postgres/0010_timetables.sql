-- Timetables as they are kept, each change of them, runs of the planner, credit of shifts, calendars.

CREATE TABLE timetables (
    name TEXT COLLATE "C" NOT NULL,
    -- A week's Monday, or 'forced'.
    sheet TEXT COLLATE "C" NOT NULL,
    state      TEXT NOT NULL,
    version    BIGINT NOT NULL,
    -- The table, overloads, penalties and cost as JSON.
    plan       TEXT NOT NULL,
    updated_at BIGINT NOT NULL,
    updated_by TEXT NOT NULL,
    PRIMARY KEY (name, sheet)
);

CREATE TABLE timetable_edits (
    name TEXT COLLATE "C" NOT NULL,
    sheet TEXT COLLATE "C" NOT NULL,
    -- The version that it made.
    number      BIGINT NOT NULL,
    at          BIGINT NOT NULL,
    author      TEXT NOT NULL,
    text        TEXT NOT NULL,
    -- 'done', 'undone', or 'dropped': undone, and something else was done instead.
    state       TEXT NOT NULL,
    -- State and plan as JSON, as they were before it, and, of one that is undone, after it.
    plan_before TEXT,
    plan_after  TEXT,
    undone_at   BIGINT,
    undone_by   TEXT,
    PRIMARY KEY (name, sheet, number)
);

CREATE TABLE timetable_credits (
    name TEXT COLLATE "C" NOT NULL,
    -- The last week whose overloads are in it.
    week TEXT COLLATE "C" NOT NULL,
    -- By person, as JSON.
    credits   TEXT NOT NULL,
    frozen_at BIGINT NOT NULL,
    PRIMARY KEY (name, week)
);

CREATE TABLE plannings (
    id TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    timetable TEXT COLLATE "C" NOT NULL,
    state      TEXT NOT NULL,
    started_at BIGINT NOT NULL,
    -- All of it as JSON.
    planning   TEXT NOT NULL
);
CREATE INDEX plannings_timetable ON plannings (timetable, started_at, id);
CREATE INDEX plannings_running ON plannings (id) WHERE state = 'running';

CREATE TABLE timetable_calendars (
    name TEXT COLLATE "C" NOT NULL,
    person TEXT COLLATE "C" NOT NULL,
    -- SHA-256 of the secret in the calendar's address.
    hash   BYTEA NOT NULL,
    PRIMARY KEY (name, person)
);
