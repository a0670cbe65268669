#pragma once
#include <chrono>
#include <memory>
#include <optional>
#include <string>

#include "engines/engine.h"
#include "engines/lingering.h"
#include "engines/password.h"

namespace towline::engines {

/// A `postgres` connection of a gateway, named as SQLMesh names the keys.
struct PostgresSettings {
    std::string host;
    int port = 5432;
    std::string user;
    Password password;
    std::string database;
    std::string sslmode;      ///< empty = libpq's default (prefer)
    std::string sslrootcert;  ///< empty = libpq's default
    std::string role;         ///< SET ROLE after connecting, if not empty
    std::chrono::seconds connect_timeout{10};
    std::string application_name;  ///< goes in front of the label of a session
    std::optional<int> keepalives_idle;
    int concurrent_tasks = 4;
    /// A connection is kept for so long while more tasks of the work wait; `hold` is its greatest age, about.
    LingerTimes linger{.idle = std::chrono::seconds(5), .hold = std::chrono::minutes(30), .yield = {}};
};

/// PostgreSQL 12 or later through common/pg. Sessions have connections one after the other while `expect_more` says so;
/// see postgres_connections.h. Thread-safe.
std::unique_ptr<Engine> postgres_engine(PostgresSettings settings);

}  // namespace towline::engines
