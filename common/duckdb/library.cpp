#include "duckdb/library.h"

#include <dlfcn.h>
#include <fmt/core.h>

#include <atomic>
#include <mutex>
#include <string>

#include "base/assert.h"

namespace towline::duckdb {
namespace {

constexpr const char* kFile = "libduckdb.so";

Library functions;
std::atomic<bool> loaded{false};

tl::unexpected<Error> loader_failure() {
    const char* why = ::dlerror();
    return fail(ErrorCode::unsupported,
                fmt::format("DuckDB's library cannot be loaded: {}", why == nullptr ? kFile : why),
                "Put libduckdb.so into the folder ../lib beside the program, or name its folder in LD_LIBRARY_PATH.");
}

}  // namespace

Status load_library() {
    static std::mutex mutex;
    if (loaded.load(std::memory_order_acquire)) return {};
    const std::lock_guard lock(mutex);
    if (loaded.load(std::memory_order_relaxed)) return {};
    // Never closed: connections may live until the process ends.
    void* handle = ::dlopen(kFile, RTLD_NOW | RTLD_LOCAL);
    if (handle == nullptr) return loader_failure();
    Library found;
#define TOWLINE_FIND(name)                                                                     \
    found.name = reinterpret_cast<decltype(&duckdb_##name)>(::dlsym(handle, "duckdb_" #name)); \
    if (found.name == nullptr) return loader_failure();
    TOWLINE_DUCKDB_FUNCTIONS(TOWLINE_FIND)
#undef TOWLINE_FIND
    functions = found;
    loaded.store(true, std::memory_order_release);
    return {};
}

const Library& lib() {
    TOWLINE_ASSERT(loaded.load(std::memory_order_acquire));
    return functions;
}

}  // namespace towline::duckdb
