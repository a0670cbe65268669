#pragma once
// The columns of a query and their types, as SQLMesh finds them.

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "model/node.h"
#include "sql/expression.h"

namespace towline::inference {

/// What a query may read. `tables` gives columns by FQN, types in the query's dialect ("" or UNKNOWN: not known).
struct Context {
    sql::Dialect dialect = sql::Dialect::none;
    std::string default_catalog;
    const std::map<std::string, model::Columns>* tables = nullptr;
    std::string self;         ///< FQN of the model: reading itself needs no columns
    bool optimize = true;     ///< false leaves all types unknown
    bool had_macros = false;  ///< SQLMesh prints such a query anew and reads it again, which may change types of casts
    /// Filled with the types whose words in the dialect say less than was found, by column, in no dialect's words.
    std::map<std::string, std::string>* neutral = nullptr;
    /// Filled with the types of expressions by the bytes where they stand, where set.
    std::map<std::pair<std::size_t, std::size_t>, sql::Expr>* places = nullptr;
};

/// The type of a column of a model in the words of another model's dialect, as SQLMesh hands it on; `UNKNOWN` for "".
std::string type_for(const std::string& type, sql::Dialect from, sql::Dialect to);

/// Output columns of a query without macros. An unknown type is "". Nothing if the columns cannot be told: a star over
/// an unknown table, an unnamed or a repeated projection of a query that cannot be qualified. Pure.
std::optional<model::Columns> query_columns(std::string_view query, const Context& context);

/// True if SQLMesh qualifies the query: the columns of all it reads are known and every name has one owner. Pure.
bool is_qualified(std::string_view query, const Context& context);

/// Types of the query's expressions by the bytes where they stand; none if it is not qualified. Pure.
std::map<std::pair<std::size_t, std::size_t>, sql::Expr> expression_types(std::string_view query, Context context);

/// The name sqlglot gives an expression that has no alias; "" if none. Pure.
std::string unaliased_name(std::string_view expression, sql::Dialect dialect);

}  // namespace towline::inference
