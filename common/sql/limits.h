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
inline constexpr int kAliasHeightMax = 500;              ///< Of what an alias stands for: such trees stand in others.
inline constexpr std::size_t kStarNodesMax = 400'000;    ///< Of a query, what its stars and USING stand for.
inline constexpr std::size_t kStarColumnsMax = 100'000;  ///< The same where only columns are counted.
inline constexpr std::size_t kJoinsMax = 4'000'000;      ///< Of a query, pairs of operands that are looked at.
inline constexpr std::size_t kOperandNodesMax = 5'000;   ///< Of a query, operands that simpler conditions repeat.
inline constexpr std::size_t kDialectSearchBytes = 10'000;  ///< How far a file is searched for its dialect.

}  // namespace towline::sql
