#pragma once
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "credentials/environment.h"
#include "engines/duckdb.h"
#include "engines/postgres.h"

namespace towline::credentials {

/// One gateway of the environment, ready to be opened.
struct GatewaySettings {
    std::string name;  ///< lower case
    std::variant<engines::PostgresSettings, engines::DuckDbSettings> connection;
    std::string revision;  ///< changes when any setting of it changes; says nothing about the values

    std::string_view type() const {
        return std::holds_alternative<engines::PostgresSettings>(connection) ? "postgres" : "duckdb";
    }
    int concurrent_tasks() const;
};

/// A gateway of an engine that SQLMesh knows and this executor does not: other executors may do its work.
struct ForeignGateway {
    std::string name;  ///< lower case
    std::string type;
};

struct Gateways {
    std::vector<GatewaySettings> items;   ///< by name
    std::vector<ForeignGateway> foreign;  ///< by name; never the default one
    std::string default_name;             ///< one of items, unless there are none
    std::vector<std::string> secrets;     ///< values to be masked in logs
    std::vector<std::string> faults;      ///< one sentence each, naming the variable and never its value
};

/// Reads `SQLMESH__GATEWAYS__<NAME>__CONNECTION__*` and `SQLMESH__DEFAULT_GATEWAY` as SQLMesh does (names are
/// not case sensitive, values are). Other parts of a gateway and of the configuration are left to those whose
/// they are. All faults are listed, not only the first; a gateway of a foreign engine is one only if it is the
/// default or the only one.
Gateways gateways_from(const Variables& environment);

}  // namespace towline::credentials
