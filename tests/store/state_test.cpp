#include "model/codec.h"
#include "store_fixture.h"

namespace towline::store {
namespace {

class State : public StoreTest {
 protected:
    model::Environment environment(const std::string& name, const std::vector<model::Snapshot>& snapshots,
                                   const std::string& plan_id, std::optional<std::string> previous = std::nullopt) {
        model::Environment e;
        e.naming.name = name;
        for (const model::Snapshot& s : snapshots) e.snapshots.push_back(model::table_info(s));
        e.start_at = "2024-01-01";
        e.plan_id = plan_id;
        e.previous_plan_id = std::move(previous);
        return e;
    }
    Snapshot stored(const Snapshot& s) {
        const auto got = store().snapshots(kProject, {s.id()});
        if (!got || got->size() != 1) ADD_FAILURE() << (got ? "not stored" : got.error().message);
        return got && got->size() == 1 ? got->front() : Snapshot{};
    }
};

TEST_P(State, SnapshotsComeBackAsTheyWere) {
    Snapshot a = snapshot("db.a");
    a.forward_only = true;
    a.next_auto_restatement_ts = kNow + 77;
    ASSERT_OK(store().push_snapshots(kProject, {a, snapshot("db.b")}, kNow));
    const Snapshot back = stored(a);
    EXPECT_EQ(model::to_json(back, false), model::to_json(a, false));
    EXPECT_EQ(back.updated_ts, kNow);
    EXPECT_TRUE(back.forward_only);
    EXPECT_TRUE(back.paused());
    EXPECT_EQ(back.next_auto_restatement_ts, kNow + 77);
    // Unknown ids and other projects give nothing; a doubled id gives one.
    EXPECT_EQ(store().snapshots(kProject, {a.id(), a.id(), {"x", "1"}})->size(), 1U);
    EXPECT_TRUE(store().snapshots("other/one", {a.id()})->empty());
    EXPECT_EQ(store().snapshots_by_name(kProject, {a.name, "none"})->size(), 1U);
}

TEST_P(State, TheFirstContentOfAnIdStands) {
    Snapshot a = snapshot("db.a");
    ASSERT_OK(store().push_snapshots(kProject, {a}, kNow));
    Snapshot changed = a;
    changed.node.query = "SELECT 2";
    ASSERT_OK(store().push_snapshots(kProject, {changed}, kNow + 1));
    EXPECT_EQ(stored(a).node.query, a.node.query);
    EXPECT_EQ(stored(a).updated_ts, kNow);
}

TEST_P(State, ThousandsOfSnapshotsAtOnce) {
    std::vector<Snapshot> many;
    for (int i = 0; i < 1'050; ++i) many.push_back(snapshot("db.m" + std::to_string(i)));
    ASSERT_OK(store().push_snapshots(kProject, many, kNow));
    std::vector<SnapshotId> ids;
    for (const Snapshot& s : many) ids.push_back(s.id());
    EXPECT_EQ(store().snapshots(kProject, ids)->size(), many.size());
}

TEST_P(State, IntervalsAreFolded) {
    const Snapshot a = snapshot("db.a");
    ASSERT_OK(store().push_snapshots(kProject, {a}, kNow));
    // All in the same millisecond: the log's own times keep their order.
    ASSERT_OK(store().add_interval(kProject, a, days(0, 10), false, kNow));
    ASSERT_OK(store().add_interval(kProject, a, days(10, 20), false, kNow));
    ASSERT_OK(store().remove_interval(kProject, a, days(5, 15), kNow));
    ASSERT_OK(store().add_interval(kProject, a, days(12, 15), false, kNow));
    ASSERT_OK(store().add_interval(kProject, a, days(100, 110), true, kNow));
    ASSERT_OK(store().add_interval(kProject, a, days(7, 7), false, kNow));
    const Snapshot back = stored(a);
    EXPECT_EQ(back.intervals, (model::Intervals{days(0, 5), days(12, 20)}));
    EXPECT_EQ(back.dev_intervals, (model::Intervals{days(100, 110)}));
}

TEST_P(State, TheRecordedEndOfATableIsTheLatestOfItsDeployableRanges) {
    const Snapshot a = snapshot("db.a", "1");
    const Snapshot b = snapshot("db.b", "2");
    ASSERT_OK(store().push_snapshots(kProject, {a, b}, kNow));
    const std::set<plan::TableVersion> both{{a.name, "1"}, {b.name, "2"}};
    EXPECT_EQ(*store().interval_ends(kProject, both), plan::TableEnds{});
    ASSERT_OK(store().add_interval(kProject, a, days(0, 10), false, kNow));
    ASSERT_OK(store().add_interval(kProject, a, days(0, 2), false, kNow));
    ASSERT_OK(store().add_interval(kProject, a, days(0, 30), true, kNow));
    ASSERT_OK(store().remove_interval(kProject, a, days(5, 40), kNow));
    ASSERT_OK(store().add_interval(kProject, b, days(0, 50), true, kNow));
    const plan::TableEnds expected{{{a.name, "1"}, days(0, 10).end}};
    EXPECT_EQ(*store().interval_ends(kProject, both), expected);
    EXPECT_EQ(*store().interval_ends(kProject, {{a.name, "2"}}), plan::TableEnds{});
    EXPECT_EQ(*store().interval_ends("acme/other", both), plan::TableEnds{});
}

TEST_P(State, SnapshotsOfOneTableShareItsIntervals) {
    const Snapshot a = snapshot("db.a", "1");
    Snapshot b = snapshot("db.a", "1");
    b.fingerprint.metadata_hash = "other";
    b.dev_version = "9";
    b.effective_from = "1970-01-03";
    b.created_ts = kNow;
    ASSERT_NE(a.id(), b.id());
    ASSERT_OK(store().push_snapshots(kProject, {a, b}, kNow));
    constexpr TimestampMs day = 86'400'000;
    ASSERT_OK(store().add_interval(kProject, a, {0, 4 * day}, false, kNow));
    ASSERT_OK(store().add_interval(kProject, a, {0, day}, true, kNow));
    EXPECT_EQ(stored(a).intervals, (model::Intervals{{0, 4 * day}}));
    // From its effective date on, b counts only what it wrote itself; dev tables are not shared.
    EXPECT_EQ(stored(b).intervals, (model::Intervals{{0, 2 * day}}));
    EXPECT_TRUE(stored(b).dev_intervals.empty());
    ASSERT_OK(store().add_interval(kProject, b, {3 * day, 4 * day}, false, kNow));
    EXPECT_EQ(stored(b).intervals, (model::Intervals{{0, 2 * day}, {3 * day, 4 * day}}));
    // Removing takes the range from every writer.
    ASSERT_OK(store().remove_interval(kProject, b, {0, 10 * day}, kNow));
    EXPECT_TRUE(stored(a).intervals.empty());
    EXPECT_TRUE(stored(b).intervals.empty());
}

TEST_P(State, PromoteChecksItsBase) {
    const Snapshot a = snapshot("db.a");
    const Snapshot b = snapshot("db.b");
    const auto first = environment("prod", {a, b}, "p1");
    EXPECT_EQ(store().promote(kProject, first, {}, kNow).error().code, ErrorCode::invalid);  // never stored
    ASSERT_OK(store().push_snapshots(kProject, {a, b}, kNow));
    model::EnvironmentStatements statements;
    statements.project = "shop";
    statements.before_all = {"SELECT 1"};
    ASSERT_OK(store().promote(kProject, first, {statements}, kNow));
    EXPECT_EQ(**store().environment(kProject, "prod"), first);
    EXPECT_EQ(*store().environment_statements(kProject, "prod"), std::vector{statements});

    EXPECT_EQ(store().promote(kProject, environment("prod", {a}, "p2", "p0"), {}, kNow).error().code,
              ErrorCode::conflict);
    EXPECT_EQ(store().finalize(kProject, "prod", "p2", kNow).error().code, ErrorCode::conflict);
    ASSERT_OK(store().finalize(kProject, "prod", "p1", kNow + 3));
    EXPECT_EQ((*store().environment(kProject, "prod"))->finalized_ts, kNow + 3);
    // A second thread at the same stage finds it done, and undoes nothing.
    ASSERT_OK(store().promote(kProject, first, {}, kNow + 4));
    EXPECT_EQ((*store().environment(kProject, "prod"))->finalized_ts, kNow + 3);

    ASSERT_OK(store().promote(kProject, environment("prod", {a}, "p2", "p1"), {}, kNow + 5));
    EXPECT_EQ((*store().environment(kProject, "prod"))->finalized_ts, std::nullopt);
    EXPECT_TRUE(store().environment_statements(kProject, "prod")->empty());
    EXPECT_EQ(stored(b).updated_ts, kNow + 5);  // demoted: its time to live starts again
    EXPECT_EQ(stored(a).updated_ts, kNow);
}

TEST_P(State, EveryFieldOfAnEnvironmentIsKept) {
    const Snapshot a = snapshot("db.a");
    ASSERT_OK(store().push_snapshots(kProject, {a}, kNow));
    model::Environment e = environment("dev", {a}, "p1");
    e.naming.suffix_target = model::SuffixTarget::table;
    e.naming.catalog_name_override = "other";
    e.naming.normalize_name = false;
    e.naming.gateway_managed = true;
    e.end_at = "2024-02-01";
    e.expiration_ts = kNow + 1000;
    e.promoted_snapshot_ids = {a.id()};
    e.previous_finalized_snapshots = {model::table_info(a)};
    e.requirements = {{"pandas", "2.0"}};
    ASSERT_OK(store().promote(kProject, e, {}, kNow));
    EXPECT_EQ(**store().environment(kProject, "dev"), e);
    EXPECT_EQ(store().environments(kProject)->size(), 1U);
}

TEST_P(State, ExpiredEnvironmentsAreReplacedFreely) {
    const Snapshot a = snapshot("db.a");
    ASSERT_OK(store().push_snapshots(kProject, {a}, kNow));
    ASSERT_OK(store().promote(kProject, environment("dev", {a}, "p1"), {}, kNow));
    EXPECT_EQ(store().invalidate_environment(kProject, "prod", kNow).error().code, ErrorCode::invalid);
    EXPECT_EQ(store().invalidate_environment(kProject, "none", kNow).error().code, ErrorCode::not_found);
    ASSERT_OK(store().invalidate_environment(kProject, "dev", kNow + 1));
    EXPECT_EQ((*store().environment(kProject, "dev"))->expiration_ts, kNow + 1);
    ASSERT_OK(store().promote(kProject, environment("dev", {a}, "p2"), {}, kNow + 2));
    ASSERT_OK(store().delete_environment(kProject, "dev"));
    EXPECT_FALSE(*store().environment(kProject, "dev"));
}

TEST_P(State, UnpauseFollowsSqlmesh) {
    Snapshot old = snapshot("db.a", "1");
    Snapshot next = snapshot("db.a", "1");  // forward-only successor in the same table
    next.fingerprint.metadata_hash = "next";
    next.forward_only = true;
    const Snapshot other = snapshot("db.b");
    ASSERT_OK(store().push_snapshots(kProject, {old, next, other}, kNow));
    ASSERT_OK(store().unpause(kProject, {old.id(), other.id()}, kNow + 10, kNow + 1));
    EXPECT_EQ(stored(old).unpaused_ts, kNow + 10);
    EXPECT_TRUE(stored(next).unrestorable);
    ASSERT_OK(store().unpause(kProject, {next.id()}, kNow + 20, kNow + 2));
    EXPECT_TRUE(stored(old).paused());
    EXPECT_TRUE(stored(old).unrestorable);
    EXPECT_EQ(stored(old).updated_ts, kNow + 2);
    EXPECT_EQ(stored(next).unpaused_ts, kNow + 20);
    EXPECT_EQ(stored(other).unpaused_ts, kNow + 10);
    ASSERT_OK(store().unpause(kProject, {next.id()}, kNow + 30, kNow + 3));
    EXPECT_EQ(stored(next).unpaused_ts, kNow + 30);
}

ON_EVERY_STORE(State);

}  // namespace
}  // namespace towline::store
