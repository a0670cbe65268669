#pragma once
#include <chrono>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "engines/engine.h"
#include "engines/lingering.h"

namespace towline::engines {

/// A `duckdb` connection of a gateway. `database` and `catalogs` exclude each other; neither means in memory.
struct DuckDbSettings {
    std::string database;                                       ///< path; "" or ":memory:" = in memory
    std::vector<std::pair<std::string, std::string>> catalogs;  ///< name → path; the first is the default catalogue
    std::vector<std::pair<std::string, std::string>> connector_config;  ///< DuckDB settings, applied at opening
    int concurrent_tasks = 1;
    /// How long opening waits for another process that has the file open, before it fails as unavailable.
    std::chrono::milliseconds lock_wait{20'000};
    LingerTimes linger{};
};

/// DuckDB in this process. All sessions on one file share one database object, also across engines; the file
/// is closed when its last session closes, so that another executor can take its turn; while more tasks are expected it
/// lingers for a moment (engines/lingering.h). An in-memory database lives as long as the engine. Thread-safe.
std::unique_ptr<Engine> duckdb_engine(DuckDbSettings settings);

}  // namespace towline::engines
