#pragma once
#include <cstddef>
#include <cstdint>

namespace towline::jinja {

/// What this module refuses to go beyond, so that no template can exhaust time, memory or stack.
inline constexpr std::size_t kTemplateBytesMax = 4u << 20;  ///< One template.
inline constexpr int kNestingDepthMax = 100;                ///< Brackets, statements, operators of one chain.
inline constexpr int kCallDepthMax = 50;                    ///< Macros that call macros, recursive loops.
inline constexpr int kEvaluationDepthMax = 1'000;           ///< Open evaluations of all calls together.
inline constexpr std::size_t kTextBytesMax = 16u << 20;     ///< One text value, and the output.
inline constexpr std::size_t kBudgetBytesMax = 128u << 20;  ///< All values made in one rendering.
inline constexpr std::size_t kStepsMax = 1'000'000;         ///< Evaluated nodes and compared items.
inline constexpr std::int64_t kItemsMax = 500'000;          ///< Items of one sequence.
inline constexpr std::int64_t kWidthMax = 100'000;          ///< Width or precision of a format.

}  // namespace towline::jinja
