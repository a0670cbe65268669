#include "runner/creatable.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>

#include "base/strings.h"

namespace towline::runner {
namespace {

// What SQLMesh reads as a property of a table and prints in front of it. Whether the engine takes it is its own affair.
constexpr std::array<std::string_view, 9> kWords{"UNLOGGED", "TEMPORARY", "TEMP",   "EXTERNAL", "SECURE",
                                                 "ICEBERG",  "DYNAMIC",   "GLOBAL", "TRANSIENT"};

std::string_view plain(std::string_view text) {
    text = trim(text);
    if (text.size() > 1 && text.front() == text.back() && (text.front() == '\'' || text.front() == '"'))
        text = trim(text.substr(1, text.size() - 2));
    return text;
}

}  // namespace

Result<Creatable> creatable_type(const model::Properties& properties, std::string_view dialect) {
    const auto found = std::find_if(properties.begin(), properties.end(),
                                    [](const auto& each) { return iequals(each.first, "creatable_type"); });
    if (found == properties.end()) return Creatable{};
    const bool postgres = dialect == "postgres";
    const std::string word = upper(plain(found->second));
    if (const auto equals = word.find('='); equals != std::string::npos) {
        const std::string_view text = plain(found->second);
        return postgres ? Creatable{{},
                                    fmt::format(" WITH ({}={})", trim(text.substr(0, equals)),
                                                trim(text.substr(equals + 1)))}
                        : Creatable{};
    }
    if (word == "MATERIALIZED")
        return fail(ErrorCode::invalid,
                    "Cannot use MATERIALIZED as a creatable_type as it conflicts with the `materialize` parameter.");
    if (std::find(kWords.begin(), kWords.end(), word) == kWords.end())
        return fail(ErrorCode::invalid, fmt::format("Invalid creatable_type value: {}", plain(found->second)),
                    "give one word, such as UNLOGGED, or one 'name = value'");
    const bool temporary = word == "TEMP" || word == "TEMPORARY";
    if (word == "TRANSIENT" || !(postgres || temporary)) return Creatable{};
    return Creatable{(temporary ? "TEMPORARY" : word) + " ", {}};
}

}  // namespace towline::runner
