#include "http_server/exchange.h"

#include <utility>

namespace towline::http {

template <class Call>
void SessionExchange::with_sink(Call call) {
    if (closed_) return;
    door_->run([sink = sink_, serial = serial_, call = std::move(call)]() mutable {
        if (const auto alive = sink.lock()) call(*alive, serial);
    });
}

SessionExchange::~SessionExchange() {
    if (closed_) return;
    // In turn: another thread may have sent the answer just now and the loop itself be the last to let go.
    door_->run_in_turn([sink = sink_, serial = serial_] {
        if (const auto alive = sink.lock()) alive->abandoned(serial);
    });
    mark_closed();
}

void SessionExchange::send(Response response) {
    with_sink([response = std::move(response)](AnswerSink& sink, std::uint64_t serial) mutable {
        sink.answer(serial, std::move(response));
    });
}

void SessionExchange::begin(Response head) {
    with_sink([head = std::move(head)](AnswerSink& sink, std::uint64_t serial) mutable {
        sink.begin_stream(serial, std::move(head));
    });
}

void SessionExchange::chunk(std::string bytes) {
    with_sink([bytes = std::move(bytes)](AnswerSink& sink, std::uint64_t serial) mutable {
        sink.append(serial, std::move(bytes));
    });
}

void SessionExchange::end() {
    with_sink([](AnswerSink& sink, std::uint64_t serial) { sink.finish(serial); });
}

void SessionExchange::park() {
    with_sink([](AnswerSink& sink, std::uint64_t serial) { sink.parked(serial); });
}

void SessionExchange::on_closed(std::function<void()> callback) {
    {
        auto callbacks = callbacks_.lock();
        if (!closed_) {
            callbacks->push_back(std::move(callback));
            return;
        }
    }
    callback();
}

void SessionExchange::mark_closed() {
    Callbacks ready;
    {
        // Under the lock, so that a callback is either in the list or sees the flag.
        auto callbacks = callbacks_.lock();
        if (closed_.exchange(true)) return;
        ready.swap(*callbacks);
    }
    for (auto& callback : ready) door_->run_later(std::move(callback));
}

}  // namespace towline::http
