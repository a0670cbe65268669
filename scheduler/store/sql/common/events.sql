-- name: events_add
INSERT INTO events (project_id, ts, topic, subject, work_id, payload)
SELECT e.value ->> 'project_id', CAST(e.value ->> 'ts' AS BIGINT), e.value ->> 'topic', e.value ->> 'subject',
       e.value ->> 'work_id', e.value ->> 'payload'
FROM json_each(CAST($1 AS TEXT)) AS e;

-- name: event_pending
-- Only PostgreSQL has events that wait for their number.
SELECT EXISTS (SELECT 1 FROM events WHERE seq IS NULL) AS pending;

-- name: events_after
SELECT seq, project_id, ts, topic, subject, work_id, payload FROM events
WHERE project_id = $1 AND seq > $2
ORDER BY seq
LIMIT $3;

-- name: event_last
SELECT COALESCE(MAX(seq), 0) AS seq FROM events WHERE project_id = $1;

-- name: events_clean
DELETE FROM events WHERE seq IN (SELECT seq FROM events WHERE ts < $1 AND seq IS NOT NULL ORDER BY ts LIMIT $2);

-- name: log_add
INSERT INTO log_chunks (project_id, work_id, attempt_id, start_offset, byte_count, bytes)
VALUES ($1, $2, $3, $4, $5, $6);

-- name: log_grow
UPDATE attempts SET log_bytes = $2 WHERE id = $1;

-- name: log_read
SELECT start_offset, byte_count, bytes FROM log_chunks
WHERE project_id = $1 AND attempt_id = $2 AND start_offset + byte_count > $3 AND start_offset < $4
ORDER BY start_offset;

-- name: audit_log_add
INSERT INTO audit_log (project_id, ts, actor, action, object) VALUES ($1, $2, $3, $4, $5);

-- name: ping
SELECT 1 AS one;

-- name: ping_write
-- Changes nothing, but takes room on the disk.
UPDATE schema_migrations SET applied_ts = applied_ts WHERE version = (SELECT MAX(version) FROM schema_migrations);
