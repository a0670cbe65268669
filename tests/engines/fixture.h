#pragma once
// A real engine, and tasks run on it as the executor would. Used by every test of this folder.

#include <gtest/gtest.h>

#include <filesystem>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "engines/engine.h"
#include "engines/postgres.h"
#include "runner/runner.h"

namespace towline::testing_engines {

constexpr std::int64_t kDay = 86'400'000;
/// The PostgreSQL that TOWLINE_TEST_PG names.
engines::PostgresSettings postgres_settings();

/// 2024-01-01, times are counted in days from it.
constexpr std::int64_t kStart = 1'704'067'200'000;

struct KeptLog : runner::TaskLog {
    void line(std::string_view level, std::string_view text) override {
        std::lock_guard lock(mutex);
        lines.push_back(std::string(level) + " " + std::string(text));
    }
    std::mutex mutex;
    std::vector<std::string> lines;
};

/// Notes what it is told, in order.
struct KeptJournal : runner::SessionJournal {
    Status opened(const std::string&, const std::string& session_id, const std::string&) override {
        std::lock_guard lock(mutex);
        events.push_back("opened " + session_id);
        return {};
    }
    void closed(const std::string&, const std::string& session_id) override {
        std::lock_guard lock(mutex);
        events.push_back("closed " + session_id);
    }
    std::mutex mutex;
    std::vector<std::string> events;
};

/// One model on one engine: builds its snapshot, runs tasks about it, and reads tables back. The parameter is
/// the engine's type. Every test works in schemas of its own, which are dropped at the end.
class EngineTest : public ::testing::TestWithParam<const char*>,
                   public runner::EngineSource,
                   public runner::SnapshotSource {
 protected:
    void SetUp() override;
    void TearDown() override;

    Result<std::shared_ptr<engines::Engine>> engine(const std::string& gateway) override;
    Result<std::map<model::SnapshotId, model::Snapshot>> snapshots(const std::vector<model::SnapshotId>& ids) override;

    bool postgres() const { return std::string(GetParam()) == "postgres"; }
    /// A second engine on the same database, as another executor has it.
    std::shared_ptr<engines::Engine> other_engine();

    /// A model of a kind over `query`; `src` is the schema of its sources.
    model::Snapshot make_model(const std::string& table, model::Kind kind, std::string query,
                               std::string version = "1");
    /// A task about it, with the next fence.
    protocol::LeasedTask make_task(const model::Snapshot& snapshot, plan::TaskKind kind = plan::TaskKind::evaluate);
    protocol::Completion run(const protocol::LeasedTask& task);
    /// Evaluates days [from, to) and expects success.
    protocol::Completion evaluate(const model::Snapshot& snapshot, int from = 0, int to = 1, bool first = false);

    void sql(const std::string& statement);
    /// Rows as "a|b", in the order of the statement.
    std::vector<std::string> rows(const std::string& query);
    std::string physical(const model::Snapshot& snapshot) const;
    std::string types_of(const model::Snapshot& snapshot);

    std::string src;  ///< schema of sources, quoted nowhere
    KeptLog log_;
    KeptJournal journal_;
    runner::CancelSwitch* cancel_ = nullptr;

 private:
    std::string catalog_;
    std::filesystem::path folder_;
    std::shared_ptr<engines::Engine> engine_;
    std::unique_ptr<engines::Session> session_;
    std::map<model::SnapshotId, model::Snapshot> snapshots_;
    std::int64_t fence_ = 0;
};

}  // namespace towline::testing_engines
