#include "http_client/curl_transport.h"

#include <gtest/gtest.h>

#include <atomic>
#include <filesystem>
#include <fstream>
#include <thread>

#include "http_server/server.h"
#include "support/http/certificate.h"
#include "support/http/parking.h"

namespace towline::http {
namespace {
using namespace std::chrono_literals;
using test_support::Parking;

class Curl : public testing::Test {
 protected:
    void serve(ServerOptions options = {}) {
        server_ = std::make_unique<Server>(std::move(options), test_support::test_handler(parking_));
        ASSERT_TRUE(server_->start());
    }
    void serve_tls() {
        ASSERT_TRUE(test_support::make_certificate(folder_, "server"));
        ServerOptions options;
        options.tls = TlsFiles{folder_.file("server.pem"), folder_.file("server.key")};
        serve(std::move(options));
    }
    HttpRequest request(std::string path, std::string method = "GET") const {
        HttpRequest out;
        out.method = std::move(method);
        const std::string scheme = std::filesystem::exists(folder_.file("server.pem")) ? "https" : "http";
        out.url = scheme + "://localhost:" + std::to_string(server_->port()) + std::move(path);
        out.total_timeout = 20s;
        return out;
    }
    test::TemporaryFolder folder_;
    Parking parking_;
    std::unique_ptr<Server> server_;
    CurlTransport transport_{{.route = {.proxy = ""}}};
};

TEST_F(Curl, SendsEveryMethodOverOneConnection) {
    serve();
    for (const std::string method : {"GET", "POST", "PUT", "DELETE", "PATCH"}) {
        HttpRequest call = request("/echo?q=1", method);
        if (method != "GET" && method != "DELETE") call.body = "body of " + method;
        call.headers = {{"X-One", "1"}, {"X-Empty", ""}};
        const auto response = transport_.send(call);
        ASSERT_TRUE(response) << response.error().message;
        EXPECT_EQ(response->status, 200);
        EXPECT_EQ(response->body, method + " q=1 " + call.body);
        EXPECT_TRUE(response->header("X-REQUEST-ID"));
    }
    const auto head = transport_.send(request("/echo", "HEAD"));
    ASSERT_TRUE(head);
    EXPECT_EQ(head->body, "");
    EXPECT_EQ(server_->stats().accepted, 1U);
}

TEST_F(Curl, SendsBodiesOfManyMegabytes) {
    serve();
    HttpRequest call = request("/echo", "POST");
    call.body = std::string(7 << 20, 'x');
    const auto response = transport_.send(call);
    ASSERT_TRUE(response);
    EXPECT_EQ(response->body.size(), call.body.size() + 6);
    call.body.resize(9 << 20);
    EXPECT_EQ(transport_.send(call).value().status, 413);
}

TEST_F(Curl, TrustsTheGivenAuthorityAndNoOther) {
    serve_tls();
    ASSERT_TRUE(test_support::make_certificate(folder_, "stranger"));
    CurlTransport right({.ca_file = folder_.file("server.pem"), .route = {.proxy = ""}});
    const auto response = right.send(request("/peer"));
    ASSERT_TRUE(response) << response.error().message;
    EXPECT_NE(response->body.find(" tls"), std::string::npos);
    CurlTransport wrong({.ca_file = folder_.file("stranger.pem"), .route = {.proxy = ""}});
    for (CurlTransport* refused : {&wrong, &transport_}) {
        const auto failure = refused->send(request("/peer"));
        ASSERT_FALSE(failure);
        EXPECT_EQ(failure.error().code, ErrorCode::unavailable);
        EXPECT_NE(failure.error().hint.find("CA file"), std::string::npos) << failure.error().message;
    }
    CurlTransport missing({.ca_file = folder_.file("nothing.pem"), .route = {.proxy = ""}});
    EXPECT_EQ(missing.send(request("/peer")).error().code, ErrorCode::invalid);
    CurlTransport careless({.route = {.proxy = ""}, .verify_peer = false});
    EXPECT_TRUE(careless.send(request("/peer")));
}

TEST_F(Curl, CancelEndsAParkedCallAtOnce) {
    serve();
    HttpRequest call = request("/park");
    call.cancel.emplace();
    std::chrono::steady_clock::time_point cancelled_at;
    std::thread canceller([&, token = *call.cancel] {
        EXPECT_TRUE(parking_.wait_for(1));
        cancelled_at = std::chrono::steady_clock::now();
        token.cancel();
    });
    const auto outcome = transport_.send(call);
    const auto returned_at = std::chrono::steady_clock::now();
    canceller.join();
    ASSERT_FALSE(outcome);
    EXPECT_EQ(outcome.error().code, ErrorCode::cancelled);
    EXPECT_LT(returned_at - cancelled_at, 500ms);
    EXPECT_TRUE(parking_.wait_closed(1));  // The server sees the connection end.
    EXPECT_EQ(transport_.send(call).error().code, ErrorCode::cancelled);
    EXPECT_EQ(transport_.send(request("/ping")).value().body, "pong");
}

TEST_F(Curl, TimesOutAndSaysSo) {
    serve();
    HttpRequest call = request("/park");
    call.total_timeout = 30ms;
    EXPECT_EQ(transport_.send(call).error().code, ErrorCode::timeout);
    call = request("/sse");
    call.total_timeout = 0ms;
    call.stall_timeout = 1s;
    EXPECT_EQ(transport_.stream(call, [](std::string_view) { return true; }).error().code, ErrorCode::timeout);
}

TEST_F(Curl, ReportsWhatCannotBeReachedOrSent) {
    serve();
    const auto port = server_->port();
    HttpRequest call = request("/ping");
    server_->stop();
    const auto gone = transport_.send(call);
    ASSERT_FALSE(gone);
    EXPECT_EQ(gone.error().code, ErrorCode::unavailable);
    EXPECT_NE(gone.error().message.find("localhost:" + std::to_string(port)), std::string::npos);
    for (const std::string url : {"file:///etc/passwd", "ftp://localhost/", "", "http://user:pw@localhost/"}) {
        HttpRequest bad;
        bad.url = url;
        EXPECT_EQ(transport_.send(bad).error().code, ErrorCode::invalid) << url;
    }
    call.headers = {{"X", "a\r\nY: b"}};
    EXPECT_EQ(transport_.send(call).error().code, ErrorCode::invalid);
    call.headers = {};
    call.method = "GET / HTTP/1.1\r\nX: y";
    EXPECT_EQ(transport_.send(call).error().code, ErrorCode::invalid);
}

TEST_F(Curl, LimitsTheAnswer) {
    serve();
    CurlTransport small({.route = {.proxy = ""}, .response_bytes_max = 1 << 20});
    EXPECT_EQ(small.send(request("/big")).error().code, ErrorCode::too_large);
    EXPECT_EQ(small.send(request("/ping")).value().body, "pong");
}

TEST_F(Curl, StreamsAndStopsWhenTold) {
    serve();
    std::thread writer([&] {
        EXPECT_TRUE(parking_.wait_for(1));
        const auto exchange = parking_.at(0);
        exchange->chunk("one");
        exchange->chunk("two");
        EXPECT_TRUE(parking_.wait_closed(1));  // The exchange never ended; the client left.
    });
    std::string seen;
    const auto response = transport_.stream(request("/sse"), [&](std::string_view data) {
        seen += data;
        return seen.size() < 6;
    });
    writer.join();
    ASSERT_TRUE(response);
    EXPECT_EQ(response->status, 200);
    EXPECT_EQ(response->header("content-type"), "text/event-stream");
    EXPECT_EQ(seen, "onetwo");
    EXPECT_EQ(response->body, "");
    const auto refused = transport_.stream(request("/drop"), [](std::string_view) { return true; });
    ASSERT_TRUE(refused);
    EXPECT_EQ(refused->status, 500);
    EXPECT_NE(refused->body.find("internal"), std::string::npos);
}

TEST_F(Curl, ABrokenStreamIsAnError) {
    serve();
    std::thread writer([&] {
        EXPECT_TRUE(parking_.wait_for(1));
        auto all = parking_.take_all();
        all.at(0)->chunk("half");
    });
    const auto response = transport_.stream(request("/sse"), [](std::string_view) { return true; });
    writer.join();
    ASSERT_FALSE(response);
    EXPECT_EQ(response.error().code, ErrorCode::unavailable);
}

TEST_F(Curl, ServesManyThreads) {
    serve();
    std::vector<std::thread> threads;
    std::atomic<int> good{0};
    for (int i = 0; i < 12; ++i) {
        threads.emplace_back([&, i] {
            for (int round = 0; round < 20; ++round) {
                HttpRequest call = request("/echo", "POST");
                call.body = std::to_string(i) + "/" + std::to_string(round);
                const auto response = transport_.send(call);
                if (response && response->body == "POST  " + call.body) ++good;
            }
        });
    }
    for (auto& thread : threads) thread.join();
    EXPECT_EQ(good, 240);
    // Lanes beyond the idle maximum were closed; the server learns of it a moment later.
    const auto deadline = std::chrono::steady_clock::now() + 10s;
    while (server_->stats().connections > 8U && std::chrono::steady_clock::now() < deadline) std::this_thread::yield();
    EXPECT_LE(server_->stats().connections, 8U);
}

TEST_F(Curl, UsesTheProxyItIsGiven) {
    serve();
    CurlTransport proxied({.route = {.proxy = "http://127.0.0.1:" + std::to_string(server_->port())}});
    HttpRequest call;
    call.url = "http://nowhere.invalid/echo?via=proxy";
    const auto response = proxied.send(call);  // Our server reads the absolute form a proxy gets.
    ASSERT_TRUE(response) << response.error().message;
    EXPECT_EQ(response->body, "GET via=proxy ");
    call.total_timeout = 20s;
    proxied.use({.proxy = ""});
    EXPECT_FALSE(proxied.send(call));
}

TEST_F(Curl, LeavesTheProxyOutForTheHostsOfNoProxyInEveryForm) {
    serve();
    const std::string proxy = "http://127.0.0.1:" + std::to_string(server_->port());
    // Whoever goes around the proxy finds nobody: such names do not exist, and nobody listens on port 1.
    const struct {
        const char *host, *no_proxy;
        bool proxied;
    } cases[] = {
        {"nowhere.invalid", "", true},
        {"nowhere.invalid", "nowhere.invalid", false},
        {"nowhere.invalid", "NOWHERE.INVALID", false},
        {"a.nowhere.invalid", "nowhere.invalid", false},
        {"a.nowhere.invalid", ".nowhere.invalid", false},
        {"nowhere.invalid", "other.invalid, nowhere.invalid", false},
        {"nowhere.invalid", "*", false},
        {"nowhere.invalid", "a.nowhere.invalid,where.invalid", true},
        {"127.0.0.9:1", "127.0.0.9", false},
        {"127.0.0.9:1", "127.0.0.0/8", false},
        {"127.0.0.9:1", "127.1.0.0/16", true},
        {"[::1]:1", "::1", false},
        {"[::1]:1", "::2", true},
    };
    for (const auto& one : cases) {
        CurlTransport transport({.route = {.proxy = proxy, .no_proxy = one.no_proxy}});
        HttpRequest call;
        call.url = std::string("http://") + one.host + "/echo?via=proxy";
        const auto response = transport.send(call);
        EXPECT_EQ(response.has_value() && response->body == "GET via=proxy ", one.proxied)
            << one.host << " " << one.no_proxy;
    }
}

TEST_F(Curl, AnotherRouteCountsForTheNextCall) {
    serve_tls();
    ASSERT_TRUE(test_support::make_certificate(folder_, "stranger"));
    const auto text_of = [&](const std::string& name) {
        std::ifstream file(folder_.file(name));
        return std::string(std::istreambuf_iterator<char>(file), {});
    };
    CurlTransport transport({.route = {.authorities = text_of("server.pem"), .proxy = ""}});
    ASSERT_TRUE(transport.send(request("/peer")));
    ASSERT_TRUE(transport.send(request("/peer")));
    EXPECT_EQ(server_->stats().accepted, 1U);
    // The kept connection was made by trusting somebody who is not trusted any more.
    transport.use({.authorities = text_of("stranger.pem"), .proxy = ""});
    EXPECT_FALSE(transport.send(request("/peer")));
    transport.use({.authorities = text_of("stranger.pem") + text_of("server.pem"),
                   .client_certificate = text_of("stranger.pem"),
                   .client_key = ClientSecret(text_of("stranger.key")),
                   .proxy = ""});
    const auto response = transport.send(request("/peer"));
    ASSERT_TRUE(response) << response.error().message;
}

}  // namespace
}  // namespace towline::http
