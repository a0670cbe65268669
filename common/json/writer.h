#pragma once
// Building JSON text. Nothing is held but the text itself, so a codec costs one string.

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace towline::json {

/// A JSON string literal with its quotes. Bytes that are not UTF-8 become U+FFFD.
std::string quote(std::string_view text);
/// A number as Python's repr prints it ("1.0", "1e-05"); NaN and infinities become null.
std::string number(double value);

class Array;

/// A JSON object under construction; members appear in the order of the calls. Keys are not checked for
/// repetition.
class Object {
 public:
    Object& str(std::string_view key, std::string_view value);
    /// Omits the member when there is no value.
    Object& maybe(std::string_view key, const std::optional<std::string>& value);
    Object& num(std::string_view key, std::int64_t value);
    Object& maybe_num(std::string_view key, const std::optional<std::int64_t>& value);
    Object& real(std::string_view key, double value);
    Object& maybe_real(std::string_view key, const std::optional<double>& value);
    Object& flag(std::string_view key, bool value);
    Object& maybe_flag(std::string_view key, const std::optional<bool>& value);
    Object& null(std::string_view key);
    Object& strings(std::string_view key, const std::vector<std::string>& value);
    Object& dict(std::string_view key, const std::map<std::string, std::string>& value);
    Object& sub(std::string_view key, const Object& value);
    Object& list(std::string_view key, const Array& value);
    /// `json_text` is put in as it is. Requires: it is valid JSON.
    Object& raw(std::string_view key, std::string_view json_text);
    bool empty() const { return text_.empty(); }
    std::string dump() const;

 private:
    void key(std::string_view name);
    std::string text_;
};

/// A JSON array under construction.
class Array {
 public:
    Array& str(std::string_view value);
    Array& num(std::int64_t value);
    Array& real(double value);
    Array& flag(bool value);
    Array& null();
    Array& sub(const Object& value);
    /// `json_text` is put in as it is. Requires: it is valid JSON.
    Array& raw(std::string_view json_text);
    bool empty() const { return text_.empty(); }
    std::string dump() const;

 private:
    void comma();
    std::string text_;
};

}  // namespace towline::json
