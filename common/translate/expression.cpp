// Expressions, operators aside.
#include <algorithm>

#include "base/strings.h"
#include "sql/type_names.h"
#include "translate/translator.h"

namespace towline::translate {
namespace {

using sql::Expr;
using sql::ExprKind;
using Shape = Printed::Shape;

constexpr std::size_t kArgumentsMax = 10'000;

std::string quoted(std::string_view text) { return sql::quote_string(text, sql::Dialect::duckdb); }

bool is_whole(std::string_view text) {
    return !text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos;
}

}  // namespace

const Expr* part_of(const Expr& clause, std::string_view name) {
    for (const Expr& child : clause.children)
        if (child.text == name && child.children.size() == 1) return &child.children.front();
    return nullptr;
}

std::string Translator::expression(std::size_t end) {
    if (refusal_) return {};
    const std::size_t begin = at_;
    if (at_ >= end) {
        refuse(tokens_.text_of(at_), "a value is expected");
        return {};
    }
    auto parsed = sql::parse_expression_at(tokens_, at_, false);
    if (!parsed) {
        refuse(tokens_.text_of(begin), parsed.error().message);
        return {};
    }
    if (at_ > end) refuse(tokens_.text_of(begin));
    return text(*parsed);
}

std::string Translator::expressions(std::size_t end) {
    std::string out;
    for (std::size_t count = 0; at_ < end && !refusal_ && count < kArgumentsMax; ++count) {
        out += (count == 0 ? "" : ", ") + expression(end);
        if (!take_symbol(",")) break;
    }
    return out;
}

std::string Translator::list(const std::vector<Expr>& items, std::size_t first) {
    std::string out;
    for (std::size_t i = first; i < items.size(); ++i) out += (i > first ? ", " : "") + text(items[i]);
    return out;
}

const Expr* Translator::type_of(const Expr& expr) const {
    const auto found = types_.find({expr.span.begin, expr.span.end});
    return found == types_.end() ? nullptr : &found->second;
}

std::string Translator::type_text(const Expr& type) {
    // Words that DuckDB does not have: SQLMesh's text fails there too.
    return sql::type_sql(type, sql::Dialect::duckdb);
}

std::string Translator::identifier(const Expr& part) const {
    return sql::quote_identifier(sql::normalize_identifier(part.text, part.quoted, dialect_), sql::Dialect::duckdb);
}

std::string Translator::column(const Expr& expr) {
    std::string out;
    for (const Expr& part : expr.children) {
        if (!out.empty()) out += '.';
        if (part.is(ExprKind::star))
            out += '*';
        else if (part.is(ExprKind::identifier))
            out += identifier(part);
        else
            refuse(text(part));
    }
    return out;
}

/// 12, 1.5e3; a letter behind a number names its type in Spark.
std::string Translator::number(const Expr& expr) {
    const std::string& value = expr.text;
    if (value.find_first_not_of("0123456789.eE+-") == std::string::npos) return value;
    const bool spark =
        dialect_ == sql::Dialect::databricks || dialect_ == sql::Dialect::spark || dialect_ == sql::Dialect::hive;
    const std::string folded = upper(value);
    for (const auto& [suffix, type] : {std::pair("BD", "DECIMAL"), std::pair("L", "BIGINT"), std::pair("D", "DOUBLE"),
                                       std::pair("S", "SMALLINT"), std::pair("Y", "TINYINT"), std::pair("F", "REAL")}) {
        if (!spark || !folded.ends_with(suffix)) continue;
        const std::string digits = value.substr(0, value.size() - std::string_view(suffix).size());
        if (digits.find_first_not_of("0123456789.eE+-") == std::string::npos)
            return "CAST(" + digits + " AS " + type + ")";
    }
    if (dialect_ == sql::Dialect::duckdb) return value;
    refuse(value);
    return {};
}

/// Text that no tree was made of: strings with a prefix.
Printed Translator::raw(const Expr& expr) {
    if (auto made = concatenated(expr)) return std::move(*made);
    if (auto made = constructed(expr)) return std::move(*made);
    const std::string& value = expr.text;
    const sql::TokenList tokens = sql::lex(value, dialect_);
    const bool string = tokens.size() == 1 && tokens.kind(0) == sql::TokenKind::string && !value.empty();
    const char prefix = value.empty() ? ' ' : lower(value.substr(0, 1)).front();
    if (string && (prefix == '$' || prefix == 'r' || prefix == 'n'))
        return {quoted(sql::string_value(value, dialect_))};
    if (string && prefix == 'e' && value.find('\\') == std::string::npos)
        return {quoted(sql::string_value(value, dialect_))};
    if (dialect_ == sql::Dialect::duckdb) return {value};
    refuse(value);
    return {};
}

Printed Translator::cast(const Expr& expr) {
    const Expr& type = expr.children[1];
    const std::string value = text(expr.children[0]);
    if (expr.quoted && type.text == "JSON") return {"JSON(" + value + ")"};
    const bool lenient = dialect_ == sql::Dialect::spark || dialect_ == sql::Dialect::hive;
    const bool tried = expr.text == "TRY_CAST" || (lenient && !expr.quoted);
    return {(tried ? "TRY_CAST(" : "CAST(") + value + " AS " + type_text(type) + ")"};
}

std::string Translator::interval(const Expr& expr) {
    const Expr& value = expr.children[0];
    std::string unit = expr.text;
    if (unit.find_first_of(" _") != std::string::npos) refuse("INTERVAL … " + unit);
    if (value.is(ExprKind::string)) return "INTERVAL " + quoted(value.text) + (unit.empty() ? "" : " " + unit);
    if (unit.empty()) refuse("INTERVAL", "without a unit");
    return "INTERVAL (" + text(value.is(ExprKind::paren) ? value.children[0] : value) + ") " + unit;
}

Printed Translator::case_when(const Expr& expr) {
    std::string out = "CASE";
    std::size_t i = 0;
    if (expr.text == "operand") out += " " + text(expr.children[i++]);
    for (; i + 1 < expr.children.size(); i += 2)
        out += " WHEN " + text(expr.children[i]) + " THEN " + text(expr.children[i + 1]);
    if (i < expr.children.size()) out += " ELSE " + text(expr.children[i]);
    return {out + " END"};
}

std::string Translator::in_list(const Expr& expr) {
    const std::string value = print(expr.children[0]).inside();
    const Expr& first = expr.children[1];
    const bool unnest = expr.quoted && first.is(ExprKind::function) && iequals(first.text, "UNNEST");
    if (unnest) return value + " IN (SELECT UNNEST(" + list(first.children) + "))";
    if (expr.quoted) return value + " IN " + text(first);
    if (expr.children.size() == 2 && first.is(ExprKind::subquery)) return value + " IN " + text(first);
    return value + " IN (" + list(expr.children, 1) + ")";
}

/// A query where a value stands; its tokens are the text's own.
std::string Translator::subquery(const Expr& expr) {
    std::size_t begin = tokens_.token_at(expr.span.begin);
    std::size_t end = tokens_.token_at(expr.span.end);
    const bool bracket = tokens_.is_symbol(begin, "(") && tokens_.closing(begin) + 1 == end;
    if (bracket) {
        ++begin;
        --end;
    }
    const std::size_t back = at_;
    at_ = begin;
    std::string out = "(" + query(end) + ")";
    if (!refusal_ && at_ != end) refuse_token();
    if (!refusal_) at_ = back;
    return out;
}

/// a[1]; DuckDB counts from one.
Printed Translator::index(const Expr& expr) {
    const Printed value = print(expr.children[0]);
    std::string out = value.inside(true) + "[";
    if (expr.children.size() != 2) {
        refuse(out);
        return {};
    }
    const Expr* item = &expr.children[1];
    int shift = sql::facts(dialect_).counts_from_one ? 0 : 1;
    const std::string named = item->is(ExprKind::function) ? upper(item->text) : std::string();
    if (dialect_ == sql::Dialect::bigquery && item->is(ExprKind::function) && item->children.size() == 1) {
        if (named == "ORDINAL" || named == "SAFE_ORDINAL") shift = 0;
        if (named == "OFFSET" || named == "SAFE_OFFSET" || shift == 0) item = &item->children[0];
    }
    const Expr* of = type_of(expr.children[0]);
    const bool array = of == nullptr || of->text == "ARRAY" || of->text == "LIST" || of->text == "UNKNOWN";
    if (item->is(ExprKind::clause)) {
        if (shift != 0) refuse("[:]");
        const Expr* from = part_of(*item, "this");
        const Expr* to = part_of(*item, "expression");
        return {out + (from == nullptr ? "" : text(*from)) + ":" + (to == nullptr ? "" : text(*to)) + "]"};
    }
    if (item->is(ExprKind::number) && is_whole(item->text) && array)
        return {out + std::to_string(parse_int(item->text).value_or(0) + shift) + "]"};
    const bool key = item->is(ExprKind::string) || !array || shift == 0;
    const Expr* by = type_of(*item);
    if (key || by == nullptr || by->text == "UNKNOWN" || by->text == "VARCHAR" || by->text == "TEXT")
        return {out + text(*item) + "]"};
    return {out + print(*item).inside(true) + " + " + std::to_string(shift) + "]"};
}

std::string Translator::structure(const Expr& expr) {
    std::string out = "{";
    for (const Expr& pair : expr.children)
        out += (out.size() > 1 ? ", " : "") + quoted(pair.text) + ": " + list(pair.children);
    return out + "}";
}

Printed Translator::lambda(const Expr& expr) {
    std::string names;
    for (std::size_t i = 0; i + 1 < expr.children.size(); ++i)
        names += (i > 0 ? ", " : "") + identifier(expr.children[i]);
    const std::string open = expr.children.size() == 2 ? names : "(" + names + ")";
    return {open + " -> " + text(expr.children.back()), Shape::operators};
}

Printed Translator::unary(const Expr& expr) {
    if (expr.text == "DISTINCT") return {"DISTINCT " + list(expr.children), Shape::operators};
    const Printed value = print(expr.children[0]);
    if (expr.text == "NOT") return {"NOT " + value.inside(), Shape::operators};
    const std::string inner = value.inside();
    return {expr.text + (inner.starts_with(expr.text) ? " " : "") + inner, Shape::operators};
}

Printed Translator::print(const Expr& expr) {
    if (refusal_) return {};
    switch (expr.kind) {
        case ExprKind::null:
            return {"NULL"};
        case ExprKind::boolean:
        case ExprKind::word:
            return {expr.text};
        case ExprKind::number:
            return {number(expr)};
        case ExprKind::string:
            return {quoted(expr.text)};
        case ExprKind::column:
            return {column(expr)};
        case ExprKind::identifier:
            return {identifier(expr)};
        case ExprKind::star:
            return {"*"};
        case ExprKind::function:
            return function(expr);
        case ExprKind::array:
            return {"[" + list(expr.children) + "]"};
        case ExprKind::tuple:
        case ExprKind::paren:
            return {"(" + list(expr.children) + ")"};
        case ExprKind::structure:
            return {structure(expr)};
        case ExprKind::unary:
            return unary(expr);
        case ExprKind::binary:
            return binary(expr);
        case ExprKind::between:
            return {print(expr.children[0]).inside() + " BETWEEN " + print(expr.children[1]).inside() + " AND " +
                        print(expr.children[2]).inside(),
                    Shape::operators};
        case ExprKind::in:
            return {in_list(expr), Shape::operators};
        case ExprKind::case_when:
            return case_when(expr);
        case ExprKind::cast:
            return cast(expr);
        case ExprKind::data_type:
            return {type_text(expr)};
        case ExprKind::lambda:
            return lambda(expr);
        case ExprKind::interval:
            return {interval(expr)};
        case ExprKind::alias:
            return {list(expr.children) + " AS " + identifier(expr), Shape::operators};
        case ExprKind::index:
            return index(expr);
        case ExprKind::subquery:
            return {subquery(expr)};
        case ExprKind::raw:
            return raw(expr);
        case ExprKind::clause:
            return clause(expr);
        case ExprKind::keyword_argument:
            if (dialect_ == sql::Dialect::duckdb) return {expr.text + " := " + list(expr.children), Shape::operators};
            break;
        case ExprKind::variable:
        case ExprKind::macro_call:
            break;
    }
    refuse(expr.text);
    return {};
}

}  // namespace towline::translate
