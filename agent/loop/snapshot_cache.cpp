#include "loop/snapshot_cache.h"

#include <fmt/core.h>

#include <algorithm>

#include "plan/fingerprint.h"

namespace towline::loop {
namespace {

/// How many of `ids` from `first` on fit into one call.
std::size_t batch_size(const std::vector<model::SnapshotId>& ids, std::size_t first) {
    std::size_t bytes = 0;
    std::size_t count = 0;
    while (first + count < ids.size() && count < kSnapshotIdsPerCallMax) {
        // Percent-encoding triples a byte at worst.
        bytes += 3 * (ids[first + count].name.size() + ids[first + count].identifier.size()) + 8;
        if (count > 0 && bytes > kSnapshotUrlBytesMax) break;
        ++count;
    }
    return count;
}

}  // namespace

Result<std::map<model::SnapshotId, model::Snapshot>> SnapshotCache::snapshots(
    const std::vector<model::SnapshotId>& ids) {
    std::map<model::SnapshotId, model::Snapshot> out;
    const std::vector<model::SnapshotId> missing = take_cached(ids, out);
    std::size_t bytes = 0;
    std::size_t most = kSnapshotIdsPerCallMax;
    for (std::size_t first = 0; first < missing.size();) {
        const std::size_t count = std::min(most, batch_size(missing, first));
        const auto begin = missing.begin() + static_cast<std::ptrdiff_t>(first);
        const Status fetched = fetch({begin, begin + static_cast<std::ptrdiff_t>(count)}, out, bytes);
        // Many wide models at once may be too much where each of them is not.
        const bool again = !fetched && fetched.error().code == ErrorCode::too_large && count > 1;
        if (again) {
            most = (count + 1) / 2;
        } else {
            TRY_STATUS(fetched);
            first += count;
        }
    }
    return out;
}

std::vector<model::SnapshotId> SnapshotCache::take_cached(const std::vector<model::SnapshotId>& ids,
                                                          std::map<model::SnapshotId, model::Snapshot>& out) {
    std::vector<model::SnapshotId> missing;
    auto state = state_.lock();
    for (const model::SnapshotId& id : ids) {
        const auto found = state->entries.find(id);
        if (found != state->entries.end()) {
            state->order.splice(state->order.begin(), state->order, found->second.used);
            out.emplace(id, found->second.snapshot);
        } else if (std::find(missing.begin(), missing.end(), id) == missing.end()) {
            missing.push_back(id);
        }
    }
    return missing;
}

Status SnapshotCache::fetch(const std::vector<model::SnapshotId>& ids,
                            std::map<model::SnapshotId, model::Snapshot>& out, std::size_t& bytes) {
    Answer<FetchedSnapshots> answer = api_.snapshots(ids);
    if (!answer.value) return fail(answer.value.error().in("snapshots cannot be fetched"));
    bytes += answer.value->bytes;
    if (bytes > kTaskSnapshotBytesMax)
        return fail(ErrorCode::too_large, fmt::format("the snapshots of one task take more than {} MiB; it is not run",
                                                      kTaskSnapshotBytesMax >> 20));
    // Each counts for its share, so that together they count for what was sent, wherever in them it stands.
    const std::size_t share = 8192 + answer.value->bytes / std::max<std::size_t>(1, answer.value->items.size());
    for (model::Snapshot& snapshot : answer.value->items) {
        const model::SnapshotId id = snapshot.id();
        if (std::find(ids.begin(), ids.end(), id) == ids.end()) continue;
        const auto matches = plan::matches(snapshot.node, snapshot.fingerprint);
        if (!matches) return fail(matches.error().in(fmt::format("the snapshot of {} cannot be checked", id.name)));
        if (!*matches || snapshot.name != id.name) {
            return fail(ErrorCode::invalid,
                        fmt::format("the snapshot of {} is not what its fingerprint says; it is not run", id.name));
        }
        keep(id, snapshot, share);
        out.insert_or_assign(id, std::move(snapshot));
    }
    for (const model::SnapshotId& id : ids) {
        if (!out.contains(id))
            return fail(ErrorCode::not_found,
                        fmt::format("the scheduler has no snapshot {} of {}", id.identifier, id.name));
    }
    return {};
}

void SnapshotCache::keep(const model::SnapshotId& id, const model::Snapshot& snapshot, std::size_t bytes) {
    auto state = state_.lock();
    if (bytes > limits_.bytes_max || state->entries.contains(id)) return;
    state->order.push_front(id);
    state->entries.emplace(id, Entry{snapshot, bytes, state->order.begin()});
    state->bytes += bytes;
    while (state->entries.size() > limits_.count_max || state->bytes > limits_.bytes_max) {
        const auto oldest = state->entries.find(state->order.back());
        state->bytes -= oldest->second.bytes;
        state->entries.erase(oldest);
        state->order.pop_back();
    }
}

}  // namespace towline::loop
