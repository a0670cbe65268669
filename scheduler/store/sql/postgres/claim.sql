-- Fences come from a sequence, which moves on by itself: fence_settle has nothing to do.

-- name: task_claim
-- $3 now, $4 gateways, $5 how many at most, $6 end of the lease, $7 free slots, numbered from 1,
-- $8 labels, $9 whether tasks that ask for none are taken.
WITH picked AS MATERIALIZED (
    SELECT t.id, t.run_at, t.position
    FROM tasks AS t
    WHERE t.project_id = $1 AND t.work_kind = $2 AND t.state = 'ready' AND t.run_at <= $3
      AND (t.gateway IS NULL OR t.gateway IN (SELECT g.value ->> 'name' FROM json_each(CAST($4 AS TEXT)) AS g))
      AND CASE WHEN t.labels IS NULL THEN $9
          ELSE NOT EXISTS (
              SELECT 1 FROM json_each(t.labels) AS l
              WHERE l.value #>> '{}' NOT IN (SELECT o.value #>> '{}' FROM json_each(CAST($8 AS TEXT)) AS o)) END
      AND (t.work_kind = 'plan' OR NOT EXISTS (
          SELECT 1 FROM works AS p
          WHERE p.project_id = t.project_id AND p.environment = t.environment AND p.kind = 'plan'
            AND p.state = 'running'))
      AND (t.work_kind = 'plan' OR NOT EXISTS (
          SELECT 1 FROM pauses AS s
          WHERE s.project_id = t.project_id AND s.environment = t.environment AND s.model IS NULL))
    ORDER BY t.run_at, t.position
    LIMIT $5
    FOR UPDATE OF t SKIP LOCKED
), numbered AS (
    SELECT id, row_number() OVER (ORDER BY run_at, position) AS number FROM picked
), slots AS MATERIALIZED (
    SELECT array_agg(e.value ->> 'executor_id' ORDER BY CAST(e.value ->> 'number' AS BIGINT)) AS executors
    FROM json_each(CAST($7 AS TEXT)) AS e
)
UPDATE tasks SET
    state = 'leased',
    epoch = tasks.epoch + 1,
    attempt = tasks.attempt + 1,
    fence = nextval('fence'),
    lease_until = $6,
    executor_id = slots.executors[numbered.number],
    started_ts = COALESCE(tasks.started_ts, $3)
FROM numbered CROSS JOIN slots
WHERE tasks.id = numbered.id
RETURNING tasks.*;

-- name: fence_settle
