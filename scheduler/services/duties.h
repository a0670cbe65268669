#pragma once
#include <vector>

#include "services/advancer.h"
#include "services/cron_enqueuer.h"
#include "services/dispatcher.h"
#include "services/gauges.h"
#include "services/janitor.h"
#include "services/ticker.h"
#include "store/store.h"

namespace towline::services {

/// How long finished things are kept.
struct Retention {
    std::chrono::hours events{24 * 7};
    std::chrono::hours works{24 * 90};
    std::chrono::minutes janitor{60};  ///< between two rounds of the janitor; 0 = only on request
};

/// The scheduler's background duties: lease rescuer, advancer, cron enqueuer, liveness writer, gauges, cleaner,
/// janitor. Those that only one replica should do run under an advisory lock.
std::vector<Ticker::Duty> duties(store::Store& store, Advancer& advancer, CronEnqueuer& cron, Dispatcher& dispatcher,
                                 Gauges& gauges, Janitor& janitor, const time::Clock& clock,
                                 const Retention& retention);

}  // namespace towline::services
