#include "sim/process.h"

#include "base/assert.h"

namespace towline::sim {
namespace {

std::unique_ptr<store::Store> opened(const std::string& path, MortalDatabase*& database) {
    auto file = store::open_sqlite_database(path);
    TOWLINE_ASSERT(file.has_value());
    auto mortal = std::make_unique<MortalDatabase>(std::move(*file));
    database = mortal.get();
    auto store = std::make_unique<store::SqlStore>(std::move(mortal));
    TOWLINE_ASSERT(store->migrate().has_value());
    return store;
}

Error died() { return Error{ErrorCode::unavailable, "the scheduler died", {}, {}}; }

}  // namespace

Status MortalDatabase::transaction(store::SqlMode mode, const Body& body) {
    if (is_dead_) return fail(died());
    const bool dies_now = left_ == 0;
    if (left_ > 0) --left_;
    if (dies_now) is_dead_ = true;
    if (dies_now && !commits_) return fail(died());
    Status done = inner_->transaction(mode, body);
    if (dies_now) return fail(died());
    return done;
}

SchedulerProcess::SchedulerProcess(const std::string& path, const time::Clock& clock)
    : store(opened(path, database)),
      advancer(*store, clock),
      cron(*store, advancer, clock),
      dispatcher(*store, clock, metrics),
      janitor(*store, advancer, clock) {}

}  // namespace towline::sim
