#include "engines/password.h"

#include <utility>

#include "crypto/crypto.h"

namespace towline::engines {

Password::~Password() { crypto::wipe(value_); }

Password& Password::operator=(const Password& other) {
    if (this == &other) return *this;
    crypto::wipe(value_);
    value_ = other.value_;
    return *this;
}

// A moved std::string may leave its bytes behind in the small buffer, so the source is wiped too.
Password::Password(Password&& other) noexcept : value_(std::move(other.value_)) { crypto::wipe(other.value_); }

Password& Password::operator=(Password&& other) noexcept {
    if (this == &other) return *this;
    crypto::wipe(value_);
    value_ = std::move(other.value_);
    crypto::wipe(other.value_);
    return *this;
}

}  // namespace towline::engines
