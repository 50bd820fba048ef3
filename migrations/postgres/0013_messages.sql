-- What is told to people beside calls: reminders, and what somebody says.

CREATE TABLE messages (
    -- Of what it tells, so that nothing is told twice.
    id           TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    -- 'shift_reminder', 'shift_change', 'disconnected', 'phones_closed', ... 'says'
    kind         TEXT NOT NULL,
    channel      TEXT COLLATE "C" NOT NULL,
    -- To whom; none: the channel's room.
    person       TEXT,
    text         TEXT NOT NULL,
    -- Who says it; none: the daemon.
    author       TEXT,
    -- 'waiting', 'sent', 'failed', 'withdrawn'
    state        TEXT NOT NULL,
    tries        BIGINT NOT NULL,
    -- While a try is being made: when another may be, if nothing is heard of this one.
    next_at      BIGINT NOT NULL,
    valid_until  BIGINT NOT NULL,
    -- On disk before anything is sent.
    trying_since BIGINT,
    detail       TEXT,
    created_at   BIGINT NOT NULL,
    ended_at     BIGINT
);
CREATE INDEX messages_due ON messages (channel, next_at, id) WHERE state = 'waiting';
CREATE INDEX messages_time ON messages (created_at, id);
CREATE INDEX messages_ended ON messages (ended_at) WHERE ended_at IS NOT NULL;

-- What was announced and is still so: it is not announced again before it was otherwise.
CREATE TABLE message_marks (
    mark TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    at   BIGINT NOT NULL
);
