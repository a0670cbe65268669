#include "runner/fence_sql.h"

#include <fmt/core.h>

#include "runner/limits.h"
#include "runner/sql_text.h"

namespace towline::runner {
namespace {

std::string overlaps(const Fence& fence) {
    return fmt::format("target = {} AND range_start < {} AND range_end > {}", text_literal(fence.target), fence.end,
                       fence.start);
}

std::string own_row(const Fence& fence) {
    return fmt::format("target = {} AND range_start = {} AND range_end = {}", text_literal(fence.target), fence.start,
                       fence.end);
}

std::string touch_older_fences(const Fence& fence) {
    return fmt::format(
        "UPDATE {} SET session = CASE WHEN session = 'superseded' THEN 'superseded.' ELSE 'superseded' END "
        "WHERE {} AND fence < {} AND NOT ({})",
        fence.table, overlaps(fence), fence.number, own_row(fence));
}

}  // namespace

plan::TableName fences_table(const std::string& catalog) { return {catalog, "_towline", "fences"}; }

std::string create_fences_schema(const std::string& quoted_schema) {
    return "CREATE SCHEMA IF NOT EXISTS " + quoted_schema;
}

std::string create_fences_table(const std::string& table) {
    return fmt::format(
        "CREATE TABLE IF NOT EXISTS {} (target text NOT NULL, range_start bigint NOT NULL, range_end bigint "
        "NOT NULL, "
        "fence bigint NOT NULL, session text NOT NULL, PRIMARY KEY (target, range_start, range_end))",
        table);
}

std::string claim_fence(const Fence& fence, bool row_locks) {
    const std::string upsert = fmt::format(
        "INSERT INTO {0} (target, range_start, range_end, fence, session) "
        "SELECT {1}, {2}, {3}, {4}, {5} WHERE NOT EXISTS (SELECT 1 FROM {0} WHERE {6} AND fence > {4}) "
        "ON CONFLICT (target, range_start, range_end) DO UPDATE SET fence = EXCLUDED.fence, "
        "session = EXCLUDED.session || CASE WHEN fences.session LIKE '% done:%' "
        "THEN substr(fences.session, strpos(fences.session, ' done:')) ELSE '' END "
        "WHERE fences.fence <= EXCLUDED.fence",
        fence.table, text_literal(fence.target), fence.start, fence.end, fence.number, text_literal(fence.session),
        overlaps(fence));
    const std::string covered = fmt::format(
        "DELETE FROM {} WHERE target = {} AND range_start >= {} AND range_end <= {} AND fence < {} AND NOT "
        "({})",
        fence.table, text_literal(fence.target), fence.start, fence.end, fence.number, own_row(fence));
    const std::string surplus = fmt::format(
        "DELETE FROM {0} WHERE target = {1} AND fence <= (SELECT fence FROM {0} WHERE target = {1} ORDER BY "
        "fence DESC LIMIT 1 OFFSET {2})",
        fence.table, text_literal(fence.target), kFenceRowsPerTargetMax);
    // Without row locks the older rows are written first, so that the claim conflicts with a write that holds
    // them.
    const std::string first = row_locks ? lock_wait_on() : touch_older_fences(fence);
    return fmt::format("BEGIN; {}; {}; {}; {}; COMMIT", first, upsert, covered, surplus);
}

std::string overlapping_fences(const Fence& fence, bool lock) {
    return fmt::format(
        "SELECT range_start, range_end, fence, session FROM {} WHERE {} ORDER BY range_start, range_end{}", fence.table,
        overlaps(fence), lock ? " FOR UPDATE" : "");
}

// DuckDB leaves out an update that changes no value, and does not see a conflict of an update with a delete.
// So both sides really change the session of the row in question.
std::string touch_own_fence(const Fence& fence) {
    return fmt::format("UPDATE {} SET session = session || '.' WHERE {} AND fence = {}", fence.table, own_row(fence),
                       fence.number);
}

std::string lock_wait_on() { return fmt::format("SET LOCAL lock_timeout = {}", kFenceLockWait.count()); }
std::string lock_wait_off() { return "SET LOCAL lock_timeout TO DEFAULT"; }

std::string done_mark(const std::string& task_id) { return " done:" + task_id; }

std::string mark_fence_done(const Fence& fence, const std::string& task_id) {
    return fmt::format("UPDATE {} SET session = {} WHERE {} AND fence = {}", fence.table,
                       text_literal(fence.session + done_mark(task_id)), own_row(fence), fence.number);
}

}  // namespace towline::runner
