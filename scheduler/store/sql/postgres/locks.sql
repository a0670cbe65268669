-- name: work_lock
SELECT id, kind, environment, state, stage_index, cancel_requested, base_plan_id FROM works
WHERE project_id = $1 AND id = $2
FOR UPDATE;

-- name: works_of_attempts_lock
-- In the order in which everybody locks several works.
SELECT id, cancel_requested FROM works
WHERE project_id = $1
  AND id IN (SELECT a.work_id FROM json_each(CAST($2 AS TEXT)) AS e JOIN attempts AS a ON a.id = e.value ->> 'id')
ORDER BY id
FOR UPDATE;

-- name: environment_lock
SELECT * FROM _environments WHERE project_id = $1 AND name = $2 FOR UPDATE;

-- name: attempt_lock
SELECT * FROM attempts WHERE project_id = $1 AND id = $2 FOR UPDATE;

-- name: intervals_lock
-- Times of interval rows of one table grow strictly, whoever writes them. The list comes sorted.
SELECT 1 AS locked
FROM json_each(CAST($2 AS TEXT)) AS e,
     LATERAL pg_advisory_xact_lock(
         hashtextextended('interval ' || $1 || ' ' || (e.value ->> 'name') || ' ' || (e.value ->> 'version'), 0)) AS l;

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
