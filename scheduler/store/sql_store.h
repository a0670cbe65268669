#pragma once
// The one implementation of Store, over named statements. Private to scheduler/store.

#include <atomic>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "store/sql_database.h"
#include "store/store.h"

namespace towline::store {

class SqlStore final : public Store {
 public:
    explicit SqlStore(std::unique_ptr<SqlDatabase> database) : database_(std::move(database)) {}

    Status migrate() override;
    Status ping() override;
    Result<bool> with_lock(const std::string& name, const std::function<Status()>& work) override;
    void listen(Hear hear) override { database_->listen(std::move(hear)); }
    void tell(const News& news) override { database_->tell(news); }

    // clients.cpp
    Status add_client(const Client& client) override;
    Result<Client> client(const std::string& id) override;
    Result<Page<Client>> clients(const std::string& project_id, const PageRequest& page) override;
    Result<int> client_count() override;
    Status revoke_client(const std::string& id, TimestampMs now) override;
    Status touch_client(const std::string& id, TimestampMs now) override;
    Status add_token(const Token& token) override;
    Result<Token> token(const std::string& hash, TimestampMs now) override;

    // snapshots.cpp
    Status ensure_project(const std::string& project_id, TimestampMs now) override;
    Result<std::vector<std::string>> projects() override;
    Status push_snapshots(const std::string& project_id, const std::vector<Snapshot>& snapshots,
                          TimestampMs now) override;
    Result<std::vector<Snapshot>> snapshots(const std::string& project_id, const std::vector<SnapshotId>& ids) override;
    Result<std::vector<Snapshot>> snapshots_by_name(const std::string& project_id,
                                                    const std::vector<std::string>& names) override;
    Status refresh_intervals(const std::string& project_id, std::vector<Snapshot>& snapshots) override;
    Result<plan::TableEnds> interval_ends(const std::string& project_id,
                                          const std::set<plan::TableVersion>& tables) override;
    Status unpause(const std::string& project_id, const std::vector<SnapshotId>& ids, TimestampMs unpaused_ts,
                   TimestampMs now) override;
    Status add_interval(const std::string& project_id, const Snapshot& snapshot, Interval interval, bool is_dev,
                        TimestampMs now) override;
    Status remove_interval(const std::string& project_id, const Snapshot& snapshot, Interval interval,
                           TimestampMs now) override;

    // environments.cpp
    Result<std::optional<Environment>> environment(const std::string& project_id, const std::string& name) override;
    Result<std::optional<EnvironmentMark>> environment_mark(const std::string& project_id,
                                                            const std::string& name) override;
    Result<std::vector<Environment>> environments(const std::string& project_id) override;
    Result<std::vector<EnvironmentStatements>> environment_statements(const std::string& project_id,
                                                                      const std::string& name) override;
    Status promote(const std::string& project_id, const Environment& environment,
                   const std::vector<EnvironmentStatements>& statements, TimestampMs now) override;
    Status finalize(const std::string& project_id, const std::string& environment, const std::string& plan_id,
                    TimestampMs now) override;
    Status invalidate_environment(const std::string& project_id, const std::string& name, TimestampMs now) override;
    Status delete_environment(const std::string& project_id, const std::string& name) override;

    // expiry.cpp
    Result<std::vector<SnapshotId>> snapshots_past_ttl(const std::string& project_id, TimestampMs now,
                                                       bool ignore_ttl) override;
    Status expire_snapshots(const std::string& project_id, const std::vector<SnapshotId>& ids,
                            const std::vector<plan::PhysicalTable>& tables, TimestampMs now) override;
    Result<std::vector<Tombstone>> tombstones(const std::string& project_id) override;
    Status remove_tombstones(const std::string& project_id, const std::vector<std::string>& ids) override;
    // compaction.cpp
    Result<int> compact_intervals(const std::string& project_id, TimestampMs now) override;
    Status auto_restate(const std::string& project_id, const std::vector<AutoRestatement>& restatements,
                        TimestampMs now) override;
    // state_import.cpp
    Status import_state(const std::string& project_id, const StateImport& state, TimestampMs now) override;
    Status add_state_page(const std::string& project_id, const StatePage& page, TimestampMs now) override;
    Result<StateCounts> apply_state_pages(const std::string& project_id, const std::string& import_id,
                                          std::int64_t pages, bool replace, TimestampMs now) override;

    // works.cpp
    Status add_work(const core::Work& work) override;
    Result<core::Work> work(const std::string& project_id, const std::string& id) override;
    Result<std::string> work_document(const std::string& project_id, const std::string& id) override;
    Result<Page<core::Work>> works(const std::string& project_id, const WorkFilter& filter,
                                   const PageRequest& page) override;
    Result<std::vector<core::Work>> open_works() override;
    Result<bool> start_work(const std::string& project_id, const std::string& id,
                            const std::vector<plan::Stage>& stages, TimestampMs now) override;
    Result<bool> enter_stage(const core::Work& work, int stage_index, TimestampMs now) override;
    Result<core::StageCounts> stage_counts(const core::Work& work) override;
    Result<bool> has_waiting_tasks(const std::string& work_id) override;
    Status finish_work(const std::string& project_id, const std::string& id, core::WorkState state,
                       const std::string& error, TimestampMs now) override;
    Status request_cancel(const std::string& project_id, const std::string& id, bool leased_too,
                          TimestampMs now) override;

    // executors.cpp
    Result<core::Executor> register_executor(const core::Executor& executor) override;
    Result<core::Executor> executor(const std::string& project_id, const std::string& id) override;
    Result<std::vector<core::Executor>> executors(const std::string& project_id) override;
    Status set_executor(const core::Executor& executor) override;
    Status touch_executors(const std::vector<std::string>& ids, TimestampMs now) override;
    Status forget_executor(const std::string& project_id, const std::string& id) override;

    // leases.cpp
    Result<std::vector<std::pair<std::string, protocol::LeasedTask>>> claim(
        const std::string& project_id, protocol::ExecutorKind kind, const ClaimOffer& offer,
        const std::vector<ClaimRequest>& requests, TimestampMs now, std::int64_t ttl_ms) override;
    Result<Renewal> renew(const std::string& executor_id, const std::vector<protocol::LeaseRef>& held, TimestampMs now,
                          std::int64_t ttl_ms) override;
    Result<std::vector<TaskTime>> expire_leases(TimestampMs now, std::uint64_t random) override;
    Result<std::optional<TimestampMs>> next_due(TimestampMs now) override;
    Result<std::vector<Standing>> standing(TimestampMs seen_after, TimestampMs ended_after) override;

    // completion.cpp
    Result<std::vector<CompletionResult>> complete(const std::string& project_id, const std::string& executor_id,
                                                   const std::vector<protocol::Completion>& completions,
                                                   TimestampMs now, std::uint64_t random) override;

    // settling.cpp
    Status requeue(const std::string& project_id, const std::string& task_id, TimestampMs now) override;

    // tasks.cpp
    Result<core::Task> task(const std::string& project_id, const std::string& id) override;
    Result<Page<core::Task>> tasks(const std::string& project_id, const TaskFilter& filter,
                                   const PageRequest& page) override;
    Result<std::vector<core::Attempt>> attempts(const std::string& project_id, const std::string& task_id) override;
    Result<std::vector<protocol::AuditResult>> audit_results(const std::string& project_id,
                                                             const std::string& task_id) override;
    Result<std::vector<core::Task>> blockers(const std::string& project_id, const std::string& task_id) override;

    // events.cpp
    Status add_event(const Event& event) override;
    Result<std::vector<Event>> events(const std::string& project_id, std::int64_t after_seq, int limit) override;
    Result<std::int64_t> last_event_seq(const std::string& project_id) override;
    Result<std::int64_t> append_log(const std::string& project_id, const std::string& attempt_id, std::int64_t offset,
                                    const std::string& bytes, TimestampMs now) override;
    Result<std::string> log(const std::string& project_id, const std::string& attempt_id, std::int64_t offset,
                            std::size_t bytes_max) override;
    Status add_pause(const core::Pause& pause) override;
    Result<std::vector<core::Pause>> pauses(const std::string& project_id) override;
    Status remove_pause(const std::string& project_id, const std::string& id) override;
    Status add_audit_log(const std::string& project_id, const std::string& actor, const std::string& action,
                         const std::string& object, TimestampMs now) override;
    Status clean(const Retention& retention) override;

 private:
    Status read(const SqlDatabase::Body& body) { return database_->transaction(SqlMode::read, body); }
    Status write(const SqlDatabase::Body& body);
    /// One statement that changes something; how many rows it changed.
    Result<std::int64_t> change(std::string_view statement, const SqlParams& params);
    /// One statement that reads: every row through `each`.
    Status each_row(std::string_view statement, const SqlParams& params,
                    const std::function<Status(const SqlRow&)>& each);
    Status publish_events();
    /// Forgets imports of which nothing was heard since `before`, with their pages, at most so many.
    Status clean_imports(TimestampMs before, std::int64_t imports_max);
    /// Those works of these (work, stage) whose stage has no open task.
    std::set<std::string> works_over(const std::set<std::pair<std::string, std::int64_t>>& stages);

    std::unique_ptr<SqlDatabase> database_;
    /// False after a write that found the store unavailable, while reading may still work (a full disk): then `ping`
    /// writes, too.
    std::atomic<bool> is_writable_{true};
};

}  // namespace towline::store
