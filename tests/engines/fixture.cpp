#include "engines/fixture.h"

#include <fmt/core.h>
#include <unistd.h>

#include <atomic>
#include <cstdlib>

#include "base/strings.h"
#include "engines/duckdb.h"
#include "engines/postgres.h"
#include "model/codec.h"

namespace towline::testing_engines {
namespace {

std::string unique_name() {
    static std::atomic<int> count{0};
    return fmt::format("t{}_{}", ::getpid(), ++count);
}

}  // namespace

// The settings in TOWLINE_TEST_PG, a connection string of key=value pairs.
engines::PostgresSettings postgres_settings() {
    engines::PostgresSettings settings;
    const char* text = std::getenv("TOWLINE_TEST_PG");
    if (text == nullptr) return settings;
    for (const std::string& pair : split(text, " ")) {
        const std::size_t equals = pair.find('=');
        if (equals == std::string::npos) continue;
        const std::string key = pair.substr(0, equals);
        const std::string value = pair.substr(equals + 1);
        if (key == "host") settings.host = value;
        if (key == "port") settings.port = static_cast<int>(parse_int(value).value_or(0));
        if (key == "user") settings.user = value;
        if (key == "password") settings.password = engines::Password(value);
        if (key == "dbname") settings.database = value;
        if (key == "sslmode") settings.sslmode = value;
        if (key == "sslrootcert") settings.sslrootcert = value;
    }
    return settings;
}

void EngineTest::SetUp() {
    src = unique_name();
    if (postgres()) {
        ASSERT_NE(std::getenv("TOWLINE_TEST_PG"), nullptr)
            << "TOWLINE_TEST_PG is not set: see tests/support/postgres.sh";
        catalog_ = postgres_settings().database;
    } else {
        folder_ = std::filesystem::temp_directory_path() / ("towline_engines_" + src);
        std::filesystem::create_directories(folder_);
        catalog_ = "warehouse";
    }
    engine_ = other_engine();
    auto session = engine_->open("test");
    ASSERT_TRUE(session) << session.error().message;
    session_ = std::move(*session);
    sql("CREATE SCHEMA " + src);
}

void EngineTest::TearDown() {
    if (session_ && postgres()) {
        sql("DROP SCHEMA " + src + " CASCADE");
        sql("DROP SCHEMA IF EXISTS sqlmesh__" + src + " CASCADE");
        sql("DROP SCHEMA IF EXISTS " + src + "__dev CASCADE");
        if (!rows("SELECT 1 FROM pg_tables WHERE schemaname = '_towline' AND tablename = 'fences'").empty())
            sql("DELETE FROM _towline.fences WHERE target LIKE '%" + src + "%'");
    }
    session_.reset();
    engine_.reset();
    if (!folder_.empty()) std::filesystem::remove_all(folder_);
}

std::shared_ptr<engines::Engine> EngineTest::other_engine() {
    if (postgres()) return engines::postgres_engine(postgres_settings());
    engines::DuckDbSettings settings;
    settings.database = (folder_ / "warehouse.db").string();
    return engines::duckdb_engine(std::move(settings));
}

Result<std::shared_ptr<engines::Engine>> EngineTest::engine(const std::string&) { return engine_; }

Result<std::map<model::SnapshotId, model::Snapshot>> EngineTest::snapshots(const std::vector<model::SnapshotId>& ids) {
    std::map<model::SnapshotId, model::Snapshot> out;
    for (const model::SnapshotId& id : ids) {
        // As the scheduler sends it: the definition, without the state.
        TRY(const json::Document document, json::Document::parse(model::to_json(snapshots_.at(id), false)));
        TRY(model::Snapshot sent, model::snapshot_from_json(document.root()));
        out.emplace(id, std::move(sent));
    }
    return out;
}

model::Snapshot EngineTest::make_model(const std::string& table, model::Kind kind, std::string query,
                                       std::string version) {
    model::Snapshot snapshot;
    model::Node& node = snapshot.node;
    node.name = src + "." + table;
    node.fqn = fmt::format("\"{}\".\"{}\".\"{}\"", catalog_, src, table);
    node.dialect = postgres() ? "postgres" : "duckdb";
    node.default_catalog = catalog_;
    node.kind = std::move(kind);
    node.query = std::move(query);
    node.physical_schema = "sqlmesh__" + src;
    if (node.kind.name == model::KindName::seed) node.source_type = model::SourceType::seed;
    snapshot.name = node.fqn;
    snapshot.fingerprint.data_hash = version;
    snapshot.version = version;
    snapshot.dev_version = version;
    snapshot.physical_schema = node.physical_schema;
    snapshot.change_category = model::ChangeCategory::breaking;
    return snapshot;
}

protocol::LeasedTask EngineTest::make_task(const model::Snapshot& snapshot, plan::TaskKind kind) {
    snapshots_[snapshot.id()] = snapshot;
    protocol::LeasedTask task;
    task.fence = ++fence_;
    task.lease = {fmt::format("task{}", fence_), fmt::format("attempt{}", fence_), 1};
    task.spec.kind = kind;
    task.spec.snapshot = plan::SnapshotUse{snapshot.id(), true, true};
    task.spec.environment = "prod";
    task.spec.interval = {kStart, kStart + kDay};
    task.spec.execution_ts = kStart + kDay;
    return task;
}

protocol::Completion EngineTest::run(const protocol::LeasedTask& task) {
    runner::CancelSwitch none;
    runner::Runner runner(*this, *this, journal_);
    return runner.run(task, cancel_ != nullptr ? *cancel_ : none, log_);
}

protocol::Completion EngineTest::evaluate(const model::Snapshot& snapshot, int from, int to, bool first) {
    protocol::LeasedTask task = make_task(snapshot);
    task.spec.interval = {kStart + from * kDay, kStart + to * kDay};
    task.spec.execution_ts = kStart + to * kDay;
    task.spec.is_first_insert = first;
    protocol::Completion done = run(task);
    EXPECT_EQ(protocol::Outcome::succeeded, done.outcome) << done.error_code << ": " << done.error_message << "\n"
                                                          << join(log_.lines, "\n");
    return done;
}

void EngineTest::sql(const std::string& statement) {
    auto done = session_->execute(statement);
    EXPECT_TRUE(done) << statement << ": " << (done ? "" : done.error().message);
}

std::vector<std::string> EngineTest::rows(const std::string& query) {
    auto result = session_->query(query);
    EXPECT_TRUE(result) << query << ": " << (result ? "" : result.error().message);
    std::vector<std::string> out;
    if (!result) return out;
    for (const auto& row : result->rows) {
        std::vector<std::string> cells;
        for (const auto& cell : row) cells.push_back(cell.value_or("-"));
        out.push_back(join(cells, "|"));
    }
    return out;
}

std::string EngineTest::physical(const model::Snapshot& snapshot) const {
    plan::TableName name = plan::table_name(snapshot, true);
    if (postgres()) name.catalog.clear();
    return name.quoted();
}

std::string EngineTest::types_of(const model::Snapshot& snapshot) {
    const auto columns = session_->columns(plan::table_name(snapshot, true));
    std::string out;
    for (const model::Column& column : columns.value()) out += column.name + " " + lower(column.type) + ";";
    return out;
}

}  // namespace towline::testing_engines
