-- name: executor_get
SELECT * FROM executors WHERE project_id = $1 AND id = $2;

-- name: executor_of_boot
SELECT * FROM executors WHERE project_id = $1 AND kind = $2 AND name = $3 AND boot_id = $4 LIMIT 1;

-- name: executors_of_name
SELECT * FROM executors WHERE project_id = $1 AND kind = $2 AND name = $3 AND state <> 'fenced';

-- name: executors
SELECT * FROM executors WHERE project_id = $1 ORDER BY kind, name, registered_ts LIMIT $2;

-- name: executor_add
INSERT INTO executors (id, project_id, kind, name, boot_id, client_id, version, slots, gateways, state, drain_requested,
                       registered_ts, last_seen_ts, labels)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14);

-- name: executor_update
UPDATE executors SET client_id = $3, version = $4, slots = $5, gateways = $6, state = $7, drain_requested = $8,
                     labels = $9
WHERE project_id = $1 AND id = $2;

-- name: executor_fence
UPDATE executors SET state = 'fenced' WHERE id = $1;

-- name: executors_fenced_forget
-- Of a name only the boot that was fenced last is kept, so that it can be told so.
DELETE FROM executors WHERE project_id = $1 AND kind = $2 AND name = $3 AND state = 'fenced' AND id <> $4;

-- name: executor_forget
DELETE FROM executors WHERE project_id = $1 AND id = $2;

-- name: executors_clean
DELETE FROM executors
WHERE id IN (SELECT id FROM executors WHERE last_seen_ts < $1 ORDER BY last_seen_ts LIMIT $2)
  AND NOT EXISTS (SELECT 1 FROM tasks WHERE tasks.executor_id = executors.id AND tasks.state = 'leased');

-- name: executors_touch
UPDATE executors SET last_seen_ts = $2, state = CASE WHEN state = 'lost' THEN 'active' ELSE state END
WHERE id IN (SELECT e.value ->> 'id' FROM json_each(CAST($1 AS TEXT)) AS e);

-- name: pause_add
INSERT INTO pauses (id, project_id, environment, model, reason, created_by, created_ts)
VALUES ($1, $2, $3, $4, $5, $6, $7);

-- name: pauses
SELECT * FROM pauses WHERE project_id = $1 ORDER BY created_ts, id LIMIT $2;

-- name: pause_remove
DELETE FROM pauses WHERE project_id = $1 AND id = $2;
