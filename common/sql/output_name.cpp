// sqlglot has two properties for this. `output_name` is what counts; casts and brackets answer with the `name` of what
// is inside, which is the text of the part that sqlglot calls `this` if that is a literal, a name or a star. So
// `(1 + a)` is "1" and `(a + 1)` has no name.
#include "sql/output_name.h"

#include <algorithm>
#include <array>

#include "base/strings.h"
#include "sql/function_text.h"
#include "sql/gen_printer.h"
#include "sql/json_path.h"

namespace towline::sql {
namespace {

using Name = std::optional<NamePart>;

Name literal(std::string text) {
    if (text.empty()) return std::nullopt;
    return NamePart{std::move(text), true};
}

/// The digits of a number, without what else a literal may hold: `20_000`, `1.5BD`.
std::string digits_of(std::string_view number) {
    std::string out;
    for (std::size_t i = 0; i < number.size(); ++i) {
        const char c = number[i];
        const char next = i + 1 < number.size() ? number[i + 1] : ' ';
        const bool digit = (c >= '0' && c <= '9') || c == '.';
        const bool exponent = (c == 'e' || c == 'E') && (next == '+' || next == '-' || (next >= '0' && next <= '9'));
        const bool sign = (c == '+' || c == '-') && !out.empty() && (out.back() == 'e' || out.back() == 'E');
        if (digit || exponent || sign) out += c;
        if (!digit && !exponent && !sign && c != '_') break;
    }
    return out;
}

/// Operators around which sqlglot puts a NOT that has no name. LIKE keeps its own.
bool is_negated(const Expr& expr) {
    const bool like = expr.text == "NOT LIKE" || expr.text == "NOT ILIKE";
    const bool no_null = expr.text == "IS" && expr.children[1].is(ExprKind::unary);
    return (expr.text.starts_with("NOT ") && !like) || expr.text.starts_with("!~") || expr.text == "IS NOT" || no_null;
}

/// The text of a part, if it is one that has nothing inside.
Name leaf(const Expr& part) {
    switch (part.kind) {
        case ExprKind::string:
        case ExprKind::number:
            if (part.is(ExprKind::number)) return literal(digits_of(part.text));
            return part.quoted ? std::nullopt : literal(part.text);
        case ExprKind::star:
            return literal("*");
        case ExprKind::null:
            return literal("NULL");
        default:
            return std::nullopt;
    }
}

/// Functions, as sqlglot calls them, that have a list of values or parts of a date and nothing that is `this`.
bool has_no_this(std::string_view name) {
    static constexpr std::array<std::string_view, 9> kNames = {
        "CONCAT",          "CONCAT_WS",           "ARRAY", "STRUCT", "TUPLE", "JSON_OBJECT", "DATE_FROM_PARTS",
        "TIME_FROM_PARTS", "TIMESTAMP_FROM_PARTS"};
    return std::find(kNames.begin(), kNames.end(), name) != kNames.end();
}

/// The first part of a call in sqlglot's text of it, whose arguments stand in the order of its own: a literal or a
/// star.
Name first_part(std::string_view text) {
    const std::size_t open = text.find('(');
    if (open == std::string_view::npos || !is_plain_identifier(text.substr(0, open))) return std::nullopt;
    if (has_no_this(text.substr(0, open))) return std::nullopt;
    const bool unit_first = text.starts_with("DATE_TRUNC(");
    text.remove_prefix(open + 1);
    if (unit_first) text.remove_prefix(std::min(text.size(), text.find(',') + 1));
    const auto ends = [&](std::size_t at) { return at < text.size() && (text[at] == ',' || text[at] == ')'); };
    if (text.starts_with('\'')) {
        const std::size_t close = text.find('\'', 1);
        return close != std::string_view::npos && ends(close + 1) ? literal(std::string(text.substr(1, close - 1)))
                                                                  : std::nullopt;
    }
    if (text.starts_with("STAR") && ends(4)) return literal("*");
    if (text.starts_with("NULL") && ends(4)) return literal("NULL");
    const std::size_t end = text.find_first_not_of("0123456789.eE_");
    const bool number = !text.empty() && text[0] >= '0' && text[0] <= '9';
    return number && ends(end) ? literal(std::string(text.substr(0, end))) : std::nullopt;
}

Name name_of_call(const Expr& call, Dialect dialect) {
    const std::string name = upper(call.text);
    const auto& arguments = call.children;
    if (name == "EXTRACT" && arguments.size() == 2 && arguments[0].is(ExprKind::raw)) return literal(arguments[0].text);
    if (call.quoted) return std::nullopt;
    if (name == "MOD" && arguments.size() == 2) return leaf(arguments[0]);
    const std::size_t dot = call.text.rfind('.');
    const bool known = is_known_function(name, dialect) || is_known_aggregate(name) || function_row(call, dialect);
    if (!known) return literal(call.text.substr(dot == std::string::npos ? 0 : dot + 1));
    return first_part(gen(call, dialect));
}

/// The value of a text with a prefix, e'a' or $$a$$, which is kept as it is written.
Name name_of_raw(const Expr& raw, Dialect dialect) {
    const TokenList tokens = lex(raw.text, dialect);
    if (!tokens.check() || tokens.size() != 1 || tokens.kind(0) != TokenKind::string) return std::nullopt;
    return literal(string_value(raw.text, dialect));
}

/// What sqlglot calls the name of an expression inside a cast or brackets.
Name name_of(const Expr& expr, Dialect dialect) {
    switch (expr.kind) {
        case ExprKind::column:
            if (!expr.children.back().is(ExprKind::identifier)) return literal("*");
            return NamePart{expr.children.back().text, expr.children.back().quoted};
        case ExprKind::identifier:
            return NamePart{expr.text, expr.quoted};
        case ExprKind::string:
            return literal(expr.text);
        case ExprKind::number:
        case ExprKind::star:
        case ExprKind::null:
            return leaf(expr);
        case ExprKind::cast:
            return name_of(expr.children.front(), dialect);
        case ExprKind::binary:
            if (expr.text == ".") return name_of(expr.children[1], dialect);
            if (is_negated(expr)) return std::nullopt;
            return leaf(expr.children.front());
        case ExprKind::paren:
        case ExprKind::unary:
        case ExprKind::between:
        case ExprKind::in:
        case ExprKind::interval:
        case ExprKind::index:
            return leaf(expr.children.front());
        case ExprKind::case_when:
            return expr.text == "operand" ? leaf(expr.children.front()) : std::nullopt;
        case ExprKind::function:
            return name_of_call(expr, dialect);
        case ExprKind::raw:
            return name_of_raw(expr, dialect);
        default:
            return std::nullopt;
    }
}

/// sqlglot counts elements from zero once it has read them, but for those of what it knows to be no array.
Name name_of_element(const Expr& expr, Dialect dialect) {
    const Expr& last = expr.children.back();
    const bool called = dialect == Dialect::bigquery && last.is(ExprKind::function) && last.children.size() == 1;
    const Expr& number = called ? last.children.front() : last;  // a[OFFSET(0)]
    if (!number.is(ExprKind::number)) return output_name(number, dialect);
    const Expr* inside = &expr.children.front();
    while (inside->is(ExprKind::paren)) inside = &inside->children.front();
    const Expr& value = *inside;
    const bool array = !value.is(ExprKind::string) && !value.is(ExprKind::structure) &&
                       !(value.is(ExprKind::cast) && value.children[1].text != "ARRAY") &&
                       !(value.is(ExprKind::binary) && value.text == "||");
    const auto written = parse_int(number.text);
    if (!written || number.quoted || !array || !facts(dialect).counts_from_one) return literal(number.text);
    return *written > 0 ? literal(std::to_string(*written - 1)) : std::nullopt;
}

/// The last key of a path as Snowflake and Databricks write it: `a:b.c`, `a:b['c']`.
Name name_of_variant(std::string_view path) {
    const std::size_t at = path.find_last_of(".[:");
    std::string_view key = path.substr(at == std::string_view::npos ? 0 : at + 1);
    if (key.ends_with(']')) {
        const bool quoted = key.size() > 2 && (key.front() == '\'' || key.front() == '"');
        return quoted ? literal(std::string(key.substr(1, key.size() - 3))) : std::nullopt;
    }
    if (key.size() > 1 && key.front() == '"' && key.back() == '"') key = key.substr(1, key.size() - 2);
    return literal(std::string(key));
}

/// The last key of a path into JSON. What is no path is its own name.
Name name_of_path(const Expr& path, Dialect dialect, bool arrow) {
    if (!path.is(ExprKind::string)) return path.is(ExprKind::number) ? std::nullopt : output_name(path, dialect);
    // PostgreSQL's arrows take one key.
    if ((arrow && in_dialects("cfr", dialect)) || is_json_pointer(path.text)) return literal(path.text);
    const auto read = json_path(path.text, dialect);
    if (!read) return literal(path.text);
    static constexpr std::string_view kKey = "JSONPATHKEY :this,";
    const std::size_t at = read->rfind("JSONPATH");
    if (at == std::string::npos || !std::string_view(*read).substr(at).starts_with(kKey)) return std::nullopt;
    return literal(read->substr(at + kKey.size()));
}

/// Calls that take a value out of JSON, as sqlglot names them.
Name name_of_extraction(const Expr& call, Dialect dialect) {
    const std::string name = upper(call.text);
    const auto& values = call.children;
    if (name.starts_with("JSON_EXTRACT_PATH") && in_dialects("cfr", dialect) && values.size() > 1) {
        // Keys one by one are a path, if all of them are known.
        const auto is_key = [](const Expr& each) { return each.is(ExprKind::string); };
        const bool keys = std::all_of(values.begin() + 1, values.end(), is_key);
        return keys ? literal(values.back().text) : output_name(values[1], dialect);
    }
    if (values.size() != 2) return std::nullopt;
    const auto row = function_row(call, dialect);
    if (!(row ? *row : std::string_view(name)).starts_with("JSON_EXTRACT")) return std::nullopt;
    return row || is_known_function(name, dialect) ? name_of_path(call.children[1], dialect, false) : std::nullopt;
}

}  // namespace

std::optional<NamePart> output_name(const Expr& projection, Dialect dialect) {
    switch (projection.kind) {
        case ExprKind::alias:
            return NamePart{projection.text, projection.quoted};
        case ExprKind::column:
            if (!projection.children.back().is(ExprKind::identifier)) return std::nullopt;
            return name_of(projection, dialect);
        case ExprKind::string:
        case ExprKind::number:
            return leaf(projection);
        case ExprKind::cast:
        case ExprKind::paren:
            return name_of(projection.children.front(), dialect);
        case ExprKind::index:
            return projection.children.size() == 2 ? name_of_element(projection, dialect) : std::nullopt;
        case ExprKind::binary:
            if (projection.text == "." && projection.children[1].is(ExprKind::function))
                return NamePart{projection.children[1].text, false};  // a.f(x)
            if (projection.text == ".") return name_of(projection.children[1], dialect);
            if (projection.text == ":") return name_of_variant(projection.children[1].text);
            if (projection.text == "->" || projection.text == "->>")
                return name_of_path(projection.children[1], dialect, true);
            return std::nullopt;
        case ExprKind::function:
            return name_of_extraction(projection, dialect);
        default:
            return std::nullopt;
    }
}

}  // namespace towline::sql
