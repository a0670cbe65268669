// Sets of intervals against the plainest model of them: one flag per tick of a short line.
#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <array>

#include "model/interval.h"

namespace towline::model {
namespace {

constexpr int kTicks = 40;
using Line = std::array<bool, kTicks>;

/// A range within the line; also empty ones and ones that run backwards.
rc::Gen<Interval> range() {
    return rc::gen::map(rc::gen::pair(rc::gen::inRange(0, kTicks + 1), rc::gen::inRange(0, kTicks + 1)),
                        [](const std::pair<int, int>& ends) { return Interval{ends.first, ends.second}; });
}
rc::Gen<std::vector<Interval>> ranges() { return rc::gen::container<std::vector<Interval>>(range()); }

void put(Line& line, Interval of, bool value) {
    for (TimestampMs tick = of.start; tick < of.end; ++tick) line[static_cast<std::size_t>(tick)] = value;
}
Line line_of(const std::vector<Interval>& all) {
    Line out{};
    for (const Interval& each : all) put(out, each, true);
    return out;
}
/// The ranges of the flags that are set.
Intervals runs(const Line& line, Interval within = {0, kTicks}) {
    Intervals out;
    for (TimestampMs tick = within.start; tick < within.end; ++tick) {
        if (!line[static_cast<std::size_t>(tick)]) continue;
        if (!out.empty() && out.back().end == tick)
            ++out.back().end;
        else
            out.push_back({tick, tick + 1});
    }
    return out;
}
std::vector<std::pair<TimestampMs, TimestampMs>> shown(const Intervals& all) {
    std::vector<std::pair<TimestampMs, TimestampMs>> out;
    for (const Interval& each : all) out.emplace_back(each.start, each.end);
    return out;
}

template <typename Property>
void expect_always(const char* name, Property property) {
    EXPECT_TRUE(rc::check(name, property));
}

TEST(IntervalProperties, MergedAndAddedAreUnions) {
    expect_always("a union", [] {
        const auto all = *ranges();
        const Intervals expected = runs(line_of(all));
        Intervals added;
        for (const Interval& each : all) add(added, each);
        RC_ASSERT(shown(merged(all)) == shown(expected));
        RC_ASSERT(shown(added) == shown(expected));
    });
}

TEST(IntervalProperties, RemovedIsADifference) {
    expect_always("a difference", [] {
        Intervals set = merged(*ranges());
        const auto gone = *ranges();
        Line line = line_of(set);
        for (const Interval& each : gone) {
            remove(set, each);
            put(line, each, false);
        }
        RC_ASSERT(shown(set) == shown(runs(line)));
    });
}

TEST(IntervalProperties, UncoveredIsTheRest) {
    expect_always("the rest of a range", [] {
        const Intervals set = merged(*ranges());
        const Interval of = *range();
        Line rest{};
        put(rest, of, true);
        for (const Interval& each : set) put(rest, each, false);
        RC_ASSERT(shown(uncovered(set, of)) == shown(runs(rest)));
        if (!of.empty()) RC_ASSERT(covers(set, of) == uncovered(set, of).empty());
    });
}

TEST(IntervalProperties, WhatIsMissingAndAddedIsWhole) {
    expect_always("filling what is missing", [] {
        Intervals set = merged(*ranges());
        const Interval of = *range();
        RC_PRE(!of.empty());
        for (const Interval& missing : uncovered(set, of)) add(set, missing);
        RC_ASSERT(covers(set, of));
        RC_ASSERT(shown(set) == shown(runs(line_of(set))));
    });
}

}  // namespace
}  // namespace towline::model
