#pragma once
// The statements of fences (agent/engines/README.md tells the idea). Pure.

#include <cstdint>
#include <string>

#include "plan/naming.h"
#include "runner/load_sql.h"

namespace towline::runner {

/// The claim of one task on a range of one target.
struct Fence {
    std::string table;   ///< quoted name of the fences table
    std::string target;  ///< what is written, quoted; any stable text
    std::int64_t start = INT64_MIN + 1;
    std::int64_t end = INT64_MAX;
    std::int64_t number = 0;
    std::string session;  ///< Session::session_id of the writer
};

/// _towline.fences in the catalogue of a target.
plan::TableName fences_table(const std::string& catalog);
std::string create_fences_schema(const std::string& quoted_schema);
std::string create_fences_table(const std::string& table);

/// Whole claim as one statement text that the server runs without the client: a client that freezes holds no
/// lock. `lock_wait` sets a lock time-out where row locks exist.
std::string claim_fence(const Fence& fence, bool row_locks);
/// Rows (range_start, range_end, fence, session) that overlap the fence's range; with `lock` they stay locked
/// until the transaction ends.
std::string overlapping_fences(const Fence& fence, bool lock);
/// Changes the fence's own row in the write's transaction: on engines without row locks, a concurrent claim
/// then conflicts.
std::string touch_own_fence(const Fence& fence);
std::string lock_wait_on();
std::string lock_wait_off();
/// Notes in the fence's own row that the task's write is done; committed with the write.
std::string mark_fence_done(const Fence& fence, const std::string& task_id);
/// How the session text of a row ends whose write was done by that task.
std::string done_mark(const std::string& task_id);

}  // namespace towline::runner
