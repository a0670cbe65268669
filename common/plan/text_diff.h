#pragma once
#include <string>
#include <string_view>

#include "model/node.h"

namespace towline::plan {

/// Unified diff of two texts by lines, three lines of context, without file headers; "" if they are equal.
/// Texts of more than 5,000 lines (or too different ones) are shown as removed and added as a whole.
std::string unified_diff(std::string_view before, std::string_view after);
/// A node's definition as text: MODEL block, statements, query.
std::string definition_text(const model::Node& node);
std::string definition_diff(const model::Node& before, const model::Node& after);

}  // namespace towline::plan
