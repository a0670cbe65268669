#pragma once
// A query of any dialect as DuckDB runs it, for unit tests.

#include <map>
#include <string>
#include <string_view>

#include "base/result.h"
#include "model/node.h"
#include "sql/dialect.h"

namespace towline::translate {

/// What a query is read with. `tables` gives the columns of what it reads by FQN, types in the query's dialect; a query
/// that reads others has no types, as in SQLMesh.
struct Context {
    sql::Dialect dialect = sql::Dialect::none;
    std::string default_catalog;
    const std::map<std::string, model::Columns>* tables = nullptr;
    bool optimize = true;     ///< false: types are not looked at
    bool had_macros = false;  ///< as of inference::Context
};

/// The query, free of macros, in DuckDB's dialect: what SQLMesh's translation gives, or text of the same result. Fails
/// with `unsupported` naming what cannot be translated (its text is the error's hint), so that nothing runs with
/// another meaning. Pure.
Result<std::string> to_duckdb(std::string_view query, const Context& context);

}  // namespace towline::translate
