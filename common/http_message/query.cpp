#include "http_message/query.h"

#include "base/strings.h"

namespace towline::http {
namespace {

int hex_digit(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

bool is_unreserved(char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' || c == '.' ||
           c == '_' || c == '~';
}

Result<std::string> decode(std::string_view text, bool plus_is_space) {
    std::string out;
    out.reserve(text.size());
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '+' && plus_is_space) {
            out += ' ';
        } else if (text[i] != '%') {
            out += text[i];
        } else {
            const int high = i + 2 < text.size() ? hex_digit(text[i + 1]) : -1;
            const int low = i + 2 < text.size() ? hex_digit(text[i + 2]) : -1;
            if (high < 0 || low < 0) return fail(ErrorCode::invalid, "a percent escape needs two hex digits");
            if (high == 0 && low == 0) return fail(ErrorCode::invalid, "an escaped NUL is not allowed");
            out += static_cast<char>(high * 16 + low);
            i += 2;
        }
    }
    if (!is_utf8(out)) return fail(ErrorCode::invalid, "the escaped text is not UTF-8");
    return out;
}

std::string encode(std::string_view text, bool space_is_plus) {
    constexpr std::string_view kHex = "0123456789ABCDEF";
    std::string out;
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        if (is_unreserved(c)) {
            out += c;
        } else if (c == ' ' && space_is_plus) {
            out += '+';
        } else {
            out += '%';
            out += kHex[byte >> 4U];
            out += kHex[byte & 15U];
        }
    }
    return out;
}

}  // namespace

std::optional<std::string_view> Query::find(std::string_view name) const {
    for (const Pair& pair : pairs_)
        if (pair.first == name) return pair.second;
    return std::nullopt;
}

std::vector<std::string_view> Query::all(std::string_view name) const {
    std::vector<std::string_view> values;
    for (const Pair& pair : pairs_)
        if (pair.first == name) values.emplace_back(pair.second);
    return values;
}

std::string Query::encoded() const {
    std::string out;
    for (const Pair& pair : pairs_) {
        if (!out.empty()) out += '&';
        out += form_encode(pair.first);
        out += '=';
        out += form_encode(pair.second);
    }
    return out;
}

Result<Query> parse_query(std::string_view text, QueryLimits limits) {
    if (text.size() > limits.bytes_max) return fail(ErrorCode::too_large, "the query string is too long");
    Query query;
    while (!text.empty()) {
        const std::size_t end = text.find('&');
        const std::string_view part = text.substr(0, end);
        text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
        if (part.empty()) continue;
        if (query.size() == limits.pairs_max) return fail(ErrorCode::too_large, "too many query parameters");
        const std::size_t equals = part.find('=');
        TRY(std::string name, decode(part.substr(0, equals), true));
        std::string value;
        if (equals != std::string_view::npos) {
            TRY(value, decode(part.substr(equals + 1), true));
        }
        query.add(std::move(name), std::move(value));
    }
    return query;
}

Result<Query> parse_form(std::string_view body, QueryLimits limits) {
    return parse_query(body, limits);
}

std::string percent_encode(std::string_view text) { return encode(text, false); }
Result<std::string> percent_decode(std::string_view text) { return decode(text, false); }
std::string form_encode(std::string_view text) { return encode(text, true); }

}  // namespace towline::http
