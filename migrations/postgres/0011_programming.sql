-- Programming of queues: which members are ours, and what people decided against the timetable.

CREATE TABLE queue_programmed (
    queue     TEXT   NOT NULL,
    interface TEXT   NOT NULL,
    -- The member as JSON.
    member    TEXT   NOT NULL,
    PRIMARY KEY (queue, interface)
);

CREATE TABLE queue_overrides (
    id         TEXT   NOT NULL PRIMARY KEY,
    queue      TEXT   NOT NULL,
    -- Whom, what, by whom and why, as JSON.
    content    TEXT   NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    -- 1: done, where it is done once.
    applied    BIGINT NOT NULL,
    -- 1: over, and taken back.
    settled    BIGINT NOT NULL
);
CREATE INDEX queue_overrides_open ON queue_overrides (queue, created_at) WHERE settled = 0;
CREATE INDEX queue_overrides_settled ON queue_overrides (expires_at) WHERE settled = 1;
