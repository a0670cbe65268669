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
