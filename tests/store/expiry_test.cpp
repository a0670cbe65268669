#include "store_fixture.h"

namespace towline::store {
namespace {

class Expiry : public StoreTest {
 protected:
    Snapshot stored(const Snapshot& s) {
        const auto got = store().snapshots(kProject, {s.id()});
        if (!got || got->size() != 1) ADD_FAILURE() << (got ? "not stored" : got.error().message);
        return got && got->size() == 1 ? got->front() : Snapshot{};
    }
    static Snapshot again(const Snapshot& s, const std::string& data_hash) {
        Snapshot other = s;  // another definition over the same table
        other.fingerprint.data_hash = data_hash;
        return other;
    }
};

TEST_P(Expiry, OnlyWhatIsOldIsPastItsTime) {
    Snapshot a = snapshot("db.a"), b = snapshot("db.b");
    ASSERT_OK(store().push_snapshots(kProject, {a}, kNow));
    ASSERT_OK(store().push_snapshots(kProject, {b}, kNow + 1000));
    const std::int64_t week = 7LL * 24 * 3600 * 1000;
    EXPECT_TRUE(store().snapshots_past_ttl(kProject, kNow + week - 1, false)->empty());
    EXPECT_EQ(*store().snapshots_past_ttl(kProject, kNow + week, false), (std::vector<SnapshotId>{a.id()}));
    EXPECT_EQ(store().snapshots_past_ttl(kProject, kNow, true)->size(), 2U);
    EXPECT_TRUE(store().snapshots_past_ttl("other/one", kNow, true)->empty());
}

TEST_P(Expiry, WhatASurvivorSharesStays) {
    const Snapshot a = snapshot("db.a"), b = again(a, "2"), other = snapshot("db.c");
    ASSERT_OK(store().push_snapshots(kProject, {a, b, other}, kNow));
    ASSERT_OK(store().add_interval(kProject, a, days(0, 10), false, kNow));
    ASSERT_OK(store().add_interval(kProject, b, days(10, 20), false, kNow));
    ASSERT_OK(store().add_interval(kProject, other, days(0, 5), false, kNow));
    ASSERT_OK(store().expire_snapshots(kProject, {a.id()}, {}, kNow));
    EXPECT_TRUE(store().snapshots(kProject, {a.id()})->empty());
    EXPECT_EQ(stored(b).intervals, (model::Intervals{days(0, 20)}));
    // With the last of them the table's intervals go: whoever comes back begins anew.
    ASSERT_OK(store().expire_snapshots(kProject, {b.id()}, {{model::table_info(b), false}}, kNow));
    ASSERT_OK(store().push_snapshots(kProject, {a}, kNow));
    EXPECT_TRUE(stored(a).intervals.empty());
    EXPECT_EQ(stored(other).intervals, (model::Intervals{days(0, 5)}));
}

TEST_P(Expiry, TombstonesWaitForTheirExecutor) {
    const Snapshot a = snapshot("db.a");
    ASSERT_OK(store().push_snapshots(kProject, {a}, kNow));
    const std::vector<plan::PhysicalTable> tables{{model::table_info(a), false}, {model::table_info(a), true}};
    ASSERT_OK(store().expire_snapshots(kProject, {a.id()}, tables, kNow));
    const auto tombstones = store().tombstones(kProject);
    ASSERT_OK(tombstones);
    ASSERT_EQ(tombstones->size(), 2U);
    EXPECT_NE(tombstones->at(0).table.name(), tombstones->at(1).table.name());
    ASSERT_OK(store().remove_tombstones(kProject, {tombstones->at(0).id}));
    EXPECT_EQ(store().tombstones(kProject)->size(), 1U);
    EXPECT_TRUE(store().tombstones("other/one")->empty());
}

TEST_P(Expiry, WhatAnEnvironmentNamesIsNotDeleted) {
    const Snapshot a = snapshot("db.a");
    ASSERT_OK(store().push_snapshots(kProject, {a}, kNow));
    model::Environment prod;
    prod.plan_id = "p1";
    prod.start_at = "2024-01-01";
    prod.snapshots = {model::table_info(a)};
    ASSERT_OK(store().promote(kProject, prod, {}, kNow));
    const Status refused = store().expire_snapshots(kProject, {a.id()}, {{model::table_info(a), false}}, kNow);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, ErrorCode::conflict);
    EXPECT_TRUE(store().tombstones(kProject)->empty());
    EXPECT_EQ(store().snapshots(kProject, {a.id()})->size(), 1U);
}

TEST_P(Expiry, AFoldedLogSaysTheSame) {
    const Snapshot a = snapshot("db.a"), b = again(a, "2");
    ASSERT_OK(store().push_snapshots(kProject, {a, b}, kNow));
    for (int i = 0; i < 20; ++i) ASSERT_OK(store().add_interval(kProject, a, days(i * 10, i * 10 + 10), false, kNow));
    ASSERT_OK(store().add_interval(kProject, b, days(500, 510), true, kNow));
    ASSERT_OK(store().remove_interval(kProject, a, days(50, 60), kNow));
    ASSERT_OK(store().auto_restate(kProject, {{a.name, a.version, days(0, 10), kNow + 5}}, kNow));
    const Snapshot before = stored(a);
    EXPECT_EQ(before.pending_restatement_intervals, (model::Intervals{days(0, 10)}));
    EXPECT_EQ(before.next_auto_restatement_ts, kNow + 5);
    EXPECT_EQ(*store().compact_intervals(kProject, kNow), 1);
    EXPECT_EQ(stored(a), before);
    EXPECT_EQ(stored(b).dev_intervals, (model::Intervals{days(500, 510)}));
    EXPECT_EQ(*store().compact_intervals(kProject, kNow), 0) << "nothing was added since";
    // What is added afterwards still comes after it.
    ASSERT_OK(store().remove_interval(kProject, a, days(0, 10), kNow));
    ASSERT_OK(store().add_interval(kProject, a, days(0, 10), false, kNow));
    EXPECT_EQ(stored(a).intervals, before.intervals);
    EXPECT_TRUE(stored(a).pending_restatement_intervals.empty());
}

ON_EVERY_STORE(Expiry);

}  // namespace
}  // namespace towline::store
