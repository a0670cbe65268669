#pragma once
#include <atomic>
#include <cstdint>
#include <memory>

namespace towline::api {

/// How many bytes of large request bodies may be under way at once. Thread-safe.
class BodyBudget {
 public:
    explicit BodyBudget(std::uint64_t bytes_max) : bytes_max_(bytes_max) {}

    /// A share of `bytes`, given back when the last copy is dropped; empty if the budget is used up.
    std::shared_ptr<const void> take(std::uint64_t bytes);
    std::uint64_t used() const { return *used_; }

 private:
    const std::uint64_t bytes_max_;
    // Shared with the shares, which live in requests and may outlast this object.
    std::shared_ptr<std::atomic<std::uint64_t>> used_ = std::make_shared<std::atomic<std::uint64_t>>(0);
};

}  // namespace towline::api
