#include "base/text_table.h"

#include <algorithm>

namespace towline {

std::string_view cut_at(std::string_view& text, char mark) {
    const std::size_t end = std::min(text.find(mark), text.size());
    const std::string_view part = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    return part;
}

std::string_view rows_from(std::string_view table, std::string_view name) {
    std::size_t low = 0;
    std::size_t high = table.size();
    while (low < high) {
        std::size_t line = (low + high) / 2;
        while (line > low && table[line - 1] != '\n') --line;
        const std::size_t end = std::min(table.find('\n', line), table.size());
        std::string_view rest = table.substr(line, end - line);
        if (cut_at(rest, ' ') < name)
            low = std::min(end + 1, high);
        else
            high = line;
    }
    return table.substr(low);
}

}  // namespace towline
