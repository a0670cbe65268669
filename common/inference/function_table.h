#pragma once
#include <span>

#include "inference/function_rules.h"

namespace towline::inference {

/// The rows of the table, in two files; see function_rules.h.
std::span<const FunctionRow> function_table();
std::span<const FunctionRow> function_table_cloud();

}  // namespace towline::inference
