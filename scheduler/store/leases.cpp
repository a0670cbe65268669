// Leases: given by claim, kept by renew, lost by expiry. Claims take only the rows of tasks that nobody else holds;
// whatever ends a lease holds the lock of the task's work, alone or (a completion) shared.
#include <fmt/core.h>

#include <algorithm>
#include <map>
#include <set>

#include "plan/codec.h"
#include "store/rows.h"
#include "store/sql_store.h"

namespace towline::store {
namespace {

constexpr std::size_t kClaimsPerStatement = 1000;
constexpr std::int64_t kExpiredPerTick = 500;

std::string attempt_id(const core::Task& task) { return fmt::format("{}.{}", task.id, task.epoch); }

/// Free slots numbered from 1, dealt in rounds so that everybody gets one before somebody gets two.
std::vector<std::string> deal_slots(const std::vector<ClaimRequest>& requests) {
    std::vector<std::string> slots;
    for (int round = 0;; ++round) {
        bool any = false;
        for (const ClaimRequest& request : requests) {
            if (request.slots <= round || slots.size() >= kClaimsPerStatement) continue;
            slots.push_back(request.executor_id);
            any = true;
        }
        if (!any) return slots;
    }
}

std::string slot_list(const std::vector<std::string>& slots) {
    json::Array out;
    for (std::size_t i = 0; i < slots.size(); ++i)
        out.sub(json::Object().str("executor_id", slots[i]).num("number", static_cast<std::int64_t>(i) + 1));
    return out.dump();
}

protocol::LeasedTask leased_task(const core::Task& task, const std::string& plan_id) {
    protocol::LeasedTask out;
    out.lease = {task.id, attempt_id(task), task.epoch};
    out.fence = task.fence;
    out.work_kind = core::to_string(task.work_kind);
    out.work_id = task.work_id;
    out.plan_id = plan_id;
    out.attempt = task.attempt;
    out.tries_max = task.tries_max;
    out.project = task.project_id;
    out.trace_id = task.work_id;
    out.spec = task.spec;
    return out;
}

/// Attempts and events of what was just claimed.
Status record_claims(SqlSession& session, const std::string& project_id, const std::vector<core::Task>& tasks,
                     TimestampMs now) {
    json::Array attempts;
    std::vector<Event> events;
    std::int64_t fence_max = 0;
    for (const core::Task& task : tasks) {
        attempts.sub(json::Object()
                         .str("id", attempt_id(task))
                         .str("task_id", task.id)
                         .str("work_id", task.work_id)
                         .num("epoch", task.epoch)
                         .num("fence", task.fence)
                         .num("number", task.attempt)
                         .str("executor_id", task.executor_id));
        json::Object payload;
        payload.num("attempt", task.attempt).str("executor_id", task.executor_id);
        events.push_back(task_event(task, core::TaskState::leased, now, payload));
        fence_max = std::max(fence_max, task.fence);
    }
    TRY_STATUS(session.run("fence_settle", {fence_max}));
    TRY_STATUS(session.run("attempts_add", {project_id, now, attempts.dump()}));
    return add_events(session, events);
}

}  // namespace

Result<std::vector<std::pair<std::string, protocol::LeasedTask>>> SqlStore::claim(
    const std::string& project_id, protocol::ExecutorKind kind, const ClaimOffer& offer,
    const std::vector<ClaimRequest>& requests, TimestampMs now, std::int64_t ttl_ms) {
    std::vector<std::pair<std::string, protocol::LeasedTask>> out;
    const std::vector<std::string> slots = deal_slots(requests);
    if (slots.empty()) return out;
    const std::string work_kind = kind == protocol::ExecutorKind::apply ? "plan" : "run";
    const SqlParams params{project_id,
                           work_kind,
                           now,
                           id_list(offer.gateways, "name"),
                           static_cast<std::int64_t>(slots.size()),
                           now + ttl_ms,
                           slot_list(slots),
                           text_list(offer.labels),
                           sql_flag(protocol::takes_unlabelled(offer.labels))};
    const Status done = write([&](SqlSession& session) -> Status {
        out.clear();
        TRY(const SqlRows rows, session.run("task_claim", params));
        if (rows.empty()) return {};
        std::vector<core::Task> tasks;
        for (std::size_t i = 0; i < rows.size(); ++i) {
            TRY(core::Task task, task_from(rows.row(i)));
            out.emplace_back(task.executor_id, leased_task(task, rows.row(i).text("plan_id")));
            tasks.push_back(std::move(task));
        }
        return record_claims(session, project_id, tasks, now);
    });
    TRY_STATUS(done);
    // Fences were given in the order of the queue.
    std::sort(out.begin(), out.end(), [](const auto& a, const auto& b) { return a.second.fence < b.second.fence; });
    return out;
}

Result<bool> SqlStore::has_waiting_tasks(const std::string& work_id) {
    bool waiting = false;
    TRY_STATUS(each_row("work_waiting", {work_id}, [&](const SqlRow& row) -> Status {
        waiting = row.flag("waiting");
        return {};
    }));
    return waiting;
}

Result<SqlStore::Renewal> SqlStore::renew(const std::string& executor_id, const std::vector<protocol::LeaseRef>& held,
                                          TimestampMs now, std::int64_t ttl_ms) {
    Renewal out;
    const auto lost_all = [&] {
        out = {};
        for (const protocol::LeaseRef& lease : held) out.lost.push_back(lease.attempt_id);
    };
    bool any = false;
    TRY_STATUS(each_row("lease_any", {executor_id}, [&](const SqlRow& row) -> Status {
        any = row.flag("any_lease");
        return {};
    }));
    if (!any) {
        lost_all();
        return out;
    }
    const Status done = write([&](SqlSession& session) -> Status {
        out = {};
        std::map<std::pair<std::string, std::int64_t>, std::string> named;  // (task, epoch) → attempt
        for (const protocol::LeaseRef& lease : held) named[{lease.task_id, lease.epoch}] = lease.attempt_id;
        TRY(const SqlRows rows, session.run("leases_of_executor", {executor_id}));
        std::vector<std::string> kept, missing;
        for (std::size_t i = 0; i < rows.size(); ++i) {
            const SqlRow row = rows.row(i);
            const auto lease = named.find({row.text("id"), row.num("epoch")});
            if (lease == named.end()) {
                missing.push_back(row.text("id"));
                continue;
            }
            kept.push_back(row.text("id"));
            if (row.flag("cancel_requested")) out.cancels.push_back(lease->second);
            named.erase(lease);
        }
        for (const auto& [key, attempt] : named) out.lost.push_back(attempt);
        if (!missing.empty()) {
            TRY_STATUS(lose_leases(session, rows, {.now = now, .was_received = false}, missing));
        }
        if (!kept.empty()) TRY_STATUS(session.run("task_renew", {executor_id, id_list(kept), now + ttl_ms}));
        return {};
    });
    TRY_STATUS(done);
    return out;
}

Result<std::vector<TaskTime>> SqlStore::expire_leases(TimestampMs now, std::uint64_t random) {
    struct Expired {
        std::string project_id, work_id, task_id;
    };
    std::vector<Expired> expired;
    TRY_STATUS(each_row("leases_expired", {now, kExpiredPerTick}, [&](const SqlRow& row) -> Status {
        expired.push_back({row.text("project_id"), row.text("work_id"), row.text("id")});
        return {};
    }));
    std::vector<TaskTime> touched;
    for (const Expired& each : expired) {
        bool lost = false;
        const Status done = write([&](SqlSession& session) -> Status {
            lost = false;
            TRY(const SqlRows work, lock_work(session, each.project_id, each.work_id));
            TRY(const SqlRows found, session.run("task_get", {each.project_id, each.task_id}));
            if (work.empty() || found.empty()) return {};
            TRY(core::Task task, task_from(found.row(0)));
            // Renewed or completed since it was looked at.
            if (task.state != core::TaskState::leased || task.lease_until.value_or(now + 1) > now) return {};
            task.cancel_requested = task.cancel_requested || work.row(0).flag("cancel_requested");
            lost = true;
            return lose_lease(session, std::move(task), {.now = now, .random = random});
        });
        TRY_STATUS(done);
        if (lost) touched.push_back({each.work_id, each.project_id});
    }
    return touched;
}

Result<std::optional<TimestampMs>> SqlStore::next_due(TimestampMs now) {
    std::optional<TimestampMs> due;
    TRY_STATUS(each_row("task_due", {now}, [&](const SqlRow& row) -> Status {
        due = row.maybe_num("due");
        return {};
    }));
    return due;
}

}  // namespace towline::store
