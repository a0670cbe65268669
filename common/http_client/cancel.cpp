#include "http_client/cancel.h"

#include <utility>

namespace towline::http {

struct CancelToken::Listener::Hold {
    std::shared_ptr<Guarded<State>> state;  // Shared with the token: see there.
    std::uint64_t id = 0;
};

void CancelToken::cancel() const {
    auto state = state_->lock();
    if (std::exchange(state->cancelled, true)) return;
    for (const auto& [id, wake] : state->listeners) wake();
}

CancelToken::Listener::Listener(const CancelToken& token, std::function<void()> wake)
    : hold_(std::make_unique<Hold>()) {
    hold_->state = token.state_;
    auto state = hold_->state->lock();
    hold_->id = state->next_id++;
    state->listeners.emplace(hold_->id, std::move(wake));
}

CancelToken::Listener::~Listener() { hold_->state->lock()->listeners.erase(hold_->id); }

}  // namespace towline::http
