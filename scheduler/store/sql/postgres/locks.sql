-- name: work_lock
SELECT id, kind, environment, state, stage_index, cancel_requested, base_plan_id FROM works
WHERE project_id = $1 AND id = $2
FOR UPDATE;

-- name: work_of_attempt_lock
SELECT w.id, w.kind, w.environment, w.state, w.stage_index, w.cancel_requested, w.base_plan_id
FROM attempts AS a
JOIN works AS w ON w.id = a.work_id
WHERE a.project_id = $1 AND a.id = $2
FOR UPDATE OF w;

-- name: environment_lock
SELECT * FROM _environments WHERE project_id = $1 AND name = $2 FOR UPDATE;

-- name: attempt_lock
SELECT * FROM attempts WHERE project_id = $1 AND id = $2 FOR UPDATE;

-- name: interval_lock
-- Times of interval rows of one table grow strictly, whoever writes them.
SELECT 1 AS locked
FROM pg_advisory_xact_lock(hashtextextended('interval ' || $1 || ' ' || $2 || ' ' || $3, 0)) AS l;

-- name: event_publish_lock
-- Held until commit, so that numbers become visible in order.
SELECT 1 AS locked FROM pg_advisory_xact_lock(hashtextextended('towline events', 0)) AS l;

-- name: event_publish
-- Numbers committed events in the order in which they were written. A statement of its own, after the lock: it must
-- see what the holder before it numbered.
UPDATE events SET seq = n.seq
FROM (SELECT w.id, nextval('event_seq') AS seq
      FROM (SELECT id FROM events WHERE seq IS NULL ORDER BY id LIMIT 10000) AS w) AS n
WHERE events.id = n.id AND events.seq IS NULL;

-- name: try_lock
SELECT pg_try_advisory_xact_lock(hashtextextended('towline lock ' || $1, 0)) AS got;

-- name: migration_lock
SELECT 1 AS locked FROM pg_advisory_xact_lock(hashtextextended('towline migrations', 0)) AS l;
