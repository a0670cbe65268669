#pragma once
#include "sim/world.h"

namespace towline::sim {

template <class T>
T World::expect(Result<T> result, const char* what) {
    if (result) return std::move(*result);
    expect(Status(fail(result.error())), what);
    return T{};
}

inline void World::expect(const Status& status, const char* what) {
    if (status || !is_scheduler_up()) return;
    verdict_.report(std::string(what) + ": " + status.error().message + " " + status.error().detail);
}

}  // namespace towline::sim
