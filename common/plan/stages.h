#pragma once
// From a plan (or a due run) to stages, and from a stage to tasks with dependencies. Pure.

#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "plan/plan.h"

namespace towline::plan {

/// The order of `sqlmesh` (reference sqlmesh_plan_run 3.4). Scheduler stages touch only the store; executor stages
/// become tasks.
enum class StageKind {
    before_all,
    create_snapshot_records,  // scheduler
    create_schemas,
    create_tables,  // "physical layer update": only when nothing is to be backfilled
    audit_only,
    backfill,
    restatement,                // scheduler
    environment_record_update,  // scheduler
    migrate_schemas,
    unpause,  // scheduler
    create_views,
    drop_views,
    finalize,  // scheduler
    after_all,
    // of cleanups, not of plans
    drop_tables,
    drop_schemas,
    delete_environment,  // scheduler
    forget_tables,       // scheduler
};
std::string_view to_string(StageKind kind);
Result<StageKind> stage_kind_from(std::string_view word);
bool is_scheduler_stage(StageKind kind);

/// True if the snapshot's table may be an earlier version's, whose columns have to be brought to its own.
bool takes_over_table(const model::Snapshot& snapshot);

/// What a task does on the engine. The words are those of the wire.
enum class TaskKind {
    statements,
    create_schema,
    create_table,
    evaluate,
    audit,
    migrate,
    create_view,
    drop_view,
    drop_table,
    drop_schema,
};
std::string_view to_string(TaskKind kind);
Result<TaskKind> task_kind_from(std::string_view word);

/// A snapshot a task touches, and which of its tables.
struct SnapshotUse {
    SnapshotId id;
    bool deployable = true;      ///< write to the version table (else the dev table)
    bool representative = true;  ///< read from the version table
};

/// One unit of work for an executor. Carries no SQL: the executor renders it from the snapshots named here.
struct TaskSpec {
    std::string key;  ///< unique in its plan or run, stable across re-planning: "backfill:db.a:0"
    TaskKind kind = TaskKind::evaluate;
    std::string name;                     ///< model FQN or schema or view, for people
    std::optional<SnapshotUse> snapshot;  ///< what the task is about
    std::vector<SnapshotUse> parents;     ///< what its query reads (EMBEDDED ones with their own parents)
    std::string environment;
    model::EnvironmentNaming naming;
    Interval interval;  ///< evaluate, audit: the batch, end exclusive
    int batch_index = 0;
    bool create_table = false;     ///< make the table first if it is missing
    bool is_first_insert = false;  ///< no interval of this table is recorded yet
    bool is_restatement = false;
    bool allow_destructive = false;  ///< migrate: columns may go; also where all rows are loaded anew
    bool allow_additive = false;
    TimestampMs execution_ts = 0;
    std::optional<std::string> gateway;
    std::vector<std::string> labels;                   ///< what an executor must have to be given it; sorted
    std::string catalog;                               ///< create_schema, drop_schema
    std::string schema;                                ///< create_schema, drop_schema
    std::string view_catalog, view_schema, view_name;  ///< create_view, drop_view
    std::vector<EnvironmentStatements> statements;     ///< before_all/after_all: the environment's own, as stored
    bool before = true;                                ///< statements: before_all, else after_all
    std::optional<TableInfo> table;                    ///< drop_table: the executor makes the name of it
    bool dev_table = false;                            ///< drop_table: the dev table, else the one of the version
    std::vector<std::string> depends_on;               ///< keys of tasks of the same stage
    int tries_max = 3;
};

/// Labels that a model asks of executors: those of its tags that begin with "executor:", without it; sorted, each once.
std::vector<std::string> executor_labels(const model::Node& node);

/// True if finishing the task means that its interval is loaded: evaluations, and the audits that are the whole work of
/// a standalone audit or an external table. Audits that only look again at loaded data record nothing.
bool records_interval(const TaskSpec& task);

struct Stage {
    StageKind kind = StageKind::finalize;
    std::vector<TaskSpec> tasks;  ///< executor stages
};

/// Stages of a plan against fresh state. `snapshots` holds every snapshot of the plan with current intervals (new ones
/// come from the plan until they are stored; others are ignored, but help to tell what must be rebuilt); `existing` is
/// the environment as recorded now, `prod` what a new one is compared with. Executor stages without work are left out.
/// Fails with `invalid` if a snapshot has no category, with `too_large` above kBatchesMax batches.
Result<std::vector<Stage>> plan_stages(const Plan& plan, const std::map<SnapshotId, Snapshot>& snapshots,
                                       const std::optional<Environment>& existing,
                                       const std::optional<Environment>& prod);

/// A cadence (or requested) run of an environment: what is due and missing now.
struct RunRequest {
    Environment environment;
    std::vector<EnvironmentStatements> statements;
    TimestampMs execution_ts = 0;
    bool ignore_cron = false;
    std::optional<std::string> start;
    std::optional<std::string> end;
    std::vector<std::string> select_models;  ///< FQNs; empty = all
    std::set<std::string> paused_models;     ///< FQNs, their descendants pause with them
};
/// Empty when nothing is due. before_all / after_all stages surround the backfill only if there is work.
Result<std::vector<Stage>> run_stages(const RunRequest& request, const std::map<SnapshotId, Snapshot>& snapshots);

/// When the next interval of any model of the environment becomes due; nothing if no model has a schedule.
std::optional<TimestampMs> next_run_at(const std::map<SnapshotId, Snapshot>& snapshots, TimestampMs now);

}  // namespace towline::plan
