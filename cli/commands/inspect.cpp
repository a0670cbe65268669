// inspect: a loaded project, without any scheduler.

#include <fmt/core.h>

#include <algorithm>
#include <map>
#include <set>

#include "commands/exit_codes.h"
#include "commands/handlers.h"
#include "commands/project_loading.h"
#include "inspect/oracle.h"
#include "output/table.h"
#include "output/words.h"
#include "plan/fingerprint.h"

namespace towline::commands {
namespace {

std::string summary_document(const project::Project& project,
                             const std::map<std::string, model::Fingerprint>& fingerprints) {
    json::Array models;
    for (const auto& [fqn, node] : project.nodes)
        models.sub(json::Object()
                       .str("fqn", fqn)
                       .str("kind", model::is_model(node) ? model::to_string(node.kind.name) : "AUDIT")
                       .str("cron", node.cron)
                       .str("path", node.path)
                       .str("identifier", fingerprints.at(fqn).to_identifier())
                       .strings("depends_on", node.depends_on));
    return json::Object().str("schema", "towline.project/v1").list("models", models).dump();
}

/// Leaves out the models whose hashes cannot be told, and says why; what reads from them is incomplete.
void leave_out_unhashable(Session& session, project::Project& project) {
    std::set<std::string> missing;
    for (auto node = project.nodes.begin(); node != project.nodes.end();) {
        const auto data = plan::data_hash_values(node->second);
        const auto metadata = data ? plan::metadata_hash_values(node->second) : data;
        if (metadata) {
            ++node;
            continue;
        }
        session.console().warning(fmt::format("{} is left out: {}", node->second.name, metadata.error().message));
        missing.insert(node->first);
        node = project.nodes.erase(node);
    }
    for (bool grew = !missing.empty(); grew;) {
        grew = false;
        for (const auto& [fqn, node] : project.nodes)
            if (std::any_of(node.depends_on.begin(), node.depends_on.end(), [&](const std::string& parent) {
                    return missing.contains(parent) || project.incomplete.contains(parent);
                }))
                grew = project.incomplete.insert(fqn).second || grew;
    }
}

}  // namespace

Result<int> inspect(Session& session, const Arguments& arguments) {
    const std::vector<std::string> given = arguments.list("projects");
    const std::string format = arguments.value("format").value_or("summary");
    if (format != "summary" && format != "oracle") return fail(ErrorCode::invalid, "--format is summary or oracle");
    TRY(project::Project project,
        load_project(session, given.empty() ? session.paths() : given, {}, arguments.flag("partial")));
    if (arguments.flag("partial")) leave_out_unhashable(session, project);
    output::Console& console = session.console();
    if (format == "oracle") {
        TRY(const std::string text, inspect::oracle_json(project));
        std::fwrite(text.data(), 1, text.size(), stdout);
        std::fputc('\n', stdout);
        return kOk;
    }
    TRY(const auto fingerprints, plan::fingerprints(project.nodes));
    if (console.json()) {
        console.document(summary_document(project, fingerprints));
        return kOk;
    }
    output::Table table({"MODEL", "KIND", "CRON", "PARENTS", "FILE"});
    for (const auto& [fqn, node] : project.nodes)
        table.add({output::plain_name(fqn),
                   model::is_model(node) ? std::string(model::to_string(node.kind.name)) : "AUDIT", node.cron,
                   std::to_string(node.depends_on.size()), node.path});
    console.line(table.text());
    console.note(fmt::format("{} nodes, {} audits, gateway {}", project.nodes.size(), project.audits.size(),
                             project.settings.default_gateway));
    return kOk;
}

}  // namespace towline::commands
