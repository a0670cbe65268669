// Evaluation at compile time, with the semantics of the Python code SQLMesh makes of the expression.
#include <array>
#include <charconv>
#include <cmath>
#include <limits>

#include "base/strings.h"
#include "base/wildcards.h"
#include "sql/macro_expander.h"

namespace towline::sql {
namespace {

using Kind = MacroValue::Kind;

constexpr Wildcards kLike{'%', '_'};

tl::unexpected<Error> cannot(std::string what) {
    return fail(ErrorCode::unsupported, "Cannot evaluate " + std::move(what) + " in a macro.");
}

std::optional<std::int64_t> integer(const MacroValue& value) {
    if (value.kind == Kind::boolean) return value.text == "TRUE" ? 1 : 0;
    if (value.kind != Kind::number) return std::nullopt;
    return parse_int(value.text);
}

std::optional<double> real(const MacroValue& value) {
    if (const auto whole = integer(value)) return static_cast<double>(*whole);
    if (value.kind != Kind::number) return std::nullopt;
    return parse_double(value.text);
}

/// As Python prints a float: the shortest digits that read back, with ".0" for whole numbers.
MacroValue real_value(double value) {
    std::array<char, 32> buffer{};
    const auto end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value);
    std::string text(buffer.data(), end.ptr);
    if (text.find_first_of(".en") == std::string::npos) text += ".0";
    return MacroValue::number(std::move(text));
}

MacroValue integer_value(std::int64_t value) { return MacroValue::number(std::to_string(value)); }

bool equal(const MacroValue& a, const MacroValue& b) {
    const auto x = real(a);
    const auto y = real(b);
    if (x && y) return *x == *y;
    return a == b;
}

Result<int> order(const MacroValue& a, const MacroValue& b) {
    const auto x = real(a);
    const auto y = real(b);
    if (x && y) return *x < *y ? -1 : *x > *y ? 1 : 0;
    if (a.kind == Kind::string && b.kind == Kind::string) return a.text.compare(b.text);
    return cannot("an order of values of different types");
}

bool holds(std::string_view op, int sign) {
    if (op == "<") return sign < 0;
    if (op == "<=") return sign <= 0;
    return op == ">" ? sign > 0 : sign >= 0;
}

/// An operand in brackets, unless it is no operation.
Expr bracketed(Expr operand) {
    if (!operand.is(ExprKind::binary)) return operand;
    Expr out;
    out.kind = ExprKind::paren;
    out.children.push_back(std::move(operand));
    return out;
}

/// What Python's operators make of a column: an operation that is not carried out.
Result<MacroValue> operation(const std::string& op, const MacroValue& a, const MacroValue& b, Dialect dialect) {
    if (a.kind == Kind::list || b.kind == Kind::list) return cannot("'" + op + "' of a list");
    TRY(Expr left, parse_expression(macro_value_sql(a, dialect), dialect));
    TRY(Expr right, parse_expression(macro_value_sql(b, dialect), dialect));
    const auto same = [&](const Expr& side) { return side.is(ExprKind::binary) && side.text == op; };
    const bool chain = same(left) || same(right);
    Expr out;
    out.kind = ExprKind::binary;
    out.text = op;
    out.children.push_back(chain ? std::move(left) : bracketed(std::move(left)));
    out.children.push_back(chain ? std::move(right) : bracketed(std::move(right)));
    return MacroValue::sql(to_sql(out, dialect));
}

/// A comparison: NULL if one side is, an operation with a column in front if one side is a column.
Result<MacroValue> comparison(const std::string& op, const MacroValue& a, const MacroValue& b, Dialect dialect) {
    if (a.kind == Kind::null || b.kind == Kind::null) return MacroValue::null_value();
    if (a.kind == Kind::sql) return operation(op, a, b, dialect);
    if (b.kind == Kind::sql) {
        const std::string turned = (op.front() == '<' ? ">" : "<") + op.substr(1);
        return operation(turned, b, a, dialect);
    }
    TRY(const int sign, order(a, b));
    return MacroValue::boolean(holds(op, sign));
}

/// Python's int() of a quotient.
Result<MacroValue> whole_quotient(double quotient) {
    constexpr double kMost = 9.2e18;  // what 64 bits hold
    if (!(quotient > -kMost && quotient < kMost)) return cannot("'/' of so large numbers");
    return integer_value(static_cast<std::int64_t>(quotient));
}

Result<MacroValue> arithmetic(const std::string& op, const MacroValue& a, const MacroValue& b, Dialect dialect) {
    if (a.kind == Kind::null || b.kind == Kind::null) return MacroValue::null_value();
    const bool whole = op == "/" && facts(dialect).integer_division;  // Python's int() of the quotient
    if (a.kind == Kind::sql || b.kind == Kind::sql)
        return whole ? cannot("'/' of columns") : operation(op, a, b, dialect);
    if (op == "+" && a.kind == Kind::string && b.kind == Kind::string) return MacroValue::string(a.text + b.text);
    const auto i = integer(a);
    const auto j = integer(b);
    std::int64_t out = 0;
    if (i && j) {
        if (op == "+" && !__builtin_add_overflow(*i, *j, &out)) return integer_value(out);
        if (op == "-" && !__builtin_sub_overflow(*i, *j, &out)) return integer_value(out);
        if (op == "*" && !__builtin_mul_overflow(*i, *j, &out)) return integer_value(out);
        if ((op == "%" || op == "DIV") && *j != 0 && !(*j == -1)) {
            const std::int64_t rest = ((*i % *j) + *j) % *j;  // Python rounds down.
            return integer_value(op == "%" ? rest : (*i - rest) / *j);
        }
    }
    const auto x = real(a);
    const auto y = real(b);
    if (!x || !y) return cannot("'" + op + "' of values that are no numbers");
    if (op == "+") return real_value(*x + *y);
    if (op == "-") return real_value(*x - *y);
    if (op == "*") return real_value(*x * *y);
    if (*y == 0) return fail(ErrorCode::invalid, "Division by zero in a macro.");
    if (op == "/" && whole) return whole_quotient(*x / *y);
    if (op == "/") return real_value(*x / *y);
    if (op == "%") return real_value(*x - *y * std::floor(*x / *y));
    return real_value(std::floor(*x / *y));
}

class Evaluator {
 public:
    explicit Evaluator(Dialect dialect) : dialect_(dialect) {}

    Result<MacroValue> value(const Expr& expr) {
        switch (expr.kind) {
            case ExprKind::null:
                return MacroValue::null_value();
            case ExprKind::boolean:
                return MacroValue::boolean(expr.text == "TRUE");
            case ExprKind::number: {
                const bool whole = parse_int(expr.text).has_value();
                const auto number = parse_double(expr.text);
                return whole || !number ? MacroValue::number(expr.text) : real_value(*number);
            }
            case ExprKind::string:
                return MacroValue::string(expr.text);
            case ExprKind::column:  // SQLMesh takes its last name only
                return MacroValue::sql(to_sql(expr.children.back(), dialect_));
            case ExprKind::paren:
                return value(expr.children[0]);
            case ExprKind::array:
            case ExprKind::tuple:
                return list(expr.children, 0);
            case ExprKind::unary:
                return unary(expr);
            case ExprKind::binary:
                return binary(expr);
            case ExprKind::between:
                return between(expr);
            case ExprKind::in:
                return in(expr);
            case ExprKind::case_when:
                return case_when(expr);
            case ExprKind::cast:
                return cast(expr);
            case ExprKind::function:
                return function(expr);
            default:
                return cannot("'" + to_sql(expr, dialect_) + "'");
        }
    }

 private:
    Result<MacroValue> list(const std::vector<Expr>& items, std::size_t first) {
        std::vector<MacroValue> out;
        for (std::size_t i = first; i < items.size(); ++i) {
            TRY(MacroValue item, value(items[i]));
            out.push_back(std::move(item));
        }
        return MacroValue::list(std::move(out));
    }

    Result<MacroValue> unary(const Expr& expr) {
        TRY(const MacroValue inner, value(expr.children[0]));
        if (expr.text == "NOT") return MacroValue::boolean(!truthy(inner));
        if (expr.text == "-" && inner.kind == Kind::sql) {
            Expr out = expr;
            TRY(Expr operand, parse_expression(inner.text, dialect_));
            out.children[0] = bracketed(std::move(operand));
            return MacroValue::sql(to_sql(out, dialect_));
        }
        if (expr.text == "-") return arithmetic("-", integer_value(0), inner, dialect_);
        return cannot("'" + expr.text + "'");
    }

    Result<MacroValue> binary(const Expr& expr) {
        const std::string& op = expr.text;
        TRY(const MacroValue left, value(expr.children[0]));
        // Python's `and` and `or` give one of their operands.
        if (op == "AND" && !truthy(left)) return left;
        if (op == "OR" && truthy(left)) return left;
        TRY(const MacroValue right, value(expr.children[1]));
        if (op == "AND" || op == "OR") return right;
        const bool nothing = left.kind == Kind::null || right.kind == Kind::null;
        if (nothing && (op == "=" || op == "<>" || op == "LIKE")) return MacroValue::null_value();
        if (op == "=" || op == "IS" || op == "IS NOT DISTINCT FROM") return MacroValue::boolean(equal(left, right));
        if (op == "<>" || op == "IS DISTINCT FROM") return MacroValue::boolean(!equal(left, right));
        if (op == "<" || op == "<=" || op == ">" || op == ">=") return comparison(op, left, right, dialect_);
        if (op == "LIKE" || op == "NOT LIKE") {
            if (left.kind != Kind::string || right.kind != Kind::string)
                return cannot("LIKE of values that are no strings");
            return MacroValue::boolean(fits(left.text, right.text, kLike) == (op == "LIKE"));
        }
        if (op == "+" || op == "-" || op == "*" || op == "/" || op == "%" || op == "DIV")
            return arithmetic(op, left, right, dialect_);
        return cannot("'" + op + "'");
    }

    Result<MacroValue> between(const Expr& expr) {
        TRY(const MacroValue inner, value(expr.children[0]));
        TRY(const MacroValue low, value(expr.children[1]));
        TRY(const MacroValue high, value(expr.children[2]));
        if (inner.kind == Kind::null || low.kind == Kind::null || high.kind == Kind::null)
            return MacroValue::null_value();
        TRY(const MacroValue above, comparison("<=", low, inner, dialect_));
        return truthy(above) ? comparison("<=", inner, high, dialect_) : Result<MacroValue>(above);
    }

    Result<MacroValue> in(const Expr& expr) {
        TRY(const MacroValue inner, value(expr.children[0]));
        TRY(const MacroValue items, list(expr.children, 1));
        for (const MacroValue& item : items.items) {
            if (equal(inner, item)) return MacroValue::boolean(true);
        }
        return MacroValue::boolean(false);
    }

    Result<MacroValue> case_when(const Expr& expr) {
        const bool operand = expr.text == "operand";
        std::size_t i = operand ? 1 : 0;
        MacroValue subject = MacroValue::boolean(true);
        if (operand) {
            TRY(subject, value(expr.children[0]));
        }
        for (; i + 1 < expr.children.size(); i += 2) {
            TRY(const MacroValue condition, value(expr.children[i]));
            if (operand ? equal(subject, condition) : truthy(condition)) return value(expr.children[i + 1]);
        }
        return i < expr.children.size() ? value(expr.children[i]) : MacroValue::null_value();
    }

    Result<MacroValue> cast(const Expr& expr) {
        TRY(const MacroValue inner, value(expr.children[0]));
        const std::string& to = expr.children[1].text;
        if (inner.kind == Kind::null) return inner;
        const bool whole = to.ends_with("INT") || to.starts_with("INT");
        if (whole || to == "DOUBLE" || to == "FLOAT" || to == "DECIMAL") {
            const auto number = inner.kind == Kind::string ? parse_double(trim(inner.text)) : real(inner);
            if (!number) return fail(ErrorCode::invalid, "'" + inner.text + "' is no number.");
            const bool fits = std::abs(*number) < 9e18;
            return whole && fits ? integer_value(static_cast<std::int64_t>(*number)) : real_value(*number);
        }
        if (to == "TEXT" || to == "VARCHAR" || to == "CHAR") {
            if (inner.kind == Kind::string || inner.kind == Kind::number) return MacroValue::string(inner.text);
        }
        if ((to == "DATE" || to.starts_with("TIMESTAMP")) && inner.kind == Kind::string) return inner;
        if (to == "BOOLEAN") return MacroValue::boolean(truthy(inner));
        return cannot("a cast to " + to);
    }

    Result<MacroValue> function(const Expr& expr) {
        const std::string name = upper(expr.text);
        TRY(const MacroValue all, list(expr.children, 0));
        const auto& args = all.items;
        if (name == "COALESCE" || name == "IFNULL") {
            for (const MacroValue& arg : args) {
                if (arg.kind != Kind::null) return arg;
            }
            return MacroValue::null_value();
        }
        if ((name == "IF" || name == "IIF") && args.size() >= 2) {
            if (truthy(args[0])) return args[1];
            return args.size() > 2 ? args[2] : MacroValue::null_value();
        }
        if (args.size() == 1 && args[0].kind == Kind::string) {
            if (name == "UPPER") return MacroValue::string(upper(args[0].text));
            if (name == "LOWER") return MacroValue::string(lower(args[0].text));
            if (name == "TRIM") return MacroValue::string(std::string(trim(args[0].text)));
        }
        if (name == "ABS" && args.size() == 1) {
            if (const auto whole = integer(args[0]); whole && *whole != std::numeric_limits<std::int64_t>::min()) {
                return integer_value(std::abs(*whole));
            }
            if (const auto number = real(args[0])) return real_value(std::abs(*number));
        }
        return cannot("the function " + name);
    }

    Dialect dialect_;
};

}  // namespace

bool truthy(const MacroValue& value) {
    switch (value.kind) {
        case Kind::null:
            return false;
        case Kind::boolean:
            return value.text == "TRUE";
        case Kind::number:
            return real(value).value_or(1) != 0;
        case Kind::string:
            return !value.text.empty();
        case Kind::list:
        case Kind::map:
            return !value.items.empty();
        case Kind::sql:
        case Kind::lambda:
            return true;
    }
    return false;
}

Result<MacroValue> evaluate_constant(const Expr& expr, Dialect dialect) { return Evaluator(dialect).value(expr); }

}  // namespace towline::sql
