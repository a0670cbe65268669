#include "project/render_seed.h"

#include <algorithm>
#include <array>
#include <vector>

#include "base/strings.h"
#include "project/seed.h"
#include "project/seed_moments.h"
#include "sql/lexer.h"

namespace towline::project {
namespace {

/// Names that sqlglot puts in quotes for DuckDB: words of its grammar, some as the engine's source calls them.
constexpr std::array<std::string_view, 77> kDuckdbWords = {"all",          "analyse",
                                                           "analyze",      "and",
                                                           "any",          "array",
                                                           "as",           "asc_p",
                                                           "asymmetric",   "both",
                                                           "case",         "cast",
                                                           "check_p",      "collate",
                                                           "column",       "constraint",
                                                           "create_p",     "current_catalog",
                                                           "current_date", "current_role",
                                                           "current_time", "current_timestamp",
                                                           "current_user", "default",
                                                           "deferrable",   "desc_p",
                                                           "distinct",     "do",
                                                           "else",         "end_p",
                                                           "except",       "false_p",
                                                           "fetch",        "for",
                                                           "foreign",      "from",
                                                           "grant",        "group_p",
                                                           "having",       "in_p",
                                                           "initially",    "intersect",
                                                           "into",         "lateral_p",
                                                           "leading",      "limit",
                                                           "localtime",    "localtimestamp",
                                                           "not",          "null_p",
                                                           "offset",       "on",
                                                           "only",         "or",
                                                           "order",        "placing",
                                                           "primary",      "references",
                                                           "returning",    "select",
                                                           "session_user", "some",
                                                           "symmetric",    "table",
                                                           "then",         "to",
                                                           "trailing",     "true_p",
                                                           "union",        "unique",
                                                           "user",         "using",
                                                           "variadic",     "when",
                                                           "where",        "window",
                                                           "with"};

std::string printed_name(const std::string& name, sql::Dialect dialect) {
    const bool word = dialect == sql::Dialect::duckdb &&
                      std::find(kDuckdbWords.begin(), kDuckdbWords.end(), lower(name)) != kDuckdbWords.end();
    return sql::is_plain_identifier(name) && !word ? name : sql::quote_identifier(name, dialect);
}

bool is_text_type(std::string_view type) {
    constexpr std::array<std::string_view, 6> kTexts{"TEXT", "VARCHAR", "CHAR", "STRING", "NVARCHAR", "NCHAR"};
    const std::string_view name = trim(type.substr(0, type.find('(')));
    return std::find(kTexts.begin(), kTexts.end(), name) != kTexts.end();
}

/// A cell as a value: texts in quotes, numbers too where the column's type is one of texts.
std::string seed_value(const std::string& cell, SeedType kind, const std::string& type, sql::Dialect dialect) {
    if (kind != SeedType::text && !is_text_type(upper(type))) return upper(cell);
    return sql::quote_string(cell, dialect);
}

/// What pandas reads as a date or a time, cast to it.
std::string moment_value(const std::string& moment, const std::string& type, sql::Dialect dialect) {
    const std::string own = upper(type).starts_with("DATE") && !upper(type).starts_with("DATETIME") ? "DATE"
                            : has_offset(moment)                                                    ? "TIMESTAMPTZ"
                                                                                                    : "TIMESTAMP";
    return "CAST(" + sql::quote_string(moment, dialect) + " AS " + own + ")";
}

}  // namespace

Result<std::string> seed_query(const model::Node& node) {
    TRY(const auto columns, read_seed(node.seed.content, node.kind.csv_settings));
    TRY(const sql::Dialect dialect, sql::dialect_from(node.dialect));
    std::vector<std::string> casts;
    std::vector<std::string> names;
    std::vector<std::string> types;
    std::vector<const SeedColumn*> chosen;
    std::vector<std::vector<std::optional<std::string>>> moments;
    const auto batch = static_cast<std::size_t>(std::max<std::int64_t>(node.kind.batch_size.value_or(1000), 1));
    for (const SeedColumn& column : columns) {
        std::string type(seed_column_type(column.type));
        const std::string folded = seed_column_name(column.name, dialect);
        bool declared = !node.columns_to_types;
        if (node.columns_to_types) {
            for (const model::Column& known : *node.columns_to_types) {
                declared = declared || known.name == folded;
                if (known.name == folded && !known.type.empty()) type = known.type;
            }
        }
        if (!declared) continue;
        chosen.push_back(&column);
        const std::string name = printed_name(folded, dialect);
        types.push_back(type);
        moments.push_back(seed_moments(column.cells, column.type, type, batch));
        casts.push_back("  CAST(" + name + " AS " + type + ") AS " + name);
        names.push_back(name);
    }
    std::vector<std::string> rows;
    std::size_t count = columns.empty() ? 0 : columns.front().cells.size();
    if (node.kind.batch_size && *node.kind.batch_size > 0)
        count = std::min(count, static_cast<std::size_t>(*node.kind.batch_size));
    for (std::size_t row = 0; row < count; ++row) {
        std::vector<std::string> cells;
        for (std::size_t at = 0; at < chosen.size(); ++at) {
            const auto& cell = chosen[at]->cells[row];
            const std::string null = row == 0 ? "CAST(NULL AS " + types[at] + ")" : "NULL";
            const auto& moment = moments[at][row];
            cells.push_back(moment ? moment_value(*moment, types[at], dialect)
                            : cell ? seed_value(*cell, chosen[at]->type, types[at], dialect)
                                   : null);
        }
        rows.push_back("  (" + join(cells, ", ") + ")");
    }
    return "SELECT\n" + join(casts, ",\n") + "\nFROM (VALUES\n" + join(rows, ",\n") + ") AS t(" + join(names, ", ") +
           ")";
}

}  // namespace towline::project
