#pragma once
#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/guarded.h"
#include "base/result.h"
#include "protocol/executor.h"
#include "spool/limits.h"
#include "spool/record_file.h"

namespace towline::spool {

struct SpoolLimits {
    std::size_t bytes_max = kFileBytesMax;
    std::size_t reserved_bytes = kReservedBytes;
    std::size_t compact_above_bytes = kCompactAboveBytes;
};

/// Finished work until the scheduler has acknowledged it. Any thread.
class Spool {
 public:
    /// Reads what an earlier process left in `folder`/completions.log.
    static Result<std::unique_ptr<Spool>> open(const std::filesystem::path& folder, SpoolLimits limits = {});

    /// Returns when the completion is on disk. `too_large` when the spool is full, `io` when the disk is; the
    /// completion is then pending all the same, but only in memory. A long error message is cut.
    Status add(protocol::Completion completion);
    /// Not acknowledged yet, oldest first.
    std::vector<protocol::Completion> pending() const;
    bool is_pending(const std::string& attempt_id) const;
    /// Drops the results of these attempts; unknown ids are ignored. A failure to write is only logged: the
    /// result would be sent once more and answered the same.
    void acknowledge(const std::vector<std::string>& attempt_ids);
    /// False when what is left is reserved for tasks that already run, or when the disk refused the last write: take no
    /// new ones.
    bool has_room() const { return trouble().empty(); }
    /// Why there is no room, a sentence for people; empty if there is.
    std::string trouble() const;
    /// After the disk refused a write: looks whether it takes some again, and brings to it what is only in memory.
    void retry_disk();

 private:
    struct Entry {
        std::uint64_t order = 0;
        std::string record;
        protocol::Completion completion;
    };
    struct State {
        explicit State(RecordFile opened) : file(std::move(opened)) {}
        RecordFile file;
        std::map<std::string, Entry> entries;  ///< by attempt
        std::uint64_t next_order = 0;
        std::size_t pending_bytes = 0;
        std::string disk_failure;  ///< of the last write, if it failed
    };
    Spool(RecordFile file, SpoolLimits limits) : limits_(limits), state_(State(std::move(file))) {}
    void load(State& state);
    void insert(State& state, protocol::Completion completion, std::string record);
    void compact_if_due(State& state);
    static Status rewrite(State& state);

    SpoolLimits limits_;
    Guarded<State> state_;
};

}  // namespace towline::spool
