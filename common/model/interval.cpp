#include "model/interval.h"

#include <algorithm>

namespace towline::model {

void add(Intervals& intervals, Interval range) {
    if (range.empty()) return;
    // First member that touches or lies after the range, then the first that lies wholly after it.
    auto first = std::lower_bound(intervals.begin(), intervals.end(), range.start,
                                  [](const Interval& i, TimestampMs t) { return i.end < t; });
    auto last = std::upper_bound(first, intervals.end(), range.end,
                                 [](TimestampMs t, const Interval& i) { return t < i.start; });
    if (first != last) {
        range.start = std::min(range.start, first->start);
        range.end = std::max(range.end, (last - 1)->end);
        first = intervals.erase(first, last);
    }
    intervals.insert(first, range);
}

void remove(Intervals& intervals, Interval range) {
    if (range.empty()) return;
    Intervals kept;
    kept.reserve(intervals.size() + 1);
    for (const Interval& i : intervals) {
        if (i.start < range.start) kept.push_back({i.start, std::min(i.end, range.start)});
        if (i.end > range.end) kept.push_back({std::max(i.start, range.end), i.end});
    }
    intervals = std::move(kept);
}

Intervals merged(std::vector<Interval> ranges) {
    std::sort(ranges.begin(), ranges.end());
    Intervals out;
    for (const Interval& range : ranges) {
        if (range.empty()) continue;
        if (!out.empty() && range.start <= out.back().end)
            out.back().end = std::max(out.back().end, range.end);
        else
            out.push_back(range);
    }
    return out;
}

Intervals uncovered(const Intervals& intervals, Interval range) {
    Intervals out;
    for (const Interval& i : intervals) {
        if (i.end <= range.start) continue;
        if (i.start >= range.end) break;
        if (i.start > range.start) out.push_back({range.start, i.start});
        range.start = std::max(range.start, i.end);
    }
    if (!range.empty()) out.push_back(range);
    return out;
}

bool covers(const Intervals& intervals, Interval range) {
    for (const Interval& i : intervals)
        if (i.start <= range.start && i.end >= range.end) return true;
    return false;
}

}  // namespace towline::model
