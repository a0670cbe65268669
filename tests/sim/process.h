#pragma once
// A scheduler process as a whole: its connection to the store's file and the real services on it, without sockets and
// threads. It dies by losing all of that; the next one opens what is in the file.

#include <functional>
#include <memory>
#include <string>

#include "metrics/metrics.h"
#include "services/advancer.h"
#include "services/cron_enqueuer.h"
#include "services/dispatcher.h"
#include "services/janitor.h"
#include "sim/random.h"
#include "store/sql_store.h"
#include "time/clock.h"

namespace towline::sim {

/// A database that, once told to, dies at a transaction: before it begins, or after it was committed and before anybody
/// knows. From then on nothing answers.
class MortalDatabase final : public store::SqlDatabase {
 public:
    explicit MortalDatabase(std::unique_ptr<store::SqlDatabase> inner) : inner_(std::move(inner)) {}

    Status transaction(store::SqlMode mode, const Body& body) override;
    Result<bool> with_lock(const std::string& name, const std::function<Status()>& work) override {
        return inner_->with_lock(name, work);
    }
    std::string_view dialect() const override { return inner_->dialect(); }

    /// Dies at the transaction after so many others; `commits`: only after its commit.
    void die_after(int transactions, bool commits) {
        left_ = transactions;
        commits_ = commits;
    }
    bool is_dying() const { return left_ >= 0; }
    bool is_dead() const { return is_dead_; }

 private:
    std::unique_ptr<store::SqlDatabase> inner_;
    int left_ = -1;
    bool commits_ = false;
    bool is_dead_ = false;
};

struct SchedulerProcess {
    /// Opens the file at `path`, which may have been left by a dead one.
    SchedulerProcess(const std::string& path, const time::Clock& clock);
    ~SchedulerProcess() { dispatcher.stop(); }
    SchedulerProcess(const SchedulerProcess&) = delete;
    SchedulerProcess& operator=(const SchedulerProcess&) = delete;

    MortalDatabase* database = nullptr;  ///< owned by the store
    std::unique_ptr<store::Store> store;
    metrics::Registry metrics;
    services::Advancer advancer;
    services::CronEnqueuer cron;
    services::Dispatcher dispatcher;
    services::Janitor janitor;
};

}  // namespace towline::sim
