#pragma once
// Rendering a node for execution: macros expanded with run-time values, tables replaced by physical ones,
// EMBEDDED parents inlined. Everything here is pure and works on a node alone, so an executor needs no
// project files.
//
//   render_query          the model's query for one interval
//   render_statements     pre-, post- and on_virtual_update statements
//   render_audit          one entry of node.audits, as a query that returns bad rows
//   render_environment_statements   before_all / after_all
//
// The text is the author's, byte for byte, but for macros and table names: identifiers are not quoted or
// folded, so the engine must fold them as the node's dialect does. No result has a final `;`.

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "model/node.h"
#include "model/snapshot.h"

namespace towline::project {

/// The words of @runtime_stage.
enum class RuntimeStage {
    loading,
    creating,
    evaluating,
    promoting,
    demoting,
    auditing,
    testing,
    before_all,
    after_all,
};
std::string_view to_string(RuntimeStage stage);

/// What an environment tells its statements: @this_env, @schemas, @views.
struct EnvironmentInfo {
    std::string name;
    std::vector<std::string> schemas;  ///< schemas of the environment's views, as SQLMesh prints them
    std::vector<std::string> views;    ///< views of the environment, as SQLMesh prints them
};

/// Values of one rendering. The default is what SQLMesh has at load time: all times 1970-01-01, no tables
/// known.
struct RenderContext {
    RuntimeStage stage = RuntimeStage::loading;
    model::Interval interval{0, 86'400'000};  ///< end exclusive; @end_* is one microsecond before it
    model::TimestampMs execution_ms = 0;
    /// @this_model as quoted SQL: the physical table; in on_virtual_update the view. Empty: the node's FQN.
    std::string this_model;
    /// Physical table (quoted SQL) of a model by FQN; nothing leaves the name as it is written (external
    /// tables).
    std::function<std::optional<std::string>(std::string_view fqn)> table_of;
    /// The EMBEDDED model of that FQN, or null. Its own tables are asked of `table_of` too. Valid during the
    /// call.
    std::function<const model::Node*(std::string_view fqn)> embedded_of;
    std::optional<EnvironmentInfo> environment;
    std::optional<bool> snapshot_table_exists;  ///< @snapshot_table_exists; absent = undefined
};

/// The query for an interval. Kinds that see only execution_* (VIEW, FULL) fail with `invalid` on @start_*
/// and @end_*. Requires: a node with a query (not SEED, EXTERNAL).
Result<std::string> render_query(const model::Node& node, const RenderContext& context);

/// merge_filter of the kind with its macros expanded for the interval; nothing if the kind has none.
Result<std::optional<std::string>> render_merge_filter(const model::Node& node, const RenderContext& context);

enum class StatementSet { pre, post, on_virtual_update };
/// What a node holds of these, less the repetition that a comment behind the last `;` of a file makes: SQLMesh stores
/// the last statement once more for it (the query, a seed's MODEL block), hashes that and runs nothing.
std::span<const std::string> run_statements(const model::Node& node, StatementSet set);
/// The statements that are left after @DEFs were taken and macros expanded, in order; one entry per
/// statement.
/// `@INSERT_SEED()` and empty ones are dropped.
Result<std::vector<std::string>> render_statements(const model::Node& node, StatementSet set,
                                                   const RenderContext& context);

/// An audit ready to run: it fails if `SELECT COUNT(*) FROM (query) AS audit` is above zero.
struct RenderedAudit {
    std::string name;
    std::string query;
    std::string dialect;  ///< of the query
    bool blocking = true;
    bool skip = false;
};
/// An entry of `node.audits` over context.this_model; models with a time column are audited for the interval
/// only. Built-in audits are known by name (with `_non_blocking` variants); others come from
/// node.audit_definitions.
Result<RenderedAudit> render_audit(const model::Node& node, const model::Call& call, const RenderContext& context);
/// The query of a standalone audit (source_type audit), its tables replaced.
Result<RenderedAudit> render_standalone_audit(const model::Node& audit, const RenderContext& context);

/// before_all (or after_all) of one project: items may hold several statements each; those that render to
/// nothing are dropped. Names of models are not replaced. `context.environment` should be set.
Result<std::vector<std::string>> render_environment_statements(const model::EnvironmentStatements& statements,
                                                               bool before, const RenderContext& context);

/// `"ds" BETWEEN lo AND hi` over the interval, inclusive, values formatted by the time column's type and
/// format: what an INCREMENTAL_BY_TIME_RANGE load deletes and inserts. Requires: kind.time_column.
Result<std::string> time_range_condition(const model::Node& node, model::Interval interval);
/// A SQL value for the time column: '2024-01-01' as DATE, TIMESTAMP, text or number, by type and format.
/// `microseconds` since the epoch.
std::string time_column_value(const model::Node& node, std::int64_t microseconds);

/// True for the 29 audits every project has, and their `_non_blocking` forms. Lower case.
bool is_builtin_audit(std::string_view name);

}  // namespace towline::project
