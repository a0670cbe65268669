#pragma once
#include <string>
#include <string_view>
#include <vector>

namespace towline::output {

/// Columns on a terminal that the text takes: code points, escape sequences left out.
std::size_t display_width(std::string_view text);
/// The text filled up with blanks on the right.
std::string padded(std::string_view text, std::size_t width);

/// Rows under headers, two blanks between columns, no lines. Cells beyond the headers are dropped.
class Table {
 public:
    explicit Table(std::vector<std::string> headers) : headers_(std::move(headers)) {}
    void add(std::vector<std::string> cells) { rows_.push_back(std::move(cells)); }
    bool empty() const { return rows_.empty(); }
    /// Without a final newline; no blanks at the ends of lines.
    std::string text() const;

 private:
    std::vector<std::string> headers_;
    std::vector<std::vector<std::string>> rows_;
};

}  // namespace towline::output
