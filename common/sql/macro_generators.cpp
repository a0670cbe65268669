// Built-in macros that write SQL.
#include <algorithm>
#include <array>
#include <optional>

#include "base/strings.h"
#include "sql/macro_expander.h"
#include "sql/macro_forms.h"
#include "sql/scopes.h"

namespace towline::sql {
namespace {

tl::unexpected<Error> usage(std::string_view text) {
    return fail(ErrorCode::invalid, "Wrong arguments; expected " + std::string(text) + ".");
}

/// An argument's bare text: the value of a string, the name of an identifier.
std::string text_argument(const Expander& expander, const std::string* argument, std::string_view fallback) {
    if (argument == nullptr) return std::string(fallback);
    return macro_value_text(value_of_sql(*argument, expander.dialect()), expander.dialect());
}

bool flag_argument(const std::string* argument, bool fallback) {
    return argument == nullptr ? fallback : iequals(*argument, "TRUE");
}

/// True if the text has an operator outside brackets, so that it needs brackets as an operand.
bool is_compound(std::string_view text, Dialect dialect) {
    const TokenList tokens = lex(text, dialect);
    for (std::size_t i = 0; i < tokens.size(); i = tokens.closing(i) < tokens.size() ? tokens.closing(i) + 1 : i + 1) {
        const bool symbol = tokens.kind(i) == TokenKind::symbol && !tokens.is_symbol(i, ".") &&
                            !tokens.is_symbol(i, "(") && !tokens.is_symbol(i, "[") && !tokens.is_symbol(i, "::") &&
                            !tokens.is_symbol(i, ":>");
        if ((symbol && i > 0) || tokens.is_word(i, "AND") || tokens.is_word(i, "OR")) return true;
    }
    return false;
}

std::string operand(const std::string& text, Dialect dialect) {
    return is_compound(text, dialect) ? "(" + text + ")" : text;
}

Result<Expansion> safe_combine(const Expander& expander, const MacroCall& call, std::string_view sign) {
    if (call.arguments.empty()) return usage("at least one field");
    std::vector<std::string> nulls;
    std::vector<std::string> values;
    for (const std::string& field : call.arguments) {
        nulls.push_back(operand(field, expander.dialect()) + " IS NULL");
        values.push_back("COALESCE(" + field + ", 0)");
    }
    return Expansion("CASE WHEN " + join(nulls, " AND ") + " THEN NULL ELSE " +
                     join(values, " " + std::string(sign) + " ") + " END");
}

Result<Expansion> safe_add(Expander& expander, const MacroCall& call) { return safe_combine(expander, call, "+"); }
Result<Expansion> safe_sub(Expander& expander, const MacroCall& call) { return safe_combine(expander, call, "-"); }

Result<Expansion> safe_div(Expander& expander, const MacroCall& call) {
    const std::string* numerator = call.argument(0, "numerator");
    const std::string* denominator = call.argument(1, "denominator");
    if (numerator == nullptr || denominator == nullptr) return usage("@SAFE_DIV(numerator, denominator)");
    // Where `/` of two integers gives an integer, SQLMesh divides as floating point.
    const Dialect dialect = expander.dialect();
    if (facts(dialect).integer_division) {
        TRY(const Expr type, parse_type("double", dialect));
        return Expansion("CAST(" + *numerator + " AS " + type_sql(type, dialect) + ") / NULLIF(" + *denominator +
                         ", 0)");
    }
    return Expansion(operand(*numerator, expander.dialect()) + " / NULLIF(" + *denominator + ", 0)");
}

Result<Expansion> generate_surrogate_key(Expander& expander, const MacroCall& call) {
    std::string hash = "MD5";
    for (const auto& [key, value] : call.keywords) {
        if (key == "hash_function") hash = upper(text_argument(expander, &value, "MD5"));
    }
    if (call.arguments.empty()) return usage("at least one field");
    return Expansion(surrogate_key_form(call.arguments, hash, expander.dialect()));
}

Result<Expansion> haversine_distance(Expander& expander, const MacroCall& call) {
    if (call.arguments.size() < 4) return usage("@HAVERSINE_DISTANCE(lat1, lon1, lat2, lon2[, unit])");
    std::vector<std::string> p;
    for (std::size_t i = 0; i < 4; ++i) p.push_back(operand(call.arguments[i], expander.dialect()));
    const std::string unit = lower(text_argument(expander, call.argument(4, "unit"), "mi"));
    if (unit != "mi" && unit != "km")
        return fail(ErrorCode::invalid, "Invalid unit '" + unit + "'. Expected 'mi' or 'km'.");
    return Expansion("7922 * ASIN(SQRT((POWER(SIN(RADIANS((" + p[2] + " - " + p[0] + ") / 2)), 2)) + (COS(RADIANS(" +
                     p[0] + ")) * COS(RADIANS(" + p[2] + ")) * POWER(SIN(RADIANS((" + p[3] + " - " + p[1] +
                     ") / 2)), 2)))) * " + (unit == "mi" ? "1.0" : "1.60934"));
}

Result<Expansion> pivot(Expander& expander, const MacroCall& call) {
    const Dialect dialect = expander.dialect();
    const std::string* column = call.argument(0, "column");
    const std::string* values = call.argument(1, "values");
    if (column == nullptr || values == nullptr) return usage("@PIVOT(column, [values…], …)");
    const bool alias = flag_argument(call.argument(2, "alias"), true);
    const std::string agg = text_argument(expander, call.argument(3, "agg"), "SUM");
    const std::string cmp = text_argument(expander, call.argument(4, "cmp"), "=");
    const std::string prefix = text_argument(expander, call.argument(5, "prefix"), "");
    const std::string suffix = text_argument(expander, call.argument(6, "suffix"), "");
    const std::string* then_value = call.argument(7, "then_value");
    const std::string* else_value = call.argument(8, "else_value");
    const bool quote = flag_argument(call.argument(9, "quote"), true);
    const bool distinct = flag_argument(call.argument(10, "distinct"), false);
    std::vector<std::string> out;
    for (const std::string& value : unpack_list(*values, dialect).value_or(std::vector<std::string>{*values})) {
        std::string made = agg + "(" + (distinct ? "DISTINCT " : "") + "CASE WHEN " + *column + " " + cmp + " " +
                           value + " THEN " + (then_value == nullptr ? "1" : *then_value) + " ELSE " +
                           (else_value == nullptr ? "0" : *else_value) + " END)";
        if (alias) {
            const std::string name = prefix + text_argument(expander, &value, "") + suffix;
            made += " AS " + (quote || !is_plain_identifier(name) ? quote_identifier(name, dialect) : name);
        }
        out.push_back(std::move(made));
    }
    return Expansion::list(std::move(out));
}

bool knows_qualify(Dialect dialect) {
    static constexpr std::array<Dialect, 11> kKnow = {Dialect::none,       Dialect::duckdb,    Dialect::redshift,
                                                      Dialect::bigquery,   Dialect::snowflake, Dialect::databricks,
                                                      Dialect::clickhouse, Dialect::starrocks, Dialect::druid,
                                                      Dialect::dremio,     Dialect::teradata};
    return std::find(kKnow.begin(), kKnow.end(), dialect) != kKnow.end();
}

Result<Expansion> deduplicate(Expander& expander, const MacroCall& call) {
    const Dialect dialect = expander.dialect();
    const std::string* relation = call.argument(0, "relation");
    const std::string* partition = call.argument(1, "partition_by");
    const std::string* order = call.argument(2, "order_by");
    if (relation == nullptr || partition == nullptr || order == nullptr)
        return usage("@DEDUPLICATE(relation, [columns], ['order'])");
    const auto columns = unpack_list(*partition, dialect);
    const auto items = unpack_list(*order, dialect);
    if (!columns)
        return fail(ErrorCode::invalid, "partition_by must be a list of columns: [<column>, cast(<column> as <type>)]");
    if (!items || items->empty())
        return fail(ErrorCode::invalid, "order_by must be a list of strings: ['<column> <asc|desc>']");
    std::vector<std::string> orders;
    for (const std::string& item : *items) orders.push_back(text_argument(expander, &item, ""));
    const std::string number =
        "ROW_NUMBER() OVER (PARTITION BY " + join(*columns, ", ") + " ORDER BY " + join(orders, ", ") + ")";
    if (knows_qualify(dialect)) return Expansion("SELECT * FROM " + *relation + " QUALIFY " + number + " = 1");
    return Expansion("SELECT * FROM (SELECT *, " + number + " AS _w FROM " + *relation + ") AS _t WHERE _w = 1");
}

/// The numbers of a date as it is written, `2024-1-31` too; nothing if it is none.
std::optional<std::array<std::int64_t, 3>> date_numbers(std::string_view text) {
    const std::vector<std::string> parts = split(text, "-");
    if (parts.size() != 3) return std::nullopt;
    std::array<std::int64_t, 3> out{};
    for (std::size_t i = 0; i < 3; ++i) {
        const auto number = parts[i].size() > 4 ? std::nullopt : parse_int(parts[i]);
        if (!number) return std::nullopt;
        out[i] = *number;
    }
    const bool possible = out[0] > 0 && out[1] > 0 && out[1] <= 12 && out[2] > 0 && out[2] <= 31;
    return possible ? std::optional(out) : std::nullopt;
}

Result<Expansion> date_spine(Expander& expander, const MacroCall& call) {
    const Dialect dialect = expander.dialect();
    if (call.arguments.size() != 3) return usage("@DATE_SPINE(datepart, start_date, end_date)");
    const std::string part = lower(text_argument(expander, &call.arguments[0], ""));
    if (part != "day" && part != "week" && part != "month" && part != "quarter" && part != "year") {
        return fail(ErrorCode::invalid,
                    "Invalid datepart '" + part + "'. Expected: 'day', 'week', 'month', 'quarter', or 'year'.");
    }
    const MacroValue first = value_of_sql(call.arguments[1], dialect);
    const MacroValue last = value_of_sql(call.arguments[2], dialect);
    const SpineEnd begin{call.arguments[1], first.kind == MacroValue::Kind::string};
    const SpineEnd end{call.arguments[2], last.kind == MacroValue::Kind::string};
    if (!begin.is_text || !end.is_text) return Expansion(date_spine_form(part, begin, end, dialect));
    const auto from = date_numbers(first.text);
    const auto to = date_numbers(last.text);
    if (!from || !to)
        return fail(ErrorCode::invalid,
                    "Invalid date format - start_date and end_date must be in format: YYYY-MM-DD, not '" +
                        (from ? last.text : first.text) + "'.");
    if (*from > *to)
        return fail(ErrorCode::invalid,
                    "Invalid date range - start_date '" + first.text + "' is after end_date '" + last.text + "'.");
    return Expansion(date_spine_form(part, begin, end, dialect));
}

Result<Expansion> resolve_template(Expander& expander, const MacroCall& call) {
    if (call.arguments.empty()) return usage("@RESOLVE_TEMPLATE('template'[, mode := 'literal' or 'table'])");
    const std::string text = text_argument(expander, &call.arguments[0], "");
    const std::string mode = lower(text_argument(expander, call.argument(1, "mode"), "literal"));
    const MacroValue* model = expander.find("this_model");
    if (model == nullptr) return Expansion(call.arguments[0]);
    TRY(const std::vector<NamePart> parts,
        parse_table_name(macro_value_text(*model, expander.dialect()), expander.dialect()));
    const auto part = [&](std::size_t from_end) {
        return parts.size() >= from_end ? parts[parts.size() - from_end].text : "";
    };
    std::string out = replace_all(text, "@{catalog_name}", part(3));
    out = replace_all(out, "@{schema_name}", part(2));
    out = replace_all(out, "@{table_name}", part(1));
    if (mode == "table") return Expansion(std::move(out));
    return Expansion(quote_string(out, expander.dialect()));
}

/// Columns of a relation; at load time with no schema, SQLMesh's placeholder.
Result<std::vector<ColumnType>> columns_of_relation(const Expander& expander, const std::string& relation) {
    if (expander.scope().columns) {
        if (auto known = expander.scope().columns(relation)) return *known;
    }
    const MacroValue* stage = expander.find("runtime_stage");
    if (stage == nullptr || stage->text == "loading") {
        Expr unknown;
        unknown.kind = ExprKind::data_type;
        unknown.text = "UNKNOWN";
        return std::vector<ColumnType>{{"__schema_unavailable_at_load__", unknown, false}};
    }
    return fail(ErrorCode::invalid, "Schema for model '" + relation + "' can't be statically determined.",
                "Declare the columns of that model, or do not select stars in it.");
}

bool is_known(const Expr& type) { return !type.text.empty() && type.text != "UNKNOWN"; }

Result<Expansion> star(Expander& expander, const MacroCall& call) {
    const Dialect dialect = expander.dialect();
    const std::string* relation = call.argument(0, "relation");
    if (relation == nullptr) return usage("@STAR(relation[, alias][, exclude := [columns]])");
    const std::string* alias = call.argument(1, "alias");
    const std::string* exclude = call.argument(2, "exclude");
    if (exclude == nullptr) exclude = call.argument(7, "except_");
    const std::string prefix = text_argument(expander, call.argument(3, "prefix"), "");
    const std::string suffix = text_argument(expander, call.argument(4, "suffix"), "");
    const bool quote = flag_argument(call.argument(5, "quote_identifiers"), true);
    TRY(const std::vector<NamePart> parts, parse_table_name(alias == nullptr ? *relation : *alias, dialect));
    const std::string table = normalize_identifier(parts.back().text, parts.back().quoted, dialect);
    std::vector<std::string> excluded;
    if (exclude != nullptr) {
        for (const std::string& item : unpack_list(*exclude, dialect).value_or(std::vector<std::string>{*exclude})) {
            TRY(const std::vector<NamePart> name, parse_table_name(item, dialect));
            excluded.push_back(normalize_identifier(name.back().text, name.back().quoted, dialect));
        }
    }
    TRY(std::vector<ColumnType> columns, columns_of_relation(expander, *relation));
    std::erase_if(columns, [&](const ColumnType& c) {
        return std::find(excluded.begin(), excluded.end(), c.name) != excluded.end();
    });
    const bool typed =
        std::all_of(columns.begin(), columns.end(), [](const ColumnType& c) { return is_known(c.type); });
    const auto name = [&](const std::string& text) {
        return quote || !is_plain_identifier(text) ? quote_identifier(text, dialect) : text;
    };
    std::vector<std::string> out;
    for (const ColumnType& column : columns) {
        const std::string reference = name(table) + "." + name(column.name);
        const std::string value =
            typed ? "CAST(" + reference + " AS " + type_sql(column.type, dialect) + ")" : reference;
        out.push_back(value + " AS " + name(prefix + column.name + suffix));
    }
    return Expansion::list(std::move(out));
}

Result<Expansion> union_(Expander& expander, const MacroCall& call) {
    const Dialect dialect = expander.dialect();
    std::vector<std::string> tables = call.arguments;
    bool only_first = false;
    std::string how = "ALL";
    const auto is_how = [&](const std::string& text) {
        const std::string word = upper(macro_value_text(value_of_sql(text, dialect), dialect));
        return word == "ALL" || word == "DISTINCT";
    };
    if (!tables.empty() && !is_how(tables[0]) && !parse_table_name(tables[0], dialect)) {
        TRY(const bool condition, expander.condition(tables[0]));
        only_first = !condition;
        tables.erase(tables.begin());
    } else if (!tables.empty() && (iequals(tables[0], "TRUE") || iequals(tables[0], "FALSE"))) {
        only_first = iequals(tables[0], "FALSE");
        tables.erase(tables.begin());
    }
    if (!tables.empty() && is_how(tables[0])) {
        how = upper(macro_value_text(value_of_sql(tables[0], dialect), dialect));
        tables.erase(tables.begin());
    }
    if (tables.empty()) return usage("@UNION([condition,] ['ALL',] table, …)");
    if (only_first) tables.resize(1);
    TRY(std::vector<ColumnType> common, columns_of_relation(expander, tables[0]));
    for (std::size_t i = 1; i < tables.size(); ++i) {
        TRY(const std::vector<ColumnType> other, columns_of_relation(expander, tables[i]));
        std::erase_if(common,
                      [&](const ColumnType& c) { return std::find(other.begin(), other.end(), c) == other.end(); });
    }
    std::vector<std::string> projections;
    for (const ColumnType& column : common) {
        const std::string name =
            is_plain_identifier(column.name) ? column.name : quote_identifier(column.name, dialect);
        const std::string cast =
            is_known(column.type) ? "CAST(" + name + " AS " + type_sql(column.type, dialect) + ")" : name;
        projections.push_back(cast + " AS " + name);
    }
    std::vector<std::string> selects;
    for (const std::string& table : tables) selects.push_back("SELECT " + join(projections, ", ") + " FROM " + table);
    return Expansion(join(selects, how == "ALL" ? " UNION ALL " : " UNION "));
}

struct Row {
    std::string_view name;
    Builtin function;
};
constexpr std::array<Row, 11> kGenerators = {{{"star", star},
                                              {"generate_surrogate_key", generate_surrogate_key},
                                              {"safe_add", safe_add},
                                              {"safe_sub", safe_sub},
                                              {"safe_div", safe_div},
                                              {"union", union_},
                                              {"haversine_distance", haversine_distance},
                                              {"pivot", pivot},
                                              {"deduplicate", deduplicate},
                                              {"date_spine", date_spine},
                                              {"resolve_template", resolve_template}}};

}  // namespace

Builtin find_generator(std::string_view name) {
    for (const Row& row : kGenerators) {
        if (row.name == name) return row.function;
    }
    return nullptr;
}

}  // namespace towline::sql
