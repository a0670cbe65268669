#include "http_server/loop.h"

#include <fmt/core.h>
#include <pthread.h>
#include <signal.h>

#include <algorithm>
#include <boost/asio/post.hpp>

#include "http_message/date.h"
#include "http_server/session.h"

namespace towline::http {
namespace {
// One TLS record is at most 16 kB, so one read never leaves decrypted bytes behind.
constexpr std::size_t kScratchBytes = 32 << 10;

std::chrono::milliseconds sweep_interval(const ServerLimits& limits) {
    const auto shortest = std::min({limits.header_time_max, limits.body_time_max, limits.idle_time_max,
                                    limits.write_time_max, limits.linger_time_max});
    return std::clamp(shortest / 4, std::chrono::milliseconds(5), std::chrono::milliseconds(1000));
}
}  // namespace

void ServerContext::connection_closed() {
    if (--connections > 0) return;
    const std::lock_guard lock(empty_mutex);
    empty_condition.notify_all();
}

std::string ServerContext::next_request_id() { return fmt::format("{}{:08x}", id_prefix, ++requests); }

Loop::Loop(ServerContext& context)
    : context_(context), sweep_every_(sweep_interval(context.options.limits)), scratch_(kScratchBytes) {
    door_ = std::make_shared<LoopDoor>([this](LoopDoor::Task task) { post(std::move(task)); });
}

Loop::~Loop() {
    door_->close();
    join();
}

void Loop::start(int number) {
    sweep();
    // Signals belong to the main thread; SIGPIPE of a TLS write to a dead peer must reach nobody.
    sigset_t all;
    sigset_t before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    thread_ = std::thread([this] {
        door_->enter();
        io_.run();
    });
    pthread_sigmask(SIG_SETMASK, &before, nullptr);
    pthread_setname_np(thread_.native_handle(), fmt::format("http-{}", number).c_str());
}

void Loop::post(std::function<void()> task) { boost::asio::post(io_, std::move(task)); }

void Loop::join() {
    if (thread_.joinable()) thread_.join();
    door_->close();
}

void Loop::adopt(boost::asio::ip::tcp::socket socket, const TlsContext& tls, bool overflow) {
    if (draining_) {
        context_.connection_closed();
        return;
    }
    auto session = std::make_shared<Session>(*this, std::move(socket), tls, overflow);
    session->start(sessions_.insert(sessions_.end(), session));
}

// A visited session may remove itself, and only itself, from the list.
template <class Visit>
void Loop::for_each_session(Visit visit) {
    for (auto place = sessions_.begin(); place != sessions_.end();) {
        const std::shared_ptr<Session> session = *place++;
        visit(*session);
    }
}

void Loop::sweep() {
    sweep_timer_.expires_after(sweep_every_);
    sweep_timer_.async_wait([this](boost::system::error_code) {
        if (finished_) return;
        const auto now = SteadyClock::now();
        for_each_session([&](Session& session) { session.expire(now); });
        sweep();
    });
}

void Loop::drain() {
    draining_ = true;
    for_each_session([](Session& session) { session.drain(); });
}

void Loop::finish() {
    draining_ = true;
    finished_ = true;
    for_each_session([](Session& session) { session.cut(); });
    sweep_timer_.cancel();
}

std::string_view Loop::date() {
    const auto second = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
    if (date_.empty() || second != date_second_) {
        date_second_ = second;
        date_ = http_date(second);
    }
    return date_;
}

}  // namespace towline::http
