#include "commands/engine_access.h"

#include "commands/dev_engine.h"

namespace towline::commands {

Result<std::unique_ptr<credentials::EngineSet>> project_engines(Session& session, const LocalProject& local) {
    TRY(const client::Settings* settings, session.settings());
    if (local.roots.empty()) return fail(ErrorCode::not_found, "there is no project");
    const std::string& folder = local.roots.front().folder;
    auto variables = settings->environment;
    TRY(const auto own, dev_engine_variables({folder, folder + "/.towline", variables}));
    for (const auto& [name, value] : own) variables.emplace(name, value);
    credentials::Gateways gateways = credentials::gateways_from(variables);
    if (!gateways.faults.empty()) return fail(ErrorCode::invalid, gateways.faults.front());
    if (const auto& chosen = session.options().gateway) gateways.default_name = *chosen;
    auto out = std::make_unique<credentials::EngineSet>(credentials::make_engine);
    out->configure(gateways);
    return out;
}

}  // namespace towline::commands
