#include "model/codec.h"
#include "store_fixture.h"

namespace towline::store {
namespace {

class Import : public StoreTest {
 protected:
    StateImport state() {
        Snapshot a = snapshot("db.a");
        a.updated_ts = kNow - 1000;
        a.unpaused_ts = kNow - 500;
        a.intervals = {days(0, 10), days(20, 30)};
        a.dev_intervals = {days(40, 50)};
        a.pending_restatement_intervals = {days(5, 10)};
        a.next_auto_restatement_ts = kNow + 7;
        StateImport out;
        out.snapshots = {a};
        StateImport::Named one;
        one.environment.naming.name = "prod";
        one.environment.start_at = "2024-01-01";
        one.environment.plan_id = "theirs";
        one.environment.finalized_ts = kNow - 400;
        one.environment.snapshots = {model::table_info(a)};
        one.statements = {{"", {"SELECT 1"}, {}, {}, "duckdb"}};
        out.environments = {one};
        return out;
    }
};

TEST_P(Import, ComesBackAsItWas) {
    const StateImport given = state();
    ASSERT_OK(store().import_state(kProject, given, kNow));
    const auto snapshots = store().snapshots(kProject, {given.snapshots[0].id()});
    ASSERT_OK(snapshots);
    ASSERT_EQ(snapshots->size(), 1U);
    EXPECT_EQ(model::to_json(snapshots->front(), true), model::to_json(given.snapshots[0], true));
    const auto environment = store().environment(kProject, "prod");
    ASSERT_OK(environment);
    ASSERT_TRUE(*environment);
    EXPECT_EQ(model::to_json(**environment), model::to_json(given.environments[0].environment));
    EXPECT_EQ(store().environment_statements(kProject, "prod")->size(), 1U);
    // A range that is loaded again is no longer pending.
    ASSERT_OK(store().add_interval(kProject, given.snapshots[0], days(5, 10), false, kNow));
    EXPECT_TRUE(store().snapshots(kProject, {given.snapshots[0].id()})->front().pending_restatement_intervals.empty());
}

TEST_P(Import, AStateThatIsThereIsOnlyReplacedOnPurpose) {
    ASSERT_OK(store().push_snapshots(kProject, {snapshot("db.old")}, kNow));
    StateImport given = state();
    const Status refused = store().import_state(kProject, given, kNow);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, ErrorCode::conflict);
    EXPECT_TRUE(store().environments(kProject)->empty());
    given.replace = true;
    ASSERT_OK(store().import_state(kProject, given, kNow));
    EXPECT_TRUE(store().snapshots(kProject, {snapshot("db.old").id()})->empty());
    EXPECT_EQ(store().environments(kProject)->size(), 1U);
    // The other project's state is its own.
    ASSERT_OK(store().ensure_project("acme/other", kNow));
    ASSERT_OK(store().import_state("acme/other", state(), kNow));
    EXPECT_EQ(store().environments(kProject)->size(), 1U);
}

TEST_P(Import, NothingOfABrokenStateStays) {
    StateImport given = state();
    given.snapshots.clear();
    const Status refused = store().import_state(kProject, given, kNow);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, ErrorCode::invalid);
    new_work("w1");
    const Status busy = store().import_state(kProject, state(), kNow);
    ASSERT_FALSE(busy);
    EXPECT_EQ(busy.error().code, ErrorCode::conflict);
    EXPECT_TRUE(store().snapshots(kProject, {state().snapshots[0].id()})->empty());
}

/// Snapshots first, then the environment that names all of them.
class Pages : public Import {
 protected:
    static constexpr int kCount = 3;
    const std::string kId = std::string(32, 'a');

    StatePage page(const std::string& id, int number, const std::string& digest = "d") {
        StatePage out{id, number, digest, {}};
        if (number < kCount) {
            out.part.snapshots = {snapshot(name(number))};
            out.part.snapshots[0].intervals = {days(0, 10)};
            out.part.snapshots[0].pending_restatement_intervals = {days(5, 10)};
        } else {
            out.part.environments = state().environments;
            out.part.environments[0].environment.snapshots.clear();
            for (int i = 0; i < kCount; ++i)
                out.part.environments[0].environment.snapshots.push_back(model::table_info(snapshot(name(i))));
        }
        return out;
    }
    static std::string name(int number) { return "db.m" + std::to_string(number); }
    Status add(const std::string& id, int number, TimestampMs now = kNow) {
        return store().add_state_page(kProject, page(id, number), now);
    }
    void add_all(const std::string& id) {
        for (int number = 0; number <= kCount; ++number) ASSERT_OK(add(id, number, kNow + number * 1000));
    }
    Result<StateCounts> apply(const std::string& id, bool replace = false) {
        return store().apply_state_pages(kProject, id, kCount + 1, replace, kNow);
    }
    static void expect(const Status& status, ErrorCode code, const char* words) {
        ASSERT_FALSE(status);
        EXPECT_EQ(status.error().code, code);
        EXPECT_NE(status.error().message.find(words), std::string::npos) << status.error().message;
    }
    std::size_t stored() {
        std::vector<SnapshotId> ids;
        for (int i = 0; i < kCount; ++i) ids.push_back(snapshot(name(i)).id());
        return store().snapshots(kProject, ids)->size();
    }
};

TEST_P(Pages, CountOnlyWhenAllAreAppliedAtOnce) {
    add_all(kId);
    EXPECT_EQ(stored(), 0U);
    EXPECT_TRUE(store().environments(kProject)->empty());
    EXPECT_EQ(*store().projects(), (std::vector<std::string>{kProject}));
    EXPECT_TRUE(store().snapshots_past_ttl(kProject, kNow, true)->empty());
    for (int round = 0; round < 2; ++round) {  // an answer may be lost
        const auto counts = apply(kId);
        ASSERT_OK(counts);
        EXPECT_EQ(counts->snapshots, kCount);
        EXPECT_EQ(counts->environments, 1);
        EXPECT_EQ(stored(), 3U);
    }
    const auto environment = store().environment(kProject, "prod");
    ASSERT_OK(environment);
    ASSERT_TRUE(*environment);
    EXPECT_EQ((*environment)->finalized_ts, kNow - 400);
    EXPECT_EQ(store().environment_statements(kProject, "prod")->size(), 1U);
    const Snapshot first = store().snapshots(kProject, {snapshot(name(0)).id()})->front();
    EXPECT_EQ(first.intervals, (model::Intervals{days(0, 10)}));
    EXPECT_EQ(first.pending_restatement_intervals, (model::Intervals{days(5, 10)}));
    expect(add(kId, 0), ErrorCode::conflict, "applied already");
}

TEST_P(Pages, ComeTwiceTornOrInAnotherOrder) {
    ASSERT_OK(add(kId, 1));
    ASSERT_OK(add(kId, 1));
    expect(store().add_state_page(kProject, page(kId, 1, "other"), kNow), ErrorCode::conflict, "another one");
    expect(add(kId, kCount), ErrorCode::invalid, "never stored");
    ASSERT_OK(add(kId, 0));
    const auto torn = apply(kId);
    ASSERT_FALSE(torn);
    EXPECT_EQ(torn.error().code, ErrorCode::conflict);
    EXPECT_EQ(stored(), 0U);
    ASSERT_OK(add(kId, 2));
    ASSERT_OK(add(kId, kCount));
    ASSERT_OK(apply(kId));
    EXPECT_EQ(stored(), 3U);
    const auto unknown = apply(std::string(32, '0'));
    ASSERT_FALSE(unknown);
    EXPECT_EQ(unknown.error().code, ErrorCode::conflict);
}

TEST_P(Pages, OfTwoImportsOneIsTaken) {
    const std::string other(32, 'b');
    for (int number = 0; number <= kCount; ++number) {
        ASSERT_OK(add(kId, number));
        ASSERT_OK(add(other, number));
    }
    ASSERT_OK(apply(other));
    const auto late = apply(kId);
    ASSERT_FALSE(late);
    EXPECT_NE(late.error().message.find("has a state already: 1 environments, 3 snapshots"), std::string::npos);
    expect(add(std::string(32, 'c'), 0), ErrorCode::conflict, "has a state already");
    ASSERT_OK(apply(kId, true));
    EXPECT_EQ(stored(), 3U);
    EXPECT_EQ(store().environments(kProject)->size(), 1U);
}

TEST_P(Pages, AreForgottenWhenNothingFollows) {
    ASSERT_OK(add(kId, 0, kNow));
    ASSERT_OK(add(kId, 1, kNow + 10));
    EventStore::Retention retention;
    retention.imports_before = kNow + 5;
    ASSERT_OK(store().clean(retention));
    ASSERT_OK(add(kId, 2, kNow + 20));
    ASSERT_OK(add(kId, kCount, kNow + 30));
    retention.imports_before = kNow + 100;
    ASSERT_OK(store().clean(retention));
    const auto gone = apply(kId);
    ASSERT_FALSE(gone);
    EXPECT_EQ(gone.error().code, ErrorCode::conflict);
    // The rows went with it: the same pages fill the place anew.
    add_all(kId);
    ASSERT_OK(apply(kId));
    EXPECT_EQ(stored(), 3U);
    for (int i = 0; i < 8; ++i)
        ASSERT_OK(store().add_state_page(
            kProject,
            [&] {
                StatePage begun = page(std::string(31, 'e') + std::to_string(i), 0);
                begun.part.replace = true;
                return begun;
            }(),
            kNow));
    StatePage ninth = page(std::string(32, 'f'), 0);
    ninth.part.replace = true;
    expect(store().add_state_page(kProject, ninth, kNow), ErrorCode::conflict, "8 imports");
}

ON_EVERY_STORE(Import);
ON_EVERY_STORE(Pages);

}  // namespace
}  // namespace towline::store
