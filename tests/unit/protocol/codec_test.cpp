#include <gtest/gtest.h>

#include "plan/codec.h"
#include "protocol/executor.h"
#include "protocol/limits.h"

namespace towline::protocol {
namespace {

template <class Read>
auto read(const std::string& text, Read&& from) {
    Result<json::Document> document = json::Document::parse(text);
    EXPECT_TRUE(document.has_value()) << text;
    return from(document->root());
}

Completion a_completion() {
    Completion c;
    c.lease = {"t1", "t1.4", 4};
    c.outcome = Outcome::failed;
    c.duration_ms = 41;
    c.rows = 120;
    c.error_code = "engine";
    c.error_message = "relation \"x\" does not exist";
    c.retryable = false;
    c.audits = {{"not_null", true, 3, "failed"}};
    return c;
}

TEST(Registration, RoundTrip) {
    RegisterRequest v;
    v.kind = ExecutorKind::apply;
    v.name = "apply-1";
    v.boot_id = "6f";
    v.version = "0.1.0";
    v.slots = 4;
    v.gateways = {{"local", "duckdb", "shop", {}}, {"other", "", std::nullopt, {}}};
    v.labels = {"eu", "size=large"};
    v.task_kinds = {"evaluate"};
    v.now_ms = 17;
    const auto back = read(to_json(v), register_request_from_json);
    ASSERT_TRUE(back) << back.error().message;
    EXPECT_EQ(to_json(*back), to_json(v));
    EXPECT_EQ(back->gateways[1].default_catalog, std::nullopt);
}

TEST(Registration, GatewayVariablesNeverLeave) {
    project::Gateway gateway{"local", "duckdb", "shop", {{"password", model::Value::of_string("canary")}}};
    EXPECT_EQ(to_json(gateway).find("canary"), std::string::npos);
}

TEST(Registration, LabelsThatMatch) {
    using Labels = std::vector<std::string>;
    const struct {
        Labels own, wanted;
        bool takes;
    } cases[] = {
        {{}, {}, true},
        {{"a"}, {}, false},
        {{"*", "a"}, {}, true},
        {{}, {"a"}, false},
        {{"a"}, {"a"}, true},
        {{"a", "b"}, {"a"}, true},
        {{"a"}, {"a", "b"}, false},
        {{"*"}, {"a"}, false},
        {{"A"}, {"a"}, false},
        {{"a", "b"}, {"a", "b"}, true},
    };
    for (const auto& c : cases)
        EXPECT_EQ(takes_labels(c.own, c.wanted), c.takes) << c.own.size() << " " << c.wanted.size();
}

TEST(Registration, Faults) {
    const struct {
        const char* text;
        const char* word;
    } cases[] = {
        {R"({"kind":"walk","name":"a","boot_id":"b","slots":1})", "kind"},
        {R"({"kind":"run","name":"","boot_id":"b","slots":1})", "name"},
        {R"({"kind":"run","name":"a","boot_id":"b","slots":0})", "slots"},
        {R"({"kind":"run","name":"a","boot_id":"b","slots":65})", "slots"},
        {R"({"kind":"run","name":"a","slots":1})", "boot_id"},
        {R"({"kind":"run","name":"a","boot_id":"b","slots":1,"gateways":[{"type":"x"}]})", "gateways[0].name"},
        {R"({"kind":"run","name":"a","boot_id":"b","slots":1,"labels":[""]})", "labels"},
    };
    for (const auto& c : cases) {
        const auto answer = read(c.text, register_request_from_json);
        ASSERT_FALSE(answer) << c.text;
        EXPECT_EQ(answer.error().code, ErrorCode::invalid);
        EXPECT_NE(answer.error().message.find(c.word), std::string::npos) << answer.error().message;
    }
}

TEST(Sync, RequestRoundTrip) {
    SyncRequest v;
    v.boot_id = "6f";
    v.slots_free = 3;
    v.draining = true;
    v.wait_ms = 20000;
    v.held = {{"t0", "t0.1", 1}};
    v.completions = {a_completion()};
    v.cancelling = {"t0.1"};
    v.health = "ok";
    const auto back = read(to_json(v), sync_request_from_json);
    ASSERT_TRUE(back) << back.error().message;
    EXPECT_EQ(to_json(*back), to_json(v));
}

TEST(Sync, CountsAreBounded) {
    SyncRequest v;
    v.boot_id = "6f";
    v.held.assign(kSyncItemsMax + 1, {"t0", "t0.1", 1});
    EXPECT_EQ(read(to_json(v), sync_request_from_json).error().code, ErrorCode::invalid);
}

TEST(Sync, LongMessageIsCutAtACharacter) {
    Completion c = a_completion();
    c.error_message = "x";
    while (c.error_message.size() <= kMessageBytesMax + 10) c.error_message += "é";
    const auto back = read(to_json(c), completion_from_json);
    ASSERT_TRUE(back);
    EXPECT_EQ(back->error_message.size(), kMessageBytesMax - 1);
}

TEST(Sync, ResponseRoundTripAndUnknownKinds) {
    SyncResponse v;
    v.lease_ttl_ms = 30000;
    v.acks = {{"t1.4", Ack::superseded}};
    v.lost = {"t9.1"};
    v.cancels = {"t8.1"};
    v.drain = true;
    LeasedTask task;
    task.lease = {"t2", "t2.1", 1};
    task.fence = 912;
    task.work_kind = "plan";
    task.work_id = "w";
    task.more_follows = true;
    task.spec.key = "backfill:db.a:0";
    task.spec.kind = plan::TaskKind::evaluate;
    task.spec.interval = {1, 2};
    v.tasks = {task};
    const std::string text = to_json(v);
    const auto back = read(text, sync_response_from_json);
    ASSERT_TRUE(back) << back.error().message;
    EXPECT_EQ(to_json(*back), text);

    std::string newer = text;
    const std::string kind = "\"kind\":\"evaluate\"";
    ASSERT_NE(newer.find(kind), std::string::npos) << text;
    newer.replace(newer.find(kind), kind.size(), "\"kind\":\"teleport\"");
    const auto handed_back = read(newer, sync_response_from_json);
    ASSERT_TRUE(handed_back) << handed_back.error().message;
    EXPECT_TRUE(handed_back->tasks.empty());
    ASSERT_EQ(handed_back->unreadable.size(), 1U);
    EXPECT_EQ(handed_back->unreadable[0].task_id, "t2");
}

TEST(Problem, ComesBackAsTheSameError) {
    const Problem problem{409, "conflict", "Conflict", "the base moved", "plan again", "r1"};
    const Error error = error_from_answer(409, to_json(problem));
    EXPECT_EQ(error.code, ErrorCode::conflict);
    EXPECT_EQ(error.message, "the base moved");
    EXPECT_EQ(error.hint, "plan again");
}

TEST(Problem, ForeignAnswers) {
    const struct {
        int status;
        const char* body;
        ErrorCode code;
    } cases[] = {
        {502, "<html>Bad Gateway</html>", ErrorCode::unavailable},
        {404, "", ErrorCode::unavailable},
        {200, "[]", ErrorCode::unavailable},
        {401, R"({"error":"invalid_client","error_description":"unknown client"})", ErrorCode::unauthenticated},
        {400, R"({"error":"invalid_scope"})", ErrorCode::invalid},
        {429, R"({"code":"slow_down","title":"Too Many Requests"})", ErrorCode::unavailable},
        {500, R"({"code":"internal","title":"x"})", ErrorCode::internal},
        {500, R"({"code":7})", ErrorCode::unavailable},
    };
    for (const auto& c : cases) EXPECT_EQ(error_from_answer(c.status, c.body).code, c.code) << c.body;
}

TEST(Problem, EveryCodeHasAnErrorStatus) {
    for (int i = 0; i <= static_cast<int>(ErrorCode::internal); ++i) EXPECT_GE(http_status(ErrorCode(i)), 400);
}

}  // namespace
}  // namespace towline::protocol
