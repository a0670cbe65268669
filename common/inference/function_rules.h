#pragma once
// What functions return: a table of rules per dialect, and how a rule is carried out.

#include <string_view>

#include "inference/types.h"

namespace towline::inference {

/// One row: the functions of a dialect that follow a rule. Rows of a dialect go before those of `none`.
/// A rule is a type, or
///   a0 the type of argument 0; c0 the common type of the arguments from 0 on; l0,2 of these arguments
///   p… the same, promoted as in SUM; [… an array of it; e0 the element of an array; x0 the first inner type
///   m0 DOUBLE for an integer, else the argument's; s0 one type, or TEXT if any is
///   u1,0 argument 1 after date arithmetic whose unit is argument 0; u0 without a unit; t1,0 the same, but only for
///   a cast to DATE; v2,0 as Snowflake does it; b as an operator; *… a rule of its own.
/// `2=DATE;3-=a0` gives rules by the number of arguments.
enum class RuleScope { both, own, neutral };
struct FunctionRow {
    sql::Dialect dialect;
    RuleScope scope;
    std::string_view rule;
    std::string_view names;  ///< separated by blanks
};

/// The rule of a function by its upper-case name for that many arguments; "" if the function is not known.
std::string_view function_rule(std::string_view name, std::size_t arguments, const Typing& typing);

/// An argument as rules see it.
struct Argument {
    TypedValue value;
    const Node* node = nullptr;
};
/// The type of a call.
Type call_type(std::string_view name, const std::vector<Argument>& arguments, const Typing& typing);
/// What `map[key]` gives: sqlglot knows it of a map that is written there with the key.
Type map_value(const Node& map, const Type& type, const Node& key);
/// The type of STRUCT(…), {…} and ROW(…) with these fields.
Type struct_type(const std::vector<Argument>& fields, sql::Dialect dialect);

}  // namespace towline::inference
