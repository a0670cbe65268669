#pragma once
// Expected and actual rows of a test, compared as pandas compares them for SQLMesh.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace towline::model_tests {

using Cell = std::optional<std::string>;

/// A column of the actual result.
struct FrameColumn {
    std::string name;
    std::string type;  ///< DuckDB's
};
struct Frame {
    std::vector<FrameColumn> columns;
    std::vector<std::vector<Cell>> rows;
};

/// What differs, for people.
struct DifferenceTable {
    std::string title;
    std::vector<std::string> headers;
    std::vector<std::vector<std::string>> rows;
};

/// True for types whose values are compared with a tolerance.
bool is_approximate(std::string_view type);
/// One cell against another of a column's type: NULL and NaN are the same, reals may differ by 1e-5 of their size.
bool same_cell(const Cell& expected, const Cell& actual, std::string_view type);

/// No table if the rows are the same. Columns are matched by name without regard to case; both frames have the
/// same ones unless their number differs. Without `ordered` the order of rows does not count.
std::vector<DifferenceTable> compare(Frame expected, Frame actual, bool ordered, const std::string& suffix);

}  // namespace towline::model_tests
