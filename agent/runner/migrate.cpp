#include <fmt/core.h>

#include "base/strings.h"
#include "crypto/crypto.h"
#include "plan/stages.h"
#include "runner/evaluation.h"
#include "runner/schema_diff.h"
#include "runner/sql_text.h"

namespace towline::runner {
namespace {

// The columns the new version gives, as the catalogue prints them: read from an empty table made for it. As in
// SQLMesh, the model's statements see that one.
Result<model::Columns> wanted_columns(TaskRun& run, Evaluation& evaluation) {
    const plan::TableName temp =
        temporary_name(evaluation.table(), crypto::random_hex(4), run.profile().identifier_bytes_max);
    TRY(const std::string name, run.sql_name(temp));
    const model::Node& node = evaluation.node();
    std::string sql = create_table(name, known_columns(node));
    if (known_columns(node).empty()) {
        TRY(const std::string query, evaluation.query());
        model::Columns managed;
        if (model::is_scd(node)) {
            managed = {{unquoted(node.kind.valid_from_name), node.kind.time_data_type},
                       {unquoted(node.kind.valid_to_name), node.kind.time_data_type}};
        }
        sql = create_empty_table_as(name, query, managed);
    }
    TRY_STATUS(evaluation.run_statements_of(project::StatementSet::pre, name));
    TRY(const std::int64_t created, run.execute(sql));
    static_cast<void>(created);
    TRY_STATUS(evaluation.run_statements_of(project::StatementSet::post, name));
    TRY(model::Columns columns, run.session().columns(temp));
    TRY(const std::int64_t dropped, run.execute("DROP TABLE " + name));
    static_cast<void>(dropped);
    return columns;
}

ChangePolicy policy_of(const model::Node& node, const plan::TaskSpec& spec) {
    // Only models that keep rows across versions can lose them: others are rebuilt.
    if (!model::is_incremental(node) && !model::is_scd(node)) return {"ALLOW", "ALLOW", true, true};
    return {node.kind.on_destructive_change, node.kind.on_additive_change, spec.allow_destructive, spec.allow_additive};
}

Result<std::int64_t> alter_to_match(TaskRun& run, Evaluation& evaluation, const model::Snapshot& snapshot) {
    TRY(const model::Columns wanted, wanted_columns(run, evaluation));
    TRY(const model::Columns current, run.session().columns(evaluation.table()));
    std::vector<std::string> warnings;
    TRY(const sql::Dialect dialect, sql::dialect_from(run.profile().dialect));
    std::vector<plan::ColumnOperation> changes = plan::column_operations(current, wanted, dialect);
    // A table that was made for this version has its columns, even where the engine's type of one is not the inferred
    // one. SQLMesh drops and adds such a column, and its values are gone; here it is altered at most.
    if (!plan::takes_over_table(snapshot))
        std::erase_if(changes, [](const auto& each) { return each.change != plan::ColumnChange::change_type; });
    TRY(const auto operations,
        permitted_operations(std::move(changes), policy_of(snapshot.node, run.spec()), warnings));
    for (const std::string& warning : warnings) run.log().line("warning", "the new version of the model " + warning);
    return run.execute_all(alter_table(evaluation.name(), operations, run.profile().drop_cascades));
}

}  // namespace

Status run_migrate(TaskRun& run) {
    TRY(const model::Snapshot* snapshot, run.snapshot());
    const model::Node& node = snapshot->node;
    if (model::is_symbolic(node) || node.source_type == model::SourceType::audit) return {};
    TRY(Evaluation evaluation, Evaluation::begin(run, *snapshot));
    if (!evaluation.exists() && !run.spec().create_table) return {};  // the first load makes it
    const auto alter = [&]() -> Result<std::int64_t> {
        if (node.kind.name == model::KindName::view) {
            evaluation.made_table();
            TRY(std::string query, evaluation.query());
            TRY(Creatable type, evaluation.type());
            return run.execute_all(
                replace_view({evaluation.name(), std::move(query), std::move(type)}, run.profile().view));
        }
        if (!evaluation.exists()) {
            TRY_STATUS(evaluation.create_if_missing());
            return 0;
        }
        return alter_to_match(run, evaluation, *snapshot);
    };
    TRY_STATUS(evaluation.write(alter));
    evaluation.comment();
    return {};
}

}  // namespace towline::runner
