#include "http_client/client_secret.h"

#include <openssl/crypto.h>

namespace towline::http {

// Moving a short std::string copies its bytes, so a move here is a copy followed by a wipe of the source.
ClientSecret::ClientSecret(std::string_view value) : value_(value) {}
ClientSecret::~ClientSecret() { wipe(); }

ClientSecret::ClientSecret(ClientSecret&& other) noexcept : value_(std::move(other.value_)) { other.wipe(); }

ClientSecret& ClientSecret::operator=(ClientSecret&& other) noexcept {
    if (this == &other) return *this;
    wipe();
    value_ = std::move(other.value_);
    other.wipe();
    return *this;
}

void ClientSecret::wipe() noexcept {
    // The whole capacity: a moved-from or shortened string still holds the old bytes behind its end.
    value_.resize(value_.capacity());
    OPENSSL_cleanse(value_.data(), value_.size());
    value_.clear();
}

}  // namespace towline::http
