// Data types: parsing to canonical names, printing in a dialect.
#include <array>

#include "base/strings.h"
#include "sql/expression_parser.h"
#include "sql/limits.h"
#include "sql/type_names.h"

namespace towline::sql {
namespace {

Expr type_node(std::string name) {
    Expr expr;
    expr.kind = ExprKind::data_type;
    expr.text = std::move(name);
    return expr;
}

/// Canonical name of a type word that holds other types, or "".
std::string_view nesting(std::string_view word, Dialect dialect) {
    struct Row {
        std::string_view word;
        std::string_view canonical;
    };
    static constexpr std::array<Row, 7> kRows = {{{"ARRAY", "ARRAY"},
                                                  {"LIST", "LIST"},
                                                  {"MAP", "MAP"},
                                                  {"STRUCT", "STRUCT"},
                                                  {"NULLABLE", "NULLABLE"},
                                                  {"LOWCARDINALITY", "LOWCARDINALITY"},
                                                  {"NESTED", "NESTED"}}};
    for (const Row& row : kRows) {
        if (iequals(word, row.word)) return row.canonical;
    }
    if (iequals(word, "UNION") && dialect == Dialect::duckdb) return "UNION";
    if (iequals(word, "RANGE") && dialect == Dialect::bigquery) return "RANGE";
    if (iequals(word, "ROW") || (iequals(word, "TUPLE") && dialect == Dialect::clickhouse) ||
        (iequals(word, "OBJECT") && dialect == Dialect::snowflake)) {
        return "STRUCT";
    }
    return {};
}

bool round_brackets(Dialect dialect) {
    return dialect == Dialect::duckdb || dialect == Dialect::snowflake || grammar(dialect) == Dialect::trino ||
           dialect == Dialect::presto || dialect == Dialect::athena || dialect == Dialect::clickhouse;
}

bool suffix_arrays(Dialect dialect) {
    return dialect == Dialect::duckdb || grammar(dialect) == Dialect::postgres || dialect == Dialect::redshift;
}

std::string_view nested_name(std::string_view canonical, Dialect dialect) {
    if (dialect == Dialect::clickhouse) {
        if (canonical == "ARRAY") return "Array";
        if (canonical == "MAP") return "Map";
        if (canonical == "STRUCT") return "Tuple";
        if (canonical == "NULLABLE") return "Nullable";
        if (canonical == "LOWCARDINALITY") return "LowCardinality";
        if (canonical == "NESTED") return "Nested";
    }
    if (canonical == "ARRAY" && dialect == Dialect::dremio) return "LIST";
    if (canonical == "STRUCT") {
        if (dialect == Dialect::snowflake) return "OBJECT";
        if (grammar(dialect) == Dialect::trino || dialect == Dialect::presto || dialect == Dialect::athena)
            return "ROW";
    }
    return canonical;
}

std::string nested_sql(const Expr& type, Dialect dialect) {
    if (type.text == "ARRAY" && suffix_arrays(dialect)) {
        const std::string size = type.children.size() > 1 ? type.children[1].text : "";
        return type_sql(type.children[0], dialect) + "[" + size + "]";
    }
    if (type.text == "NULLABLE" && dialect != Dialect::clickhouse) return type_sql(type.children[0], dialect);
    const bool colon = dialect == Dialect::spark || dialect == Dialect::databricks || dialect == Dialect::hive;
    std::vector<std::string> parts;
    for (const Expr& child : type.children) {
        if (child.is(ExprKind::alias)) {
            const std::string name = child.quoted ? quote_identifier(child.text, dialect) : child.text;
            std::string field = name + (colon ? ": " : " ") + type_sql(child.children[0], dialect);
            for (std::size_t i = 1; i < child.children.size(); ++i) {
                const bool comment = child.children[i].is(ExprKind::string);
                field += comment ? " COMMENT " : " ";
                field += to_sql(child.children[i], dialect);
            }
            parts.push_back(std::move(field));
        } else if (child.is(ExprKind::data_type)) {
            parts.push_back(type_sql(child, dialect));
        }
    }
    const bool round = round_brackets(dialect) || (type.text == "MAP" && dialect == Dialect::risingwave);
    const bool sized = type.text == "ARRAY" && type.children.size() > 1;
    return std::string(nested_name(type.text, dialect)) + (round ? "(" : "<") + join(parts, ", ") +
           (round ? ")" : ">") + (sized ? "[" + type.children[1].text + "]" : "");
}

/// False where INT[3] is no type but INT and a subscript.
bool sized_arrays(Dialect dialect) {
    switch (grammar(dialect)) {
        case Dialect::snowflake:
        case Dialect::bigquery:
        case Dialect::databricks:
        case Dialect::spark:
        case Dialect::hive:
        case Dialect::mysql:
        case Dialect::tsql:
            return false;
        default:
            return true;
    }
}

/// What sqlglot adds when it reads a type in some dialects.
void adjust(Expr& type, Dialect dialect) {
    if (type.text != "DECIMAL" || !type.children.empty()) return;
    if (dialect == Dialect::duckdb) type.children = {number_literal("18"), number_literal("3")};
    if (dialect == Dialect::snowflake) type.children = {number_literal("38"), number_literal("0")};
}

/// Types whose parameters a dialect does not print.
bool drops_parameters(std::string_view canonical, std::string_view printed, Dialect dialect) {
    switch (dialect) {
        case Dialect::clickhouse:
            return printed == "String";
        case Dialect::duckdb:
            return canonical == "TIMESTAMPTZ" || canonical == "TIME";
        case Dialect::databricks:
        case Dialect::spark:
        case Dialect::hive:
            return canonical.starts_with("TIME") || canonical == "DATETIME" || canonical == "FLOAT";
        default:
            return false;
    }
}

/// TIMESTAMP(3) WITH TIME ZONE, BIGINT(20) UNSIGNED: where words follow the parameters.
std::string_view behind_parameters(std::string_view canonical, Dialect dialect) {
    if (grammar(dialect) == Dialect::mysql && canonical.starts_with("U") && canonical != "UUID") return " UNSIGNED";
    const bool words = grammar(dialect) == Dialect::trino || dialect == Dialect::presto || dialect == Dialect::athena ||
                       dialect == Dialect::redshift;
    return words && (canonical == "TIMESTAMPTZ" || canonical == "TIMETZ") ? " WITH TIME ZONE" : "";
}

}  // namespace

Result<Expr> ExpressionParser::type() {
    const std::size_t begin = at_;
    if (tokens_.kind(at_) != TokenKind::word && tokens_.kind(at_) != TokenKind::quoted_identifier) {
        return unexpected("a data type");
    }
    if (++depth_ > kNestingDepthMax) return fail(ErrorCode::too_large, "The type is nested more than 200 deep.");
    TRY(Expr parsed, type_head());
    if (take_word("ARRAY") && !symbol("[")) {  // INTEGER ARRAY
        Expr outer = type_node("ARRAY");
        outer.children.push_back(std::move(parsed));
        parsed = std::move(outer);
    }
    for (int arrays = depth_; symbol("["); ++arrays) {
        // Brackets in a row are levels of the type, though none stands inside another.
        if (arrays > kNestingDepthMax) return fail(ErrorCode::too_large, "The type is nested more than 200 deep.");
        const std::size_t close = tokens_.closing(at_);
        if (close >= tokens_.size()) return unexpected("a closing ']'");
        if (close > at_ + 1 && !sized_arrays(tokens_.dialect())) break;  // a subscript of what was cast
        if (tokens_.dialect() == Dialect::clickhouse && parsed.text != "ARRAY" && parsed.text != "NULLABLE") {
            Expr nullable = type_node("NULLABLE");
            nullable.children.push_back(std::move(parsed));
            parsed = std::move(nullable);
        }
        Expr outer = type_node("ARRAY");
        outer.children.push_back(std::move(parsed));
        if (close > at_ + 1) outer.children.push_back(number_literal(std::string(tokens_.text_of(at_ + 1))));
        parsed = std::move(outer);
        at_ = close + 1;
    }
    --depth_;
    return with_span(std::move(parsed), begin);
}

Result<Expr> ExpressionParser::type_head() {
    const std::string word_text(tokens_.text_of(at_));
    const bool quoted = tokens_.kind(at_) == TokenKind::quoted_identifier;
    ++at_;
    const std::string_view outer = quoted ? std::string_view() : nesting(word_text, tokens_.dialect());
    if (!outer.empty() && (symbol("<") || symbol("("))) {
        const std::string_view close = symbol("<") ? ">" : ")";
        ++at_;
        return nested_types(type_node(std::string(outer)), close);
    }
    if (!outer.empty()) return type_node(std::string(outer));

    std::string name = word_text;
    bool varying = false;
    if (iequals(name, "DOUBLE") && take_word("PRECISION")) name = "double";
    if ((iequals(name, "CHARACTER") || iequals(name, "CHAR") || iequals(name, "NCHAR")) && take_word("VARYING"))
        varying = true;
    if (iequals(name, "BINARY") && take_word("VARYING")) name = "varbinary";
    if (iequals(name, "SIGNED") || iequals(name, "UNSIGNED")) take_word("INTEGER");
    const bool character = iequals(name, "CHARACTER");
    if (iequals(name, "LONG") && take_word("VARCHAR")) name = "text";
    if (iequals(name, "INTERVAL")) {
        Expr interval = type_node("INTERVAL");
        static constexpr std::array<std::string_view, 7> kUnits = {"YEAR", "MONTH",  "WEEK",  "DAY",
                                                                   "HOUR", "MINUTE", "SECOND"};
        for (const std::string_view unit : kUnits) {
            if (!take_word(unit)) continue;
            interval.text += " " + std::string(unit);
            if (take_word("TO")) interval.text += " TO";
        }
        return interval;
    }
    // A quoted name is a type as well if it is the name of one.
    const std::string bare = quoted ? identifier_text(word_text, tokens_.dialect()) : name;
    std::string canonical(canonical_type(bare, tokens_.dialect()));
    if (varying || character) canonical = varying ? "VARCHAR" : "CHAR";
    Expr parsed = type_node(canonical);
    if (canonical.empty()) {
        // A type of the user's own: an identifier of PostgreSQL, else its name.
        const bool bare_names = grammar(tokens_.dialect()) != Dialect::postgres;
        parsed.text = bare_names ? bare : word_text;
        parsed.quoted = true;
        while (symbol(".") && at_ + 1 < tokens_.size()) {
            const bool in_quotes = tokens_.kind(at_ + 1) == TokenKind::quoted_identifier;
            const std::string part(tokens_.text_of(at_ + 1));
            parsed.text += "." + (bare_names && in_quotes ? identifier_text(part, tokens_.dialect()) : part);
            at_ += 2;
        }
    }
    TRY_STATUS(type_parameters(parsed));
    if (take_word("UNSIGNED")) parsed.text = "U" + parsed.text;
    if (iequals(word_text, "TIMESTAMP") || iequals(word_text, "TIME")) time_zone(parsed, iequals(word_text, "TIME"));
    if (parsed.text == "TEXT" && tokens_.dialect() == Dialect::duckdb && !symbol("[")) parsed.children.clear();
    if (!symbol("[")) adjust(parsed, tokens_.dialect());
    return parsed;
}

/// ClickHouse's JSON(max_dynamic_paths = 10, a.b UInt32, SKIP c).
bool ExpressionParser::has_paths(std::string_view type) const {
    return tokens_.dialect() == Dialect::clickhouse && (type == "JSON" || type == "DYNAMIC");
}

Status ExpressionParser::type_parameters(Expr& parsed) {
    const std::size_t close = tokens_.closing(at_);
    if (!symbol("(")) return {};
    if (close >= tokens_.size()) return unexpected("a closing ')'");
    ++at_;
    while (at_ < close) {
        const std::size_t begin = at_;
        if (has_paths(parsed.text)) {
            while (at_ < close && !symbol(",")) {
                const std::size_t inner = tokens_.closing(at_);
                at_ = (inner < close ? inner : at_) + 1;
            }
            Expr path = raw_from(begin);
            if (tokens_.is_symbol(begin + 1, "="))
                path.text = std::string(tokens_.text_of(begin)) + " = " + std::string(tokens_.text_of(begin + 2));
            parsed.children.push_back(std::move(path));
        } else if (tokens_.kind(at_) == TokenKind::word && tokens_.closing(at_ + 1) < close) {
            at_ = tokens_.closing(at_ + 1) + 1;
            parsed.children.push_back(raw_from(begin));
        } else if (tokens_.kind(at_) == TokenKind::word) {
            parsed.children.push_back(column_of(std::string(tokens_.text_of(at_++))));
        } else if (tokens_.is_symbol(at_ + 1, "=")) {  // Enum8('a' = 1)
            at_ += tokens_.is_symbol(at_ + 2, "-") ? 4 : 3;
            Expr pair = raw_from(begin);
            const std::size_t value = tokens_.offset_of(begin + 2) - tokens_.offset_of(begin);
            pair.text = std::string(tokens_.text_of(begin)) + " = " + pair.text.substr(value);
            parsed.children.push_back(std::move(pair));
        } else {
            TRY(Expr parameter, field());
            parsed.children.push_back(std::move(parameter));
        }
        if (at_ < close && !take_symbol(",")) return unexpected("',' or ')'");
    }
    at_ = close + 1;
    return {};
}

void ExpressionParser::time_zone(Expr& parsed, bool time) {
    if (word("WITHOUT") && tokens_.is_word(at_ + 1, "TIME") && tokens_.is_word(at_ + 2, "ZONE")) {
        at_ += 3;
    } else if (word("WITH") && tokens_.is_word(at_ + 1, "TIME") && tokens_.is_word(at_ + 2, "ZONE")) {
        at_ += 3;
        parsed.text = time ? "TIMETZ" : "TIMESTAMPTZ";
        parsed.quoted = true;
    } else if (word("WITH") && tokens_.is_word(at_ + 1, "LOCAL")) {
        at_ += 4;
        parsed.text = "TIMESTAMPLTZ";
        parsed.quoted = true;
    }
}

/// NOT NULL and COMMENT 'text' behind a field's type.
void ExpressionParser::field_constraints(Expr& field) {
    while (at_ < tokens_.size()) {
        if (word("NOT") && tokens_.is_word(at_ + 1, "NULL")) {
            Expr constraint;
            constraint.kind = ExprKind::word;
            constraint.text = "NOT NULL";
            field.children.push_back(std::move(constraint));
        } else if (word("COMMENT") && tokens_.kind(at_ + 1) == TokenKind::string) {
            field.children.push_back(string_literal(string_value(tokens_.text_of(at_ + 1), tokens_.dialect())));
        } else if (word("OPTIONS") && tokens_.is_symbol(at_ + 1, "(") && tokens_.dialect() == Dialect::bigquery) {
            field.children.push_back(field_options());
            continue;
        } else {
            return;
        }
        at_ += 2;
    }
}

/// OPTIONS (name = value, …) as it is printed: without blanks around the signs.
Expr ExpressionParser::field_options() {
    const std::size_t close = std::min(tokens_.closing(at_ + 1), tokens_.size() - 1);
    Expr out;
    out.kind = ExprKind::word;
    out.text = "OPTIONS (";
    for (at_ += 2; at_ < close; ++at_) out.text += std::string(tokens_.text_of(at_)) + (symbol(",") ? " " : "");
    out.text += ")";
    ++at_;
    return out;
}

Result<Expr> ExpressionParser::nested_types(Expr outer, std::string_view close) {
    while (at_ < tokens_.size() && !symbol(close)) {
        const bool named = (outer.text == "STRUCT" || outer.text == "NESTED" || outer.text == "UNION") &&
                           (tokens_.is_symbol(at_ + 1, ":") || tokens_.kind(at_ + 1) == TokenKind::word);
        if (named) {
            Expr field_name;
            if (!identifier_part(field_name)) return unexpected("a field name");
            take_symbol(":");
            TRY(Expr field_type, type());
            Expr named_type;
            named_type.kind = ExprKind::alias;
            named_type.text = field_name.text;
            named_type.quoted = field_name.quoted;
            named_type.children.push_back(std::move(field_type));
            field_constraints(named_type);
            outer.children.push_back(std::move(named_type));
        } else {
            TRY(Expr inner, type());
            outer.children.push_back(std::move(inner));
        }
        if (!symbol(close) && !take_symbol(",")) return unexpected("',' or the end of the type");
    }
    if (!take_symbol(close)) return unexpected("the end of the type");
    if (outer.children.empty()) return unexpected("a data type");
    return outer;
}

std::string type_sql(const Expr& type, Dialect dialect) {
    if (!nesting(type.text, dialect).empty() && !type.children.empty()) return nested_sql(type, dialect);
    std::vector<std::string> parameters;
    for (const Expr& child : type.children) {
        const auto word = child.is(ExprKind::column) ? child.name() : std::nullopt;
        const bool keep = type.text.ends_with("AGGREGATEFUNCTION");  // Names of functions and types.
        parameters.push_back(word && !keep ? upper(*word) : to_sql(child, dialect));
    }
    const bool text_max = parameters.size() == 1 && parameters[0] == "MAX";
    if (text_max && !type.text.ends_with("BINARY") &&
        (dialect == Dialect::databricks || dialect == Dialect::spark || dialect == Dialect::hive))
        parameters.clear();
    std::string name(printed_type(type.text, !parameters.empty(), dialect));
    // Fabric keeps six digits of a second.
    const bool precise = dialect == Dialect::fabric && (name == "DATETIME2" || name.starts_with("TIME"));
    if (precise && parameters.size() == 1 && parameters[0].size() == 1 && parameters[0] > "6") parameters[0] = "6";
    if (type.text == "FLOAT" && !parameters.empty() && drops_parameters(type.text, name, dialect) &&
        parameters[0].size() > 1 && parameters[0] > "32") {
        return "DOUBLE";
    }
    if (parameters.empty() || drops_parameters(type.text, name, dialect)) return name;
    return name + "(" + join(parameters, ", ") + ")" + std::string(behind_parameters(type.text, dialect));
}

}  // namespace towline::sql
