#pragma once
#include <atomic>
#include <cstdint>
#include <memory>
#include <vector>

#include "base/guarded.h"
#include "http_server/loop_door.h"
#include "http_server/server.h"

namespace towline::http {

/// What an exchange asks of its connection. Called on the connection's loop only. `serial` numbers the
/// requests of a connection, so that a late answer to an old one is recognised and dropped.
class AnswerSink {
 public:
    virtual ~AnswerSink() = default;
    virtual void answer(std::uint64_t serial, Response response) = 0;
    virtual void begin_stream(std::uint64_t serial, Response head) = 0;
    virtual void append(std::uint64_t serial, std::string bytes) = 0;
    virtual void finish(std::uint64_t serial) = 0;
    virtual void parked(std::uint64_t serial) = 0;
    /// Nobody holds the exchange any more.
    virtual void abandoned(std::uint64_t serial) = 0;
};

/// The Exchange of one request on one connection.
class SessionExchange final : public Exchange {
 public:
    // The door is shared because exchanges outlive loops; the sink is weak because connections die under
    // exchanges.
    SessionExchange(std::shared_ptr<LoopDoor> door, std::weak_ptr<AnswerSink> sink, std::uint64_t serial)
        : door_(std::move(door)), sink_(std::move(sink)), serial_(serial) {}
    ~SessionExchange() override;

    void send(Response response) override;
    void begin(Response head) override;
    void chunk(std::string bytes) override;
    void end() override;
    void park() override;
    bool closed() const override { return closed_; }
    void on_closed(std::function<void()> callback) override;

    /// By the connection: the exchange is over. Callbacks follow from a fresh stack, so that no caller's lock
    /// is held.
    void mark_closed();

 private:
    using Callbacks = std::vector<std::function<void()>>;
    template <class Call>
    void with_sink(Call call);

    std::shared_ptr<LoopDoor> door_;
    std::weak_ptr<AnswerSink> sink_;
    std::uint64_t serial_;
    std::atomic<bool> closed_{false};
    Guarded<Callbacks> callbacks_;
};

}  // namespace towline::http
