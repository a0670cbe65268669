#include <algorithm>
#include <array>
#include <functional>
#include <map>

#include "base/strings.h"
#include "project/render_scope.h"
#include "sql/expression.h"

// The audits that every SQLMesh project has, as a table: name, arguments, and the query of bad rows. The
// queries are written here rather than as macro templates, so that an audit costs no macro expansion and
// works on every engine.

namespace towline::project {
namespace {

/// Arguments by name, as SQL text.
class Arguments {
 public:
    Arguments(const model::Properties& given, const std::string& from, sql::Dialect dialect)
        : from_(from), dialect_(dialect) {
        for (const auto& [name, value] : given) values_[lower(name)] = value;
    }
    bool has(const std::string& name) const {
        return values_.contains(name) && !iequals(trim(values_.at(name)), "null");
    }
    std::string get(const std::string& name, std::string fallback = {}) const {
        const auto found = values_.find(name);
        return found == values_.end() ? fallback : found->second;
    }
    bool flag(const std::string& name, bool fallback) const {
        const std::string word = lower(trim(get(name, fallback ? "true" : "false")));
        return word == "true" || word == "1";
    }
    /// The items of a tuple, array, paren, or a single value.
    std::vector<std::string> items(const std::string& name) const {
        std::vector<std::string> out;
        const auto parsed = sql::parse_expression(get(name), dialect_);
        if (!parsed) return {get(name)};
        for (const sql::Expr& item : parsed->items()) out.push_back(sql::to_sql(item, dialect_));
        return out;
    }
    /// One value without brackets around it.
    std::string column() const {
        const auto all = items("column");
        return all.size() == 1 ? all[0] : get("column");
    }
    std::string each(const std::string& name, std::string_view glue,
                     const std::function<std::string(const std::string&)>& text) const {
        std::vector<std::string> out;
        for (const std::string& item : items(name)) out.push_back(text(item));
        return join(out, glue);
    }
    std::string list(const std::string& name) const { return "(" + join(items(name), ", ") + ")"; }
    std::string condition() const { return get("condition", "TRUE"); }
    std::string where(const std::string& test) const {
        return "SELECT * FROM " + from_ + " WHERE (" + test + ") AND (" + condition() + ")";
    }
    std::string matches(const std::string& value, const std::string& pattern) const {
        switch (sql::grammar(dialect_)) {
            case sql::Dialect::duckdb:
                return "REGEXP_MATCHES(" + value + ", " + pattern + ")";
            case sql::Dialect::postgres:
            case sql::Dialect::redshift:
                return value + " ~ " + pattern;
            case sql::Dialect::bigquery:
                return "REGEXP_CONTAINS(" + value + ", " + pattern + ")";
            case sql::Dialect::clickhouse:
                return "match(" + value + ", " + pattern + ")";
            case sql::Dialect::spark:
            case sql::Dialect::databricks:
            case sql::Dialect::hive:
                return value + " RLIKE " + pattern;
            default:
                return "REGEXP_LIKE(" + value + ", " + pattern + ")";
        }
    }
    std::string text(std::string_view value) const { return sql::quote_string(value, dialect_); }
    const std::string& from() const { return from_; }
    /// value outside [min_v, max_v]; TRUE if no bound is given, as in SQLMesh.
    std::string outside(const std::string& value) const {
        const bool inclusive = flag("inclusive", true);
        std::vector<std::string> tests;
        if (has("min_v")) tests.push_back(value + (inclusive ? " < " : " <= ") + get("min_v"));
        if (has("max_v")) tests.push_back(value + (inclusive ? " > " : " >= ") + get("max_v"));
        return tests.empty() ? "TRUE" : join(tests, " OR ");
    }

 private:
    std::map<std::string, std::string> values_;
    const std::string& from_;
    sql::Dialect dialect_;
};

using Query = std::string (*)(const Arguments&);

std::string unique_values(const Arguments& a) {
    std::vector<std::string> ranks, tests;
    for (const std::string& column : a.items("columns")) {
        const std::string name = "rank_" + std::to_string(ranks.size() + 1);
        ranks.push_back("ROW_NUMBER() OVER (PARTITION BY " + column + " ORDER BY " + column + ") AS " + name);
        tests.push_back(name + " > 1");
    }
    return "SELECT * FROM (SELECT " + join(ranks, ", ") + " FROM " + a.from() + " WHERE " + a.condition() +
           ") AS ranked WHERE " + join(tests, " OR ");
}

std::string unique_combination(const Arguments& a) {
    const std::string columns = join(a.items("columns"), ", ");
    return "SELECT " + columns + " FROM " + a.from() + " WHERE " + a.condition() + " GROUP BY " + columns +
           " HAVING COUNT(*) > 1";
}

std::string number_of_rows(const Arguments& a) {
    const std::string threshold = a.get("threshold");
    return "SELECT COUNT(*) AS row_count FROM (SELECT 1 AS one FROM " + a.from() + " WHERE " + a.condition() +
           " LIMIT " + threshold + " + 1) AS seen HAVING COUNT(*) <= " + threshold;
}

std::string at_least_one(const Arguments& a) {
    // No row for an empty table: the audit is about a column of rows that exist.
    return "SELECT 1 AS one FROM " + a.from() + " WHERE " + a.condition() + " HAVING COUNT(*) > 0 AND COUNT(" +
           a.column() + ") = 0";
}

std::string not_constant(const Arguments& a) {
    return "SELECT 1 AS one FROM (SELECT COUNT(DISTINCT " + a.column() + ") AS distinct_values FROM " + a.from() +
           " WHERE " + a.condition() + ") AS counted WHERE distinct_values <= 1";
}

std::string not_null_proportion(const Arguments& a) {
    return "SELECT * FROM (SELECT COUNT(*) AS all_rows, COUNT(" + a.column() + ") AS present FROM " + a.from() +
           " WHERE " + a.condition() + ") AS counted WHERE present <= all_rows * " + a.get("threshold");
}

std::string sequential_values(const Arguments& a) {
    const std::string column = a.column();
    return "SELECT * FROM (SELECT " + column + " AS current_value, LAG(" + column + ") OVER (ORDER BY " + column +
           ") AS previous_value FROM " + a.from() + " WHERE " + a.condition() +
           ") AS ordered_values WHERE NOT (current_value = previous_value + " + a.get("interval", "1") + ")";
}

std::string exclusive_ranges(const Arguments& a) {
    const std::string low = a.get("lower_bound_column");
    const std::string high = a.get("upper_bound_column");
    const std::string clause = a.get("partition_clause", "FALSE");
    const std::string over = " OVER (" + (iequals(trim(clause), "false") ? std::string() : clause + " ") + "ORDER BY ";
    return "SELECT * FROM (SELECT " + low + " AS lower_bound, " + high + " AS upper_bound, LEAD(" + low + ")" + over +
           low + ", " + high + ") AS next_lower_bound, ROW_NUMBER()" + over + low + " DESC, " + high +
           " DESC) = 1 AS is_last FROM " + a.from() + " WHERE " + a.condition() +
           ") AS ranges WHERE NOT (COALESCE(lower_bound <= upper_bound, FALSE) AND "
           "COALESCE(upper_bound <= next_lower_bound, is_last, FALSE))";
}

std::string z_score(const Arguments& a) {
    const std::string column = a.column();
    const std::string score = "(" + column + " - average) / NULLIF(deviation, 0)";
    return "SELECT " + column + ", " + score + " AS z_score FROM " + a.from() + " CROSS JOIN (SELECT AVG(" + column +
           ") AS average, STDDEV(" + column + ") AS deviation FROM " + a.from() + " WHERE " + a.condition() +
           ") AS stats WHERE ABS(" + score + ") > " + a.get("threshold");
}

std::string aggregate_in_range(const Arguments& a, const std::string& function) {
    return "SELECT * FROM (SELECT " + function + "(" + a.column() + ") AS measured FROM " + a.from() + " WHERE " +
           a.condition() + ") AS stats WHERE " + a.outside("measured");
}

std::string chi_square(const Arguments& a) {
    const std::string test = a.flag("dependent", true) ? " > " : " <= ";
    return "WITH samples AS (SELECT " + a.get("column_a") + " AS x_a, " + a.get("column_b") + " AS x_b FROM " +
           a.from() + " WHERE " + a.get("column_a") + " IS NOT NULL AND " + a.get("column_b") + " IS NOT NULL AND (" +
           a.condition() +
           ")), cells AS (SELECT x_a, x_b, COUNT(*) AS observed FROM samples GROUP BY x_a, x_b), "
           "totals AS (SELECT observed, SUM(observed) OVER (PARTITION BY x_a) * SUM(observed) OVER "
           "(PARTITION BY x_b) * 1.0 / "
           "SUM(observed) OVER () AS expected FROM cells), "
           "measured AS (SELECT SUM((observed - expected) * (observed - expected) / expected) AS chi_square "
           "FROM totals) "
           "SELECT chi_square FROM measured WHERE NOT chi_square" +
           test + a.get("critical_value");
}

std::string any_pattern(const Arguments& a, bool like, bool found) {
    return a.where(a.each("patterns", found ? " OR " : " AND ", [&](const std::string& pattern) {
        const std::string test = like ? a.column() + " LIKE " + pattern : a.matches(a.column(), pattern);
        return found ? test : "NOT " + test;
    }));
}

constexpr std::string_view kUuid = "^[0-9a-f]{8}-[0-9a-f]{4}-[1-5][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$";
constexpr std::string_view kUrl = R"(^(https?|ftp)://[^\s/$.?#].[^\s]*$)";
constexpr std::string_view kEmail = R"(^[a-zA-Z0-9_.+-]+@[a-zA-Z0-9-]+\.[a-zA-Z0-9-.]+$)";

struct Row {
    std::string_view name;
    std::string_view required;  ///< names of arguments that have no default
    Query query;
};

constexpr Row kRows[] = {
    {"not_null", "columns",
     [](const Arguments& a) {
         return a.where(a.each("columns", " OR ", [](const auto& c) { return c + " IS NULL"; }));
     }},
    {"unique_values", "columns", unique_values},
    {"unique_combination_of_columns", "columns", unique_combination},
    {"accepted_values", "column is_in",
     [](const Arguments& a) { return a.where("NOT " + a.column() + " IN " + a.list("is_in")); }},
    {"not_accepted_values", "column is_in",
     [](const Arguments& a) { return a.where(a.column() + " IN " + a.list("is_in")); }},
    {"number_of_rows", "threshold", number_of_rows},
    {"forall", "criteria",
     [](const Arguments& a) {
         return a.where(a.each("criteria", " OR ", [](const auto& c) { return "NOT (" + c + ")"; }));
     }},
    {"accepted_range", "column", [](const Arguments& a) { return a.where(a.outside(a.column())); }},
    {"at_least_one", "column", at_least_one},
    {"not_constant", "column", not_constant},
    {"not_empty_string", "column", [](const Arguments& a) { return a.where(a.column() + " = ''"); }},
    {"not_null_proportion", "column threshold", not_null_proportion},
    {"sequential_values", "column", sequential_values},
    {"mutually_exclusive_ranges", "lower_bound_column upper_bound_column", exclusive_ranges},
    {"valid_uuid", "column",
     [](const Arguments& a) { return a.where("NOT " + a.matches("LOWER(" + a.column() + ")", a.text(kUuid))); }},
    {"valid_url", "column", [](const Arguments& a) { return a.where("NOT " + a.matches(a.column(), a.text(kUrl))); }},
    {"valid_email", "column",
     [](const Arguments& a) { return a.where("NOT " + a.matches(a.column(), a.text(kEmail))); }},
    {"valid_http_method", "column",
     [](const Arguments& a) {
         return a.where("NOT " + a.column() +
                        " IN ('GET', 'POST', 'PUT', 'DELETE', 'PATCH', 'HEAD', 'OPTIONS', 'TRACE', 'CONNECT')");
     }},
    {"match_regex_pattern_list", "column patterns", [](const Arguments& a) { return any_pattern(a, false, false); }},
    {"not_match_regex_pattern_list", "column patterns", [](const Arguments& a) { return any_pattern(a, false, true); }},
    {"match_like_pattern_list", "column patterns", [](const Arguments& a) { return any_pattern(a, true, false); }},
    {"not_match_like_pattern_list", "column patterns", [](const Arguments& a) { return any_pattern(a, true, true); }},
    {"z_score", "column threshold", z_score},
    {"string_length_between", "column",
     [](const Arguments& a) { return a.where(a.outside("LENGTH(" + a.column() + ")")); }},
    {"string_length_equal", "column v",
     [](const Arguments& a) { return a.where("LENGTH(" + a.column() + ") <> " + a.get("v")); }},
    {"stddev_in_range", "column", [](const Arguments& a) { return aggregate_in_range(a, "STDDEV"); }},
    {"mean_in_range", "column", [](const Arguments& a) { return aggregate_in_range(a, "AVG"); }},
    {"chi_square", "column_a column_b critical_value", chi_square},
    {"kl_divergence", "source_column target_column threshold", nullptr},
};

const Row* find_row(std::string_view name) {
    for (const Row& row : kRows)
        if (row.name == name) return &row;
    return nullptr;
}

}  // namespace

bool is_builtin_audit(std::string_view name) {
    constexpr std::string_view kSuffix = "_non_blocking";
    if (name.ends_with(kSuffix)) name.remove_suffix(kSuffix.size());
    return find_row(name) != nullptr;
}

Result<std::string> builtin_audit_query(std::string_view name, const model::Properties& arguments,
                                        const std::string& from, sql::Dialect dialect) {
    const Row* row = find_row(name);
    if (!row) return fail(ErrorCode::not_found, "There is no audit '" + std::string(name) + "'.");
    if (!row->query)
        return fail(ErrorCode::unsupported, "The built-in audit '" + std::string(name) + "' is not supported.");
    for (const std::string& required : split(row->required, " ")) {
        const bool given = std::any_of(arguments.begin(), arguments.end(),
                                       [&](const auto& argument) { return iequals(argument.first, required); });
        if (!given)
            return fail(ErrorCode::invalid,
                        "The audit '" + std::string(name) + "' needs the argument '" + required + "'.");
    }
    return row->query(Arguments(arguments, from, dialect));
}

}  // namespace towline::project
