// render: a model's query with macros expanded.

#include "project/render.h"

#include <set>

#include "base/strings.h"
#include "commands/exit_codes.h"
#include "commands/handlers.h"
#include "commands/local_project.h"
#include "project/seed.h"
#include "sql/dialect.h"
#include "time/civil.h"
#include "time/clock.h"
#include "time/timelike.h"

namespace towline::commands {
namespace {

/// A seed's rows as a query. Values are texts unless the column's type says otherwise: the casts decide.
Result<std::string> seed_query(const model::Node& node) {
    TRY(const auto columns, project::read_seed(node.seed.content, node.kind.csv_settings));
    TRY(const sql::Dialect dialect, sql::dialect_from(node.dialect));
    std::vector<std::string> casts;
    std::vector<std::string> names;
    for (const project::SeedColumn& column : columns) {
        std::string type(project::seed_column_type(column.type));
        const std::string folded = project::seed_column_name(column.name, dialect);
        if (node.columns_to_types)
            for (const model::Column& known : *node.columns_to_types)
                if (known.name == folded && !known.type.empty()) type = known.type;
        const std::string name = sql::quote_identifier(folded, dialect);
        casts.push_back("  CAST(" + name + " AS " + type + ") AS " + name);
        names.push_back(name);
    }
    std::vector<std::string> rows;
    const std::size_t count = columns.empty() ? 0 : columns.front().cells.size();
    for (std::size_t row = 0; row < count; ++row) {
        std::vector<std::string> cells;
        for (const project::SeedColumn& column : columns) {
            const auto& cell = column.cells[row];
            const bool text = column.type == project::SeedType::text;
            cells.push_back(!cell ? "NULL" : text ? sql::quote_string(*cell, dialect) : upper(*cell));
        }
        rows.push_back("  (" + join(cells, ", ") + ")");
    }
    return "SELECT\n" + join(casts, ",\n") + "\nFROM (VALUES\n" + join(rows, ",\n") + ") AS t(" +
           join(names, ", ") + ")";
}

/// FQNs of the models that --expand names; `true` means all.
Result<std::set<std::string>> expanded_models(const LocalProject& local, const std::vector<std::string>& given) {
    std::set<std::string> out;
    for (const std::string& name : given) {
        if (iequals(name, "true")) {
            for (const auto& [fqn, node] : local.project.nodes) out.insert(fqn);
            continue;
        }
        TRY(const model::Node* node, find_model(local, name));
        out.insert(node->fqn);
    }
    return out;
}

Result<project::RenderContext> context_of(const Arguments& arguments) {
    project::RenderContext out;
    const std::int64_t now = time::floor_to_minute(time::SystemClock().now_ms());
    out.execution_ms = now;
    if (const auto text = arguments.value("execution-time")) {
        TRY(out.execution_ms, time::parse_timelike(*text, now));
    }
    if (const auto text = arguments.value("start")) {
        TRY(out.interval.start, time::parse_timelike(*text, out.execution_ms));
    }
    if (const auto text = arguments.value("end")) {
        TRY(out.interval.end, time::exclusive_end(*text, out.execution_ms));
    }
    return out;
}

/// What would change the author's text is refused rather than ignored.
Status check_layout(const Arguments& arguments) {
    for (const char* option :
         {"max-text-width", "leading-comma", "normalize-functions", "indent", "pad", "normalize"})
        if (arguments.flag(option) || arguments.value(option))
            return fail(ErrorCode::unsupported,
                        std::string("'--") + option + "' is not supported: the author's layout is printed");
    return {};
}

}  // namespace

Result<int> render(Session& session, const Arguments& arguments) {
    TRY_STATUS(check_layout(arguments));
    TRY(const LocalProject local, load_local_project(session));
    TRY(const model::Node* node, find_model(local, arguments.text("model")));
    const auto dialect = arguments.value("dialect");
    if (dialect && *dialect != node->dialect)
        return fail(ErrorCode::unsupported,
                    "the model's dialect is '" + node->dialect + "'; translating between dialects is not supported");
    TRY(project::RenderContext context, context_of(arguments));
    TRY(const auto expanded, expanded_models(local, arguments.list("expand")));
    context.embedded_of = [&](std::string_view fqn) -> const model::Node* {
        const auto found = local.project.nodes.find(std::string(fqn));
        if (found == local.project.nodes.end() || found->second.query.empty()) return nullptr;
        const bool embedded = found->second.kind.name == model::KindName::embedded;
        return embedded || expanded.contains(found->first) ? &found->second : nullptr;
    };
    std::string query;
    if (model::is_seed(*node)) {
        TRY(query, seed_query(*node));
    } else if (!model::is_model(*node)) {
        TRY(project::RenderedAudit audit, project::render_standalone_audit(*node, context));
        query = std::move(audit.query);
    } else if (node->query.empty()) {
        return fail(ErrorCode::internal, "Model '" + node->name + "' has no query to render");
    } else {
        TRY(query, project::render_query(*node, context));
    }
    output::Console& console = session.console();
    if (console.json())
        console.document(json::Object()
                             .str("schema", "towline.rendered/v1")
                             .str("model", node->fqn)
                             .str("dialect", node->dialect)
                             .str("sql", query)
                             .dump());
    else
        console.line(query);
    return kOk;
}

}  // namespace towline::commands
