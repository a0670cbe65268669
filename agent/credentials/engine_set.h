#pragma once
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/guarded.h"
#include "credentials/gateways.h"
#include "project/project.h"
#include "runner/runner.h"

namespace towline::credentials {

/// The customer's engines by gateway name. An engine is built when it is first asked for, and anew after its
/// settings changed: the next connection uses the new values, running ones keep theirs. Any thread.
class EngineSet final : public runner::EngineSource {
 public:
    using Factory = std::function<std::unique_ptr<engines::Engine>(const GatewaySettings&)>;
    explicit EngineSet(Factory factory) : factory_(std::move(factory)) {}

    /// Takes over new settings; engines whose settings are as before stay.
    void configure(const Gateways& gateways);

    Result<std::shared_ptr<engines::Engine>> engine(const std::string& gateway) override;
    /// Name, type and default catalogue of every gateway. A catalogue that the engine cannot tell now is left
    /// out.
    std::vector<project::Gateway> describe();
    /// True if one of the engines that were built has its database for itself while it is open.
    bool exclusive() const;

 private:
    struct Entry {
        GatewaySettings settings;
        std::shared_ptr<engines::Engine> engine;  // Shared: a running task keeps the engine it began with.
        std::optional<std::string> catalog;
    };
    struct State {
        std::map<std::string, Entry> entries;
        std::map<std::string, std::string> foreign;  ///< type by name
        std::string default_name;
    };
    Factory factory_;
    Guarded<State> state_;
};

/// The real factory: PostgreSQL or DuckDB.
std::unique_ptr<engines::Engine> make_engine(const GatewaySettings& settings);

}  // namespace towline::credentials
