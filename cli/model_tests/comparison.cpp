#include "model_tests/comparison.h"

#include <algorithm>
#include <cmath>

#include "base/strings.h"

namespace towline::model_tests {
namespace {

constexpr double kRelative = 1e-5;
constexpr double kAbsolute = 1e-8;
constexpr std::size_t kRowsShown = 100;

bool is_number(std::string_view type) { return is_approximate(type) || type.find("INT") != std::string_view::npos; }

Cell cleaned(const Cell& cell, std::string_view type) {
    return cell && is_approximate(type) && iequals(*cell, "nan") ? Cell() : cell;
}

int order_of(const Cell& a, const Cell& b, bool numeric) {
    if (!a || !b) return static_cast<int>(!a.has_value()) - static_cast<int>(!b.has_value());
    if (numeric) {
        const auto x = parse_double(*a);
        const auto y = parse_double(*b);
        if (x && y && *x != *y) return *x < *y ? -1 : 1;
        if (x && y) return 0;
    }
    return a->compare(*b);
}

/// Brings the actual columns into the order of the expected ones; columns without a partner stay behind.
void align(const Frame& expected, Frame& actual) {
    std::vector<std::size_t> order;
    std::vector<bool> used(actual.columns.size(), false);
    for (const FrameColumn& wanted : expected.columns)
        for (std::size_t i = 0; i < actual.columns.size(); ++i)
            if (!used[i] && iequals(actual.columns[i].name, wanted.name)) {
                order.push_back(i);
                used[i] = true;
                break;
            }
    for (std::size_t i = 0; i < actual.columns.size(); ++i)
        if (!used[i]) order.push_back(i);
    std::vector<FrameColumn> columns;
    for (const std::size_t i : order) columns.push_back(actual.columns[i]);
    for (auto& row : actual.rows) {
        std::vector<Cell> cells;
        for (const std::size_t i : order) cells.push_back(std::move(row[i]));
        row = std::move(cells);
    }
    actual.columns = std::move(columns);
}

void sort_rows(Frame& frame) {
    std::stable_sort(frame.rows.begin(), frame.rows.end(), [&](const auto& a, const auto& b) {
        for (std::size_t i = 0; i < frame.columns.size(); ++i)
            if (const int order = order_of(a[i], b[i], is_number(frame.columns[i].type)); order != 0) return order < 0;
        return false;
    });
}

bool same_row(const std::vector<Cell>& a, const std::vector<Cell>& b, const Frame& frame) {
    if (a.size() != b.size()) return false;
    for (std::size_t i = 0; i < a.size(); ++i)
        if (!same_cell(a[i], b[i], frame.columns[i].type)) return false;
    return true;
}

/// Rows of `left` that `right` does not have, each as often as it is missing.
DifferenceTable only_in(const Frame& left, const Frame& right, std::string title) {
    DifferenceTable out{std::move(title), {"Row"}, {}};
    for (const FrameColumn& column : left.columns) out.headers.push_back(column.name);
    std::vector<bool> used(right.rows.size(), false);
    for (const auto& row : left.rows) {
        bool found = false;
        for (std::size_t i = 0; i < right.rows.size() && !found; ++i) {
            if (used[i] || !same_row(row, right.rows[i], left)) continue;
            used[i] = found = true;
        }
        if (found || out.rows.size() >= kRowsShown) continue;
        std::vector<std::string> cells{std::to_string(out.rows.size())};
        for (const Cell& cell : row) cells.push_back(cell.value_or("None"));
        out.rows.push_back(std::move(cells));
    }
    return out;
}

std::vector<DifferenceTable> mismatches(const Frame& expected, const Frame& actual, const std::string& suffix) {
    std::vector<bool> differs(expected.columns.size(), false);
    std::vector<std::size_t> rows;
    for (std::size_t r = 0; r < expected.rows.size(); ++r) {
        bool any = false;
        for (std::size_t c = 0; c < expected.columns.size(); ++c) {
            if (same_cell(expected.rows[r][c], actual.rows[r][c], actual.columns[c].type)) continue;
            differs[c] = any = true;
        }
        if (any) rows.push_back(r);
    }
    if (rows.empty()) return {};
    DifferenceTable out{"Data mismatch" + suffix, {"Row"}, {}};
    for (std::size_t c = 0; c < differs.size(); ++c) {
        if (!differs[c]) continue;
        out.headers.push_back(expected.columns[c].name + ": Expected");
        out.headers.push_back(expected.columns[c].name + ": Actual");
    }
    for (const std::size_t r : rows) {
        if (out.rows.size() >= kRowsShown) break;
        std::vector<std::string> cells{std::to_string(r)};
        for (std::size_t c = 0; c < differs.size(); ++c) {
            if (!differs[c]) continue;
            const bool same = same_cell(expected.rows[r][c], actual.rows[r][c], actual.columns[c].type);
            cells.push_back(same ? "" : expected.rows[r][c].value_or("None"));
            cells.push_back(same ? "" : actual.rows[r][c].value_or("None"));
        }
        out.rows.push_back(std::move(cells));
    }
    return {std::move(out)};
}

}  // namespace

bool is_approximate(std::string_view type) {
    return type == "DOUBLE" || type == "FLOAT" || type == "REAL" || type == "HUGEINT" || type == "UHUGEINT" ||
           type.starts_with("DECIMAL");
}

bool same_cell(const Cell& expected, const Cell& actual, std::string_view type) {
    const Cell a = cleaned(expected, type);
    const Cell b = cleaned(actual, type);
    if (!a || !b) return a.has_value() == b.has_value();
    if (*a == *b) return true;
    if (!is_approximate(type)) return false;
    const auto x = parse_double(*a);
    const auto y = parse_double(*b);
    return x && y && std::fabs(*x - *y) <= kAbsolute + kRelative * std::fabs(*y);
}

std::vector<DifferenceTable> compare(Frame expected, Frame actual, bool ordered, const std::string& suffix) {
    align(expected, actual);
    const bool same_shape =
        expected.columns.size() == actual.columns.size() && expected.rows.size() == actual.rows.size();
    if (!ordered) {
        sort_rows(expected);
        sort_rows(actual);
    }
    if (same_shape) return mismatches(expected, actual, suffix);
    std::vector<DifferenceTable> out;
    for (DifferenceTable table :
         {only_in(expected, actual, "Missing rows" + suffix), only_in(actual, expected, "Unexpected rows" + suffix)})
        if (!table.rows.empty()) out.push_back(std::move(table));
    if (out.empty())
        out.push_back({"Data mismatch (rows are different)" + suffix, {"Expected columns", "Actual columns"}, {}});
    return out;
}

}  // namespace towline::model_tests
