#pragma once
// Limits of the wire, in one place; both sides enforce them.
#include <chrono>
#include <cstddef>

namespace towline::protocol {

inline constexpr int kVersion = 1;  ///< protocol version, negotiated at registration
inline constexpr std::size_t kSyncBodyBytesMax = 4 << 20;
inline constexpr std::size_t kPlanBodyBytesMax = 64 << 20;
inline constexpr std::size_t kSmallBodyBytesMax = 64 << 10;
inline constexpr std::size_t kLogChunkBytesMax = 256 << 10;
inline constexpr std::size_t kLogBytesPerAttemptMax = 4 << 20;
inline constexpr int kSlotsMax = 64;
inline constexpr int kGatewaysMax = 64;  ///< of one executor
inline constexpr int kLabelsMax = 32;    ///< of one executor
inline constexpr std::size_t kLabelBytesMax = 100;
inline constexpr int kSyncItemsMax = 512;                 ///< leases, completions, cancels in one sync
inline constexpr int kAuditsMax = 256;                    ///< audit results of one completion
inline constexpr std::size_t kNameBytesMax = 512;         ///< ids, names, words
inline constexpr std::size_t kMessageBytesMax = 8 << 10;  ///< an error message; longer ones are cut
inline constexpr int kPageItemsMax = 200;
inline constexpr int kSnapshotsPerCallMax = 200;
inline constexpr std::chrono::milliseconds kSyncWaitMax{20'000};
inline constexpr std::chrono::milliseconds kLeaseTtl{30'000};
inline constexpr std::chrono::milliseconds kClockSkewWarning{30'000};
inline constexpr std::chrono::seconds kTokenLife{3600};

}  // namespace towline::protocol
