#include "log/log.h"

#include <gtest/gtest.h>

#include <fstream>
#include <sstream>
#include <thread>

#include "base/strings.h"
#include "json/json.h"
#include "support/temporary_folder.h"

namespace towline::log {
namespace {

class LogFile : public ::testing::Test {
 protected:
    void TearDown() override {
        set_redactor({});
        ASSERT_TRUE(init({}));
    }
    std::string path() const { return folder_.file("log"); }
    std::vector<std::string> lines() const {
        flush();
        std::ifstream in(path());
        std::stringstream text;
        text << in.rdbuf();
        std::vector<std::string> all = split(text.str(), "\n");
        EXPECT_EQ(all.back(), "");
        all.pop_back();
        return all;
    }
    test::TemporaryFolder folder_;
};

TEST_F(LogFile, WritesTextWithFields) {
    ASSERT_TRUE(init({.file = path()}));
    info("claimed",
         {{"task", "t1"}, {"epoch", 7}, {"why", "two words"}, {"empty", ""}, {"live", true}, {"share", 0.5}});
    debug("not written");
    const auto written = lines();
    ASSERT_EQ(written.size(), 1U);
    EXPECT_TRUE(
        written[0].ends_with(R"( info    claimed task=t1 epoch=7 why="two words" empty="" live=true share=0.5)"))
        << written[0];
}

TEST_F(LogFile, WritesOneJsonObjectALine) {
    ASSERT_TRUE(init({.level = Level::debug, .json = true, .file = path()}));
    warn("a \"quoted\"\nmessage %v {}", {{"n", -3}, {"s", "3"}, {"b", false}, {"bytes", "\xFF"}});
    debug("second");
    const auto written = lines();
    ASSERT_EQ(written.size(), 2U);
    const auto document = json::Document::parse(written[0]);
    ASSERT_TRUE(document) << written[0];
    const json::Reader root = document->root();
    EXPECT_EQ(root.str("message"), "a \"quoted\"\nmessage %v {}");
    EXPECT_EQ(root.str("level"), "warning");
    EXPECT_EQ(root.num("n"), -3);
    EXPECT_EQ(root.str("s"), "3");
    EXPECT_FALSE(root.flag("b"));
    EXPECT_EQ(root.str("time").size(), std::string_view("2026-01-01T00:00:00.000Z").size());
    EXPECT_TRUE(root.status()) << root.status().error().message;
}

TEST_F(LogFile, RedactsMessagesAndValuesInBothForms) {
    for (const bool json : {false, true}) {
        ASSERT_TRUE(init({.json = json, .file = path()}));
        set_redactor([](std::string_view text) { return replace_all(text, "hunter2", "***"); });
        info("login hunter2", {{"dsn", "password=hunter2"}, {"long", std::string(20000, 'x') + "hunter2"}});
        failure(Level::error, "failed", Error{ErrorCode::engine, "no hunter2", "hunter2", ""});
    }
    for (const std::string& line : lines()) EXPECT_EQ(line.find("hunter2"), std::string::npos);
    EXPECT_EQ(lines().size(), 4U);
}

TEST_F(LogFile, CannotBeForgedByAValue) {
    ASSERT_TRUE(init({.file = path()}));
    info("line\nforged message", {{"v", "a\n2026 info forged"}});
    EXPECT_EQ(lines().size(), 1U);
    EXPECT_EQ(format_text("m", {{"v", "a\nb"}}), R"(m v="a\nb")");
}

TEST_F(LogFile, WritesWholeLinesFromManyThreads) {
    ASSERT_TRUE(init({.json = true, .file = path()}));
    std::vector<std::thread> threads;
    for (int t = 0; t < 4; ++t) {
        threads.emplace_back([t] {
            for (int i = 0; i < 250; ++i) info("m", {{"t", t}, {"i", i}});
        });
    }
    for (std::thread& thread : threads) thread.join();
    const auto written = lines();
    EXPECT_EQ(written.size(), 1000U);
    for (const std::string& line : written) ASSERT_TRUE(json::Document::parse(line)) << line;
}

TEST_F(LogFile, RefusesAFileItCannotOpen) {
    std::ofstream(path()) << "";
    const Status status = init({.file = path() + "/below/a/file"});
    ASSERT_FALSE(status);
    EXPECT_EQ(status.error().code, ErrorCode::io);
}

TEST(Level, ReadsItsWords) {
    EXPECT_EQ(level_from("warning"), Level::warn);
    EXPECT_EQ(level_from("debug"), Level::debug);
    EXPECT_EQ(level_from("INFO"), std::nullopt);
}

}  // namespace
}  // namespace towline::log
