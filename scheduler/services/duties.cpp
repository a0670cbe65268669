#include "services/duties.h"

#include <random>

#include "log/log.h"

namespace towline::services {
namespace {

using std::chrono::milliseconds;

// A state that arrives in pages sends the next one within seconds; a client that was killed sends none.
constexpr std::chrono::hours kImportIdleMax{1};

/// Leases past their end go back to ready, and their works are looked at.
Status rescue(store::Store& store, Advancer& advancer, Dispatcher& dispatcher, const time::Clock& clock) {
    static thread_local std::mt19937_64 random{std::random_device{}()};
    TRY(const std::vector<store::TaskTime> touched, store.expire_leases(clock.now_ms(), random()));
    for (const store::TaskTime& one : touched) {
        const Result<bool> freed = advancer.advance(one.project_id, one.work_id);
        if (!freed) log::failure(log::Level::warn, "a work cannot be advanced now", freed.error().in(one.work_id));
    }
    if (!touched.empty()) {
        dispatcher.wake();
        dispatcher.wake_holders();
    }
    return {};
}

}  // namespace

std::vector<Ticker::Duty> duties(store::Store& store, Advancer& advancer, CronEnqueuer& cron, Dispatcher& dispatcher,
                                 Gauges& gauges, Janitor& janitor, const time::Clock& clock,
                                 const Retention& retention) {
    const auto alone = [&store](const char* lock, auto work) {
        return [&store, lock, work]() -> Status {
            TRY([[maybe_unused]] const bool had_lock, store.with_lock(lock, work));
            return {};
        };
    };
    std::vector<Ticker::Duty> out;
    out.push_back({"lease rescuer", milliseconds(1000),
                   alone("lease_rescuer", [&] { return rescue(store, advancer, dispatcher, clock); })});
    out.push_back({"advancer", milliseconds(1000), alone("advancer", [&]() -> Status {
                       TRY(const bool freed, advancer.run_once());
                       if (freed) dispatcher.wake();
                       return {};
                   })});
    out.push_back({"cron enqueuer", milliseconds(1000), alone("cron_enqueuer", [&]() -> Status {
                       TRY(const bool started, cron.run_once());
                       if (started) dispatcher.wake();
                       return {};
                   })});
    out.push_back({"liveness writer", milliseconds(2000), [&dispatcher] { return dispatcher.flush_seen(); }});
    out.push_back({"gauges", milliseconds(5000), [&gauges] { return gauges.update(); }});
    // Often and little at a time: a project with many models makes more rows in ten minutes than one call removes.
    out.push_back({"cleaner", std::chrono::seconds(10), alone("cleaner", [&store, &clock, retention] {
                       const auto now = clock.now_ms();
                       store::EventStore::Retention limits;
                       limits.events_before = now - milliseconds(retention.events).count();
                       limits.works_before = now - milliseconds(retention.works).count();
                       limits.tokens_before = now;
                       limits.imports_before = now - milliseconds(kImportIdleMax).count();
                       return store.clean(limits);
                   })});
    if (retention.janitor.count() > 0)
        out.push_back({"janitor", retention.janitor, alone("janitor", [&]() -> Status {
                           TRY_STATUS(janitor.run_once());
                           dispatcher.wake();
                           return {};
                       })});
    return out;
}

}  // namespace towline::services
