-- name: work_add
INSERT INTO works (id, project_id, kind, environment, state, trigger, created_by, document, stages, stage_index,
                   cancel_requested, error, base_plan_id, execution_ts, created_ts, started_ts, ended_ts)
VALUES ($1, $2, $3, $4, 'queued', $5, $6, $7, '[]', -1, FALSE, '', $8, $9, $10, NULL, NULL);

-- name: work_get
SELECT id, project_id, kind, environment, state, trigger, created_by, stages, stage_index,
       cancel_requested, error, base_plan_id, execution_ts, created_ts, started_ts, ended_ts
FROM works WHERE project_id = $1 AND id = $2;

-- name: work_document
SELECT document FROM works WHERE project_id = $1 AND id = $2;

-- name: works_page
SELECT id, project_id, kind, environment, state, trigger, created_by, stages, stage_index,
       cancel_requested, error, base_plan_id, execution_ts, created_ts, started_ts, ended_ts
FROM works
WHERE project_id = $1
  AND (created_ts, id) < ($2, $3)
  AND (CAST($4 AS TEXT) IS NULL OR kind = $4)
  AND (CAST($5 AS TEXT) IS NULL OR environment = $5)
  AND (CAST($6 AS TEXT) IS NULL OR state = $6)
ORDER BY created_ts DESC, id DESC
LIMIT $7;

-- name: works_open
SELECT id, project_id, kind, environment, state, trigger, created_by, stages, stage_index,
       cancel_requested, error, base_plan_id, execution_ts, created_ts, started_ts, ended_ts
FROM works
WHERE state IN ('queued', 'running')
ORDER BY created_ts, id
LIMIT $1;

-- name: work_start
-- The oldest queued plan goes first; a run waits for every plan of its environment.
UPDATE works SET state = 'running', stages = $3, stage_index = -1, started_ts = $4
WHERE project_id = $1 AND id = $2 AND state = 'queued' AND NOT cancel_requested
  AND NOT EXISTS (
      SELECT 1 FROM works AS o
      WHERE o.project_id = works.project_id AND o.environment = works.environment AND o.kind = works.kind
        AND o.state = 'running')
  AND NOT EXISTS (
      SELECT 1 FROM works AS p
      WHERE p.project_id = works.project_id AND p.environment = works.environment AND p.kind = 'plan'
        AND (p.state = 'running' OR (p.state = 'queued' AND NOT p.cancel_requested))
        AND (works.kind = 'run' OR (p.created_ts, p.id) < (works.created_ts, works.id)))
RETURNING *;

-- name: work_enter_stage
UPDATE works SET stage_index = $3
WHERE project_id = $1 AND id = $2 AND stage_index = $3 - 1 AND state = 'running' AND NOT cancel_requested;

-- name: work_finish
UPDATE works SET state = $3, error = $4, ended_ts = $5 WHERE project_id = $1 AND id = $2;

-- name: work_cancel
UPDATE works SET cancel_requested = TRUE WHERE project_id = $1 AND id = $2;

-- name: work_reopen
UPDATE works SET state = 'running', error = '', ended_ts = NULL, stage_index = $3 WHERE project_id = $1 AND id = $2;

-- name: works_expired
SELECT id FROM works WHERE ended_ts < $1 ORDER BY ended_ts LIMIT $2;

-- name: works_delete
DELETE FROM works WHERE id IN (SELECT e.value ->> 'id' FROM json_each(CAST($1 AS TEXT)) AS e);

-- name: tasks_of_works_delete
DELETE FROM tasks WHERE work_id IN (SELECT e.value ->> 'id' FROM json_each(CAST($1 AS TEXT)) AS e);

-- name: edges_of_works_delete
DELETE FROM task_edges WHERE work_id IN (SELECT e.value ->> 'id' FROM json_each(CAST($1 AS TEXT)) AS e);

-- name: attempts_of_works_delete
DELETE FROM attempts WHERE work_id IN (SELECT e.value ->> 'id' FROM json_each(CAST($1 AS TEXT)) AS e);

-- name: audits_of_works_delete
DELETE FROM audit_results WHERE work_id IN (SELECT e.value ->> 'id' FROM json_each(CAST($1 AS TEXT)) AS e);

-- name: logs_of_works_delete
DELETE FROM log_chunks WHERE work_id IN (SELECT e.value ->> 'id' FROM json_each(CAST($1 AS TEXT)) AS e);
