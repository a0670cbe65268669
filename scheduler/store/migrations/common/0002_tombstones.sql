-- Tables whose snapshots are deleted and that an executor has still to drop.
CREATE TABLE tombstones (
    id TEXT PRIMARY KEY,
    project_id TEXT NOT NULL,
    table_info TEXT NOT NULL,
    is_dev BOOLEAN NOT NULL,
    created_ts BIGINT NOT NULL
);
CREATE INDEX tombstones_project ON tombstones (project_id, created_ts);
CREATE INDEX _intervals_uncompacted ON _intervals (project_id, name, version) WHERE NOT is_compacted;
CREATE INDEX _snapshots_updated ON _snapshots (project_id, updated_ts);
