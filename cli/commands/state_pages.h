#pragma once
#include <istream>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "adoption/sqlmesh_state.h"
#include "base/result.h"
#include "plan/interval_log.h"

namespace towline::commands {

/// A state as it was found: in the format of `sqlmesh state export`, and the interval log by (name, version) where that
/// has no intervals itself.
struct StoredState {
    std::unique_ptr<std::istream> in;  ///< can be read again from the start
    std::map<std::pair<std::string, std::string>, plan::IntervalLog> logs;
};

/// A state as the scheduler takes it: in pages of a few MiB, of which nothing counts until all are there.
struct StatePages {
    std::string import_id;
    std::vector<std::string> bodies;
    bool replace = false;
    std::size_t snapshots = 0;
    std::size_t bytes() const;
    /// What makes the pages the project's state.
    std::string application() const;
};

/// Reads a state of any size piece by piece, environments first; what `reader` knows afterwards has no snapshots. Fails
/// as adoption::StateReader does, and with `too_large` for an environment that fits into no page.
Result<StatePages> read_pages(StoredState& stored, adoption::StateReader& reader, bool replace);

}  // namespace towline::commands
