#include "http_message/query.h"

#include "base/strings.h"
#include "crypto/crypto.h"

namespace towline::http {
namespace {

Result<std::string> decode(std::string_view text, bool plus_is_space) {
    auto out = crypto::percent_decode(text, plus_is_space);
    if (!out) return fail(ErrorCode::invalid, "a percent escape needs two hex digits");
    if (out->find('\0') != std::string::npos) return fail(ErrorCode::invalid, "an escaped NUL is not allowed");
    if (!is_utf8(*out)) return fail(ErrorCode::invalid, "the escaped text is not UTF-8");
    return std::move(*out);
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

Result<Query> parse_form(std::string_view body, QueryLimits limits) { return parse_query(body, limits); }

Result<std::string> percent_decode(std::string_view text) { return decode(text, false); }
std::string form_encode(std::string_view text) { return replace_all(crypto::percent_encode(text), "%20", "+"); }

}  // namespace towline::http
