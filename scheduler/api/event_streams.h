#pragma once
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <list>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <thread>

#include "base/guarded.h"
#include "http_server/server.h"
#include "store/store.h"

namespace towline::api {

/// Server-sent events: one thread reads new events of the projects that somebody watches and writes them to every
/// stream. A stream whose peer reads too slowly is closed by the server; it resumes by Last-Event-ID. A stream ends
/// with its token's life at the latest, so that nobody watches on what it may no longer read.
class EventStreams {
 public:
    static constexpr std::size_t kStreamsMax = 1000;
    static constexpr std::size_t kStreamsPerClientMax = 100;

    explicit EventStreams(store::Store& store) : store_(store) {}
    ~EventStreams();
    EventStreams(const EventStreams&) = delete;
    EventStreams& operator=(const EventStreams&) = delete;

    void start();
    /// Ends every stream. Idempotent, legal before start.
    void stop();

    /// What a stream shows, and to whom.
    struct Watch {
        std::string project_id;
        std::string work_id;  ///< empty = everything of the project
        std::string client_id;
        std::int64_t after_seq = 0;
    };
    /// False if the client, or all together, have as many streams as they may: to be asked before the answer begins.
    bool has_room(const std::string& client_id) const;
    /// Takes over an exchange whose answer has begun. False above the limits, or when stopping.
    bool add(Watch watch, std::shared_ptr<http::Exchange> exchange);
    /// Ends the streams of a client that was revoked.
    void end_client(const std::string& client_id);

 private:
    struct Stream {
        Watch watch;
        std::chrono::steady_clock::time_point until;
        // Shared with the server, which drops it when the peer is gone.
        std::shared_ptr<http::Exchange> exchange;
    };
    struct State {
        std::list<Stream> streams;                ///< without those that the thread has in hand
        std::map<std::string, std::size_t> open;  ///< client → streams, with those
        std::size_t total = 0;
        std::set<std::string> ended_clients;
        bool stopping = false;
    };
    void loop();
    void drop_ended(std::list<Stream>& streams, const std::set<std::string>& ended_clients);
    void pump(std::list<Stream>& streams);

    store::Store& store_;
    Guarded<State> state_;
    std::condition_variable changed_;
    std::thread thread_;
};

}  // namespace towline::api
