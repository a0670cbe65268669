#include "query/own_forms.h"

#include <algorithm>
#include <array>

#include "base/strings.h"
#include "sql/json_path.h"
#include "sql/lexer.h"

namespace towline::query {
namespace {

using sql::Dialect;

bool one_of(std::string_view text, std::initializer_list<std::string_view> words) {
    return std::find(words.begin(), words.end(), text) != words.end();
}

bool holds_call(const Expr& node, std::string_view name) {
    return (node.is(ExprKind::function) && iequals(node.text, name)) ||
           std::any_of(node.children.begin(), node.children.end(),
                       [&](const Expr& child) { return holds_call(child, name); });
}

void put(Expr& node, std::string_view name, const Expr& value) {
    if (node.is(ExprKind::column) && node.children.size() == 1 && node.children.front().text == name) {
        node = value;
        return;
    }
    for (Expr& child : node.children) put(child, name, value);
}

/// POSITION(a IN b), SUBSTRING(a FROM 1 FOR 2), TRIM(LEADING 'x' FROM a): ordinary calls in DuckDB.
bool without_words(Expr& call, const std::string& name) {
    std::vector<Expr> values;
    std::vector<std::string> words;
    for (const Expr& child : call.children) {
        if (child.is(ExprKind::word))
            words.push_back(child.text);
        else
            values.push_back(child);
    }
    if (name == "POSITION" && values.size() == 2) {
        call = make(ExprKind::function, "STRPOS", {values[1], values[0]});
        return true;
    }
    if (name == "SUBSTRING" && values.size() > 1 && words.front() == "FROM") {
        call = make(ExprKind::function, "SUBSTRING", std::move(values));
        return true;
    }
    if (name != "TRIM" || values.size() != 2 || words.back() != "FROM") return false;
    const std::string& side = words.front();
    call = make(ExprKind::function,
                side == "LEADING"    ? "LTRIM"
                : side == "TRAILING" ? "RTRIM"
                                     : "TRIM",
                {values[1], values[0]});
    return true;
}

/// STRUCT(1 AS a, b) and STRUCT_PACK(a := 1) of DuckDB: {'a': 1, 'b': b}.
bool structure(Expr& call) {
    Expr out = make(ExprKind::structure);
    for (Expr& child : call.children) {
        Expr pair = make(ExprKind::keyword_argument);
        const bool named = child.is(ExprKind::alias) || (child.is(ExprKind::keyword_argument) && !child.quoted);
        if (named) {
            pair.text = child.text;
            if (pair.text.starts_with('"'))
                pair.text = replace_all(pair.text.substr(1, pair.text.size() - 2), "\"\"", "\"");
            pair.children = std::move(child.children);
        } else if (child.is(ExprKind::column) && !is_star(child)) {
            pair.text = child.children.back().text;
            pair.children.push_back(std::move(child));
        } else {
            return false;
        }
        out.children.push_back(std::move(pair));
    }
    if (out.children.empty()) return false;
    call = std::move(out);
    return true;
}

/// The step of GENERATE_SERIES as PostgreSQL's INTERVAL, if it is a text such as '1 day'.
bool series(Expr& call) {
    if (call.children.size() != 3) return false;
    Expr& step = call.children[2];
    if (step.is(ExprKind::string)) {
        const std::vector<std::string> words = split(step.text, " ");
        const bool plain = words.size() == 2 && words[0].find_first_not_of("0123456789") == std::string::npos &&
                           !words[0].empty() && sql::is_plain_identifier(words[1]);
        if (!plain) return false;
        const auto parsed = sql::parse_expression("INTERVAL '" + step.text + "'", Dialect::postgres);
        if (!parsed || !parsed->is(ExprKind::interval)) return false;
        step = *parsed;
    }
    call.text = "GENERATE_SERIES";
    return true;
}

/// DATE_PART('year', a) of PostgreSQL: EXTRACT(year FROM a).
bool extract(Expr& call) {
    if (call.children.size() != 2 || !call.children[0].is(ExprKind::string)) return false;
    const std::string& unit = call.children[0].text;
    const bool word = !unit.empty() && std::all_of(unit.begin(), unit.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    });
    if (!word) return false;
    call.text = "EXTRACT";
    call.children[0] = make(ExprKind::raw, unit);
    return true;
}

/// JSON_EXTRACT(a, '$.b[0]'), which PostgreSQL has not: JSON_EXTRACT_PATH(a, 'b', '0').
bool json_extract(Expr& call, bool scalar) {
    if (call.children.size() != 2 || !call.children[1].is(ExprKind::string)) return false;
    const auto path = sql::json_path(call.children[1].text, Dialect::postgres);
    if (!path || path->find("WILDCARD") != std::string::npos) return false;
    std::vector<Expr> arguments{std::move(call.children[0])};
    for (const std::string& part : split(*path, ",JSONPATH")) {
        const std::size_t at = part.find(" :this,");
        if (at == std::string::npos) continue;
        arguments.push_back(sql::string_literal(part.substr(at + 7)));
    }
    call = make(ExprKind::function, scalar ? "JSON_EXTRACT_PATH_TEXT" : "JSON_EXTRACT_PATH", std::move(arguments));
    return true;
}

/// Of the letters of options only those that sqlglot knows are printed, and nothing of options that are no literal.
void keep_options(Expr& call, std::size_t at, std::string_view known) {
    if (call.children.size() <= at) return;
    std::string kept;
    for (const char c : call.children[at].is(ExprKind::string) ? call.children[at].text : std::string())
        if (known.find(c) != std::string_view::npos) kept += c;
    if (kept.empty())
        call.children.resize(at);
    else
        call.children[at].text = kept;
}

/// REGEXP_EXTRACT(a, 'x', 0) and its like: 0 is the whole of what matches, as if nothing was said.
bool regular_expression(Expr& call, const std::string& name) {
    const std::size_t count = call.children.size();
    if (name == "REGEXP_REPLACE" && count == 4) {
        keep_options(call, 3, "cimsg");
    } else if ((name == "REGEXP_EXTRACT" || name == "REGEXP_EXTRACT_ALL") && (count == 3 || count == 4)) {
        keep_options(call, 3, "cims");
        const Expr& group = call.children[2];
        if (call.children.size() == 3 && group.is(ExprKind::number) && group.text == "0") call.children.resize(2);
    } else {
        return false;
    }
    call.text = name;
    return true;
}

/// OVERLAY(a, b, 2, 3) is OVERLAY(a PLACING b FROM 2 FOR 3).
bool overlay(Expr& call, bool worded) {
    call.text = "OVERLAY";
    if (worded) return true;
    static constexpr std::array<std::string_view, 3> kWords = {"PLACING", "FROM", "FOR"};
    if (call.children.size() < 3 || call.children.size() > 4) return false;
    std::vector<Expr> out{call.children.front()};
    for (std::size_t i = 1; i < call.children.size(); ++i) {
        out.push_back(word(std::string(kWords[i - 1])));
        out.push_back(call.children[i]);
    }
    call.children = std::move(out);
    return true;
}

/// Texts of DATE_DIFF('day', '2024-01-01', a) are dates, or moments.
void as_dates(Expr& call) {
    for (Expr& each : call.children) {
        if (&each == &call.children.front() || !each.is(ExprKind::string)) continue;
        const std::size_t colon = each.text.find(':');
        const bool timed = colon != std::string::npos;
        const bool zoned = timed && each.text.find_first_of("+-abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ",
                                                            colon) != std::string::npos;
        const char* type = zoned ? "TIMESTAMPTZ" : timed ? "TIMESTAMP" : "DATE";
        each = make(ExprKind::cast, "CAST", {Expr(std::move(each)), make(ExprKind::data_type, type)});
    }
}

}  // namespace

bool of_schema(Expr& call, Dialect dialect) {
    const sql::TokenList tokens = sql::lex(call.text, dialect);
    if (tokens.size() < 3 || tokens.size() % 2 == 0) return false;
    std::vector<Expr> names;
    for (std::size_t i = 0; i < tokens.size(); ++i) {
        const bool quoted = tokens.kind(i) == sql::TokenKind::quoted_identifier;
        if (i % 2 == 1 && !tokens.is_symbol(i, ".")) return false;
        if (i % 2 == 1) continue;
        if (!quoted && tokens.kind(i) != sql::TokenKind::word) return false;
        const std::string_view text = tokens.text_of(i);
        names.push_back(identifier(quoted ? sql::identifier_text(text, dialect) : std::string(text), quoted));
    }
    if (names.back().quoted) return false;
    Expr made = names.front();
    for (std::size_t i = 1; i + 1 < names.size(); ++i) made = operation(".", std::move(made), std::move(names[i]));
    call.text = names.back().text;
    Expr inner = std::move(call);
    call = operation(".", std::move(made), std::move(inner));
    return true;
}

bool null_treatment(Expr& clause) {
    static constexpr std::array<std::string_view, 5> kKeep = {"FIRST_VALUE", "LAG", "LAST_VALUE", "LEAD", "NTH_VALUE"};
    Expr& call = *part(clause, "this");
    if (!call.is(ExprKind::function)) return false;
    const std::string name = upper(call.text);
    if (std::find(kKeep.begin(), kKeep.end(), name) != kKeep.end()) return true;
    if (name == "FIRST" && clause.text == "IGNORENULLS") call.text = "ANY_VALUE";
    Expr bare = std::move(call);
    clause = std::move(bare);
    return true;
}

bool trimmed(Expr& call) {
    const std::string side = call.children.front().is(ExprKind::word) ? call.children.front().text : "";
    std::vector<Expr> values;
    bool comma = false;
    if (side.empty()) return false;
    for (Expr& each : call.children) {
        comma = comma || (each.is(ExprKind::word) && each.text == ",");
        if (!each.is(ExprKind::word)) values.push_back(each);
    }
    const bool one = values.size() == 1;
    if (one)
        call = make(ExprKind::function,
                    side == "LEADING"    ? "LTRIM"
                    : side == "TRAILING" ? "RTRIM"
                                         : "TRIM",
                    std::move(values));
    else if (comma && values.size() == 2)  // TRIM(LEADING a, 'x')
        call.children = {word(side), values[1], word("FROM"), values[0]};
    return one;
}

void key_texts(Expr& map) {
    for (Expr& pair : map.children) {
        Expr& key = pair.children.front();
        if (key.is(ExprKind::column) && !is_star(key)) {
            const Expr name = key.children.back();
            key = sql::string_literal(name.text);
            key.quoted = true;  // it was a name
        }
    }
}

void date_texts(Expr& call) {
    if (call.is(ExprKind::function) && call.text == "DATE_DIFF" && call.children.size() == 3) as_dates(call);
}

bool holds_column(const Expr& node) {
    return node.is(ExprKind::column) || std::any_of(node.children.begin(), node.children.end(), holds_column);
}

/// What is TRUE or FALSE by its form.
bool is_condition(const Expr& expr) {
    if (expr.is(ExprKind::paren)) return is_condition(expr.children.front());
    if (expr.is(ExprKind::in) || expr.is(ExprKind::between)) return true;
    if (expr.is(ExprKind::unary)) return expr.text == "NOT" && is_condition(expr.children.front());
    if (!expr.is(ExprKind::binary)) return false;
    if (expr.text == "AND" || expr.text == "OR")
        return is_condition(expr.children[0]) && is_condition(expr.children[1]);
    return one_of(expr.text, {"=", "<>", "<", ">", "<=", ">=", "LIKE", "NOT LIKE", "IS"});
}

bool own_operator(Expr& expr, Dialect dialect) {
    if (dialect != Dialect::duckdb && dialect != Dialect::postgres) return false;
    const bool postgres = dialect == Dialect::postgres;
    const bool negated = expr.text.starts_with("NOT ") || expr.text.starts_with("!");
    const std::string op = expr.text.substr(!negated ? 0 : expr.text[0] == '!' ? 1 : 4);
    if (op == "<@") {
        std::swap(expr.children[0], expr.children[1]);
        expr.text = "@>";
        return true;
    }
    const bool pattern = one_of(op, {"~", "~*", "SIMILAR TO", "RLIKE", "GLOB"});
    const bool plain = op == "@>" || op == "&&" || op == "SIMILAR TO" || (!postgres && op == "GLOB") ||
                       (postgres && one_of(op, {"~", "~*", "?", "?|", "?&", "#-", "@@", "OVERLAPS", "#", "<->"}));
    const bool path = postgres && (op == "#>" || op == "#>>") && expr.children[1].is(ExprKind::string);
    const bool call = !postgres && one_of(op, {"~", "~*", "RLIKE", "^@"});
    if (!plain && !path && !call) return false;
    if (negated && !pattern) return false;
    expr.text = op;
    if (call) {
        if (op == "~*") expr.children.push_back(sql::string_literal("i"));
        expr.kind = ExprKind::function;
        expr.text = op == "~" ? "REGEXP_FULL_MATCH" : op == "^@" ? "STARTS_WITH" : "REGEXP_MATCHES";
    }
    if (negated) expr = make(ExprKind::unary, "NOT", {Expr(std::move(expr))});
    return true;
}

bool own_call(Expr& expr, Dialect dialect) {
    const std::string name = upper(expr.text);
    const bool two = dialect == Dialect::duckdb || dialect == Dialect::postgres;
    if (two && name.find('.') != std::string::npos) return of_schema(expr, dialect);
    if (two && name == "TRIM" && trimmed(expr)) return true;
    const bool worded = std::any_of(expr.children.begin(), expr.children.end(),
                                    [](const Expr& child) { return child.is(ExprKind::word); });
    if (name == "OVERLAY" && two) return overlay(expr, worded);
    // Only a column is taken for a unit there.
    const bool bins = name == "TIME_BUCKET" || name == "DATE_BIN";
    if (bins && expr.children.size() == 3 && !worded && !expr.children[2].is(ExprKind::column)) {
        expr.text = dialect == Dialect::duckdb ? "TIME_BUCKET" : name;
        return dialect == Dialect::duckdb || dialect == Dialect::postgres;
    }
    if (dialect == Dialect::postgres) {
        if (name == "GENERATE_SERIES") return series(expr);
        if (name == "JSON_EXTRACT" || name == "JSON_EXTRACT_SCALAR")
            return json_extract(expr, name == "JSON_EXTRACT_SCALAR");
        return name == "DATE_PART" && extract(expr);
    }
    if (dialect != Dialect::duckdb) return false;
    if (worded) return without_words(expr, name);
    if (name == "INITCAP") {  // the printer writes it out, with its argument three times
        expr.text = name;
        return expr.children.size() == 1 && !holds_call(expr.children.front(), name);
    }
    if (name == "STRTOK" && expr.children.size() == 3) {  // the printer writes it out
        expr.text = name;
        return std::none_of(expr.children.begin(), expr.children.end(), [&](const Expr& each) {
            return each.is(ExprKind::binary) || each.is(ExprKind::unary) || holds_call(each, name);
        });
    }
    if (name.starts_with("REGEXP_")) return regular_expression(expr, name);
    if (name == "STRUCT" || name == "STRUCT_PACK") return structure(expr);
    if (name == "ARRAY" && std::none_of(expr.children.begin(), expr.children.end(), is_query)) {
        expr = make(ExprKind::array, {}, std::move(expr.children));
        return true;
    }
    return false;
}

bool has_own_name(const Expr& type, Dialect dialect) {
    if (dialect != Dialect::postgres || !type.children.empty()) return false;
    const std::string word = upper(type.text);  // that of a kind of the database's objects
    return type.text.starts_with('"') || (type.text == word && (word == "OID" || word.starts_with("REG")));
}

void name_types(Expr& tree) {
    if (tree.is(ExprKind::data_type)) {
        sql::fold_type_names(tree, Dialect::postgres, true);
        return;
    }
    for (Expr& child : tree.children) name_types(child);
}

std::optional<Expr> capitalised(const Expr& argument) {
    // DuckDB has no INITCAP: the text is cut into words and what stands between them, and every other piece is a word.
    static const std::string kBetween =
        std::string("(' \t\n\r\f' || CHR(11) || ") + R"('!"#$%&''()*+,\\\-./:;<=>?@\\\[\\\]\^_`{|}~'))";
    const auto pieces = [](const std::string& rest) {
        return "LIST_TRANSFORM(REGEXP_EXTRACT_ALL(argument, '([' || " + kBetween + " || ']+|[^' || " + kBetween +
               " || ']+)'), (seg, idx) -> CASE WHEN idx % 2 = " + rest +
               " THEN UPPER(LEFT(seg, 1)) || LOWER(SUBSTRING(seg, 2)) ELSE seg END)";
    };
    const std::string text = "ARRAY_TO_STRING(CASE WHEN REGEXP_MATCHES(LEFT(argument, 1), '[' || " + kBetween +
                             " || ']') THEN " + pieces("0") + " ELSE " + pieces("1") + " END, '')";
    auto parsed = sql::parse_expression(text, Dialect::duckdb);
    if (!parsed) return std::nullopt;
    put(*parsed, "argument", argument);
    return std::move(*parsed);
}

std::optional<Expr> token(const Expr& call) {
    auto parsed = sql::parse_expression(
        "CASE WHEN parts = '' AND argument = '' THEN NULL WHEN parts = '' AND number = 1 THEN argument "
        "WHEN parts = '' THEN NULL WHEN number < 0 THEN NULL "
        "WHEN argument IS NULL OR parts IS NULL OR number IS NULL THEN NULL "
        "ELSE LIST_FILTER(REGEXP_SPLIT_TO_ARRAY(argument, CASE WHEN parts = '' THEN '' ELSE '[' || "
        R"(REGEXP_REPLACE(parts, '([\[\]^.\-*+?(){}|$\\])', '\\\1', 'g') || ']' END), x -> NOT x = '')[number] END)",
        Dialect::duckdb);
    if (!parsed || call.children.size() != 3) return std::nullopt;
    put(*parsed, "argument", call.children[0]);
    put(*parsed, "parts", call.children[1]);
    put(*parsed, "number", call.children[2]);
    return std::move(*parsed);
}

bool quantile(Expr& within_group) {
    Expr& call = *part(within_group, "this");
    Expr& order = *part(within_group, "expression");
    const std::string name = upper(call.text);
    // What stands in the clause has its printed name already.
    const bool known = call.is(ExprKind::function) &&
                       one_of(name, {"PERCENTILE_CONT", "PERCENTILE_DISC", "QUANTILE_CONT", "QUANTILE_DISC"});
    if (!known || call.children.size() != 1 || list(order, "expressions").size() != 1) return false;
    Expr ordered = list(order, "expressions").front();
    Expr value = *part(ordered, "this");
    Expr share = clause("ORDER");
    set(share, "this", std::move(call.children.front()));
    set_list(share, "expressions", {std::move(ordered)});
    set(share, "lined", flag(true));
    within_group = make(ExprKind::function, name.ends_with("CONT") ? "QUANTILE_CONT" : "QUANTILE_DISC",
                        {std::move(value), std::move(share)});
    return true;
}

bool stands_bare(std::string_view call, const Expr& now, const Expr& around) {
    if (now.text == "->" || now.text == "->>") return true;  // they get their brackets when they are printed
    if (now.text == "%") return iequals(call, "MOD");
    const bool moved = (now.text == "+" || now.text == "-") && now.children[1].is(ExprKind::interval);
    const bool compared = one_of(around.text, {"=", "<>", "<", ">", "<=", ">="});
    return moved && compared && holds_column(around.children[0]) && holds_column(around.children[1]);
}

}  // namespace towline::query
