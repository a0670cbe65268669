#pragma once
#include <string>
#include <string_view>

namespace towline::engines {

/// A secret part of a connection. Overwritten in memory when destroyed or assigned; has no formatter, no
/// `operator<<` and no comparison, so it cannot be printed by accident.
class Password {
 public:
    Password() = default;
    explicit Password(std::string_view value) : value_(value) {}
    ~Password();
    Password(const Password& other) = default;
    Password& operator=(const Password& other);
    Password(Password&& other) noexcept;
    Password& operator=(Password&& other) noexcept;

    bool empty() const { return value_.empty(); }
    /// The value itself, for the driver only; the view must not outlive this object.
    std::string_view reveal() const { return value_; }

 private:
    std::string value_;
};

}  // namespace towline::engines
