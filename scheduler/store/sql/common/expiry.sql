-- name: snapshots_past_ttl
SELECT name, identifier FROM _snapshots
WHERE project_id = $1 AND (CAST($3 AS BIGINT) = 1 OR updated_ts + ttl_ms <= $2)
ORDER BY updated_ts, name, identifier
LIMIT $4;

-- name: snapshots_delete
DELETE FROM _snapshots
WHERE project_id = $1
  AND (name, identifier) IN (SELECT e.value ->> 'name', e.value ->> 'identifier' FROM json_each(CAST($2 AS TEXT)) AS e);

-- name: intervals_delete_unused
-- Of models of which snapshots were deleted: rows of tables that no snapshot has any more.
DELETE FROM _intervals
WHERE project_id = $1
  AND name IN (SELECT e.value ->> 'name' FROM json_each(CAST($2 AS TEXT)) AS e)
  AND (NOT EXISTS (SELECT 1 FROM _snapshots AS s
                   WHERE s.project_id = _intervals.project_id AND s.name = _intervals.name
                     AND s.version = _intervals.version)
       OR (is_dev AND NOT EXISTS (SELECT 1 FROM _snapshots AS s
                                  WHERE s.project_id = _intervals.project_id AND s.name = _intervals.name
                                    AND s.dev_version = _intervals.dev_version)));

-- name: intervals_anonymise
-- What a deleted snapshot loaded into a table that others share is there; who loaded it no longer matters.
UPDATE _intervals
SET identifier = NULL, dev_version = CASE WHEN is_dev THEN dev_version ELSE NULL END, is_compacted = FALSE
WHERE project_id = $1
  AND (name, identifier) IN (SELECT e.value ->> 'name', e.value ->> 'identifier' FROM json_each(CAST($2 AS TEXT)) AS e);

-- name: auto_restatements_delete_unused
DELETE FROM _auto_restatements
WHERE project_id = $1
  AND NOT EXISTS (SELECT 1 FROM _snapshots AS s
                  WHERE s.project_id = _auto_restatements.project_id AND s.name = _auto_restatements.snapshot_name
                    AND s.version = _auto_restatements.snapshot_version);

-- name: tombstone_add
INSERT INTO tombstones (id, project_id, table_info, is_dev, created_ts) VALUES ($1, $2, $3, $4, $5);

-- name: tombstones
SELECT id, table_info, is_dev FROM tombstones WHERE project_id = $1 ORDER BY created_ts, id LIMIT $2;

-- name: tombstones_delete
DELETE FROM tombstones
WHERE project_id = $1 AND id IN (SELECT e.value ->> 'id' FROM json_each(CAST($2 AS TEXT)) AS e);

-- name: intervals_uncompacted
SELECT DISTINCT name, version FROM _intervals WHERE project_id = $1 AND NOT is_compacted LIMIT $2;

-- name: intervals_of_table
SELECT id, identifier, dev_version, start_ts, end_ts, is_dev, is_removed, is_pending_restatement, created_ts
FROM _intervals WHERE project_id = $1 AND name = $2 AND version = $3
ORDER BY created_ts, is_removed, is_pending_restatement;

-- name: intervals_delete_table
DELETE FROM _intervals WHERE project_id = $1 AND name = $2 AND version = $3 AND created_ts <= $4;
