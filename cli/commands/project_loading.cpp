#include "commands/project_loading.h"

#include <fmt/core.h>

#include <algorithm>

#include "project/config.h"
#include "project/loader.h"

namespace towline::commands {

Result<project::Project> load_project(Session& session, const std::vector<std::string>& paths,
                                      const project::KnownGateways& known, bool partial) {
    TRY(const client::Settings* settings, session.settings());
    project::LoadOptions options;
    options.paths = paths;
    options.gateway = session.options().gateway;
    options.environment = settings->environment;
    options.known_gateways = known;
    options.partial = partial;
    const project::DiskFileSystem files;
    project::NativeProjectSource source(files);
    tl::expected<project::Project, project::LoadFailure> loaded = source.load(options);
    if (!loaded) {
        for (const project::Fault& fault : loaded.error().faults)
            session.console().note(project::to_text(fault) + "\n");
        if (const std::string share = project::to_text(loaded.error().share); !share.empty())
            session.console().note(share + "\n");
        const std::size_t count = loaded.error().faults.size();
        return fail(ErrorCode::internal, fmt::format("the project has {} fault{}", count, count == 1 ? "" : "s"));
    }
    for (const project::Fault& fault : loaded->warnings) session.console().warning(project::to_text(fault));
    if (const std::string share = project::to_text(loaded->share); !share.empty()) session.console().note(share);
    return std::move(*loaded);
}

Result<std::string> target_environment(Session& session, const Arguments& arguments) {
    if (const auto named = arguments.value("environment")) return *named;
    TRY(const client::Settings* settings, session.settings());
    project::FaultList faults;
    const project::Yaml tree =
        project::read_config_layers(project::DiskFileSystem(), session.paths().front(), settings->environment, faults);
    const project::Yaml* value = tree.find("default_target_environment");
    return value == nullptr || value->text.empty() ? std::string("prod") : value->text;
}

Result<project::KnownGateways> known_gateways(client::SchedulerClient& scheduler) {
    TRY(const json::Document document, scheduler.get("gateways"));
    project::KnownGateways out;
    for (const json::Reader& item : document.root().list("items")) {
        project::Gateway gateway;
        gateway.name = item.str("name");
        gateway.type = item.str("type", "");
        gateway.default_catalog = item.maybe_str("default_catalog");
        out.push_back(std::move(gateway));
    }
    TRY_STATUS(document.root().status());
    return out;
}

Status check_gateways(const project::Project& project) {
    const project::Settings& settings = project.settings;
    const auto found =
        std::find_if(settings.gateways.begin(), settings.gateways.end(),
                     [&](const project::Gateway& gateway) { return gateway.name == settings.default_gateway; });
    if (found != settings.gateways.end() && !found->type.empty()) return {};
    return fail(ErrorCode::conflict,
                fmt::format("the kind of engine behind gateway '{}' is not known: no executor has reported it and the "
                            "project's configuration does not say",
                            settings.default_gateway),
                "start an executor once, or give the gateway a connection type in config.yaml");
}

Status check_dialects(Session& session, const project::Project& project) {
    const std::size_t count = project.untranslated.size();
    if (count == 0) return {};
    for (const project::Fault& fault : project.untranslated) session.console().note(project::to_text(fault) + "\n");
    return fail(ErrorCode::unsupported, fmt::format("{} of {} models cannot be executed", count, project.nodes.size()),
                "write them in the dialect of their engine and for what it supports, or give them another gateway");
}

}  // namespace towline::commands
