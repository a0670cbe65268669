-- name: project_add
INSERT INTO projects (id, created_ts) VALUES ($1, $2) ON CONFLICT DO NOTHING;

-- name: projects
SELECT id FROM projects ORDER BY id;

-- name: snapshots_push
INSERT INTO _snapshots (project_id, name, identifier, version, snapshot, kind_name, updated_ts, unpaused_ts, ttl_ms,
                        unrestorable, forward_only, dev_version, fingerprint)
SELECT $1, e.value ->> 'name', e.value ->> 'identifier', e.value ->> 'version', e.value ->> 'snapshot',
       e.value ->> 'kind_name', CAST(e.value ->> 'updated_ts' AS BIGINT), CAST(e.value ->> 'unpaused_ts' AS BIGINT),
       CAST(e.value ->> 'ttl_ms' AS BIGINT), CAST(e.value ->> 'unrestorable' AS BOOLEAN),
       CAST(e.value ->> 'forward_only' AS BOOLEAN), e.value ->> 'dev_version', e.value ->> 'fingerprint'
FROM json_each(CAST($2 AS TEXT)) AS e
WHERE TRUE
ON CONFLICT DO NOTHING;

-- name: auto_restatements_put
INSERT INTO _auto_restatements (project_id, snapshot_name, snapshot_version, next_auto_restatement_ts)
SELECT $1, e.value ->> 'name', e.value ->> 'version', CAST(e.value ->> 'next_ts' AS BIGINT)
FROM json_each(CAST($2 AS TEXT)) AS e
WHERE TRUE
ON CONFLICT (project_id, snapshot_name, snapshot_version)
DO UPDATE SET next_auto_restatement_ts = excluded.next_auto_restatement_ts;

-- name: snapshots_by_id
-- CROSS JOIN, here and below: SQLite then goes through the list and looks each entry up. Left to itself it goes through
-- the project's snapshots and through the whole list for each of them.
SELECT s.*, r.next_auto_restatement_ts
FROM json_each(CAST($2 AS TEXT)) AS e
CROSS JOIN _snapshots AS s
LEFT JOIN _auto_restatements AS r
  ON r.project_id = s.project_id AND r.snapshot_name = s.name AND r.snapshot_version = s.version
WHERE s.project_id = $1 AND s.name = e.value ->> 'name' AND s.identifier = e.value ->> 'identifier';

-- name: snapshots_by_name
SELECT s.*, r.next_auto_restatement_ts
FROM json_each(CAST($2 AS TEXT)) AS e
CROSS JOIN _snapshots AS s
LEFT JOIN _auto_restatements AS r
  ON r.project_id = s.project_id AND r.snapshot_name = s.name AND r.snapshot_version = s.version
WHERE s.project_id = $1 AND s.name = e.value ->> 'name';

-- name: snapshots_existing
SELECT COUNT(*) AS count
FROM json_each(CAST($2 AS TEXT)) AS e
CROSS JOIN _snapshots AS s
WHERE s.project_id = $1 AND s.name = e.value ->> 'name' AND s.identifier = e.value ->> 'identifier';

-- name: snapshots_touch
UPDATE _snapshots SET updated_ts = $3
WHERE project_id = $1
  AND (name, identifier) IN (SELECT e.value ->> 'name', e.value ->> 'identifier' FROM json_each(CAST($2 AS TEXT)) AS e);

-- name: snapshots_pause_names
UPDATE _snapshots SET unpaused_ts = NULL, updated_ts = $3
WHERE project_id = $1 AND name IN (SELECT e.value ->> 'name' FROM json_each(CAST($2 AS TEXT)) AS e);

-- name: snapshots_unpause
UPDATE _snapshots SET unpaused_ts = $4, updated_ts = $3
WHERE project_id = $1
  AND (name, identifier) IN (SELECT e.value ->> 'name', e.value ->> 'identifier' FROM json_each(CAST($2 AS TEXT)) AS e);

-- name: snapshots_mark_unrestorable
-- Rows of the same table whose forward-only flag is the opposite can no longer be gone back to.
UPDATE _snapshots SET unrestorable = TRUE, updated_ts = $3
WHERE project_id = $1
  AND (name, version, forward_only) IN (
      SELECT s.name, s.version, NOT s.forward_only
      FROM json_each(CAST($2 AS TEXT)) AS e
      CROSS JOIN _snapshots AS s
      WHERE s.project_id = $1 AND s.name = e.value ->> 'name' AND s.identifier = e.value ->> 'identifier');

-- name: intervals_by_version
SELECT i.name, i.identifier, i.version, i.dev_version, i.start_ts, i.end_ts, i.is_dev, i.is_removed,
       i.is_pending_restatement
FROM json_each(CAST($2 AS TEXT)) AS e
JOIN _intervals AS i ON i.project_id = $1 AND i.name = e.value ->> 'name' AND i.version = e.value ->> 'version'
ORDER BY i.created_ts, i.is_removed, i.is_pending_restatement;

-- name: interval_ends
SELECT e.value ->> 'name' AS name, e.value ->> 'version' AS version, (
    SELECT MAX(i.end_ts) FROM _intervals AS i
    WHERE i.project_id = $1 AND i.name = e.value ->> 'name' AND i.version = e.value ->> 'version'
      AND NOT i.is_dev AND NOT i.is_removed AND NOT i.is_pending_restatement) AS end_ts
FROM json_each(CAST($2 AS TEXT)) AS e;

-- name: intervals_newest
SELECT e.value ->> 'name' AS name, e.value ->> 'version' AS version, (
    SELECT COALESCE(MAX(i.created_ts), 0) FROM _intervals AS i
    WHERE i.project_id = $1 AND i.name = e.value ->> 'name' AND i.version = e.value ->> 'version') AS created_ts
FROM json_each(CAST($2 AS TEXT)) AS e;

-- name: interval_groups
SELECT DISTINCT identifier, dev_version FROM _intervals WHERE project_id = $1 AND name = $2 AND version = $3;

-- name: intervals_add
INSERT INTO _intervals (id, project_id, created_ts, name, identifier, version, dev_version, start_ts, end_ts, is_dev,
                        is_removed, is_compacted, is_pending_restatement, last_altered_ts)
SELECT e.value ->> 'id', $1, CAST(e.value ->> 'created_ts' AS BIGINT), e.value ->> 'name', e.value ->> 'identifier',
       e.value ->> 'version', e.value ->> 'dev_version', CAST(e.value ->> 'start_ts' AS BIGINT),
       CAST(e.value ->> 'end_ts' AS BIGINT), CAST(e.value ->> 'is_dev' AS BOOLEAN),
       CAST(e.value ->> 'is_removed' AS BOOLEAN), FALSE, FALSE, NULL
FROM json_each(CAST($2 AS TEXT)) AS e;

-- name: snapshot_versions
SELECT s.name, s.identifier, s.version, s.dev_version
FROM json_each(CAST($2 AS TEXT)) AS e
CROSS JOIN _snapshots AS s
WHERE s.project_id = $1 AND s.name = e.value ->> 'name' AND s.identifier = e.value ->> 'identifier';

-- name: environment_get
SELECT * FROM _environments WHERE project_id = $1 AND name = $2;

-- name: environment_mark
SELECT plan_id, finalized_ts FROM _environments WHERE project_id = $1 AND name = $2;

-- name: environments
SELECT * FROM _environments WHERE project_id = $1 ORDER BY name;

-- name: environment_delete
DELETE FROM _environments WHERE project_id = $1 AND name = $2;

-- name: environment_insert
INSERT INTO _environments (project_id, name, snapshots, start_at, end_at, plan_id, previous_plan_id, expiration_ts,
                           finalized_ts, promoted_snapshot_ids, suffix_target, catalog_name_override,
                           previous_finalized_snapshots, normalize_name, requirements, gateway_managed)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, NULL, $9, $10, $11, $12, $13, $14, $15);

-- name: environment_finalize
UPDATE _environments SET finalized_ts = $4 WHERE project_id = $1 AND name = $2 AND plan_id = $3;

-- name: environment_expire
UPDATE _environments SET expiration_ts = $3 WHERE project_id = $1 AND name = $2;

-- name: environment_statements_get
SELECT environment_statements FROM _environment_statements WHERE project_id = $1 AND environment_name = $2;

-- name: environment_statements_delete
DELETE FROM _environment_statements WHERE project_id = $1 AND environment_name = $2;

-- name: environment_statements_insert
INSERT INTO _environment_statements (project_id, environment_name, plan_id, environment_statements)
VALUES ($1, $2, $3, $4);
