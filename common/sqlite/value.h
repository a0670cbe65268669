#pragma once
// What SQLite stores in a cell.

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace towline::sqlite {

/// Bytes that are no text.
struct Blob {
    std::string bytes;
    bool operator==(const Blob&) const = default;
};

/// NULL is std::nullptr_t, so that a parameter list reads `{id, nullptr, 3}`.
using Value = std::variant<std::nullptr_t, std::int64_t, double, std::string, Blob>;

/// A parameter from the types that occur: integers of any width, bool (0 or 1), double, texts, blobs and
/// optionals.
class Param {
 public:
    Param(std::nullptr_t) : value_(nullptr) {}
    Param(bool value) : value_(std::int64_t{value ? 1 : 0}) {}
    Param(int value) : value_(std::int64_t{value}) {}
    Param(long value) : value_(std::int64_t{value}) {}
    Param(long long value) : value_(static_cast<std::int64_t>(value)) {}
    Param(double value) : value_(value) {}
    Param(const char* value) : value_(std::string(value)) {}
    Param(std::string_view value) : value_(std::string(value)) {}
    Param(std::string value) : value_(std::move(value)) {}
    Param(Blob value) : value_(std::move(value)) {}
    template <class T>
    Param(const std::optional<T>& value) : value_(value ? Param(*value).value_ : Value(nullptr)) {}
    const Value& value() const { return value_; }

 private:
    Value value_;
};
using Params = std::vector<Param>;

}  // namespace towline::sqlite
