#pragma once
// A small project in memory, and the texts of the faults a change of it gives.

#include <map>
#include <string>
#include <vector>

#include "project/loader.h"

namespace towline::project::sample {

using Files = std::map<std::string, std::string>;

inline constexpr const char* kConfig = R"(gateways:
  local:
    connection:
      type: duckdb
      database: shop.db
model_defaults:
  dialect: duckdb
  start: 2024-01-01
variables:
  limit_of: 5
  Words: [a, b]
)";

inline Files files() {
    return {
        {"config.yaml", kConfig},
        {"models/a.sql", "MODEL (name db.a, kind FULL);\nSELECT CAST(1 AS INT) AS id, 'x' AS word\n"},
        {"models/b.sql", "MODEL (name db.b);\nSELECT id, word FROM db.a WHERE id < @limit_of\n"},
    };
}

struct Outcome {
    Project project;
    std::vector<Fault> faults;
    std::string text;  ///< all faults
};

inline Outcome load(Files all, std::map<std::string, std::string> environment = {}, KnownGateways known = {}) {
    const MemoryFileSystem memory(std::move(all));
    LoadOptions options;
    options.paths = {""};
    options.environment = std::move(environment);
    options.known_gateways = std::move(known);
    Outcome out;
    auto loaded = NativeProjectSource(memory).load(options);
    if (loaded) {
        out.project = std::move(*loaded);
        return out;
    }
    out.faults = std::move(loaded.error().faults);
    for (const Fault& fault : out.faults) out.text += to_text(fault) + "\n";
    return out;
}

/// The sample with one file replaced or added.
inline Files with(const std::string& path, const std::string& text) {
    Files out = files();
    out[path] = text;
    return out;
}

}  // namespace towline::project::sample
