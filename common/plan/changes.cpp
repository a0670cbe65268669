#include "plan/changes.h"

#include <algorithm>

#include "plan/fingerprint.h"
#include "project/render.h"
#include "project/render_layout.h"
#include "sql/canonical.h"
#include "sql/macros.h"

namespace towline::plan {
namespace {
using model::ChangeCategory;
using model::DataVersion;
using model::Node;
using model::Snapshot;
using model::SourceType;
using project::StatementSet;

constexpr std::size_t kDataVersionsMax = 10;

sql::Dialect dialect_of(const Node& node) {
    const auto dialect = sql::dialect_from(node.dialect);
    return dialect.value_or(sql::Dialect::none);
}

/// Each statement before and after the query as it is rendered when a project is loaded; one that gives nothing
/// then, as it is written.
std::vector<std::vector<std::string>> loaded_statements(const Node& node) {
    std::vector<std::string> definitions;
    std::vector<std::string> statements;
    for (const auto* list : {&node.pre_statements, &node.post_statements})
        for (const std::string& text : *list)
            (sql::is_definition(text, dialect_of(node)) ? definitions : statements).push_back(text);
    std::vector<std::vector<std::string>> out;
    Node alone = node;
    for (std::string& text : statements) {
        alone.pre_statements = definitions;
        alone.pre_statements.push_back(text);
        auto rendered = project::render_statements(alone, StatementSet::pre, {});
        const bool gives = rendered && !rendered->empty();
        out.push_back(gives ? std::move(*rendered) : std::vector<std::string>{std::move(text)});
    }
    return out;
}

bool same_statements(const Node& now, const Node& before) {
    const auto a = loaded_statements(now);
    const auto b = loaded_statements(before);
    const auto same = [&](const std::string& x, const std::string& y) {
        return x == y || sql::same_statement(x, y, dialect_of(now));
    };
    return std::equal(a.begin(), a.end(), b.begin(), b.end(), [&](const auto& x, const auto& y) {
        return std::equal(x.begin(), x.end(), y.begin(), y.end(), same);
    });
}

bool same_queries(const Node& now, const Node& before) {
    if (now.source_type != SourceType::sql) return true;
    // The statements hold what @DEF defines for the query.
    if (now.query == before.query && now.variables == before.variables && now.jinja_macros == before.jinja_macros &&
        now.mapping_schema == before.mapping_schema && now.pre_statements == before.pre_statements &&
        now.post_statements == before.post_statements && now.on_virtual_update == before.on_virtual_update)
        return true;
    if (const auto edit = project::query_edit(before, now)) return *edit == query::Edit::none;
    const auto a = project::render_query(now, {});
    const auto b = project::render_query(before, {});
    if (!a || !b) return sql::same_statement(now.query, before.query, dialect_of(now));
    return sql::same_statement(*a, *b, dialect_of(now));
}

bool seed_only_grew(const Node& now, const Node& before) {
    const auto& hashes = now.seed.column_hashes;
    return std::all_of(before.seed.column_hashes.begin(), before.seed.column_hashes.end(), [&](const auto& column) {
        return std::find(hashes.begin(), hashes.end(), column) != hashes.end();
    });
}

bool columns_only_grew(const Node& now, const Node& before) {
    const model::Columns none;
    const model::Columns& have = now.columns_to_types ? *now.columns_to_types : none;
    const model::Columns& had = before.columns_to_types ? *before.columns_to_types : none;
    return std::all_of(had.begin(), had.end(), [&](const model::Column& column) {
        return std::find(have.begin(), have.end(), column) != have.end();
    });
}

}  // namespace

bool is_metadata_only_change(const Node& now, const Node& before) {
    if (now.source_type != before.source_type) return false;
    if (!model::is_model(now)) return true;
    const auto a = data_hash_values_without_sql(now);
    const auto b = data_hash_values_without_sql(before);
    if (!a || !b || *a != *b) return false;
    return same_statements(now, before) && same_queries(now, before);
}

bool is_data_change(const Snapshot& now, const Snapshot& before) {
    const bool same_data = now.fingerprint.data_hash == before.fingerprint.data_hash;
    const bool same_metadata = now.fingerprint.metadata_hash == before.fingerprint.metadata_hash;
    if (same_data && same_metadata) return false;
    return same_metadata || !is_metadata_only_change(now.node, before.node);
}

bool is_breaking_kind_change(const Snapshot& before, const Snapshot& now) {
    if (model::is_model(before.node) != model::is_model(now.node)) return true;
    if (!model::is_model(now.node)) return false;
    if (before.node.virtual_environment_mode != now.node.virtual_environment_mode) return true;
    if (before.node.kind.name == now.node.kind.name) return false;
    if (!model::is_incremental(before.node) || !model::is_incremental(now.node)) return true;
    return before.node.partitioned_by != now.node.partitioned_by;
}

bool should_force_rebuild(const Snapshot& before, const Snapshot& now) {
    const ChangeCategory category = now.change_category;
    if (now.node.kind.name == model::KindName::view && category == ChangeCategory::indirect_non_breaking &&
        !now.forward_only)
        return true;
    if (model::is_seed(now.node)) {
        const bool follows = !now.previous_versions.empty() &&
                             now.previous_versions.back().fingerprint.to_identifier() == before.id().identifier;
        if (category != ChangeCategory::metadata || !follows) return true;
    }
    return is_breaking_kind_change(before, now);
}

bool is_only_additions(const Node& now, const Node& before) {
    if (now.source_type != before.source_type) return false;
    if (now.source_type == SourceType::seed) return seed_only_grew(now, before);
    if (now.source_type == SourceType::external) return columns_only_grew(now, before);
    if (now.kind.lookback.value_or(0) != before.kind.lookback.value_or(0)) return false;
    if (const auto edit = project::query_edit(before, now)) return *edit != query::Edit::other;
    const auto a = project::render_query(before, {});
    const auto b = project::render_query(now, {});
    return a && b && sql::compare_queries(*a, *b, dialect_of(now)) != sql::QueryDiff::other;
}

Status categorize_as(Snapshot& s, ChangeCategory category, bool forward_only) {
    const std::string own_version = s.fingerprint.to_version();
    const bool shares = category == ChangeCategory::indirect_non_breaking || category == ChangeCategory::metadata;
    const bool no_rebuild = forward_only || shares;
    const DataVersion* previous = s.previous_versions.empty() ? nullptr : &s.previous_versions.back();
    const bool is_model = model::is_model(s.node);
    s.dev_version = own_version;
    if (is_model && s.node.virtual_environment_mode != "full") {
        s.version = "novde";
    } else if (is_model && s.node.physical_version && !s.node.physical_version->empty()) {
        s.version = *s.node.physical_version;
    } else if (no_rebuild && previous) {
        s.version = previous->version;
    } else if (is_model && s.node.kind.forward_only && !previous) {
        // Independent of the query, so that later versions of the model find the same table.
        TRY(auto values, kind_data_values(s.node));
        values.insert(values.begin(), s.name);
        s.version = model::hash_parts(values);
    } else {
        s.version = own_version;
    }
    if (no_rebuild && previous) {
        s.physical_schema = previous->physical_schema;
        s.table_naming_convention = previous->table_naming_convention;
        if (shares && model::is_materialized(s.node)) {
            s.dev_version = previous->dev_version.empty() ? previous->fingerprint.to_version() : previous->dev_version;
            s.dev_table_suffix = previous->dev_table_suffix;
        }
    }
    s.change_category = category;
    s.forward_only = forward_only;
    return {};
}

DataVersion data_version(const model::TableInfo& info) {
    return {info.fingerprint,
            info.version,
            info.dev_version,
            info.change_category,
            info.physical_schema,
            info.dev_table_suffix,
            info.table_naming_convention,
            info.virtual_environment_mode};
}

std::vector<DataVersion> all_versions(const model::TableInfo& info) {
    std::vector<DataVersion> out = info.previous_versions;
    out.push_back(data_version(info));
    if (out.size() > kDataVersionsMax)
        out.erase(out.begin(), out.end() - static_cast<std::ptrdiff_t>(kDataVersionsMax));
    return out;
}

}  // namespace towline::plan
