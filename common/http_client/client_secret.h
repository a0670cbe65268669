#pragma once
#include <string>
#include <string_view>

namespace towline::http {

/// The secret of an OAuth client, or the key of a client certificate. Overwritten in memory when destroyed or moved
/// from; cannot be printed, formatted or encoded, and only what authenticates with it reads it.
class ClientSecret {
 public:
    ClientSecret() = default;
    explicit ClientSecret(std::string_view value);
    ~ClientSecret();
    ClientSecret(const ClientSecret&) = delete;
    ClientSecret& operator=(const ClientSecret&) = delete;
    ClientSecret(ClientSecret&& other) noexcept;
    ClientSecret& operator=(ClientSecret&& other) noexcept;

    bool empty() const { return value_.empty(); }
    /// The value itself. The view must not be copied into anything that lives on.
    std::string_view reveal() const { return value_; }

 private:
    void wipe() noexcept;
    std::string value_;
};

}  // namespace towline::http
