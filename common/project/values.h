#pragma once
// Property values (syntax trees) as the plain values that nodes keep.

#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "model/node.h"
#include "sql/expression.h"
#include "sql/macros.h"

namespace towline::project {

/// Text of a name, string, number or boolean; SQL text of everything else.
std::string text_value(const sql::Expr& value, sql::Dialect dialect);
/// Text of a name, string or number, "NULL" for NULL, "" for everything else: sqlglot's `Expression.name`.
std::string name_value(const sql::Expr& value, sql::Dialect dialect);
/// Nothing for NULL and the word none.
std::optional<std::string> optional_text_value(const sql::Expr& value, sql::Dialect dialect);
/// SQLMesh's rule: TRUE, or a text in true,1,t,y,yes,on; everything else is false, without an error.
bool boolean_value(const sql::Expr& value, sql::Dialect dialect);
/// An integer literal above zero.
Result<std::int64_t> positive_value(const sql::Expr& value, std::string_view key);
/// Fails unless the text is a cron expression.
Status check_cron(const std::string& text);
/// Texts of one value, a tuple or an array.
std::vector<std::string> text_values(const sql::Expr& value, sql::Dialect dialect);
/// SQL texts of one value, a tuple or an array.
std::vector<std::string> sql_values(const sql::Expr& value, sql::Dialect dialect);
/// The same with identifiers folded and quoted.
std::vector<std::string> normalized_values(const sql::Expr& value, sql::Dialect dialect);
/// `(key = value, …)`; anything else fails naming the key.
Result<model::Properties> properties_value(const sql::Expr& value, sql::Dialect dialect, std::string_view key);
/// The same with keys as they are written: of session properties, where quotes enter the metadata hash.
Result<model::Properties> written_properties(const sql::Expr& value, sql::Dialect dialect, std::string_view key);
/// The name in a key that is kept as it is written.
std::string property_name(std::string_view key);
/// `name`, `name(k := v, …)` or a list of them; names and argument names in lower case.
Result<std::vector<model::Call>> calls_value(const sql::Expr& value, sql::Dialect dialect);
/// The SQL of a call's argument: as kept, but for the comma that marks a list of one.
std::string argument_sql(const std::string& text);
/// A configuration value as macros see it.
sql::MacroValue macro_value(const model::Value& value);

}  // namespace towline::project
