#pragma once
// Rows of the interval log. Private to scheduler/store.

#include <map>
#include <optional>
#include <string>
#include <utility>

#include "json/json.h"
#include "plan/interval_log.h"
#include "store/sql_database.h"
#include "store/store.h"

namespace towline::store {

plan::IntervalEntry interval_entry(const SqlRow& row);

/// Tables (name, version) and the time of their newest row, in the order in which everybody locks.
using IntervalTimes = std::map<std::pair<std::string, std::string>, TimestampMs>;
/// Locks the logs of these tables until the transaction ends and fills in the times.
Status lock_intervals(SqlSession& session, const std::string& project_id, IntervalTimes& newest);

/// One row as it stands in the log.
struct IntervalRecord {
    std::string name;
    std::string version;
    std::optional<std::string> identifier;
    std::optional<std::string> dev_version;
    Interval range;
    TimestampMs created_ts = 0;
    bool is_dev = false;
    bool is_pending = false;
    bool is_compacted = false;
};

/// Collects rows and inserts them some hundred a statement; empty ranges are dropped. Call flush at the end.
class IntervalRows {
 public:
    IntervalRows(SqlSession& session, std::string project_id) : session_(session), project_id_(std::move(project_id)) {}
    Status add(const IntervalRecord& row);
    Status flush();

 private:
    static constexpr int kRowsPerStatement = 500;
    SqlSession& session_;
    std::string project_id_;
    json::Array rows_;
    int count_ = 0;
};

}  // namespace towline::store
