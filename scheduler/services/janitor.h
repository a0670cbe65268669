#pragma once
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "services/advancer.h"
#include "store/store.h"
#include "time/clock.h"

namespace towline::services {

/// Takes down what expired, as `sqlmesh janitor` does: environments with their views, snapshots with their tables, and
/// folds the interval log. What is done on the engine are works for apply executors; a table is dropped only while no
/// environment, no stored snapshot and no open plan has one of that name. Thread-safe.
class Janitor {
 public:
    Janitor(store::Store& store, Advancer& advancer, const time::Clock& clock)
        : store_(store), advancer_(advancer), clock_(clock) {}

    /// What one round began.
    struct Round {
        std::vector<std::string> works;  ///< cleanups to be followed
        std::vector<std::string> environments;
        int snapshots = 0;  ///< records deleted
        int tables = 0;     ///< tables to be dropped
    };
    struct Request {
        std::string project_id;
        std::string created_by = "scheduler";
        bool ignore_ttl = false;
    };
    Result<Round> clean(const Request& request);
    /// Only the views of one expired environment; nothing if a cleanup of it has begun already.
    Result<std::optional<std::string>> clean_environment(const Request& request, const model::Environment& environment);

    /// A round in every project. One project's trouble does not keep the others from theirs.
    Status run_once();

 private:
    Result<int> expire_snapshots(const Request& request, Round& round);
    Result<std::optional<std::string>> clean_tables(const Request& request);
    Result<std::optional<std::string>> begin(const Request& request, const std::string& environment,
                                             const std::string& base_plan_id);
    Result<bool> is_being_cleaned(const std::string& project_id, const std::string& environment);
    Result<bool> runs_hold_old_tables(const std::string& project_id);

    store::Store& store_;
    Advancer& advancer_;
    const time::Clock& clock_;
};

}  // namespace towline::services
