-- What PostgreSQL spells in its own way. The tables of common/0001_init.sql follow.

-- One row per element of a JSON array, under the name and with the column that SQLite has built in.
CREATE FUNCTION json_each(document TEXT) RETURNS TABLE (value JSONB)
    LANGUAGE sql IMMUTABLE ROWS 100
    AS $$ SELECT jsonb_array_elements(CAST(document AS JSONB)) $$;

-- `seq` is given by event_publish to rows that are committed, in order: a reader that has seen N will never find an
-- event up to N later. Sequence numbers taken while inserting would become visible out of order.
CREATE TABLE events (
    id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    seq BIGINT UNIQUE,
    project_id TEXT NOT NULL,
    ts BIGINT NOT NULL,
    topic TEXT NOT NULL CHECK (topic IN ('plan', 'run', 'task', 'executor', 'environment')),
    subject TEXT NOT NULL,
    work_id TEXT NOT NULL,
    payload TEXT NOT NULL
);
CREATE INDEX events_unpublished ON events (id) WHERE seq IS NULL;
CREATE SEQUENCE event_seq;

CREATE TABLE audit_log (
    seq BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    project_id TEXT NOT NULL,
    ts BIGINT NOT NULL,
    actor TEXT NOT NULL,
    action TEXT NOT NULL,
    object TEXT NOT NULL
);

-- Warehouses remember the fences they have seen. A store that is made anew must begin above them, so it begins with the time.
CREATE SEQUENCE fence;
SELECT setval('fence', CAST(floor(extract(epoch FROM clock_timestamp()) * 1000) AS BIGINT));
