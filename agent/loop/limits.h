#pragma once
#include <chrono>
#include <cstddef>
#include <cstdint>

namespace towline::loop {

inline constexpr std::size_t kCompletionsPerCallMax = 200;
inline constexpr std::size_t kCompletionBytesPerCallMax = 2 << 20;
/// What an answer may take. A parsed document needs up to 16 times as much memory, so only snapshots may be large, and
/// those by their texts (a seed), not by the number of their values.
inline constexpr std::size_t kSmallAnswerBytesMax = 64 << 10;
inline constexpr std::size_t kSyncAnswerBytesMax = 8 << 20;
/// About 8 KB each without their seeds: an executor shall stay small, and asking again costs milliseconds.
inline constexpr std::size_t kSnapshotsCachedMax = 500;
inline constexpr std::size_t kSnapshotBytesCachedMax = 64 << 20;
inline constexpr std::size_t kSnapshotIdsPerCallMax = 100;
inline constexpr std::size_t kSnapshotAnswerValuesMax = 400'000;
/// Of one task: its own snapshot, with the seed that a plan may carry, and those of its parents.
inline constexpr std::size_t kTaskSnapshotBytesMax = 80 << 20;
inline constexpr std::size_t kSnapshotUrlBytesMax = 6'000;
inline constexpr int kSnapshotTriesMax = 5;
/// Refusals of the client in a row after which what runs is stopped: its leases ended with the client.
inline constexpr int kRefusalsBeforeStop = 2;
inline constexpr std::size_t kLogBufferBytesMax = 1 << 20;  ///< per attempt, not sent yet
inline constexpr std::size_t kLogLineBytesMax = 16 << 10;
inline constexpr std::size_t kLogBytesWorthPacking = 512;  ///< shorter chunks are sent as they are
inline constexpr std::size_t kLogsWaitingMax = 200;        ///< finished attempts whose log is not sent yet
/// What a scheduler may say of times; beyond, the nearest of these counts.
inline constexpr std::int64_t kLeaseTtlMsMin = 1'000;
inline constexpr std::int64_t kLeaseTtlMsMax = 3'600'000;
inline constexpr std::int64_t kClockSkewMsMax = 36'500LL * 86'400'000;
/// A scheduler that answers at once, again and again, without anything to do is asked more slowly after so many times.
inline constexpr int kHastyAnswersMax = 3;
inline constexpr std::chrono::milliseconds kHastyWindow{500};
inline constexpr std::chrono::milliseconds kHastyPause{1'000};
/// The loop wakes at least this often while it waits, so that liveness and the status file stay true.
inline constexpr std::chrono::milliseconds kBeatMax{10'000};
inline constexpr std::chrono::milliseconds kCallMargin{10'000};  ///< on top of the time a call may be parked
inline constexpr std::chrono::milliseconds kFinalFlush{5'000};   ///< for the last results when stopping

}  // namespace towline::loop
