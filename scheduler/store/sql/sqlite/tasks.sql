-- SQLite has no statistics here and of two indexes took the one that holds the finished tasks too, reading all of them to
-- find an open one: it is told which. A statement whose index does not fit fails, so any test of it shows it.

-- name: stage_open
SELECT EXISTS (SELECT 1 FROM tasks INDEXED BY tasks_open
    WHERE work_id = $1 AND stage_index = $2 AND state IN ('blocked', 'ready', 'leased')) AS open;

-- name: stage_counts
SELECT 'all' AS part, COUNT(*) AS count FROM tasks INDEXED BY tasks_stage WHERE work_id = $1 AND stage_index = $2
UNION ALL
SELECT 'open', COUNT(*) FROM tasks INDEXED BY tasks_open
WHERE work_id = $1 AND stage_index = $2 AND state IN ('blocked', 'ready', 'leased')
UNION ALL
SELECT state, COUNT(*) FROM tasks INDEXED BY tasks_troubled
WHERE work_id = $1 AND stage_index = $2 AND state IN ('failed', 'skipped', 'cancelled') GROUP BY state;

-- name: work_waiting
SELECT EXISTS (SELECT 1 FROM tasks INDEXED BY tasks_open
    WHERE work_id = $1 AND state IN ('blocked', 'ready', 'leased') AND state <> 'leased') AS waiting;

-- name: tasks_of_work_page
SELECT * FROM tasks INDEXED BY tasks_work
WHERE work_id = $9 AND project_id = $1
  AND (created_ts, position, id) > ($2, $3, $4)
  AND (CAST($5 AS TEXT) IS NULL OR state = $5)
  AND (CAST($6 AS TEXT) IS NULL OR name = $6 OR name = $7
       OR substr(name, length(name) - length($7)) = ('.' || $7))
ORDER BY position, id
LIMIT $8;
