#include "lint/rules.h"

#include <algorithm>
#include <map>

#include "base/strings.h"
#include "project/jinja_blocks.h"
#include "project/render.h"
#include "query/parse.h"
#include "query/query.h"
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

/// A query of the model with its names, qualified where SQLMesh would qualify it.
Result<query::Checked> checked(const ModelContext& model, const std::string& text) {
    std::map<std::string, std::vector<std::string>> tables;
    for (const auto& [fqn, columns] : model.node.mapping_schema)
        for (const model::Column& column : columns) tables[fqn].push_back(column.name);
    query::Context context;
    context.dialect = dialect_of(model);
    context.default_catalog = model.node.default_catalog.value_or("");
    context.self = model.node.fqn;
    context.optimize = model.node.optimize_query.value_or(true);
    context.columns = [&](const std::string& fqn) -> const std::vector<std::string>* {
        const auto found = tables.find(fqn);
        return found == tables.end() ? nullptr : &found->second;
    };
    return query::checked(text, context);
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

/// The tree of the query as its author wrote it; nothing for Jinja, and where macros are more than expressions.
std::optional<query::Expr> written_tree(const ModelContext& model, const std::string& text) {
    if (project::is_jinja_block(model.node.query)) return std::nullopt;
    auto tree = query::parse(text, dialect_of(model), query::Reading::to_ask);
    return tree ? std::optional(std::move(*tree)) : std::nullopt;
}

/// DuckDB's COLUMNS(…) is a star for its engine, but a call without a name for SQLMesh.
bool calls_columns(std::string_view projection) {
    const std::size_t bracket = projection.find('(');
    return bracket != std::string_view::npos && iequals(trim(projection.substr(0, bracket)), "COLUMNS");
}

/// A star among the projections of a query.
struct Star {
    std::optional<std::size_t> begin;  ///< in the text, if it is all that the query gives
    bool written = true;
};

/// The star of the first SELECT, however the rest of the query reads.
std::optional<Star> first_star(const std::string& query, sql::Dialect dialect) {
    const auto select = sql::analyze_query(query, dialect);
    if (!select || !select->is_query) return std::nullopt;
    const std::vector<sql::Projection>& items = select->projections;
    const auto star = std::find_if(items.begin(), items.end(), [&](const sql::Projection& item) {
        return item.star && !calls_columns(item.span.of(query));
    });
    if (star == items.end()) return std::nullopt;
    const bool alone = items.size() == 1 && star->span.of(query).starts_with('*');
    return alone ? Star{star->span.begin} : Star{};
}

/// A star of one of the outermost SELECTs.
std::optional<Star> star_of(const query::Expr& tree) {
    if (query::is_set_operation(tree)) {
        const bool any = star_of(*query::part(tree, "this")) || star_of(*query::part(tree, "expression"));
        return any ? std::optional(Star{}) : std::nullopt;
    }
    const query::Expr* select = query::first_select(tree);
    if (select == nullptr) return std::nullopt;
    const std::vector<query::Expr>& items = query::list(*select, "expressions");
    if (std::none_of(items.begin(), items.end(), query::is_star)) return std::nullopt;
    const bool alone = select == &tree && items.size() == 1 && items.front().is(query::ExprKind::star);
    return alone ? Star{items.front().span.begin, items.front().span.end > 0} : Star{};
}

std::vector<Violation> no_select_star(const ModelContext& model) {
    // What a Jinja block renders to is not what its author wrote; SQLMesh does not look at it here either.
    if (!has_query(model) || project::is_jinja_block(model.node.query)) return {};
    const std::string query = written_query(model);
    const auto tree = written_tree(model, query);
    const auto star = tree ? star_of(*tree) : first_star(query, dialect_of(model));
    if (!star) return {};
    int line = star->begin ? line_in_file(model, query, *star->begin) : 0;
    if (!star->written) line = 1;  // where SQLMesh sees one that is not written
    return {{"noselectstar", std::string(kStarSummary), line}};
}

std::vector<Violation> invalid_select_star_expansion(const ModelContext& model) {
    if (!model.node.optimize_query.value_or(true)) return {};  // nothing is to be expanded
    const auto query = rendered(model);
    if (!query) return {};
    if (!first_star(*query, dialect_of(model))) return {};
    const Dependencies dependencies = dependencies_of(model, *query);
    if (dependencies.unknown.empty()) return {};
    return {{"invalidselectstarexpansion",
             "SELECT * cannot be expanded due to missing schema(s) for model(s): " + quoted_list(dependencies.unknown) +
                 ". Run `sqlmesh create_external_models` and / or make sure that the model '" + model.node.fqn +
                 "' can be rendered at parse time.",
             0}};
}

std::optional<query::Finding> finding_of(const ModelContext& model, const std::string& text) {
    auto found = checked(model, text);
    return found ? std::move(found->finding) : std::nullopt;
}

std::vector<Violation> ambiguous_or_invalid_column(const ModelContext& model) {
    const auto query = rendered(model);
    if (!query) return {};
    auto finding = finding_of(model, *query);
    if (!finding) return {};
    std::string text = *query;
    if (model.file.find(text) == std::string_view::npos && model.node.query.find('@') == std::string::npos) {
        // The rendered query has names that the author did not write. The place is known in the written one.
        std::string written = written_query(model);
        auto again = finding_of(model, written);
        if (again && again->message == finding->message) {
            finding = std::move(again);
            text = std::move(written);
        }
    }
    std::string message = finding->message;
    // Only where the author's text was not changed is the place in it known.
    if (const std::size_t at = model.file.find(text); finding->last_byte && at != std::string_view::npos) {
        const LineColumn place = line_column(model.file, at + *finding->last_byte);
        const std::string told = "Line: " + std::to_string(place.line) + ", Col: " + std::to_string(place.column);
        message += finding->place_in_brackets ? " (" + told + ")" : " " + told;
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

/// A table that a query names, and where.
struct NamedTable {
    std::vector<sql::NamePart> parts;
    std::size_t begin = 0;
};

/// The tables of a query as it is written, in the order in which SQLMesh finds them; as they stand in the text where
/// macros are more than expressions.
std::vector<NamedTable> named_tables(const ModelContext& model, const std::string& query) {
    std::vector<NamedTable> out;
    if (project::is_jinja_block(model.node.query)) return out;
    if (auto tree = written_tree(model, query)) {
        query::fold_names(*tree, dialect_of(model));
        for (const query::Expr* table : query::tables_of(*tree)) {
            NamedTable& named = out.emplace_back();
            for (const char* part : {"catalog", "db", "this"})
                if (const query::Expr* name = query::part(*table, part)) {
                    if (named.parts.empty()) named.begin = name->span.begin;
                    named.parts.push_back({name->text, true});
                }
        }
        return out;
    }
    const auto tables = sql::analyze_query(query, dialect_of(model));
    if (!tables) return out;
    for (const sql::TableReference& table : tables->tables) out.push_back({table.parts, table.span.begin});
    return out;
}

/// The lines of a query's tables: SQLMesh names that of the last it finds of each.
std::map<std::string, int> lines_of_tables(const ModelContext& model) {
    std::map<std::string, int> lines;
    const std::string query = written_query(model);
    const std::string catalog = catalog_of_default_gateway(model);
    const auto& known = model.node.depends_on;
    for (const NamedTable& table : named_tables(model, query)) {
        // SQLMesh looks for it with the default gateway's catalogue, whatever the model's own is.
        const std::string name = sql::fqn(table.parts, dialect_of(model), catalog);
        if (std::find(known.begin(), known.end(), name) == known.end()) continue;
        lines[sql::fqn(table.parts, dialect_of(model), model.node.default_catalog.value_or(""))] =
            line_in_file(model, query, table.begin);
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

std::vector<Violation> no_ambiguous_projections(const ModelContext& model) {
    const auto text = rendered(model);
    const auto query = text ? checked(model, *text) : Result<query::Checked>(fail(ErrorCode::unsupported, ""));
    const query::Expr* select = query ? query::first_select(query->tree) : nullptr;
    if (select == nullptr) return {};
    std::vector<std::string> names;
    for (const query::Expr& item : query::list(*select, "expressions")) {
        names.push_back(query::output_name(item, dialect_of(model)));
        if (!names.back().empty()) continue;
        const std::string printed = query::print(item, dialect_of(model), {.pretty = false, .comments = false});
        return {{"noambiguousprojections",
                 "Outer projection '" + printed + "' must have inferrable names or explicit aliases.", 0}};
    }
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
