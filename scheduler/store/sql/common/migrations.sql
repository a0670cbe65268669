-- name: migrations_table
CREATE TABLE IF NOT EXISTS schema_migrations (version BIGINT PRIMARY KEY, applied_ts BIGINT NOT NULL);

-- name: migration_newest
SELECT COALESCE(MAX(version), 0) AS version FROM schema_migrations;

-- name: migration_add
INSERT INTO schema_migrations (version, applied_ts) VALUES ($1, $2);
