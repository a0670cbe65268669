#include "policy/policy.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>

#include "base/strings.h"
#include "base/wildcards.h"
#include "project/yaml.h"

namespace towline::policy {
namespace {

using project::Yaml;

constexpr std::array<std::string_view, 7> kDays{"sun", "mon", "tue", "wed", "thu", "fri", "sat"};
constexpr std::array<std::string_view, 2> kWorks{"plan", "run"};
constexpr std::array<std::string_view, 10> kKinds{"statements", "create_schema", "create_table", "evaluate",
                                                  "audit",      "migrate",       "create_view",  "drop_view",
                                                  "drop_table", "drop_schema"};
constexpr int kDayMinutes = 24 * 60;
constexpr Wildcards kPattern{'*', '?'};

tl::unexpected<Error> fault(const Yaml& at, std::string_view what) {
    return fail(ErrorCode::invalid, fmt::format("{}:{}: {}", at.file, at.line, what));
}

Result<std::vector<std::string>> words_of(const Yaml& value, std::string_view key) {
    std::vector<std::string> words;
    if (value.is_scalar() && !value.is_null()) return std::vector<std::string>{value.text};
    if (!value.is_list()) return fault(value, fmt::format("{} must be a word or a list of words", key));
    for (const Yaml& item : value.items) {
        if (!item.is_scalar()) return fault(item, fmt::format("{} must be a list of words", key));
        words.push_back(item.is_null() ? "" : item.text);
    }
    // An empty list could mean nothing or everything; whoever wrote it meant one of them.
    if (words.empty()) return fault(value, fmt::format("{} is empty; leave it out to fit everything", key));
    return words;
}

template <std::size_t N>
Result<std::set<std::string>> known_words(const Yaml& value, std::string_view key,
                                          const std::array<std::string_view, N>& known) {
    TRY(const std::vector<std::string> words, words_of(value, key));
    for (const std::string& word : words) {
        if (std::find(known.begin(), known.end(), word) == known.end())
            return fault(value, fmt::format("{} has no '{}'; known are {}", key, word,
                                            join(std::vector<std::string>(known.begin(), known.end()), ", ")));
    }
    return std::set<std::string>(words.begin(), words.end());
}

std::optional<int> minutes_of(std::string_view text) {
    const auto parts = split(trim(text), ":");
    if (parts.size() != 2 || parts[0].size() != 2 || parts[1].size() != 2) return std::nullopt;
    const auto hours = parse_int(parts[0]);
    const auto minutes = parse_int(parts[1]);
    if (!hours || !minutes || *hours < 0 || *hours > 24 || *minutes < 0 || *minutes > 59) return std::nullopt;
    const auto total = static_cast<int>(*hours * 60 + *minutes);
    return total <= kDayMinutes ? std::optional(total) : std::nullopt;
}

Result<Hours> hours_of(const Yaml& value) {
    const auto parts = split(value.text, "-");
    const auto from = minutes_of(parts.front());
    const auto to = minutes_of(parts.back());
    if (!value.is_scalar() || parts.size() != 2 || !from || !to || *from == *to)
        return fault(value, "hours must be \"HH:MM-HH:MM\" (UTC)");
    return Hours{*from, *to};
}

Result<bool> effect_of(const Yaml& value, std::string_view key) {
    if (value.text == "allow") return true;
    if (value.text == "refuse") return false;
    return fault(value, fmt::format("{} must be allow or refuse", key));
}

Status read_member(const project::YamlMember& member, Rule& rule) {
    const auto& [key, value] = member;
    if (key == "name") {
        rule.name = value.text;
    } else if (key == "effect") {
        TRY(rule.allow, effect_of(value, key));
    } else if (key == "works") {
        TRY(rule.works, known_words(value, key, kWorks));
    } else if (key == "kinds") {
        TRY(rule.kinds, known_words(value, key, kKinds));
    } else if (key == "environments" || key == "gateways") {
        TRY(const std::vector<std::string> words, words_of(value, key));
        (key == "gateways" ? rule.gateways : rule.environments) = std::set<std::string>(words.begin(), words.end());
    } else if (key == "models") {
        TRY(rule.models, words_of(value, key));
    } else if (key == "days") {
        TRY(const auto days, known_words(value, key, kDays));
        for (const std::string& day : days)
            rule.days.insert(static_cast<unsigned>(std::find(kDays.begin(), kDays.end(), day) - kDays.begin()));
    } else if (key == "hours") {
        TRY(rule.hours, hours_of(value));
    } else {
        return fault(value, fmt::format("a rule has no '{}'", key));
    }
    return {};
}

Result<Rule> rule_of(const Yaml& value) {
    if (!value.is_map()) return fault(value, "a rule must be a map");
    Rule rule;
    for (const project::YamlMember& member : value.members) TRY_STATUS(read_member(member, rule));
    if (rule.name.empty()) return fault(value, "a rule needs a name");
    if (value.find("effect") == nullptr) return fault(value, "a rule needs an effect: allow or refuse");
    return rule;
}

bool in(const std::set<std::string>& words, const std::string& word) { return words.empty() || words.contains(word); }

bool fits_model(const Rule& rule, const std::string& name) {
    if (rule.models.empty()) return true;
    const std::string whole = replace_all(name, "\"", "");
    // Without the catalogue too, because a project may be run on several.
    const auto dots = std::count(whole.begin(), whole.end(), '.');
    const std::string bare = dots == 2 ? whole.substr(whole.find('.') + 1) : whole;
    return std::any_of(rule.models.begin(), rule.models.end(), [&](const std::string& pattern) {
        return fits(whole, pattern, kPattern) || fits(bare, pattern, kPattern);
    });
}

// Days and hours together are a window: with hours over midnight the part after midnight belongs to the day before.
bool fits_time(const Rule& rule, std::chrono::system_clock::time_point now) {
    if (!rule.hours && rule.days.empty()) return true;
    const auto day = std::chrono::floor<std::chrono::days>(now);
    const auto minute = static_cast<int>(std::chrono::duration_cast<std::chrono::minutes>(now - day).count());
    auto begun = day;
    if (rule.hours) {
        const auto [from, to] = *rule.hours;
        if (from < to ? (minute < from || minute >= to) : (minute < from && minute >= to)) return false;
        if (from > to && minute < to) begun -= std::chrono::days(1);
    }
    const std::chrono::weekday weekday{std::chrono::sys_days(begun)};
    return rule.days.empty() || rule.days.contains(weekday.c_encoding());
}

bool fits(const Rule& rule, const TaskFacts& task, std::chrono::system_clock::time_point now) {
    return in(rule.works, task.work) && in(rule.kinds, task.kind) && in(rule.environments, task.environment) &&
           in(rule.gateways, task.gateway) && fits_model(rule, task.name) && fits_time(rule, now);
}

}  // namespace

Result<Policy> Policy::parse(std::string_view text, std::string_view file) {
    auto parsed = project::parse_yaml(text, file);
    if (!parsed) return fail(parsed.error().in(file));
    const Yaml root = std::move(*parsed);
    Policy policy;
    if (root.is_null()) return policy;
    if (!root.is_map()) return fault(root, "a policy is a map with default and rules");
    for (const auto& [key, value] : root.members) {
        if (key == "default") {
            TRY(policy.allow_rest_, effect_of(value, key));
        } else if (key == "rules") {
            if (!value.is_list() || value.items.size() > kRulesMax)
                return fault(value, "rules must be a list of at most 500");
            for (const Yaml& item : value.items) {
                TRY(Rule rule, rule_of(item));
                policy.rules_.push_back(std::move(rule));
            }
        } else {
            return fault(value, fmt::format("a policy has no '{}'; known are default and rules", key));
        }
    }
    return policy;
}

std::optional<std::string> Policy::refusal(const TaskFacts& task, std::chrono::system_clock::time_point now) const {
    for (const Rule& rule : rules_) {
        if (!fits(rule, task, now)) continue;
        if (rule.allow) return std::nullopt;
        return fmt::format("the rule '{}' of the executor's own policy refuses it", rule.name);
    }
    if (allow_rest_) return std::nullopt;
    return "no rule of the executor's own policy allows it";
}

}  // namespace towline::policy
