#pragma once
#include <condition_variable>
#include <memory>
#include <mutex>
#include <vector>

#include "http_server/server.h"

namespace towline::test_support {

/// A place for exchanges that wait, and a way to wait for them.
class Parking {
 public:
    void add(std::shared_ptr<http::Exchange> exchange) {
        const std::lock_guard lock(mutex_);
        exchanges_.push_back(std::move(exchange));
        changed_.notify_all();
    }
    void count_closed() {
        const std::lock_guard lock(mutex_);
        ++closed_;
        changed_.notify_all();
    }
    bool wait_for(std::size_t count) {
        std::unique_lock lock(mutex_);
        return changed_.wait_for(lock, std::chrono::seconds(20), [&] { return exchanges_.size() >= count; });
    }
    bool wait_closed(std::size_t count) {
        std::unique_lock lock(mutex_);
        return changed_.wait_for(lock, std::chrono::seconds(20), [&] { return closed_ >= count; });
    }
    std::shared_ptr<http::Exchange> at(std::size_t index) {
        const std::lock_guard lock(mutex_);
        return exchanges_.at(index);
    }
    std::vector<std::shared_ptr<http::Exchange>> take_all() {
        const std::lock_guard lock(mutex_);
        return std::exchange(exchanges_, {});
    }
    std::size_t closed() {
        const std::lock_guard lock(mutex_);
        return closed_;
    }

 private:
    std::mutex mutex_;
    std::condition_variable changed_;
    std::vector<std::shared_ptr<http::Exchange>> exchanges_;
    std::size_t closed_ = 0;
};

/// A handler with a few fixed paths: /ping, /echo, /park (marked as parked), /work (not marked), /sse, and so
/// on.
inline http::Handler test_handler(Parking& parking) {
    return [&parking](http::Request request, std::shared_ptr<http::Exchange> exchange) {
        const bool parks = request.path == "/park" || request.path == "/sse";
        if (parks || request.path == "/work") {
            exchange->on_closed([&parking] { parking.count_closed(); });
            if (parks) exchange->park();
            if (request.path == "/sse") exchange->begin({.content_type = "text/event-stream"});
            parking.add(std::move(exchange));
        } else if (request.path == "/echo") {
            exchange->send({.body = request.method + " " + request.query + " " + request.body});
        } else if (request.path == "/peer") {
            exchange->send({.body = request.peer + (request.tls ? " tls" : " plain")});
        } else if (request.path == "/inject") {
            exchange->send({.body = "x", .headers = {{"X-Bad", "a\r\nSet-Cookie: b"}}});
        } else if (request.path == "/framing") {
            exchange->send({.body = "four", .headers = {{"Content-Length", "1"}, {"Connection", "x"}, {"X-Ok", "y"}}});
        } else if (request.path == "/throw") {
            throw std::runtime_error("handler");
        } else if (request.path == "/big") {
            exchange->send({.body = std::string(5 << 20, 'b')});
        } else if (request.path != "/drop") {
            exchange->send({.body = "pong", .content_type = "text/plain"});
        }
    };
}

}  // namespace towline::test_support
