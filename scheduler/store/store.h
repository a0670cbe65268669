#pragma once
// The scheduler's store. Every method is one transaction; every table carries project_id. One implementation
// in C++ over named SQL files per dialect (SQLite, PostgreSQL); one conformance suite for both. All methods
// are thread-safe and blocking; failures are ErrorCode::unavailable (retry), conflict, not_found or internal.

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/result.h"
#include "core/work.h"
#include "model/snapshot.h"
#include "plan/cleanup.h"
#include "plan/table_version.h"
#include "protocol/executor.h"
#include "store/news.h"

namespace towline::store {

using core::TimestampMs;
using model::Environment;
using model::EnvironmentStatements;
using model::Interval;
using model::Snapshot;
using model::SnapshotId;

/// A page of a list: items after `cursor` (opaque, empty = first page); the next cursor is empty at the end.
struct PageRequest {
    std::string cursor;
    int limit = 50;  ///< 1 … protocol::kPageItemsMax
};
template <class T>
struct Page {
    std::vector<T> items;
    std::string next_cursor;
};

struct Client {
    std::string id;
    std::string project_id;  ///< "*" = every project
    std::string name;
    std::string secret_hash;  ///< SHA-256 hex of the secret (32 random bytes, so no salt is needed)
    std::vector<std::string> scopes;
    TimestampMs created_ts = 0;
    std::optional<TimestampMs> revoked_ts;
    std::optional<TimestampMs> last_used_ts;
};
struct Token {
    std::string hash;  ///< SHA-256 hex; the token itself is never stored
    std::string client_id;
    std::string project_id;
    std::vector<std::string> scopes;
    TimestampMs expires_ts = 0;
};
class ClientStore {
 public:
    virtual ~ClientStore() = default;
    virtual Status add_client(const Client& client) = 0;
    virtual Result<Client> client(const std::string& id) = 0;
    virtual Result<Page<Client>> clients(const std::string& project_id, const PageRequest& page) = 0;
    virtual Result<int> client_count() = 0;
    /// Revokes the client and its tokens, ends the leases of its executors. not_found if there is none.
    virtual Status revoke_client(const std::string& id, TimestampMs now) = 0;
    virtual Status touch_client(const std::string& id, TimestampMs now) = 0;
    virtual Status add_token(const Token& token) = 0;
    /// A live token of a client that is not revoked, else unauthenticated.
    virtual Result<Token> token(const std::string& hash, TimestampMs now) = 0;
};

/// A table without snapshot that is still to be dropped.
struct Tombstone {
    std::string id;
    plan::PhysicalTable table;
};

/// A model's range that is to be loaded again, and when the next such range is due.
struct AutoRestatement {
    std::string name;
    std::string version;
    Interval range;                      ///< empty: only the next time is noted
    std::optional<TimestampMs> next_ts;  ///< nothing: none is due any more
};

/// A project's whole state, taken over from another program.
struct StateImport {
    struct Named {
        Environment environment;  ///< with plan_id, expiration and finalized_ts as they were
        std::vector<EnvironmentStatements> statements;
    };
    std::vector<Snapshot> snapshots;  ///< with intervals, updated_ts, unpaused_ts
    std::vector<Named> environments;
    bool replace = false;  ///< what the project has is deleted first
};
/// A part of a state that is too large for one piece. Environments come after the snapshots that they name.
struct StatePage {
    std::string import_id;
    std::int64_t number = 0;  ///< from 0; the same number twice must have the same digest
    std::string digest;
    StateImport part;
};
struct StateCounts {
    std::int64_t snapshots = 0;
    std::int64_t environments = 0;
};

/// SQLMesh's own shapes.
class StateStore {
 public:
    virtual ~StateStore() = default;
    /// Creates the project if it is new.
    virtual Status ensure_project(const std::string& project_id, TimestampMs now) = 0;
    virtual Result<std::vector<std::string>> projects() = 0;
    /// Existing ids are skipped; the first content of an id stands.
    virtual Status push_snapshots(const std::string& project_id, const std::vector<Snapshot>& snapshots,
                                  TimestampMs now) = 0;
    /// Hydrated with their intervals; ids that do not exist are left out.
    virtual Result<std::vector<Snapshot>> snapshots(const std::string& project_id,
                                                    const std::vector<SnapshotId>& ids) = 0;
    virtual Result<std::optional<Environment>> environment(const std::string& project_id, const std::string& name) = 0;
    /// Which plan an environment holds, without reading its snapshots: for those who ask every second.
    struct EnvironmentMark {
        std::string plan_id;
        std::optional<TimestampMs> finalized_ts;
    };
    virtual Result<std::optional<EnvironmentMark>> environment_mark(const std::string& project_id,
                                                                    const std::string& name) = 0;
    virtual Result<std::vector<Environment>> environments(const std::string& project_id) = 0;
    virtual Result<std::vector<EnvironmentStatements>> environment_statements(const std::string& project_id,
                                                                              const std::string& name) = 0;
    /// Replaces the environment record: every snapshot must exist; an existing, unexpired record must still have
    /// plan_id == environment.previous_plan_id, else conflict. finalized_ts becomes null.
    virtual Status promote(const std::string& project_id, const Environment& environment,
                           const std::vector<EnvironmentStatements>& statements, TimestampMs now) = 0;
    /// conflict if the record's plan_id is another.
    virtual Status finalize(const std::string& project_id, const std::string& environment, const std::string& plan_id,
                            TimestampMs now) = 0;
    /// Pauses every snapshot of the names of `ids`, unpauses these, marks shared tables unrestorable (reference 7.8).
    virtual Status unpause(const std::string& project_id, const std::vector<SnapshotId>& ids, TimestampMs unpaused_ts,
                           TimestampMs now) = 0;
    /// Records ranges as loaded; used for empty_backfill and tests. Task completions record theirs themselves.
    virtual Status add_interval(const std::string& project_id, const Snapshot& snapshot, Interval interval, bool is_dev,
                                TimestampMs now) = 0;
    virtual Status remove_interval(const std::string& project_id, const Snapshot& snapshot, Interval interval,
                                   TimestampMs now) = 0;
    /// Snapshots of these names that are in no environment given, or in any (for restatement of other versions).
    virtual Result<std::vector<Snapshot>> snapshots_by_name(const std::string& project_id,
                                                            const std::vector<std::string>& names) = 0;
    /// Gives snapshots, stored or not, the intervals that the log has of their tables, and no others.
    virtual Status refresh_intervals(const std::string& project_id, std::vector<Snapshot>& snapshots) = 0;
    /// Where the recorded data of these tables end; those without data are left out.
    virtual Result<plan::TableEnds> interval_ends(const std::string& project_id,
                                                  const std::set<plan::TableVersion>& tables) = 0;
    /// Sets the expiration to now; prod is refused with invalid.
    virtual Status invalidate_environment(const std::string& project_id, const std::string& name, TimestampMs now) = 0;
    virtual Status delete_environment(const std::string& project_id, const std::string& name) = 0;
    /// Snapshots whose time to live is over (all, with `ignore_ttl`), oldest first. They may be in use.
    virtual Result<std::vector<SnapshotId>> snapshots_past_ttl(const std::string& project_id, TimestampMs now,
                                                               bool ignore_ttl) = 0;
    /// Deletes snapshots, what only they had of the interval log, and remembers the tables that are to be dropped.
    /// conflict if an environment names one of them.
    virtual Status expire_snapshots(const std::string& project_id, const std::vector<SnapshotId>& ids,
                                    const std::vector<plan::PhysicalTable>& tables, TimestampMs now) = 0;
    virtual Result<std::vector<Tombstone>> tombstones(const std::string& project_id) = 0;
    virtual Status remove_tombstones(const std::string& project_id, const std::vector<std::string>& ids) = 0;
    /// Folds the interval log of tables that grew; returns how many tables it looked at.
    virtual Result<int> compact_intervals(const std::string& project_id, TimestampMs now) = 0;
    /// Records ranges to be loaded again and when the next are due.
    virtual Status auto_restate(const std::string& project_id, const std::vector<AutoRestatement>& restatements,
                                TimestampMs now) = 0;
    /// Takes over a state as a whole or not at all. conflict if the project has a state already (unless it is replaced)
    /// or a plan or run that has not ended; invalid if an environment names a snapshot that does not come along.
    virtual Status import_state(const std::string& project_id, const StateImport& state, TimestampMs now) = 0;
    /// Keeps a page until its import is applied, or nothing was heard of it for `Retention::imports_before`. Nothing of
    /// it is the project's yet. A page that is there already changes nothing. conflict for another page under its
    /// number, an import that was applied, and whatever would refuse the import as a whole.
    virtual Status add_state_page(const std::string& project_id, const StatePage& page, TimestampMs now) = 0;
    /// Makes `pages` pages the project's state, all at once, as import_state does. An import that was applied before
    /// gives the same answer and changes nothing. conflict also if a page is missing.
    virtual Result<StateCounts> apply_state_pages(const std::string& project_id, const std::string& import_id,
                                                  std::int64_t pages, bool replace, TimestampMs now) = 0;
};

struct WorkFilter {
    std::optional<core::WorkKind> kind;
    std::optional<std::string> environment;
    std::optional<core::WorkState> state;
};
class WorkStore {
 public:
    virtual ~WorkStore() = default;
    virtual Status add_work(const core::Work& work) = 0;
    virtual Result<core::Work> work(const std::string& project_id, const std::string& id) = 0;
    /// The document of a work. All other readers leave it empty: it has megabytes, and they come every second.
    virtual Result<std::string> work_document(const std::string& project_id, const std::string& id) = 0;
    /// Newest first.
    virtual Result<Page<core::Work>> works(const std::string& project_id, const WorkFilter& filter,
                                           const PageRequest& page) = 0;
    /// All works that are queued or running, of all projects, oldest first, without their documents: what the advancer
    /// looks after.
    virtual Result<std::vector<core::Work>> open_works() = 0;
    /// Takes the environment's apply lock, sets a queued work to running at stage_index -1 and inserts the
    /// tasks of every stage with their edges, all blocked. False if another work holds the lock: one running
    /// plan per environment; one running run per environment, and none starts while a plan is queued or
    /// running there.
    virtual Result<bool> start_work(const std::string& project_id, const std::string& id,
                                    const std::vector<plan::Stage>& stages, TimestampMs now) = 0;
    /// Enters stage `stage_index` if the work is still at stage_index - 1: its tasks without dependencies become ready.
    /// False if somebody else was faster or the work is final.
    virtual Result<bool> enter_stage(const core::Work& work, int stage_index, TimestampMs now) = 0;
    virtual Result<core::StageCounts> stage_counts(const core::Work& work) = 0;
    /// Ends the work and releases its lock; open tasks become cancelled. No effect if it is final already.
    virtual Status finish_work(const std::string& project_id, const std::string& id, core::WorkState state,
                               const std::string& error, TimestampMs now) = 0;
    /// Unstarted tasks become cancelled and the work gets cancel_requested. With `leased_too`, leased tasks get
    /// cancel_requested as well (a person cancels); without it they finish (a plan preempts a run).
    virtual Status request_cancel(const std::string& project_id, const std::string& id, bool leased_too,
                                  TimestampMs now) = 0;
};

/// Who asks for work: one parked or arriving sync.
struct ClaimRequest {
    std::string executor_id;
    int slots = 1;
};
struct TaskFilter {
    std::optional<std::string> work_id;
    std::optional<core::TaskState> state;
    std::optional<std::string> model;  ///< FQN or name
};
/// What a completion did.
struct CompletionResult {
    protocol::Ack ack = protocol::Ack::accepted;
    std::string work_id;
    /// No open task is left in the work's stage. Of completions at the same time more than one may say so.
    bool work_may_advance = false;
    bool freed_tasks = false;  ///< something became ready
};
struct TaskTime {
    std::string work_id;
    std::string project_id;
};
/// What executors can be given: names of their gateways, and their labels (protocol::takes_labels).
struct ClaimOffer {
    std::vector<std::string> gateways;
    std::vector<std::string> labels;
    auto operator<=>(const ClaimOffer&) const = default;
};
class TaskStore {
 public:
    virtual ~TaskStore() = default;
    // executors
    /// Registers; an older boot of the same (project, kind, name) is fenced: its leases are lost at once.
    virtual Result<core::Executor> register_executor(const core::Executor& executor) = 0;
    virtual Result<core::Executor> executor(const std::string& project_id, const std::string& id) = 0;
    virtual Result<std::vector<core::Executor>> executors(const std::string& project_id) = 0;
    virtual Status set_executor(const core::Executor& executor) = 0;  ///< gateways, state, drain_requested
    /// Liveness of many executors at once: (executor id, last seen).
    virtual Status touch_executors(const std::vector<std::string>& ids, TimestampMs now) = 0;
    virtual Status forget_executor(const std::string& project_id, const std::string& id) = 0;

    /// Claims ready tasks for several executors of one project, kind and `offer` in one statement, oldest first; only
    /// tasks whose gateway is offered (or that name none) and whose labels are. Epoch and fence grow, the lease runs
    /// until now + ttl.
    virtual Result<std::vector<std::pair<std::string, protocol::LeasedTask>>> claim(
        const std::string& project_id, protocol::ExecutorKind kind, const ClaimOffer& offer,
        const std::vector<ClaimRequest>& requests, TimestampMs now, std::int64_t ttl_ms) = 0;
    /// True if tasks of the work are blocked or ready.
    virtual Result<bool> has_waiting_tasks(const std::string& work_id) = 0;
    /// Extends the leases this executor still owns; returns the attempts that are lost, and those to cancel.
    /// An executor has one sync in flight, so a lease of its that it does not name in `held` was never
    /// received: it goes back to ready at once, without counting a try.
    struct Renewal {
        std::vector<std::string> lost;
        std::vector<std::string> cancels;
    };
    virtual Result<Renewal> renew(const std::string& executor_id, const std::vector<protocol::LeaseRef>& held,
                                  TimestampMs now, std::int64_t ttl_ms) = 0;
    /// Finishes attempts whose epoch is current: states, intervals, dependants, audits and events of all of them in
    /// one transaction, so one executor's results cost as many statements as one of them. Gives one result for each,
    /// in their order.
    virtual Result<std::vector<CompletionResult>> complete(const std::string& project_id,
                                                           const std::string& executor_id,
                                                           const std::vector<protocol::Completion>& completions,
                                                           TimestampMs now, std::uint64_t random) = 0;
    /// Leases past their end are lost: tasks go back to ready (or fail). Returns the works touched.
    virtual Result<std::vector<TaskTime>> expire_leases(TimestampMs now, std::uint64_t random) = 0;
    /// The earliest run_at of a ready task, or lease end, after now: when the next tick is due.
    virtual Result<std::optional<TimestampMs>> next_due(TimestampMs now) = 0;

    /// How much stands where, over all projects: ready and leased tasks (`since` is the earliest run_at), executors
    /// heard of after `seen_after`, works that ended after `ended_after`.
    struct Standing {
        std::string what;  ///< task | executor | work
        std::string project_id;
        std::string kind;  ///< run | apply for an executor, run | plan otherwise
        std::string state;
        std::int64_t count = 0;
        TimestampMs since = 0;
    };
    virtual Result<std::vector<Standing>> standing(TimestampMs seen_after, TimestampMs ended_after) = 0;

    // reading
    virtual Result<core::Task> task(const std::string& project_id, const std::string& id) = 0;
    virtual Result<Page<core::Task>> tasks(const std::string& project_id, const TaskFilter& filter,
                                           const PageRequest& page) = 0;
    virtual Result<std::vector<core::Attempt>> attempts(const std::string& project_id, const std::string& task_id) = 0;
    virtual Result<std::vector<protocol::AuditResult>> audit_results(const std::string& project_id,
                                                                     const std::string& task_id) = 0;
    /// Names of tasks this one still waits for.
    virtual Result<std::vector<core::Task>> blockers(const std::string& project_id, const std::string& task_id) = 0;
    /// failed → ready with a fresh set of tries (dead letter requeue).
    virtual Status requeue(const std::string& project_id, const std::string& task_id, TimestampMs now) = 0;
};

struct Event {
    std::int64_t seq = 0;
    std::string project_id;
    TimestampMs ts = 0;
    std::string topic;    ///< "plan", "run", "task", "executor", "environment"
    std::string subject;  ///< id of what it is about
    std::string work_id;  ///< plan or run it belongs to, may be empty
    std::string payload;  ///< JSON object
};
class EventStore {
 public:
    virtual ~EventStore() = default;
    virtual Status add_event(const Event& event) = 0;
    /// Events after `seq`, oldest first, at most `limit`.
    virtual Result<std::vector<Event>> events(const std::string& project_id, std::int64_t after_seq, int limit) = 0;
    virtual Result<std::int64_t> last_event_seq(const std::string& project_id) = 0;
    /// Appends log bytes of an attempt at `offset`; returns the next expected offset. Bytes before it are
    /// ignored, a gap is conflict, above the limit is too_large.
    virtual Result<std::int64_t> append_log(const std::string& project_id, const std::string& attempt_id,
                                            std::int64_t offset, const std::string& bytes, TimestampMs now) = 0;
    virtual Result<std::string> log(const std::string& project_id, const std::string& attempt_id, std::int64_t offset,
                                    std::size_t bytes_max) = 0;
    virtual Status add_pause(const core::Pause& pause) = 0;
    virtual Result<std::vector<core::Pause>> pauses(const std::string& project_id) = 0;
    virtual Status remove_pause(const std::string& project_id, const std::string& id) = 0;
    virtual Status add_audit_log(const std::string& project_id, const std::string& actor, const std::string& action,
                                 const std::string& object, TimestampMs now) = 0;
    /// Deletes events, finished works, logs and torn imports older than the given instants, at most `limit` rows of
    /// each.
    struct Retention {
        TimestampMs events_before = 0;  ///< also of executors: when they were last seen
        TimestampMs works_before = 0;
        TimestampMs tokens_before = 0;   ///< by their end
        TimestampMs imports_before = 0;  ///< by when a page of the state came last
        int rows_max = 5'000;            ///< of each kind in one call, so that no call holds up others for long
        int works_max = 20;              ///< each with all its tasks and logs
    };
    virtual Status clean(const Retention& retention) = 0;
};

class Store : public ClientStore, public StateStore, public WorkStore, public TaskStore, public EventStore {
 public:
    /// Creates or upgrades the tables. Refuses a store written by a newer program.
    virtual Status migrate() = 0;
    /// A cheap round trip, for readiness. After a write that failed it succeeds only when writing does.
    virtual Status ping() = 0;
    /// Runs `work` only if this process gets the named advisory lock now; false if another replica has it.
    virtual Result<bool> with_lock(const std::string& name, const std::function<Status()>& work) = 0;
    /// Calls `hear`, on a thread of the store, with what other processes that share the store tell, and with
    /// work and leases whenever something may have been missed. Without a function it ends: after the return it is not
    /// called any more. News may be lost, so look again by yourself now and then. SQLite has no other processes.
    virtual void listen(Hear hear) = 0;
    /// Tells the others soon; never blocks. Nothing is told unless this process listens, too.
    virtual void tell(const News& news) = 0;
};

/// "sqlite:PATH", or PostgreSQL as URL ("postgresql://…") or in libpq's words ("host=… dbname=…"); never logged.
Result<std::unique_ptr<Store>> open_store(const std::string& url);

}  // namespace towline::store
