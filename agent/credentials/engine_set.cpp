#include "credentials/engine_set.h"

#include <fmt/core.h>

#include <algorithm>
#include <utility>

#include "base/strings.h"

namespace towline::credentials {

void EngineSet::configure(const Gateways& gateways) {
    std::map<std::string, Entry> entries;
    auto state = state_.lock();
    for (const GatewaySettings& gateway : gateways.items) {
        const auto old = state->entries.find(gateway.name);
        if (old != state->entries.end() && old->second.settings.revision == gateway.revision) {
            entries.emplace(gateway.name, std::move(old->second));
        } else {
            entries.emplace(gateway.name, Entry{gateway, nullptr, std::nullopt});
        }
    }
    state->entries = std::move(entries);
    state->default_name = gateways.default_name;
    state->foreign.clear();
    for (const ForeignGateway& gateway : gateways.foreign) state->foreign[gateway.name] = gateway.type;
}

Result<std::shared_ptr<engines::Engine>> EngineSet::engine(const std::string& gateway) {
    auto state = state_.lock();
    const std::string name = gateway.empty() ? state->default_name : lower(gateway);
    const auto found = state->entries.find(name);
    if (const auto foreign = state->foreign.find(name); foreign != state->foreign.end()) {
        return fail(
            ErrorCode::unsupported,
            fmt::format("gateway \"{}\" is of type {}, for which this executor has no engine", name, foreign->second),
            "this executor works on duckdb and postgres");
    }
    if (found == state->entries.end()) {
        return fail(ErrorCode::not_found, fmt::format("this executor has no gateway \"{}\"", name),
                    fmt::format("set SQLMESH__GATEWAYS__{}__CONNECTION__TYPE and its settings", upper(name)));
    }
    Entry& entry = found->second;
    if (!entry.engine) entry.engine = factory_(entry.settings);
    if (!entry.engine)
        return fail(ErrorCode::unavailable, fmt::format("the engine of gateway \"{}\" cannot be used", name));
    return entry.engine;
}

std::vector<project::Gateway> EngineSet::describe() {
    std::vector<std::string> names;
    {
        auto state = state_.lock();
        for (const auto& [name, entry] : state->entries) names.push_back(name);
    }
    std::vector<project::Gateway> out;
    for (const std::string& name : names) {
        // Asking an engine may take its time, so the lock is not held meanwhile.
        std::optional<std::string> catalog;
        if (const auto built = engine(name)) {
            if (auto answer = (*built)->default_catalog()) catalog = std::move(*answer);
        }
        auto state = state_.lock();
        const auto found = state->entries.find(name);
        if (found == state->entries.end()) continue;
        if (catalog) found->second.catalog = catalog;
        out.push_back({name, std::string(found->second.settings.type()), found->second.catalog, {}});
    }
    return out;
}

bool EngineSet::exclusive() const {
    auto state = state_.lock();
    return std::any_of(state->entries.begin(), state->entries.end(), [](const auto& entry) {
        return entry.second.engine != nullptr && entry.second.engine->profile().exclusive;
    });
}

}  // namespace towline::credentials
