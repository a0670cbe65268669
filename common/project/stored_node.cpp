#include "project/stored_node.h"

#include <algorithm>
#include <set>

#include "project/inference.h"
#include "project/render_scope.h"
#include "project/seed.h"
#include "sql/expression.h"
#include "sql/scopes.h"
#include "time/cron.h"
#include "time/interval_unit.h"

namespace towline::project {
namespace {

using model::Node;

/// Any instant does: the unit of a cron does not depend on it, but for crons that fire at odd dates.
constexpr model::TimestampMs kCronProbe = 1'704'067'200'000;

Status fill_schedule(Node& node) {
    if (!node.interval_unit.empty()) return {};
    node.interval_unit = "day";
    TRY(const auto cron, time::Cron::parse(node.cron));
    TRY(const auto unit, time::infer_interval_unit(cron, kCronProbe));
    node.interval_unit = std::string(time::to_string(unit));
    return {};
}

void fill_storage(Node& node) {
    if (!model::is_model(node)) return;
    if (node.physical_schema.empty()) {
        const auto parts = sql::fqn_parts(node.fqn);
        node.physical_schema = "sqlmesh__" + (parts.size() > 1 ? parts[parts.size() - 2] : std::string("default"));
    }
    const auto& time = node.kind.time_column;
    auto& keys = node.partitioned_by;
    if (time && node.kind.partition_by_time_column && std::find(keys.begin(), keys.end(), time->column) == keys.end())
        keys.insert(keys.begin(), time->column);
}

/// Types stand in hashes as the dialect prints them: VARCHAR(10) is TEXT on DuckDB.
Status fill_types(Node& node, sql::Dialect dialect) {
    if (!node.columns) return {};
    for (model::Column& column : *node.columns) {
        TRY(const auto type, sql::parse_type(column.type, dialect));
        column.type = sql::type_sql(type, dialect);
    }
    return {};
}

Status fill_seed(Node& node, sql::Dialect dialect) {
    if (!model::is_seed(node) || node.seed.content.empty() || !node.seed.column_hashes.empty()) return {};
    TRY(auto columns, read_seed(node.seed.content, node.kind.csv_settings));
    for (SeedColumn& column : columns) {
        column.name = seed_column_name(column.name, dialect);
        node.seed.column_hashes.emplace_back(column.name, seed_column_hash(column));
        TRY(const auto type, sql::parse_type(seed_column_type(column.type), dialect));
        node.seed.derived_columns.push_back({column.name, sql::type_sql(type, dialect)});
    }
    return {};
}

}  // namespace

Status complete_stored_node(Node& node) {
    TRY(const sql::Dialect dialect, sql::dialect_from(node.dialect));
    TRY_STATUS(fill_schedule(node));
    fill_storage(node);
    TRY_STATUS(fill_types(node, dialect));
    TRY_STATUS(fill_seed(node, dialect));
    std::string expanded;
    if (node.source_type == model::SourceType::sql || node.source_type == model::SourceType::audit) {
        TRY(expanded, expanded_query(node, RenderContext{}));
        TRY(const auto analysis, sql::analyze_query(expanded, dialect));
        std::set<std::string> all(node.depends_on.begin(), node.depends_on.end());
        for (const sql::TableReference& table : analysis.tables)
            all.insert(sql::fqn(table.parts, dialect, node.default_catalog.value_or("")));
        node.depends_on_self = all.erase(node.fqn) > 0;
        node.depends_on.assign(all.begin(), all.end());
        if (node.source_type == model::SourceType::sql) describe_columns(node, analysis, dialect);
    }
    infer_columns(node, expanded);
    return {};
}

}  // namespace towline::project
