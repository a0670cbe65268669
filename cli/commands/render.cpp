// render: a model's query as it would run.

#include "project/render.h"

#include <algorithm>
#include <set>

#include "base/strings.h"
#include "commands/exit_codes.h"
#include "commands/handlers.h"
#include "commands/local_project.h"
#include "commands/planning.h"
#include "plan/deployability.h"
#include "plan/naming.h"
#include "project/file_system.h"
#include "project/render_layout.h"
#include "project/seed.h"
#include "sql/lexer.h"
#include "time/civil.h"
#include "time/clock.h"
#include "time/timelike.h"

namespace towline::commands {
namespace {

/// A cell as a value: texts in quotes, and what is a date or a time by the column's type cast to it.
std::string seed_value(const std::string& cell, project::SeedType kind, const std::string& type, sql::Dialect dialect) {
    if (kind != project::SeedType::text) return upper(cell);
    const std::string text = sql::quote_string(cell, dialect);
    const std::string base = upper(type);
    const bool moment = base == "DATE" || base.starts_with("TIMESTAMP") || base.starts_with("DATETIME");
    return moment ? "CAST(" + text + " AS " + type + ")" : text;
}

/// The first batch of a seed's rows as a query.
Result<std::string> seed_query(const model::Node& node) {
    TRY(const auto columns, project::read_seed(node.seed.content, node.kind.csv_settings));
    TRY(const sql::Dialect dialect, sql::dialect_from(node.dialect));
    std::vector<std::string> casts;
    std::vector<std::string> names;
    std::vector<std::string> types;
    std::vector<const project::SeedColumn*> chosen;
    for (const project::SeedColumn& column : columns) {
        std::string type(project::seed_column_type(column.type));
        const std::string folded = project::seed_column_name(column.name, dialect);
        bool declared = !node.columns_to_types;
        if (node.columns_to_types) {
            for (const model::Column& known : *node.columns_to_types) {
                declared = declared || known.name == folded;
                if (known.name == folded && !known.type.empty()) type = known.type;
            }
        }
        if (!declared) continue;
        chosen.push_back(&column);
        const std::string name = sql::is_plain_identifier(folded) ? folded : sql::quote_identifier(folded, dialect);
        types.push_back(type);
        casts.push_back("  CAST(" + name + " AS " + type + ") AS " + name);
        names.push_back(name);
    }
    std::vector<std::string> rows;
    std::size_t count = columns.empty() ? 0 : columns.front().cells.size();
    if (node.kind.batch_size && *node.kind.batch_size > 0)
        count = std::min(count, static_cast<std::size_t>(*node.kind.batch_size));
    for (std::size_t row = 0; row < count; ++row) {
        std::vector<std::string> cells;
        for (std::size_t at = 0; at < chosen.size(); ++at) {
            const auto& cell = chosen[at]->cells[row];
            const std::string null = row == 0 ? "CAST(NULL AS " + types[at] + ")" : "NULL";
            cells.push_back(cell ? seed_value(*cell, chosen[at]->type, types[at], dialect) : null);
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

int number_of(const project::Yaml* value, int otherwise) {
    const auto number = value == nullptr ? std::nullopt : parse_int(value->text);
    return number && *number >= 0 && *number <= 1000 ? static_cast<int>(*number) : otherwise;
}

/// The layout that the configuration's `format` asks for, and the options over it.
Result<query::Layout> layout_of(const LocalProject& local, const model::Node& node, const Arguments& arguments) {
    query::Layout out;
    std::string functions;
    if (const project::Yaml* format = local.root_of(node).tree.find("format"); format != nullptr && format->is_map()) {
        const auto is_set = [&](const char* key) {
            const project::Yaml* value = format->find(key);
            return value != nullptr && iequals(value->text, "true");
        };
        out.pad = number_of(format->find("pad"), out.pad);
        out.indent = number_of(format->find("indent"), out.indent);
        out.max_text_width = number_of(format->find("max_text_width"), out.max_text_width);
        out.leading_comma = is_set("leading_comma");
        out.normalize = is_set("normalize");
        if (const project::Yaml* value = format->find("normalize_functions")) functions = value->text;
    }
    for (const auto& [name, target] : {std::pair{"pad", &out.pad}, {"indent", &out.indent}, {"max-text-width",
            &out.max_text_width}}) {
        TRY(const auto given, arguments.number(name));
        if (!given) continue;
        if (*given > 1000) return fail(ErrorCode::invalid, std::string("'--") + name + "' is at most 1000");
        *target = static_cast<int>(*given);
    }
    out.leading_comma = out.leading_comma || arguments.flag("leading-comma");
    out.normalize = out.normalize || arguments.flag("normalize");
    if (const auto given = arguments.value("normalize-functions")) functions = *given;
    if (functions == "lower") out.functions = query::FunctionCase::lower;
    return out;
}

/// Physical tables of the models that are stored as they stand here. Without a scheduler none is known.
std::map<std::string, std::string> stored_tables(Session& session, const LocalProject& local) {
    std::map<std::string, std::string> out;
    const auto settings = session.settings();
    if (!settings || (*settings)->url.empty()) return out;
    const auto scheduler = session.scheduler();
    Result<plan::StateView> state = scheduler ? project_state(**scheduler, local.project, "prod")
                                              : Result<plan::StateView>(tl::unexpected(scheduler.error()));
    if (!state) {
        session.console().note(
                "The scheduler could not be asked, so models keep their names: " + state.error().message);
        return out;
    }
    const auto fingerprints = plan::fingerprints(local.project.nodes);
    if (!fingerprints) return out;
    std::map<plan::SnapshotId, plan::Snapshot> stored;
    for (const auto& [name, fingerprint] : *fingerprints) {
        const auto found = state->snapshots.find({name, fingerprint.to_identifier()});
        if (found != state->snapshots.end()) stored.insert(*found);
    }
    const plan::DeployabilityIndex index = plan::deployability(stored, std::nullopt, state->now);
    for (const auto& [id, snapshot] : stored) {
        const bool embedded = snapshot.node.kind.name == model::KindName::embedded;
        if (snapshot.version.empty() || embedded || !model::is_model(snapshot.node)) continue;
        out[id.name] = plan::table_name(snapshot, index.is_representative(id)).quoted();
    }
    return out;
}

/// A comment as text between `/*` and `*/`.
std::string bracketed(const sql::Comment& comment) { return "/*" + replace_all(comment.text, "*/", "* /") + "*/"; }

/// The node with the comments that stand around its query in its file: they belong to no hash, so no node has them.
model::Node with_outer_comments(model::Node node, const std::string& path) {
    const auto file = project::DiskFileSystem().read(path);
    const auto dialect = sql::dialect_from(node.dialect);
    const std::size_t at = file && dialect && path.ends_with(".sql") ? file->find(node.query) : std::string::npos;
    const bool once = at != std::string::npos && file->find(node.query, at + 1) == std::string::npos;
    if (!once || node.query.empty() || starts_with_ignoring_case(node.query, "JINJA")) return node;
    const std::string before = file->substr(0, at);
    const std::string behind = file->substr(at + node.query.size());
    const sql::TokenList head = sql::lex(before, *dialect);
    const sql::TokenList tail = sql::lex(behind, *dialect);
    std::string leading;
    for (const sql::Comment& comment : head.comments(head.size()))
        if (!comment.trailing) leading += bracketed(comment) + "\n";
    for (const sql::Comment& comment : tail.comments(0)) node.query += " " + bracketed(comment);
    node.query.insert(0, leading);
    return node;
}

/// The text in sqlglot's layout, or the author's with a note that says why.
template <typename LaidOut>
std::string laid_out_or(Session& session, std::string text, const LaidOut& made) {
    if (made) return *made;
    session.console().note("The query is printed as its author wrote it. " + made.error().message);
    return text;
}

}  // namespace

Result<int> render(Session& session, const Arguments& arguments) {
    TRY(const LocalProject local, load_local_project(session));
    TRY(const model::Node* node, find_model(local, arguments.text("model")));
    const auto dialect = arguments.value("dialect");
    if (dialect && *dialect != node->dialect)
        return fail(ErrorCode::unsupported,
                    "the model's dialect is '" + node->dialect + "'; translating between dialects is not supported");
    TRY(const query::Layout layout, layout_of(local, *node, arguments));
    TRY(project::RenderContext context, context_of(arguments));
    TRY(const auto expanded, expanded_models(local, arguments.list("expand")));
    context.embedded_of = [&](std::string_view fqn) -> const model::Node* {
        const auto found = local.project.nodes.find(std::string(fqn));
        if (found == local.project.nodes.end() || found->second.query.empty()) return nullptr;
        const bool embedded = found->second.kind.name == model::KindName::embedded;
        return embedded || expanded.contains(found->first) ? &found->second : nullptr;
    };
    const std::map<std::string, std::string> tables = stored_tables(session, local);
    context.table_of = [&](std::string_view fqn) -> std::optional<std::string> {
        const auto found = tables.find(std::string(fqn));
        return found == tables.end() ? std::nullopt : std::optional(found->second);
    };
    std::string query;
    if (model::is_seed(*node)) {
        TRY(std::string text, seed_query(*node));
        query = laid_out_or(session, text, project::laid_out(text, *node, layout, false));
    } else if (!model::is_model(*node)) {
        TRY(project::RenderedAudit audit, project::render_standalone_audit(*node, context));
        query = laid_out_or(session, audit.query, project::laid_out(audit.query, *node, layout, true));
    } else if (node->query.empty()) {
        return fail(ErrorCode::internal, "Model '" + node->name + "' has no query to render");
    } else {
        const model::Node whole = with_outer_comments(*node, local.file_of(*node));
        TRY(std::string text, project::render_query(whole, context));
        query = laid_out_or(session, std::move(text), project::render_laid_out(whole, context, layout));
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
