#include "sql/macro_forms.h"

#include <algorithm>
#include <array>

#include "base/strings.h"
#include "sql/expression.h"

namespace towline::sql {
namespace {

/// How dialects write the dates: `{n}` is the column, `{a}` and `{b}` the ends (`{A}` and `{B}` cast to dates in any
/// case), `{u}` the unit, `{i}` the step.
struct SpineRow {
    std::string_view dialects;  ///< letters
    std::string_view text;
};
constexpr std::string_view kArray = "SELECT {n} FROM UNNEST(GENERATE_DATE_ARRAY({a}, {b}, {i})) AS _exploded({n})";
// clang-format off: a table
constexpr std::array<SpineRow, 11> kSpines = {{
    {"b", "SELECT {n} FROM UNNEST(CAST(GENERATE_SERIES({a}, {b}, {i}) AS DATE[])) AS _exploded({n})"},
    {"crx", "SELECT {n} FROM (SELECT CAST(value AS DATE) FROM GENERATE_SERIES({a}, {b}, {i}) AS _t(value)) "
            "AS _exploded({n})"},
    {"d", "SELECT {n} FROM UNNEST(GENERATE_DATE_ARRAY({a}, {b}, {i})) AS {n}"},
    {"e", "SELECT {n} FROM (SELECT DATEADD({u}, CAST({n} AS INT), {A}) AS {n} FROM TABLE(FLATTEN(INPUT "
          "=> ARRAY_GENERATE_RANGE(0, DATEDIFF({u}, {a}, {b}) + 1))) AS _exploded(seq, key, path, index, {n}, this)) "
          "AS _exploded({n})"},
    {"f", "WITH RECURSIVE _generated_dates({n}) AS (SELECT {A} AS {n} UNION ALL SELECT "
          "CAST(DATEADD({u}, 1, {n}) AS DATE) FROM _generated_dates WHERE CAST(DATEADD({u}, 1, {n}) AS DATE) <= "
          "{B}) SELECT {n} FROM (SELECT {n} FROM _generated_dates) AS _generated_dates"},
    {"ghi", "SELECT {n} FROM EXPLODE(SEQUENCE({a}, {b}, {i})) AS _exploded({n})"},
    {"jkly", "SELECT {n} FROM UNNEST(SEQUENCE({a}, {b}, {i})) AS _exploded({n})"},
    {"mn", "WITH _generated_dates({n}) AS (SELECT {A} AS {n} UNION ALL SELECT CAST(DATEADD({u}, 1, {n}) "
           "AS DATE) FROM _generated_dates WHERE CAST(DATEADD({u}, 1, {n}) AS DATE) <= {B}) SELECT {n} "
           "FROM (SELECT {n} AS {n} FROM _generated_dates) AS _generated_dates"},
    {"w", "WITH RECURSIVE _generated_dates({n}) AS (SELECT {A} AS {n} UNION ALL SELECT DATE_ADD({n}, {i}) :> DATE "
          "FROM _generated_dates WHERE DATE_ADD({n}, {i}) :> DATE <= {B}) SELECT {n} FROM (SELECT {n} FROM "
          "_generated_dates) AS _generated_dates"},
    {"ouv", "WITH RECURSIVE _generated_dates({n}) AS (SELECT {A} AS {n} UNION ALL SELECT "
             "CAST(DATE_ADD({n}, {i}) AS DATE) FROM _generated_dates WHERE CAST(DATE_ADD({n}, {i}) AS DATE) <= "
             "{B}) SELECT {n} FROM (SELECT {n} FROM _generated_dates) AS _generated_dates"},
    {"q", "SELECT {n} FROM UNNEST(GENERATE_DATE_ARRAY({a}, {b}, {i})) AS _exploded"},
}};
// clang-format on

bool holds(std::string_view letters, Dialect dialect) {
    return letters.find(letter_of(dialect)) != std::string_view::npos;
}

std::string as_date(const std::string& text, Dialect dialect) {
    if (dialect == Dialect::sqlite) return "DATE(" + text + ")";
    if (dialect == Dialect::clickhouse) return "CAST(" + text + " AS Nullable(DATE))";
    if (dialect == Dialect::singlestore) return text + " :> DATE";
    return "CAST(" + text + " AS DATE)";
}

/// INTERVAL '1' DAY, where a dialect has the unit.
std::string step(std::string_view part, Dialect dialect) {
    const std::string unit = upper(part);
    if (grammar(dialect) == Dialect::postgres)
        return part == "quarter" ? "INTERVAL '3 MONTH'" : "INTERVAL '1 " + unit + "'";
    if (holds("gh", dialect) && part == "quarter") return "INTERVAL '3' MONTH";
    if (holds("jkly", dialect) && part == "week") return "(1 * INTERVAL '7' DAY)";
    if (dialect == Dialect::teradata && part == "week") return "(7 * INTERVAL '1' DAY)";
    if (dialect == Dialect::teradata && part == "quarter") return "(90 * INTERVAL '1' DAY)";
    return "INTERVAL '1' " + unit;
}

/// How a dialect calls a hash: by another name, with something around or behind it.
struct HashRow {
    std::string_view hash;
    std::string_view dialects;  ///< letters
    std::string_view open, close;
};
constexpr std::array<HashRow, 14> kHashes = {{{"MD5", "d", "TO_HEX(MD5(", "))"},
                                              {"MD5", "p", "LOWER(HEX(MD5(", ")))"},
                                              {"MD5", "jkly", "LOWER(TO_HEX(MD5(TO_UTF8(", "))))"},
                                              {"SHA256", "jkl", "LOWER(TO_HEX(SHA256(TO_UTF8(", "))))"},
                                              {"SHA512", "jkl", "LOWER(TO_HEX(SHA512(TO_UTF8(", "))))"},
                                              {"MD5", "mn", "HASHBYTES('MD5', ", ")"},
                                              {"SHA1", "mn", "HASHBYTES('SHA1', ", ")"},
                                              {"SHA256", "f", "SHA2(", ", 256)"},
                                              {"SHA512", "f", "SHA2(", ", 512)"},
                                              {"MD5", "t", "HASH_MD5(", ")"},
                                              {"SHA1", "t", "HASH_SHA(", ")"},
                                              {"SHA1", "bdejklpy", "SHA1(", ")"},
                                              {"SHA1", "", "SHA(", ")"},
                                              {"", "", "", ")"}}};

std::string text_type(Dialect dialect) {
    if (dialect == Dialect::mysql) return "CHAR";
    if (dialect == Dialect::clickhouse) return "Nullable(String)";
    if (dialect == Dialect::exasol) return "LONG VARCHAR";
    Expr text;
    text.kind = ExprKind::data_type;
    text.text = "TEXT";
    return type_sql(text, dialect);
}

std::string concatenated(std::vector<std::string> parts, Dialect dialect) {
    const bool presto = holds("jkly", dialect);
    if (presto)
        for (std::string& part : parts) part = "CAST(" + part + " AS VARCHAR)";
    if (holds("mn", dialect)) return join(parts, " + ");
    const bool pipes = holds("bcfqrtxA", dialect);
    if (pipes || (presto && parts.size() == 1)) return join(parts, " || ");
    return "CONCAT(" + join(parts, ", ") + ")";
}

}  // namespace

std::string date_spine_form(std::string_view part, const SpineEnd& first, const SpineEnd& last, Dialect dialect) {
    const auto row = std::find_if(kSpines.begin(), kSpines.end(),
                                  [&](const SpineRow& each) { return holds(each.dialects, dialect); });
    std::string form(row == kSpines.end() ? kArray : row->text);
    form = replace_all(form, "{n}", "date_" + std::string(part));
    form = replace_all(form, "{i}", step(part, dialect));
    form = replace_all(form, "{u}", upper(part));
    // SQLMesh casts two strings; the function of DuckDB takes dates alone.
    const bool both = first.is_text && last.is_text;
    const auto dated = [&](const SpineEnd& end) {
        return both || (end.is_text && holds("b", dialect)) ? as_date(end.sql, dialect) : end.sql;
    };
    // In one go: the ends are the author's, and may hold anything.
    std::string out;
    for (std::size_t at = 0; at < form.size();) {
        const std::string_view mark = std::string_view(form).substr(at, 3);
        const bool is_end = mark == "{a}" || mark == "{b}" || mark == "{A}" || mark == "{B}";
        if (!is_end) {
            out += form[at++];
            continue;
        }
        const SpineEnd& end = mark[1] == 'a' || mark[1] == 'A' ? first : last;
        out += mark[1] == 'A' || mark[1] == 'B' ? as_date(end.sql, dialect) : dated(end);
        at += mark.size();
    }
    return out;
}

std::string surrogate_key_form(const std::vector<std::string>& fields, const std::string& hash, Dialect dialect) {
    std::vector<std::string> parts;
    for (const std::string& field : fields) {
        if (!parts.empty()) parts.emplace_back("'|'");
        const std::string text =
            dialect == Dialect::singlestore ? field + " :> TEXT" : "CAST(" + field + " AS " + text_type(dialect) + ")";
        const std::string_view first_of = dialect == Dialect::tableau ? "IFNULL(" : "COALESCE(";
        parts.push_back(std::string(first_of) + text + ", '_sqlmesh_surrogate_key_null_')");
    }
    const auto row = std::find_if(kHashes.begin(), kHashes.end(), [&](const HashRow& each) {
        return (each.hash.empty() || each.hash == hash) && (each.dialects.empty() || holds(each.dialects, dialect));
    });
    const std::string open = row->hash.empty() ? hash + "(" : std::string(row->open);
    return open + concatenated(std::move(parts), dialect) + std::string(row->close);
}

}  // namespace towline::sql
