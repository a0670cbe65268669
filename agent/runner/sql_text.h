#pragma once
// Small pieces of SQL text that the statement builders share. Pure.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "plan/naming.h"

namespace towline::runner {

/// "name", inner quotes doubled.
std::string quoted(std::string_view identifier);
/// The bare text of a quoted identifier; other text as it is.
std::string unquoted(std::string_view identifier);
/// 'text', inner quotes doubled.
std::string text_literal(std::string_view text);
/// A statement on one line, for people: names and words stay, literals are "…", comments are gone.
std::string without_literals(std::string_view sql, std::string_view dialect);
/// "a", "b"
std::string column_list(const std::vector<std::string>& columns);
/// (query) AS "alias", with line breaks around the query, which may end with a comment.
std::string subquery(std::string_view query, std::string_view alias);
/// An instant as a value of a date, timestamp or timestamptz type, as SQLMesh writes it.
std::string time_literal(std::int64_t epoch_ms, std::string_view type);

/// How column references of an expression are rewritten.
struct ColumnRewrite {
    std::string_view table;        ///< goes in front of every column, quoted; empty = none
    std::string_view name_prefix;  ///< goes in front of every column's name
};
/// An expression in normalised form (all columns quoted, one part each) with its columns rewritten. Text in
/// single quotes is left alone; a column that already has a table keeps it.
std::string rewrite_columns(std::string_view expression, const ColumnRewrite& rewrite);

/// A name for a passing table beside `table`: __temp_<table>_<suffix>, the table's part cut to the engine's
/// limit (0 = none).
plan::TableName temporary_name(const plan::TableName& table, std::string_view suffix, std::size_t identifier_bytes_max);

}  // namespace towline::runner
