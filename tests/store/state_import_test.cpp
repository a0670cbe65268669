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

ON_EVERY_STORE(Import);

}  // namespace
}  // namespace towline::store
