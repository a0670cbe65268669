#pragma once
#include <string>
#include <string_view>

#include "base/result.h"
#include "model/node.h"

namespace towline::runner {

/// What stands around the name of a new table or view: `UNLOGGED ` in front, ` WITH (fillfactor=70)` behind it.
struct Creatable {
    std::string before = {};
    std::string behind = {};
};

/// `creatable_type` of the properties of a model, as the dialect of its engine (postgres, duckdb) says it: one word or
/// one `name = value`; DuckDB knows no more than TEMPORARY. Nothing without it. Fails on other words and on several.
Result<Creatable> creatable_type(const model::Properties& properties, std::string_view dialect);

}  // namespace towline::runner
