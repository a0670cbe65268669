#pragma once

namespace towline {
/// Prints where a broken assumption was met and aborts. Never returns; prints no values, so no secret can leak.
[[noreturn]] void assertion_failed(const char* expression, const char* file, int line);
}  // namespace towline

/// For what cannot happen unless the program is wrong. Stays on in release builds; input never triggers it.
#define TOWLINE_ASSERT(expression)                                                       \
    do {                                                                                 \
        if (!(expression)) ::towline::assertion_failed(#expression, __FILE__, __LINE__); \
    } while (false)
