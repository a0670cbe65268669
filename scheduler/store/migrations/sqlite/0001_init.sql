-- What SQLite spells in its own way. The tables of common/0001_init.sql follow.

CREATE TABLE events (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    project_id TEXT NOT NULL,
    ts BIGINT NOT NULL,
    topic TEXT NOT NULL CHECK (topic IN ('plan', 'run', 'task', 'executor', 'environment')),
    subject TEXT NOT NULL,
    work_id TEXT NOT NULL,
    payload TEXT NOT NULL
);

CREATE TABLE audit_log (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    project_id TEXT NOT NULL,
    ts BIGINT NOT NULL,
    actor TEXT NOT NULL,
    action TEXT NOT NULL,
    object TEXT NOT NULL
);

CREATE TABLE counters (
    name TEXT PRIMARY KEY,
    value BIGINT NOT NULL
);
-- Warehouses remember the fences they have seen. A store that is made anew must begin above them, so it begins with the time.
INSERT INTO counters (name, value) VALUES ('fence', CAST(strftime('%s', 'now') AS INTEGER) * 1000);
