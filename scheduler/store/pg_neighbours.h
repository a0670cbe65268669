#pragma once
// News between scheduler processes over PostgreSQL's LISTEN and NOTIFY. Nothing depends on their arrival: who misses
// one finds the same by looking again after a while.

#include <chrono>
#include <condition_variable>
#include <string>
#include <thread>

#include "base/guarded.h"
#include "base/result.h"
#include "store/news.h"

namespace towline::store {

/// Two threads with a connection each, between `listen` and `stop`: one that waits for news, one that tells them.
/// Thread-safe.
class PgNeighbours {
 public:
    explicit PgNeighbours(std::string conninfo);
    ~PgNeighbours() { stop(); }
    PgNeighbours(const PgNeighbours&) = delete;
    PgNeighbours& operator=(const PgNeighbours&) = delete;

    /// Calls `hear` on a thread of its own for what others tell, and, since news may have been missed, whenever it is
    /// connected (again). A lost connection is made anew until `stop`.
    void listen(Hear hear);
    /// Returns after the last call of `hear`. Idempotent.
    void stop();
    /// At once; what is told in quick succession goes as one. Without `listen`, and while the database cannot be
    /// reached, it is dropped.
    void tell(const News& news);

 private:
    struct State {
        News pending;
        bool running = false;
        bool stopping = false;
    };
    void listen_loop();
    Status listen_once(bool& was_lost);
    void tell_loop();
    bool wait_to_stop(std::chrono::milliseconds time);

    const std::string conninfo_;
    const std::string name_;  ///< of this process, to know its own words
    Hear hear_;
    Guarded<State> state_;
    std::condition_variable changed_;
    std::thread listener_;
    std::thread teller_;
};

}  // namespace towline::store
