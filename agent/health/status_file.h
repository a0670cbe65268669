#pragma once
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "base/result.h"

namespace towline::health {

inline constexpr std::chrono::seconds kLoopAgeMax{60};
inline constexpr std::chrono::seconds kSyncAgeMax{60};

/// What the loop says of itself. Times are milliseconds of the machine's monotonic clock; 0 = never.
struct LoopStatus {
    std::int64_t pid = 0;
    std::string kind;
    std::string name;
    std::string state;         ///< starting | registering | ready | unready | draining | stopped
    std::string reason;        ///< why it is not ready, one sentence
    std::string trouble = {};  ///< error code of the last call, if that is why it is not ready
    std::string health;        ///< ok | degraded
    std::int64_t loop_ms = 0;
    std::int64_t last_sync_ms = 0;
    int slots = 0;
    std::vector<std::string> tasks;  ///< attempts that run
    std::int64_t spooled = 0;        ///< results not acknowledged yet
    std::string egress_head = {};    ///< where the egress journal's chain ends, "SEQ:HASH"
};

/// Now, on the clock of LoopStatus.
std::int64_t monotonic_ms();
std::string to_json(const LoopStatus& status);
/// Replaces the file atomically. On a full disk the file is written over in place, so that a full disk makes no loop
/// look dead.
Status write_status(const std::filesystem::path& path, const LoopStatus& status);
/// not_found if no executor ever wrote there.
Result<LoopStatus> read_status(const std::filesystem::path& path);

enum class Probe { live, ready };
struct Verdict {
    bool healthy = false;
    std::string sentence;
    int exit_code = 1;  ///< of the probe: 0 healthy, 1 not, 3 refused credentials, 5 scheduler not reached
};
/// Judges a status. Pure.
Verdict judge(const LoopStatus& status, Probe probe, std::int64_t now_ms);
/// Reads the file, looks whether its process exists, and judges.
Verdict check(const std::filesystem::path& path, Probe probe);

}  // namespace towline::health
