#include "http_client/token_source.h"

#include <gtest/gtest.h>

#include <atomic>
#include <mutex>
#include <thread>

#include "crypto/crypto.h"
#include "http_client/scripted_transport.h"

namespace towline::http {
namespace {
using namespace std::chrono_literals;

class Tokens : public testing::Test {
 protected:
    TokenOptions options() {
        TokenOptions out;
        out.token_url = "https://example.test/oauth/token";
        out.client_id = "id:1";
        out.client_secret = ClientSecret("s e/kr3t");
        out.scopes = {"executor:run", "read"};
        out.now = [this] { return now_; };
        return out;
    }
    void grant(const std::string& token, int seconds = 600) {
        transport_.then_status(200, R"({"access_token":")" + token + R"(","token_type":"Bearer","expires_in":)" +
                                        std::to_string(seconds) + "}");
    }
    std::chrono::steady_clock::time_point now_{std::chrono::hours(1)};
    ScriptedTransport transport_;
};

TEST_F(Tokens, AsksWithBasicAuthenticationAndKeepsTheToken) {
    TokenSource source(transport_, options());
    grant("t1");
    EXPECT_EQ(source.bearer().value(), "t1");
    EXPECT_EQ(source.bearer().value(), "t1");
    ASSERT_EQ(transport_.requests().size(), 1U);
    const HttpRequest request = transport_.requests().front();
    EXPECT_EQ(request.method, "POST");
    EXPECT_EQ(request.body, "grant_type=client_credentials&scope=executor%3Arun+read");
    EXPECT_EQ(request.headers.find("authorization"), "Basic " + crypto::base64_encode("id%3A1:s+e%2Fkr3t"));
}

TEST_F(Tokens, RefreshesAtHalfOfLifeAndLivesOnTheOldOneMeanwhile) {
    TokenSource source(transport_, options());
    grant("t1", 600);
    EXPECT_EQ(source.bearer().value(), "t1");
    now_ += 299s;
    EXPECT_EQ(source.bearer().value(), "t1");
    now_ += 1s;
    transport_.then_fail(ErrorCode::unavailable);
    EXPECT_EQ(source.bearer().value(), "t1");
    EXPECT_EQ(source.bearer().value(), "t1");  // Not asked again at once.
    EXPECT_EQ(transport_.requests().size(), 2U);
    now_ += 10s;
    grant("t2", 600);
    EXPECT_EQ(source.bearer().value(), "t2");
    now_ += 600s;
    transport_.then_fail(ErrorCode::timeout);
    EXPECT_EQ(source.bearer().error().code, ErrorCode::timeout);
    grant("t3");
    EXPECT_EQ(source.bearer().value(), "t3");
}

TEST_F(Tokens, RefusalsHaveTheirReasonAndNeverTheSecret) {
    struct Case {
        int status;
        std::string body, type;
        ErrorCode code;
    };
    const std::string json = "application/json";
    for (const Case& test : {
             Case{401, R"({"error":"invalid_client"})", json, ErrorCode::unauthenticated},
             Case{400, R"({"error":"invalid_client"})", json, ErrorCode::unauthenticated},
             Case{401, "{}", json, ErrorCode::unauthenticated},
             Case{400, R"({"error":"invalid_scope"})", json, ErrorCode::forbidden},
             Case{400, R"({"error":"invalid_request"})", json, ErrorCode::invalid},
             Case{401, "<html>", "text/html", ErrorCode::unavailable},
             Case{503, "{}", json, ErrorCode::unavailable},
             Case{200, "{}", json, ErrorCode::unavailable},
             Case{200, "{", json, ErrorCode::unavailable},
             Case{200, R"({"access_token":"a\nb","token_type":"bearer"})", json, ErrorCode::unavailable},
             Case{200, R"({"access_token":"a","token_type":"mac"})", json, ErrorCode::unavailable},
         }) {
        TokenSource source(transport_, options());
        transport_.then_status(test.status, test.body, test.type);
        const auto token = source.bearer();
        ASSERT_FALSE(token) << test.body;
        EXPECT_EQ(token.error().code, test.code) << test.body;
        EXPECT_EQ((token.error().message + token.error().hint).find("kr3t"), std::string::npos)
            << token.error().message;
    }
}

TEST_F(Tokens, ABusyEndpointIsLeftAloneForAsLongAsItAsks) {
    TokenSource source(transport_, options());
    transport_.then([](const HttpRequest&) { return HttpResponse{503, {{"Retry-After", "30"}}, "{}"}; });
    EXPECT_EQ(source.bearer().error().code, ErrorCode::unavailable);
    now_ += 29s;
    EXPECT_EQ(source.bearer().error().code, ErrorCode::unavailable);
    EXPECT_EQ(transport_.requests().size(), 1U);
    now_ += 2s;
    grant("t1");
    EXPECT_EQ(source.bearer().value(), "t1");
}

TEST_F(Tokens, ARejectedTokenIsFetchedAgainOnce) {
    TokenSource source(transport_, options());
    AuthorizedTransport authorized(transport_, source);
    HttpRequest call;
    call.url = "https://example.test/x";
    grant("old");
    transport_.then_status(401, "{}");
    grant("new");
    transport_.then_status(200, "{}");
    EXPECT_EQ(authorized.send(call).value().status, 200);
    EXPECT_EQ(transport_.requests().back().headers.find("authorization"), "Bearer new");
    transport_.then_status(401, "{}");
    grant("third");
    transport_.then_status(401, "{}");
    EXPECT_EQ(authorized.send(call).value().status, 401);
    EXPECT_EQ(transport_.remaining(), 0U);
    std::string seen;
    transport_.then_status(200, "data");
    EXPECT_TRUE(authorized.stream(call, [&](std::string_view data) {
        seen += data;
        return true;
    }));
    EXPECT_EQ(seen, "data");
    source.reject("not the current one");
    EXPECT_EQ(source.bearer().value(), "third");
}

TEST_F(Tokens, ManyThreadsCauseOneFetch) {
    TokenSource source(transport_, options());
    grant("t1");
    std::vector<std::thread> threads;
    std::atomic<int> good{0};
    for (int i = 0; i < 8; ++i) {
        threads.emplace_back([&] {
            if (source.bearer().value_or("") == "t1") ++good;
        });
    }
    for (auto& thread : threads) thread.join();
    EXPECT_EQ(good, 8);
    EXPECT_EQ(transport_.requests().size(), 1U);
}

TEST_F(Tokens, CancelEndsTheWaitForAnotherThreadsFetch) {
    TokenSource source(transport_, options());
    std::mutex gate;
    gate.lock();
    std::atomic<bool> entered{false};
    transport_.then([&](const HttpRequest&) -> Result<HttpResponse> {
        entered = true;
        const std::lock_guard wait(gate);
        return fail(ErrorCode::unavailable, "x");
    });
    std::thread fetcher([&] { EXPECT_FALSE(source.bearer()); });
    while (!entered) std::this_thread::yield();
    const CancelToken cancel;
    std::thread waiter([&] { EXPECT_EQ(source.bearer(cancel).error().code, ErrorCode::cancelled); });
    cancel.cancel();
    waiter.join();
    gate.unlock();
    fetcher.join();
}

TEST(ClientSecret, MovesWithoutLeavingACopy) {
    ClientSecret a("short");
    ClientSecret b(std::move(a));
    EXPECT_EQ(b.reveal(), "short");
    EXPECT_TRUE(a.empty());
    ClientSecret c;
    c = std::move(b);
    EXPECT_EQ(c.reveal(), "short");
    EXPECT_TRUE(b.empty());
}

}  // namespace
}  // namespace towline::http
