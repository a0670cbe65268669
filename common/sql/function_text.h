#pragma once
// For the modules that read SQL: what a function of a dialect is in canonical form, from the tables in dialects/*.txt.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sql/expression.h"

namespace towline::sql {

/// The row for a call: `name` in upper case, `kinds` one letter an argument: `s` a string, `n` a number, `z` the
/// number 0, `i` an interval, `c` anything else; `first` is the first argument's text if it is a string. Nothing if the
/// dialect does not know the function: then its text is the name and the arguments. `!` means that the reference reads
/// this call in a way the tables do not hold.
std::optional<std::string_view> function_template(std::string_view name, std::string_view kinds, std::string_view first,
                                                  Dialect dialect);
/// One letter an argument, as `function_template` wants them.
std::string argument_kinds(const std::vector<Expr>& arguments);
/// The row for a call.
std::optional<std::string_view> function_row(const Expr& call, Dialect dialect);
/// The row of printed.txt for a call: its text when it is printed again in its own dialect.
std::optional<std::string_view> printed_row(const Expr& call, Dialect dialect);
/// The unit that a word is as argument `position` (from zero) of a call with this row, in full and upper case; nothing
/// if the row takes a value there.
std::optional<std::string> unit_of_argument(std::string_view row, std::size_t position, std::string_view word);
/// A unit of time in full, upper case: `mm` is MONTH in the table `letter` of dialects/units.txt.
std::string full_unit(char letter, std::string_view word);
/// How many combinators (If, State, Merge, …) end the name of an aggregate of ClickHouse, case counts; nothing if it is
/// the name of none.
std::optional<int> aggregate_suffixes(std::string_view name);
/// True if the reference has a node of its own for this aggregate, whatever its case.
bool is_known_aggregate(std::string_view name);
/// True if the reference prints aggregates or window functions under this name, in any case, in the dialect
/// (dialects/printed_aggregates.txt).
bool is_printed_aggregate(std::string_view name, Dialect dialect);
/// True if the reference has a function of this name, in any case, when it reads the dialect (dialects/known.txt).
bool is_known_function(std::string_view name, Dialect dialect);
/// The first argument, from zero, that stands in a list where the reference reads a call (dialects/list_arguments.txt):
/// COALESCE has its first for itself and the others in a list. Nothing if none does.
std::optional<std::size_t> list_argument(std::string_view name, Dialect dialect);
/// A dialect's time format in the reference's (`yyyy-MM-dd` → `%Y-%m-%d`), longest words first.
std::string neutral_format(std::string_view format, Dialect dialect);
/// The other way round: `%Y-%m-%d` → `yyyy-MM-dd`.
std::string own_format(std::string_view neutral, Dialect dialect);

}  // namespace towline::sql
