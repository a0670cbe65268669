#include "project/render_seed.h"

#include <algorithm>
#include <array>
#include <vector>

#include "base/strings.h"
#include "project/seed.h"
#include "sql/lexer.h"

namespace towline::project {
namespace {

bool is_text_type(std::string_view type) {
    constexpr std::array<std::string_view, 6> kTexts{"TEXT", "VARCHAR", "CHAR", "STRING", "NVARCHAR", "NCHAR"};
    const std::string_view name = trim(type.substr(0, type.find('(')));
    return std::find(kTexts.begin(), kTexts.end(), name) != kTexts.end();
}

/// A cell as a value: texts in quotes, numbers too where the column's type is one of texts, and what is a date or a
/// time by that type cast to it.
std::string seed_value(const std::string& cell, SeedType kind, const std::string& type, sql::Dialect dialect) {
    const std::string base = upper(type);
    if (kind != SeedType::text && !is_text_type(base)) return upper(cell);
    const std::string text = sql::quote_string(cell, dialect);
    const bool moment = base == "DATE" || base.starts_with("TIMESTAMP") || base.starts_with("DATETIME");
    return moment ? "CAST(" + text + " AS " + type + ")" : text;
}

}  // namespace

Result<std::string> seed_query(const model::Node& node) {
    TRY(const auto columns, read_seed(node.seed.content, node.kind.csv_settings));
    TRY(const sql::Dialect dialect, sql::dialect_from(node.dialect));
    std::vector<std::string> casts;
    std::vector<std::string> names;
    std::vector<std::string> types;
    std::vector<const SeedColumn*> chosen;
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
        const std::string name = sql::is_plain_identifier(folded) ? folded : sql::quote_identifier(folded, dialect);
        types.push_back(type);
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
            cells.push_back(cell ? seed_value(*cell, chosen[at]->type, types[at], dialect) : null);
        }
        rows.push_back("  (" + join(cells, ", ") + ")");
    }
    return "SELECT\n" + join(casts, ",\n") + "\nFROM (VALUES\n" + join(rows, ",\n") + ") AS t(" + join(names, ", ") +
           ")";
}

}  // namespace towline::project
