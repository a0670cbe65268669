#include "output/table.h"

#include <algorithm>

namespace towline::output {

std::size_t display_width(std::string_view text) {
    std::size_t width = 0;
    bool escape = false;
    for (const char c : text) {
        if (escape) {
            escape = c != 'm';
        } else if (c == '\x1b') {
            escape = true;
        } else if ((static_cast<unsigned char>(c) & 0xC0U) != 0x80U) {
            ++width;
        }
    }
    return width;
}

std::string padded(std::string_view text, std::size_t width) {
    const std::size_t used = display_width(text);
    return std::string(text) + std::string(used < width ? width - used : 0, ' ');
}

std::string Table::text() const {
    std::vector<std::size_t> widths;
    for (const std::string& header : headers_) widths.push_back(display_width(header));
    for (const auto& row : rows_)
        for (std::size_t i = 0; i < std::min(row.size(), widths.size()); ++i)
            widths[i] = std::max(widths[i], display_width(row[i]));
    std::string out;
    const auto add_row = [&](const std::vector<std::string>& row) {
        std::string text;
        for (std::size_t i = 0; i < std::min(row.size(), widths.size()); ++i)
            text += (i == 0 ? "" : "  ") + padded(row[i], widths[i]);
        text.erase(text.find_last_not_of(' ') + 1);
        out += (out.empty() ? "" : "\n") + text;
    };
    add_row(headers_);
    for (const auto& row : rows_) add_row(row);
    return out;
}

}  // namespace towline::output
