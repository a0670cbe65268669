#pragma once
// Checks that several codecs share: counts and lengths of what a peer sends. Private to common/protocol.

#include <fmt/core.h>

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "json/json.h"
#include "protocol/limits.h"

namespace towline::protocol {

/// The elements of a list member; more than `count_max` is a fault of the document, found before anything is copied.
inline std::vector<json::Reader> bounded_list(const json::Reader& reader, std::string_view key, int count_max) {
    std::vector<json::Reader> items = reader.list(key);
    if (items.size() <= static_cast<std::size_t>(count_max)) return items;
    reader.reject(key, fmt::format("more than {} elements", count_max));
    return {};
}

/// A text member of limited length that must not be empty.
inline std::string name_text(const json::Reader& reader, std::string_view key) {
    std::string text = reader.str(key);
    if (text.empty()) reader.reject(key, "must not be empty");
    if (text.find('\0') != std::string::npos) reader.reject(key, "holds a zero character");
    if (text.size() > kNameBytesMax) reader.reject(key, fmt::format("longer than {} bytes", kNameBytesMax));
    return text;
}

/// A text member that is cut to what is kept of a message, at a character's border.
inline std::string message_text(const json::Reader& reader, std::string_view key) {
    std::string text = reader.str(key, "");
    std::replace(text.begin(), text.end(), '\0', ' ');  // no database keeps it in a text
    if (text.size() <= kMessageBytesMax) return text;
    std::size_t end = kMessageBytesMax;
    while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U) --end;
    text.resize(end);
    return text;
}

/// A list of identifiers.
inline std::vector<std::string> name_list(const json::Reader& reader, std::string_view key, int count_max) {
    std::vector<std::string> names;
    for (const json::Reader& item : bounded_list(reader, key, count_max)) {
        names.push_back(item.as_str());
        if (names.back().size() > kNameBytesMax) item.reject(fmt::format("longer than {} bytes", kNameBytesMax));
    }
    return names;
}

}  // namespace towline::protocol
