-- A SQLite write transaction holds the only lock there is: these read what PostgreSQL locks.

-- name: work_lock
SELECT id, kind, environment, state, stage_index, cancel_requested, base_plan_id FROM works
WHERE project_id = $1 AND id = $2;

-- name: work_of_attempt_lock
SELECT w.id, w.kind, w.environment, w.state, w.stage_index, w.cancel_requested, w.base_plan_id
FROM attempts AS a
JOIN works AS w ON w.id = a.work_id
WHERE a.project_id = $1 AND a.id = $2;

-- name: environment_lock
SELECT * FROM _environments WHERE project_id = $1 AND name = $2;

-- name: attempt_lock
SELECT * FROM attempts WHERE project_id = $1 AND id = $2;

-- name: interval_lock
SELECT $1 AS project_id, $2 AS name, $3 AS version;

-- name: migration_lock
SELECT 1 AS locked;
