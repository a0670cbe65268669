#pragma once
#include <functional>
#include <string>

#include "model/snapshot.h"
#include "plan/naming.h"
#include "runner/table_sql.h"
#include "runner/task_run.h"

namespace towline::runner {

/// Columns with types, if the project knows all of them: the declared ones, else those inferred from the
/// query as SQLMesh infers them, so that tables have the types SQLMesh gives them. Managed columns of an SCD
/// are included. Otherwise empty: the engine's own types of the query's result are taken.
model::Columns known_columns(const model::Node& node);

/// The node with the types that its table has, which may be known where those of its query are not.
Result<model::Node> with_types_of(TaskRun& run, const model::Node& node, const plan::TableName& table);

/// The work on one physical object: its transaction, fence, statements before and after, creation and
/// comments.
class Evaluation {
 public:
    /// Looks the object up. Requires: the snapshot has an object of its own, and lives as long as this.
    static Result<Evaluation> begin(TaskRun& run, const model::Snapshot& snapshot);

    const model::Node& node() const { return snapshot_->node; }
    const plan::TableName& table() const { return table_; }
    const std::string& name() const { return name_; }  ///< quoted
    engines::ObjectKind object() const { return object_; }
    /// The object of the right kind was there before this task.
    bool exists() const { return exists_; }

    /// Takes the fence, then in one transaction: pre-statements, `load`, post-statements. Rows go to the
    /// completion. An object that is altered in place has no statements: they belong to its stand-in.
    Status write(const std::function<Result<std::int64_t>()>& load);
    /// Inside write(): makes the table, with declared types or those of the query.
    Status create_if_missing();
    /// Inside write(): the model's statements; with `stand_in` (quoted) as if that were the model's table.
    Status run_statements_of(project::StatementSet set, const std::string& stand_in = {});
    /// The model's query for the task's interval.
    Result<std::string> query() const;
    /// How a new physical table or view of the model is created.
    Result<Creatable> type() const;
    /// merge_filter of the kind for this task's interval.
    Result<std::optional<std::string>> merge_filter() const;
    /// Inside write(): the object was made anew, so comments are due: with the rows of a load always, else only
    /// where it is deployable, as in SQLMesh.
    void made_table(bool loaded = true) { comments_due_ = comments_due_ || loaded || is_deployable(); }
    /// After write(): comments, if they are due. Failures are warnings.
    void comment();

 private:
    Evaluation(TaskRun& run, const model::Snapshot& snapshot) : run_(&run), snapshot_(&snapshot) {}
    project::RenderContext context() const;
    Status drop_mismatch();
    bool is_deployable() const;

    TaskRun* run_;
    const model::Snapshot* snapshot_;
    plan::TableName table_;
    std::string name_;
    engines::ObjectKind object_ = engines::ObjectKind::none;
    bool exists_ = false;
    bool comments_due_ = false;
};

}  // namespace towline::runner
