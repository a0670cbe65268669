// A row of printed.txt has the form of function_text.cpp. `~2` is a time format, read by formats.txt and written by
// inverse.txt. A template is SQL of the dialect: it is parsed with names in place of its marks, which are then
// replaced.
#include "sql/printed_call.h"

#include <algorithm>
#include <array>

#include "base/strings.h"
#include "sql/function_text.h"
#include "sql/limits.h"

namespace towline::sql {
namespace {

constexpr std::string_view kMark = "_argument_";

tl::unexpected<Error> no_text(const Expr& call) {
    return fail(ErrorCode::unsupported, "How '" + call.text + "' is printed is not known.");
}

/// Puts the arguments where the template has marks. An operation inside an operation gets brackets.
void substitute(Expr& node, const std::vector<Expr>& arguments, bool operand) {
    if (const auto name = node.name(); node.is(ExprKind::column) && name && name->starts_with(kMark)) {
        const auto position = parse_int(name->substr(kMark.size()));
        if (!position || *position < 1 || static_cast<std::size_t>(*position) > arguments.size()) return;
        Expr value = arguments[static_cast<std::size_t>(*position) - 1];
        if (operand && (value.is(ExprKind::binary) || value.is(ExprKind::unary))) {
            Expr brackets;
            brackets.kind = ExprKind::paren;
            brackets.children.push_back(std::move(value));
            value = std::move(brackets);
        }
        node = std::move(value);
        return;
    }
    const bool operation = node.is(ExprKind::binary) || node.is(ExprKind::unary);
    for (Expr& child : node.children) substitute(child, arguments, operation);
}

/// True if a mark is where no argument was put: in what was read as a text or, in upper case, as a word.
bool has_mark(const Expr& node) {
    return lower(node.text).find(kMark) != std::string::npos ||
           std::any_of(node.children.begin(), node.children.end(), has_mark);
}

/// The nodes of a tree, counted as far as one more than `most`.
std::size_t nodes_of(const Expr& node, std::size_t most) {
    std::size_t count = 1;
    for (const Expr& child : node.children)
        if (count <= most) count += nodes_of(child, most - count + 1);
    return count;
}

/// The SQL of a template; nothing if an argument is not of the kind that a mark wants.
std::optional<std::string> marked(std::string_view row, const Expr& call, Dialect dialect) {
    std::string out;
    bool quoted = false;
    for (std::size_t i = 0; i < row.size(); ++i) {
        const bool digit = i + 1 < row.size() && row[i + 1] >= '1' && row[i + 1] <= '9';
        if (row[i] == '\'') quoted = !quoted;
        if (!digit || std::string_view("$^~").find(row[i]) == std::string_view::npos) {
            out += row[i];
            continue;
        }
        const std::size_t position = static_cast<std::size_t>(row[i + 1] - '1');
        if (position >= call.children.size()) return std::nullopt;
        const Expr& argument = call.children[position];
        const auto word = argument.is(ExprKind::raw) || argument.is(ExprKind::number) ? std::optional(argument.text)
                                                                                      : argument.name();
        if (row[i] == '~') {
            if (!argument.is(ExprKind::string)) return std::nullopt;
            out += quote_string(own_format(neutral_format(argument.text, dialect), dialect), dialect);
        } else if (row[i] == '^') {
            const std::string unit = upper(word.value_or(""));
            if (unit.size() < 3 || !is_plain_identifier(unit))
                return std::nullopt;  // one letter or two stand for a unit
            out += unit;
        } else if (quoted) {
            if (!argument.is(ExprKind::number)) return std::nullopt;
            out += argument.text;
        } else {
            out += std::string(kMark) + row[i + 1];
        }
        ++i;
    }
    return out;
}

/// A date and an interval: what the rows say of numbers of days does not count.
std::optional<Expr> moved(const Expr& call, std::string_view row, Dialect dialect) {
    if (call.children.size() != 2 || !row.starts_with("$1 ")) return std::nullopt;
    const bool adds = row.starts_with("$1 + INTERVAL");
    if (!adds && !row.starts_with("$1 - INTERVAL")) return std::nullopt;
    auto parsed = parse_expression(std::string(kMark) + (adds ? "1 + " : "1 - ") + std::string(kMark) + "2", dialect);
    if (!parsed) return std::nullopt;
    substitute(*parsed, call.children, false);
    parsed->quoted = true;  // a call to sqlglot, though printed as a sum
    return std::move(*parsed);
}

bool keeps_case(Dialect dialect) { return dialect == Dialect::bigquery || dialect == Dialect::clickhouse; }

}  // namespace

bool prints_bare(std::string_view name, Dialect dialect) {
    Expr call;
    call.kind = ExprKind::function;
    call.text = std::string(name);
    const auto row = printed_row(call, dialect);
    if (row) return row->find('(') == std::string_view::npos;
    static constexpr std::array<std::string_view, 3> kWithBrackets = {"CURRENT_TIMESTAMP", "CURRENT_DATE",
                                                                      "CURRENT_DATETIME"};
    const bool brackets = std::find(kWithBrackets.begin(), kWithBrackets.end(), name) != kWithBrackets.end();
    return !brackets && is_bare_function(name, dialect);
}

Result<Expr> printed_call(const Expr& call, Dialect dialect) {
    Expr out = call;
    const std::string name = upper(call.text);
    if (call.text.find('.') != std::string::npos || call.text.find('"') != std::string::npos) return no_text(call);
    const auto row = printed_row(call, dialect);
    const bool named = std::any_of(call.children.begin(), call.children.end(), [](const Expr& argument) {
        return argument.is(ExprKind::keyword_argument) || argument.is(ExprKind::word);
    });
    if (!row) {
        // A function that sqlglot does not know keeps its author's case; the printer may change it.
        if (!keeps_case(dialect) && is_known_function(name, dialect)) out.text = name;
        return out;
    }
    if (*row == "!" || named) return no_text(call);
    const bool interval = std::any_of(call.children.begin(), call.children.end(),
                                      [](const Expr& argument) { return argument.is(ExprKind::interval); });
    if (interval) {
        auto sum = moved(call, *row, dialect);
        if (!sum) return no_text(call);
        return std::move(*sum);
    }
    const auto text = marked(*row, call, dialect);
    if (!text) return no_text(call);
    auto parsed = parse_expression(*text, dialect);
    if (!parsed) return no_text(call);
    substitute(*parsed, call.children, false);
    // Arguments stand more than once in some rows, and calls in calls.
    if (has_mark(*parsed) || nodes_of(*parsed, kPrintedNodesMax) > kPrintedNodesMax) return no_text(call);
    parsed->comments = call.comments;
    parsed->span = call.span;
    return std::move(*parsed);
}

}  // namespace towline::sql
