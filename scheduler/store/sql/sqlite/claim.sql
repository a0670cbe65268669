-- name: task_claim
-- $3 now, $4 gateways, $5 how many at most, $6 end of the lease, $7 free slots, numbered from 1,
-- $8 labels, $9 whether tasks that ask for none are taken.
WITH picked AS (
    SELECT t.id, row_number() OVER (ORDER BY t.run_at, t.position) AS number
    FROM tasks AS t
    WHERE t.project_id = $1 AND t.work_kind = $2 AND t.state = 'ready' AND t.run_at <= $3
      AND (t.gateway IS NULL OR t.gateway IN (SELECT g.value ->> 'name' FROM json_each($4) AS g))
      AND CASE WHEN t.labels IS NULL THEN $9
          ELSE NOT EXISTS (
              SELECT 1 FROM json_each(t.labels) AS l
              WHERE l.value NOT IN (SELECT o.value FROM json_each($8) AS o)) END
      AND (t.work_kind = 'plan' OR NOT EXISTS (
          SELECT 1 FROM works AS p
          WHERE p.project_id = t.project_id AND p.environment = t.environment AND p.kind = 'plan'
            AND p.state = 'running'))
      AND (t.work_kind = 'plan' OR NOT EXISTS (
          SELECT 1 FROM pauses AS s
          WHERE s.project_id = t.project_id AND s.environment = t.environment AND s.model IS NULL))
    ORDER BY t.run_at, t.position
    LIMIT $5
), slots AS (
    SELECT e.value ->> 'executor_id' AS executor_id, CAST(e.value ->> 'number' AS BIGINT) AS number
    FROM json_each($7) AS e
)
UPDATE tasks SET
    state = 'leased',
    epoch = epoch + 1,
    attempt = attempt + 1,
    fence = (SELECT value FROM counters WHERE name = 'fence') + picked.number,
    lease_until = $6,
    executor_id = slots.executor_id,
    started_ts = COALESCE(started_ts, $3)
FROM picked JOIN slots ON slots.number = picked.number
WHERE tasks.id = picked.id
RETURNING *;

-- name: fence_settle
UPDATE counters SET value = $1 WHERE name = 'fence' AND value < $1;

-- name: ping_write
-- Takes a fence that nobody gets: an update that changes nothing does not reach the disk here.
UPDATE counters SET value = value + 1 WHERE name = 'fence';
