// Values: brackets, texts side by side, numbers and dates that can be worked out.
#include <algorithm>
#include <array>

#include "base/strings.h"
#include "query/simplifier.h"
#include "time/civil.h"

namespace towline::query {
namespace {

bool is_operation(const Expr& node, std::initializer_list<std::string_view> ops) {
    return node.is(ExprKind::binary) && std::find(ops.begin(), ops.end(), node.text) != ops.end();
}

constexpr std::int64_t kDayMs = 86'400'000;

/// A date or a moment: midnight, and the text of the time of day behind it, "" for a date.
struct Moment {
    std::int64_t midnight_ms = 0;
    std::string time;
};

bool digits(std::string_view text) {
    return !text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos;
}

/// YYYY-MM-DD, and what follows a blank or a T.
std::optional<Moment> read(std::string_view text) {
    if (text.size() < 10) return std::nullopt;
    const auto date = time::parse_date(text.substr(0, 10));
    if (!date) return std::nullopt;
    Moment out;
    out.midnight_ms = *date;
    if (text.size() == 10) return out;
    if (text[10] != ' ' && text[10] != 'T') return std::nullopt;
    out.time = std::string(text.substr(11));
    const bool whole = out.time.size() >= 8 && out.time[2] == ':' && out.time[5] == ':' &&
                       digits(out.time.substr(0, 2)) && digits(out.time.substr(3, 2)) && digits(out.time.substr(6, 2));
    return whole ? std::optional(out) : std::nullopt;
}

std::string written(const Moment& moment, bool date) {
    const std::string out = time::format_date(moment.midnight_ms);
    return date ? out : out + " " + (moment.time.empty() ? "00:00:00" : moment.time);
}

/// The text, its moment and whether it is a date, of CAST('…' AS DATE).
struct Dated {
    Moment moment;
    bool date = false;
};

std::optional<Dated> dated(const Expr& node) {
    if (!node.is(ExprKind::cast) || node.children.size() != 2) return std::nullopt;
    const std::string& type = node.children[1].text;
    const bool date = type == "DATE";
    static constexpr std::array<std::string_view, 8> kTypes = {
        "DATE", "TIMESTAMP", "TIMESTAMPTZ", "TIMESTAMPNTZ", "TIMESTAMPLTZ", "DATETIME", "DATETIME2", "SMALLDATETIME"};
    if (std::find(kTypes.begin(), kTypes.end(), type) == kTypes.end()) return std::nullopt;
    const Expr& value = node.children[0];
    std::optional<Moment> moment;
    if (value.is(ExprKind::string)) {
        moment = read(value.text);
    } else if (const auto inner = dated(value)) {
        moment = inner->moment;
    }
    if (!moment) return std::nullopt;
    if (date) moment->time.clear();
    return Dated{*moment, date};
}

/// The moment some units later; nothing for units of time of day.
std::optional<Moment> moved(Moment moment, const Expr& interval, int sign) {
    const Expr& value = interval.children.front();
    const auto count = parse_int(value.text);
    if ((!value.is(ExprKind::string) && !value.is(ExprKind::number)) || !count || *count > 100'000 || *count < -100'000)
        return std::nullopt;
    static constexpr std::array<std::pair<std::string_view, int>, 5> kUnits = {
        {{"DAY", 1}, {"WEEK", 7}, {"MONTH", -1}, {"QUARTER", -3}, {"YEAR", -12}}};
    for (const auto& [unit, size] : kUnits) {
        if (unit != interval.text) continue;
        moment.midnight_ms = size > 0 ? moment.midnight_ms + sign * *count * size * kDayMs
                                      : time::add_months(moment.midnight_ms, sign * *count * -size);
        return time::is_representable(moment.midnight_ms) ? std::optional(moment) : std::nullopt;
    }
    return std::nullopt;
}

/// A number as digits and how many of them stand behind the point, as Python's Decimal has it.
struct Decimal {
    std::int64_t digits = 0;
    int scale = 0;
};

std::optional<Decimal> decimal_of(const Expr& node) {
    if (!node.is(ExprKind::number) || node.text.size() > 9) return std::nullopt;
    Decimal out;
    bool behind = false;
    for (const char c : node.text) {
        if (c == '.' && !behind) {
            behind = true;
            continue;
        }
        if (c < '0' || c > '9') return std::nullopt;
        out.digits = out.digits * 10 + (c - '0');
        out.scale += behind ? 1 : 0;
    }
    return out;
}

Expr number_of(Decimal value) {
    const bool negative = value.digits < 0;
    std::string text = std::to_string(negative ? -value.digits : value.digits);
    if (value.scale > 0) {
        const std::size_t scale = static_cast<std::size_t>(value.scale);
        if (text.size() <= scale) text.insert(0, scale + 1 - text.size(), '0');
        text = text.substr(0, text.size() - scale) + '.' + text.substr(text.size() - scale);
    }
    Expr number = make(ExprKind::number, std::move(text));
    return negative ? make(ExprKind::unary, "-", {std::move(number)}) : number;
}

/// Sum, difference or product of two numbers.
std::optional<Expr> calculated(const std::string& op, Decimal a, Decimal b) {
    if (op == "*") return number_of({a.digits * b.digits, a.scale + b.scale});
    for (; a.scale < b.scale; ++a.scale) a.digits *= 10;
    for (; b.scale < a.scale; ++b.scale) b.digits *= 10;
    if (op == "+") return number_of({a.digits + b.digits, a.scale});
    return number_of({a.digits - b.digits, a.scale});
}

/// The quotient, if it has an end soon. Two integers are not divided: engines differ there.
std::optional<Expr> divided(Decimal a, Decimal b) {
    if (a.scale + b.scale == 0 || b.digits == 0 || a.scale < b.scale) return std::nullopt;
    constexpr int kScaleMax = 9;
    for (int scale = a.scale - b.scale; scale <= kScaleMax; ++scale) {
        if (a.digits % b.digits == 0) return number_of({a.digits / b.digits, scale});
        a.digits *= 10;
    }
    return std::nullopt;
}

bool whole(const Expr& node) { return digits(node.text) && node.text.size() < 16; }

}  // namespace

std::optional<std::string> moment_of(const Expr& node) {
    const auto found = dated(node);
    if (!found) return std::nullopt;
    return written(found->moment, false);
}

/// Brackets that nothing asks for.
void Simplifier::brackets(Expr& node, const Expr* parent) const {
    if (!node.is(ExprKind::paren)) return;
    const Expr& inner = node.children.front();
    if (is_query(inner)) return;
    const bool subquery_predicate = parent != nullptr && parent->is(ExprKind::function) &&
                                    (parent->text == "EXISTS" || parent->text == "ANY" || parent->text == "ALL");
    if (subquery_predicate || (parent != nullptr && parent->is(ExprKind::index))) return;
    const bool in_predicate = parent != nullptr && is_predicate(*parent);
    const bool in_binary = parent != nullptr && parent->is(ExprKind::binary);
    const bool in_negative = parent != nullptr && parent->is(ExprKind::unary) && parent->text == "-";
    const auto unwrap = [&] {
        Expr bare = inner;
        for (std::string& comment : node.comments) bare.comments.push_back(comment);
        node = std::move(bare);
    };
    if (is_predicate(inner) && !in_predicate && !in_negative && !(in_binary && !is_connector(*parent))) {
        unwrap();
        return;
    }
    const bool zone = inner.is(ExprKind::binary) && inner.text == "AT TIME ZONE";  // no operation of two to sqlglot
    const bool binary = (inner.is(ExprKind::binary) && !zone) || is_operator_call(inner);
    const bool negated = (inner.is(ExprKind::unary) && inner.text == "NOT") || is_operation(inner, {"IS"});
    const bool free = parent == nullptr || parent->is(ExprKind::paren) || (!binary && !(negated && in_predicate)) ||
                      (is_operation(inner, {"+"}) && is_operation(*parent, {"+"})) ||
                      (is_operation(inner, {"*"}) && is_operation(*parent, {"*", "+", "-"}));
    // Behind NOT, BETWEEN and IN need theirs to read as the same again.
    const bool range = inner.is(ExprKind::between) && parent != nullptr && (in_binary || in_predicate);
    if (free && !range) unwrap();
}

/// CONCAT_WS('-', 'a', 'b', x) is CONCAT_WS('-', 'a-b', x). A call that went through here is NULL if any of its texts
/// is, in dialects whose own leaves NULLs out: sqlglot forgets that they do. `quoted` marks it for the printer.
void Simplifier::separated_texts(Expr& node) const {
    if (!node.is(ExprKind::function) || node.text != "CONCAT_WS" || node.children.size() < 2) return;
    const Expr separator = node.children.front();
    if (!separator.is(ExprKind::string)) return;
    std::vector<Expr> out;
    for (std::size_t i = 1; i < node.children.size(); ++i) {
        Expr& each = node.children[i];
        if (each.is(ExprKind::string) && !out.empty() && out.back().is(ExprKind::string))
            out.back().text += separator.text + each.text;
        else
            out.push_back(std::move(each));
    }
    if (out.size() == 1 && out.front().is(ExprKind::string)) {
        node = Expr(std::move(out.front()));
        return;
    }
    out.insert(out.begin(), separator);
    node.children = std::move(out);
    node.quoted = sql::facts(dialect_).joins_without_nulls;
}

/// 'a' || 'b' is 'ab'.
void Simplifier::concatenation(Expr& node) const {
    separated_texts(node);
    const bool pipes = is_operation(node, {"||"});
    const bool call = node.is(ExprKind::function) && node.text == "CONCAT";
    if (!pipes && !call) return;
    std::vector<Expr> parts;
    if (pipes)
        operands(node, "||", parts);
    else
        parts = node.children;
    std::vector<Expr> out;
    for (Expr& each : parts) {
        Expr bare = each;
        while (pipes && bare.is(ExprKind::paren) && !is_predicate(bare.children[0]) &&
               !is_connector(bare.children[0])) {
            Expr inner = bare.children.front();
            bare = std::move(inner);
        }
        if (bare.is(ExprKind::string) && !out.empty() && out.back().is(ExprKind::string))
            out.back().text += bare.text;
        else
            out.push_back(std::move(bare));
    }
    if (out.size() == 1 && out.front().is(ExprKind::string)) {
        Expr text = std::move(out.front());
        node = std::move(text);
    } else if (pipes) {
        Expr chain = chained("||", std::move(out));
        node = std::move(chain);
    } else {
        node.children = std::move(out);
    }
}

std::optional<Expr> Simplifier::folded(const Expr& operation, const Expr& left, const Expr& right,
                                       bool siblings) const {
    const std::string& op = operation.text;
    if (op == "IS") {
        const bool null = right.is(ExprKind::null);
        if (null && (left.is(ExprKind::number) || left.is(ExprKind::string))) return make(ExprKind::boolean, "FALSE");
        if (null && left.is(ExprKind::null)) return make(ExprKind::boolean, "TRUE");
        return std::nullopt;
    }
    const auto a = decimal_of(left);
    const auto b = decimal_of(right);
    if (a && b && (op == "+" || op == "*" || (op == "-" && siblings))) return calculated(op, *a, *b);
    if (a && b && op == "/" && siblings) return divided(*a, *b);
    const bool numbers = left.is(ExprKind::number) && right.is(ExprKind::number) && whole(left) && whole(right);
    const bool texts = left.is(ExprKind::string) && right.is(ExprKind::string);
    const auto first = dated(left);
    const auto second = dated(right);
    if (is_comparison(operation) && (numbers || texts || (first && second))) {
        int order = 0;
        if (numbers) {
            order = *parse_int(left.text) < *parse_int(right.text)   ? -1
                    : *parse_int(left.text) > *parse_int(right.text) ? 1
                                                                     : 0;
        } else if (texts) {
            order = left.text.compare(right.text);
        } else {
            const std::string moment = *moment_of(left);
            const std::string other = *moment_of(right);
            if (moment.size() != other.size() || first->date != second->date) return std::nullopt;
            order = moment.compare(other);
        }
        const bool truth = op == "="    ? order == 0
                           : op == "<>" ? order != 0
                           : op == "<"  ? order < 0
                           : op == ">"  ? order > 0
                           : op == "<=" ? order <= 0
                                        : order >= 0;
        return make(ExprKind::boolean, truth ? "TRUE" : "FALSE");
    }
    const bool sum = op == "+" || op == "-";
    if (sum && first && right.is(ExprKind::interval)) {
        const auto later = moved(first->moment, right, op == "+" ? 1 : -1);
        if (!later) return std::nullopt;
        Expr out = left;
        Expr* text = &out;
        Expr literal = make(ExprKind::string, written(*later, first->date));
        text->children[0] = std::move(literal);
        return out;
    }
    return std::nullopt;
}

void Simplifier::literals(Expr& node, bool) const {
    if (node.is(ExprKind::unary) && node.text == "-" && node.children[0].is(ExprKind::unary) &&
        node.children[0].text == "-") {
        Expr inner = node.children[0].children[0];
        node = std::move(inner);
        return;
    }
    if (!node.is(ExprKind::binary) || is_connector(node)) return;
    if (auto value = folded(node, node.children[0], node.children[1], true)) {
        node = std::move(*value);
        return;
    }
    // x + 1 + 2 is x + 3.
    const bool chain = std::any_of(node.children.begin(), node.children.end(), [&](const Expr& child) {
        return child.is(ExprKind::binary) && child.text == node.text;
    });
    if (!chain || (node.text != "+" && node.text != "*")) return;
    join_operands(node, [&](const Expr& left, const Expr& right) { return folded(node, left, right, false); });
}

/// x + 1 = 3 is x = 3 - 1.
void Simplifier::equality(Expr& node) const {
    if (!is_comparison(node) || !is_operation(node.children[0], {"+", "-"})) return;
    const Expr left = node.children[0];
    const Expr right = node.children[1];
    const bool number = is_number(right);
    if (!number && !moment_of(right)) return;
    const auto constant = [&](const Expr& each) { return number ? is_number(each) : moment_of(each).has_value(); };
    const auto step = [&](const Expr& each) {
        return number ? is_number(each)
                      : each.is(ExprKind::interval) && parse_int(each.children.front().text).has_value();
    };
    std::size_t value = 2;
    if (!constant(left.children[0]) && step(left.children[1]))
        value = 0;
    else if (!constant(left.children[1]) && step(left.children[0]))
        value = 1;
    if (value > 1 || (value == 1 && left.text == "-")) return;
    Expr other = make(ExprKind::binary, left.text == "+" ? "-" : "+", {right, left.children[1 - value]});
    node.children = {left.children[value], std::move(other)};
}

}  // namespace towline::query
