#pragma once
// CSV text as pandas reads it: which values are missing, which type a column has, and the hash of its
// content.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "model/node.h"
#include "sql/dialect.h"

namespace towline::project {

/// Column types that pandas' read_csv gives.
enum class SeedType { integer, real, boolean, text };

/// One column. A cell is its value as Python prints it: "7", "8.4", "True", or the text; nothing if it is
/// missing.
struct SeedColumn {
    std::string name;
    SeedType type = SeedType::text;
    std::vector<std::optional<std::string>> cells;
};

/// Reads CSV with SQLMesh's `csv_settings` (absent ones are pandas' defaults). Names are as in the file.
/// Fails with the line on a row with too many fields or an unclosed quote.
Result<std::vector<SeedColumn>> read_seed(std::string_view content, const model::Properties& csv_settings);
/// The name that SQLMesh gives a column of that header: spaces around a name do not count, and what is no plain
/// name (`Unnamed: 0`, `first name`) is folded as a quoted one.
std::string seed_column_name(std::string_view header, sql::Dialect dialect);
/// Fails with `invalid` if the file lacks a declared column. Requires: folded names on both sides.
Status check_declared(const std::vector<SeedColumn>& columns, const model::Columns& declared, sql::Dialect dialect);
/// CRC-32 of the column's pandas `to_json()` text.
std::string seed_column_hash(const SeedColumn& column);
/// BIGINT, DOUBLE, BOOLEAN or TEXT: the type that SQLMesh derives.
std::string_view seed_column_type(SeedType type);

}  // namespace towline::project
