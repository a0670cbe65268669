-- name: state_count
SELECT (SELECT COUNT(*) FROM _environments WHERE project_id = $1) AS environments,
       (SELECT COUNT(*) FROM _snapshots WHERE project_id = $1) AS snapshots,
       (SELECT COUNT(*) FROM works WHERE project_id = $1 AND state IN ('queued', 'running')) AS works;

-- name: state_delete_snapshots
DELETE FROM _snapshots WHERE project_id = $1;

-- name: state_delete_intervals
DELETE FROM _intervals WHERE project_id = $1;

-- name: state_delete_environments
DELETE FROM _environments WHERE project_id = $1;

-- name: state_delete_statements
DELETE FROM _environment_statements WHERE project_id = $1;

-- name: state_delete_auto_restatements
DELETE FROM _auto_restatements WHERE project_id = $1;

-- name: intervals_import
INSERT INTO _intervals (id, project_id, created_ts, name, identifier, version, dev_version, start_ts, end_ts, is_dev,
                        is_removed, is_compacted, is_pending_restatement, last_altered_ts)
SELECT e.value ->> 'id', $1, CAST(e.value ->> 'created_ts' AS BIGINT), e.value ->> 'name', e.value ->> 'identifier',
       e.value ->> 'version', e.value ->> 'dev_version', CAST(e.value ->> 'start_ts' AS BIGINT),
       CAST(e.value ->> 'end_ts' AS BIGINT), CAST(e.value ->> 'is_dev' AS BOOLEAN), FALSE,
       CAST(e.value ->> 'is_compacted' AS BOOLEAN), CAST(e.value ->> 'is_pending' AS BOOLEAN), NULL
FROM json_each(CAST($2 AS TEXT)) AS e;

-- name: state_import_touch
-- Also the lock of an import's pages: each waits for the one before it.
INSERT INTO state_imports (project_id, id, created_ts, touched_ts, applied_ts, snapshots, environments)
VALUES ($1, $2, $3, $3, NULL, 0, 0)
ON CONFLICT (project_id, id) DO UPDATE SET touched_ts = excluded.touched_ts;

-- name: state_import_get
SELECT created_ts, applied_ts, snapshots, environments FROM state_imports WHERE project_id = $1 AND id = $2;

-- name: state_imports_open
SELECT COUNT(*) AS count FROM state_imports WHERE project_id = $1 AND applied_ts IS NULL;

-- name: state_page_get
SELECT digest FROM state_import_pages WHERE project_id = $1 AND import_id = $2 AND page = $3;

-- name: state_page_add
INSERT INTO state_import_pages (project_id, import_id, page, digest) VALUES ($1, $2, $3, $4);

-- name: state_pages
SELECT COUNT(*) AS count, COALESCE(MAX(page), -1) AS newest FROM state_import_pages
WHERE project_id = $1 AND import_id = $2;

-- name: state_pages_delete
DELETE FROM state_import_pages WHERE project_id = $1 AND import_id = $2;

-- name: state_environment_plans
SELECT name, plan_id FROM _environments WHERE project_id = $1 ORDER BY name;

-- name: state_move_snapshots
UPDATE _snapshots SET project_id = $2 WHERE project_id = $1;

-- name: state_move_intervals
UPDATE _intervals SET project_id = $2 WHERE project_id = $1;

-- name: state_move_environments
UPDATE _environments SET project_id = $2 WHERE project_id = $1;

-- name: state_move_statements
UPDATE _environment_statements SET project_id = $2 WHERE project_id = $1;

-- name: state_move_auto_restatements
UPDATE _auto_restatements SET project_id = $2 WHERE project_id = $1;

-- name: state_import_applied
UPDATE state_imports SET applied_ts = $3, touched_ts = $3, snapshots = $4, environments = $5
WHERE project_id = $1 AND id = $2;

-- name: state_imports_idle
SELECT project_id, id FROM state_imports WHERE touched_ts < $1 ORDER BY touched_ts LIMIT $2;

-- name: state_import_delete
DELETE FROM state_imports WHERE project_id = $1 AND id = $2 AND touched_ts < $3;
