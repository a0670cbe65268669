#pragma once
// A scheduler for tests of the loop: a transport that answers registrations, syncs and logs from a script,
// and parks a sync that has no script until it is cut short. Nothing sleeps: parked calls wait for the loop's
// own cancel.

#include <condition_variable>
#include <deque>
#include <functional>
#include <string>
#include <vector>

#include "base/guarded.h"
#include "http_client/transport.h"
#include "json/json.h"
#include "protocol/executor.h"

namespace towline::test {

class FakeScheduler final : public http::HttpTransport {
 public:
    using Sync = std::function<Result<http::HttpResponse>(const protocol::SyncRequest&)>;

    /// What the next unanswered sync is answered with.
    void on_sync(Sync sync) {
        state_.lock()->syncs.push_back(std::move(sync));
        changed_.notify_all();
    }
    void answer_sync(protocol::SyncResponse response) {
        on_sync([response](const protocol::SyncRequest&) { return json(200, protocol::to_json(response)); });
    }
    void fail_sync(int status, std::string code) {
        on_sync([=](const protocol::SyncRequest&) { return problem(status, code); });
    }
    void on_register(Result<http::HttpResponse> answer) { state_.lock()->registers.push_back(std::move(answer)); }
    void on_snapshots(std::string body) { state_.lock()->snapshots = std::move(body); }

    static Result<http::HttpResponse> json(int status, std::string body) {
        http::HttpResponse response{status, {}, std::move(body)};
        response.headers.add("Content-Type", "application/json");
        return response;
    }
    static Result<http::HttpResponse> problem(int status, const std::string& code) {
        protocol::Problem problem;
        problem.status = status;
        problem.code = code;
        problem.detail = "scripted";
        return json(status, protocol::to_json(problem));
    }

    std::vector<protocol::SyncRequest> syncs() const { return state_.lock()->seen_syncs; }
    std::vector<protocol::RegisterRequest> registrations() const { return state_.lock()->seen_registers; }
    std::string log() const { return state_.lock()->log; }
    /// Blocks until that many syncs have arrived.
    void wait_for_syncs(std::size_t count) {
        auto state = state_.lock();
        changed_.wait(state.mutex_lock(), [&] { return state->seen_syncs.size() >= count; });
    }

    Result<http::HttpResponse> send(const http::HttpRequest& request) override {
        if (request.url.ends_with("/executors")) return answer_register(request);
        if (request.url.ends_with("/sync")) return answer_sync_call(request);
        if (request.url.find("/snapshots") != std::string::npos) return json(200, state_.lock()->snapshots);
        auto state = state_.lock();
        state->log += request.body;
        return json(200, "{\"next_offset\":" + std::to_string(state->log.size()) + "}");
    }
    Result<http::HttpResponse> stream(const http::HttpRequest& request, const http::OnData&) override {
        return send(request);
    }

 private:
    Result<http::HttpResponse> answer_register(const http::HttpRequest& request) {
        const auto document = json::Document::parse(request.body);
        auto state = state_.lock();
        state->seen_registers.push_back(*protocol::register_request_from_json(document->root()));
        if (!state->registers.empty()) {
            auto answer = std::move(state->registers.front());
            state->registers.pop_front();
            return answer;
        }
        return json(201, protocol::to_json(protocol::RegisterResponse{"e1", 30'000, 20'000, 0}));
    }
    Result<http::HttpResponse> answer_sync_call(const http::HttpRequest& request) {
        const auto document = json::Document::parse(request.body);
        auto seen = protocol::sync_request_from_json(document->root());
        if (!seen) return problem(400, "invalid");
        bool cut = false;  // Guarded by state_'s lock, which is never held while the token's is asked for.
        const http::CancelToken::Listener listener(*request.cancel, [&] {
            const auto state = state_.lock();
            cut = true;
            changed_.notify_all();
        });
        if (request.cancel->cancelled()) return fail(ErrorCode::cancelled, "cut short");
        Sync step;
        {
            auto state = state_.lock();
            state->seen_syncs.push_back(*seen);
            changed_.notify_all();
            changed_.wait(state.mutex_lock(), [&] { return !state->syncs.empty() || cut; });
            if (cut) return fail(ErrorCode::cancelled, "cut short");
            step = std::move(state->syncs.front());
            state->syncs.pop_front();
        }
        return step(*seen);
    }

    struct State {
        std::deque<Sync> syncs;
        std::deque<Result<http::HttpResponse>> registers;
        std::vector<protocol::SyncRequest> seen_syncs;
        std::vector<protocol::RegisterRequest> seen_registers;
        std::string snapshots = "{\"items\":[]}";
        std::string log;
    };
    Guarded<State> state_;
    std::condition_variable changed_;
};

}  // namespace towline::test
