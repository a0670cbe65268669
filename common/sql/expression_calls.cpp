// What stands in and behind the brackets of a call: ORDER BY, LIMIT, IGNORE NULLS, FILTER, WITHIN GROUP, OVER, and the
// calls whose arguments words divide (POSITION(a IN b)).
#include <algorithm>
#include <array>

#include "base/strings.h"
#include "sql/expression_parser.h"
#include "sql/limits.h"

namespace towline::sql {
namespace {

Expr leaf(ExprKind kind, std::string text) {
    Expr expr;
    expr.kind = kind;
    expr.text = std::move(text);
    return expr;
}

void add(Expr& clause, std::string key, std::vector<Expr> values) {
    Expr part = leaf(ExprKind::keyword_argument, std::move(key));
    part.children = std::move(values);
    clause.children.push_back(std::move(part));
}

void add(Expr& clause, std::string key, Expr value) {
    std::vector<Expr> values;
    values.push_back(std::move(value));
    add(clause, std::move(key), std::move(values));
}

void add_word(Expr& clause, std::string key, std::string text) {
    add(clause, std::move(key), leaf(ExprKind::word, std::move(text)));
}

Expr clause_of(std::string name, Expr inner) {
    Expr clause = leaf(ExprKind::clause, std::move(name));
    add(clause, "this", std::move(inner));
    return clause;
}

/// The node inside IGNORENULLS or RESPECTNULLS, anywhere in arguments; found, it is taken out of there and its name is
/// returned.
std::string take_null_treatment(std::vector<Expr>& arguments) {
    for (Expr& argument : arguments) {
        if (argument.is(ExprKind::clause) && argument.text.ends_with("NULLS")) {
            std::string name = argument.text;
            Expr inner = std::move(argument.children.front().children.front());
            argument = std::move(inner);
            return name;
        }
        if (argument.is(ExprKind::clause) && !argument.children.empty()) {
            if (std::string name = take_null_treatment(argument.children.front().children); !name.empty()) return name;
        }
        if (argument.is(ExprKind::unary) && argument.text == "DISTINCT") {
            if (std::string name = take_null_treatment(argument.children); !name.empty()) return name;
        }
    }
    return {};
}

/// Aggregates and window functions of which NULLS is said: the reference puts what it finds in their brackets around
/// them, and leaves it where it stands in the calls of others.
bool is_aggregate(std::string_view name) {
    static constexpr std::array<std::string_view, 20> kNames = {
        "ANY_VALUE", "APPROX_QUANTILES", "ARRAY_AGG", "AVG",   "COUNT",  "FIRST", "FIRST_VALUE",     "LAG",
        "LAST",      "LAST_VALUE",       "LEAD",      "MAX",   "MEDIAN", "MIN",   "PERCENTILE_CONT", "PERCENTILE_DISC",
        "MODE",      "NTH_VALUE",        "SUM",       "STDDEV"};
    return std::find(kNames.begin(), kNames.end(), name) != kNames.end();
}

/// Aggregates of strings whose ORDER BY belongs to the first argument, wherever it stands.
bool orders_first_argument(std::string_view name, Dialect dialect) {
    if (name == "STRING_AGG") return true;
    if (dialect == Dialect::duckdb) return name == "GROUP_CONCAT" || name == "LISTAGG" || name == "STRINGAGG";
    const bool listagg =
        grammar(dialect) == Dialect::trino || dialect == Dialect::athena || dialect == Dialect::snowflake;
    return listagg && name == "LISTAGG";
}

}  // namespace

bool nulls_first_by_default(bool descending, Dialect dialect) {
    switch (facts(dialect).nulls) {
        case NullOrder::small:
            return !descending;
        case NullOrder::large:
            return descending;
        case NullOrder::last:
            return false;
    }
    return false;
}

Result<Expr> ExpressionParser::ordered() {
    TRY(Expr value, disjunction());
    const bool all = value.is(ExprKind::column) && iequals(value.name().value_or(""), "ALL");
    if (all) value = leaf(ExprKind::word, "ALL");
    Expr made = clause_of("ORDERED", std::move(value));
    const bool ascending = take_word("ASC");
    const bool descending = !ascending && take_word("DESC");
    if (ascending || descending) add_word(made, "desc", descending ? "True" : "False");
    bool first = nulls_first_by_default(descending, tokens_.dialect());
    if (word("NULLS") && (tokens_.is_word(at_ + 1, "FIRST") || tokens_.is_word(at_ + 1, "LAST"))) {
        first = tokens_.is_word(at_ + 1, "FIRST");
        at_ += 2;
    }
    add_word(made, "nulls_first", first ? "True" : "False");
    return made;
}

/// ORDER BY a, b DESC; the words are taken.
Result<Expr> ExpressionParser::order_clause(std::optional<Expr> value) {
    Expr made = value ? clause_of("ORDER", std::move(*value)) : leaf(ExprKind::clause, "ORDER");
    at_ += 2;
    std::vector<Expr> keys;
    do {
        TRY(Expr key, ordered());
        keys.push_back(std::move(key));
    } while (take_symbol(","));
    add(made, "expressions", std::move(keys));
    return made;
}

bool ExpressionParser::starts_order() const { return word("ORDER") && tokens_.is_word(at_ + 1, "BY"); }

/// x IGNORE NULLS, x RESPECT NULLS.
Expr ExpressionParser::null_treatment(Expr value) {
    if ((!word("IGNORE") && !word("RESPECT")) || !tokens_.is_word(at_ + 1, "NULLS")) return value;
    const std::string name = word("IGNORE") ? "IGNORENULLS" : "RESPECTNULLS";
    at_ += 2;
    return clause_of(name, std::move(value));
}

Result<Expr> ExpressionParser::argument_clauses(Expr value) {
    if (tokens_.kind(at_) != TokenKind::word) return value;
    value = null_treatment(std::move(value));
    if (word("HAVING") && (tokens_.is_word(at_ + 1, "MAX") || tokens_.is_word(at_ + 1, "MIN"))) {
        const bool max = tokens_.is_word(at_ + 1, "MAX");
        at_ += 2;
        value = clause_of("HAVINGMAX", std::move(value));
        TRY(Expr by, postfix());
        add(value, "expression", std::move(by));
        add_word(value, "max", max ? "True" : "False");
    }
    if (starts_order()) {
        TRY(value, order_clause(std::move(value)));
    }
    value = null_treatment(std::move(value));
    if (take_word("LIMIT")) {
        value = clause_of("LIMIT", std::move(value));
        TRY(Expr count, primary());
        add(value, "expression", std::move(count));
    }
    return value;
}

/// groupArray(10)(a): the first brackets hold parameters, the second the arguments.
Result<Expr> ExpressionParser::parameterised(Expr call) {
    const std::size_t close = tokens_.closing(at_);
    if (close >= tokens_.size()) return unexpected("a closing ')'");
    ++at_;
    Expr made = clause_of("PARAMETERIZEDAGG", std::move(call));
    std::vector<Expr> arguments;
    while (at_ < close) {
        TRY(Expr value, argument());
        arguments.push_back(std::move(value));
        if (at_ < close && !take_symbol(",")) return unexpected("',' or ')'");
    }
    add(made, "params", std::move(arguments));
    at_ = close + 1;
    return made;
}

Result<Expr> ExpressionParser::call_clauses(Expr call) {
    const std::string name = call.is(ExprKind::function) ? upper(call.text) : std::string();
    const bool first = orders_first_argument(name, tokens_.dialect());
    if (first && call.children.size() > 1) {
        Expr& last = call.children.back();
        if (last.is(ExprKind::clause) && (last.text == "ORDER" || last.text == "LIMIT")) {
            Expr* holder = &last;
            if (last.text == "LIMIT" && last.children[0].children[0].is(ExprKind::clause))
                holder = &last.children[0].children[0];
            std::swap(holder->children[0].children[0], call.children.front());
            std::swap(call.children.front(), last);
        }
    }
    if (word("WITHIN") && tokens_.is_word(at_ + 1, "GROUP") && tokens_.is_symbol(at_ + 2, "(")) {
        at_ += 3;
        if (!starts_order()) return unexpected("ORDER BY");
        if (first && !call.children.empty()) {
            TRY(call.children.front(), order_clause(std::move(call.children.front())));
        } else {
            TRY(Expr order, order_clause(std::nullopt));
            call = clause_of("WITHINGROUP", std::move(call));
            add(call, "expression", std::move(order));
        }
        if (!take_symbol(")")) return unexpected("')'");
    }
    if (word("FILTER") && tokens_.is_symbol(at_ + 1, "(")) {
        at_ += 2;
        take_word("WHERE");
        TRY(Expr condition, disjunction());
        if (!take_symbol(")")) return unexpected("')'");
        call = clause_of("FILTER", std::move(call));
        add(call, "expression", clause_of("WHERE", std::move(condition)));
    }
    if (call.is(ExprKind::function) && is_aggregate(name)) {
        if (const std::string treatment = take_null_treatment(call.children); !treatment.empty())
            call = clause_of(treatment, std::move(call));
    }
    call = null_treatment(std::move(call));
    return word("OVER") ? window(std::move(call)) : std::move(call);
}

/// f(…) OVER w, f(…) OVER (w PARTITION BY … ORDER BY … ROWS …).
Result<Expr> ExpressionParser::window(Expr call) {
    const bool bracket = tokens_.is_symbol(at_ + 1, "(");
    if (!bracket && tokens_.kind(at_ + 1) != TokenKind::word && tokens_.kind(at_ + 1) != TokenKind::quoted_identifier)
        return call;
    if (++depth_ > kNestingDepthMax) return fail(ErrorCode::too_large, kTooDeep);
    at_ += bracket ? 2 : 1;
    Expr made = clause_of("WINDOW", std::move(call));
    Expr alias;
    const bool clause = word("PARTITION") || starts_order() || frame_word();
    const bool named = !clause && !symbol(")") && identifier_part(alias);
    if (bracket) {
        std::vector<Expr> keys;
        if (word("PARTITION") && tokens_.is_word(at_ + 1, "BY")) {
            at_ += 2;
            do {
                TRY(Expr key, disjunction());
                keys.push_back(std::move(key));
            } while (take_symbol(","));
        }
        add(made, "partition_by", std::move(keys));
        if (starts_order()) {
            TRY(Expr order, order_clause(std::nullopt));
            add(made, "order", std::move(order));
        }
        if (frame_word()) {
            TRY(Expr spec, frame());
            add(made, "spec", std::move(spec));
        }
        if (!take_symbol(")")) return unexpected("')' of OVER");
    }
    if (named) add(made, "alias", std::move(alias));
    add_word(made, "over", "OVER");
    --depth_;
    return made;
}

/// w AS (…): what OVER holds, with a name in place of the call.
Result<Expr> ExpressionParser::named_window() {
    Expr name;
    if (!identifier_part(name) || !name.is(ExprKind::identifier)) return unexpected("the name of a window");
    if (!word("AS") || !tokens_.is_symbol(at_ + 1, "(")) return unexpected("AS (");
    TRY(Expr made, window(std::move(name)));
    std::erase_if(made.children, [](const Expr& part) { return part.text == "over"; });
    return made;
}

bool ExpressionParser::frame_word() const { return word("ROWS") || word("RANGE") || word("GROUPS"); }

/// ROWS BETWEEN 1 PRECEDING AND CURRENT ROW: the words of the kind and the sides keep their case.
Result<Expr> ExpressionParser::frame() {
    Expr made = leaf(ExprKind::clause, "WINDOWSPEC");
    add_word(made, "kind", std::string(tokens_.text_of(at_++)));
    take_word("BETWEEN");
    for (const std::string& key : {std::string("start"), std::string("end")}) {
        if (key == "end" && !take_word("AND")) break;
        if (take_word("UNBOUNDED")) {
            add_word(made, key, "UNBOUNDED");
        } else if (word("CURRENT") && tokens_.is_word(at_ + 1, "ROW")) {
            at_ += 2;
            add_word(made, key, "CURRENT ROW");
        } else {
            TRY(Expr bound, concatenation());
            add(made, key, std::move(bound));
        }
        if (word("PRECEDING") || word("FOLLOWING")) add_word(made, key + "_side", std::string(tokens_.text_of(at_++)));
    }
    if (take_word("EXCLUDE")) {
        std::string what;
        while (tokens_.kind(at_) == TokenKind::word) what += (what.empty() ? "" : " ") + upper(tokens_.text_of(at_++));
        add_word(made, "exclude", std::move(what));
    }
    return made;
}

/// POSITION(a IN b), SUBSTRING(a FROM 2 FOR 3), TRIM(LEADING 'x' FROM a): words stay between the arguments. Nothing if
/// the call is an ordinary one.
Result<std::optional<Expr>> ExpressionParser::worded_call(std::string_view name) {
    struct Row {
        std::string_view name;
        std::array<std::string_view, 3> words;
        std::string_view not_in;  ///< Dialects as letters in the order of enum class Dialect.
    };
    static constexpr std::array<Row, 4> kRows = {{{"POSITION", {"IN"}, ""},
                                                  {"SUBSTRING", {"FROM", "FOR"}, ""},
                                                  {"TRIM", {"FROM"}, "deklst"},
                                                  {"OVERLAY", {"PLACING", "FROM", "FOR"}, ""}}};
    const Row* row = nullptr;
    for (const Row& candidate : kRows)
        if (name == candidate.name) row = &candidate;
    const char letter = static_cast<char>('a' + static_cast<int>(tokens_.dialect()));
    const bool two = tokens_.dialect() == Dialect::postgres || tokens_.dialect() == Dialect::duckdb;
    if (name == "OVERLAY" && !two) return std::nullopt;
    if (row == nullptr || row->not_in.find(letter) != std::string_view::npos) return std::nullopt;
    const std::size_t begin = at_;
    const std::size_t close = tokens_.closing(at_);
    bool worded = false;
    for (std::size_t i = at_ + 1; i < close; i = tokens_.closing(i) < close ? tokens_.closing(i) + 1 : i + 1) {
        for (const std::string_view keyword : row->words)
            worded = worded || (!keyword.empty() && tokens_.is_word(i, keyword));
    }
    const auto sided = [&](std::size_t at) {
        return tokens_.is_word(at, "LEADING") || tokens_.is_word(at, "TRAILING") || tokens_.is_word(at, "BOTH");
    };
    const bool alone = name == "TRIM" && close > at_ + 2 && (sided(at_ + 1) || tokens_.is_word(at_ + 1, "FROM")) &&
                       !tokens_.is_symbol(at_ + 2, ",") && !tokens_.is_symbol(at_ + 2, ".");
    if (!worded && !alone) return std::nullopt;
    ++at_;
    Expr made = leaf(ExprKind::function, std::string(row->name));
    for (const std::string_view side : {"LEADING", "TRAILING", "BOTH"}) {
        if (name == "TRIM" && made.children.empty() && take_word(side))
            made.children.push_back(leaf(ExprKind::word, std::string(side)));
    }
    if (name == "TRIM" && word("FROM")) ++at_;  // what is cut off is not said
    while (at_ < close) {
        TRY(Expr value, concatenation());
        made.children.push_back(std::move(value));
        const auto here = [&](std::string_view each) { return !each.empty() && word(each); };
        const bool keyword = at_ < close && std::any_of(row->words.begin(), row->words.end(), here);
        if (keyword)
            made.children.push_back(leaf(ExprKind::word, upper(tokens_.text_of(at_++))));
        else if (at_ < close && name == "TRIM" && take_symbol(","))
            made.children.push_back(leaf(ExprKind::word, ","));
        else if (at_ < close)
            return unexpected("')'");
    }
    at_ = close + 1;
    return with_span(std::move(made), begin);
}

}  // namespace towline::sql
