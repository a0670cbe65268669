#include "inference/types.h"

#include <algorithm>
#include <array>

#include "base/strings.h"
#include "sql/type_names.h"

namespace towline::inference {
namespace {

using sql::Dialect;

/// Members of the sets, between blanks.
struct SetRow {
    TypeSet set;
    std::string_view members;
};
constexpr SetRow kSets[] = {
    {TypeSet::text, " CHAR NAME NCHAR NVARCHAR TEXT VARCHAR "},
    {TypeSet::integer,
     " BIGINT BIT INT INT128 INT256 MEDIUMINT SMALLINT TINYINT UBIGINT UINT UINT128 UINT256 UMEDIUMINT USMALLINT "
     "UTINYINT "},
    {TypeSet::real,
     " BIGDECIMAL DECFLOAT DECIMAL DECIMAL128 DECIMAL256 DECIMAL32 DECIMAL64 DOUBLE FLOAT MONEY SMALLMONEY UDECIMAL "
     "UDOUBLE "},
    {TypeSet::floating, " DOUBLE FLOAT "},
    {TypeSet::temporal,
     " DATE DATE32 DATETIME DATETIME2 DATETIME64 SMALLDATETIME TIME TIMESTAMP TIMESTAMPLTZ TIMESTAMPNTZ TIMESTAMPTZ "
     "TIMESTAMP_MS TIMESTAMP_NS TIMESTAMP_S TIMETZ "}};

/// From the widest to the narrowest; a type coerces to those in front of it.
constexpr std::array<std::string_view, 5> kText = {"TEXT", "NVARCHAR", "VARCHAR", "NCHAR", "CHAR"};
constexpr std::array<std::string_view, 9> kNumeric = {"DECFLOAT", "DOUBLE", "FLOAT",    "BIGDECIMAL", "DECIMAL",
                                                      "BIGINT",   "INT",    "SMALLINT", "TINYINT"};
constexpr std::array<std::string_view, 5> kTime = {"TIMESTAMPLTZ", "TIMESTAMPTZ", "TIMESTAMP", "DATETIME", "DATE"};
constexpr std::array<std::string_view, 5> kOfVarchar = {"DATE", "DATETIME", "TIME", "TIMESTAMP", "TIMESTAMPTZ"};

template <std::size_t N>
int rank(const std::array<std::string_view, N>& order, std::string_view name) {
    const auto found = std::find(order.begin(), order.end(), name);
    return found == order.end() ? -1 : static_cast<int>(found - order.begin());
}
template <std::size_t N>
bool wider(const std::array<std::string_view, N>& order, std::string_view from, std::string_view to) {
    const int a = rank(order, from);
    const int b = rank(order, to);
    return a >= 0 && b >= 0 && b < a;
}
bool in_set(std::string_view name, TypeSet set) {
    if (set == TypeSet::numeric) return in_set(name, TypeSet::integer) || in_set(name, TypeSet::real);
    const std::string wanted = " " + std::string(name) + " ";
    for (const SetRow& row : kSets)
        if (row.set == set) return row.members.find(wanted) != std::string_view::npos;
    return false;
}

bool coerces(std::string_view from, std::string_view to, Dialect rules) {
    const bool hive = rules == Dialect::hive || rules == Dialect::spark;
    const bool text = in_set(from, TypeSet::text);
    if (rules == Dialect::bigquery && from == "BIGDECIMAL") return to == "DOUBLE";
    if (wider(kText, from, to) || wider(kNumeric, from, to) || wider(kTime, from, to)) return true;
    if (hive)
        return in_set(to, TypeSet::text) &&
               (in_set(from, TypeSet::numeric) || in_set(from, TypeSet::temporal) || from == "INTERVAL");
    if (rules == Dialect::databricks)
        return text && (in_set(to, TypeSet::numeric) || in_set(to, TypeSet::temporal) || to == "BINARY" ||
                        to == "BOOLEAN" || to == "INTERVAL");
    return from == "VARCHAR" && rank(kOfVarchar, to) >= 0;
}

bool is_date_unit(std::string_view unit) {
    for (const std::string_view known : {"DAY", "WEEK", "MONTH", "QUARTER", "YEAR", "YEAR_MONTH"})
        if (iequals(unit, known)) return true;
    return false;
}

/// 2024-01-31, with a time behind it if `with_time`.
bool is_iso_date(std::string_view text, bool with_time) {
    constexpr std::string_view kShape = "dddd-dd-dd";
    if (text.size() < kShape.size() || (!with_time && text.size() != kShape.size())) return false;
    for (std::size_t i = 0; i < kShape.size(); ++i) {
        const bool digit = text[i] >= '0' && text[i] <= '9';
        if (kShape[i] == 'd' ? !digit : text[i] != '-') return false;
    }
    return text.size() == kShape.size() || text[kShape.size()] == ' ' || text[kShape.size()] == 'T';
}

Type date_literal_type(std::string_view text, std::string_view unit) {
    if (is_iso_date(text, false) && is_date_unit(unit)) return type_named("DATE");
    return is_iso_date(text, true) ? type_named("DATETIME") : unknown_type();
}

}  // namespace

bool caret_is_power(Dialect dialect) {
    return grammar(dialect) == Dialect::postgres || dialect == Dialect::duckdb || dialect == Dialect::redshift;
}
Type type_named(std::string_view canonical) {
    Type out;
    out.kind = sql::ExprKind::data_type;
    out.text = canonical;
    return out;
}
Type unknown_type() { return type_named("UNKNOWN"); }
bool is_type(const Type& type, std::string_view canonical) { return type.text == canonical; }
bool is_unknown(const Type& type) { return type.text.empty() || type.text == "UNKNOWN"; }
bool is_nested(const Type& type) {
    return !type.children.empty() && (type.text == "ARRAY" || type.text == "STRUCT" || type.text == "MAP" ||
                                      type.text == "LIST" || type.text == "NESTED" || type.text == "NULLABLE");
}
bool is_in(const Type& type, TypeSet set) { return in_set(type.text, set); }
Type array_of(Type element) {
    Type out = type_named("ARRAY");
    out.children.push_back(std::move(element));
    return out;
}
Type element_of(const Type& type) {
    return type.text == "ARRAY" && !type.children.empty() ? type.children.front() : unknown_type();
}

namespace {

bool is_composite(const Type& type) {
    static constexpr std::array<std::string_view, 8> kNames = {"ARRAY", "MAP",  "STRUCT",  "NESTED",
                                                               "POINT", "RING", "POLYGON", "MULTIPOLYGON"};
    return std::find(kNames.begin(), kNames.end(), type.text) != kNames.end();
}

Type nullable(const Type& type, bool key) {
    Type out = type;
    bool first = true;
    for (Type& child : out.children) {
        Type& inner = child.is(sql::ExprKind::alias) ? child.children.front() : child;
        if (inner.is(sql::ExprKind::data_type)) inner = nullable(inner, first && type.text == "MAP");
        first = false;
    }
    if (out.quoted || key || is_composite(out) || out.text == "NULLABLE") return out;
    Type wrapped = type_named("NULLABLE");
    wrapped.children.push_back(std::move(out));
    return wrapped;
}

}  // namespace

Type declared_type(Type type, Dialect dialect) {
    if (dialect != Dialect::clickhouse) return type;
    if (type.text == "NULLABLE" && !type.children.empty()) {  // told by the missing mark
        Type inner = declared_type(std::move(type.children.front()), dialect);
        inner.quoted = false;
        return inner;
    }
    for (Type& child : type.children) {
        Type& inner = child.is(sql::ExprKind::alias) ? child.children.front() : child;
        if (inner.is(sql::ExprKind::data_type)) inner = declared_type(std::move(inner), dialect);
    }
    type.quoted = true;
    return type;
}

namespace {

/// The type and the types inside of it as a cast names them.
Type named_by_cast(Type type, Dialect dialect) {
    const bool hive = dialect == Dialect::hive || dialect == Dialect::spark || dialect == Dialect::databricks;
    if (hive && (type.text == "CHAR" || type.text == "VARCHAR")) return type_named("TEXT");
    for (Type& child : type.children) {
        Type& inner = child.is(sql::ExprKind::alias) ? child.children.front() : child;
        if (inner.is(sql::ExprKind::data_type)) inner = named_by_cast(std::move(inner), dialect);
    }
    return type;
}

/// `a.b UInt32`, `SKIP c` and `max_types = 5` of JSON and Dynamic with their names in quotes.
std::string quoted_path(const Type& type, const std::string& text) {
    const bool setting = text.find('=') != std::string::npos;
    if (setting && type.text == "JSON") return text;  // there no name
    const std::size_t skipped = starts_with_ignoring_case(text, "SKIP ") ? 5 : 0;
    const std::size_t end = std::min(text.find(' ', skipped), text.size());
    std::vector<std::string> names = split(std::string_view(text).substr(skipped, end - skipped), ".");
    for (std::string& name : names) name = sql::quote_identifier(name, Dialect::clickhouse);
    return text.substr(0, skipped) + join(names, ".") + text.substr(end);
}

/// Names in ClickHouse's types stand in quotes where those of columns do: AggregateFunction("sum", Int32).
void quote_names(Type& type) {
    const bool state = type.text.ends_with("AGGREGATEFUNCTION");
    for (Type& child : type.children) {
        if (state && child.is(sql::ExprKind::column) &&
            sql::canonical_type(child.children.back().text, Dialect::clickhouse).empty())
            child.children.back().quoted = true;
        if ((type.text == "JSON" || type.text == "DYNAMIC") && child.is(sql::ExprKind::raw))
            child.text = quoted_path(type, child.text);
        if (child.is(sql::ExprKind::data_type)) quote_names(child);
    }
}

}  // namespace

Type cast_type(Type type, Dialect dialect) {
    sql::fold_type_names(type, dialect, true);
    if (dialect == Dialect::clickhouse) quote_names(type);
    return declared_type(named_by_cast(std::move(type), dialect), dialect);
}

std::string column_type_text(const Type& type, Dialect dialect) {
    if (is_unknown(type)) return {};
    return sql::type_sql(dialect == Dialect::clickhouse ? nullable(type, false) : type, dialect);
}

namespace {

/// Casts of BigQuery name no lengths, at no depth.
void drop_parameters(Type& type) {
    if (!is_nested(type)) type.children.clear();
    for (Type& child : type.children) {
        Type& inner = child.is(sql::ExprKind::alias) ? child.children.front() : child;
        if (inner.is(sql::ExprKind::data_type)) drop_parameters(inner);
    }
}

}  // namespace

Type reread_type(const Type& type, Dialect dialect) {
    struct Row {
        Dialect dialect;
        std::string_view printed, from;
    };
    // What a cast says instead of the type.
    static constexpr Row kCasts[] = {
        {Dialect::mysql, "BIGINT", " BIGINT BOOLEAN INT SMALLINT TINYINT MEDIUMINT "},
        {Dialect::mysql, "CHAR", " LONGTEXT LONGBLOB MEDIUMBLOB MEDIUMTEXT TEXT TINYBLOB TINYTEXT VARCHAR "},
        {Dialect::mysql, "TIMESTAMP", " TIMESTAMPTZ TIMESTAMPLTZ "},
        {Dialect::clickhouse, "TEXT", " CHAR NCHAR NVARCHAR "}};
    Type out = type;
    for (const Row& row : kCasts)
        if (row.dialect == dialect && row.from.find(" " + type.text + " ") != std::string_view::npos) {
            out.text = row.printed;
            if (row.printed != "CHAR") out.children.clear();
            return out;
        }
    if (dialect == Dialect::bigquery) drop_parameters(out);
    auto parsed = sql::parse_type(column_type_text(out, dialect), dialect);
    return parsed ? declared_type(std::move(*parsed), dialect) : out;
}

Type coerced(const Type& first, const Type& second, const Typing& typing) {
    if (!first.children.empty()) return first;
    if (!second.children.empty()) return second;
    if (is_unknown(first) || is_unknown(second)) return unknown_type();
    // What has no parameters is told by its name alone, and a type of the user's own has none that all know.
    const auto named = [&](const Type& type) {
        return type_named(typing.dialect != Dialect::clickhouse && sql::is_own_type(type) ? "USER-DEFINED" : type.text);
    };
    if (is_type(first, "NULL")) return named(second);
    if (is_type(second, "NULL")) return named(first);
    return named(coerces(first.text, second.text, typing.rules()) ? second : first);
}

Type common_type(const std::vector<TypedValue>& values, const Typing& typing) {
    std::optional<Type> literal;
    std::optional<Type> other;
    const Type* nested = nullptr;
    for (const TypedValue& value : values) {
        if (is_unknown(value.type)) return unknown_type();
        if (nested) continue;
        if (is_nested(value.type)) {
            nested = &value.type;
            continue;
        }
        std::optional<Type>& into = value.literal ? literal : other;
        into = coerced(into.value_or(value.type), value.type, typing);
    }
    if (nested) return *nested;
    if (!literal || !other) return literal ? *literal : other.value_or(unknown_type());
    if (typing.rules() == Dialect::bigquery &&
        ((is_in(*literal, TypeSet::integer) && is_in(*other, TypeSet::integer)) ||
         (is_in(*literal, TypeSet::real) && is_in(*other, TypeSet::real))))
        return *other;
    return coerced(*other, *literal, typing);
}

Type promoted(Type type) {
    if (is_in(type, TypeSet::integer)) return type_named("BIGINT");
    if (is_in(type, TypeSet::floating)) return type_named("DOUBLE");
    return type;
}

Type binary_type(const Operand& left, const Operand& right, const Typing& typing) {
    const Type& a = left.value.type;
    const Type& b = right.value.type;
    const bool a_text = is_in(a, TypeSet::text);
    const bool b_text = is_in(b, TypeSet::text);
    if (a_text && is_type(b, "INTERVAL")) return date_literal_type(left.text, right.unit);
    if (b_text && is_type(a, "INTERVAL")) return date_literal_type(right.text, left.unit);
    if (a_text && is_in(b, TypeSet::numeric)) return b;
    if (b_text && is_in(a, TypeSet::numeric)) return a;
    if (is_type(a, "DATE") && is_type(b, "INTERVAL")) return type_named(is_date_unit(right.unit) ? "DATE" : "DATETIME");
    if (is_type(b, "DATE") && is_type(a, "INTERVAL")) return type_named(is_date_unit(left.unit) ? "DATE" : "DATETIME");
    return common_type({left.value, right.value}, typing);
}

Type quotient_type(const Type& left, const Type& right, const Typing& typing) {
    if (sql::facts(typing.dialect).integer_division && is_in(left, TypeSet::integer) && is_in(right, TypeSet::integer))
        return type_named("BIGINT");
    const Type plain = coerced(type_named(is_unknown(left) ? "UNKNOWN" : left.text),
                               type_named(is_unknown(right) ? "UNKNOWN" : right.text), typing);
    return is_in(plain, TypeSet::real) ? plain : coerced(plain, type_named("DOUBLE"), typing);
}

Type unit_type(const TypedValue& value, std::string_view text, std::string_view unit) {
    if (is_in(value.type, TypeSet::text)) return date_literal_type(text, unit);
    if (!is_in(value.type, TypeSet::temporal)) return unknown_type();
    return is_date_unit(unit) ? type_named(value.type.text) : type_named("DATETIME");
}

}  // namespace towline::inference
