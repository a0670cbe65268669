#include "http_server/server.h"

#include <boost/asio/ip/address.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <future>

#include "crypto/crypto.h"
#include "http_server/loop.h"

namespace towline::http {
namespace {
using boost::asio::ip::tcp;
using boost::system::error_code;
}  // namespace

/// The acceptor lives on the first loop and hands connections out in turn, so that an address in use is
/// noticed (one acceptor per loop would need SO_REUSEPORT, which lets a second server join silently).
class Server::Impl {
 public:
    Impl(ServerOptions options, Handler handler) {
        context_.options = std::move(options);
        context_.handler = std::move(handler);
        context_.id_prefix = crypto::random_hex(4);
    }

    Status start();
    void stop();
    Status reload_tls();
    std::uint16_t port() const { return port_; }
    ServerStats stats() const {
        return {context_.connections, context_.accepted, context_.refused, context_.accept_failures};
    }

 private:
    enum class Phase { created, running, stopped };
    Status listen();
    void accept();
    void accepted(tcp::socket socket, Loop& loop);
    void pause_accepting();
    void close_acceptor();

    ServerContext context_;
    Guarded<TlsContext> tls_;
    Guarded<Phase> phase_{Phase::created};
    std::vector<std::unique_ptr<Loop>> loops_;
    std::optional<tcp::acceptor> acceptor_;
    std::optional<boost::asio::steady_timer> accept_timer_;
    std::size_t next_loop_ = 0;
    std::atomic<std::uint16_t> port_{0};
};

Status Server::Impl::reload_tls() {
    if (!context_.options.tls) return fail(ErrorCode::invalid, "this server has no certificate");
    TRY(TlsContext loaded, load_tls(*context_.options.tls));
    *tls_.lock() = std::move(loaded);
    return {};
}

Status Server::Impl::start() {
    auto phase = phase_.lock();
    if (*phase != Phase::created) return fail(ErrorCode::invalid, "a server starts once");
    if (context_.options.tls) TRY_STATUS(reload_tls());
    for (int i = 0; i < std::max(1, context_.options.threads); ++i) loops_.push_back(std::make_unique<Loop>(context_));
    if (Status listening = listen(); !listening) {
        acceptor_.reset();
        accept_timer_.reset();
        loops_.clear();
        return listening;
    }
    accept();
    int number = 0;
    for (const auto& loop : loops_) loop->start(number++);
    *phase = Phase::running;
    return {};
}

Status Server::Impl::listen() {
    const ServerOptions& options = context_.options;
    error_code error;
    const auto address = boost::asio::ip::make_address(options.address, error);
    if (error) return fail(ErrorCode::invalid, "not an IP address to listen on: " + options.address);
    const tcp::endpoint endpoint(address, options.port);
    acceptor_.emplace(loops_.front()->io());
    accept_timer_.emplace(loops_.front()->io());
    acceptor_->open(endpoint.protocol(), error);
    if (!error) acceptor_->set_option(boost::asio::socket_base::reuse_address(true), error);
    if (!error) acceptor_->bind(endpoint, error);
    if (!error) acceptor_->listen(boost::asio::socket_base::max_listen_connections, error);
    if (error) {
        return fail(ErrorCode::unavailable,
                    "cannot listen on " + options.address + ":" + std::to_string(options.port) + ": " + error.message(),
                    "another program may use the port; choose a different one");
    }
    port_ = acceptor_->local_endpoint(error).port();
    return {};
}

void Server::Impl::accept() {
    Loop& loop = *loops_[next_loop_++ % loops_.size()];
    acceptor_->async_accept(loop.io(), [this, &loop](error_code error, tcp::socket socket) {
        if (!acceptor_->is_open()) return;
        if (error) ++context_.accept_failures;
        // The usual failure is that no file descriptor is free, and trying at once would spin until one is.
        if (error) return pause_accepting();
        accepted(std::move(socket), loop);
        accept();
    });
}

void Server::Impl::accepted(tcp::socket socket, Loop& loop) {
    ++context_.accepted;
    const ServerLimits& limits = context_.options.limits;
    const std::size_t open = ++context_.connections;
    if (open > limits.connections_max + limits.overflow_max) {
        ++context_.refused;
        context_.connection_closed();
        return;  // The socket closes here.
    }
    // std::function wants copyable captures; the socket is shared for the way to its loop only.
    auto carried = std::make_shared<tcp::socket>(std::move(socket));
    const TlsContext tls = *tls_.lock();
    const bool overflow = open > limits.connections_max;
    loop.post([&loop, carried, tls, overflow] { loop.adopt(std::move(*carried), tls, overflow); });
}

void Server::Impl::pause_accepting() {
    accept_timer_->expires_after(context_.options.limits.accept_pause);
    accept_timer_->async_wait([this](error_code) {
        if (acceptor_->is_open()) accept();
    });
}

void Server::Impl::close_acceptor() {
    std::promise<void> closed;
    loops_.front()->post([this, &closed] {
        error_code ignored;
        acceptor_->close(ignored);
        accept_timer_->cancel();
        closed.set_value();
    });
    closed.get_future().wait();
}

void Server::Impl::stop() {
    // Held throughout, so that a second caller returns only when the server has stopped.
    auto phase = phase_.lock();
    const Phase before = std::exchange(*phase, Phase::stopped);
    if (before != Phase::running) return;
    // Connections already on their way to a loop were posted before this, so drain() finds or refuses them.
    close_acceptor();
    for (const auto& loop : loops_) loop->post([&loop = *loop] { loop.drain(); });
    {
        std::unique_lock lock(context_.empty_mutex);
        context_.empty_condition.wait_for(lock, context_.options.limits.drain_time_max,
                                          [&] { return context_.connections == 0; });
    }
    for (const auto& loop : loops_) loop->post([&loop = *loop] { loop.finish(); });
    for (const auto& loop : loops_) loop->join();
    acceptor_.reset();
    accept_timer_.reset();
    loops_.clear();
}

Server::Server(ServerOptions options, Handler handler)
    : impl_(std::make_unique<Impl>(std::move(options), std::move(handler))) {}
Server::~Server() { impl_->stop(); }
Status Server::start() { return impl_->start(); }
void Server::stop() { impl_->stop(); }
std::uint16_t Server::port() const { return impl_->port(); }
Status Server::reload_tls() { return impl_->reload_tls(); }
ServerStats Server::stats() const { return impl_->stats(); }

}  // namespace towline::http
