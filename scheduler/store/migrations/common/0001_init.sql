-- Tables of both databases. Instants are epoch milliseconds; identifiers are text.

CREATE INDEX events_project ON events (project_id, seq);
CREATE INDEX events_age ON events (ts);

CREATE TABLE projects (
    id TEXT PRIMARY KEY,
    created_ts BIGINT NOT NULL
);

CREATE TABLE clients (
    id TEXT PRIMARY KEY,
    project_id TEXT NOT NULL,
    name TEXT NOT NULL,
    secret_hash TEXT NOT NULL,
    scopes TEXT NOT NULL,
    created_ts BIGINT NOT NULL,
    revoked_ts BIGINT,
    last_used_ts BIGINT
);
CREATE INDEX clients_project ON clients (project_id, id);

CREATE TABLE tokens (
    hash TEXT PRIMARY KEY,
    client_id TEXT NOT NULL,
    project_id TEXT NOT NULL,
    scopes TEXT NOT NULL,
    expires_ts BIGINT NOT NULL
);
CREATE INDEX tokens_client ON tokens (client_id);
CREATE INDEX tokens_age ON tokens (expires_ts);

-- SQLMesh's own shapes: its names and columns, plus project_id.

CREATE TABLE _snapshots (
    project_id TEXT NOT NULL,
    name TEXT NOT NULL,
    identifier TEXT NOT NULL,
    version TEXT NOT NULL,
    snapshot TEXT NOT NULL,
    kind_name TEXT,
    updated_ts BIGINT NOT NULL,
    unpaused_ts BIGINT,
    ttl_ms BIGINT NOT NULL,
    unrestorable BOOLEAN NOT NULL,
    forward_only BOOLEAN NOT NULL,
    dev_version TEXT NOT NULL,
    fingerprint TEXT NOT NULL,
    PRIMARY KEY (project_id, name, identifier)
);
CREATE INDEX _snapshots_name_version_idx ON _snapshots (project_id, name, version);

CREATE TABLE _intervals (
    id TEXT PRIMARY KEY,
    project_id TEXT NOT NULL,
    created_ts BIGINT NOT NULL,
    name TEXT NOT NULL,
    identifier TEXT,
    version TEXT NOT NULL,
    dev_version TEXT,
    start_ts BIGINT NOT NULL,
    end_ts BIGINT NOT NULL,
    is_dev BOOLEAN NOT NULL,
    is_removed BOOLEAN NOT NULL,
    is_compacted BOOLEAN NOT NULL,
    is_pending_restatement BOOLEAN NOT NULL,
    last_altered_ts BIGINT,
    CHECK (start_ts < end_ts)
);
CREATE INDEX _intervals_name_version_idx ON _intervals (project_id, name, version, created_ts);
CREATE INDEX _intervals_name_identifier_idx ON _intervals (project_id, name, identifier);

CREATE TABLE _environments (
    project_id TEXT NOT NULL,
    name TEXT NOT NULL,
    snapshots TEXT NOT NULL,
    start_at TEXT NOT NULL,
    end_at TEXT,
    plan_id TEXT NOT NULL,
    previous_plan_id TEXT,
    expiration_ts BIGINT,
    finalized_ts BIGINT,
    promoted_snapshot_ids TEXT,
    suffix_target TEXT NOT NULL,
    catalog_name_override TEXT,
    previous_finalized_snapshots TEXT,
    normalize_name BOOLEAN NOT NULL,
    requirements TEXT NOT NULL,
    gateway_managed BOOLEAN NOT NULL,
    PRIMARY KEY (project_id, name)
);

CREATE TABLE _environment_statements (
    project_id TEXT NOT NULL,
    environment_name TEXT NOT NULL,
    plan_id TEXT NOT NULL,
    environment_statements TEXT NOT NULL,
    PRIMARY KEY (project_id, environment_name)
);

CREATE TABLE _auto_restatements (
    project_id TEXT NOT NULL,
    snapshot_name TEXT NOT NULL,
    snapshot_version TEXT NOT NULL,
    next_auto_restatement_ts BIGINT NOT NULL,
    PRIMARY KEY (project_id, snapshot_name, snapshot_version)
);

-- Ours.

CREATE TABLE works (
    id TEXT PRIMARY KEY,
    project_id TEXT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('plan', 'run')),
    environment TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('queued', 'running', 'succeeded', 'failed', 'cancelled')),
    trigger TEXT NOT NULL,
    created_by TEXT NOT NULL,
    document TEXT NOT NULL,
    stages TEXT NOT NULL,
    stage_index BIGINT NOT NULL,
    cancel_requested BOOLEAN NOT NULL,
    error TEXT NOT NULL,
    base_plan_id TEXT NOT NULL,
    execution_ts BIGINT NOT NULL,
    created_ts BIGINT NOT NULL,
    started_ts BIGINT,
    ended_ts BIGINT,
    CHECK (state <> 'queued' OR started_ts IS NULL),
    CHECK (state <> 'running' OR started_ts IS NOT NULL),
    CHECK ((ended_ts IS NOT NULL) = (state IN ('succeeded', 'failed', 'cancelled')))
);
-- The apply lock: one running plan, and one running run, per environment.
CREATE UNIQUE INDEX works_running ON works (project_id, environment, kind) WHERE state = 'running';
CREATE INDEX works_open ON works (created_ts, id) WHERE state IN ('queued', 'running');
CREATE INDEX works_queued ON works (project_id, environment, kind, created_ts) WHERE state = 'queued';
CREATE INDEX works_list ON works (project_id, created_ts, id);
CREATE INDEX works_age ON works (ended_ts);

CREATE TABLE tasks (
    id TEXT PRIMARY KEY,
    project_id TEXT NOT NULL,
    work_kind TEXT NOT NULL CHECK (work_kind IN ('plan', 'run')),
    work_id TEXT NOT NULL,
    plan_id TEXT NOT NULL,
    environment TEXT NOT NULL,
    stage_index BIGINT NOT NULL,
    position BIGINT NOT NULL,
    name TEXT NOT NULL,
    gateway TEXT,
    spec TEXT NOT NULL,
    state TEXT NOT NULL,
    blocked_by BIGINT NOT NULL CHECK (blocked_by >= 0),
    attempt BIGINT NOT NULL CHECK (attempt >= 0),
    tries_max BIGINT NOT NULL CHECK (tries_max >= 1),
    epoch BIGINT NOT NULL CHECK (epoch >= 0),
    fence BIGINT NOT NULL,
    run_at BIGINT NOT NULL,
    lease_until BIGINT,
    executor_id TEXT NOT NULL,
    cancel_requested BOOLEAN NOT NULL,
    error_code TEXT NOT NULL,
    error_message TEXT NOT NULL,
    created_ts BIGINT NOT NULL,
    started_ts BIGINT,
    ended_ts BIGINT,
    CHECK (state IN ('blocked', 'ready', 'leased', 'succeeded', 'failed', 'skipped', 'cancelled')),
    CHECK (state NOT IN ('ready', 'leased', 'succeeded') OR blocked_by = 0),
    CHECK ((state = 'leased') = (lease_until IS NOT NULL)),
    CHECK (state <> 'leased' OR (epoch > 0 AND executor_id <> '')),
    CHECK ((ended_ts IS NOT NULL) = (state IN ('succeeded', 'failed', 'skipped', 'cancelled')))
);
CREATE INDEX tasks_ready ON tasks (project_id, work_kind, run_at, position) WHERE state = 'ready';
CREATE INDEX tasks_due ON tasks (run_at) WHERE state = 'ready';
CREATE INDEX tasks_lease ON tasks (lease_until) WHERE state = 'leased';
CREATE INDEX tasks_executor ON tasks (executor_id) WHERE state = 'leased';
CREATE INDEX tasks_open ON tasks (work_id, stage_index) WHERE state IN ('blocked', 'ready', 'leased');
CREATE INDEX tasks_work ON tasks (work_id, position);
CREATE INDEX tasks_list ON tasks (project_id, created_ts, position, id);

CREATE TABLE task_edges (
    project_id TEXT NOT NULL,
    work_id TEXT NOT NULL,
    parent_id TEXT NOT NULL,
    child_id TEXT NOT NULL,
    PRIMARY KEY (parent_id, child_id)
);
CREATE INDEX task_edges_child ON task_edges (child_id);
CREATE INDEX task_edges_work ON task_edges (work_id);

CREATE TABLE attempts (
    id TEXT PRIMARY KEY,
    project_id TEXT NOT NULL,
    task_id TEXT NOT NULL,
    work_id TEXT NOT NULL,
    epoch BIGINT NOT NULL,
    fence BIGINT NOT NULL UNIQUE,
    number BIGINT NOT NULL,
    executor_id TEXT NOT NULL,
    executor_name TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('leased', 'succeeded', 'failed', 'cancelled', 'refused', 'lost')),
    started_ts BIGINT NOT NULL,
    ended_ts BIGINT,
    duration_ms BIGINT NOT NULL,
    row_count BIGINT,
    error_code TEXT NOT NULL,
    error_message TEXT NOT NULL,
    log_bytes BIGINT NOT NULL,
    UNIQUE (task_id, epoch),
    CHECK ((ended_ts IS NULL) = (state = 'leased'))
);
CREATE INDEX attempts_work ON attempts (work_id);

CREATE TABLE audit_results (
    project_id TEXT NOT NULL,
    task_id TEXT NOT NULL,
    work_id TEXT NOT NULL,
    attempt_id TEXT NOT NULL,
    position BIGINT NOT NULL,
    name TEXT NOT NULL,
    blocking BOOLEAN NOT NULL,
    row_count BIGINT NOT NULL,
    status TEXT NOT NULL CHECK (status IN ('passed', 'failed', 'skipped', 'error')),
    PRIMARY KEY (attempt_id, position)
);
CREATE INDEX audit_results_task ON audit_results (task_id);
CREATE INDEX audit_results_work ON audit_results (work_id);

-- `bytes` is base64: a log may hold any byte.
CREATE TABLE log_chunks (
    project_id TEXT NOT NULL,
    work_id TEXT NOT NULL,
    attempt_id TEXT NOT NULL,
    start_offset BIGINT NOT NULL,
    byte_count BIGINT NOT NULL CHECK (byte_count > 0),
    bytes TEXT NOT NULL,
    PRIMARY KEY (attempt_id, start_offset)
);
CREATE INDEX log_chunks_work ON log_chunks (work_id);

CREATE TABLE executors (
    id TEXT PRIMARY KEY,
    project_id TEXT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('run', 'apply')),
    name TEXT NOT NULL,
    boot_id TEXT NOT NULL,
    client_id TEXT NOT NULL,
    version TEXT NOT NULL,
    slots BIGINT NOT NULL,
    gateways TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('active', 'draining', 'fenced', 'lost')),
    drain_requested BOOLEAN NOT NULL,
    registered_ts BIGINT NOT NULL,
    last_seen_ts BIGINT NOT NULL
);
-- The newest boot of a name is the only one that is not fenced.
CREATE UNIQUE INDEX executors_name ON executors (project_id, kind, name) WHERE state <> 'fenced';
CREATE INDEX executors_client ON executors (client_id);

CREATE TABLE pauses (
    id TEXT PRIMARY KEY,
    project_id TEXT NOT NULL,
    environment TEXT NOT NULL,
    model TEXT,
    reason TEXT NOT NULL,
    created_by TEXT NOT NULL,
    created_ts BIGINT NOT NULL
);
CREATE INDEX pauses_environment ON pauses (project_id, environment);
