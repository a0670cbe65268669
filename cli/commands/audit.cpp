// audit: the audits of the project's models on the tables there are, now.

#include <fmt/core.h>

#include <algorithm>

#include "base/strings.h"
#include "commands/engine_access.h"
#include "commands/exit_codes.h"
#include "commands/handlers.h"
#include "commands/planning.h"
#include "commands/project_loading.h"
#include "plan/naming.h"
#include "project/render.h"
#include "project/render_layout.h"
#include "time/timelike.h"

namespace towline::commands {
namespace {

using Snapshots = std::map<std::string, plan::Snapshot>;  // by FQN

struct AuditOutcome {
    std::string name;
    std::string model;  ///< empty for a standalone audit
    std::string query;
    std::int64_t count = 0;
    bool skipped = false;
    std::string title() const { return model.empty() ? name : name + " on model " + model; }
};

/// The project's own snapshots that are stored.
Result<Snapshots> stored(client::SchedulerClient& scheduler, const project::Project& project, std::int64_t& now) {
    TRY(const plan::StateView state, project_state(scheduler, project, "prod"));
    now = state.now;
    TRY(const auto fingerprints, plan::fingerprints(project.nodes));
    Snapshots out;
    for (const auto& [name, fingerprint] : fingerprints) {
        const auto found = state.snapshots.find({name, fingerprint.to_identifier()});
        if (found != state.snapshots.end()) out.emplace(name, found->second);
    }
    return out;
}

class Auditor {
 public:
    Auditor(credentials::EngineSet& engines, const Snapshots& snapshots, project::RenderContext context)
        : engines_(engines), snapshots_(snapshots), context_(std::move(context)) {}

    Status audit(const plan::Snapshot& snapshot, std::vector<AuditOutcome>& out) {
        const model::Node& node = snapshot.node;
        const std::string gateway = node.gateway.value_or("");
        TRY(const auto engine, engines_.engine(gateway));
        TRY(const auto session, engine->open("towline audit"));
        const bool catalogs = session->profile().catalog_in_names;
        project::RenderContext context = context_;
        context.stage = project::RuntimeStage::auditing;
        context.table_of = [&](std::string_view fqn) { return table_of(fqn, catalogs); };
        context.embedded_of = [this](std::string_view fqn) -> const model::Node* {
            const auto found = snapshots_.find(std::string(fqn));
            const bool is = found != snapshots_.end() && found->second.node.kind.name == model::KindName::embedded;
            return is ? &found->second.node : nullptr;
        };
        if (node.source_type == model::SourceType::audit) {
            TRY(const auto audit, project::render_standalone_audit(node, context));
            return run(*session, node, audit, out);
        }
        if (const auto own = table_of(node.fqn, catalogs)) context.this_model = *own;
        for (const model::Call& call : node.audits) {
            TRY(const auto audit, project::render_audit(node, call, context));
            TRY_STATUS(run(*session, node, audit, out));
        }
        return {};
    }

 private:
    std::optional<std::string> table_of(std::string_view fqn, bool catalogs) const {
        const auto found = snapshots_.find(std::string(fqn));
        if (found == snapshots_.end() || model::is_symbolic(found->second.node)) return std::nullopt;
        plan::TableName name = plan::table_name(found->second, true);
        if (!catalogs) name.catalog.clear();
        return name.quoted();
    }

    static Status run(engines::Session& session, const model::Node& node, const project::RenderedAudit& audit,
                      std::vector<AuditOutcome>& out) {
        const bool alone = node.source_type == model::SourceType::audit;
        AuditOutcome outcome{audit.name, alone ? "" : node.name, audit.query, 0, audit.skip};
        if (!audit.skip) {
            TRY(const sql::Dialect dialect, sql::dialect_from(session.profile().dialect));
            const std::string query = project::executed_audit(audit, node, dialect);
            TRY(const auto rows, session.query("SELECT COUNT(*) FROM (\n" + query + "\n) AS audit", 1));
            const bool counted = rows.rows.size() == 1 && rows.rows.front().size() == 1;
            const auto count = counted ? parse_int(rows.rows.front().front().value_or("")) : std::nullopt;
            if (!count) return fail(ErrorCode::engine, "audit " + audit.name + " gave no count");
            outcome.count = *count;
        }
        out.push_back(std::move(outcome));
        return {};
    }

    credentials::EngineSet& engines_;
    const Snapshots& snapshots_;
    project::RenderContext context_;
};

Result<std::vector<const plan::Snapshot*>> wanted(const LocalProject& local, const Snapshots& snapshots,
                                                  const std::vector<std::string>& names) {
    std::vector<const model::Node*> nodes;
    for (const std::string& name : names) {
        TRY(const model::Node* node, find_model(local, name));
        nodes.push_back(node);
    }
    if (names.empty())
        for (const auto& [fqn, node] : local.project.nodes) nodes.push_back(&node);
    std::vector<const plan::Snapshot*> out;
    for (const model::Node* node : nodes) {
        const bool audits = node->source_type == model::SourceType::audit || !node->audits.empty();
        if (!audits && names.empty()) continue;
        const auto found = snapshots.find(node->fqn);
        if (found == snapshots.end() || found->second.version.empty())
            return fail(
                ErrorCode::internal,
                fmt::format("Cannot audit '{}' because it has not been versioned yet. Apply a plan first.", node->fqn));
        out.push_back(&found->second);
    }
    return out;
}

std::size_t count_of(const std::vector<const plan::Snapshot*>& snapshots) {
    std::size_t out = 0;
    for (const plan::Snapshot* snapshot : snapshots)
        out += snapshot->node.source_type == model::SourceType::audit ? 1 : snapshot->node.audits.size();
    return out;
}

std::string document(const std::vector<AuditOutcome>& outcomes) {
    json::Array items;
    for (const AuditOutcome& outcome : outcomes)
        items.sub(json::Object()
                      .str("audit", outcome.name)
                      .str("model", outcome.model)
                      .str("status", outcome.skipped      ? "skipped"
                                     : outcome.count == 0 ? "passed"
                                                          : "failed")
                      .num("count", outcome.count));
    return json::Object().str("schema", "towline.audits/v1").list("items", items).dump();
}

void show(output::Console& console, const std::vector<AuditOutcome>& outcomes) {
    std::size_t failed = 0;
    std::size_t skipped = 0;
    for (const AuditOutcome& outcome : outcomes) {
        skipped += outcome.skipped ? 1 : 0;
        failed += outcome.count > 0 ? 1 : 0;
        console.line(outcome.title() + (outcome.skipped ? " ⏸️ SKIPPED."
                                        : outcome.count == 0
                                            ? " ✅ " + console.green("PASS") + "."
                                            : " ❌ " + console.red(fmt::format("FAIL [{}]", outcome.count)) + "."));
    }
    console.line(fmt::format("\nFinished with {} audit error{} and {} audit{} skipped.", failed, failed == 1 ? "" : "s",
                             skipped, skipped == 1 ? "" : "s"));
    for (const AuditOutcome& outcome : outcomes) {
        if (outcome.count == 0) continue;
        console.line(fmt::format("\nFailure in audit {}.\nGot {} results, expected 0.\n{}", outcome.title(),
                                 outcome.count, outcome.query));
    }
    console.line("Done.");
}

}  // namespace

Result<int> audit(Session& session, const Arguments& arguments) {
    TRY(client::SchedulerClient * scheduler, session.scheduler());
    TRY(const project::KnownGateways gateways, known_gateways(*scheduler));
    TRY(project::Project loaded, load_project(session, session.paths(), gateways));
    TRY(const LocalProject local, local_project(session, std::move(loaded)));
    std::int64_t now = 0;
    TRY(const Snapshots snapshots, stored(*scheduler, local.project, now));
    TRY(const auto chosen, wanted(local, snapshots, arguments.list("model")));
    project::RenderContext context;
    context.execution_ms = now;
    if (const auto text = arguments.value("execution-time")) {
        TRY(context.execution_ms, time::parse_timelike(*text, now));
    }
    context.interval = {0, context.execution_ms};
    if (const auto text = arguments.value("start")) {
        TRY(context.interval.start, time::parse_timelike(*text, context.execution_ms));
    }
    if (const auto text = arguments.value("end")) {
        TRY(context.interval.end, time::exclusive_end(*text, context.execution_ms));
    }
    TRY(const auto engines, project_engines(session, local));
    output::Console& console = session.console();
    console.line(fmt::format("Found {} audit(s).", count_of(chosen)));
    Auditor auditor(*engines, snapshots, context);
    std::vector<AuditOutcome> outcomes;
    for (const plan::Snapshot* snapshot : chosen) TRY_STATUS(auditor.audit(*snapshot, outcomes));
    if (console.json())
        console.document(document(outcomes));
    else
        show(console, outcomes);
    const bool failed = std::any_of(outcomes.begin(), outcomes.end(), [](const auto& o) { return o.count > 0; });
    return failed ? kWorkFailed : kOk;
}

}  // namespace towline::commands
