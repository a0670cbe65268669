#include "project/python_names.h"

#include "base/strings.h"

namespace towline::project {
namespace {

/// A plain string literal at the start of the text.
std::optional<std::string> literal(std::string_view text) {
    if (text.empty() || (text.front() != '"' && text.front() != '\'')) return std::nullopt;
    const std::size_t end = text.find(text.front(), 1);
    if (end == std::string_view::npos || end == 1) return std::nullopt;
    const std::string_view inside = text.substr(1, end - 1);
    if (inside.find_first_of("\\\n@{") != std::string_view::npos) return std::nullopt;
    return std::string(inside);
}

/// The first argument of `@model(`, or its `name=`.
std::optional<std::string> name_argument(std::string_view arguments) {
    std::string_view rest = trim(arguments.substr(0, 4000));
    if (auto name = literal(rest)) return name;
    const std::size_t at = rest.find("name");
    if (at == std::string_view::npos) return std::nullopt;
    rest = trim(rest.substr(at + 4));
    if (!rest.starts_with('=')) return std::nullopt;
    return literal(trim(rest.substr(1)));
}

}  // namespace

std::vector<std::optional<std::string>> python_model_names(std::string_view text) {
    std::vector<std::optional<std::string>> out;
    for (std::size_t at = 0; at < text.size();) {
        std::size_t end = text.find('\n', at);
        if (end == std::string_view::npos) end = text.size();
        const std::string_view line = trim(text.substr(at, end - at));
        if (line.starts_with("@model(") || line.starts_with("@model ("))
            out.push_back(name_argument(text.substr(text.find('(', at) + 1)));
        at = end + 1;
    }
    return out;
}

bool python_defines(std::string_view text) {
    return text.find("def ") != std::string_view::npos || text.find("class ") != std::string_view::npos;
}

}  // namespace towline::project
