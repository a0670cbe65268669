#include "client/scheduler_client.h"

#include <gtest/gtest.h>

#include "http_client/scripted_transport.h"

namespace towline::client {
namespace {

class Calls : public testing::Test {
 protected:
    Calls() {
        auto transport = std::make_unique<http::ScriptedTransport>();
        transport_ = transport.get();
        client_ = std::make_unique<SchedulerClient>(Address{"https://h", "/sqlmesh/a/b", "a/b"}, std::move(transport));
    }
    std::unique_ptr<SchedulerClient> client_;
    http::ScriptedTransport* transport_ = nullptr;
};

TEST_F(Calls, ReadingIsRepeatedWritingIsNot) {
    transport_->then_status(503, "{}");
    transport_->then_status(200, R"({"x":1})");
    EXPECT_EQ(client_->get("runs").value().root().num("x"), 1);
    EXPECT_EQ(transport_->requests().front().url, "https://h/sqlmesh/a/b/api/v1/runs");
    transport_->then_status(503, "{}");
    EXPECT_EQ(client_->post("runs").error().code, ErrorCode::unavailable);
    EXPECT_EQ(transport_->requests().size(), 3U);
}

TEST_F(Calls, ProblemsKeepTheirCode) {
    transport_->then_status(409, R"({"status":409,"code":"conflict","detail":"moved","hint":"plan again"})",
                            "application/problem+json");
    const auto answer = client_->post("plans");
    ASSERT_FALSE(answer);
    EXPECT_EQ(answer.error().code, ErrorCode::conflict);
    EXPECT_EQ(answer.error().message, "moved");
    EXPECT_EQ(answer.error().hint, "plan again");
}

TEST_F(Calls, ListsFollowTheCursorUpToTheLimit) {
    transport_->then_status(200, R"({"items":[1,2],"next_cursor":"c"})");
    transport_->then_status(200, R"({"items":[3,4],"next_cursor":""})");
    EXPECT_EQ(client_->list("tasks", {}, 3).value(), (std::vector<std::string>{"1", "2", "3"}));
    EXPECT_NE(transport_->requests().back().url.find("cursor=c"), std::string::npos);
}

TEST(Events, AreCutAnywhere) {
    const std::string text =
        ": hello\n\nid: 7\nevent: task.done\ndata: {\"a\":1}\n\nid: 8\r\ndata: x\r\ndata: y\r\n\r\n";
    for (std::size_t step = 1; step < text.size(); ++step) {
        EventParser parser;
        std::vector<StreamEvent> got;
        for (std::size_t at = 0; at < text.size(); at += step)
            EXPECT_TRUE(parser.feed(std::string_view(text).substr(at, step), [&](const StreamEvent& event) {
                got.push_back(event);
                return true;
            }));
        ASSERT_EQ(got.size(), 2U) << step;
        EXPECT_EQ(got[0].id + got[0].topic + got[0].data, "7task.done{\"a\":1}");
        EXPECT_EQ(got[1].data, "x\ny");
    }
}

}  // namespace
}  // namespace towline::client
