#include "project/config_template.h"

#include <optional>
#include <vector>

#include "base/strings.h"

namespace towline::project {
namespace {

Error refused(std::string_view text, std::size_t offset, std::string_view what) {
    const LineColumn place = line_column(text, offset);
    return Error{ErrorCode::unsupported,
                 "The Jinja expression '" + std::string(trim(what)) +
                     "' is not supported in configuration files. (line " + std::to_string(place.line) +
                     ", column " + std::to_string(place.column) + ")",
                 source_excerpt(text, offset),
                 "Supported are env_var('NAME'), env_var('NAME', 'default') and user()."};
}

/// `name('a', "b")` with up to two text arguments.
struct TemplateCall {
    std::string name;
    std::vector<std::string> arguments;
};

std::optional<std::string> take_literal(std::string_view& rest) {
    rest = trim(rest);
    if (rest.empty() || (rest.front() != '\'' && rest.front() != '"')) return std::nullopt;
    const std::size_t end = rest.find(rest.front(), 1);
    if (end == std::string_view::npos) return std::nullopt;
    std::string out(rest.substr(1, end - 1));
    if (out.find('\\') != std::string::npos) return std::nullopt;
    rest = trim(rest.substr(end + 1));
    return out;
}

std::optional<TemplateCall> parse_call(std::string_view text) {
    const std::size_t open = text.find('(');
    if (open == std::string_view::npos || !text.ends_with(')')) return std::nullopt;
    TemplateCall call{std::string(trim(text.substr(0, open))), {}};
    std::string_view rest = trim(text.substr(open + 1, text.size() - open - 2));
    while (!rest.empty()) {
        if (rest.starts_with("default")) {
            rest = trim(rest.substr(7));
            if (!rest.starts_with('=')) return std::nullopt;
            rest.remove_prefix(1);
        }
        auto literal = take_literal(rest);
        if (!literal) return std::nullopt;
        call.arguments.push_back(std::move(*literal));
        if (rest.empty()) break;
        if (rest.front() != ',') return std::nullopt;
        rest = trim(rest.substr(1));
    }
    return call;
}

std::optional<std::string> value_of(std::string_view expression,
                                    const std::map<std::string, std::string>& environment) {
    std::string_view rest = expression;
    if (auto literal = take_literal(rest); literal && rest.empty()) return literal;
    const auto call = parse_call(expression);
    if (!call) return std::nullopt;
    const std::size_t count = call->arguments.size();
    const auto look_up = [&](const std::string& name) -> std::optional<std::string> {
        const auto found = environment.find(name);
        if (found == environment.end()) return std::nullopt;
        return found->second;
    };
    if (call->name == "user" && count == 0) {
        for (const char* name : {"LOGNAME", "USER", "LNAME", "USERNAME"})
            if (auto value = look_up(name)) return value;
        return "None";
    }
    if (count < 1 || count > 2) return std::nullopt;
    const std::string fallback = count == 2 ? call->arguments[1] : "None";
    if (call->name == "env_var") return look_up(call->arguments[0]).value_or(fallback);
    if (call->name == "var") return fallback;
    return std::nullopt;
}

}  // namespace

Result<std::string> render_config_template(std::string_view text,
                                           const std::map<std::string, std::string>& environment) {
    std::string out;
    std::size_t at = 0;
    while (at < text.size()) {
        std::size_t open = at;
        while (
            open + 1 < text.size() &&
            !(text[open] == '{' && (text[open + 1] == '{' || text[open + 1] == '%' || text[open + 1] == '#')))
            ++open;
        if (open + 1 >= text.size()) {
            out += text.substr(at);
            break;
        }
        out += text.substr(at, open - at);
        const char kind = text[open + 1];
        const std::string_view closing = kind == '{' ? "}}" : kind == '%' ? "%}" : "#}";
        const std::size_t end = text.find(closing, open + 2);
        if (end == std::string_view::npos) return fail(refused(text, open, text.substr(open, 20)));
        std::string_view inside = text.substr(open + 2, end - open - 2);
        if (kind == '%') return fail(refused(text, open, text.substr(open, end + 2 - open)));
        if (kind == '{') {
            const auto value = value_of(trim(inside), environment);
            if (!value) return fail(refused(text, open, inside));
            out += *value;
        }
        at = end + 2;
    }
    return out;
}

}  // namespace towline::project
