#include "credentials/secret.h"

#include <utility>

#include "crypto/crypto.h"

namespace towline::credentials {

Secret::~Secret() { crypto::wipe(value_); }

Secret& Secret::operator=(const Secret& other) {
    if (this == &other) return *this;
    crypto::wipe(value_);
    value_ = other.value_;
    return *this;
}

// A short string is moved by copying its bytes, so the source is wiped too.
Secret::Secret(Secret&& other) noexcept : value_(std::move(other.value_)) { crypto::wipe(other.value_); }

Secret& Secret::operator=(Secret&& other) noexcept {
    if (this == &other) return *this;
    crypto::wipe(value_);
    value_ = std::move(other.value_);
    crypto::wipe(other.value_);
    return *this;
}

bool Secret::same_as(const Secret& other) const { return crypto::constant_time_equal(value_, other.value_); }

}  // namespace towline::credentials
