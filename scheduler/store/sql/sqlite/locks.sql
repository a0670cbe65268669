-- A SQLite write transaction holds the only lock there is: these read what PostgreSQL locks.

-- name: work_lock
SELECT id, kind, environment, state, stage_index, cancel_requested, base_plan_id FROM works
WHERE project_id = $1 AND id = $2;

-- name: works_of_attempts_lock
SELECT id, cancel_requested FROM works
WHERE project_id = $1
  AND id IN (SELECT a.work_id FROM json_each($2) AS e JOIN attempts AS a ON a.id = e.value ->> 'id');

-- name: environment_lock
SELECT * FROM _environments WHERE project_id = $1 AND name = $2;

-- name: attempt_lock
SELECT * FROM attempts WHERE project_id = $1 AND id = $2;

-- name: intervals_lock
SELECT $1 AS project_id, $2 AS tables;

-- name: migration_lock
SELECT 1 AS locked;
