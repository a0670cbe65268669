// Values of macro variables as text, templates, lists and lambdas, and what a text refers to.
#include <algorithm>
#include <array>
#include <cctype>

#include "base/strings.h"
#include "sql/function_text.h"
#include "sql/macro_expander.h"
#include "sql/staged_files.h"

namespace towline::sql {
namespace {

bool starts_name(char c) { return std::isalpha(static_cast<unsigned char>(c)) != 0 || c == '_'; }
bool continues_name(char c) { return starts_name(c) || std::isdigit(static_cast<unsigned char>(c)) != 0; }

/// Calls `found(name, begin, end)` for every `@name` and `@{name}` of a template, `literal(text)` for the
/// rest.
template <class Found, class Literal>
void scan_template(std::string_view text, Found found, Literal literal) {
    std::size_t done = 0;
    for (std::size_t i = text.find('@'); i != std::string_view::npos; i = text.find('@', i)) {
        const bool brace = i + 1 < text.size() && text[i + 1] == '{';
        const std::size_t begin = i + (brace ? 2 : 1);
        if (!brace && begin < text.size() && text[begin] == '@') {
            literal(text.substr(done, begin - done));
            done = i = begin + 1;
            continue;
        }
        std::size_t end = begin;
        if (end < text.size() && starts_name(text[end])) {
            while (end < text.size() && continues_name(text[end])) ++end;
        }
        if (end == begin || (brace && (end >= text.size() || text[end] != '}'))) {
            ++i;
            continue;
        }
        literal(text.substr(done, i - done));
        const std::size_t after = end + (brace ? 1 : 0);
        found(text.substr(begin, end - begin), text.substr(i, after - i));
        done = i = after;
    }
    literal(text.substr(done));
}

void add_once(std::vector<std::string>& names, std::string name) {
    if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(std::move(name));
}

}  // namespace

namespace {

/// Each `step`-th item from `first`, as returned_value_sql has it.
std::vector<std::string> returned_items(const MacroValue& value, std::size_t first, std::size_t step, Dialect dialect) {
    std::vector<std::string> items;
    for (std::size_t i = first; i < value.items.size(); i += step)
        items.push_back(returned_value_sql(value.items[i], dialect));
    return items;
}

/// What sqlglot prints of an Array: [1], ARRAY[1] or ARRAY(1).
std::string array_sql(const std::vector<std::string>& items, Dialect dialect) {
    constexpr std::array<Dialect, 5> kBare{Dialect::duckdb, Dialect::bigquery, Dialect::snowflake, Dialect::clickhouse,
                                           Dialect::starrocks};
    constexpr std::array<Dialect, 8> kWithWord{Dialect::postgres, Dialect::trino,      Dialect::presto,
                                               Dialect::athena,   Dialect::risingwave, Dialect::materialize,
                                               Dialect::dune,     Dialect::druid};
    const auto is_one_of = [&](const auto& dialects) {
        return std::find(dialects.begin(), dialects.end(), dialect) != dialects.end();
    };
    const std::string list = join(items, ", ");
    if (is_one_of(kBare)) return "[" + list + "]";
    return is_one_of(kWithWord) ? "ARRAY[" + list + "]" : "ARRAY(" + list + ")";
}

/// What sqlglot prints of a Map: of an array of keys and one of values, or of keys and values in turn.
struct MapForm {
    Dialect dialect;
    std::string_view function;
    bool in_turn;
};
constexpr std::array<MapForm, 6> kMapForms = {{{Dialect::snowflake, "OBJECT_CONSTRUCT", true},
                                               {Dialect::hive, "MAP", true},
                                               {Dialect::clickhouse, "map", true},
                                               {Dialect::spark, "MAP_FROM_ARRAYS", false},
                                               {Dialect::databricks, "MAP_FROM_ARRAYS", false},
                                               {Dialect::doris, "ARRAY_MAP", false}}};

std::string map_sql(const MacroValue& map, Dialect dialect) {
    const auto own =
        std::find_if(kMapForms.begin(), kMapForms.end(), [&](const MapForm& f) { return f.dialect == dialect; });
    const MapForm form = own == kMapForms.end() ? MapForm{dialect, "MAP", false} : *own;
    std::vector<std::string> arguments = returned_items(map, 0, 1, dialect);
    if (!form.in_turn) {
        arguments = {array_sql(returned_items(map, 0, 2, dialect), dialect),
                     array_sql(returned_items(map, 1, 2, dialect), dialect)};
    }
    return std::string(form.function) + "(" + join(arguments, ", ") + ")";
}

}  // namespace

std::string macro_value_sql(const MacroValue& value, Dialect dialect) {
    switch (value.kind) {
        case MacroValue::Kind::null:
            return "NULL";
        case MacroValue::Kind::boolean:
        case MacroValue::Kind::number:
        case MacroValue::Kind::sql:
        case MacroValue::Kind::lambda:
            return value.text;
        case MacroValue::Kind::string:
            return quote_string(value.text, dialect);
        case MacroValue::Kind::list:
            return "(" + join(returned_items(value, 0, 1, dialect), ", ") + ")";
        case MacroValue::Kind::map:
            return map_sql(value, dialect);
    }
    return {};
}

std::string returned_value_sql(const MacroValue& value, Dialect dialect) {
    if (value.kind != MacroValue::Kind::list) return macro_value_sql(value, dialect);
    return array_sql(returned_items(value, 0, 1, dialect), dialect);
}

std::string macro_value_text(const MacroValue& value, Dialect dialect) {
    if (value.kind == MacroValue::Kind::string) return value.text;
    if (value.kind != MacroValue::Kind::sql) return macro_value_sql(value, dialect);
    const TokenList tokens = lex(value.text, dialect);
    if (tokens.size() != 1) return value.text;
    if (tokens.kind(0) == TokenKind::quoted_identifier) return identifier_text(tokens.text_of(0), dialect);
    if (tokens.kind(0) == TokenKind::string) return string_value(tokens.text_of(0), dialect);
    return std::string(tokens.text_of(0));
}

const MacroValue* MacroScope::find(std::string_view name) const {
    const std::string key = lower(name);
    for (const auto* values : {&locals, &blueprint, &variables}) {
        if (const auto found = values->find(key); found != values->end()) return &found->second;
    }
    return nullptr;
}

std::string Expander::fill(std::string_view with_template) const {
    std::string out;
    scan_template(
        with_template,
        [&](std::string_view name, std::string_view whole) {
            const MacroValue* value = find(name);
            out += value == nullptr ? std::string(whole) : macro_value_text(*value, dialect());
        },
        [&](std::string_view literal) { out += literal; });
    return out;
}

std::string Expander::fill_name(std::string_view with_template) const {
    std::string out;
    scan_template(
        with_template,
        [&](std::string_view name, std::string_view whole) {
            const std::string key = lower(name);
            if (const MacroValue* bound = find_bound(key)) {
                out += expression_name(*bound, dialect());
            } else {
                const MacroValue* value = scope_.find(key);
                out += value == nullptr ? std::string(whole) : macro_value_text(*value, dialect());
            }
        },
        [&](std::string_view literal) { out += literal; });
    return out;
}

bool starts_statement(const TokenList& tokens, std::size_t at) {
    if (tokens.is_word(at, "SELECT")) return true;
    constexpr std::array<std::string_view, 12> kVerbs{"WITH",  "INSERT", "UPDATE", "DELETE", "MERGE",    "CREATE",
                                                      "ALTER", "DROP",   "GRANT",  "REVOKE", "TRUNCATE", "COMMENT"};
    const bool verb =
        std::any_of(kVerbs.begin(), kVerbs.end(), [&](std::string_view word) { return tokens.is_word(at, word); });
    // A column may have such a name; then no other name follows.
    if (!verb || at + 1 >= tokens.size()) return false;
    const TokenKind next = tokens.kind(at + 1);
    return next == TokenKind::word || next == TokenKind::quoted_identifier || next == TokenKind::at;
}

std::vector<std::string> split_arguments(std::string_view text, Dialect dialect) {
    const TokenList tokens = lex(text, dialect);
    std::vector<std::string> out;
    std::size_t first = 0;
    const auto take = [&](std::size_t end) {
        if (end > first) out.emplace_back(Span{tokens[first].span.begin, tokens[end - 1].span.end}.of(text));
        first = end + 1;
    };
    std::size_t i = 0;
    while (i < tokens.size()) {
        if (i == first && starts_statement(tokens, i)) break;
        if (tokens.is_symbol(i, ",")) take(i);
        i = tokens.closing(i) < tokens.size() ? tokens.closing(i) + 1 : i + 1;
    }
    take(tokens.size());
    return out;
}

std::optional<std::vector<std::string>> unpack_list(std::string_view text, Dialect dialect) {
    const TokenList tokens = lex(text, dialect);
    const std::size_t open = tokens.is_word(0, "ARRAY") ? 1 : 0;
    if (!tokens.is_symbol(open, "[") && !tokens.is_symbol(open, "(")) return std::nullopt;
    if (tokens.closing(open) + 1 != tokens.size()) return std::nullopt;
    if (tokens.is_symbol(open, "(") && (tokens.is_word(open + 1, "SELECT") || tokens.is_word(open + 1, "WITH")))
        return std::nullopt;
    return split_arguments(Span{tokens[open].span.end, tokens[tokens.closing(open)].span.begin}.of(text), dialect);
}

std::optional<Lambda> parse_lambda(std::string_view text, Dialect dialect) {
    const TokenList tokens = lex(text, dialect);
    Lambda out;
    std::size_t arrow = 1;
    if (tokens.kind(0) == TokenKind::word) {
        out.parameters.push_back(lower(tokens.text_of(0)));
    } else if (tokens.is_symbol(0, "(") && tokens.closing(0) < tokens.size()) {
        for (std::size_t i = 1; i < tokens.closing(0); ++i) {
            if (tokens.kind(i) == TokenKind::word)
                out.parameters.push_back(lower(tokens.text_of(i)));
            else if (!tokens.is_symbol(i, ","))
                return std::nullopt;
        }
        arrow = tokens.closing(0) + 1;
    }
    if (!tokens.is_symbol(arrow, "->") || out.parameters.empty()) return std::nullopt;
    out.body = std::string(trim(text.substr(tokens[arrow].span.end)));
    return out;
}

namespace {

/// What sqlglot's text("this") gives of a node that this one is about.
std::string text_of_this(const Expr& expr) {
    switch (expr.kind) {
        case ExprKind::number:
        case ExprKind::string:
        case ExprKind::identifier:
            return expr.text;
        case ExprKind::star:
            return "*";
        case ExprKind::null:
            return "NULL";
        default:
            return {};
    }
}

std::string name_of_call(const Expr& call, Dialect dialect) {
    if (!is_known_function(call.text, dialect)) return call.text;
    const bool in_list = list_argument(call.text, dialect) == std::size_t{0};
    return call.children.empty() || in_list ? std::string() : text_of_this(call.children.front());
}

std::string name_of(const Expr& expr, Dialect dialect) {
    switch (expr.kind) {
        case ExprKind::column:
            return text_of_this(expr.children.back());
        case ExprKind::function:
            return name_of_call(expr, dialect);
        case ExprKind::variable:
            return expr.text;
        case ExprKind::cast:
            return name_of(expr.children.front(), dialect);
        case ExprKind::paren:
        case ExprKind::unary:
        case ExprKind::binary:
        case ExprKind::between:
        case ExprKind::in:
        case ExprKind::interval:
        case ExprKind::alias:
        case ExprKind::index:
            return text_of_this(expr.children.front());
        default:
            return text_of_this(expr);
    }
}

}  // namespace

std::string expression_name(const MacroValue& value, Dialect dialect) {
    if (value.kind == MacroValue::Kind::boolean) return {};
    if (value.kind != MacroValue::Kind::sql) return macro_value_text(value, dialect);
    const auto expr = parse_expression(value.text, dialect);
    return expr ? name_of(*expr, dialect) : macro_value_text(value, dialect);
}
MacroValue value_of_sql(std::string_view text, Dialect dialect) {
    const TokenList tokens = lex(text, dialect);
    if (tokens.size() == 1) {
        if (tokens.kind(0) == TokenKind::string) return MacroValue::string(string_value(tokens.text_of(0), dialect));
        if (tokens.kind(0) == TokenKind::number) return MacroValue::number(std::string(tokens.text_of(0)));
        if (tokens.is_word(0, "NULL")) return MacroValue::null_value();
        if (tokens.is_word(0, "TRUE") || tokens.is_word(0, "FALSE"))
            return MacroValue::boolean(tokens.is_word(0, "TRUE"));
    }
    return MacroValue::sql(std::string(trim(text)));
}

std::vector<std::string> referenced_variables(std::string_view text, Dialect dialect) {
    std::vector<std::string> out;
    const TokenList tokens = lex(text, dialect);
    const auto from_template = [&](std::string_view piece) {
        scan_template(
            piece, [&](std::string_view name, std::string_view) { add_once(out, lower(name)); },
            [](std::string_view) {});
    };
    for (std::size_t i = 0; i < tokens.size(); ++i) {
        if (const std::size_t end = staged_path_end(tokens, i); end > i) {
            i = end - 1;
            continue;
        }
        const bool adjacent = i + 1 < tokens.size() && tokens.adjacent(i + 1);
        switch (tokens.kind(i)) {
            case TokenKind::at:
                if (!adjacent) break;
                if (tokens.is_symbol(i + 1, "{") && tokens.kind(i + 2) == TokenKind::word)
                    add_once(out, lower(tokens.text_of(i + 2)));
                if (tokens.kind(i + 1) == TokenKind::string)
                    from_template(string_value(tokens.text_of(i + 1), dialect));
                if (tokens.kind(i + 1) != TokenKind::word) break;
                if (!tokens.is_symbol(i + 2, "(") || is_table_variable(tokens.text_of(i + 1))) {
                    from_template("@" + std::string(tokens.text_of(i + 1)));
                } else if (tokens.kind(i + 3) == TokenKind::string) {
                    const std::string first = string_value(tokens.text_of(i + 3), dialect);
                    if (tokens.is_word(i + 1, "VAR") || tokens.is_word(i + 1, "BLUEPRINT_VAR"))
                        add_once(out, lower(first));
                    if (tokens.is_word(i + 1, "SQL")) from_template(first);
                }
                break;
            case TokenKind::word:
                if (tokens.text_of(i).ends_with('@') && adjacent && tokens.is_symbol(i + 1, "{")) {
                    add_once(out, lower(tokens.text_of(i + 2)));
                } else if (i == 0 || tokens.kind(i - 1) != TokenKind::at || !tokens.adjacent(i)) {
                    from_template(tokens.text_of(i));
                }
                break;
            case TokenKind::quoted_identifier:
                from_template(tokens.text_of(i));
                break;
            default:
                break;
        }
    }
    return out;
}

bool is_table_variable(std::string_view name) { return iequals(name, "this_model"); }

std::vector<std::string> referenced_macros(std::string_view text, Dialect dialect) {
    std::vector<std::string> out;
    const TokenList tokens = lex(text, dialect);
    for (std::size_t i = 0; i + 2 < tokens.size(); ++i) {
        if (tokens.kind(i) == TokenKind::at && tokens.kind(i + 1) == TokenKind::word && tokens.adjacent(i + 1) &&
            tokens.is_symbol(i + 2, "(") && !is_table_variable(tokens.text_of(i + 1)) &&
            staged_path_end(tokens, i) == i) {
            add_once(out, lower(tokens.text_of(i + 1)));
        }
    }
    return out;
}

bool has_macros(std::string_view text, Dialect dialect) {
    if (text.find('@') == std::string_view::npos) return false;
    return !referenced_variables(text, dialect).empty() || !referenced_macros(text, dialect).empty() ||
           text.find("@'") != std::string_view::npos;
}

bool is_builtin_macro(std::string_view lower_name) {
    return lower_name == "def" || lower_name == "sql" || is_keyword_macro(lower_name) ||
           find_builtin(lower_name) != nullptr || find_generator(lower_name) != nullptr;
}

}  // namespace towline::sql
