// table_name, environments, check_intervals: what an environment holds, in SQLMesh's words.

#include <fmt/core.h>

#include <algorithm>

#include "commands/exit_codes.h"
#include "commands/handlers.h"
#include "commands/local_project.h"
#include "commands/planning.h"
#include "commands/project_loading.h"
#include "plan/deployability.h"
#include "plan/describe.h"
#include "plan/intervals.h"
#include "plan/naming.h"
#include "plan/selector.h"
#include "sql/scopes.h"
#include "time/civil.h"
#include "time/timelike.h"

namespace towline::commands {
namespace {

constexpr std::size_t kItemsMax = 10'000;

using Snapshots = std::map<plan::SnapshotId, plan::Snapshot>;

struct EnvironmentState {
    plan::Environment environment;
    Snapshots snapshots;  ///< the environment's own
    std::int64_t now = 0;
};

Result<EnvironmentState> state_of(Session& session, const std::string& name) {
    TRY(client::SchedulerClient * scheduler, session.scheduler());
    TRY(plan::StateView state, environment_state(*scheduler, name));
    // As in SQLMesh, the name is taken as it is given: `Feature/A` is no environment though `plan Feature/A` makes one.
    if (!state.target || model::sanitize_environment_name(name) != name)
        return fail(ErrorCode::not_found, "Environment '" + name + "' was not found.");
    EnvironmentState out;
    out.environment = std::move(*state.target);
    out.now = state.now;
    for (const model::TableInfo& info : out.environment.snapshots) {
        const auto found = state.snapshots.find(info.id());
        if (found != state.snapshots.end()) out.snapshots.insert(*found);
    }
    return out;
}

bool names_model(const model::TableInfo& info, const Snapshots& snapshots, const std::string& name) {
    if (info.name == name) return true;
    const auto found = snapshots.find(info.id());
    if (found == snapshots.end()) return false;
    const model::Node& node = found->second.node;
    const auto dialect = sql::dialect_from(node.dialect).value_or(sql::Dialect::none);
    const auto fqn = sql::fqn(name, dialect, node.default_catalog.value_or(""));
    return fqn && *fqn == info.name;
}

std::string interval_json(const model::Intervals& intervals) {
    json::Array out;
    for (const model::Interval& interval : intervals) {
        json::Array pair;
        pair.num(interval.start).num(interval.end);
        out.raw(pair.dump());
    }
    return out.dump();
}

struct ModelIntervals {
    std::string name;
    const model::Node* node = nullptr;
    model::Intervals missing;
};

Result<std::vector<ModelIntervals>> missing_of(const EnvironmentState& state, const Arguments& arguments) {
    plan::MissingOptions options;
    options.start = arguments.value("start");
    options.end = arguments.value("end");
    options.execution_ts = state.now;
    // As in SQLMesh the end is also what is taken for now: what comes after today is told, and of a day only its start.
    if (options.end) {
        TRY(options.execution_ts, time::parse_timelike(*options.end, state.now));
    }
    TRY(const auto missing, plan::missing_intervals(state.snapshots, plan::DeployabilityIndex::all(), options));
    std::map<std::string, model::Node> nodes;
    for (const auto& [id, snapshot] : state.snapshots) nodes.emplace(id.name, snapshot.node);
    const auto selectors = arguments.list("select-model");
    std::set<std::string> selected;
    if (!selectors.empty()) {
        TRY(selected, plan::select_models(nodes, selectors));
    }
    std::vector<ModelIntervals> out;
    for (const auto& [id, snapshot] : state.snapshots) {
        if (!selectors.empty() && !selected.contains(id.name)) continue;
        const auto found = missing.find(id);
        out.push_back(
            {snapshot.node.name, &snapshot.node, found == missing.end() ? model::Intervals{} : found->second});
    }
    std::sort(out.begin(), out.end(), [](const auto& a, const auto& b) { return a.name < b.name; });
    return out;
}

std::string tree_of(const char* title, const std::vector<std::string>& lines) {
    std::string out = title;
    for (std::size_t i = 0; i < lines.size(); ++i) out += (i + 1 == lines.size() ? "\n└── " : "\n├── ") + lines[i];
    return out;
}

}  // namespace

Result<int> table_name(Session& session, const Arguments& arguments) {
    TRY(const std::string environment, target_environment(session, arguments));
    const std::string model = arguments.text("model");
    TRY(const EnvironmentState state, state_of(session, environment));
    const auto found =
        std::find_if(state.environment.snapshots.begin(), state.environment.snapshots.end(),
                     [&](const model::TableInfo& info) { return names_model(info, state.snapshots, model); });
    if (found == state.environment.snapshots.end())
        return fail(ErrorCode::not_found,
                    fmt::format("Model '{}' was not found in environment '{}'.", model, environment));
    bool deployable = true;
    if (model::is_dev(state.environment) && !arguments.flag("prod"))
        deployable = plan::deployability(state.snapshots, std::nullopt, state.now).is_deployable(found->id());
    const std::string table = plan::table_name(*found, deployable).plain();
    output::Console& console = session.console();
    if (console.json())
        console.document(json::Object()
                             .str("schema", "towline.table_name/v1")
                             .str("model", found->name)
                             .str("environment", state.environment.naming.name)
                             .str("table", table)
                             .dump());
    else
        console.line(table);
    return kOk;
}

Result<int> environments(Session& session, const Arguments&) {
    TRY(client::SchedulerClient * scheduler, session.scheduler());
    TRY(const std::vector<std::string> items, scheduler->list("environments", {}, kItemsMax));
    output::Console& console = session.console();
    if (console.json()) {
        console.document(output::list_document("environments", items));
        return kOk;
    }
    if (items.empty())
        return fail(ErrorCode::not_found,
                    "This project has no environments. Create an environment using the `towline plan` command.");
    std::string text = fmt::format("Number of SQLMesh environments are: {}", items.size());
    for (const std::string& item : items) {
        TRY(const json::Document document, json::Document::parse(item));
        const auto expires = document.root().maybe_num("expiration_ts");
        text += fmt::format("\n{} - {}", document.root().str("name"),
                            expires ? time::format_timestamp(*expires) : "No Expiry");
    }
    console.line(text);
    return kOk;
}

Result<int> check_intervals(Session& session, const Arguments& arguments) {
    TRY(const EnvironmentState state, state_of(session, arguments.value("environment").value_or("prod")));
    TRY(const auto models, missing_of(state, arguments));
    output::Console& console = session.console();
    if (console.json()) {
        json::Array items;
        for (const ModelIntervals& model : models)
            items.sub(json::Object()
                          .str("model", model.name)
                          .flag("complete", model.missing.empty())
                          .raw("missing", interval_json(model.missing)));
        console.document(json::Object()
                             .str("schema", "towline.intervals/v1")
                             .str("environment", state.environment.naming.name)
                             .list("items", items)
                             .dump());
        return kOk;
    }
    std::vector<std::string> complete;
    std::vector<std::string> incomplete;
    for (const ModelIntervals& model : models) {
        if (model.missing.empty())
            complete.push_back(model.name);
        else
            incomplete.push_back(fmt::format("{}: [{}]", model.name, plan::ranges_text(*model.node, model.missing)));
    }
    if (!complete.empty()) console.line(tree_of("Complete Intervals", complete));
    if (!incomplete.empty()) console.line(tree_of("Missing Intervals", incomplete));
    return kOk;
}

}  // namespace towline::commands
