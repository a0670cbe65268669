#include "runner/fenced_write.h"

#include <fmt/core.h>

#include <thread>

#include "base/strings.h"
#include "runner/fence_sql.h"
#include "runner/limits.h"
#include "runner/sql_text.h"

namespace towline::runner {
namespace {

class FencedWrite {
 public:
    FencedWrite(TaskRun& run, const WriteTarget& target) : run_(run), session_(run.session()), target_(target) {}

    Status prepare() {
        const plan::TableName name = fences_table(run_.profile().catalog_in_names ? target_.catalog : "");
        TRY(fence_.table, run_.sql_name(name));
        fence_.target = target_.name;
        fence_.start = target_.range.start;
        fence_.end = target_.range.end;
        fence_.number = run_.task().fence;
        fence_.session = session_.session_id();
        TRY(const engines::ObjectKind kind, session_.object_kind(name));
        if (kind != engines::ObjectKind::none) return {};
        TRY_STATUS(run_.ensure_schema(name.catalog, name.schema));
        auto made = session_.execute(create_fences_table(fence_.table));
        if (made) return {};
        // Lost a race against another executor: then the table is there.
        TRY(const engines::ObjectKind now, session_.object_kind(name));
        if (now == engines::ObjectKind::table) return {};
        return fail(std::move(made).error().in("cannot create the table of fences"));
    }

    /// Takes the fence's row. Afterwards `already_done` may be set.
    Status claim() {
        auto claimed = session_.execute(claim_fence(fence_, run_.profile().row_locks));
        if (!claimed) {
            Error error = std::move(claimed).error();
            static_cast<void>(session_.rollback());
            return fail(std::move(error));
        }
        TRY(const bool own, check(false));
        already_done_ = own && target_.once && mark_.ends_with(done_mark(run_.task().lease.task_id));
        return {};
    }

    /// Inside the transaction: fails unless the fence is still ours; it stays so until the transaction ends.
    Status hold() {
        if (!run_.profile().row_locks) {
            TRY(const bool own, check(false));
            static_cast<void>(own);
            return execute(touch_own_fence(fence_));
        }
        TRY_STATUS(execute(lock_wait_on()));
        TRY(const bool own, check(true));
        static_cast<void>(own);
        return execute(lock_wait_off());
    }

    /// Ends the sessions that hold an overlapping fence with a smaller number.
    Status evict() {
        TRY(const auto rows, session_.query(overlapping_fences(fence_, false), kCatalogRowsMax));
        for (const auto& row : rows.rows) {
            const auto number = parse_int(row[2].value_or(""));
            const std::string mark = row[3].value_or("");
            const std::string holder = mark.substr(0, mark.find(' '));
            if (!number || *number >= fence_.number || holder == fence_.session) continue;
            auto killed = run_.engine().kill_session(holder);
            if (killed && *killed)
                run_.log().line("warning", "ended the session of a superseded attempt that held " + target_.name);
        }
        return {};
    }

    Status mark_done() { return execute(mark_fence_done(fence_, run_.task().lease.task_id)); }
    bool already_done() const { return already_done_; }

 private:
    Status execute(const std::string& sql) {
        auto done = session_.execute(sql);
        if (!done) return fail(std::move(done).error());
        return {};
    }

    /// True if the own row stands; superseded otherwise.
    Result<bool> check(bool lock) {
        TRY(const auto rows, session_.query(overlapping_fences(fence_, lock), kCatalogRowsMax));
        bool own = false;
        for (const auto& row : rows.rows) {
            const auto number = parse_int(row[2].value_or(""));
            if (number && *number > fence_.number) return superseded();
            const bool same_range = row[0] == std::to_string(fence_.start) && row[1] == std::to_string(fence_.end);
            const std::string mark = row[3].value_or("");
            if (!same_range || number != fence_.number || mark.substr(0, mark.find(' ')) != fence_.session) continue;
            own = true;
            mark_ = mark;
        }
        if (!own) return superseded();
        return true;
    }

    Result<bool> superseded() const {
        return fail(ErrorCode::superseded,
                    fmt::format("a newer lease than {} has claimed {}", fence_.number, target_.name));
    }

    TaskRun& run_;
    engines::Session& session_;
    const WriteTarget& target_;
    Fence fence_;
    std::string mark_;
    bool already_done_ = false;
};

Status write_in_transaction(TaskRun& run, FencedWrite& write, const std::function<Status()>& body, bool& held) {
    TRY_STATUS(write.hold());
    held = true;
    TRY_STATUS(body());
    TRY_STATUS(write.mark_done());
    return run.session().commit();
}

}  // namespace

Status fenced_write(TaskRun& run, const WriteTarget& target, const std::function<Status()>& body) {
    FencedWrite write(run, target);
    TRY_STATUS(write.prepare());
    for (int attempt = 1;; ++attempt) {
        bool held = false;
        Status done = write.claim();
        if (done && write.already_done()) {
            run.log().line("info", "this task has already written " + target.name);
            return {};
        }
        if (done) {
            TRY_STATUS(run.session().begin());
            done = write_in_transaction(run, write, body, held);
            if (done) return done;
            static_cast<void>(run.session().rollback());
        }
        // Only waiting for the fence is worth a new begin here; what the body met is the task's result.
        if (held || done.error().code != ErrorCode::conflict || attempt == kFenceTriesMax) return done;
        if (run.profile().row_locks) {
            TRY_STATUS(write.evict());
        } else {
            std::this_thread::sleep_for(kFenceConflictPause * attempt);
        }
    }
}

}  // namespace towline::runner
