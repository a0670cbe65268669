#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>

#include "engines/duckdb.h"
#include "runner/fenced_write.h"

namespace towline::runner {
namespace {

struct SilentLog : TaskLog {
    void line(std::string_view, std::string_view) override {}
};

/// A session with a lease of a given fence on one DuckDB file.
class Writer {
 public:
    Writer(engines::Engine& engine, std::int64_t fence, std::string task_id = "task") : engine_(engine) {
        task_.fence = fence;
        task_.lease.task_id = std::move(task_id);
        session_ = engine.open("test").value();
        run_.emplace(TaskRun::Parts{task_, snapshots_, engine_, *session_, cancel_, log_, completion_});
    }
    Status write(model::Interval range, const std::function<Status()>& body, bool once = false) {
        return fenced_write(*run_, {"target", "", range, once}, body);
    }
    Status insert(model::Interval range, int value, bool once = false) {
        return write(range, [&] { return execute("INSERT INTO t VALUES (" + std::to_string(value) + ")"); }, once);
    }
    Status execute(const std::string& sql) {
        auto done = session_->execute(sql);
        if (!done) return fail(done.error());
        return {};
    }
    std::string one(const std::string& sql) { return session_->query(sql).value().rows.at(0).at(0).value_or("NULL"); }

 private:
    engines::Engine& engine_;
    protocol::LeasedTask task_;
    SnapshotMap snapshots_;
    CancelSwitch cancel_;
    SilentLog log_;
    protocol::Completion completion_;
    std::unique_ptr<engines::Session> session_;
    std::optional<TaskRun> run_;
};

class Fences : public testing::Test {
 protected:
    void SetUp() override {
        folder_ = std::filesystem::temp_directory_path() / ("towline_fences_" + std::to_string(::getpid()));
        std::filesystem::create_directories(folder_);
        engines::DuckDbSettings settings;
        settings.database = (folder_ / "a.db").string();
        engine_ = engines::duckdb_engine(std::move(settings));
        ASSERT_TRUE(Writer(*engine_, 0).execute("CREATE TABLE t (v INTEGER)"));
    }
    void TearDown() override {
        engine_.reset();
        std::filesystem::remove_all(folder_);
    }

    std::filesystem::path folder_;
    std::unique_ptr<engines::Engine> engine_;
};

TEST_F(Fences, NewerLeaseWinsOlderIsRefused) {
    Writer old(*engine_, 5);
    Writer young(*engine_, 6);
    ASSERT_TRUE(old.insert({0, 10}, 1));
    ASSERT_TRUE(young.insert({0, 10}, 2));
    const Status refused = old.insert({0, 10}, 3);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, ErrorCode::superseded);
    EXPECT_EQ(old.one("SELECT count(*) FROM t"), "2");
}

TEST_F(Fences, OnlyOverlappingRangesMeet) {
    Writer young(*engine_, 6);
    Writer old(*engine_, 5);
    ASSERT_TRUE(young.insert({10, 20}, 1));
    ASSERT_TRUE(old.insert({0, 10}, 2));
    EXPECT_EQ(old.insert({5, 11}, 3).error().code, ErrorCode::superseded);
}

TEST_F(Fences, ClaimDuringAnOlderWriteRefusesIt) {
    Writer ghost(*engine_, 5);
    Writer young(*engine_, 6);
    Status young_result;
    const Status ghost_result = ghost.write({0, 10}, [&] {
        young_result = young.insert({0, 10}, 2);
        return ghost.execute("INSERT INTO t VALUES (1)");
    });
    // Whoever came second must not be in the table together with the first.
    EXPECT_NE(static_cast<bool>(ghost_result), static_cast<bool>(young_result));
    if (!young_result) {
        EXPECT_EQ(young_result.error().code, ErrorCode::conflict);
        EXPECT_TRUE(young.insert({0, 10}, 2));
    }
}

TEST_F(Fences, ClaimOfAWiderRangeConflictsWithAnOpenWrite) {
    Writer ghost(*engine_, 5);
    Writer young(*engine_, 6);
    Status young_result;
    ASSERT_TRUE(ghost.write({0, 10}, [&] {
        young_result = young.insert({0, 100}, 2);
        return Status{};
    }));
    EXPECT_FALSE(young_result);
    EXPECT_TRUE(young.insert({0, 100}, 2));
    EXPECT_EQ(young.one("SELECT count(*) FROM _towline.fences"), "1");
    EXPECT_EQ(ghost.insert({0, 10}, 1).error().code, ErrorCode::superseded);
}

TEST_F(Fences, FailedBodyChangesNothing) {
    Writer writer(*engine_, 5);
    const Status failed = writer.write({0, 10}, [&]() -> Status {
        TRY_STATUS(writer.execute("INSERT INTO t VALUES (1)"));
        return fail(ErrorCode::engine, "no");
    });
    EXPECT_EQ(failed.error().code, ErrorCode::engine);
    EXPECT_EQ(writer.one("SELECT count(*) FROM t"), "0");
    EXPECT_TRUE(writer.insert({0, 10}, 2));
}

TEST_F(Fences, ACommittedLoadIsNotRepeatedByItsOwnTask) {
    ASSERT_TRUE(Writer(*engine_, 5, "a").insert({0, 10}, 1, true));
    ASSERT_TRUE(Writer(*engine_, 6, "a").insert({0, 10}, 1, true));
    Writer next(*engine_, 7, "b");
    EXPECT_EQ(next.one("SELECT count(*) FROM t"), "1");
    ASSERT_TRUE(next.insert({0, 10}, 2, true));
    EXPECT_EQ(next.one("SELECT count(*) FROM t"), "2");
}

}  // namespace
}  // namespace towline::runner
