#pragma once
#include <compare>
#include <cstdint>
#include <vector>

namespace towline::model {

/// Instants are epoch milliseconds, UTC, as in SQLMesh's state.
using TimestampMs = std::int64_t;

/// A half-open range of time [start, end).
struct Interval {
    TimestampMs start = 0;
    TimestampMs end = 0;
    auto operator<=>(const Interval&) const = default;
    bool empty() const { return start >= end; }
};

/// Sorted, disjoint, never touching ranges: touching and overlapping ones are merged as they are added.
/// All operations are range arithmetic; cost grows with the number of ranges, never with the number of ticks.
using Intervals = std::vector<Interval>;

void add(Intervals& intervals, Interval range);
void remove(Intervals& intervals, Interval range);
Intervals merged(std::vector<Interval> ranges);
/// The parts of `range` that no member covers.
Intervals uncovered(const Intervals& intervals, Interval range);
/// True if one member covers the whole range.
bool covers(const Intervals& intervals, Interval range);

}  // namespace towline::model
