#include "commands/local_project.h"

#include <algorithm>
#include <filesystem>

#include "commands/project_loading.h"
#include "project/loader.h"
#include "sql/scopes.h"

namespace towline::commands {

const LocalRoot& LocalProject::root_of(const model::Node& node) const {
    const auto holds = [&](const LocalRoot& root) {
        return root.config.settings.project == node.project && std::filesystem::exists(root.folder + "/" + node.path);
    };
    const auto found = std::find_if(roots.begin(), roots.end(), holds);
    return found == roots.end() ? roots.front() : *found;
}

std::string LocalProject::file_of(const model::Node& node) const { return root_of(node).folder + "/" + node.path; }

Result<LocalProject> local_project(Session& session, project::Project project) {
    TRY(const client::Settings* settings, session.settings());
    LocalProject out;
    out.project = std::move(project);
    const project::DiskFileSystem files;
    project::LoadOptions options;
    options.gateway = session.options().gateway;
    options.environment = settings->environment;
    for (const std::string& path : session.paths()) {
        project::FaultList faults;
        LocalRoot root;
        root.folder = std::filesystem::absolute(path).lexically_normal().string();
        while (root.folder.size() > 1 && root.folder.back() == '/') root.folder.pop_back();
        root.tree = project::read_config_layers(files, path, settings->environment, faults);
        root.config = project::make_config(root.tree, options, faults);
        out.roots.push_back(std::move(root));
    }
    for (const project::Gateway& gateway : out.project.settings.gateways)
        if (gateway.name == out.project.settings.default_gateway)
            out.default_catalog = gateway.default_catalog.value_or("");
    return out;
}

Result<LocalProject> load_local_project(Session& session) {
    TRY(project::Project loaded, load_project(session, session.paths(), {}));
    TRY(const client::Settings* settings, session.settings());
    if (!check_gateways(loaded) && !settings->url.empty()) {
        TRY(client::SchedulerClient * scheduler, session.scheduler());
        // Without an answer the project stands as far as its own files tell.
        if (const auto known = known_gateways(*scheduler)) {
            TRY(loaded, load_project(session, session.paths(), *known));
        }
    }
    return local_project(session, std::move(loaded));
}

Result<const model::Node*> find_model(const LocalProject& local, const std::string& name) {
    const auto dialect = sql::dialect_from(local.project.settings.default_dialect).value_or(sql::Dialect::none);
    const std::string fqn = sql::fqn(name, dialect, local.default_catalog).value_or(name);
    for (const std::string& candidate : {fqn, name}) {
        const auto found = local.project.nodes.find(candidate);
        if (found != local.project.nodes.end()) return &found->second;
    }
    const auto found = std::find_if(local.project.nodes.begin(), local.project.nodes.end(),
                                    [&](const auto& item) { return item.second.name == name; });
    if (found != local.project.nodes.end()) return &found->second;
    return fail(ErrorCode::not_found, "Cannot find model with name '" + name + "'");
}

}  // namespace towline::commands
