#pragma once
#include <string>
#include <string_view>

namespace towline::credentials {

/// A secret setting. Overwritten in memory when destroyed, assigned or moved from; has no formatter, no
/// `operator<<` and no encoding, so it cannot be printed by accident.
class Secret {
 public:
    Secret() = default;
    explicit Secret(std::string_view value) : value_(value) {}
    ~Secret();
    Secret(const Secret& other) = default;
    Secret& operator=(const Secret& other);
    Secret(Secret&& other) noexcept;
    Secret& operator=(Secret&& other) noexcept;

    bool empty() const { return value_.empty(); }
    /// Compares in constant time.
    bool same_as(const Secret& other) const;
    /// The value, for whoever authenticates with it; the view must not be copied into anything that lives on.
    std::string_view reveal() const { return value_; }

 private:
    std::string value_;
};

}  // namespace towline::credentials
