#pragma once
#include <cstddef>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace towline::http {

/// Header fields in order of arrival. Names compare without regard to case; a name may occur more than once.
class Headers {
 public:
    using Field = std::pair<std::string, std::string>;
    Headers() = default;
    Headers(std::initializer_list<Field> fields) : fields_(fields) {}

    /// Appends a field, whether or not the name is there already.
    void add(std::string name, std::string value) { fields_.emplace_back(std::move(name), std::move(value)); }
    /// Replaces every field of that name by this one.
    void set(std::string name, std::string value);
    void remove(std::string_view name);
    /// Overwrites the values of that name in memory, then removes them: for credentials.
    void wipe(std::string_view name);
    /// The first value of that name. The view lives as long as the field does.
    std::optional<std::string_view> find(std::string_view name) const;
    std::size_t count(std::string_view name) const;

    auto begin() const { return fields_.begin(); }
    auto end() const { return fields_.end(); }
    std::size_t size() const { return fields_.size(); }
    bool empty() const { return fields_.empty(); }

 private:
    std::vector<Field> fields_;
};

/// True for a non-empty token of RFC 9110: what may stand before the colon.
bool is_field_name(std::string_view name);
/// True if the value holds no line break, NUL or other control character (tab is allowed).
bool is_field_value(std::string_view value);

}  // namespace towline::http
