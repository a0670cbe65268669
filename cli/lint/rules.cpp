#include "lint/rules.h"

#include <algorithm>
#include <map>

#include "base/strings.h"
#include "lint/column_check.h"
#include "lint/outer_select.h"
#include "lint/scope_order.h"
#include "project/jinja_blocks.h"
#include "project/render.h"
#include "project/render_layout.h"
#include "sql/expression.h"
#include "sql/scopes.h"
#include "sql/statements.h"

namespace towline::lint {
namespace {

sql::Dialect dialect_of(const ModelContext& model) {
    return sql::dialect_from(model.node.dialect).value_or(sql::Dialect::none);
}

bool has_query(const ModelContext& model) { return !model.node.query.empty(); }

/// The model's query as SQLMesh's rules see it: macros expanded with the values of load time.
std::optional<std::string> rendered(const ModelContext& model) {
    if (!has_query(model)) return std::nullopt;
    auto text = project::render_query(model.node, {});
    return text ? std::optional(std::move(*text)) : std::nullopt;
}

/// The query as it stands in the model's file. SQLMesh keeps that of Athena as it prints it.
std::string written_query(const ModelContext& model) {
    if (model.file.find(model.node.query) != std::string_view::npos) return model.node.query;
    auto statements = sql::split_statements(model.file, dialect_of(model));
    if (!statements) return model.node.query;
    std::erase_if(*statements, [](const auto& each) { return each.kind != sql::StatementKind::query; });
    return statements->size() == 1 ? statements->front().text : model.node.query;
}

/// The line of a byte of the written query in the model's file; 0 if the file does not hold the query.
int line_in_file(const ModelContext& model, const std::string& query, std::size_t offset) {
    const std::size_t at = model.file.find(query);
    return at == std::string_view::npos ? 0 : line_column(model.file, at + offset).line;
}

int line_of_model_block(const ModelContext& model) {
    const sql::TokenList tokens = sql::lex(model.file, dialect_of(model));
    for (std::size_t at = 0; at < tokens.size(); ++at)
        if (tokens.is_word(at, "MODEL") && tokens.is_symbol(at + 1, "("))
            return line_column(model.file, tokens.offset_of(at)).line;
    return 0;
}

bool is_external(const ModelContext& model) { return model.node.source_type == model::SourceType::external; }

/// FQNs of the tables that a query reads, the model itself left out, and which of them have no known columns.
struct Dependencies {
    bool any = false;
    std::set<std::string> unknown;
};
Dependencies dependencies_of(const ModelContext& model, const std::string& query) {
    Dependencies out;
    const auto names = sql::dependencies(query, dialect_of(model), model.node.default_catalog.value_or(""));
    if (!names) return out;
    for (const std::string& name : *names) {
        if (name == model.node.fqn) continue;
        out.any = true;
        if (!model.node.mapping_schema.contains(name)) out.unknown.insert(name);
    }
    return out;
}

std::string quoted_list(const std::set<std::string>& names) {
    std::vector<std::string> out;
    for (const std::string& name : names) out.push_back("'" + name + "'");
    return join(out, ", ");
}

constexpr std::string_view kStarSummary =
    "Query should not contain SELECT * on its outer most projections, even if it can be expanded.";
constexpr std::string_view kAuditsSummary = "Model `audits` must be configured to test data quality.";

std::vector<Violation> no_select_star(const ModelContext& model) {
    // What a Jinja block renders to is not what its author wrote; SQLMesh does not look at it here either.
    if (!has_query(model) || project::is_jinja_block(model.node.query)) return {};
    const std::string query = written_query(model);
    const auto selects = outer_selects(query, dialect_of(model));
    for (const OuterSelect& select : selects) {
        const auto star = std::find_if(select.projections.begin(), select.projections.end(),
                                       [](const OuterProjection& item) { return item.star; });
        if (star == select.projections.end()) continue;
        const bool alone = selects.size() == 1 && select.projections.size() == 1;
        int line = 0;
        if (alone && query[star->begin] == '*') line = line_in_file(model, query, star->begin);
        if (alone && star->begin == star->end) line = 1;  // a star that is not written stands there for SQLMesh
        return {{"noselectstar", std::string(kStarSummary), line}};
    }
    return {};
}

std::vector<Violation> invalid_select_star_expansion(const ModelContext& model) {
    if (!model.node.optimize_query.value_or(true)) return {};  // nothing is to be expanded
    const auto query = rendered(model);
    if (!query) return {};
    const auto selects = outer_selects(*query, dialect_of(model));
    if (selects.empty() || std::none_of(selects.front().projections.begin(), selects.front().projections.end(),
                                        [](const OuterProjection& item) { return item.star; }))
        return {};
    const Dependencies dependencies = dependencies_of(model, *query);
    if (dependencies.unknown.empty()) return {};
    return {{"invalidselectstarexpansion",
             "SELECT * cannot be expanded due to missing schema(s) for model(s): " + quoted_list(dependencies.unknown) +
                 ". Run `sqlmesh create_external_models` and / or make sure that the model '" + model.node.fqn +
                 "' can be rendered at parse time.",
             0}};
}

std::vector<Violation> ambiguous_or_invalid_column(const ModelContext& model) {
    const auto query = rendered(model);
    if (!query || !dependencies_of(model, *query).unknown.empty()) return {};
    const std::string catalog = model.node.default_catalog.value_or("");
    std::string text = *query;
    ColumnCheck check = check_columns(text, dialect_of(model), catalog, model.node.mapping_schema);
    if (!check.problem) return {};
    if (model.file.find(text) == std::string_view::npos && model.node.query.find('@') == std::string::npos) {
        // The rendered query has names that the author did not write. The place is known in the written one.
        std::string written = written_query(model);
        ColumnCheck again = check_columns(written, dialect_of(model), catalog, model.node.mapping_schema);
        if (again.problem && again.problem->message == check.problem->message) {
            check = std::move(again);
            text = std::move(written);
        }
    }
    std::string message = check.problem->message;
    // Only where the author's text was not changed is the place in it known.
    if (const std::size_t at = model.file.find(text); check.problem->last_byte && at != std::string_view::npos) {
        const LineColumn place = line_column(model.file, at + *check.problem->last_byte);
        message += " Line: " + std::to_string(place.line) + ", Col: " + std::to_string(place.column);
    }
    return {{"ambiguousorinvalidcolumn",
             message + " for model '" + model.node.fqn + "', the column may not exist or is ambiguous.", 0}};
}

std::vector<Violation> no_missing_audits(const ModelContext& model) {
    if (!model.node.audits.empty() || model::is_symbolic(model.node)) return {};
    return {{"nomissingaudits", std::string(kAuditsSummary), line_of_model_block(model)}};
}

std::vector<Violation> no_missing_unit_test(const ModelContext& model) {
    if (is_external(model) || model.tested_models.contains(model.node.name)) return {};
    return {{"nomissingunittest",
             "Model " + model.node.name + " is missing unit test(s). Please add in the tests/ directory.", 0}};
}

std::string catalog_of_default_gateway(const ModelContext& model) {
    const project::Settings& settings = model.project.settings;
    const auto gateway = std::find_if(settings.gateways.begin(), settings.gateways.end(),
                                      [&](const auto& each) { return each.name == settings.default_gateway; });
    const auto& catalog = gateway == settings.gateways.end() ? model.node.default_catalog : gateway->default_catalog;
    return catalog.value_or("");
}

/// Tables of a query with the lines where they stand, in the order in which SQLMesh finds them: it names the last one.
std::map<std::string, int> lines_of_tables(const ModelContext& model) {
    std::map<std::string, int> lines;
    const std::string query = written_query(model);
    const auto tables = sql::analyze_query(query, dialect_of(model));
    if (!tables || project::is_jinja_block(model.node.query)) return lines;
    const sql::TokenList tokens = sql::lex(query, dialect_of(model));
    const std::vector<std::size_t> order = scope_order(tokens);
    std::vector<std::pair<std::size_t, const sql::TableReference*>> found;
    std::size_t at = 0;
    for (const sql::TableReference& table : tables->tables) {
        while (at + 1 < tokens.size() && tokens.offset_of(at) < table.span.begin) ++at;
        found.emplace_back(order[at], &table);
    }
    std::stable_sort(found.begin(), found.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
    const std::string catalog = catalog_of_default_gateway(model);
    const auto& known = model.node.depends_on;
    for (const auto& [place, table] : found) {
        // SQLMesh looks for it with the default gateway's catalogue, whatever the model's own is.
        const std::string name = sql::fqn(table->parts, dialect_of(model), catalog);
        if (std::find(known.begin(), known.end(), name) == known.end()) continue;
        lines[sql::fqn(table->parts, dialect_of(model), model.node.default_catalog.value_or(""))] =
            line_in_file(model, query, table->span.begin);
    }
    return lines;
}

std::vector<Violation> no_missing_external_models(const ModelContext& model) {
    if (is_external(model)) return {};
    std::set<std::string> missing;
    for (const std::string& name : model.node.depends_on)
        if (!model.project.nodes.contains(name)) missing.insert(name);
    if (missing.empty()) return {};
    constexpr std::string_view kRemedy =
        "in the external models file. This can be done by running 'sqlmesh create_external_models'.";
    const std::map<std::string, int> lines = lines_of_tables(model);
    const bool all_found =
        std::all_of(missing.begin(), missing.end(), [&](const auto& name) { return lines.contains(name); });
    if (!all_found)
        return {{"nomissingexternalmodels",
                 "Model '" + model.node.fqn + "' depends on unregistered external models: " +
                     join({missing.begin(), missing.end()}, ", ") + ". Please register them " + std::string(kRemedy),
                 0}};
    std::vector<Violation> out;
    for (const std::string& name : missing)
        out.push_back({"nomissingexternalmodels",
                       "Model '" + model.node.fqn + "' depends on unregistered external model '" + name +
                           "'. Please register it " + std::string(kRemedy),
                       lines.at(name)});
    return out;
}

std::optional<std::string> repeated(const std::vector<std::string>& names) {
    std::set<std::string> seen;
    for (const std::string& name : names)
        if (!name.empty() && name != "*" && !seen.insert(name).second) return name;
    return std::nullopt;
}

/// DuckDB's COLUMNS(…) is a star for its engine, but a call without a name for SQLMesh.
bool calls_columns(std::string_view projection) {
    const std::size_t bracket = projection.find('(');
    return bracket != std::string_view::npos && iequals(trim(projection.substr(0, bracket)), "COLUMNS");
}

/// A projection as SQLMesh prints it; the text with its names quoted where that is not known.
std::string as_printed(const std::string& projection, const ModelContext& model) {
    constexpr std::string_view kSelect = "SELECT ";
    const auto query =
        project::laid_out(std::string(kSelect) + projection, model.node, {.pretty = false, .comments = false}, true);
    if (query && query->starts_with(kSelect)) return query->substr(kSelect.size());
    const auto parsed = sql::parse_expression(projection, dialect_of(model));
    return parsed ? sql::to_sql(sql::normalized(*parsed, dialect_of(model)), dialect_of(model)) : projection;
}

std::vector<Violation> no_ambiguous_projections(const ModelContext& model) {
    const auto query = rendered(model);
    if (!query) return {};
    const auto select = sql::analyze_query(*query, dialect_of(model));
    if (!select || !select->is_query) return {};
    // A query that can be qualified is qualified first, which gives every projection a name and puts `*` out.
    ColumnCheck check;
    bool qualified = dependencies_of(model, *query).unknown.empty();
    if (qualified)
        check = check_columns(*query, dialect_of(model), model.node.default_catalog.value_or(""),
                              model.node.mapping_schema);
    qualified = qualified && !check.problem;
    std::vector<std::string> names;
    for (const sql::Projection& item : select->projections) {
        if (item.star && !calls_columns(item.span.of(*query))) continue;
        names.push_back(item.name ? sql::normalize_identifier(item.name->text, item.name->quoted, dialect_of(model))
                                  : std::string());
        if (item.name || qualified) continue;
        return {{"noambiguousprojections",
                 "Outer projection '" + as_printed(std::string(item.span.of(*query)), model) +
                     "' must have inferrable names or explicit aliases.",
                 0}};
    }
    if (qualified && check.columns) names = std::move(*check.columns);
    const auto name = repeated(names);
    if (!name) return {};
    return {{"noambiguousprojections", "Found duplicate outer select name '" + *name + "'", 0}};
}

constexpr Rule kRules[] = {
    {"ambiguousorinvalidcolumn", "", ambiguous_or_invalid_column},
    {"invalidselectstarexpansion", "", invalid_select_star_expansion},
    {"noambiguousprojections", "All projections in a model must have unique & inferrable names or explicit aliases.",
     no_ambiguous_projections},
    {"nomissingaudits", kAuditsSummary, no_missing_audits},
    {"nomissingexternalmodels", "All external models must be registered in the external_models.yaml file",
     no_missing_external_models},
    {"nomissingunittest", "All models must have a unit test found in the tests/ directory yaml files",
     no_missing_unit_test},
    {"noselectstar", kStarSummary, no_select_star},
};

}  // namespace

std::span<const Rule> builtin_rules() { return kRules; }

}  // namespace towline::lint
