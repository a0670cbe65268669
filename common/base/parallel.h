#pragma once
#include <cstddef>
#include <functional>

namespace towline {

/// Calls `work(i)` once for every i below `count` and returns when all calls have ended. They run in any order, several
/// at once: on the caller's thread and on as many more as the machine has processors, eight in all. A short list, and
/// every list where no thread can be had, is worked off on the caller's thread alone. `work` must not throw.
void for_each_index(std::size_t count, const std::function<void(std::size_t)>& work);

}  // namespace towline
