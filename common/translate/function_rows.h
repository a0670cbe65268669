#pragma once
// Internal to the module: what functions are in DuckDB, from functions.txt.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sql/dialect.h"

namespace towline::translate {

/// An argument as the rows see it.
struct ArgumentKind {
    char kind = 'c';                  ///< one of the letters of functions.txt
    std::optional<std::string> unit;  ///< the unit of time that it may be, in full
};

enum class RowSearch : unsigned char {
    found,
    unknown,  ///< the reference has no function of this name: it is printed as it is
    refused,  ///< it has, but not with these arguments, or the table cannot tell what becomes of them
};
struct FunctionRow {
    RowSearch search = RowSearch::unknown;
    std::string_view text;  ///< the template
};

/// The row for a call; `name` in upper case.
FunctionRow function_row(std::string_view name, const std::vector<ArgumentKind>& arguments, sql::Dialect dialect);
/// The letter of the dialect whose rows count: some dialects are read as another one is.
char table_letter(sql::Dialect dialect);
/// True if functions of the dialect are in the table.
bool has_functions(sql::Dialect dialect);

}  // namespace towline::translate
