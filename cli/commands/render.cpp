// render: a model's query as it would run.

#include <map>
#include <set>

#include "commands/exit_codes.h"
#include "commands/handlers.h"
#include "commands/local_project.h"
#include "commands/planning.h"
#include "commands/render_options.h"
#include "plan/deployability.h"
#include "plan/naming.h"
#include "project/file_system.h"
#include "project/render_layout.h"
#include "project/render_seed.h"

namespace towline::commands {
namespace {

/// Physical tables of the models that are stored as they stand here. Without a scheduler none is known.
std::map<std::string, std::string> stored_tables(Session& session, const LocalProject& local) {
    std::map<std::string, std::string> out;
    const auto settings = session.settings();
    if (!settings || (*settings)->url.empty()) return out;
    const auto scheduler = session.scheduler();
    Result<plan::StateView> state = scheduler ? project_state(**scheduler, local.project, "prod")
                                              : Result<plan::StateView>(tl::unexpected(scheduler.error()));
    if (!state) {
        session.console().note("The scheduler could not be asked, so models keep their names: " +
                               state.error().message);
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

/// The text in sqlglot's layout, or the author's with a note that says why.
template <typename LaidOut>
std::string laid_out_or(Session& session, std::string text, const LaidOut& made) {
    if (made) return *made;
    session.console().note("The query is printed as its author wrote it. " + made.error().message);
    return text;
}

/// The result is in the model's own dialect: any other is refused by name.
Status check_dialect(const std::string& wanted, const std::string& own) {
    if (wanted.empty()) return {};
    const auto known = sql::dialect_from(wanted);
    if (!known) return fail(ErrorCode::invalid, "Unknown dialect '" + wanted + "'.");
    if (*known == sql::dialect_from(own).value_or(sql::Dialect::none)) return {};
    return fail(ErrorCode::unsupported, "The dialect '" + wanted + "' of --dialect is not supported: the model's is '" +
                                            own + "', and render does not translate.");
}

}  // namespace

Result<int> render(Session& session, const Arguments& arguments) {
    TRY(const LocalProject local, load_local_project(session));
    TRY(const model::Node* node, find_model(local, arguments.text("model")));
    TRY_STATUS(check_dialect(arguments.value("dialect").value_or(""), node->dialect));
    TRY(const query::Layout layout, render_layout(local, *node, arguments));
    TRY(project::RenderContext context, render_context(arguments));
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
        TRY(std::string text, project::seed_query(*node));
        query = laid_out_or(session, text, project::laid_out(text, *node, layout, false));
    } else if (!model::is_model(*node)) {
        TRY(project::RenderedAudit audit, project::render_standalone_audit(*node, context));
        query = laid_out_or(session, audit.query, project::laid_out(audit.query, *node, layout, true));
    } else if (node->query.empty()) {
        return fail(ErrorCode::internal, "Model '" + node->name + "' has no query to render");
    } else {
        model::Node whole = *node;
        const std::string path = local.file_of(*node);
        if (path.ends_with(".sql")) {
            TRY(const std::string file, project::DiskFileSystem().read(path));
            whole.query = project::with_outer_comments(whole, file);
        }
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
