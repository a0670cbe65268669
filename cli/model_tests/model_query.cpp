#include "model_tests/model_query.h"

#include <algorithm>

#include "base/strings.h"
#include "model_tests/query_parts.h"
#include "plan/naming.h"
#include "project/jinja_blocks.h"
#include "project/render.h"
#include "project/render_layout.h"
#include "sql/expression.h"
#include "time/civil.h"
#include "time/timelike.h"
#include "translate/translate.h"

namespace towline::model_tests {
namespace {

constexpr std::string_view kCatalog = "memory";

/// "file:line" of the text in the model's file; the file alone if macros made the text.
std::string place_of(const TestCase& test, const TestProject& project, const std::string& text) {
    const std::string& path = test.node->path;
    const std::string folder = test.path.substr(0, test.path.rfind("/tests/") + 1);
    const auto file = project.files.read(project.files.exists(folder + path) ? folder + path : path);
    const std::string word = text.substr(0, text.find_first_of("( \n"));
    const std::size_t at = file && !word.empty() ? lower(*file).find(lower(word)) : std::string::npos;
    if (at == std::string::npos) return path;
    const auto lines = std::count(file->begin(), file->begin() + static_cast<std::ptrdiff_t>(at), '\n');
    return path + ":" + std::to_string(lines + 1);
}

}  // namespace

sql::Dialect dialect_of(const model::Node& node) {
    const sql::Dialect own = sql::dialect_from(node.dialect).value_or(sql::Dialect::duckdb);
    return own == sql::Dialect::none ? sql::Dialect(sql::Dialect::duckdb) : own;
}

std::string fixture_table(std::string_view schema, std::string_view fqn, sql::Dialect words) {
    const auto part = [&](std::string_view name) { return sql::quote_identifier(name, words); };
    return part(kCatalog) + "." + part(schema) + "." + part(join(plan::fqn_parts(fqn), "__"));
}

Result<std::string> written_query(const TestCase& test, std::string_view schema, std::int64_t now_ms) {
    model::Node node = *test.node;
    const bool jinja = project::is_jinja_block(node.query);
    project::JinjaArguments names;
    for (const auto& [name, value] : test.variables) {
        // SQLMesh lets Jinja see them as names, while its var() knows those of the project alone.
        if (jinja) {
            const bool boolean = value.type == model::Value::Type::boolean;
            names[name] = boolean ? (value.boolean ? "True" : "False") : value.text;
            continue;
        }
        if (lower(name) != name) continue;  // SQLMesh looks variables up in lower case alone
        std::erase_if(node.variables, [&](const auto& known) { return known.first == name; });
        node.variables.emplace_back(name, value);
    }
    project::RenderContext context;
    context.stage = project::RuntimeStage::testing;
    if (const auto text = test.times.find("start"); text != test.times.end()) {
        TRY(context.interval.start, time::parse_timelike(text->second, now_ms));
    }
    if (const auto text = test.times.find("end"); text != test.times.end()) {
        TRY(context.interval.end, time::exclusive_end(text->second, now_ms));
    }
    if (const auto text = test.times.find("execution_time"); text != test.times.end()) {
        TRY(context.execution_ms, time::parse_timelike(text->second, now_ms));
    }
    context.table_of = [&](std::string_view fqn) -> std::optional<std::string> {
        const bool given =
            std::any_of(test.inputs.begin(), test.inputs.end(), [&](const auto& input) { return input.first == fqn; });
        return given ? std::optional(fixture_table(schema, fqn, dialect_of(*test.node))) : std::nullopt;
    };
    if (jinja) {
        TRY(node.query, project::query_text(node.query, node, context, !model::is_only_execution_time(node), names));
    }
    const bool own = dialect_of(node) == sql::Dialect::duckdb;  // any other's is translated
    return own ? project::executed_query(node, context) : project::render_query(node, context);
}

Result<std::string> translated_query(const TestCase& test, std::string_view schema, const TestProject& project,
                                     const std::string& written) {
    std::map<std::string, model::Columns> tables;
    for (const auto& [fqn, columns] : test.node->mapping_schema) tables[fixture_table(schema, fqn)] = columns;
    translate::Context context{dialect_of(*test.node), test.node->default_catalog.value_or(""), &tables};
    context.optimize = test.node->optimize_query.value_or(true);
    auto made = translate::to_duckdb(written, context);
    if (made) return made;
    return fail(ErrorCode::unsupported, made.error().message + " (" + place_of(test, project, made.error().hint) + ")");
}

Result<std::string> at_execution_time(const TestCase& test, const TestProject& project, std::int64_t now_ms,
                                      std::string query) {
    const auto execution = test.times.find("execution_time");
    if (execution == test.times.end()) return query;
    TRY(const std::int64_t moment, time::parse_timelike(execution->second, now_ms));
    const auto dialect = sql::dialect_from(project.project.settings.default_dialect).value_or(sql::Dialect::none);
    const auto stamp = sql::parse_type("TIMESTAMP", dialect);
    const bool zoned = stamp && (stamp->text == "TIMESTAMPTZ" || stamp->text == "TIMESTAMPLTZ");
    return with_frozen_time(query, time::format_timestamp(moment), zoned);
}

}  // namespace towline::model_tests
