#pragma once

#include "base/strings.h"
#include "sql/dialect.h"

#include <algorithm>
#include <array>
#include <string_view>

namespace towline::sql {

/// Columns that every table of an engine has and no list of columns names: the file of a row, its partition. In any
/// case. SQLMesh finds no owner and no type for them, and a star leaves BigQuery's out.
inline bool is_pseudocolumn(std::string_view name, Dialect dialect) {
    constexpr std::array<std::string_view, 5> kBigQuery = {"_PARTITIONTIME", "_PARTITIONDATE", "_TABLE_SUFFIX",
                                                           "_FILE_NAME", "_DBT_MAX_PARTITION"};
    constexpr std::array<std::string_view, 4> kOracle = {"ROWNUM", "ROWID", "OBJECT_ID", "OBJECT_VALUE"};
    const auto holds = [&](const auto& names) {
        return std::any_of(names.begin(), names.end(), [&](std::string_view each) { return iequals(each, name); });
    };
    return (dialect == Dialect::bigquery && holds(kBigQuery)) || (dialect == Dialect::oracle && holds(kOracle));
}

}  // namespace towline::sql
