#include "spool/spool.h"

#include <algorithm>
#include <utility>

#include "json/json.h"
#include "log/log.h"

namespace towline::spool {
namespace {

// A record is one letter and its payload: 'C' a completion's JSON, 'A' an acknowledged attempt's id.
constexpr char kCompletion = 'C';
constexpr char kAcknowledged = 'A';
constexpr std::size_t kProbeBytes = 64 << 10;  ///< above the longest result

}  // namespace

Result<std::unique_ptr<Spool>> Spool::open(const std::filesystem::path& folder, SpoolLimits limits) {
    TRY(RecordFile file, RecordFile::open(folder / "completions.log", limits.bytes_max));
    if (file.was_torn()) log::warn("the spool ended in a torn record, which was cut off");
    std::unique_ptr<Spool> spool(new Spool(std::move(file), limits));
    auto state = spool->state_.lock();
    spool->load(*state);
    spool->compact_if_due(*state);
    return Result<std::unique_ptr<Spool>>(std::move(spool));
}

void Spool::load(State& state) {
    for (std::string& record : state.file.take_records()) {
        if (record.empty()) continue;
        const std::string_view payload = std::string_view(record).substr(1);
        if (record.front() == kAcknowledged) {
            const auto found = state.entries.find(std::string(payload));
            if (found == state.entries.end()) continue;
            state.pending_bytes -= found->second.record.size();
            state.entries.erase(found);
            continue;
        }
        auto document = json::Document::parse(payload);
        auto completion = document ? protocol::completion_from_json(document->root())
                                   : Result<protocol::Completion>(fail(document.error()));
        if (completion) {
            insert(state, std::move(*completion), std::move(record));
        } else {
            log::failure(log::Level::error, "a spooled result cannot be read and is dropped", completion.error());
        }
    }
}

void Spool::insert(State& state, protocol::Completion completion, std::string record) {
    state.pending_bytes += record.size();
    std::string id = completion.lease.attempt_id;
    state.entries.insert_or_assign(std::move(id), Entry{state.next_order++, std::move(record), std::move(completion)});
}

Status Spool::add(protocol::Completion completion) {
    if (completion.error_message.size() > kErrorMessageBytesMax) {
        std::size_t end = kErrorMessageBytesMax;
        // Not in the middle of a UTF-8 sequence.
        while (end > 0 && (static_cast<unsigned char>(completion.error_message[end]) & 0xC0U) == 0x80U) --end;
        completion.error_message.resize(end);
    }
    std::string record = kCompletion + protocol::to_json(completion);
    auto state = state_.lock();
    const Status written = state->file.append(record, RecordFile::Durability::synced);
    if (!written && written.error().code == ErrorCode::io) state->disk_failure = written.error().message;
    insert(*state, std::move(completion), std::move(record));
    return written;
}

std::vector<protocol::Completion> Spool::pending() const {
    auto state = state_.lock();
    std::vector<const Entry*> entries;
    for (const auto& [id, entry] : state->entries) entries.push_back(&entry);
    std::sort(entries.begin(), entries.end(), [](const Entry* a, const Entry* b) { return a->order < b->order; });
    std::vector<protocol::Completion> out;
    out.reserve(entries.size());
    for (const Entry* entry : entries) out.push_back(entry->completion);
    return out;
}

bool Spool::is_pending(const std::string& attempt_id) const {
    auto state = state_.lock();
    return state->entries.contains(attempt_id);
}

void Spool::acknowledge(const std::vector<std::string>& attempt_ids) {
    auto state = state_.lock();
    for (const std::string& id : attempt_ids) {
        const auto found = state->entries.find(id);
        if (found == state->entries.end()) continue;
        state->pending_bytes -= found->second.record.size();
        state->entries.erase(found);
        // When all are acknowledged the file is emptied instead.
        if (state->entries.empty()) break;
        const Status written = state->file.append(kAcknowledged + id, RecordFile::Durability::relaxed);
        if (!written) log::failure(log::Level::warn, "an acknowledgement was not spooled", written.error());
    }
    compact_if_due(*state);
}

void Spool::compact_if_due(State& state) {
    const bool empty = state.entries.empty() && state.file.bytes() > 0;
    const bool large = state.file.bytes() > limits_.compact_above_bytes && state.pending_bytes < state.file.bytes() / 2;
    if (!empty && !large) return;
    const Status written = rewrite(state);
    if (!written) log::failure(log::Level::warn, "the spool was not compacted", written.error());
}

Status Spool::rewrite(State& state) {
    std::vector<const Entry*> entries;
    for (const auto& [id, entry] : state.entries) entries.push_back(&entry);
    std::sort(entries.begin(), entries.end(), [](const Entry* a, const Entry* b) { return a->order < b->order; });
    std::vector<std::string> records;
    for (const Entry* entry : entries) records.push_back(entry->record);
    return state.file.rewrite(records);
}

void Spool::retry_disk() {
    auto state = state_.lock();
    if (state->disk_failure.empty()) return;
    // Nothing is acknowledged by it. An empty file fits on a full disk too, so room for a result is asked for first.
    const std::string probe = kAcknowledged + std::string(kProbeBytes, ' ');
    Status written = state->file.append(probe, RecordFile::Durability::synced);
    if (written) written = rewrite(*state);
    if (!written) {
        state->disk_failure = written.error().message;
        return;
    }
    state->disk_failure.clear();
    log::info("the spool can be written again", {{"results", state->entries.size()}});
}

std::string Spool::trouble() const {
    auto state = state_.lock();
    if (!state->disk_failure.empty())
        return "no new tasks are taken, results cannot be kept on disk: " + state->disk_failure;
    if (std::max(state->file.bytes(), state->pending_bytes) + limits_.reserved_bytes > limits_.bytes_max)
        return "no new tasks are taken, the spool is full of results that the scheduler has not acknowledged";
    return {};
}

}  // namespace towline::spool
