#include "plan/intervals.h"

#include <gtest/gtest.h>

#include "plan/elsewhere.h"
#include "plan/interval_log.h"
#include "support/plan_builders.h"

namespace towline::plan {
namespace {
using model::Interval;
using model::Intervals;
using model::KindName;
using model::Node;
using model::Snapshot;
using model::SnapshotId;
using test::at;
using test::days;

Node daily() { return test::node("db.a", KindName::incremental_by_time_range); }

TEST(InclusiveExclusive, ReferenceTable) {
    struct Case {
        const char *unit, *start, *end;
        bool end_is_date, expand, partials;
        const char *from, *to;
    };
    const Case cases[] = {
        {"day", "2024-01-01", "2024-01-01", true, true, false, "2024-01-01", "2024-01-02"},
        {"day", "2024-01-01 06:00", "2024-01-02 06:00", false, true, false, "2024-01-01", "2024-01-03"},
        {"day", "2024-01-01 06:00", "2024-01-03 06:00", false, false, false, "2024-01-02", "2024-01-03"},
        {"day", "2024-01-01 06:00", "2024-01-02 06:00", false, false, false, "2024-01-02", "2024-01-02"},
        {"day", "2024-01-01 06:00", "2024-01-02 06:00", false, false, true, "2024-01-01", "2024-01-02 06:00"},
        {"hour", "2024-01-01", "2024-01-01", true, true, false, "2024-01-01", "2024-01-02"},
        {"month", "2024-02-10", "2024-02-10", true, true, false, "2024-02-01", "2024-03-01"},
    };
    for (const Case& c : cases) {
        Node node = daily();
        node.interval_unit = c.unit;
        node.allow_partials = c.partials;
        EXPECT_EQ(*inclusive_exclusive(node, {at(c.start), at(c.end)}, c.end_is_date, c.expand),
                  (Interval{at(c.from), at(c.to)}))
            << c.start << " " << c.end;
    }
}

TEST(Inherit, TakesWholeTicksOfTheOwnUnitBeforeEffectiveFrom) {
    struct Case {
        const char *unit, *effective_from;
        Intervals expected;
    };
    const IntervalLog::Group writer{
        "other", "dev", {days("2024-01-20", "2024-03-05")}, {days("2024-02-25", "2024-02-27")}};
    const Case cases[] = {
        {"day", "", {days("2024-01-20", "2024-03-05")}},
        {"month", "", {days("2024-02-01", "2024-03-01")}},
        {"day", "2024-02-10", {days("2024-01-20", "2024-02-10")}},
        {"day", "2024-01-01", {}},
    };
    for (const Case& c : cases) {
        Snapshot now = test::snapshot(daily());
        now.node.interval_unit = c.unit;
        if (*c.effective_from) now.effective_from = c.effective_from;
        ASSERT_TRUE(inherit(now, writer, at("2024-04-01")));
        EXPECT_EQ(now.intervals, c.expected) << c.unit << " " << c.effective_from;
        EXPECT_TRUE(now.dev_intervals.empty()) << "another dev table";
    }
    Snapshot monthly = test::snapshot(daily(), "dev");
    monthly.node.interval_unit = "month";
    ASSERT_TRUE(inherit(monthly, writer, at("2024-04-01")));
    EXPECT_TRUE(monthly.dev_intervals.empty()) << "no whole month";
}

TEST(RestatedElsewhere, OtherVersionsAndWhatReadsThem) {
    const auto shown = [](std::vector<Snapshot> snapshots, const std::string& name) {
        model::Environment out;
        out.naming.name = name;
        for (const Snapshot& each : snapshots) out.snapshots.push_back(model::table_info(each));
        return out;
    };
    const auto version = [](std::string_view name, KindName kind, const std::string& of) {
        Snapshot out = test::snapshot(test::node(name, kind), of);
        out.intervals = {days("2024-01-01", "2024-01-09")};
        return out;
    };
    const Snapshot a = version("db.a", KindName::incremental_by_time_range, "1");
    const Snapshot dev_a = version("db.a", KindName::incremental_by_time_range, "2");
    const Snapshot left_a = version("db.a", KindName::incremental_by_time_range, "3");
    const Snapshot old_a = version("db.a", KindName::incremental_by_time_range, "4");
    Snapshot dev_b = version("db.b", KindName::full, "2");
    dev_b.parents = {dev_a.id()};
    Snapshot prod_c = version("db.c", KindName::full, "1");
    prod_c.parents = {dev_a.id()};
    const std::set<TableVersion> prod{{a.name, "1"}, {prod_c.name, "1"}};
    const Restated restated{{a.name, days("2024-01-03", "2024-01-04")}};
    const std::vector<Snapshot> stored{a, dev_a, left_a, old_a, dev_b, prod_c};

    const Elsewhere alike = restated_elsewhere(restated, prod, {}, {shown({a, prod_c}, "dev")});
    EXPECT_TRUE(alike.ranges.empty()) << "what no environment shows is of no interest then";

    const Elsewhere found = restated_elsewhere(restated, prod, {}, {shown({dev_a, dev_b, prod_c}, "dev")});
    const auto ranges = ranges_elsewhere(found, stored, prod, {old_a.id()}, at("2024-01-10"));
    ASSERT_TRUE(ranges);
    const std::map<TableVersion, Interval> expected{{{a.name, "2"}, days("2024-01-03", "2024-01-04")},
                                                    {{a.name, "3"}, days("2024-01-03", "2024-01-04")},
                                                    {{dev_b.name, "2"}, days("2024-01-01", "2024-01-10")}};
    EXPECT_EQ(*ranges, expected);
    EXPECT_EQ(restated_elsewhere(restated, prod, {dev_b.name}, {shown({dev_a, dev_b}, "dev")}).names(),
              std::set<std::string>{a.name});
    // Names are told in the order of the graph: dev_b loses what db.z does, which stands above db.a.
    Snapshot z = version("db.z", KindName::incremental_by_time_range, "1");
    Snapshot below = version("db.a", KindName::view, "1");
    below.parents = {z.id()};
    const Restated both =
        in_order({{z.name, days("2024-01-03", "2024-01-04")}, {below.name, days("2024-01-01", "2024-01-09")}},
                 {{z.id(), z}, {below.id(), below}});
    ASSERT_EQ(both.size(), 2U);
    EXPECT_EQ(both.front().first, z.name);
}

Intervals missing_at(const Node& node, const Intervals& recorded, const char* now, bool ignore_cron = false) {
    Snapshot snapshot = test::snapshot(node);
    snapshot.intervals = recorded;
    MissingOptions options;
    options.execution_ts = at(now);
    options.ignore_cron = ignore_cron;
    const auto all = missing_intervals({{snapshot.id(), snapshot}}, DeployabilityIndex::all(), options);
    EXPECT_TRUE(all) << all.error().message;
    return all->empty() ? Intervals{} : all->begin()->second;
}

TEST(MissingIntervals, ReferenceExamples) {
    const Intervals to_fifth{days("2024-01-01", "2024-01-05")};
    Node node = daily();
    EXPECT_EQ(missing_at(node, to_fifth, "2024-01-07 00:10"), Intervals{days("2024-01-05", "2024-01-07")});
    node.kind.lookback = 2;
    EXPECT_EQ(missing_at(node, to_fifth, "2024-01-07 00:10"), Intervals{days("2024-01-03", "2024-01-07")});
    EXPECT_TRUE(missing_at(node, {days("2024-01-01", "2024-01-07")}, "2024-01-07 00:10").empty());
    node.end = "2024-01-06";
    EXPECT_EQ(missing_at(node, to_fifth, "2024-01-07 00:10"), Intervals{days("2024-01-03", "2024-01-07")});
    node.end = "2024-01-05";
    EXPECT_EQ(missing_at(node, to_fifth, "2024-01-07 00:10"), Intervals{days("2024-01-03", "2024-01-06")});
    EXPECT_TRUE(missing_at(node, {days("2024-01-01", "2024-01-06")}, "2024-01-07 00:10").empty());
}

TEST(MissingIntervals, CronDecidesWhenADayIsDue) {
    Node node = daily();
    node.cron = "0 12 * * *";
    const Intervals to_fifth{days("2024-01-01", "2024-01-05")};
    EXPECT_EQ(missing_at(node, to_fifth, "2024-01-07 11:59"), Intervals{days("2024-01-05", "2024-01-06")});
    EXPECT_EQ(missing_at(node, to_fifth, "2024-01-07 12:00"), Intervals{days("2024-01-05", "2024-01-07")});
    EXPECT_EQ(missing_at(node, to_fifth, "2024-01-07 11:59", true), Intervals{days("2024-01-05", "2024-01-07")});
    node.cron = "@weekly";
    EXPECT_EQ(missing_at(node, {days("2024-01-01", "2024-01-07")}, "2024-01-17 10:00"),
              Intervals{days("2024-01-07", "2024-01-14")});
    node.cron = "@monthly";
    node.interval_unit = "month";
    EXPECT_TRUE(missing_at(node, {days("2024-01-01", "2024-03-01")}, "2024-03-15 00:00").empty());
    EXPECT_EQ(missing_at(node, {days("2024-01-01", "2024-03-01")}, "2024-04-01 00:00"),
              Intervals{days("2024-03-01", "2024-04-01")});
}

TEST(MissingIntervals, PartialTicksComeBack) {
    Node node = daily();
    node.interval_unit = "hour";
    node.cron = "@hourly";
    node.allow_partials = true;
    node.start = "2024-01-07";
    const Intervals to_ten{days("2024-01-07", "2024-01-07 10:00")};
    EXPECT_TRUE(missing_at(node, to_ten, "2024-01-07 10:25").empty());
    EXPECT_EQ(missing_at(node, to_ten, "2024-01-07 10:25", true),
              Intervals{days("2024-01-07 10:00", "2024-01-07 10:25")});
    EXPECT_EQ(missing_at(node, {days("2024-01-07", "2024-01-07 10:25")}, "2024-01-07 11:00"),
              Intervals{days("2024-01-07 10:00", "2024-01-07 11:00")});
}

TEST(MissingIntervals, StartComesFromParentsOrCron) {
    Node node = daily();
    node.start.reset();
    EXPECT_EQ(missing_at(node, {}, "2024-01-07 00:10"), Intervals{days("2024-01-06", "2024-01-07")});

    Snapshot parent = test::snapshot(daily());
    Node child_node = test::node("db.b", KindName::full, {"db.a"});
    child_node.start.reset();
    Snapshot child = test::snapshot(child_node);
    child.parents = {parent.id()};
    const std::map<SnapshotId, Snapshot> all{{parent.id(), parent}, {child.id(), child}};
    EXPECT_EQ(*start_of(child.id(), all, at("2024-01-07")), at("2024-01-01"));
}

TEST(MissingIntervals, SeedsSymbolicModelsAndBounds) {
    Node seed = test::node("db.s", KindName::seed);
    EXPECT_FALSE(missing_at(seed, {}, "2024-01-07").empty());
    EXPECT_TRUE(missing_at(seed, {days("2024-01-01", "2024-01-02")}, "2024-01-07").empty());
    EXPECT_TRUE(missing_at(test::node("db.e", KindName::embedded), {}, "2024-01-07").empty());

    Snapshot snapshot = test::snapshot(daily());
    MissingOptions options;
    options.execution_ts = at("2024-01-07 05:00");
    options.end = "2024-01-03";
    options.end_bounded = true;
    options.restatements[snapshot.name] = days("2024-01-02", "2024-01-03");
    snapshot.intervals = {days("2024-01-01", "2024-01-07")};
    const auto restated = missing_intervals({{snapshot.id(), snapshot}}, DeployabilityIndex::all(), options);
    EXPECT_EQ(restated->at(snapshot.id()), Intervals{days("2024-01-02", "2024-01-03")});
    options.restatements.clear();
    options.overrides[snapshot.name] = {0, at("2024-01-02")};
    snapshot.intervals.clear();
    const auto bounded = missing_intervals({{snapshot.id(), snapshot}}, DeployabilityIndex::all(), options);
    EXPECT_EQ(bounded->at(snapshot.id()), Intervals{days("2024-01-01", "2024-01-02")});
}

TEST(MissingIntervals, OneSnapshotPerVersion) {
    Snapshot old = test::snapshot(daily());
    Snapshot young = old;
    young.fingerprint.metadata_hash = "other";
    young.created_ts = 5;
    MissingOptions options;
    options.execution_ts = at("2024-01-03");
    const std::map<SnapshotId, Snapshot> both{{old.id(), old}, {young.id(), young}};
    auto missing = missing_intervals(both, DeployabilityIndex::all(), options);
    ASSERT_EQ(missing->size(), 1U);
    EXPECT_EQ(missing->begin()->first, young.id());
}

/// What a tick set would say, for comparison with range arithmetic.
Intervals by_ticks(const Intervals& recorded, Interval range, int lookback) {
    constexpr model::TimestampMs kDay = 86'400'000;
    std::vector<bool> missing;
    for (auto t = range.start; t < range.end; t += kDay) missing.push_back(!model::covers(recorded, {t, t + kDay}));
    const std::vector<bool> before = missing;
    const bool any = std::find(before.begin(), before.end(), true) != before.end();
    std::vector<Interval> out;
    for (std::size_t i = 0; i < missing.size(); ++i) {
        const std::size_t later = i + static_cast<std::size_t>(lookback);
        const bool again = any && lookback > 0 && (later >= before.size() || before[later]);
        const auto start = range.start + static_cast<model::TimestampMs>(i) * kDay;
        if (before[i] || again) out.push_back({start, start + kDay});
    }
    return model::merged(out);
}

TEST(MissingIntervals, EqualTickSetsOnRandomRanges) {
    std::uint64_t seed = 7;
    const auto next = [&seed](std::uint64_t below) {
        seed = seed * 6364136223846793005ULL + 1442695040888963407ULL;
        return static_cast<int>((seed >> 33U) % below);
    };
    const auto day = [](int n) { return at("2024-01-01") + n * model::TimestampMs{86'400'000}; };
    for (int round = 0; round < 300; ++round) {
        Node node = daily();
        node.kind.lookback = next(4);
        Intervals recorded;
        for (int i = next(6); i > 0; --i) {
            const int start = next(40);
            model::add(recorded, {day(start), day(start + 1 + next(5))});
        }
        Snapshot snapshot = test::snapshot(node);
        snapshot.intervals = recorded;
        MissingOptions options;
        options.execution_ts = day(30);
        const auto got = missing_of(snapshot, {day(0), day(30)}, false, true, options);
        ASSERT_TRUE(got);
        EXPECT_EQ(*got, by_ticks(recorded, {day(0), day(30)}, static_cast<int>(*node.kind.lookback))) << round;
    }
}

TEST(MissingIntervals, OfMillionsOfTicks) {
    Node node = daily();
    node.interval_unit = "five_minute";
    node.cron = "*/5 * * * *";
    node.start = "1970-01-01";
    Intervals recorded;
    for (int i = 0; i < 10'000; ++i) recorded.push_back({i * 3'600'000LL, i * 3'600'000LL + 300'000});
    EXPECT_GT(missing_at(node, recorded, "2024-01-07").size(), 9'000U);
    node.kind.lookback = 3;
    EXPECT_EQ(missing_at(node, recorded, "2024-01-07"), Intervals{days("1970-01-01", "2024-01-07")});
}

TEST(Batches, ReferenceExamples) {
    Node node = daily();
    node.kind.batch_size = 3;
    EXPECT_EQ(batches(node, {days("2024-01-01", "2024-01-11")}),
              (std::vector<Interval>{days("2024-01-01", "2024-01-04"), days("2024-01-04", "2024-01-07"),
                                     days("2024-01-07", "2024-01-10"), days("2024-01-10", "2024-01-11")}));
    EXPECT_EQ(batches(node, {days("2024-01-01", "2024-01-05"), days("2024-01-06", "2024-01-11")}),
              (std::vector<Interval>{days("2024-01-01", "2024-01-04"), days("2024-01-04", "2024-01-05"),
                                     days("2024-01-06", "2024-01-09"), days("2024-01-09", "2024-01-11")}));
    node.kind.batch_size.reset();
    EXPECT_EQ(batches(node, {days("2024-01-01", "2024-01-11")}).size(), 1U);
}

}  // namespace
}  // namespace towline::plan
