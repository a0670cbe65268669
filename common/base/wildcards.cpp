#include "base/wildcards.h"

#include <cstddef>

namespace towline {
namespace {

// Where the character after the one at `at` begins.
std::size_t next_character(std::string_view text, std::size_t at) {
    do ++at;
    while (at < text.size() && (static_cast<unsigned char>(text[at]) & 0xC0) == 0x80);
    return at;
}

}  // namespace

// On a mismatch only the last run grows: what an earlier one could take, the last one can take too.
bool fits(std::string_view text, std::string_view pattern, Wildcards wildcards) {
    constexpr std::size_t kNone = std::string_view::npos;
    const auto is = [&](std::size_t at, char wildcard) {
        return wildcard != 0 && at < pattern.size() && pattern[at] == wildcard;
    };
    std::size_t t = 0, p = 0, run = kNone, run_end = 0;
    while (t < text.size()) {
        if (is(p, wildcards.any_run)) {
            run = p++;
            run_end = t;
        } else if (is(p, wildcards.any_one)) {
            ++p;
            t = next_character(text, t);
        } else if (p < pattern.size() && pattern[p] == text[t]) {
            ++p;
            ++t;
        } else if (run != kNone) {
            p = run + 1;
            t = run_end = next_character(text, run_end);
        } else {
            return false;
        }
    }
    while (is(p, wildcards.any_run)) ++p;
    return p == pattern.size();
}

}  // namespace towline
