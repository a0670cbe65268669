-- A state that arrives in pages. Its rows stand in the tables of states under a project of their own, "PROJECT#IMPORT",
-- which nobody can name, until all of them become the project's at once.
CREATE TABLE state_imports (
    project_id TEXT NOT NULL,
    id TEXT NOT NULL,
    created_ts BIGINT NOT NULL,
    touched_ts BIGINT NOT NULL,
    applied_ts BIGINT,
    snapshots BIGINT NOT NULL,
    environments BIGINT NOT NULL,
    PRIMARY KEY (project_id, id)
);
CREATE INDEX state_imports_age ON state_imports (touched_ts);

CREATE TABLE state_import_pages (
    project_id TEXT NOT NULL,
    import_id TEXT NOT NULL,
    page BIGINT NOT NULL,
    digest TEXT NOT NULL,
    PRIMARY KEY (project_id, import_id, page)
);
