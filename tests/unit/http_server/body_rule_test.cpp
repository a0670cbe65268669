// The size of a body is judged when its header is complete, request by request.
#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "http_server/server.h"
#include "support/http/raw_client.h"

namespace towline::http {
namespace {
using test_support::RawClient;

class BodyRules : public testing::Test {
 protected:
    BodyRules() {
        ServerOptions options;
        options.limits.body_bytes_max = 100'000;
        options.body_rule = [this](const RequestHead& head) -> BodyRule {
            ++asked_;
            if (head.path == "/busy") return {10, 503};
            if (!head.headers.find("Authorization")) return {10, 401};
            ++held_;
            return {50'000, 413, std::shared_ptr<const void>(&held_, [this](const void*) { --held_; })};
        };
        server_ =
            std::make_unique<Server>(std::move(options), [this](Request request, std::shared_ptr<Exchange> exchange) {
                held_while_handled_ = held_.load();
                Response response;
                response.body = std::to_string(request.body.size());
                exchange->send(std::move(response));
            });
        EXPECT_TRUE(server_->start());
    }
    // The answer to a POST of that many bytes; of a refused one the body is never sent.
    std::optional<test_support::RawResponse> post(const std::string& head, std::size_t bytes, bool send_body = true) {
        RawClient client(server_->port());
        const bool sent = client.send("POST " + head + "Host: t\r\nContent-Length: " + std::to_string(bytes) +
                                      "\r\n\r\n" + (send_body ? std::string(bytes, 'x') : std::string()));
        EXPECT_TRUE(sent);
        return client.receive();
    }
    const std::string known_ = "/ HTTP/1.1\r\nAuthorization: Bearer x\r\n";
    std::atomic<int> held_{0};
    std::atomic<int> held_while_handled_{-1};
    std::atomic<int> asked_{0};
    std::unique_ptr<Server> server_;
};

TEST_F(BodyRules, ALargeBodyIsRefusedBeforeItIsSent) {
    const auto unknown = post("/ HTTP/1.1\r\n", 11, false);
    ASSERT_TRUE(unknown);
    EXPECT_EQ(unknown->status, 401);
    EXPECT_EQ(unknown->headers.find("WWW-Authenticate"), "Bearer");
    const auto busy = post("/busy HTTP/1.1\r\n", 11, false);
    ASSERT_TRUE(busy);
    EXPECT_EQ(busy->status, 503);
    EXPECT_EQ(busy->headers.find("Retry-After"), "2");
    const auto above = post(known_, 50'001, false);
    ASSERT_TRUE(above);
    EXPECT_EQ(above->status, 413);
    server_->stop();
    EXPECT_EQ(held_, 0);
    EXPECT_EQ(held_while_handled_, -1);
}

TEST_F(BodyRules, WhatIsHeldLivesAsLongAsTheRequest) {
    const auto answer = post(known_, 50'000);
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->body, "50000");
    EXPECT_EQ(held_while_handled_, 1);
    server_->stop();
    EXPECT_EQ(held_, 0);
}

TEST_F(BodyRules, AConnectionThatEndsInItsBodyGivesBackWhatItHeld) {
    {
        RawClient client(server_->port());
        ASSERT_TRUE(client.send("POST " + known_ + "Host: t\r\nContent-Length: 50000\r\n\r\nabc"));
        while (held_ == 0) std::this_thread::yield();
    }
    server_->stop();
    EXPECT_EQ(held_, 0);
}

TEST_F(BodyRules, AChunkedBodyIsCutOffAtItsRule) {
    RawClient client(server_->port());
    const std::string chunk = "4000\r\n" + std::string(0x4000, 'x') + "\r\n";
    ASSERT_TRUE(client.send("POST " + known_ + "Host: t\r\nTransfer-Encoding: chunked\r\n\r\n" + chunk + chunk + chunk +
                            chunk));
    const auto answer = client.receive();
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->status, 413);
}

TEST_F(BodyRules, RequestsWithoutABodyAreNotAsked) {
    RawClient client(server_->port());
    ASSERT_TRUE(client.send("GET / HTTP/1.1\r\nHost: t\r\n\r\n"));
    ASSERT_TRUE(client.receive());
    EXPECT_EQ(asked_, 0);
}

}  // namespace
}  // namespace towline::http
