#include "base/parallel.h"

#include <algorithm>
#include <atomic>
#include <system_error>
#include <thread>
#include <vector>

namespace towline {
namespace {

constexpr std::size_t kThreadsMax = 8;
constexpr std::size_t kTakenAtOnce = 4;  ///< Neighbours share cache lines, and a counter is not free.
constexpr std::size_t kShareMin = 16;    ///< Less than this for a thread is not worth starting it.

}  // namespace

void for_each_index(std::size_t count, const std::function<void(std::size_t)>& work) {
    std::atomic<std::size_t> next{0};
    const auto take = [&] {
        for (std::size_t begin = next.fetch_add(kTakenAtOnce); begin < count; begin = next.fetch_add(kTakenAtOnce))
            for (std::size_t i = begin; i < std::min(count, begin + kTakenAtOnce); ++i) work(i);
    };
    const std::size_t processors = std::max(1u, std::thread::hardware_concurrency());
    const std::size_t threads = std::min({processors, kThreadsMax, count / kShareMin});
    std::vector<std::jthread> others;
    others.reserve(threads);
    try {
        while (others.size() + 1 < threads) others.emplace_back(take);
    } catch (const std::system_error&) {
        // A container may allow no more threads; those that are there do the work.
    }
    take();
}

}  // namespace towline
