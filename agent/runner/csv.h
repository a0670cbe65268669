#pragma once
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "model/node.h"

namespace towline::runner {

/// A seed's file as pandas reads it: header names as written, missing values as nullopt.
struct CsvTable {
    std::vector<std::string> header;
    std::vector<std::vector<std::optional<std::string>>> rows;
};
/// `settings` are the seed's csv_settings. Too many fields in a line, and an unclosed quote, fail with the
/// line number.
Result<CsvTable> parse_csv(std::string_view content, const model::Properties& settings);

}  // namespace towline::runner
