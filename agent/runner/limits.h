#pragma once
#include <chrono>
#include <cstddef>

namespace towline::runner {

/// Fields of a seed file; rows are bounded by its size.
inline constexpr std::size_t kSeedColumnsMax = 1'600;
/// Fence rows kept per target; a claim older than all of them is refused.
inline constexpr int kFenceRowsPerTargetMax = 1'000;
/// How often a write is begun anew after the session of a superseded holder was ended.
inline constexpr int kFenceTriesMax = 4;
/// How long a write waits for the holder of a fence.
inline constexpr std::chrono::milliseconds kFenceLockWait{5'000};
/// Where a conflict is told at once instead of after waiting: the pause before the next try, times the tries.
inline constexpr std::chrono::milliseconds kFenceConflictPause{100};
/// How many columns and objects one catalogue look-up may give.
inline constexpr std::size_t kCatalogRowsMax = 10'000;
/// Bytes of a statement that go to the task's log.
inline constexpr std::size_t kLoggedStatementBytesMax = 2'000;

}  // namespace towline::runner
