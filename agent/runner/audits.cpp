#include <fmt/core.h>

#include "base/strings.h"
#include "project/render_layout.h"
#include "runner/evaluation.h"
#include "runner/scrub.h"
#include "runner/sql_text.h"
#include "runner/task_run.h"
#include "runner/trace.h"

namespace towline::runner {
namespace {

constexpr std::string_view kPassed = "passed";
constexpr std::string_view kFailed = "failed";
constexpr std::string_view kSkipped = "skipped";
constexpr std::string_view kError = "error";

Result<std::int64_t> count_rows(TaskRun& run, const std::string& query) {
    TRY(const auto rows, run.session().query(trace_comment(run.task()) +
                                             fmt::format("SELECT COUNT(*) FROM {}", subquery(query, "audit"))));
    if (rows.rows.size() != 1 || rows.rows.front().empty()) return fail(ErrorCode::engine, "the audit gave no count");
    const auto count = parse_int(rows.rows.front().front().value_or(""));
    if (!count) return fail(ErrorCode::engine, "the audit's count is not a number");
    return *count;
}

// Runs one audit and notes its result; an error of the engine is the task's error.
Status run_one(TaskRun& run, const model::Node& node, const project::RenderedAudit& audit, bool blocking) {
    auto& result = run.completion().audits.emplace_back();
    result.name = audit.name;
    result.blocking = blocking;
    if (audit.skip) {
        result.status = kSkipped;
        return {};
    }
    TRY(const sql::Dialect dialect, sql::dialect_from(run.session().profile().dialect));
    auto count = count_rows(run, project::executed_audit(audit, node, dialect));
    if (!count) {
        result.status = kError;
        return fail(std::move(count).error().in("audit " + audit.name));
    }
    result.count = *count;
    result.status = *count == 0 ? kPassed : kFailed;
    if (*count > 0) {
        run.log().line(blocking ? "error" : "warning", fmt::format("audit {} found {} rows", audit.name, *count));
    }
    return {};
}

// All audits run before the first failure counts, so that one run shows everything.
Status verdict(const protocol::Completion& completion) {
    std::vector<std::string> failed;
    for (const protocol::AuditResult& audit : completion.audits) {
        if (audit.blocking && audit.status == kFailed)
            failed.push_back(fmt::format("{} ({} rows)", audit.name, audit.count));
    }
    if (failed.empty()) return {};
    return fail(ErrorCode::audit_failed, "audit failed: " + join(failed, ", "),
                "the rows stay in the table for inspection");
}

}  // namespace

Status run_audit(TaskRun& run) {
    TRY(const model::Snapshot* snapshot, run.snapshot());
    const model::Node& node = snapshot->node;
    if (node.source_type == model::SourceType::audit) {
        TRY(const auto audit,
            project::render_standalone_audit(node, run.context(node, project::RuntimeStage::auditing, "")));
        return run_one(run, node, audit, false);
    }
    if (node.audits.empty() || node.kind.name == model::KindName::embedded) return {};
    std::string this_model;
    std::optional<model::Node> typed;
    if (!model::is_symbolic(node)) {
        const plan::TableName table = run.target(*snapshot);
        TRY(this_model, run.sql_name(table));
        if (node.kind.time_column) {
            TRY(typed, with_types_of(run, node, table));
        }
    }
    // A dev table holds the previewed range only, which may well fail audits of the whole.
    const bool preview = !run.spec().snapshot->deployable;
    const project::RenderContext context = run.context(node, project::RuntimeStage::auditing, this_model);
    for (const model::Call& call : node.audits) {
        TRY(const auto audit, project::render_audit(typed ? *typed : node, call, context));
        TRY_STATUS(run_one(run, node, audit, audit.blocking && !preview));
    }
    return verdict(run.completion());
}

}  // namespace towline::runner
