#pragma once
// Enumerations and their words, as tables: the word of a value, and the value of a word.

#include <array>
#include <string>
#include <string_view>
#include <utility>

#include "base/result.h"

namespace towline {

template <class E, std::size_t N>
using Words = std::array<std::pair<E, std::string_view>, N>;

template <class E, std::size_t N>
std::string_view word_of(const Words<E, N>& words, E value) {
    for (const auto& [each, word] : words)
        if (each == value) return word;
    return "unknown";
}

/// Fails with `invalid`; `what` says of what kind the word should have been.
template <class E, std::size_t N>
Result<E> value_of(const Words<E, N>& words, std::string_view word, std::string_view what) {
    for (const auto& [each, text] : words)
        if (text == word) return each;
    return fail(ErrorCode::invalid, "unknown " + std::string(what) + " '" + std::string(word.substr(0, 40)) + "'");
}

}  // namespace towline
