#pragma once
// Dates and times of seeds as pandas' `to_datetime(…, errors="ignore")` reads them.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "project/seed.h"

namespace towline::project {

/// Whether SQLMesh has pandas read a seed's column of that declared type.
bool is_moment_type(std::string_view type);

/// Each cell as pandas reads it, in ISO 8601 (`2024-01-31 10:00:00`; of a DATE the day alone). The first cell of a
/// batch decides on the format; if one cell does not have it, pandas leaves the whole batch as it is written, and its
/// places are empty here, as are missing cells. `Z` is the offset `+00:00`. Integers are nanoseconds since 1970. Pure.
/// Requires: batch > 0.
std::vector<std::optional<std::string>> seed_moments(const std::vector<std::optional<std::string>>& cells,
                                                     SeedType kind, std::string_view type, std::size_t batch);

bool has_offset(const std::string& moment);

}  // namespace towline::project
