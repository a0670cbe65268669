#pragma once
// One task under way: what it is about, the session it runs on, and the statements it may execute.

#include <map>
#include <optional>
#include <string>

#include "engines/engine.h"
#include "project/render.h"
#include "runner/load_sql.h"
#include "runner/runner.h"

namespace towline::runner {

using SnapshotMap = std::map<model::SnapshotId, model::Snapshot>;

/// Shared by the functions that carry out a task; lives for one Runner::run, on its thread.
class TaskRun {
 public:
    struct Parts {
        const protocol::LeasedTask& task;
        const SnapshotMap& snapshots;  ///< of the task and its parents
        engines::Engine& engine;
        engines::Session& session;
        CancelSwitch& cancel;
        TaskLog& log;
        protocol::Completion& completion;
    };
    explicit TaskRun(const Parts& parts) : parts_(parts) {}

    const protocol::LeasedTask& task() const { return parts_.task; }
    const plan::TaskSpec& spec() const { return parts_.task.spec; }
    engines::Engine& engine() { return parts_.engine; }
    engines::Session& session() { return parts_.session; }
    const engines::EngineProfile& profile() const { return parts_.session.profile(); }
    TaskLog& log() { return parts_.log; }
    protocol::Completion& completion() { return parts_.completion; }

    /// The snapshot the task is about; `invalid` if the task names none.
    Result<const model::Snapshot*> snapshot() const;
    /// Its physical table.
    plan::TableName target(const model::Snapshot& snapshot) const;
    /// What the model, or one it reads, is read from: a quoted name. Nothing if that has no table.
    std::optional<std::string> physical_table(std::string_view fqn) const;
    /// A name as a statement on this engine writes it: without the catalogue where the engine has one only.
    /// Checks the length of identifiers.
    Result<std::string> sql_name(const plan::TableName& name) const;
    /// Values for rendering anything of `node` (physical tables of parents, times). `this_model` is quoted
    /// SQL.
    project::RenderContext context(const model::Node& node, project::RuntimeStage stage, std::string this_model) const;
    /// The same with the environment's views in place of physical tables.
    project::RenderContext view_context(const model::Node& node, std::string this_model) const;

    /// Executes one statement; the rows it changed. Fails with `cancelled` without executing if a cancel came
    /// before.
    Result<std::int64_t> execute(const std::string& sql);
    /// Executes all; the rows changed by the last INSERT, MERGE or CREATE TABLE AS among them.
    Result<std::int64_t> execute_all(const Statements& statements);
    /// CREATE SCHEMA IF NOT EXISTS, only if it is missing: needs no right when it exists.
    Status ensure_schema(const std::string& catalog, const std::string& schema);

 private:
    const model::Snapshot* parent_of(std::string_view fqn, const plan::SnapshotUse** use) const;

    Parts parts_;
};

// The functions of the task kinds. Each leaves what it did in run.completion().
Status run_statements(TaskRun& run);
Status run_create_schema(TaskRun& run);
Status run_create_table(TaskRun& run);
Status run_evaluate(TaskRun& run);
Status run_audit(TaskRun& run);
Status run_migrate(TaskRun& run);
Status run_create_view(TaskRun& run);
Status run_drop_view(TaskRun& run);
Status run_drop_table(TaskRun& run);
Status run_drop_schema(TaskRun& run);

}  // namespace towline::runner
