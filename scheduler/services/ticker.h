#pragma once
#include <chrono>
#include <condition_variable>
#include <functional>
#include <string>
#include <thread>
#include <vector>

#include "base/guarded.h"
#include "base/result.h"

namespace towline::services {

/// Runs named duties on one thread, each at its own interval; a failing duty is logged and tried again at its next
/// turn.
class Ticker {
 public:
    struct Duty {
        std::string name;
        std::chrono::milliseconds interval{1000};
        std::function<Status()> run;
    };

    explicit Ticker(std::vector<Duty> duties) : duties_(std::move(duties)) {}
    ~Ticker();
    Ticker(const Ticker&) = delete;
    Ticker& operator=(const Ticker&) = delete;

    void start();
    /// Waits for the duty that runs now. Idempotent, legal before start.
    void stop();

 private:
    void loop();

    std::vector<Duty> duties_;
    Guarded<bool> stopping_{false};
    std::condition_variable changed_;
    std::thread thread_;
};

}  // namespace towline::services
