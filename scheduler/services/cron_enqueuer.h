#pragma once
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>

#include "base/result.h"
#include "services/advancer.h"
#include "services/run_options.h"
#include "store/store.h"
#include "time/clock.h"

namespace towline::services {

/// Creates runs when intervals become due. What is due is computed from the environment's snapshots only when the
/// earliest next cron tick has passed, the environment changed or the pause of a model ended, so a quiet project costs
/// two small queries per look. A run that failed is tried again when the next tick is due (or after a restart of the
/// process), not at once.
class CronEnqueuer {
 public:
    /// `cadence` are the environments that run by themselves.
    CronEnqueuer(store::Store& store, Advancer& advancer, const time::Clock& clock,
                 std::set<std::string> cadence = {"prod"})
        : store_(store), advancer_(advancer), clock_(clock), cadence_(std::move(cadence)) {}

    /// Looks at every environment on cadence. True if a run was started.
    Result<bool> run_once();

    /// A run of the environment made now on request: the id, or nothing when nothing is due.
    struct Requested {
        std::optional<std::string> work_id;
        std::optional<model::TimestampMs> next_run_ts;
    };
    Result<Requested> request(core::Work work, const RunOptions& options);

 private:
    struct Look {
        std::string plan_id;
        std::set<std::string> paused_models;
        model::TimestampMs next_due = 0;
    };

    Result<bool> look_at(const std::string& project_id, const std::string& name, const std::string& plan_id);

    store::Store& store_;
    Advancer& advancer_;
    const time::Clock& clock_;
    const std::set<std::string> cadence_;
    std::map<std::pair<std::string, std::string>, Look>
        looks_;  ///< (project, environment); run_once only, on the one thread that calls it
};

}  // namespace towline::services
