// The loop's parts by themselves: cache, logs, answers.
#include <gtest/gtest.h>

#include <thread>

#include "http_client/scripted_transport.h"
#include "http_message/compression.h"
#include "json/json.h"
#include "loop/attempt_log.h"
#include "loop/backoff.h"
#include "loop/limits.h"
#include "loop/log_uploader.h"
#include "loop/snapshot_cache.h"
#include "model/codec.h"
#include "plan/fingerprint.h"

namespace towline::loop {
namespace {

using credentials::LogUpload;

model::Snapshot snapshot(const std::string& table, const std::string& query) {
    model::Snapshot out;
    out.name = "\"main\".\"s\".\"" + table + "\"";
    out.node.fqn = out.name;
    out.node.name = "s." + table;
    out.node.dialect = "duckdb";
    out.node.kind.name = model::KindName::full;
    out.node.query = query;
    const auto prints = plan::fingerprints({{out.name, out.node}});
    if (prints) out.fingerprint = prints->at(out.name);
    out.version = out.fingerprint.to_version();
    return out;
}

std::string answer(const std::vector<model::Snapshot>& snapshots) {
    json::Array items;
    for (const auto& one : snapshots) items.raw(model::to_json(one, false));
    json::Object object;
    object.list("items", items);
    return object.dump();
}

TEST(SnapshotCache, FetchesOnceAndForgetsTheOldest) {
    http::ScriptedTransport transport;
    SchedulerApi api(transport, "https://h/sqlmesh/a/b");
    SnapshotCache cache(api, {.count_max = 2, .bytes_max = 1 << 20});
    const auto a = snapshot("a", "SELECT 1 AS x");
    const auto b = snapshot("b", "SELECT 2 AS x");
    const auto c = snapshot("c", "SELECT 3 AS x");
    transport.then_status(200, answer({a, b}));
    const auto first = cache.snapshots({a.id(), b.id(), a.id()});
    ASSERT_TRUE(first) << first.error().message;
    EXPECT_EQ(first->size(), 2U);
    EXPECT_EQ(first->at(a.id()).node.query, a.node.query);
    EXPECT_NE(transport.requests()[0].url.find("?id=%22main%22"), std::string::npos);
    ASSERT_TRUE(cache.snapshots({a.id()}));
    transport.then_status(200, answer({c}));
    ASSERT_TRUE(cache.snapshots({c.id()}));  // b was used least recently
    EXPECT_EQ(cache.count(), 2U);
    ASSERT_TRUE(cache.snapshots({a.id(), c.id()}));
    EXPECT_EQ(transport.requests().size(), 2U);
}

TEST(SnapshotCache, AnswersOfTooManyValuesAreNotParsedAndAskedForInHalves) {
    http::ScriptedTransport transport;
    SchedulerApi api(transport, "https://h/sqlmesh/a/b");
    SnapshotCache cache(api);
    const auto a = snapshot("a", "SELECT 1 AS x");
    const auto b = snapshot("b", "SELECT 2 AS x");
    std::string many = R"({"items": [], "x": [0)";
    for (std::size_t i = 0; i < kSnapshotAnswerValuesMax; ++i) many += ",0";
    transport.then_status(200, many + "]}");
    transport.then_status(200, answer({a}));
    transport.then_status(200, answer({b}));
    const auto both = cache.snapshots({a.id(), b.id()});
    ASSERT_TRUE(both) << both.error().message;
    EXPECT_EQ(both->size(), 2U);
    transport.then_status(200, many);  // Not even valid: it is counted first.
    const auto refused = cache.snapshots({snapshot("c", "SELECT 3 AS x").id()});
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, ErrorCode::too_large);
    // Within a text a comma is no value.
    transport.then_status(200, R"({"items": [], "x": ")" + std::string(2 * kSnapshotAnswerValuesMax, ',') + "\"}");
    EXPECT_EQ(cache.snapshots({snapshot("c", "SELECT 3 AS x").id()}).error().code, ErrorCode::not_found);
}

TEST(SnapshotCache, WhatStandsOutsideTheQueryCountsToo) {
    http::ScriptedTransport transport;
    SchedulerApi api(transport, "https://h/sqlmesh/a/b");
    SnapshotCache cache(api, {.count_max = 10, .bytes_max = 64 << 10});
    auto wordy = snapshot("a", "SELECT 1 AS x");
    const std::string text = answer({wordy});
    const std::string padded = text.substr(0, text.size() - 1) + R"(,"more":")" + std::string(128 << 10, 'x') + "\"}";
    transport.then_status(200, padded);
    ASSERT_TRUE(cache.snapshots({wordy.id()}));
    EXPECT_EQ(cache.count(), 0U);
    transport.then_status(200, R"({"items": [], "x": ")" + std::string(kTaskSnapshotBytesMax, 'x') + "\"}");
    const auto refused = cache.snapshots({snapshot("b", "SELECT 2 AS x").id()});
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, ErrorCode::too_large);
}

TEST(SnapshotCache, RefusesADefinitionThatIsNotItsFingerprints) {
    http::ScriptedTransport transport;
    SchedulerApi api(transport, "https://h/sqlmesh/a/b");
    SnapshotCache cache(api);
    auto forged = snapshot("a", "SELECT 1 AS x");
    forged.node.query = "DROP TABLE customers";
    transport.then_status(200, answer({forged}));
    const auto fetched = cache.snapshots({forged.id()});
    ASSERT_FALSE(fetched);
    EXPECT_EQ(fetched.error().code, ErrorCode::invalid);
    EXPECT_EQ(cache.count(), 0U);
}

TEST(SnapshotCache, SaysWhatIsMissing) {
    http::ScriptedTransport transport;
    SchedulerApi api(transport, "https://h/sqlmesh/a/b");
    SnapshotCache cache(api);
    transport.then_status(200, answer({}));
    transport.then_fail(ErrorCode::unavailable, "no route");
    EXPECT_EQ(cache.snapshots({{"n", "1"}}).error().code, ErrorCode::not_found);
    EXPECT_EQ(cache.snapshots({{"n", "1"}}).error().code, ErrorCode::unavailable);
}

TEST(AttemptLog, ShowsWhatTheModeAllows) {
    const auto redactor = std::make_shared<credentials::Redactor>();
    redactor->add("hunter2hunter2");
    struct Case {
        LogUpload mode;
        bool note, line;
    };
    for (const Case& one : {Case{LogUpload::off, false, false}, Case{LogUpload::metadata, true, false},
                            Case{LogUpload::full, true, true}}) {
        AttemptLog log("t1.1", one.mode, redactor);
        log.note("begin hunter2hunter2");
        log.line("warn", "said 'x' hunter2hunter2");
        const std::string text = log.next(1'000).bytes;
        EXPECT_EQ(text.find("begin ***") != std::string::npos, one.note);
        EXPECT_EQ(text.find("WARN said 'x' ***") != std::string::npos, one.line);
        EXPECT_EQ(text.find("hunter2"), std::string::npos);
    }
    AttemptLog scrubbed("t1.1", LogUpload::scrubbed, redactor);
    scrubbed.line("info", "Key (email)=(ada@example.org) already exists");
    EXPECT_EQ(scrubbed.next(1'000).bytes.find("ada@"), std::string::npos);
    // What may hold values comes in two versions; the raw one only where it was allowed.
    for (const LogUpload mode : {LogUpload::off, LogUpload::metadata, LogUpload::scrubbed, LogUpload::full}) {
        AttemptLog log("t1.1", mode, redactor);
        log.both("error", {.raw = "x = 'row value'", .shown = "x = '…'"});
        const std::string text = log.next(1'000).bytes;
        EXPECT_EQ(text.find("row value") != std::string::npos, mode == LogUpload::full);
        EXPECT_EQ(text.find("x = '…'") != std::string::npos, mode == LogUpload::scrubbed);
    }
}

TEST(AttemptLog, ASecretAcrossTheCutOfALineIsMasked) {
    const auto redactor = std::make_shared<credentials::Redactor>();
    redactor->add("hunter2hunter2");
    AttemptLog log("t1.1", LogUpload::full, redactor);
    log.line("info", std::string(kLogLineBytesMax - 7, 'x') + "hunter2hunter2 end");
    EXPECT_EQ(log.next(kLogBufferBytesMax).bytes.find("hunter2"), std::string::npos);
}

TEST(AttemptLog, IsBoundedAndSaysSo) {
    AttemptLog log("t1.1", LogUpload::full, std::make_shared<credentials::Redactor>());
    for (int i = 0; i < 300; ++i) log.note(std::string(10'000, 'x'));
    std::string all;
    for (auto chunk = log.next(100'000); !chunk.bytes.empty(); chunk = log.next(100'000)) {
        EXPECT_EQ(chunk.offset, static_cast<std::int64_t>(all.size()));
        all += chunk.bytes;
        EXPECT_TRUE(log.sent_until(static_cast<std::int64_t>(all.size())));
    }
    EXPECT_LE(all.size(), kLogBufferBytesMax);
    log.note("after");
    EXPECT_NE(log.next(1'000).bytes.find("lines were dropped here"), std::string::npos);
    EXPECT_FALSE(log.sent_until(0));
}

TEST(LogUploader, GoesOnWhereTheSchedulerIs) {
    http::ScriptedTransport transport;
    SchedulerApi api(transport, "https://h/sqlmesh/a/b");
    LogUploader uploader(api, {}, 1);
    const auto log = std::make_shared<AttemptLog>("t1.1", LogUpload::full, std::make_shared<credentials::Redactor>());
    uploader.add(log);
    log->note("0123456789");
    transport.then_status(200, "{\"next_offset\":10}");
    transport.then_status(409, "{\"next_offset\":20}");
    transport.then_fail(ErrorCode::unavailable);
    EXPECT_FALSE(uploader.run_once() && uploader.waiting() == 0);
    const std::size_t size = 20 + log->next(1'000).bytes.size();
    transport.then_status(200, "{\"next_offset\":" + std::to_string(size) + "}");
    log->finish();
    uploader.run_once();
    EXPECT_EQ(uploader.waiting(), 0U);
    EXPECT_NE(transport.requests().back().url.find("/attempts/t1.1/log?offset=20"), std::string::npos);
    EXPECT_FALSE(transport.requests().back().headers.find("Content-Encoding"));
}

TEST(LogUploader, PacksWhatIsWorthIt) {
    http::ScriptedTransport transport;
    SchedulerApi api(transport, "https://h/sqlmesh/a/b");
    const std::string text(20'000, 'x');
    transport.then_status(200, "{\"next_offset\":20000}");
    ASSERT_TRUE(api.put_log("t1.1", 0, text, {}).value);
    const http::HttpRequest sent = transport.requests().back();
    EXPECT_EQ(sent.headers.find("Content-Encoding"), "gzip");
    EXPECT_LT(sent.body.size(), 200U);
    EXPECT_EQ(http::gunzip(sent.body, 20'000), text);
}

TEST(LogUploader, GivesUpARefusedLog) {
    http::ScriptedTransport transport;
    SchedulerApi api(transport, "https://h/sqlmesh/a/b");
    LogUploader uploader(api, {}, 1);
    const auto log = std::make_shared<AttemptLog>("t1.1", LogUpload::full, std::make_shared<credentials::Redactor>());
    uploader.add(log);
    log->note("x");
    transport.then_status(413, "{\"status\":413,\"code\":\"too_large\"}");
    uploader.run_once();
    EXPECT_EQ(uploader.waiting(), 0U);
}

TEST(LogUploader, AStopDoesNotWaitForThePauseAfterAFailure) {
    http::ScriptedTransport transport;
    SchedulerApi api(transport, "https://h/sqlmesh/a/b");
    const std::chrono::milliseconds hour(3'600'000);
    LogUploader uploader(api, {.window_first = hour, .window_max = hour}, 1);
    const auto log = std::make_shared<AttemptLog>("t1.1", LogUpload::full, std::make_shared<credentials::Redactor>());
    log->note("x");
    uploader.add(log);
    transport.otherwise([](const http::HttpRequest&) { return http::HttpResponse{503, {}, "{}"}; });
    uploader.start();
    while (transport.requests().empty()) std::this_thread::yield();
    uploader.stop(std::chrono::milliseconds(10));
    EXPECT_EQ(uploader.waiting(), 1U);
}

TEST(Backoff, GrowsWithJitterAndStartsOver) {
    Backoff backoff({.window_first = std::chrono::milliseconds(100), .window_max = std::chrono::milliseconds(800)}, 3);
    const CallOutcome bad{fail(ErrorCode::unavailable, "x"), std::nullopt};
    const CallOutcome good{http::HttpResponse{200, {}, "{}"}, true};
    const CallOutcome refused{http::HttpResponse{401, {}, "{}"}, std::nullopt};
    std::chrono::milliseconds most{0};
    for (int i = 0; i < 200; ++i) {
        const auto decision = backoff.judge(bad);
        EXPECT_EQ(decision.verdict, http::Verdict::retry);
        EXPECT_LE(decision.delay.count(), 800);
        most = std::max(most, decision.delay);
    }
    EXPECT_GT(most.count(), 600);
    EXPECT_EQ(backoff.judge(good).verdict, http::Verdict::done);
    EXPECT_EQ(backoff.failures(), 0);
    EXPECT_LE(backoff.judge(refused).delay.count(), 100);
    EXPECT_EQ(backoff.judge(refused).verdict, http::Verdict::final);
}

TEST(Answers, ARefusalIsTheProblemsError) {
    http::ScriptedTransport transport;
    SchedulerApi api(transport, "https://h/sqlmesh/a/b");
    const http::CancelToken token;
    transport.then_status(409, R"({"status":409,"code":"superseded","detail":"a newer one"})",
                          "application/problem+json");
    transport.then_status(502, "<html>bad gateway</html>", "text/html");
    transport.then_status(200, "not json");
    EXPECT_EQ(api.sync("e1", {}, token).value.error().code, ErrorCode::superseded);
    EXPECT_FALSE(api.sync("e1", {}, token).value);
    const auto foreign = api.sync("e1", {}, token);
    EXPECT_FALSE(foreign.value);
    EXPECT_EQ(foreign.outcome.decoded, false);
    EXPECT_EQ(transport.requests()[0].url, "https://h/sqlmesh/a/b/api/v1/executors/e1/sync");
}

}  // namespace
}  // namespace towline::loop
