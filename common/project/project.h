#pragma once
// A loaded SQLMesh project as one value, and the seam through which it is loaded.

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/result.h"
#include "model/node.h"
#include "model/snapshot.h"

namespace towline::project {

/// A fault of a project file. A load reports all of them at once.
struct Fault {
    std::string path;  ///< relative to the project root; empty for the project as a whole
    int line = 0;      ///< from 1; 0 = the whole file
    int column = 0;
    std::string message;
    std::string excerpt;  ///< the source line and a caret below it
    std::string hint;
    ErrorCode code = ErrorCode::invalid;
};
/// "models/a.sql:3:5: message", the excerpt and the hint: what a person reads.
std::string to_text(const Fault& fault);

/// A gateway without its connection: all that planning may know of an engine.
struct Gateway {
    std::string name;  ///< lower case
    std::string type;  ///< "duckdb", "postgres", …; empty if only the executor's environment knows it
    std::optional<std::string> default_catalog;
    model::Variables variables;
};

/// What `plan` uses of the configuration.
struct PlanDefaults {
    bool forward_only = false;
    bool include_unmodified = false;
    std::optional<bool> enable_preview;
    bool no_prompts = true;
    bool auto_apply = false;
    bool use_finalized_state = false;
    bool always_recreate_environment = false;
    std::map<std::string, std::string> auto_categorize_changes;  ///< source type → full | semi | off
};

struct Settings {
    std::string project;
    std::string default_gateway;
    std::vector<Gateway> gateways;
    std::string default_dialect;
    std::string default_target_environment = "prod";
    std::string snapshot_ttl = "in 1 week";
    std::optional<std::string> environment_ttl = "in 1 week";
    std::vector<std::string> pinned_environments;
    model::SuffixTarget environment_suffix_target = model::SuffixTarget::schema;
    std::vector<std::pair<std::string, std::string>> environment_catalog_mapping;  ///< regex → catalog
    std::string physical_table_naming_convention = "schema_and_table";
    std::string virtual_environment_mode = "full";
    bool gateway_managed_virtual_layer = false;
    PlanDefaults plan;
};

/// How much of a project is loaded, and what is not. Standalone audits count as models.
struct Share {
    struct LeftOut {
        std::string name;           ///< the model's, or the file's if the model's is not known
        bool needs_python = false;  ///< SQLMesh itself could load it: all its faults are `unsupported`
        bool operator==(const LeftOut&) const = default;
    };
    std::size_t loaded = 0;  ///< `below` included
    std::vector<LeftOut> left_out;
    std::size_t below = 0;  ///< loaded ones that read, perhaps through others, from what is left out
};
/// "3 of 40 models need Python: a, b, c; 37 load without it, 2 of them read from those." Empty if nothing is
/// left out.
std::string to_text(const Share& share);

/// What a snapshot takes from the configuration of its model's root.
struct SnapshotSettings {
    std::string ttl;
    std::string table_naming_convention;
    bool operator==(const SnapshotSettings&) const = default;
};

struct Project {
    Settings settings;                                     ///< of the first root
    std::map<std::string, model::Node> nodes;              ///< by FQN: models and standalone audits
    std::map<std::string, model::AuditDefinition> audits;  ///< project audits by lower-case name
    std::vector<model::EnvironmentStatements> environment_statements;
    std::vector<Fault> warnings;
    std::vector<Fault> untranslated;  ///< models whose dialect is not their engine's: loaded, never executed
    Share share;
    std::set<std::string> incomplete;  ///< FQNs of `share.below`: what their parents add to them is not known
    std::map<std::string, SnapshotSettings> other_snapshot_settings;  ///< by FQN: where a later root says otherwise

    SnapshotSettings snapshot_settings(const std::string& fqn) const {
        const auto other = other_snapshot_settings.find(fqn);
        if (other != other_snapshot_settings.end()) return other->second;
        return {settings.snapshot_ttl, settings.physical_table_naming_convention};
    }
};

/// What the scheduler knows of gateways from executors' registrations; fills what the project's own config
/// leaves out.
using KnownGateways = std::vector<Gateway>;

struct LoadOptions {
    std::vector<std::string> paths;                  ///< project roots; several make one multi-repo project
    std::optional<std::string> gateway;              ///< --gateway
    std::map<std::string, std::string> environment;  ///< process environment, already merged with .env
    KnownGateways known_gateways;
    bool partial = false;  ///< leave faulty models out, with their faults as warnings, instead of failing
};

/// Loading failed: every fault found, in order of file and line.
struct LoadFailure {
    std::vector<Fault> faults;
    Share share;
};

/// Where a project comes from. NativeProjectSource reads SQL projects; a later worker source delivers what
/// needs Python.
class ProjectSource {
 public:
    virtual ~ProjectSource() = default;
    virtual tl::expected<Project, LoadFailure> load(const LoadOptions& options) = 0;
};

}  // namespace towline::project
