// table_diff: two tables, or the models of two environments, compared on the engine.

#include "table_diff/table_diff.h"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>

#include "base/strings.h"
#include "commands/engine_access.h"
#include "commands/exit_codes.h"
#include "commands/handlers.h"
#include "commands/planning.h"
#include "commands/selection.h"
#include "output/table.h"
#include "plan/naming.h"
#include "plan/selector.h"
#include "sql/expression.h"
#include "sql/scopes.h"

namespace towline::commands {
namespace {

/// One comparison to be made.
struct Pair {
    std::string model;  ///< empty for two tables
    std::string source_label;
    std::string target_label;
    std::string gateway;
    plan::TableName source;
    plan::TableName target;
    std::vector<std::string> on;
};

struct Compared {
    Pair pair;
    sql::Dialect dialect = sql::Dialect::none;  ///< of the engine
    table_diff::SchemaDiff schema;
    table_diff::RowDiff rows;
};

/// The column that an item of `grains` or `references` stands for: `a`, or `a AS b`.
const sql::Expr* column_in(const sql::Expr& item) {
    const sql::Expr* found = &item;
    while (!found->is(sql::ExprKind::column)) {
        if (found->children.empty()) return nullptr;
        found = &found->children.front();
    }
    return found->children.empty() ? nullptr : found;
}

/// Column names that tell rows of the model apart: its grains and references. The key of its kind is neither, as in
/// SQLMesh.
std::vector<std::string> grain_of(const model::Node& node) {
    std::vector<std::string> out;
    const auto dialect = sql::dialect_from(node.dialect).value_or(sql::Dialect::none);
    std::vector<std::string> texts = node.grains;
    texts.insert(texts.end(), node.references.begin(), node.references.end());
    for (const std::string& text : texts) {
        const auto parsed = sql::parse_expression(text, dialect);
        if (!parsed) continue;
        for (const sql::Expr& item : parsed->items())
            if (const sql::Expr* column = column_in(item); column != nullptr) {
                const std::string name = column->children.back().text;
                if (std::find(out.begin(), out.end(), name) == out.end()) out.push_back(name);
            }
    }
    return out;
}

Result<plan::Environment> environment_of(client::SchedulerClient& scheduler, const std::string& name) {
    TRY(plan::StateView state, environment_state(scheduler, name));
    if (!state.target) return fail(ErrorCode::internal, "Could not find environment '" + name + "'");
    return std::move(*state.target);
}

const model::TableInfo* info_of(const plan::Environment& environment, const std::string& fqn) {
    const auto found = std::find_if(environment.snapshots.begin(), environment.snapshots.end(),
                                    [&](const model::TableInfo& info) { return info.name == fqn; });
    return found == environment.snapshots.end() ? nullptr : &*found;
}

/// The selected models that differ between two environments, by their views.
Result<std::vector<Pair>> model_pairs(Session& session, const LocalProject& local, const Arguments& arguments,
                                      const std::string& source, const std::string& target,
                                      const std::vector<std::string>& selections) {
    TRY(client::SchedulerClient * scheduler, session.scheduler());
    TRY(const plan::Environment from, environment_of(*scheduler, source));
    TRY(const plan::Environment to, environment_of(*scheduler, target));
    TRY(const auto expanded, without_git(session, local, selections));
    TRY(const auto selected, plan::select_models(local.project.nodes, expanded));
    const std::string criteria = "'" + join(selections, "', '") + "'";
    if (selected.empty()) session.console().line("No models matched the selection criteria: " + criteria);
    std::vector<Pair> out;
    std::string without_grain;
    for (const std::string& fqn : selected) {
        const model::Node& node = local.project.nodes.at(fqn);
        const model::TableInfo* a = info_of(from, fqn);
        const model::TableInfo* b = info_of(to, fqn);
        if (a == nullptr || b == nullptr || a->fingerprint == b->fingerprint) continue;
        if (a->version == b->version && !a->forward_only) continue;
        std::vector<std::string> on = arguments.list("on");
        if (on.empty()) on = grain_of(node);
        if (on.empty()) {
            without_grain += fmt::format("─ {} \n  at '{}'\n", node.name, local.file_of(node));
            continue;
        }
        out.push_back({node.name, upper(from.naming.name), upper(to.naming.name), node.gateway.value_or(""),
                       plan::view_name(fqn, from.naming, node.dialect), plan::view_name(fqn, to.naming, node.dialect),
                       std::move(on)});
    }
    if (!without_grain.empty()) {
        const std::string message =
            "SQLMesh doesn't know how to join the tables for the following models:\n" + without_grain +
            "\nPlease specify a `grain` in each model definition. It must be unique and not null.";
        if (!arguments.flag("warn-grain-check")) return fail(ErrorCode::internal, message);
        session.console().warning(message);
    }
    if (out.empty() && !selected.empty())
        session.console().line("No models contain differences with the selection criteria: " + criteria);
    return out;
}

Result<plan::TableName> table_named(const std::string& text, sql::Dialect dialect) {
    TRY(const auto parts, sql::parse_table_name(text, dialect));
    plan::TableName out;
    const auto part = [&](std::size_t from_end) {
        if (parts.size() < from_end) return std::string();
        const sql::NamePart& found = parts[parts.size() - from_end];
        return sql::normalize_identifier(found.text, found.quoted, dialect);
    };
    out.table = part(1);
    out.schema = part(2);
    out.catalog = part(3);
    return out;
}

Result<table_diff::Side> side_of(engines::Session& session, const plan::TableName& name) {
    table_diff::Side out;
    TRY(out.columns, session.columns(name));
    if (out.columns.empty())
        return fail(ErrorCode::internal, "Could not get columns for table '" + name.plain() + "'. Table not found.");
    plan::TableName shown = name;
    if (!session.profile().catalog_in_names) shown.catalog.clear();
    out.name = shown.quoted();
    return out;
}

using Groups = std::vector<std::pair<std::string, std::vector<std::string>>>;

std::string tree(const std::string& title, const Groups& groups) {
    std::string out = title;
    for (std::size_t i = 0; i < groups.size(); ++i) {
        const bool last = i + 1 == groups.size();
        out += (last ? "\n└── " : "\n├── ") + groups[i].first;
        const auto& lines = groups[i].second;
        for (std::size_t j = 0; j < lines.size(); ++j)
            out += (last ? "\n    " : "\n│   ") + std::string(j + 1 == lines.size() ? "└── " : "├── ") + lines[j];
    }
    return out;
}

void show_schema(output::Console& console, const Compared& diff) {
    std::string title =
        fmt::format("\nSchema Diff Between '{}' and '{}'", diff.pair.source_label, diff.pair.target_label);
    if (!diff.pair.model.empty()) title += fmt::format(" environments for model '{}'", diff.pair.model);
    Groups groups;
    // The engine's own words (`integer`, `timestamp without time zone`) are told in the names that every engine has.
    const auto shown = [&](const std::string& type) {
        const auto parsed = sql::parse_type(type, diff.dialect);
        return parsed ? sql::type_sql(*parsed, sql::Dialect::none) : type;
    };
    const auto columns = [&](const model::Columns& list) {
        std::vector<std::string> out;
        for (const model::Column& column : list) out.push_back(fmt::format("{} ({})", column.name, shown(column.type)));
        return out;
    };
    if (!diff.schema.added.empty()) groups.emplace_back("Added Columns:", columns(diff.schema.added));
    if (!diff.schema.removed.empty()) groups.emplace_back("Removed Columns:", columns(diff.schema.removed));
    std::vector<std::string> modified;
    for (const auto& [name, types] : diff.schema.modified)
        modified.push_back(fmt::format("{} ({} -> {})", name, shown(types.first), shown(types.second)));
    if (!modified.empty()) groups.emplace_back("Modified Columns:", std::move(modified));
    if (groups.empty()) groups.emplace_back("Schemas match", std::vector<std::string>{});
    console.line(tree(title + ":", groups));
}

/// Python's text of a percentage with two decimals: 100.0, 66.67.
std::string percent(double value) {
    std::string text = fmt::format("{:.2f}", value);
    if (text.ends_with('0')) text.pop_back();
    return text;
}

void show_sample(output::Console& console, const std::string& title, const engines::QueryResult& rows) {
    if (rows.rows.empty()) return;
    output::Table table(rows.columns);
    for (const auto& row : rows.rows) {
        std::vector<std::string> cells;
        for (const auto& cell : row) cells.push_back(cell.value_or("NULL"));
        table.add(std::move(cells));
    }
    console.line("\n" + title + "\n" + table.text());
}

/// A column of numbers as pandas prints it for SQLMesh: six decimals, less the zeros that all of them end with.
std::vector<std::string> percents(const std::vector<std::pair<std::string, double>>& values) {
    std::vector<std::string> out;
    for (const auto& [name, value] : values) out.push_back(fmt::format("{:.6f}", value));
    const auto ends_with_zero = [](const std::string& text) { return text.ends_with('0') && !text.ends_with(".0"); };
    while (!out.empty() && std::all_of(out.begin(), out.end(), ends_with_zero))
        for (std::string& text : out) text.pop_back();
    return out;
}

void show_rows(output::Console& console, const Compared& diff, bool check_grain, bool samples) {
    const table_diff::RowDiff& rows = diff.rows;
    if (rows.empty()) return console.line("\nNeither the source nor the target table contained any records");
    if (check_grain ? rows.grain_is_doubtful() : rows.null_grain_count > 0)
        console.line(console.red("\nGrain should have unique and not-null audits for accurate results."));
    const double all = static_cast<double>(rows.source_count + rows.target_count);
    Groups counts;
    const auto add = [&](const std::string& name, std::int64_t count, double weight) {
        if (count > 0)
            counts.emplace_back(fmt::format(" {}: {} rows ({}%)", name, count,
                                            percent(weight * static_cast<double>(count) / all * 100)),
                                std::vector<std::string>{});
    };
    add("FULL MATCH", rows.full_match_count, 2);
    add("PARTIAL MATCH", rows.partial_match_count(), 2);
    const std::string source = upper(diff.pair.source_label), target = upper(diff.pair.target_label);
    add(source + " ONLY", rows.source_only_count(), 1);
    add(target + " ONLY", rows.target_only_count(), 1);
    console.line("\n" + tree("Row Counts:", counts));
    console.line("\nCOMMON ROWS column comparison stats:");
    output::Table table({"", "pct_match"});
    const std::vector<std::string> matches = percents(rows.column_match);
    for (std::size_t i = 0; i < matches.size(); ++i)
        table.add({rows.column_match[i].first, rows.join_count > 0 ? matches[i] : "NaN"});
    console.line(table.empty() ? "  No columns with same name and data type in both tables" : table.text());
    if (!samples) return;
    console.line("\nCOMMON ROWS sample data differences:");
    if (rows.differing.rows.empty()) console.line("  All joined rows match");
    show_sample(console, "", rows.differing);
    show_sample(console, source + " ONLY sample rows:", rows.source_only);
    show_sample(console, target + " ONLY sample rows:", rows.target_only);
}

bool is_identical(const Compared& diff) {
    const table_diff::RowDiff& rows = diff.rows;
    return diff.schema.empty() && !rows.empty() && rows.full_match_count == rows.source_count &&
           rows.full_match_count == rows.target_count;
}

/// Of several comparisons: which need to be looked at.
void show_overview(output::Console& console, const std::vector<Compared>& all) {
    for (const bool identical : {true, false}) {
        Groups names;
        for (const Compared& diff : all)
            if (is_identical(diff) == identical)
                names.emplace_back(diff.pair.source.plain() + " - " + diff.pair.target.plain(),
                                   std::vector<std::string>{});
        if (!names.empty()) console.line(tree(identical ? "\nIdentical Tables" : "\nMismatched Tables", names));
    }
}

std::string document(const std::vector<Compared>& all) {
    json::Array items;
    for (const Compared& diff : all) {
        json::Object columns;
        for (const auto& [name, match] : diff.rows.column_match) columns.real(name, match);
        const auto names = [](const model::Columns& list) {
            std::vector<std::string> out;
            for (const model::Column& column : list) out.push_back(column.name);
            return out;
        };
        std::vector<std::string> modified;
        for (const auto& entry : diff.schema.modified) modified.push_back(entry.first);
        items.sub(json::Object()
                      .str("model", diff.pair.model)
                      .str("source", diff.pair.source.plain())
                      .str("target", diff.pair.target.plain())
                      .strings("added_columns", names(diff.schema.added))
                      .strings("removed_columns", names(diff.schema.removed))
                      .strings("modified_columns", modified)
                      .num("source_rows", diff.rows.source_count)
                      .num("target_rows", diff.rows.target_count)
                      .num("joined_rows", diff.rows.join_count)
                      .num("full_matches", diff.rows.full_match_count)
                      .num("partial_matches", diff.rows.partial_match_count())
                      .num("source_only", diff.rows.source_only_count())
                      .num("target_only", diff.rows.target_only_count())
                      .flag("grain_is_doubtful", diff.rows.grain_is_doubtful())
                      .sub("column_match_percent", columns));
    }
    return json::Object().str("schema", "towline.table_diff/v1").list("items", items).dump();
}

Result<table_diff::Options> diff_options(const Arguments& arguments) {
    table_diff::Options out;
    out.skip_columns = arguments.list("skip-columns");
    out.where = arguments.text("where");
    out.ignore_case = arguments.flag("schema-diff-ignore-case");
    TRY(const auto decimals, arguments.number("decimals"));
    TRY(const auto limit, arguments.number("limit"));
    out.decimals = static_cast<int>(std::min<std::int64_t>(decimals.value_or(3), 30));
    if (arguments.flag("show-sample"))
        out.sample_rows = static_cast<std::size_t>(std::min<std::int64_t>(limit.value_or(20), 1000));
    return out;
}

Result<std::vector<Pair>> pairs_of(Session& session, const LocalProject& local, const Arguments& arguments) {
    const std::string given = arguments.text("source-to-target");
    const std::size_t colon = given.find(':');
    if (colon == std::string::npos || given.find(':', colon + 1) != std::string::npos)
        return fail(ErrorCode::invalid, "SOURCE:TARGET names two environments or two tables");
    if (given.find('|') != std::string::npos)
        return fail(ErrorCode::unsupported, "tables of different gateways cannot be compared");
    const std::string source = given.substr(0, colon);
    const std::string target = given.substr(colon + 1);
    std::vector<std::string> selections = arguments.list("select-model");
    if (const auto model = arguments.value("model")) {
        if (!selections.empty())
            return fail(ErrorCode::invalid, "The --select-model option cannot be used together with a model argument");
        selections = {*model};
    }
    if (!selections.empty()) return model_pairs(session, local, arguments, source, target, selections);
    if (arguments.list("on").empty())
        return fail(ErrorCode::internal,
                    "SQLMesh doesn't know how to join the two tables. Specify the `grains` in each model definition or "
                    "pass join column names in separate `--on` flags.");
    const auto dialect = sql::dialect_from(local.project.settings.default_dialect).value_or(sql::Dialect::none);
    Pair pair{"", source, target, "", {}, {}, arguments.list("on")};
    TRY(pair.source, table_named(source, dialect));
    TRY(pair.target, table_named(target, dialect));
    return std::vector<Pair>{std::move(pair)};
}

}  // namespace

Result<int> table_diff(Session& session, const Arguments& arguments) {
    TRY(const LocalProject local, load_local_project(session));
    TRY(table_diff::Options options, diff_options(arguments));
    TRY(const auto pairs, pairs_of(session, local, arguments));
    TRY(const auto engines, project_engines(session, local));
    std::vector<Compared> all;
    for (const Pair& pair : pairs) {
        TRY(const auto engine, engines->engine(pair.gateway));
        TRY(const auto connection, engine->open("towline table_diff"));
        TRY(const table_diff::Side source, side_of(*connection, pair.source));
        TRY(const table_diff::Side target, side_of(*connection, pair.target));
        options.on = pair.on;
        Compared compared{pair,
                          sql::dialect_from(connection->profile().dialect).value_or(sql::Dialect::none),
                          table_diff::schema_diff(source.columns, target.columns, options.ignore_case),
                          {}};
        TRY(compared.rows, table_diff::row_diff(*connection, source, target, options));
        all.push_back(std::move(compared));
    }
    output::Console& console = session.console();
    if (console.json()) console.document(document(all));
    if (all.size() > 1 && !console.json()) show_overview(console, all);
    for (const Compared& diff : all) {
        if (console.json()) break;
        if (all.size() > 1 && is_identical(diff)) continue;
        show_schema(console, diff);
        show_rows(console, diff, !arguments.flag("skip-grain-check"), options.sample_rows > 0);
    }
    return kOk;
}

}  // namespace towline::commands
