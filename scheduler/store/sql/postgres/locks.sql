-- name: work_turn
-- Alone with the work: completions share it (works_share). In a statement of its own, because the next one must see what
-- was committed while this one waited. Not the row's lock: a stream of sharers would keep others waiting for ever there.
SELECT 1 AS locked FROM pg_advisory_xact_lock(hashtextextended('work ' || $1, 0)) AS l;

-- name: work_lock
SELECT id, kind, environment, state, stage_index, cancel_requested, base_plan_id FROM works
WHERE project_id = $1 AND id = $2
FOR UPDATE;

-- name: works_share
-- In the order in which everybody locks several works.
SELECT 1 AS locked
FROM (SELECT DISTINCT a.work_id
      FROM json_each(CAST($2 AS TEXT)) AS e
      JOIN attempts AS a ON a.id = e.value ->> 'id'
      WHERE a.project_id = $1
      ORDER BY a.work_id) AS w,
     LATERAL pg_advisory_xact_lock_shared(hashtextextended('work ' || w.work_id, 0)) AS l;

-- name: attempts_with_tasks
SELECT t.*, a.id AS attempt_id, a.epoch AS attempt_epoch, a.executor_id AS attempt_executor_id,
       a.executor_name AS attempt_executor_name, w.cancel_requested AS work_cancel_requested
FROM json_each(CAST($2 AS TEXT)) AS e
JOIN attempts AS a ON a.id = e.value ->> 'id'
JOIN tasks AS t ON t.id = a.task_id
JOIN works AS w ON w.id = t.work_id
WHERE a.project_id = $1
ORDER BY t.id
FOR NO KEY UPDATE OF t;

-- name: tasks_free
-- Completions side by side may free the same tasks: locked in one order, and counted down from what the lock shows.
WITH done AS MATERIALIZED (
    SELECT d.child_id, COUNT(*) AS parents
    FROM json_each(CAST($1 AS TEXT)) AS e
    JOIN task_edges AS d ON d.parent_id = e.value ->> 'id'
    GROUP BY d.child_id
), locked AS MATERIALIZED (
    SELECT t.id FROM tasks AS t
    WHERE t.id IN (SELECT child_id FROM done)
    ORDER BY t.id
    FOR NO KEY UPDATE OF t
)
UPDATE tasks SET
    blocked_by = tasks.blocked_by - done.parents,
    state = CASE WHEN tasks.state = 'blocked' AND tasks.blocked_by = done.parents THEN 'ready' ELSE tasks.state END,
    run_at = CASE WHEN tasks.state = 'blocked' AND tasks.blocked_by = done.parents THEN $2 ELSE tasks.run_at END
FROM done
WHERE (SELECT COUNT(*) FROM locked) > 0 AND tasks.id = done.child_id AND tasks.state IN ('blocked', 'skipped')
RETURNING tasks.work_id, tasks.state;

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

-- name: state_turn
-- One import of a project at a time is applied; in a statement of its own, so that the next one sees what it did.
SELECT 1 AS locked FROM pg_advisory_xact_lock(hashtextextended('state ' || $1, 0)) AS l;
