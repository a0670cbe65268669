#pragma once
#include <chrono>
#include <condition_variable>
#include <memory>
#include <thread>

#include "base/guarded.h"

namespace towline::engines {

struct LingerTimes {
    std::chrono::milliseconds idle{300};     ///< kept after the last use ended
    std::chrono::milliseconds hold{10'000};  ///< after this the others get their turn; below the time they wait
    std::chrono::milliseconds yield{120};    ///< how long their turn lasts at least
};

/// Keeps what is dear to open for a moment after its last use, while more uses are expected: a DuckDB file costs
/// a read of its whole catalogue at opening and a checkpoint at closing, and shuts out other processes in between.
/// Thread-safe.
class Lingering {
 public:
    using Times = LingerTimes;

    /// One use; ends with the object.
    class Use {
     public:
        Use(Lingering& owner, std::shared_ptr<void> resource) : owner_(owner) { owner_.begin(std::move(resource)); }
        ~Use() { owner_.end(); }
        Use(const Use&) = delete;
        Use& operator=(const Use&) = delete;

     private:
        Lingering& owner_;
    };

    explicit Lingering(Times times = {}) : times_(times) {}
    ~Lingering();
    Lingering(const Lingering&) = delete;
    Lingering& operator=(const Lingering&) = delete;

    /// False, as at the beginning: the resource goes with its last use, or at once if there is none.
    void expect_more(bool more);
    /// How long to wait before the next opening, so that others get their turn.
    std::chrono::milliseconds pause() const;

 private:
    using TimePoint = std::chrono::steady_clock::time_point;
    struct State {
        // Shared with the sessions that use it; opaque, because only its lifetime matters here.
        std::shared_ptr<void> resource;
        int uses = 0;
        bool more = false;
        bool stopping = false;
        TimePoint held_since;
        TimePoint drop_at;
        TimePoint pause_until;
    };
    void begin(std::shared_ptr<void> resource);
    void end();
    void loop();

    const Times times_;
    Guarded<State> state_;
    std::condition_variable changed_;
    std::thread thread_;
};

}  // namespace towline::engines
