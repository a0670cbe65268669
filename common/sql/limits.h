#pragma once
#include <cstddef>

namespace towline::sql {

/// What this module refuses to go beyond, so that no file can exhaust time, memory or stack.
inline constexpr std::size_t kTextBytesMax = 16u << 20;       ///< One SQL text.
inline constexpr int kNestingDepthMax = 200;                  ///< Brackets, macro calls, subqueries.
inline constexpr int kExpressionLinksMax = 1'500;             ///< Operators of one expression tree.
inline constexpr std::size_t kExpandedBytesMax = 16u << 20;   ///< Result of macro expansion.
inline constexpr std::size_t kMacroReadBytesMax = 32u << 20;  ///< Text that one expansion reads, again and again.
inline constexpr std::size_t kMacroStepsMax = 200'000;        ///< Macro calls and substitutions of one expansion.
inline constexpr std::size_t kPrintedNodesMax = 20'000;  ///< One call's text, whose arguments may stand in it often.
inline constexpr std::size_t kAliasNodesMax = 30'000;    ///< Of a query, what its aliases stand for, again and again.
inline constexpr std::size_t kOperandNodesMax = 5'000;   ///< Of a query, operands that simpler conditions repeat.
inline constexpr std::size_t kDialectSearchBytes = 10'000;  ///< How far a file is searched for its dialect.

}  // namespace towline::sql
