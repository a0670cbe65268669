#include "http_server/server.h"

#include <gtest/gtest.h>
#include <sys/resource.h>

#include <fstream>
#include <thread>

#include "support/http/certificate.h"
#include "support/http/parking.h"
#include "support/http/raw_client.h"

namespace towline::http {
namespace {
using namespace std::chrono_literals;
using namespace std::string_literals;
using test_support::Parking;
using test_support::RawClient;

class HttpServer : public testing::Test {
 protected:
    Server& start(ServerOptions options = {}) {
        server_ = std::make_unique<Server>(std::move(options), test_support::test_handler(parking_));
        const Status started = server_->start();
        EXPECT_TRUE(started) << (started ? "" : started.error().message);
        return *server_;
    }
    RawClient connect() { return RawClient(server_->port()); }
    // True once the condition holds; asks again and again, up to a deadline.
    template <class Condition>
    bool eventually(Condition condition) {
        const auto deadline = std::chrono::steady_clock::now() + 10s;
        while (!condition()) {
            if (std::chrono::steady_clock::now() > deadline) return false;
            std::this_thread::yield();
        }
        return true;
    }
    Parking parking_;
    std::unique_ptr<Server> server_;
};

TEST_F(HttpServer, AnswersAndKeepsTheConnection) {
    start();
    auto client = connect();
    for (int i = 0; i < 3; ++i) {
        ASSERT_TRUE(client.get("/ping?x"));
        const auto response = client.receive();
        ASSERT_TRUE(response);
        EXPECT_EQ(response->status, 200);
        EXPECT_EQ(response->body, "pong");
        EXPECT_EQ(response->headers.find("content-type"), "text/plain");
        EXPECT_EQ(response->headers.find("x-request-id")->size(), 16U);
        EXPECT_TRUE(response->headers.find("date"));
        EXPECT_FALSE(response->headers.find("connection"));
    }
    EXPECT_EQ(server_->stats().accepted, 1U);
}

TEST_F(HttpServer, AnswersPipelinedRequestsInOrder) {
    start();
    auto client = connect();
    std::string burst;
    for (int i = 0; i < 50; ++i) {
        const std::string body = std::to_string(i);
        burst += "POST /echo?q=" + body + " HTTP/1.1\r\nHost: t\r\nContent-Length: " + std::to_string(body.size()) +
                 "\r\n\r\n" + body;
    }
    ASSERT_TRUE(client.send(burst));
    for (int i = 0; i < 50; ++i) {
        const auto response = client.receive();
        ASSERT_TRUE(response) << i;
        EXPECT_EQ(response->body, "POST q=" + std::to_string(i) + " " + std::to_string(i));
    }
}

TEST_F(HttpServer, PipelinedBehindAParkedRequestWaitsItsTurn) {
    start();
    auto client = connect();
    ASSERT_TRUE(client.get("/park"));
    ASSERT_TRUE(parking_.wait_for(1));
    ASSERT_TRUE(client.get("/ping"));
    parking_.at(0)->send({.body = "first"});
    EXPECT_EQ(client.receive()->body, "first");
    EXPECT_EQ(client.receive()->body, "pong");
    // A late second answer to the first request must not reach anybody.
    parking_.at(0)->send({.body = "stray"});
    ASSERT_TRUE(client.get("/ping"));
    EXPECT_EQ(client.receive()->body, "pong");
}

TEST_F(HttpServer, ReadsChunkedBodiesAndForgetsTrailers) {
    start();
    auto client = connect();
    ASSERT_TRUE(client.send("POST /echo HTTP/1.1\r\nHost: t\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n"));
    ASSERT_TRUE(client.send("2;ext=1\r\nde\r\n0\r\nX-Trailer: 1\r\n\r\n"));
    EXPECT_EQ(client.receive()->body, "POST  abcde");
    ASSERT_TRUE(client.get("/ping"));
    EXPECT_EQ(client.receive()->body, "pong");
}

TEST_F(HttpServer, SaysContinueToThoseWhoWait) {
    start();
    auto client = connect();
    ASSERT_TRUE(client.send("POST /echo HTTP/1.1\r\nHost: t\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n"));
    EXPECT_EQ(client.receive()->status, 100);
    ASSERT_TRUE(client.send("hi"));
    EXPECT_EQ(client.receive()->body, "POST  hi");
}

TEST_F(HttpServer, HeadHasNoBody) {
    start();
    auto client = connect();
    ASSERT_TRUE(client.send("HEAD /ping HTTP/1.1\r\nHost: t\r\n\r\n"));
    EXPECT_EQ(client.receive(true)->headers.find("content-length"), "4");
    ASSERT_TRUE(client.get("/ping"));
    EXPECT_EQ(client.receive()->body, "pong");
}

TEST_F(HttpServer, Http10AndConnectionCloseEndAfterTheAnswer) {
    start();
    for (const std::string_view request :
         {"GET /ping HTTP/1.0\r\n\r\n", "GET /ping HTTP/1.1\r\nHost: t\r\nConnection: close\r\n\r\n"}) {
        auto client = connect();
        ASSERT_TRUE(client.send(request));
        const auto response = client.receive();
        ASSERT_TRUE(response);
        EXPECT_EQ(response->headers.find("connection"), "close");
        EXPECT_TRUE(client.at_end());
    }
}

TEST_F(HttpServer, RefusesWhatItCannotReadOrWhatTwoParsersCouldReadDifferently) {
    start();
    const std::string post = "POST /echo HTTP/1.1\r\nHost: t\r\n";
    const std::string smuggled = "0\r\n\r\nGET /ping HTTP/1.1\r\nHost: t\r\n\r\n";
    const std::vector<std::string> cases{
        "nonsense\r\n\r\n",
        "GET /ping HTTP/9.9\r\nHost: t\r\n\r\n",
        "GET ping HTTP/1.1\r\nHost: t\r\n\r\n",
        "GET /a b HTTP/1.1\r\nHost: t\r\n\r\n",
        "GET /ping HTTP/1.1\r\n\r\n",
        "GET /ping HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
        "GET /ping HTTP/1.1\r\nHost : t\r\n\r\n",
        "GET /ping HTTP/1.1\r\nHost: t\r\nA b: c\r\n\r\n",
        "GET /ping HTTP/1.1\r\nHost: t\r\nA: b\0c\r\n\r\n"s,
        post + "Content-Length: 30\r\nTransfer-Encoding: chunked\r\n\r\n" + smuggled,
        post + "Transfer-Encoding: chunked\r\nContent-Length: 30\r\n\r\n" + smuggled,
        post + "Transfer-Encoding: gzip\r\n\r\n" + smuggled,
        post + "Transfer-Encoding: chunked, gzip\r\n\r\n" + smuggled,
        post + "Transfer-Encoding: gzip, chunked\r\n\r\n" + smuggled,
        post + "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n" + smuggled,
        post + "Transfer-Encoding: xchunked\r\n\r\n" + smuggled,
        "POST /echo HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n" + smuggled,
        post + "Content-Length: 1\r\nContent-Length: 2\r\n\r\nab",
        post + "Content-Length: 1, 1\r\n\r\nab",
        post + "Content-Length: -1\r\n\r\n",
        post + "Content-Length: +1\r\n\r\na",
        post + "Content-Length: 99999999999999999999\r\n\r\n",
        post + "Transfer-Encoding: chunked\r\n\r\nzz\r\n",
        post + "Transfer-Encoding: chunked\r\n\r\n3\r\nabcd\r\n0\r\n\r\n",
    };
    for (const std::string& request : cases) {
        auto client = connect();
        ASSERT_TRUE(client.send(request));
        const auto response = client.receive();
        ASSERT_TRUE(response) << request;
        EXPECT_EQ(response->status, 400) << request;
        EXPECT_NE(response->body.find("\"code\":\"invalid\""), std::string::npos);
        EXPECT_EQ(client.rest(), "") << request;
    }
}

TEST_F(HttpServer, ATruncatedRequestGets400AndASilentOneNothing) {
    start();
    for (const std::string_view request :
         {"GET /ping HTT", "GET /ping HTTP/1.1\r\nHost: t\r\n",
          "POST /echo HTTP/1.1\r\nHost: t\r\nContent-Length: 9\r\n\r\nab",
          "POST /echo HTTP/1.1\r\nHost: t\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab"}) {
        auto client = connect();
        ASSERT_TRUE(client.send(request));
        client.half_close();
        const auto response = client.receive();
        ASSERT_TRUE(response) << request;
        EXPECT_EQ(response->status, 400);
        EXPECT_TRUE(client.at_end());
    }
    auto client = connect();
    client.half_close();
    EXPECT_TRUE(client.at_end());
}

TEST_F(HttpServer, LimitsHaveTheirOwnStatus) {
    ServerOptions options;
    options.limits.header_bytes_max = 4096;
    options.limits.body_bytes_max = 1000;
    start(std::move(options));
    struct Case {
        std::string request;
        int status;
    };
    const std::string post = "POST /echo HTTP/1.1\r\nHost: t\r\n";
    for (const Case& test : {
             Case{"GET /ping HTTP/1.1\r\nHost: t\r\nX: " + std::string(5000, 'x') + "\r\n\r\n", 431},
             Case{"GET /" + std::string(100'000, 'x'), 431},
             Case{post + "Content-Length: 1001\r\n\r\n" + std::string(1001, 'x'), 413},
             Case{post + "Content-Length: 1000000\r\nExpect: 100-continue\r\n\r\n", 413},
             Case{post + "Content-Length: 3000000\r\n\r\n" + std::string(3'000'000, 'x'), 413},
             Case{post + "Transfer-Encoding: chunked\r\n\r\n500\r\n" + std::string(0x500, 'x') + "\r\n0\r\n\r\n", 413},
             Case{post + "Transfer-Encoding: chunked\r\n\r\n1;" + std::string(6000, 'x'), 400},
             Case{post + "Content-Length: 1000\r\n\r\n" + std::string(1000, 'x'), 200},
         }) {
        auto client = connect();
        ASSERT_TRUE(client.send(test.request));
        const auto response = client.receive();
        ASSERT_TRUE(response) << test.status << " " << test.request.substr(0, 100);
        EXPECT_EQ(response->status, test.status) << test.request.substr(0, 100);
    }
}

TEST_F(HttpServer, SlowPeersRunOutOfTime) {
    ServerOptions options;
    options.limits.header_time_max = 60ms;
    options.limits.body_time_max = 60ms;
    options.limits.idle_time_max = 60ms;
    start(std::move(options));
    for (const std::string_view request :
         {"GET /ping HTTP/1.1\r\nHos", "POST /echo HTTP/1.1\r\nHost: t\r\nContent-Length: 9\r\n\r\nab"}) {
        auto client = connect();
        ASSERT_TRUE(client.send(request));
        const auto response = client.receive();
        ASSERT_TRUE(response) << request;
        EXPECT_EQ(response->status, 408);
        EXPECT_TRUE(client.at_end());
    }
    auto silent = connect();
    EXPECT_TRUE(silent.at_end());
    auto idle = connect();
    ASSERT_TRUE(idle.get("/ping"));
    EXPECT_EQ(idle.receive()->status, 200);
    EXPECT_TRUE(idle.at_end());
    // A parked request is not idle.
    auto parked = connect();
    ASSERT_TRUE(parked.get("/park"));
    ASSERT_TRUE(parking_.wait_for(1));
    auto witness = connect();
    EXPECT_TRUE(witness.at_end());
    parking_.at(0)->send({.body = "late"});
    EXPECT_EQ(parked.receive()->body, "late");
}

TEST_F(HttpServer, APeerThatDoesNotReadRunsOutOfTime) {
    ServerOptions options;
    options.limits.write_time_max = 60ms;
    start(std::move(options));
    auto client = connect();
    const int small = 4096;
    ::setsockopt(client.descriptor(), SOL_SOCKET, SO_RCVBUF, &small, sizeof small);
    for (int i = 0; i < 4; ++i) ASSERT_TRUE(client.get("/big"));
    EXPECT_TRUE(eventually([&] { return server_->stats().accepted == 1 && server_->stats().connections == 0; }));
}

TEST_F(HttpServer, ALostPeerIsNoticedWhileParked) {
    start();
    {
        auto client = connect();
        ASSERT_TRUE(client.get("/park"));
        ASSERT_TRUE(parking_.wait_for(1));
        EXPECT_FALSE(parking_.at(0)->closed());
    }
    ASSERT_TRUE(parking_.wait_closed(1));
    EXPECT_TRUE(parking_.at(0)->closed());
    parking_.at(0)->send({.body = "into the void"});
    bool called = false;
    parking_.at(0)->on_closed([&] { called = true; });
    EXPECT_TRUE(called);
}

TEST_F(HttpServer, StreamsEvents) {
    start();
    auto client = connect();
    ASSERT_TRUE(client.get("/sse"));
    ASSERT_TRUE(parking_.wait_for(1));
    const auto exchange = parking_.at(0);
    exchange->chunk("data: 1\n\n");
    exchange->chunk("");
    exchange->chunk("data: 2\n\n");
    exchange->end();
    exchange->chunk("after the end");
    const auto response = client.receive();
    ASSERT_TRUE(response);
    EXPECT_EQ(response->body, "data: 1\n\ndata: 2\n\n");
    EXPECT_EQ(response->headers.find("transfer-encoding"), "chunked");
    ASSERT_TRUE(client.get("/ping"));
    EXPECT_EQ(client.receive()->body, "pong");
    EXPECT_TRUE(parking_.wait_closed(1));
}

TEST_F(HttpServer, StreamsToHttp10UntilTheConnectionEnds) {
    start();
    auto client = connect();
    ASSERT_TRUE(client.send("GET /sse HTTP/1.0\r\n\r\n"));
    ASSERT_TRUE(parking_.wait_for(1));
    parking_.at(0)->chunk("one");
    parking_.at(0)->end();
    const std::string all = client.rest();
    EXPECT_EQ(all.find("chunked"), std::string::npos);
    EXPECT_EQ(all.substr(all.find("\r\n\r\n") + 4), "one");
}

TEST_F(HttpServer, HeadOfAStreamIsItsHeader) {
    start();
    auto client = connect();
    ASSERT_TRUE(client.send("HEAD /sse HTTP/1.1\r\nHost: t\r\n\r\n"));
    EXPECT_EQ(client.receive(true)->headers.find("content-type"), "text/event-stream");
    ASSERT_TRUE(client.get("/ping"));
    EXPECT_EQ(client.receive()->body, "pong");
}

TEST(HttpServerThreads, AnAnswerFromAnotherThreadIsNotOvertakenByTheEndOfTheExchange) {
    Server server({}, [](const Request&, std::shared_ptr<Exchange> exchange) {
        std::thread([copy = exchange] { copy->send({.body = "answered"}); }).join();
        exchange.reset();  // The loop is the last to let go, and the answer is still on its way to it.
    });
    ASSERT_TRUE(server.start());
    RawClient client(server.port());
    ASSERT_TRUE(client.get("/"));
    const auto response = client.receive();
    ASSERT_TRUE(response);
    EXPECT_EQ(response->body, "answered");
}

TEST_F(HttpServer, AStreamThatIsDroppedUnfinishedIsVisiblyBroken) {
    start();
    auto client = connect();
    ASSERT_TRUE(client.get("/sse"));
    ASSERT_TRUE(parking_.wait_for(1));
    parking_.at(0)->chunk("half");
    parking_.take_all();
    const std::string all = client.rest();
    EXPECT_NE(all.find("half"), std::string::npos);
    EXPECT_EQ(all.find("0\r\n\r\n"), std::string::npos);
}

TEST_F(HttpServer, AStreamThatIsNotReadIsCutAtItsQueueLimit) {
    ServerOptions options;
    options.limits.queued_bytes_max = 100'000;
    start(std::move(options));
    auto client = connect();
    ASSERT_TRUE(client.get("/sse"));
    ASSERT_TRUE(parking_.wait_for(1));
    EXPECT_TRUE(eventually([&] {
        parking_.at(0)->chunk(std::string(50'000, 'x'));
        return parking_.closed() == 1;
    }));
}

TEST_F(HttpServer, HandlersCannotBreakTheFraming) {
    start();
    auto client = connect();
    ASSERT_TRUE(client.get("/inject"));
    auto response = client.receive();
    ASSERT_TRUE(response);
    EXPECT_EQ(response->status, 500);
    EXPECT_FALSE(response->headers.find("set-cookie"));
    ASSERT_TRUE(client.get("/framing"));
    response = client.receive();
    EXPECT_EQ(response->body, "four");
    EXPECT_EQ(response->headers.find("x-ok"), "y");
    EXPECT_EQ(response->headers.count("content-length"), 1U);
    for (const std::string_view path : {"/throw", "/drop"}) {
        ASSERT_TRUE(client.get(path));
        EXPECT_EQ(client.receive()->status, 500) << path;
    }
    ASSERT_TRUE(client.get("/ping"));
    EXPECT_EQ(client.receive()->status, 200);
}

TEST_F(HttpServer, AboveTheConnectionLimitTheAnswerIs503) {
    ServerOptions options;
    options.limits.connections_max = 2;
    options.limits.overflow_max = 1;
    start(std::move(options));
    auto first = connect();
    auto second = connect();
    ASSERT_TRUE(first.get("/ping"));
    EXPECT_EQ(first.receive()->status, 200);
    ASSERT_TRUE(second.get("/ping"));
    EXPECT_EQ(second.receive()->status, 200);
    auto third = connect();
    ASSERT_TRUE(eventually([&] { return server_->stats().connections == 3; }));
    auto fourth = connect();
    EXPECT_TRUE(fourth.at_end());
    ASSERT_TRUE(third.get("/ping"));
    const auto response = third.receive();
    ASSERT_TRUE(response);
    EXPECT_EQ(response->status, 503);
    EXPECT_TRUE(response->headers.find("retry-after"));
    EXPECT_TRUE(third.at_end());
    second.close();
    ASSERT_TRUE(eventually([&] { return server_->stats().connections == 1; }));
    auto fifth = connect();
    ASSERT_TRUE(fifth.get("/ping"));
    EXPECT_EQ(fifth.receive()->status, 200);
    EXPECT_EQ(server_->stats().refused, 2U);
}

TEST_F(HttpServer, SurvivesRunningOutOfDescriptors) {
    ServerOptions options;
    options.limits.accept_pause = 10ms;
    start(std::move(options));
    rlimit before{};
    ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &before), 0);
    auto client = connect();
    ASSERT_TRUE(client.get("/ping"));
    EXPECT_EQ(client.receive()->status, 200);
    // Leave exactly one free descriptor: the next client takes it, and accepting that client fails.
    const int lowest_free = ::dup(0);
    ASSERT_GE(lowest_free, 0);
    rlimit tight = before;
    tight.rlim_cur = static_cast<rlim_t>(lowest_free) + 8;
    ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &tight), 0);
    std::vector<int> filler{lowest_free};
    for (int fd = ::dup(0); fd >= 0; fd = ::dup(0)) filler.push_back(fd);
    ::close(filler.back());
    filler.pop_back();
    auto waiting = connect();
    EXPECT_TRUE(waiting.connected());
    EXPECT_TRUE(eventually([&] { return server_->stats().accept_failures >= 2; }));
    ASSERT_TRUE(client.get("/ping"));
    EXPECT_EQ(client.receive()->status, 200);
    for (const int fd : filler) ::close(fd);
    ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &before), 0);
    ASSERT_TRUE(waiting.get("/ping"));
    EXPECT_EQ(waiting.receive()->status, 200);
}

TEST_F(HttpServer, TellsWhatWasServed) {
    std::mutex mutex;
    std::vector<std::string> seen;
    ServerOptions options;
    options.on_request = [&](const AccessRecord& record) {
        const std::lock_guard lock(mutex);
        seen.push_back(std::string(record.method) + " " + std::string(record.path) + " " +
                       std::to_string(record.status) + " " + std::to_string(record.bytes));
    };
    start(std::move(options));
    auto client = connect();
    ASSERT_TRUE(client.get("/ping?secret=1"));
    ASSERT_TRUE(client.receive());
    ASSERT_TRUE(client.get("/park"));
    ASSERT_TRUE(parking_.wait_for(1));
    client.close();
    ASSERT_TRUE(parking_.wait_closed(1));
    server_->stop();
    EXPECT_EQ(seen, (std::vector<std::string>{"GET /ping 200 4", "GET /park 0 0"}));
}

TEST_F(HttpServer, TwoHundredParkedRequestsAreAllAnswered) {
    ServerOptions options;
    options.threads = 2;
    start(std::move(options));
    std::vector<RawClient> clients;
    for (int i = 0; i < 200; ++i) {
        clients.push_back(connect());
        ASSERT_TRUE(clients.back().get("/park"));
    }
    ASSERT_TRUE(parking_.wait_for(200));
    EXPECT_EQ(server_->stats().connections, 200U);
    for (const auto& exchange : parking_.take_all()) exchange->send({.body = "now"});
    for (auto& client : clients) EXPECT_EQ(client.receive()->body, "now");
    EXPECT_TRUE(parking_.wait_closed(200));
}

}  // namespace
}  // namespace towline::http
