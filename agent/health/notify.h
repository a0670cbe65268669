#pragma once
#include <chrono>
#include <optional>
#include <string>

namespace towline::health {

/// Talks to systemd (sd_notify's protocol) if NOTIFY_SOCKET names its socket; otherwise does nothing. The watchdog is
/// fed by the loop's own thread only, so that a loop that hangs is noticed. One thread.
class Notifier {
 public:
    /// Reads NOTIFY_SOCKET, WATCHDOG_USEC and WATCHDOG_PID.
    static Notifier from_environment();
    Notifier() = default;
    Notifier(std::string socket, std::optional<std::chrono::microseconds> watchdog)
        : socket_(std::move(socket)), watchdog_(watchdog) {}

    /// One turn of the loop: READY=1 with the first that finds the loop turning, WATCHDOG=1 with each, STATUS if it
    /// changed.
    void turn(const std::string& status);
    void stopping();
    /// How often `turn` must come so that the watchdog stays quiet; nothing if there is none.
    std::optional<std::chrono::milliseconds> pace() const;

 private:
    void send(const std::string& text) const;

    std::string socket_;
    std::optional<std::chrono::microseconds> watchdog_;
    std::string told_;
    bool ready_ = false;
};

}  // namespace towline::health
