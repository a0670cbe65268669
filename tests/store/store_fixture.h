#pragma once
// One suite for every store: each test runs on SQLite in a file of its own and on PostgreSQL in a schema of its own.

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <memory>
#include <string>

#include "crypto/crypto.h"
#include "pg/connection.h"
#include "sqlite/database.h"
#include "store/store.h"
#include "support/plan_builders.h"

namespace towline::store {

inline constexpr TimestampMs kNow = 1'700'000'000'000;
inline constexpr std::int64_t kTtl = 30'000;
inline const std::string kProject = "acme/shop";

/// Days since the epoch: what a snapshot loads is told in whole ticks of its cron.
constexpr model::Interval days(std::int64_t start, std::int64_t end) {
    constexpr std::int64_t kDayMs = 86'400'000;
    return {start * kDayMs, end * kDayMs};
}

#define ASSERT_OK(expression)                                                             \
    do {                                                                                  \
        const auto& ok_ = (expression);                                                   \
        ASSERT_TRUE(ok_.has_value()) << ok_.error().message << " " << ok_.error().detail; \
    } while (false)

#define ON_EVERY_STORE(suite)                                                    \
    INSTANTIATE_TEST_SUITE_P(On, suite, ::testing::Values("sqlite", "postgres"), \
                             [](const auto& parameter) { return parameter.param; })

class StoreTest : public ::testing::TestWithParam<std::string> {
 protected:
    void SetUp() override {
        if (GetParam() == "sqlite") {
            folder_ = std::filesystem::temp_directory_path() / ("towline_store_" + crypto::random_hex(8));
            std::filesystem::create_directories(folder_);
            url_ = "sqlite:" + (folder_ / "store.db").string();
        } else {
            const char* conninfo = std::getenv("TOWLINE_TEST_PG");
            ASSERT_NE(conninfo, nullptr) << "run under tests/support/postgres.sh run";
            server_ = conninfo;
            schema_ = "t_" + crypto::random_hex(8);
            admin("CREATE SCHEMA " + schema_);
            url_ = server_ + " options='-csearch_path=" + schema_ + "'";
        }
        auto opened = open_store(url_);
        ASSERT_OK(opened);
        store_ = std::move(*opened);
        ASSERT_OK(store_->migrate());
        ASSERT_OK(store_->ensure_project(kProject, kNow));
    }

    void TearDown() override {
        store_.reset();
        if (!folder_.empty()) std::filesystem::remove_all(folder_);
        if (!schema_.empty()) admin("DROP SCHEMA IF EXISTS " + schema_ + " CASCADE");
    }

    Store& store() { return *store_; }
    /// No program has it open any more.
    void close() { store_.reset(); }
    const std::string& url() const { return url_; }
    /// Of the store, on PostgreSQL.
    const std::string& schema() const { return schema_; }

    /// A statement beside the store, on PostgreSQL only.
    void admin(const std::string& sql) {
        auto connection = pg::Connection::open(server_);
        ASSERT_OK(connection);
        ASSERT_OK(connection->exec(sql));
    }

    // ---- things to work with

    core::Executor executor(const std::string& name, const std::string& boot = "b1",
                            protocol::ExecutorKind kind = protocol::ExecutorKind::apply) {
        core::Executor e;
        e.project_id = kProject;
        e.kind = kind;
        e.name = name;
        e.boot_id = boot;
        e.client_id = "client";
        e.slots = 4;
        e.gateways = {{"local", "duckdb", "shop", {}}};
        e.registered_ts = e.last_seen_ts = kNow;
        auto registered = store().register_executor(e);
        if (!registered) ADD_FAILURE() << registered.error().message;
        return registered ? *registered : e;
    }

    static plan::TaskSpec spec(const std::string& key, const std::vector<std::string>& depends_on = {}) {
        plan::TaskSpec s;
        s.key = key;
        s.name = "\"shop\".\"" + key + "\"";
        s.kind = plan::TaskKind::create_view;
        s.depends_on = depends_on;
        return s;
    }

    static plan::Stage stage(std::vector<plan::TaskSpec> tasks) {
        plan::Stage s;
        s.kind = plan::StageKind::backfill;
        s.tasks = std::move(tasks);
        return s;
    }

    core::Work new_work(const std::string& id, core::WorkKind kind = core::WorkKind::plan,
                        TimestampMs created_ts = kNow, const std::string& environment = "prod") {
        core::Work w;
        w.id = id;
        w.kind = kind;
        w.project_id = kProject;
        w.environment = environment;
        w.trigger = "cli";
        w.created_by = "client";
        w.document = "{}";
        w.base_plan_id = "p0";
        w.created_ts = w.execution_ts = created_ts;
        if (const Status added = store().add_work(w); !added) ADD_FAILURE() << added.error().message;
        return w;
    }

    /// Adds, starts and enters stage 0.
    core::Work running(const std::string& id, const std::vector<plan::Stage>& stages,
                       core::WorkKind kind = core::WorkKind::plan, const std::string& environment = "prod") {
        new_work(id, kind, kNow, environment);
        auto started = store().start_work(kProject, id, stages, kNow);
        EXPECT_TRUE(started && *started) << (started ? "not started" : started.error().message);
        core::Work w = *store().work(kProject, id);
        EXPECT_TRUE(*store().enter_stage(w, 0, kNow));
        return *store().work(kProject, id);
    }

    std::vector<protocol::LeasedTask> claim(const core::Executor& executor, int slots, TimestampMs now = kNow) {
        auto got =
            store().claim(kProject, executor.kind, {{"local"}, executor.labels}, {{executor.id, slots}}, now, kTtl);
        if (!got) {
            ADD_FAILURE() << got.error().message;
            return {};
        }
        std::vector<protocol::LeasedTask> out;
        for (auto& [id, task] : *got) out.push_back(std::move(task));
        return out;
    }

    static protocol::Completion completion(const protocol::LeasedTask& task,
                                           protocol::Outcome outcome = protocol::Outcome::succeeded) {
        protocol::Completion c;
        c.lease = task.lease;
        c.outcome = outcome;
        c.duration_ms = 5;
        if (outcome == protocol::Outcome::failed) {
            c.error_code = "engine";
            c.error_message = "no";
        }
        return c;
    }

    CompletionResult complete(const core::Executor& executor, const protocol::Completion& c, TimestampMs now = kNow) {
        auto result = store().complete(kProject, executor.id, {c}, now, 1);
        if (!result) ADD_FAILURE() << result.error().message << " " << result.error().detail;
        return result ? result->at(0) : CompletionResult{};
    }

    core::TaskState state_of(const std::string& task_id) { return store().task(kProject, task_id)->state; }

    std::map<std::string, core::TaskState> states(const std::string& work_id) {
        std::map<std::string, core::TaskState> out;
        TaskFilter filter;
        filter.work_id = work_id;
        auto page = store().tasks(kProject, filter, {});
        if (!page) ADD_FAILURE() << page.error().message;
        if (page)
            for (const core::Task& task : page->items) out[task.spec.key] = task.state;
        return out;
    }

    static model::Snapshot snapshot(const std::string& name, const std::string& version = "1") {
        return test::snapshot(test::node(name, model::KindName::incremental_by_time_range), version);
    }

 private:
    std::filesystem::path folder_;
    std::string server_, schema_, url_;
    std::unique_ptr<Store> store_;
};

}  // namespace towline::store
