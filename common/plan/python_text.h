#pragma once
// Python's repr of values, byte for byte: SQLMesh hashes and stores these texts.

#include <string>
#include <string_view>

#include "model/value.h"

namespace towline::plan {

/// repr of a str: single quotes unless that would need escapes and double quotes would not.
std::string python_repr(std::string_view text);
std::string python_repr(const model::Value& value);
/// repr of a dict with its keys sorted.
std::string python_repr(const model::Variables& variables);
/// "True" or "False".
inline std::string python_bool(bool value) { return value ? "True" : "False"; }

}  // namespace towline::plan
