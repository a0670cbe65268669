#include <gtest/gtest.h>

#include <thread>

#include "http_server/server.h"
#include "support/http/parking.h"
#include "support/http/raw_client.h"

namespace towline::http {
namespace {
using namespace std::chrono_literals;
using test_support::Parking;
using test_support::RawClient;

std::unique_ptr<Server> started(Parking& parking, std::chrono::milliseconds drain_time = 20s) {
    ServerOptions options;
    options.threads = 2;
    options.limits.drain_time_max = drain_time;
    auto server = std::make_unique<Server>(std::move(options), test_support::test_handler(parking));
    EXPECT_TRUE(server->start());
    return server;
}

TEST(ServerStop, IsLegalBeforeStartAndTwice) {
    Parking parking;
    Server server({}, test_support::test_handler(parking));
    server.stop();
    server.stop();
    EXPECT_FALSE(server.start());
    const auto other = started(parking);
    other->stop();
    other->stop();
    EXPECT_FALSE(RawClient(other->port()).connected());
}

TEST(ServerStart, AnAddressInUseIsAnErrorAndAllowsAnotherTry) {
    Parking parking;
    const auto first = started(parking);
    ServerOptions options;
    options.port = first->port();
    Server second(options, test_support::test_handler(parking));
    const Status status = second.start();
    ASSERT_FALSE(status);
    EXPECT_EQ(status.error().code, ErrorCode::unavailable);
    first->stop();
    EXPECT_TRUE(second.start());
    Server third({.address = "not-an-address"}, test_support::test_handler(parking));
    EXPECT_EQ(third.start().error().code, ErrorCode::invalid);
}

TEST(ServerStop, AnswersTheParkedClosesTheIdleAndWaitsForWork) {
    Parking parking;
    const auto server = started(parking);
    RawClient idle(server->port());
    ASSERT_TRUE(idle.get("/ping"));
    ASSERT_TRUE(idle.receive());
    RawClient parked(server->port());
    ASSERT_TRUE(parked.get("/park"));
    ASSERT_TRUE(parking.wait_for(1));
    RawClient events(server->port());
    ASSERT_TRUE(events.get("/sse"));
    ASSERT_TRUE(parking.wait_for(2));
    RawClient working(server->port());
    ASSERT_TRUE(working.get("/work"));
    ASSERT_TRUE(parking.wait_for(3));
    std::thread stopper([&] { server->stop(); });
    const auto response = parked.receive();
    ASSERT_TRUE(response);
    EXPECT_EQ(response->status, 503);
    EXPECT_EQ(response->headers.find("connection"), "close");
    EXPECT_EQ(response->headers.find("retry-after"), "2");
    EXPECT_TRUE(parked.at_end());
    EXPECT_TRUE(idle.at_end());
    EXPECT_TRUE(events.receive());  // Ended with a last chunk.
    EXPECT_TRUE(events.at_end());
    EXPECT_FALSE(parking.at(2)->closed());
    parking.at(2)->send({.body = "finished"});
    const auto finished = working.receive();
    ASSERT_TRUE(finished);
    EXPECT_EQ(finished->body, "finished");
    EXPECT_EQ(finished->headers.find("connection"), "close");
    stopper.join();
    EXPECT_EQ(parking.closed(), 3U);
}

TEST(ServerStop, WorkBeyondTheDrainTimeGets503) {
    Parking parking;
    const auto server = started(parking, 30ms);
    RawClient working(server->port());
    ASSERT_TRUE(working.get("/work"));
    ASSERT_TRUE(parking.wait_for(1));
    server->stop();
    EXPECT_EQ(working.receive()->status, 503);
    EXPECT_TRUE(working.at_end());
    EXPECT_EQ(parking.closed(), 1U);  // Every callback has run when stop() returns.
}

TEST(ServerStop, ExchangesMayOutliveTheServer) {
    Parking parking;
    {
        const auto server = started(parking, 10ms);
        RawClient client(server->port());
        ASSERT_TRUE(client.get("/park"));
        ASSERT_TRUE(parking.wait_for(1));
    }
    const auto exchange = parking.at(0);
    EXPECT_TRUE(exchange->closed());
    exchange->send({.body = "too late"});
    exchange->begin({});
    exchange->chunk("x");
    exchange->end();
}

TEST(ServerStop, AnswersFromOtherThreadsWhileStopping) {
    for (int round = 0; round < 20; ++round) {
        Parking parking;
        const auto server = started(parking, 1s);
        std::vector<RawClient> clients;
        for (int i = 0; i < 8; ++i) {
            clients.emplace_back(server->port());
            ASSERT_TRUE(clients.back().get(i % 2 == 0 ? "/park" : "/work"));
        }
        ASSERT_TRUE(parking.wait_for(8));
        std::thread answerer([&] {
            for (const auto& exchange : parking.take_all()) exchange->send({.body = "ok"});
        });
        server->stop();
        answerer.join();
        for (auto& client : clients) {
            const auto response = client.receive();
            ASSERT_TRUE(response);
            EXPECT_TRUE(response->status == 200 || response->status == 503);
        }
        EXPECT_EQ(parking.closed(), 8U);
    }
}

}  // namespace
}  // namespace towline::http
