-- A SQLite write transaction holds the only lock there is: these read what PostgreSQL locks, or do nothing.

-- name: work_turn

-- name: work_lock
SELECT id, kind, environment, state, stage_index, cancel_requested, base_plan_id FROM works
WHERE project_id = $1 AND id = $2;

-- name: works_share

-- name: attempts_with_tasks
SELECT t.*, a.id AS attempt_id, a.epoch AS attempt_epoch, a.executor_id AS attempt_executor_id,
       a.executor_name AS attempt_executor_name, w.cancel_requested AS work_cancel_requested
FROM json_each($2) AS e
JOIN attempts AS a ON a.id = e.value ->> 'id'
JOIN tasks AS t ON t.id = a.task_id
JOIN works AS w ON w.id = t.work_id
WHERE a.project_id = $1;

-- name: environment_lock
SELECT * FROM _environments WHERE project_id = $1 AND name = $2;

-- name: attempt_lock
SELECT * FROM attempts WHERE project_id = $1 AND id = $2;

-- name: intervals_lock

-- name: migration_lock

-- name: state_turn
