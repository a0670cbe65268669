-- name: tasks_add
INSERT INTO tasks (id, project_id, work_kind, work_id, plan_id, environment, stage_index, position, name, gateway, spec,
                   state, blocked_by, attempt, tries_max, epoch, fence, run_at, lease_until, executor_id,
                   cancel_requested, error_code, error_message, created_ts, started_ts, ended_ts, labels)
SELECT e.value ->> 'id', $1, $2, $3, $4, $5, CAST(e.value ->> 'stage_index' AS BIGINT),
       CAST(e.value ->> 'position' AS BIGINT), e.value ->> 'name', e.value ->> 'gateway', e.value ->> 'spec', 'blocked',
       CAST(e.value ->> 'blocked_by' AS BIGINT), 0, CAST(e.value ->> 'tries_max' AS BIGINT), 0, 0, $6, NULL, '', FALSE,
       '', '', $6, NULL, NULL, e.value ->> 'labels'
FROM json_each(CAST($7 AS TEXT)) AS e;

-- name: edges_add
INSERT INTO task_edges (project_id, work_id, parent_id, child_id)
SELECT $1, $2, e.value ->> 'parent_id', e.value ->> 'child_id'
FROM json_each(CAST($3 AS TEXT)) AS e;

-- name: stage_ready
UPDATE tasks SET state = 'ready', run_at = $3
WHERE work_id = $1 AND stage_index = $2 AND state = 'blocked' AND blocked_by = 0;

-- name: stage_counts
-- Each part reads one index and no task; what is left of all of them has succeeded.
SELECT 'all' AS part, COUNT(*) AS count FROM tasks WHERE work_id = $1 AND stage_index = $2
UNION ALL
SELECT 'open', COUNT(*) FROM tasks
WHERE work_id = $1 AND stage_index = $2 AND state IN ('blocked', 'ready', 'leased')
UNION ALL
SELECT state, COUNT(*) FROM tasks
WHERE work_id = $1 AND stage_index = $2 AND state IN ('failed', 'skipped', 'cancelled') GROUP BY state;

-- name: stage_open
SELECT EXISTS (SELECT 1 FROM tasks
    WHERE work_id = $1 AND stage_index = $2 AND state IN ('blocked', 'ready', 'leased')) AS open;

-- name: task_get
SELECT * FROM tasks WHERE project_id = $1 AND id = $2;

-- name: tasks_page
SELECT * FROM tasks
WHERE project_id = $1
  AND (created_ts, position, id) > ($2, $3, $4)
  AND (CAST($5 AS TEXT) IS NULL OR state = $5)
  AND (CAST($6 AS TEXT) IS NULL OR name = $6 OR name = $7
       OR substr(name, length(name) - length($7)) = ('.' || $7))
ORDER BY created_ts, position, id
LIMIT $8;

-- name: tasks_of_work_page
SELECT * FROM tasks
WHERE work_id = $9 AND project_id = $1
  AND (created_ts, position, id) > ($2, $3, $4)
  AND (CAST($5 AS TEXT) IS NULL OR state = $5)
  AND (CAST($6 AS TEXT) IS NULL OR name = $6 OR name = $7
       OR substr(name, length(name) - length($7)) = ('.' || $7))
ORDER BY position, id
LIMIT $8;

-- name: task_blockers
SELECT p.*
FROM task_edges AS e
JOIN tasks AS p ON p.id = e.parent_id
WHERE e.child_id = $2 AND p.project_id = $1 AND p.state <> 'succeeded'
ORDER BY p.position
LIMIT 200;

-- name: task_renew
UPDATE tasks SET lease_until = $3
WHERE executor_id = $1 AND state = 'leased'
  AND id IN (SELECT e.value ->> 'id' FROM json_each(CAST($2 AS TEXT)) AS e);

-- name: work_waiting
-- Spelled so that the index of open tasks serves it.
SELECT EXISTS (SELECT 1 FROM tasks
    WHERE work_id = $1 AND state IN ('blocked', 'ready', 'leased') AND state <> 'leased') AS waiting;

-- name: lease_any
SELECT EXISTS (SELECT 1 FROM tasks WHERE executor_id = $1 AND state = 'leased') AS any_lease;

-- name: leases_of_executor
SELECT * FROM tasks WHERE executor_id = $1 AND state = 'leased' ORDER BY work_id, position;

-- name: leases_expired
SELECT id, project_id, work_id FROM tasks WHERE state = 'leased' AND lease_until <= $1
ORDER BY lease_until LIMIT $2;

-- name: task_due
SELECT MIN(due) AS due
FROM (SELECT MIN(run_at) AS due FROM tasks WHERE state = 'ready' AND run_at > $1
      UNION ALL
      SELECT MIN(lease_until) AS due FROM tasks WHERE state = 'leased' AND lease_until > $1) AS dues;

-- name: tasks_settle
-- The end of attempts; a task that is ready again keeps no end.
UPDATE tasks SET
    state = e.value ->> 'state',
    attempt = CAST(e.value ->> 'attempt' AS BIGINT),
    run_at = CAST(e.value ->> 'run_at' AS BIGINT),
    lease_until = NULL,
    error_code = e.value ->> 'error_code',
    error_message = e.value ->> 'error_message',
    ended_ts = CAST(e.value ->> 'ended_ts' AS BIGINT),
    cancel_requested = (tasks.cancel_requested AND e.value ->> 'state' <> 'ready')
FROM json_each(CAST($1 AS TEXT)) AS e
WHERE tasks.id = e.value ->> 'id' AND tasks.epoch = CAST(e.value ->> 'epoch' AS BIGINT);

-- name: tasks_free
-- A task waits for each of its parents once; several of them may be done together. One that is skipped counts, too: it
-- waits again when what failed is requeued.
UPDATE tasks SET
    blocked_by = tasks.blocked_by - done.parents,
    state = CASE WHEN tasks.state = 'blocked' AND tasks.blocked_by = done.parents THEN 'ready' ELSE tasks.state END,
    run_at = CASE WHEN tasks.state = 'blocked' AND tasks.blocked_by = done.parents THEN $2 ELSE tasks.run_at END
FROM (SELECT d.child_id, COUNT(*) AS parents
      FROM json_each(CAST($1 AS TEXT)) AS e
      JOIN task_edges AS d ON d.parent_id = e.value ->> 'id'
      GROUP BY d.child_id) AS done
WHERE tasks.id = done.child_id AND tasks.state IN ('blocked', 'skipped')
RETURNING tasks.work_id, tasks.state;

-- name: descendants_skip
WITH RECURSIVE below (id) AS (
    SELECT d.child_id
    FROM json_each(CAST($1 AS TEXT)) AS e
    JOIN task_edges AS d ON d.parent_id = e.value ->> 'id'
    UNION
    SELECT e.child_id FROM task_edges AS e JOIN below ON e.parent_id = below.id
)
UPDATE tasks SET state = 'skipped', ended_ts = $2
WHERE id IN (SELECT id FROM below) AND state = 'blocked';

-- name: descendants_unskip
WITH RECURSIVE below (id) AS (
    SELECT child_id FROM task_edges WHERE parent_id = $1
    UNION
    SELECT e.child_id FROM task_edges AS e JOIN below ON e.parent_id = below.id
)
UPDATE tasks SET state = 'blocked', ended_ts = NULL
WHERE id IN (SELECT id FROM below) AND state = 'skipped';

-- name: ancestors_failed
-- A skipped task below two failed ones stays skipped until both are requeued.
WITH RECURSIVE below (id) AS (
    SELECT child_id FROM task_edges WHERE parent_id = $1
    UNION
    SELECT e.child_id FROM task_edges AS e JOIN below ON e.parent_id = below.id
)
SELECT p.id
FROM below
JOIN task_edges AS e ON e.child_id = below.id
JOIN tasks AS p ON p.id = e.parent_id
WHERE p.id <> $1 AND p.state IN ('failed', 'cancelled')
LIMIT 200;

-- name: task_requeue
UPDATE tasks SET state = 'ready', attempt = 0, run_at = $2, ended_ts = NULL, error_code = '', error_message = ''
WHERE id = $1;

-- name: tasks_of_work_cancel
UPDATE tasks SET state = 'cancelled', lease_until = NULL, ended_ts = $2
WHERE work_id = $1 AND state IN ('blocked', 'ready', 'leased');

-- name: tasks_of_work_cancel_unstarted
UPDATE tasks SET state = 'cancelled', ended_ts = $2 WHERE work_id = $1 AND state IN ('blocked', 'ready');

-- name: tasks_of_work_cancel_leased
UPDATE tasks SET cancel_requested = TRUE WHERE work_id = $1 AND state = 'leased';

-- name: attempts_add
INSERT INTO attempts (id, project_id, task_id, work_id, epoch, fence, number, executor_id, executor_name, state,
                      started_ts, ended_ts, duration_ms, row_count, error_code, error_message, log_bytes)
SELECT e.value ->> 'id', $1, e.value ->> 'task_id', e.value ->> 'work_id', CAST(e.value ->> 'epoch' AS BIGINT),
       CAST(e.value ->> 'fence' AS BIGINT), CAST(e.value ->> 'number' AS BIGINT), e.value ->> 'executor_id',
       COALESCE(x.name, ''), 'leased', $2, NULL, 0, NULL, '', '', 0
FROM json_each(CAST($3 AS TEXT)) AS e
LEFT JOIN executors AS x ON x.id = e.value ->> 'executor_id';

-- name: attempts_of_task
SELECT * FROM attempts WHERE project_id = $1 AND task_id = $2 ORDER BY epoch LIMIT 1000;

-- name: attempts_settle
UPDATE attempts SET
    state = e.value ->> 'state',
    ended_ts = $1,
    duration_ms = CAST(e.value ->> 'duration_ms' AS BIGINT),
    row_count = CAST(e.value ->> 'rows' AS BIGINT),
    error_code = e.value ->> 'error_code',
    error_message = e.value ->> 'error_message'
FROM json_each(CAST($2 AS TEXT)) AS e
WHERE attempts.id = e.value ->> 'id';

-- name: attempts_of_work_lost
UPDATE attempts SET state = 'lost', ended_ts = $2 WHERE work_id = $1 AND state = 'leased';

-- name: audits_add
INSERT INTO audit_results (project_id, task_id, work_id, attempt_id, position, name, blocking, row_count, status)
SELECT $1, e.value ->> 'task_id', e.value ->> 'work_id', e.value ->> 'attempt_id',
       CAST(e.value ->> 'position' AS BIGINT), e.value ->> 'name', CAST(e.value ->> 'blocking' AS BOOLEAN),
       CAST(e.value ->> 'count' AS BIGINT), e.value ->> 'status'
FROM json_each(CAST($2 AS TEXT)) AS e;

-- name: audits_of_task
SELECT r.* FROM audit_results AS r
JOIN attempts AS a ON a.id = r.attempt_id
WHERE r.project_id = $1 AND r.task_id = $2
ORDER BY a.epoch, r.position
LIMIT 1000;

-- name: standing
-- For gauges; each part reads a partial index or a small table.
SELECT 'task' AS what, project_id, work_kind AS kind, state, count(*) AS items, min(run_at) AS since
FROM tasks WHERE state = 'ready' GROUP BY project_id, work_kind, state
UNION ALL
SELECT 'task', project_id, work_kind, state, count(*), min(run_at)
FROM tasks WHERE state = 'leased' GROUP BY project_id, work_kind, state
UNION ALL
SELECT 'executor', project_id, kind, state, count(*), min(last_seen_ts)
FROM executors WHERE last_seen_ts > $1 AND state IN ('active', 'draining') GROUP BY project_id, kind, state
UNION ALL
SELECT 'work', project_id, kind, state, count(*), min(ended_ts)
FROM (SELECT project_id, kind, state, ended_ts FROM works WHERE ended_ts > $2 ORDER BY ended_ts LIMIT 100000) AS ended
GROUP BY project_id, kind, state;
