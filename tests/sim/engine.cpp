#include "sim/engine.h"

#include "crypto/crypto.h"

namespace towline::sim {
namespace {

bool overlap(const Write& a, const Write& b) {
    return a.table == b.table && a.range.start < b.range.end && b.range.start < a.range.end;
}

std::string text(const Write& w) {
    return w.attempt_id + " fence " + std::to_string(w.fence) + " " + w.table + "[" + std::to_string(w.range.start) +
           "," + std::to_string(w.range.end) + ")";
}

}  // namespace

std::uint64_t Engine::value(const std::string& table, std::int64_t day, const std::vector<std::uint64_t>& parents) {
    std::string input = table + "@" + std::to_string(day);
    for (const std::uint64_t parent : parents) input += ";" + std::to_string(parent);
    return (std::uint64_t{crypto::crc32(input)} << 32U) | crypto::crc32(input + "!");
}

Begin Engine::begin(int session, const Write& write, const std::vector<std::string>& parents) {
    if (has_fences_) {
        // The rows of the fence table are locked by whoever writes there now.
        for (const auto& [other, open] : open_)
            if (other != session && overlap(open.write, write)) return Begin::busy;
        auto& fences = fences_[write.table];
        for (std::int64_t day = write.range.start; day < write.range.end; ++day)
            if (const auto found = fences.find(day); found != fences.end() && found->second > write.fence)
                return Begin::stale;
    }
    for (const auto& [other, open] : open_)
        if (other != session && overlap(open.write, write))
            verdict_.report("two open writes overlap: " + text(open.write) + " and " + text(write));
    open_[session] = {write, parents};
    return Begin::ok;
}

std::uint64_t Engine::computed(const Open& open, std::int64_t day) const {
    std::vector<std::uint64_t> parents;
    for (const std::string& parent : open.parents) {
        const auto table = data_.find(parent);
        const auto found =
            table == data_.end() ? std::map<std::int64_t, std::uint64_t>::const_iterator() : table->second.find(day);
        parents.push_back(table == data_.end() || found == table->second.end() ? 0 : found->second);
    }
    return value(open.write.table, day, parents);
}

bool Engine::commit(int session) {
    const auto found = open_.find(session);
    if (found == open_.end()) return false;
    const Open open = found->second;
    open_.erase(found);
    // Independent of how fences work: whatever was committed, an older fence never follows a newer one.
    for (const Write& before : log_)
        if (overlap(before, open.write) && before.fence > open.write.fence)
            verdict_.report("a stale write was committed: " + text(open.write) + " after " + text(before));
    for (std::int64_t day = open.write.range.start; day < open.write.range.end; ++day) {
        fences_[open.write.table][day] = open.write.fence;
        data_[open.write.table][day] = computed(open, day);
    }
    log_.push_back(open.write);
    return true;
}

bool Engine::has_committed(const Write& write) const {
    for (const Write& each : log_)
        if (each.attempt_id == write.attempt_id && each.table == write.table && each.range == write.range) return true;
    return false;
}

model::Intervals Engine::written(const std::string& table) const {
    model::Intervals out;
    if (const auto found = data_.find(table); found != data_.end())
        for (const auto& [day, value] : found->second) model::add(out, {day, day + 1});
    return out;
}

}  // namespace towline::sim
