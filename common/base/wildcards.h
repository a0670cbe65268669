#pragma once
#include <string_view>

namespace towline {

/// The characters of a pattern that stand for others; 0 for none.
struct Wildcards {
    char any_run = '*';
    char any_one = 0;
};

/// Whether the whole text fits the pattern. `any_run` stands for any run of characters, also an empty one,
/// `any_one` for one character of UTF-8; every other byte for itself. At most length times length steps.
bool fits(std::string_view text, std::string_view pattern, Wildcards wildcards);

}  // namespace towline
