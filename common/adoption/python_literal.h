#pragma once
// Python's literals as SQLMesh stores variables: "{'list': [1, 2], 'n': 3}". The inverse of plan/python_text.h.

#include <string_view>

#include "base/result.h"
#include "model/value.h"

namespace towline::adoption {

/// Reads None, booleans, numbers, strings, lists, tuples, sets, dicts and SqlValue(sql='…'). Fails with `invalid` at
/// the first byte that is none of them, and with `too_large` beyond 48 levels.
Result<model::Value> python_literal(std::string_view text);

}  // namespace towline::adoption
