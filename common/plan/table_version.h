#pragma once
// Which table of a model is meant, and what is known of it: versions share data, snapshots do not own it.

#include <map>
#include <set>
#include <string>
#include <utility>

#include "model/snapshot.h"

namespace towline::plan {

/// A table by the name of its model and its version.
using TableVersion = std::pair<std::string, std::string>;

/// The tables that an environment shows, and those that it showed when a plan of it was last done.
std::set<TableVersion> shown_tables(const model::Environment& environment);

/// The latest end that the log of intervals has for a table's deployable data, as it was recorded: not cut to units of
/// a cron that came later, and without regard to ranges taken back since. Tables without data are not in it.
using TableEnds = std::map<TableVersion, model::TimestampMs>;

}  // namespace towline::plan
