#pragma once
// Internal to the module: dates and numbers that stand in a query as literals, worked out as Python does for sqlglot.

#include <cstdint>
#include <optional>
#include <string>

#include "query/tree.h"

namespace towline::query {

/// A date or a moment: midnight, the time of day behind it and the zone as it is written, "" for none.
struct Moment {
    std::int64_t midnight_ms = 0;
    std::int64_t time_us = 0;
    std::string zone;
};

/// The text, its moment and whether it is a date, of CAST('…' AS DATE).
struct Dated {
    Moment moment;
    bool date = false;
};

__extension__ using Wide = __int128;

/// A number as digits and how many of them stand behind the point, as Python's Decimal has it.
struct Decimal {
    Wide digits = 0;
    int scale = 0;         ///< Below zero for 1E+3.
    bool decimal = false;  ///< Written with a point or an exponent: no integer.
};

/// The moment of CAST('…' AS DATE) and its like; nothing for anything else.
std::optional<Dated> dated(const Expr& node);
/// True for an interval of so many units that sqlglot works with: `'2' MONTH`, not `'2' MONTHS`.
bool is_interval(const Expr& node);
/// The moment some units later. `timed` becomes true for units of the time of day.
std::optional<Moment> moved(Moment moment, const Expr& interval, int sign, bool& timed);
/// The first day of the unit (its name in upper case); nothing for a unit within a day.
std::optional<std::int64_t> floored(std::int64_t midnight_ms, std::string_view unit);
std::string written(const Moment& moment, bool date);
/// -1, 0 or 1; nothing for what Python never finds equal and does not order: a date and a moment, with a zone and
/// without.
std::optional<int> compare(const Dated& left, const Dated& right);

/// A number, with its sign, of at most 37 digits.
std::optional<Decimal> decimal_of(const Expr& node);
/// Both with as many digits behind the point; false if they are too long for that.
bool align(Decimal& a, Decimal& b);
/// Sum, difference or product of two numbers; nothing where the result is too long.
std::optional<Expr> calculated(const std::string& op, Decimal a, Decimal b);
/// The quotient with the digits of Python's decimals. Two integers are not divided: engines differ there.
std::optional<Expr> divided(Decimal a, Decimal b);

}  // namespace towline::query
