-- What queues remember: each caller's way through a queue, and what became of the members.

CREATE TABLE queue_calls (
    id           TEXT   NOT NULL PRIMARY KEY,
    queue        TEXT   NOT NULL,
    channel      TEXT   NOT NULL,
    number       TEXT,
    position     INTEGER,
    joined_at    INTEGER NOT NULL,
    connected_at INTEGER,
    interface    TEXT,
    wait_secs    INTEGER,
    talk_secs    INTEGER,
    ended_at     INTEGER,
    -- 'completed', 'abandoned', 'withdrawn', 'timed_out', 'left', 'unseen'; none: not over.
    ending       TEXT
) STRICT;
CREATE INDEX queue_calls_joined ON queue_calls (queue, joined_at, id);
CREATE INDEX queue_calls_open ON queue_calls (queue, channel) WHERE ended_at IS NULL;
CREATE INDEX queue_calls_ended ON queue_calls (ended_at);

CREATE TABLE queue_member_events (
    id        INTEGER NOT NULL PRIMARY KEY,
    at        INTEGER NOT NULL,
    queue     TEXT   NOT NULL,
    interface TEXT   NOT NULL,
    name      TEXT   NOT NULL,
    -- 'added', 'removed', 'paused', 'resumed', 'penalty', 'did_not_answer'
    what      TEXT   NOT NULL,
    reason    TEXT,
    by_whom   TEXT
) STRICT;
CREATE INDEX queue_member_events_at ON queue_member_events (queue, at, id);
