#pragma once
// The interval log of SQLMesh's state: rows are only appended, and what a table holds is found by folding them.

#include <optional>
#include <string>
#include <vector>

#include "model/snapshot.h"

namespace towline::plan {

/// One row of `_intervals`.
struct IntervalEntry {
    std::optional<std::string> identifier;
    std::optional<std::string> dev_version;
    model::Interval range;
    bool is_dev = false;
    bool is_removed = false;
    bool is_pending_restatement = false;
};

/// What the rows of one (name, version) amount to (reference 7.3). Rows are folded by created_ts, removals after
/// additions, pending restatements last.
struct IntervalLog {
    /// What one writer (an identifier with its dev table) did to the table.
    struct Group {
        std::optional<std::string> identifier;
        std::optional<std::string> dev_version;
        model::Intervals intervals;
        model::Intervals dev_intervals;
    };
    std::vector<Group> groups;
    model::Intervals pending;

    void fold(const IntervalEntry& entry);
    /// Adds to the snapshot's intervals what the log has for it. Fails as `inherit` does.
    Status hydrate(model::Snapshot& snapshot) const;

 private:
    Group& group(const IntervalEntry& entry);
};

/// Adds what a writer loaded and `now` takes over: whole ticks of now's own interval unit; what another snapshot wrote
/// only before now's effective_from, which is read relative to `relative_to`. Fails if that cannot be read.
Status inherit(model::Snapshot& now, const IntervalLog::Group& writer, model::TimestampMs relative_to);

}  // namespace towline::plan
