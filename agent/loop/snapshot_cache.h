#pragma once
#include <list>
#include <map>
#include <string>
#include <vector>

#include "base/guarded.h"
#include "loop/api.h"
#include "loop/limits.h"
#include "runner/runner.h"

namespace towline::loop {

struct SnapshotCacheLimits {
    std::size_t count_max = kSnapshotsCachedMax;
    std::size_t bytes_max = kSnapshotBytesCachedMax;
};

/// Snapshots by id, fetched when missing and kept up to a limit; the least recently used leave first. A
/// snapshot whose own hashes are not those of its definition is refused with `invalid`, one that the scheduler
/// does not have with `not_found`, more than a task can need with `too_large`. Other failures are the call's,
/// once and without retry. Any thread.
class SnapshotCache final : public runner::SnapshotSource {
 public:
    explicit SnapshotCache(SchedulerApi& api, SnapshotCacheLimits limits = {}) : api_(api), limits_(limits) {}

    Result<std::map<model::SnapshotId, model::Snapshot>> snapshots(const std::vector<model::SnapshotId>& ids) override;
    std::size_t count() const { return state_.lock()->entries.size(); }

 private:
    struct Entry {
        model::Snapshot snapshot;
        std::size_t bytes = 0;
        std::list<model::SnapshotId>::iterator used;
    };
    struct State {
        std::map<model::SnapshotId, Entry> entries;
        std::list<model::SnapshotId> order;  ///< most recently used first
        std::size_t bytes = 0;
    };
    /// Copies what is cached into `out` and returns the rest.
    std::vector<model::SnapshotId> take_cached(const std::vector<model::SnapshotId>& ids,
                                               std::map<model::SnapshotId, model::Snapshot>& out);
    /// Adds those of `ids` to `out`, and what they take to `bytes`, which is bounded by kTaskSnapshotBytesMax.
    Status fetch(const std::vector<model::SnapshotId>& ids, std::map<model::SnapshotId, model::Snapshot>& out,
                 std::size_t& bytes);
    void keep(const model::SnapshotId& id, const model::Snapshot& snapshot, std::size_t bytes);

    SchedulerApi& api_;
    SnapshotCacheLimits limits_;
    Guarded<State> state_;
};

}  // namespace towline::loop
