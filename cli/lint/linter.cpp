#include "lint/linter.h"

#include <algorithm>
#include <tuple>

#include "base/strings.h"

namespace towline::lint {
namespace {

using Names = std::set<std::string>;

Names all_rules() {
    Names out;
    for (const Rule& rule : builtin_rules()) out.insert(std::string(rule.name));
    return out;
}

Names words(const project::Yaml* value) {
    Names out;
    if (value == nullptr) return out;
    for (const project::Yaml& item : value->items) out.insert(lower(item.text));
    if (value->is_scalar() && !value->is_null()) out.insert(lower(value->text));
    return out;
}

Result<Names> select(const Names& from, const Names& wanted) {
    if (wanted.contains("all")) return from;
    for (const std::string& name : wanted)
        if (!from.contains(name))
            return fail(ErrorCode::internal, "Rule " + name + " could not be found",
                        "rules of a project's own are Python and do not run natively");
    return wanted;
}

Names without(Names from, const Names& others) {
    for (const std::string& name : others) from.erase(name);
    return from;
}

std::vector<Violation> violations(const Names& names, const ModelContext& model) {
    std::vector<Violation> out;
    for (const Rule& rule : builtin_rules()) {
        if (!names.contains(std::string(rule.name))) continue;
        auto found = rule.check(model);
        std::move(found.begin(), found.end(), std::back_inserter(out));
    }
    std::stable_sort(out.begin(), out.end(), [](const Violation& a, const Violation& b) {
        return std::tie(a.line, a.rule) < std::tie(b.line, b.rule);
    });
    return out;
}

}  // namespace

LinterSettings linter_settings(const project::Yaml& config) {
    LinterSettings out;
    const project::Yaml* section = config.find("linter");
    if (section == nullptr || !section->is_map()) return out;
    if (const project::Yaml* enabled = section->find("enabled"))
        out.enabled = project::yaml_boolean(*enabled).value_or(false);
    out.rules = words(section->find("rules"));
    out.warn_rules = words(section->find("warn_rules"));
    out.ignored_rules = words(section->find("ignored_rules"));
    return out;
}

Result<Linter> Linter::make(const LinterSettings& settings) {
    Linter out;
    out.enabled_ = settings.enabled;
    const Names all = all_rules();
    TRY(const Names ignored, select(all, settings.ignored_rules));
    const Names included = without(all, ignored);
    TRY(out.rules_, select(included, settings.rules));
    TRY(out.warn_rules_, select(included, settings.warn_rules));
    std::vector<std::string> both;
    std::set_intersection(out.rules_.begin(), out.rules_.end(), out.warn_rules_.begin(), out.warn_rules_.end(),
                          std::back_inserter(both));
    if (!both.empty())
        return fail(ErrorCode::internal,
                    "Rules cannot simultaneously warn and raise an error: [" + join(both, ", ") + "]");
    return out;
}

Result<ModelReport> Linter::check(const ModelContext& model) const {
    if (!enabled_) return ModelReport{};
    Names ignored_names;
    for (const std::string& name : model.node.ignored_rules) ignored_names.insert(lower(name));
    TRY(const Names ignored, select(all_rules(), ignored_names));
    return ModelReport{violations(without(rules_, ignored), model), violations(without(warn_rules_, ignored), model)};
}

}  // namespace towline::lint
