#pragma once
// Rules about data types: families, what coerces to what. As sqlglot has them.

#include <string_view>
#include <vector>

#include "inference/tree.h"

namespace towline::inference {

/// Whose rules count: those of the dialect, or the neutral ones, which SQLMesh uses for queries that it cannot
/// qualify. Names and syntax are the dialect's in both cases.
struct Typing {
    sql::Dialect dialect = sql::Dialect::none;
    bool own = true;
    /// The dialect whose typing rules count.
    sql::Dialect rules() const { return own ? dialect : sql::Dialect(sql::Dialect::none); }
};

enum class TypeSet { text, numeric, integer, real, floating, temporal };

/// `a ^ b` is a power, not an exclusive or.
bool caret_is_power(sql::Dialect dialect);
/// A type without parameters by its canonical name.
Type type_named(std::string_view canonical);
Type unknown_type();
bool is_type(const Type& type, std::string_view canonical);
bool is_unknown(const Type& type);
bool is_nested(const Type& type);
bool is_in(const Type& type, TypeSet set);
Type array_of(Type element);
/// A type as it is declared for a column or a source: in ClickHouse one that is not Nullable unless it says so, which
/// is kept in `quoted` of the type and of what it holds.
Type declared_type(Type type, sql::Dialect dialect);
/// A type as a cast names it: Spark and its kin know no lengths of texts there.
Type cast_type(Type type, sql::Dialect dialect);
/// The text of a type of a column; in ClickHouse inferred types are Nullable. "" if it is unknown.
std::string column_type_text(const Type& type, sql::Dialect dialect);
/// The type of a cast after it was printed in its dialect and read again.
Type reread_type(const Type& type, sql::Dialect dialect);
/// The element of an array with a known one; unknown otherwise.
Type element_of(const Type& type);

/// The second type if the first coerces to it, else the first. A type with parameters wins; unknown stays unknown.
Type coerced(const Type& first, const Type& second, const Typing& typing);

/// A value with its type: literals count after all others.
struct TypedValue {
    Type type;
    bool literal = false;
};
/// The common type of values, as sqlglot finds it for COALESCE, CASE and the like.
Type common_type(const std::vector<TypedValue>& values, const Typing& typing);
/// Integers grow to BIGINT, floats to DOUBLE, as in SUM.
Type promoted(Type type);
/// The type of `a op b` for operators that are no predicates. `left_unit`, `right_unit`: the unit if that side is an
/// interval.
struct Operand {
    TypedValue value;
    std::string_view unit;  ///< of an interval
    std::string_view text;  ///< of a string
};
Type binary_type(const Operand& left, const Operand& right, const Typing& typing);
Type quotient_type(const Type& left, const Type& right, const Typing& typing);
/// DATE_ADD and the like: a date keeps being one if the unit is a day or more.
Type unit_type(const TypedValue& value, std::string_view text, std::string_view unit);

}  // namespace towline::inference
