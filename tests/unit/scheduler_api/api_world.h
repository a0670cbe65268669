#pragma once
// The API in process: requests go through Api::handle, answers are captured by an exchange without a socket.

#include <future>
#include <map>

#include "api/api.h"
#include "base/strings.h"
#include "json/json.h"
#include "support/scheduler_world.h"

namespace towline::api {

/// Captures one answer, whole or streamed.
class FakeExchange final : public http::Exchange {
 public:
    void send(http::Response response) override {
        if (!closed_.exchange(true)) answer_.set_value(std::move(response));
    }
    void begin(http::Response head) override {
        is_stream = true;
        answer_.set_value(std::move(head));
    }
    void chunk(std::string bytes) override { *text_.lock() += bytes; }
    void end() override {
        if (!closed_.exchange(true)) ended_.set_value();
    }
    void park() override {}
    bool closed() const override { return closed_; }
    void on_closed(std::function<void()>) override {}

    http::Response wait() {
        auto answer = answer_.get_future();
        if (answer.wait_for(std::chrono::seconds(20)) == std::future_status::ready) return answer.get();
        ADD_FAILURE() << "no answer";
        return {};
    }
    bool wait_end() { return ended_.get_future().wait_for(std::chrono::seconds(20)) == std::future_status::ready; }
    std::string text() { return *text_.lock(); }
    std::atomic<bool> is_stream{false};

 private:
    std::promise<http::Response> answer_;
    std::promise<void> ended_;
    Guarded<std::string> text_;
    std::atomic<bool> closed_{false};
};

struct Call {
    std::string method = "GET";
    std::string path{};  ///< "{P}" stands for the project's API
    std::string body{};
    std::string token{};
    std::string query{};
    std::string project = test::kProject;
};

class ApiTest : public ::testing::Test {
 protected:
    ApiTest() {
        dispatcher.start();
        events.start();
    }

    /// The shared exchange is the server's side of the call.
    std::shared_ptr<FakeExchange> send(const Call& call, http::Headers headers = {}) {
        http::Request request;
        request.method = call.method;
        request.path = call.path;
        if (const auto at = request.path.find("{P}"); at != std::string::npos)
            request.path.replace(at, 3, "/sqlmesh/" + call.project + "/api/v1");
        request.query = call.query;
        request.body = call.body;
        request.id = "request-1";
        request.headers = std::move(headers);
        if (!call.token.empty()) request.headers.add("Authorization", "Bearer " + call.token);
        auto exchange = std::make_shared<FakeExchange>();
        api->handle(std::move(request), exchange);
        return exchange;
    }
    http::Response ask(const Call& call) { return send(call)->wait(); }

    auth::NewClient client(std::vector<std::string> scopes, const std::string& project = test::kProject) {
        auto made = authenticator.create_client({project, "test", std::move(scopes)});
        EXPECT_TRUE(made);
        return *made;
    }
    std::string token_of(const auth::NewClient& client) {
        const auto answer = authenticator.token(
            {}, "grant_type=client_credentials&client_id=" + client.client.id + "&client_secret=" + client.secret);
        EXPECT_EQ(answer.status, 200) << answer.body;
        return field(answer.body, "access_token");
    }
    /// A token of a fresh client; one for each set of scopes.
    std::string token(const std::string& scopes, const std::string& project = test::kProject) {
        std::string& known = tokens_[project + " " + scopes];
        if (known.empty()) known = token_of(client(split(scopes, " "), project));
        return known;
    }

    static std::string field(const std::string& body, const std::string& key) {
        const auto document = json::Document::parse(body);
        if (!document || !document->root().has(key)) return {};
        return document->root().str(key, "");
    }
    static std::size_t items(const http::Response& response) {
        const auto document = json::Document::parse(response.body);
        return document ? document->root().list("items").size() : 999;
    }

    test::SchedulerWorld world;
    metrics::Registry metrics;
    auth::Authenticator authenticator{world.store(), world.clock};
    services::CronEnqueuer cron{world.store(), world.advancer(), world.clock};
    services::Dispatcher dispatcher{world.store(), world.clock, metrics};
    services::Janitor janitor{world.store(), world.advancer(), world.clock};
    EventStreams events{world.store()};
    std::unique_ptr<Api> api =
        std::make_unique<Api>(Services{world.store(), authenticator, world.advancer(), cron, dispatcher, janitor,
                                       events, metrics, world.clock, "https://towline.example"},
                              2);

 private:
    std::map<std::string, std::string> tokens_;
};

}  // namespace towline::api
