// The happy path, and the particular failures, of every call.
#include <set>

#include "api_world.h"
#include "http_message/compression.h"
#include "model/codec.h"
#include "protocol/limits.h"

namespace towline::api {
namespace {

using model::KindName;
using test::fqn;
using test::kProject;
using test::node;

class Resources : public ApiTest {
 protected:
    Resources() { world.add(node("db.a", KindName::incremental_by_time_range)); }

    http::Response get(const std::string& path, const std::string& query = {}) {
        return ask({.path = path, .token = token("admin"), .query = query});
    }
    http::Response post(const std::string& path, const std::string& body = "{}") {
        return ask({.method = "POST", .path = path, .body = body, .token = token("admin")});
    }
    http::Response remove(const std::string& path) {
        return ask({.method = "DELETE", .path = path, .token = token("admin")});
    }
    http::Response executor_call(const std::string& path, const std::string& body,
                                 const std::string& scope = "executor:apply") {
        return ask({.method = "POST", .path = path, .body = body, .token = token(scope)});
    }
    std::string register_executor(const std::string& kind = "apply", const std::string& boot = "b1") {
        const http::Response response = executor_call(
            "{P}/executors",
            R"({"kind":")" + kind + R"(","name":"e1","boot_id":")" + boot +
                R"(","version":"1","protocol":1,"slots":4,"gateways":[{"name":"local","type":"duckdb"}]})",
            "executor:" + kind);
        EXPECT_EQ(response.status, 201) << response.body;
        return field(response.body, "executor_id");
    }
    static std::string sync_body(const std::string& more = {}) {
        return R"({"boot_id":"b1","slots_free":4,"wait_ms":0)" + more + "}";
    }
    /// A plan whose first task has failed for good, with its log.
    std::string failed_task() {
        const std::string id = world.submit(world.plan());
        world.drive(id, fqn("db.a"));
        for (const core::Task& task : world.tasks(id))
            if (task.state == core::TaskState::failed) return task.id;
        ADD_FAILURE() << "no task failed";
        return {};
    }
};

TEST_F(Resources, PublicOnesNeedNoToken) {
    EXPECT_EQ(ask({.path = "/healthz"}).body, R"({"status":"ok"})");
    EXPECT_EQ(ask({.path = "/readyz"}).body, R"({"status":"ready"})");
    EXPECT_NE(ask({.path = "/metrics"}).body.find("towline_http_requests_total"), std::string::npos);
    const http::Response metadata = ask({.path = "/.well-known/oauth-authorization-server"});
    EXPECT_EQ(field(metadata.body, "token_endpoint"), "https://towline.example/oauth/token");
    const auth::NewClient made = client({"read"});
    const http::Response answer =
        ask({.method = "POST",
             .path = "/oauth/token",
             .body = "grant_type=client_credentials&client_id=" + made.client.id + "&client_secret=" + made.secret});
    EXPECT_EQ(answer.status, 200);
    EXPECT_EQ(answer.headers.find("Cache-Control"), "no-store");
}

TEST_F(Resources, PlansAreSubmittedShownAndCancelled) {
    const std::string body = json::Object().raw("plan", plan::to_json(world.plan())).dump();
    const http::Response made = ask({.method = "POST", .path = "{P}/plans", .body = body, .token = token("plan")});
    ASSERT_EQ(made.status, 201) << made.body;
    const std::string id = field(made.body, "id");
    EXPECT_EQ(field(made.body, "state"), "running");
    EXPECT_EQ(field(get("{P}/plans/" + id).body, "id"), id);
    EXPECT_EQ(items(get("{P}/plans")), 1U);
    EXPECT_EQ(items(get("{P}/plans", "environment=dev")), 0U);
    EXPECT_EQ(items(get("{P}/plans", "state=running")), 1U);
    EXPECT_EQ(get("{P}/runs/" + id).status, 404);  // it is no run
    EXPECT_GT(items(get("{P}/tasks", "work=" + id)), 0U);
    world.clock.advance(std::chrono::milliseconds(1));
    const http::Response second = ask({.method = "POST", .path = "{P}/plans", .body = body, .token = token("plan")});
    EXPECT_EQ(field(second.body, "waiting_for"), "plan " + id);
    EXPECT_EQ(post("{P}/plans/" + id + "/cancel").status, 202);
    EXPECT_EQ(post("{P}/plans/" + id + "/cancel").status, 409);
    EXPECT_EQ(ask({.path = "{P}/plans/" + id, .token = token("read", "acme/other"), .project = "acme/other"}).status,
              404);
}

TEST_F(Resources, APlanIsCheckedNotBelieved) {
    const auto submit = [&](const plan::Plan& plan) {
        return post("{P}/plans", json::Object().raw("plan", plan::to_json(plan)).dump());
    };
    plan::Plan forged = world.plan();
    forged.new_snapshots.at(0).fingerprint.data_hash = "1";
    EXPECT_EQ(submit(forged).status, 422);
    plan::Plan moved = world.plan();
    moved.environment.previous_plan_id = "another";
    EXPECT_EQ(submit(moved).status, 409);
    plan::Plan odd = world.plan();
    odd.environment.naming.name = "Odd name";
    EXPECT_EQ(submit(odd).status, 422);
    plan::Plan unknown = world.plan();
    unknown.snapshots.push_back({"nobody", "1"});
    EXPECT_EQ(submit(unknown).status, 422);
    EXPECT_EQ(items(get("{P}/plans")), 0U);
}

TEST_F(Resources, RunsAreRequestedShownAndCancelled) {
    EXPECT_EQ(post("{P}/runs").status, 404);  // no environment yet
    world.apply();
    const http::Response nothing = post("{P}/runs");
    EXPECT_EQ(nothing.status, 200);
    EXPECT_NE(nothing.body.find("next_run_ts"), std::string::npos);
    const std::string caller = token("run");
    world.clock.advance(std::chrono::hours(24));
    const http::Response made =
        ask({.method = "POST", .path = "{P}/runs", .body = "{}", .token = token_of(client({"run"}))});
    ASSERT_EQ(made.status, 201) << made.body;
    const std::string id = field(made.body, "id");
    const std::string reader = token_of(client({"run"}));
    EXPECT_EQ(ask({.path = "{P}/runs/" + id, .token = reader}).status, 200);
    EXPECT_EQ(items(ask({.path = "{P}/runs", .token = reader})), 1U);
    EXPECT_EQ(ask({.method = "POST", .path = "{P}/runs/" + id + "/cancel", .token = reader}).status, 202);
    // The token from before has expired with its hour.
    EXPECT_EQ(ask({.path = "{P}/runs", .token = caller}).status, 401);
}

TEST_F(Resources, TasksShowAttemptsAuditsAndReasons) {
    const std::string id = failed_task();
    const auto shown = json::Document::parse(get("{P}/tasks/" + id).body);
    ASSERT_OK(shown);
    EXPECT_EQ(shown->root().sub("task").str("state"), "failed");
    EXPECT_EQ(shown->root().list("attempts").size(), 1U);
    EXPECT_EQ(shown->root().list("audits").size(), 0U);
    EXPECT_EQ(field(get("{P}/tasks/" + id + "/why").body, "reason"), "failed: the engine said no");
    EXPECT_EQ(items(get("{P}/dead-letters")), 1U);
    EXPECT_EQ(field(post("{P}/tasks/" + id + "/requeue").body, "state"), "ready");
    EXPECT_EQ(items(get("{P}/dead-letters")), 0U);
    EXPECT_EQ(items(get("{P}/tasks", "state=ready&model=db.a")), 1U);
}

TEST_F(Resources, LogsAreAppendedByOffset) {
    const std::string id = failed_task();
    const std::string log = "{P}/attempts/" + world.store().attempts(kProject, id)->at(0).id + "/log";
    const auto put = [&](const std::string& query, const std::string& text) {
        return ask({.method = "PUT", .path = log, .body = text, .token = token("executor:apply"), .query = query});
    };
    EXPECT_EQ(put("offset=0", "hello ").body, R"({"next_offset":6})");
    EXPECT_EQ(put("offset=6", "world").body, R"({"next_offset":11})");
    EXPECT_EQ(put("offset=0", "hello ").body, R"({"next_offset":11})");  // a repetition
    EXPECT_EQ(put("offset=50", "gap").status, 409);
    EXPECT_EQ(put("offset=50", "gap").body, R"({"next_offset":11})");
    EXPECT_EQ(put("offset=-1", "x").status, 422);
    EXPECT_EQ(put("offset=11", std::string(protocol::kLogChunkBytesMax + 1, 'x')).status, 413);
    EXPECT_EQ(
        ask({.method = "PUT", .path = log, .body = "x", .token = token("executor:run"), .query = "offset=11"}).status,
        403);  // it is a plan's
    const http::Response text = get(log, "offset=6");
    EXPECT_EQ(text.body, "world");
    EXPECT_EQ(text.headers.find("X-Next-Offset"), "11");
    EXPECT_EQ(get(log, "offset=999").body, "");

    // Packed, with the limits of what it unpacks to.
    const auto put_packed = [&](const std::string& query, const std::string& body, const char* encoding) {
        return send({.method = "PUT", .path = log, .body = body, .token = token("executor:apply"), .query = query},
                    {{"Content-Encoding", encoding}})
            ->wait();
    };
    EXPECT_EQ(put_packed("offset=11", http::gzip("!!"), "gzip").body, R"({"next_offset":13})");
    EXPECT_EQ(get(log, "offset=6").body, "world!!");
    const std::string large(protocol::kLogChunkBytesMax + 1, 'x');
    EXPECT_EQ(put_packed("offset=13", http::gzip(large), "gzip").status, 413);
    EXPECT_EQ(put_packed("offset=13", http::gzip("cut").substr(0, 12), "gzip").status, 422);
    EXPECT_EQ(put_packed("offset=13", "x", "br").status, 422);
}

TEST_F(Resources, EnvironmentsAndPauses) {
    world.apply();
    plan::PlanOptions dev;
    dev.environment = "dev";
    dev.include_unmodified = true;
    world.apply(dev);
    EXPECT_EQ(items(get("{P}/environments")), 2U);
    const http::Response shown = get("{P}/environments/prod");
    EXPECT_EQ(shown.status, 200);
    EXPECT_NE(shown.body.find("\"snapshots\""), std::string::npos);
    EXPECT_EQ(post("{P}/environments/prod/invalidate").status, 422);
    EXPECT_EQ(post("{P}/environments/dev/invalidate").status, 200);
    const http::Response pause = post("{P}/pauses", R"({"environment":"prod","reason":"holiday"})");
    ASSERT_EQ(pause.status, 201) << pause.body;
    EXPECT_NE(get("{P}/environments/prod").body.find("\"paused\":true"), std::string::npos);
    EXPECT_EQ(items(get("{P}/pauses")), 1U);
    EXPECT_EQ(post("{P}/pauses", R"({"environment":"none"})").status, 404);
    EXPECT_EQ(post("{P}/pauses", json::Object().str("environment", "prod").str("reason", std::string(2000, 'x')).dump())
                  .status,
              413);
    EXPECT_EQ(remove("{P}/pauses/" + field(pause.body, "id")).status, 200);
    EXPECT_EQ(remove("{P}/pauses/" + field(pause.body, "id")).status, 404);
}

TEST_F(Resources, ExecutorsAreDrainedResumedAndForgotten) {
    const std::string id = register_executor();
    EXPECT_EQ(items(get("{P}/executors")), 1U);
    EXPECT_EQ(items(get("{P}/gateways")), 1U);
    EXPECT_EQ(field(post("{P}/executors/" + id + "/drain").body, "state"), "draining");
    EXPECT_NE(executor_call("{P}/executors/" + id + "/sync", sync_body()).body.find("\"drain\":true"),
              std::string::npos);
    EXPECT_EQ(field(post("{P}/executors/" + id + "/resume").body, "state"), "active");
    EXPECT_EQ(remove("{P}/executors/" + id).status, 200);
    EXPECT_EQ(executor_call("{P}/executors/" + id + "/sync", sync_body()).status, 404);
}

TEST_F(Resources, RegistrationsAreChecked) {
    const auto with = [&](const std::string& fields, const std::string& scope = "executor:apply") {
        return executor_call("{P}/executors",
                             R"({"kind":"apply","name":"e","boot_id":"b","version":"1",)" + fields + "}", scope);
    };
    EXPECT_EQ(with(R"("protocol":2,"slots":1)").status, 422);
    EXPECT_EQ(with(R"("protocol":1,"slots":0)").status, 422);
    EXPECT_EQ(with(R"("protocol":1,"slots":65)").status, 422);
    EXPECT_EQ(with(R"("protocol":1,"slots":1)", "executor:run").status, 403);
}

TEST_F(Resources, SyncTakesWorkAndDeliversIt) {
    const std::string id = register_executor();
    const std::string sync = "{P}/executors/" + id + "/sync";
    world.submit(world.plan());
    ASSERT_OK(world.advancer().run_once());
    const auto got = json::Document::parse(executor_call(sync, sync_body()).body);
    ASSERT_OK(got);
    const auto tasks = got->root().list("tasks");
    ASSERT_FALSE(tasks.empty());
    const std::string lease = tasks[0].sub("lease").dump();
    const std::string done = R"(,"completions":[{"lease":)" + lease + R"(,"outcome":"succeeded","duration_ms":1}])";
    EXPECT_NE(executor_call(sync, sync_body(done)).body.find("\"accepted\""), std::string::npos);
    EXPECT_NE(executor_call(sync, sync_body(done)).body.find("\"superseded\""), std::string::npos);
    EXPECT_EQ(field(executor_call(sync, R"({"boot_id":"older"})").body, "code"), "superseded");
    EXPECT_EQ(executor_call(sync, sync_body(), "executor:run").status, 403);  // not with the other kind's token
}

TEST_F(Resources, AParkedSyncIsAnsweredWhenThePlanArrives) {
    const std::string id = register_executor();
    const auto parked = send({.method = "POST",
                              .path = "{P}/executors/" + id + "/sync",
                              .body = R"({"boot_id":"b1","slots_free":4,"wait_ms":20000})",
                              .token = token("executor:apply")});
    const std::string body = json::Object().raw("plan", plan::to_json(world.plan())).dump();
    EXPECT_EQ(post("{P}/plans", body).status, 201);
    EXPECT_EQ(parked->wait().status, 200);
}

TEST_F(Resources, SnapshotsAndPlanningState) {
    world.apply();
    const model::SnapshotId id = world.snapshot("db.a").id();
    const http::Response found = get("{P}/snapshots", "id=%22memory%22.%22db%22.%22a%22:" + id.identifier);
    EXPECT_EQ(items(found), 1U);
    EXPECT_NE(found.headers.find("Cache-Control")->find("immutable"), std::string_view::npos);
    EXPECT_EQ(get("{P}/snapshots", "id=x:1").headers.find("Cache-Control"), "no-store");
    EXPECT_EQ(get("{P}/snapshots", "id=x").status, 422);
    const http::Response state = post("{P}/planning-state", R"({"environment":"dev","ids":[]})");
    EXPECT_EQ(state.status, 200);
    const auto document = json::Document::parse(state.body);
    ASSERT_OK(document);
    EXPECT_FALSE(document->root().has("target"));
    EXPECT_TRUE(document->root().has("prod"));
    EXPECT_EQ(document->root().list("snapshots").size(), 1U);
    ASSERT_EQ(document->root().list("prod_ends").size(), 1U);
    EXPECT_EQ(document->root().list("prod_ends").front().num("end_ts"), world.snapshot("db.a").intervals.back().end);
    EXPECT_FALSE(document->root().has("more"));
}

TEST_F(Resources, AStateComesInPages) {
    for (const char* name : {"db.b", "db.c"}) world.add(node(name, KindName::full));
    world.apply();
    const http::Response first = post("{P}/planning-state", R"({"environment":"dev","ids":[],"all":true,"limit":1})");
    ASSERT_EQ(first.status, 200) << first.body;
    const auto document = json::Document::parse(first.body);
    ASSERT_OK(document);
    EXPECT_TRUE(document->root().has("prod"));
    ASSERT_EQ(document->root().list("snapshots").size(), 1U);
    std::set<std::string> names{document->root().list("snapshots").front().str("name")};
    const auto more = document->root().list("more");
    ASSERT_EQ(more.size(), 2U);
    for (const json::Reader& id : more) {
        const http::Response next = post("{P}/planning-state", R"({"ids":[)" + id.dump() + "]}");
        ASSERT_EQ(next.status, 200) << next.body;
        const auto page = json::Document::parse(next.body);
        ASSERT_OK(page);
        EXPECT_FALSE(page->root().has("prod"));
        ASSERT_EQ(page->root().list("snapshots").size(), 1U);
        names.insert(page->root().list("snapshots").front().str("name"));
    }
    EXPECT_EQ(names.size(), 3U);
    EXPECT_EQ(post("{P}/planning-state", R"({"environment":"dev","ids":[],"limit":-1})").status, 422);
}

TEST_F(Resources, ClientsAreMadeListedAndRevoked) {
    const http::Response made = post("{P}/clients", R"({"name":"ci","scopes":["plan","read"]})");
    ASSERT_EQ(made.status, 201) << made.body;
    const std::string secret = field(made.body, "client_secret");
    EXPECT_EQ(secret.size(), 43U);
    EXPECT_EQ(get("{P}/clients").body.find(secret), std::string::npos);
    EXPECT_EQ(post("{P}/clients", R"({"name":"ci","scopes":["root"]})").status, 422);
    EXPECT_EQ(post("{P}/clients", R"({"name":"","scopes":["read"]})").status, 422);
    EXPECT_EQ(post("{P}/clients", R"({"name":"ci","scopes":[]})").status, 422);

    const auth::NewClient doomed = client({"read"});
    const std::string its_token = token_of(doomed);
    EXPECT_EQ(ask({.path = "{P}/plans", .token = its_token}).status, 200);
    EXPECT_EQ(remove("{P}/clients/" + doomed.client.id).status, 200);
    EXPECT_EQ(ask({.path = "{P}/plans", .token = its_token}).status, 401);  // at once, in spite of the cache
}

TEST_F(Resources, ClientsOfOtherProjectsAreOutOfReach) {
    const auth::NewClient other = client({"read"}, "acme/other");
    const auth::NewClient everywhere = client({"admin"}, "*");
    for (const auth::NewClient* one : {&other, &everywhere}) {
        EXPECT_EQ(remove("{P}/clients/" + one->client.id).status, 404);
        EXPECT_FALSE(world.store().client(one->client.id)->revoked_ts);
    }
    const std::string root = token_of(everywhere);
    const Call call{.method = "DELETE", .path = "{P}/clients/" + other.client.id, .token = root};
    EXPECT_EQ(ask(call).status, 404);  // not by way of another project's address either
    Call right = call;
    right.project = "acme/other";
    EXPECT_EQ(ask(right).status, 200);
    EXPECT_EQ(ask({.method = "DELETE", .path = "{P}/clients/" + everywhere.client.id, .token = root}).status, 200);
}

TEST_F(Resources, EventsAreStreamedAndEndWithTheClient) {
    const auth::NewClient watcher = client({"read"});
    const std::string its_token = token_of(watcher);
    EXPECT_EQ(ask({.path = "{P}/events", .token = its_token, .query = "after=x"}).status, 422);
    const auto stream = send({.path = "{P}/events", .token = its_token, .query = "after=0"});
    EXPECT_EQ(stream->wait().content_type, "text/event-stream");
    EXPECT_EQ(remove("{P}/clients/" + watcher.client.id).status, 200);
    EXPECT_TRUE(stream->wait_end());
}

TEST_F(Resources, EventStreamsOfOneClientAreLimited) {
    std::vector<std::shared_ptr<FakeExchange>> streams;
    const std::string reader = token("read");
    for (std::size_t i = 0; i < EventStreams::kStreamsPerClientMax; ++i) {
        streams.push_back(send({.path = "{P}/events", .token = reader}));
        EXPECT_EQ(streams.back()->wait().status, 200);
    }
    EXPECT_TRUE(events.add({kProject, "", "somebody else", 0}, std::make_shared<FakeExchange>()));
    // The last ones may not be counted yet when their answer has begun; the limit itself is never passed.
    std::size_t added = 0;
    while (added < 200 && events.has_room("counted")) {
        if (!events.add({kProject, "", "counted", 0}, std::make_shared<FakeExchange>())) break;
        ++added;
    }
    EXPECT_EQ(added, EventStreams::kStreamsPerClientMax);
    events.stop();
    for (const auto& stream : streams) EXPECT_TRUE(stream->wait_end());
}

TEST_F(Resources, AnEventReachesTheStream) {
    const auto stream = send({.path = "{P}/events", .token = token("read"), .query = "after=0"});
    EXPECT_EQ(stream->wait().status, 200);
    world.submit(world.plan());
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    while (stream->text().find("event: plan") == std::string::npos && std::chrono::steady_clock::now() < deadline)
        std::this_thread::yield();
    EXPECT_NE(stream->text().find("event: plan\ndata: {"), std::string::npos) << stream->text();
}

}  // namespace
}  // namespace towline::api
