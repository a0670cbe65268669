#include "commands/plan_prompts.h"

#include <fmt/core.h>

#include <algorithm>

namespace towline::commands {
namespace {

/// Without the names' lengths: what the two categories do to a model of this kind.
std::pair<std::string, std::string> choices_of(const model::Node& node, const std::string& name) {
    constexpr const char* kChildren = "indirectly modified children";
    if (node.kind.name == model::KindName::view)
        return {fmt::format("Update {} and backfill {}", name, kChildren),
                fmt::format("Update {} but don't backfill {}", name, kChildren)};
    if (model::is_symbolic(node))
        return {fmt::format("Backfill {}", kChildren), fmt::format("Don't backfill {}", kChildren)};
    return {fmt::format("Backfill {} and {}", name, kChildren), fmt::format("Backfill {} but not {}", name, kChildren)};
}

const plan::Snapshot* snapshot_of(const Planned& planned, const std::string& name) {
    for (const plan::SnapshotId& id : planned.plan.snapshots)
        if (id.name == name)
            if (const auto found = planned.snapshots.find(id); found != planned.snapshots.end()) return &found->second;
    return nullptr;
}

bool ask(output::Console& console, const std::string& question, std::optional<std::string>& out) {
    const auto answer = console.ask(question);
    if (!answer || answer->empty()) return false;
    out = *answer;
    return true;
}

}  // namespace

std::vector<std::string> uncategorized(const Planned& planned) {
    std::vector<std::string> out;
    for (const plan::Difference& difference : planned.plan.differences)
        if (difference.change == plan::Change::directly_modified && difference.category == model::ChangeCategory::none)
            out.push_back(difference.name);
    return out;
}

Result<bool> ask_categories(output::Console& console, const Planned& planned, plan::PlanOptions& options) {
    const auto names = display_names(planned);
    bool any = false;
    for (const std::string& name : uncategorized(planned)) {
        const plan::Snapshot* snapshot = snapshot_of(planned, name);
        if (snapshot == nullptr) continue;
        const std::string& shown = names.contains(name) ? names.at(name) : name;
        const auto [breaking, non_breaking] = choices_of(snapshot->node, shown);
        const std::string question = fmt::format("Directly Modified: {}\n[1] [Breaking] {}\n[2] [Non-breaking] {}",
                                                 shown, breaking, non_breaking);
        for (bool answered = false; !answered;) {
            const auto answer = console.ask(question);
            if (!answer) return fail(ErrorCode::cancelled, "no category was chosen, nothing was applied");
            answered = *answer == "1" || *answer == "2";
            if (!answered) console.line("Please select one of the available options");
            options.categories[name] =
                *answer == "1" ? model::ChangeCategory::breaking : model::ChangeCategory::non_breaking;
        }
        any = true;
    }
    return any;
}

bool ask_dates(output::Console& console, const Planned& planned, plan::PlanOptions& options) {
    bool any = false;
    const plan::Plan& plan = planned.plan;
    if (plan.forward_only && !plan.new_snapshots.empty() && !options.effective_from)
        any = ask(console,
                  "Enter the effective date (eg. '1 year', '2020-01-01') to apply forward-only changes retroactively "
                  "or blank to only apply them going forward once changes are deployed to prod",
                  options.effective_from);
    const bool allowed = plan.is_dev || !plan.restate_models.empty();
    if (!allowed || planned.missing.empty() || plan.skip_backfill || plan.empty_backfill) return any;
    const bool preview = plan.is_dev && plan.forward_only;
    const char* word = preview ? "preview" : "backfill";
    if (!options.start)
        any = ask(console,
                  fmt::format("Enter the {} start date (eg. '1 year', '2020-01-01') or blank to backfill {}", word,
                              preview ? "to preview starting from yesterday" : "from the beginning of history"),
                  options.start) ||
              any;
    if (!options.end)
        any = ask(console,
                  fmt::format("Enter the {} end date (eg. '1 month ago', '2020-01-01') or blank to {} up until now",
                              word, word),
                  options.end) ||
              any;
    return any;
}

}  // namespace towline::commands
