#pragma once
// Internal to the module: what the built-in macros write that every dialect has other words for. As SQLMesh prints it.

#include <string>
#include <string_view>
#include <vector>

#include "sql/dialect.h"

namespace towline::sql {

/// One end of a row of dates, as its author wrote it.
struct SpineEnd {
    std::string sql;
    bool is_text = false;  ///< A string, and no expression.
};
/// A query of dates from one to the other, both included: `part` (day, week, month, quarter or year) is the step and
/// names the column. Pure.
std::string date_spine_form(std::string_view part, const SpineEnd& first, const SpineEnd& last, Dialect dialect);
/// A hash of the fields' texts; `hash` is a function's name in upper case. Pure.
std::string surrogate_key_form(const std::vector<std::string>& fields, const std::string& hash, Dialect dialect);

}  // namespace towline::sql
