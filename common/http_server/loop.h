#pragma once
// Private to http_server: the only header with asio in it, included by three sources.

#include <atomic>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <condition_variable>
#include <list>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "http_server/loop_door.h"
#include "http_server/server.h"
#include "http_server/tls.h"

namespace towline::http {

using SteadyClock = std::chrono::steady_clock;
class Session;
// Shared: the loop's list owns a session, and each pending asio callback keeps it alive until it has run.
using SessionList = std::list<std::shared_ptr<Session>>;

/// What all loops of a server share.
struct ServerContext {
    ServerOptions options;
    Handler handler;
    std::string id_prefix;
    std::atomic<std::uint64_t> requests{0};
    std::atomic<std::size_t> connections{0};
    std::atomic<std::uint64_t> accepted{0};
    std::atomic<std::uint64_t> refused{0};
    std::atomic<std::uint64_t> accept_failures{0};
    std::mutex empty_mutex;  // Guards no data: it pairs empty_condition with the counter above.
    std::condition_variable empty_condition;

    /// A connection is gone; wakes stop() when it was the last.
    void connection_closed();
    std::string next_request_id();
};

/// One thread, one io_context, the sessions that live on it, and the sweep that enforces their deadlines.
class Loop {
 public:
    explicit Loop(ServerContext& context);
    ~Loop();
    Loop(const Loop&) = delete;
    Loop& operator=(const Loop&) = delete;

    void start(int number);
    /// Any thread: what run() calls next on the loop.
    void post(std::function<void()> task);
    void join();

    // On the loop's thread only:
    void adopt(boost::asio::ip::tcp::socket socket, const TlsContext& tls, bool overflow);
    void forget(SessionList::iterator place) { sessions_.erase(place); }
    void drain();
    /// Ends every session and the sweep; the thread then returns by itself, after the last callback.
    void finish();
    bool draining() const { return draining_; }
    std::string_view date();
    /// A buffer for one read; nothing in it outlives the call that filled it.
    std::vector<char>& scratch() { return scratch_; }

    ServerContext& context() { return context_; }
    boost::asio::io_context& io() { return io_; }
    const std::shared_ptr<LoopDoor>& door() const { return door_; }

 private:
    void sweep();
    template <class Visit>
    void for_each_session(Visit visit);

    ServerContext& context_;
    boost::asio::io_context io_{1};
    boost::asio::steady_timer sweep_timer_{io_};
    std::shared_ptr<LoopDoor> door_;  // Shared with exchanges, which outlive the loop.
    SessionList sessions_;
    bool draining_ = false;
    bool finished_ = false;
    std::chrono::milliseconds sweep_every_;
    std::chrono::system_clock::time_point date_second_{};
    std::string date_;
    std::vector<char> scratch_;
    std::thread thread_;
};

}  // namespace towline::http
