#include "runner/runner.h"

#include <fmt/core.h>

#include <array>
#include <chrono>

#include "engines/failures.h"
#include "runner/scrub.h"
#include "runner/task_run.h"
#include "sql/dialect.h"

namespace towline::runner {
namespace {

using Function = Status (*)(TaskRun&);
struct Row {
    plan::TaskKind kind;
    Function function;
};
constexpr std::array kFunctions{
    Row{plan::TaskKind::statements, run_statements},
    Row{plan::TaskKind::create_schema, run_create_schema},
    Row{plan::TaskKind::create_table, run_create_table},
    Row{plan::TaskKind::evaluate, run_evaluate},
    Row{plan::TaskKind::audit, run_audit},
    Row{plan::TaskKind::migrate, run_migrate},
    Row{plan::TaskKind::create_view, run_create_view},
    Row{plan::TaskKind::drop_view, run_drop_view},
    Row{plan::TaskKind::drop_table, run_drop_table},
    Row{plan::TaskKind::drop_schema, run_drop_schema},
};

Function function_of(plan::TaskKind kind) {
    for (const Row& row : kFunctions) {
        if (row.kind == kind) return row.function;
    }
    return nullptr;
}

/// The journal's entry of a session, closed on every way out.
class JournalEntry {
 public:
    JournalEntry(SessionJournal& journal, std::string gateway, std::string session_id)
        : journal_(journal), gateway_(std::move(gateway)), session_id_(std::move(session_id)) {}
    ~JournalEntry() {
        if (open_) journal_.closed(gateway_, session_id_);
    }
    JournalEntry(const JournalEntry&) = delete;
    JournalEntry& operator=(const JournalEntry&) = delete;
    Status open(const std::string& attempt_id) {
        TRY_STATUS(journal_.opened(gateway_, session_id_, attempt_id));
        open_ = true;
        return {};
    }

 private:
    SessionJournal& journal_;
    const std::string gateway_;
    const std::string session_id_;
    bool open_ = false;
};

/// Forgets the handler before the session it stops is gone.
class CancelScope {
 public:
    CancelScope(CancelSwitch& cancel, engines::Session& session) : cancel_(cancel) {
        cancel_.on_request([&session] { session.cancel(); });
    }
    ~CancelScope() { cancel_.clear(); }
    CancelScope(const CancelScope&) = delete;
    CancelScope& operator=(const CancelScope&) = delete;

 private:
    CancelSwitch& cancel_;
};

/// What a task does with the author's SQL, it does in the engine's dialect.
Status check_dialect(const plan::TaskSpec& spec, const SnapshotMap& snapshots, const std::string& dialect) {
    using Kind = plan::TaskKind;
    const bool runs_model = spec.kind == Kind::create_table || spec.kind == Kind::evaluate ||
                            spec.kind == Kind::audit || spec.kind == Kind::migrate;
    if (!runs_model || !spec.snapshot) return {};
    const auto found = snapshots.find(spec.snapshot->id);
    if (found == snapshots.end() || found->second.node.source_type != model::SourceType::sql ||
        sql::dialect_name(found->second.node.dialect) == dialect)
        return {};
    return fail(ErrorCode::unsupported,
                fmt::format("the model's dialect is '{}' but its engine speaks '{}'; translating between dialects "
                            "is not supported",
                            found->second.node.dialect, dialect));
}

std::string label_of(const protocol::LeasedTask& task) {
    return fmt::format("towline {} {}", task.lease.task_id, task.plan_id.empty() ? task.work_id : task.plan_id);
}

std::vector<model::SnapshotId> snapshot_ids(const plan::TaskSpec& spec) {
    std::vector<model::SnapshotId> ids;
    if (spec.snapshot) ids.push_back(spec.snapshot->id);
    for (const plan::SnapshotUse& parent : spec.parents) ids.push_back(parent.id);
    return ids;
}

void set_failure(protocol::Completion& completion, const Error& error, bool cancel_requested) {
    const bool cancelled = error.code == ErrorCode::cancelled && cancel_requested;
    completion.outcome = cancelled ? protocol::Outcome::cancelled : protocol::Outcome::failed;
    completion.error_code = std::string(to_string(error.code));
    completion.error_message = shown_message(error);
    completion.retryable = engines::is_retryable(error.code);
}

}  // namespace

protocol::Completion Runner::run(const protocol::LeasedTask& task, CancelSwitch& cancel, TaskLog& log) {
    const auto start = std::chrono::steady_clock::now();
    protocol::Completion completion;
    completion.lease = task.lease;
    const auto carry_out = [&]() -> Status {
        const Function function = function_of(task.spec.kind);
        if (function == nullptr)
            return fail(ErrorCode::unsupported, "this executor does not know the kind of the task");
        if (cancel.requested()) return fail(ErrorCode::cancelled, "stopped before it began");
        TRY(const SnapshotMap snapshots, snapshots_.snapshots(snapshot_ids(task.spec)));
        const std::string gateway = task.spec.gateway.value_or("");
        TRY(const std::shared_ptr<engines::Engine> engine, engines_.engine(gateway));
        TRY_STATUS(check_dialect(task.spec, snapshots, engine->profile().dialect));
        engine->expect_more(task.more_follows);
        TRY(const std::unique_ptr<engines::Session> session,
            engine->open_unless([&] { return cancel.requested(); }, label_of(task)));
        JournalEntry entry(journal_, gateway, session->session_id());
        TRY_STATUS(entry.open(task.lease.attempt_id));
        CancelScope scope(cancel, *session);
        TaskRun run({task, snapshots, *engine, *session, cancel, log, completion});
        Status done = function(run);
        // A failure may end the work at once, and whoever looks at the database then shall find it free.
        if (!done) engine->expect_more(false);
        return done;
    };
    if (const Status done = carry_out(); !done) {
        set_failure(completion, done.error(), cancel.requested());
        const std::string raw = done.error().message + (done.error().detail.empty() ? "" : "\n" + done.error().detail);
        log.both("error", {.raw = raw, .shown = completion.error_message});
    }
    completion.duration_ms =
        std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - start).count();
    return completion;
}

}  // namespace towline::runner
