#include "api/body_budget.h"

namespace towline::api {
namespace {

struct Share {
    std::shared_ptr<std::atomic<std::uint64_t>> used;
    std::uint64_t bytes;
    Share(std::shared_ptr<std::atomic<std::uint64_t>> counter, std::uint64_t taken)
        : used(std::move(counter)), bytes(taken) {}
    Share(const Share&) = delete;
    Share& operator=(const Share&) = delete;
    ~Share() { *used -= bytes; }
};

}  // namespace

std::shared_ptr<const void> BodyBudget::take(std::uint64_t bytes) {
    if (bytes > bytes_max_) return nullptr;
    if (used_->fetch_add(bytes) + bytes > bytes_max_) {
        *used_ -= bytes;
        return nullptr;
    }
    return std::make_shared<const Share>(used_, bytes);
}

}  // namespace towline::api
