#pragma once
#include "sim/world.h"

namespace towline::sim {

template <class T>
T World::expect(Result<T> result, const char* what) {
    if (result) return std::move(*result);
    verdict_.report(std::string(what) + ": " + result.error().message + " " + result.error().detail);
    return T{};
}

inline void World::expect(const Status& status, const char* what) {
    if (!status) verdict_.report(std::string(what) + ": " + status.error().message + " " + status.error().detail);
}

}  // namespace towline::sim
