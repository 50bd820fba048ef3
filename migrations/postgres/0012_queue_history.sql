-- What queues remember: each caller's way through a queue, and what became of the members.

CREATE TABLE queue_calls (
    id           TEXT   NOT NULL PRIMARY KEY,
    queue        TEXT   NOT NULL,
    channel      TEXT   NOT NULL,
    number       TEXT,
    position     BIGINT,
    joined_at    BIGINT NOT NULL,
    connected_at BIGINT,
    interface    TEXT,
    wait_secs    BIGINT,
    talk_secs    BIGINT,
    ended_at     BIGINT,
    -- 'completed', 'abandoned', 'withdrawn', 'timed_out', 'left', 'unseen'; none: not over.
    ending       TEXT
);
CREATE INDEX queue_calls_joined ON queue_calls (queue, joined_at, id);
CREATE INDEX queue_calls_open ON queue_calls (queue, channel) WHERE ended_at IS NULL;
CREATE INDEX queue_calls_ended ON queue_calls (ended_at);

CREATE TABLE queue_member_events (
    id        BIGINT NOT NULL PRIMARY KEY,
    at        BIGINT NOT NULL,
    queue     TEXT   NOT NULL,
    interface TEXT   NOT NULL,
    name      TEXT   NOT NULL,
    -- 'added', 'removed', 'paused', 'resumed', 'penalty', 'did_not_answer'
    what      TEXT   NOT NULL,
    reason    TEXT,
    by_whom   TEXT
);
CREATE INDEX queue_member_events_at ON queue_member_events (queue, at, id);
