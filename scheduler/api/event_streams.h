#pragma once
#include <condition_variable>
#include <cstdint>
#include <list>
#include <memory>
#include <string>
#include <thread>

#include "base/guarded.h"
#include "http_server/server.h"
#include "store/store.h"

namespace towline::api {

/// Server-sent events: one thread reads new events of the projects that somebody watches and writes them to every
/// stream. A stream whose peer reads too slowly is closed by the server; it resumes by Last-Event-ID.
class EventStreams {
   public:
    static constexpr std::size_t kStreamsMax = 1000;

    explicit EventStreams(store::Store& store) : store_(store) {}
    ~EventStreams();
    EventStreams(const EventStreams&) = delete;
    EventStreams& operator=(const EventStreams&) = delete;

    void start();
    /// Ends every stream. Idempotent, legal before start.
    void stop();

    /// Starts a stream after event `after_seq`; `work_id` empty = everything of the project. False above kStreamsMax.
    bool add(const std::string& project_id, const std::string& work_id, std::int64_t after_seq,
             std::shared_ptr<http::Exchange> exchange);

   private:
    struct Stream {
        std::string project_id;
        std::string work_id;
        std::int64_t after_seq = 0;
        // Shared with the server, which drops it when the peer is gone.
        std::shared_ptr<http::Exchange> exchange;
    };
    struct State {
        std::list<Stream> streams;
        bool stopping = false;
    };
    void loop();
    void pump(std::list<Stream>& streams);

    store::Store& store_;
    Guarded<State> state_;
    std::condition_variable changed_;
    std::thread thread_;
};

}  // namespace towline::api
