#pragma once
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"

namespace towline::http {

/// Decoded name=value pairs of a query string or form, in order.
class Query {
 public:
    using Pair = std::pair<std::string, std::string>;
    /// The first value of that name (names compare exactly).
    std::optional<std::string_view> find(std::string_view name) const;
    /// Every value of that name, in order.
    std::vector<std::string_view> all(std::string_view name) const;
    std::size_t count(std::string_view name) const { return all(name).size(); }
    void add(std::string name, std::string value) { pairs_.emplace_back(std::move(name), std::move(value)); }
    /// As `application/x-www-form-urlencoded`, which is also a valid query string.
    std::string encoded() const;

    auto begin() const { return pairs_.begin(); }
    auto end() const { return pairs_.end(); }
    std::size_t size() const { return pairs_.size(); }
    bool empty() const { return pairs_.empty(); }

 private:
    std::vector<Pair> pairs_;
};

struct QueryLimits {
    std::size_t bytes_max = 8 << 10;
    std::size_t pairs_max = 100;
};
inline constexpr QueryLimits kFormLimits{.bytes_max = 64 << 10, .pairs_max = 100};

/// Parses what follows the '?' (without it). `invalid` for a bad escape or text that is not UTF-8,
/// `too_large` above a limit. "a" and "a=" both give an empty value; '+' is a space; empty parts ("a=1&&b=2")
/// are skipped.
Result<Query> parse_query(std::string_view text, QueryLimits limits = {});
/// The same for a body of `application/x-www-form-urlencoded`.
Result<Query> parse_form(std::string_view body, QueryLimits limits = kFormLimits);

/// One escaped path segment as text; '+' stays '+'. `invalid` for a broken escape, an escaped NUL, or text
/// that is not UTF-8. (The opposite is crypto::percent_encode.)
Result<std::string> percent_decode(std::string_view text);
/// Form encoding of one value: percent encoding with a space as '+' (RFC 6749 appendix B).
std::string form_encode(std::string_view text);

}  // namespace towline::http
