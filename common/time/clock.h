#pragma once
// Where the present comes from. Pure code takes instants as arguments; only edges hold a Clock.

#include <chrono>
#include <cstdint>

#include "base/guarded.h"

namespace towline::time {

/// An instant: milliseconds since 1970-01-01 00:00 UTC, leap seconds not counted (the convention of SQLMesh's
/// state).
using TimestampMs = std::int64_t;

inline constexpr TimestampMs kSecondMs = 1000;
inline constexpr TimestampMs kMinuteMs = 60 * kSecondMs;
inline constexpr TimestampMs kHourMs = 60 * kMinuteMs;
inline constexpr TimestampMs kDayMs = 24 * kHourMs;

/// The edge to the machine's clocks. Safe to call from any thread.
class Clock {
 public:
    virtual ~Clock() = default;
    /// Wall clock; may jump when the machine's clock is set.
    virtual TimestampMs now_ms() const = 0;
    /// Never goes back; for durations and deadlines inside one process.
    virtual std::chrono::steady_clock::time_point steady_now() const = 0;
};

/// The machine's clocks as they are.
class SystemClock final : public Clock {
 public:
    TimestampMs now_ms() const override;
    std::chrono::steady_clock::time_point steady_now() const override;
};

/// Starts at a given instant when constructed and runs on at normal speed. Steady time is the machine's.
class OffsetClock final : public Clock {
 public:
    explicit OffsetClock(TimestampMs start);
    TimestampMs now_ms() const override;
    std::chrono::steady_clock::time_point steady_now() const override;

 private:
    TimestampMs start_;
    std::chrono::steady_clock::time_point started_;
};

/// Stands still until told to move. Any thread may read or move it.
class FakeClock final : public Clock {
 public:
    explicit FakeClock(TimestampMs now = 0);
    TimestampMs now_ms() const override;
    std::chrono::steady_clock::time_point steady_now() const override;
    /// Moves the wall clock only, back or forth, as an administrator would; steady time stays.
    void set(TimestampMs now);
    /// Moves both clocks forward.
    void advance(std::chrono::milliseconds by);

 private:
    struct State {
        TimestampMs now = 0;
        std::chrono::steady_clock::time_point steady{std::chrono::hours(1)};
    };
    Guarded<State> state_;
};

}  // namespace towline::time
