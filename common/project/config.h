#pragma once
// The configuration of one project root: layers, keys, and the value that loading uses.
//   config_layers   files and SQLMESH__ variables → one tree
//   config_keys     the table of every key and what becomes of it
//   connection      type and default catalog of a connection; nothing else of it is kept

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "model/node.h"
#include "model/value.h"
#include "project/faults.h"
#include "project/file_system.h"
#include "project/yaml.h"
#include "sql/dialect.h"

namespace towline::project {

/// The configuration as the loader uses it. `settings` is what leaves the load.
struct Config {
    Settings settings;
    std::string selected_gateway;
    std::optional<std::string> default_catalog;  ///< of the selected gateway
    model::Variables variables;                  ///< root variables, overlaid by the selected gateway's
    std::map<std::string, Yaml> model_defaults;  ///< overlaid by the selected gateway's
    std::map<std::string, std::map<std::string, Yaml>> gateway_model_defaults;
    std::vector<std::pair<std::string, std::string>> physical_schema_mapping;  ///< regex → schema
    std::string time_column_format = "%Y-%m-%d";
    std::vector<std::string> ignore_patterns{".ipynb_checkpoints/*"};
    std::vector<Yaml> before_all;  ///< texts, and where they stand
    std::vector<Yaml> after_all;
    bool infer_names = false;

    model::Variables root_variables;  ///< without those of a gateway

    const Gateway* gateway(std::string_view lower_name) const;
    /// What a model of that gateway sees: the root's, overlaid by the gateway's. "" is the selected one.
    model::Variables variables_of(std::string_view gateway_name) const;
    /// The dialect of a word in this project: a rule of folding that the default dialect declares counts for the same
    /// dialect without settings, and for those made from it. Fails like `sql::dialect_from`.
    Result<sql::Dialect> dialect(std::string_view word) const;
    /// Gives a node the dialect of a word, with the settings that count for it.
    void set_dialect(model::Node& node, std::string_view word) const;
};

/// Reads the files and the environment of one root and puts project < personal < SQLMESH__ on top of each
/// other. Faults are added; the result is a map even then.
Yaml read_config_layers(const FileSystem& files, const std::string& root,
                        const std::map<std::string, std::string>& environment, FaultList& faults);
/// The SQLMESH__A__B=value variables as a tree of texts.
Result<Yaml> config_from_environment(const std::map<std::string, std::string>& environment);
/// Checks the tree against the table of keys and makes the configuration. Faults are added.
Config make_config(const Yaml& tree, const LoadOptions& options, FaultList& faults);

/// What may be known of a connection. The default catalog is absent if the engine has none or if only the
/// engine knows.
struct Connection {
    std::string type;
    std::optional<std::string> default_catalog;
    bool catalog_known = true;
};
/// Checks type and keys of a connection map. Fails naming an unknown type or key; values are not looked at,
/// but for the ones that name the catalog.
Result<Connection> read_connection(const Yaml& connection);
/// The dialect of a connection type: "tsql" of "mssql"; "" for an unknown type.
std::string_view dialect_of_connection(std::string_view type);

}  // namespace towline::project
