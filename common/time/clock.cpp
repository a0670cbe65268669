#include "time/clock.h"

namespace towline::time {

TimestampMs SystemClock::now_ms() const {
    const auto since = std::chrono::system_clock::now().time_since_epoch();
    return std::chrono::floor<std::chrono::milliseconds>(since).count();
}

std::chrono::steady_clock::time_point SystemClock::steady_now() const { return std::chrono::steady_clock::now(); }

OffsetClock::OffsetClock(TimestampMs start) : start_(start), started_(std::chrono::steady_clock::now()) {}

TimestampMs OffsetClock::now_ms() const {
    const auto elapsed = std::chrono::steady_clock::now() - started_;
    return start_ + std::chrono::floor<std::chrono::milliseconds>(elapsed).count();
}

std::chrono::steady_clock::time_point OffsetClock::steady_now() const { return std::chrono::steady_clock::now(); }

FakeClock::FakeClock(TimestampMs now) { state_.lock()->now = now; }

TimestampMs FakeClock::now_ms() const { return state_.lock()->now; }

std::chrono::steady_clock::time_point FakeClock::steady_now() const { return state_.lock()->steady; }

void FakeClock::set(TimestampMs now) { state_.lock()->now = now; }

void FakeClock::advance(std::chrono::milliseconds by) {
    auto state = state_.lock();
    state->now += by.count();
    state->steady += by;
}

}  // namespace towline::time
