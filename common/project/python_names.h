#pragma once
// Names of models that are written in Python, as far as they stand in the text.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace towline::project {

/// One entry for each `@model(` decorator of a Python file: the name if it is a plain literal, nothing if it
/// is computed. Pure; the file is not run.
std::vector<std::optional<std::string>> python_model_names(std::string_view text);
/// True if a Python file defines anything at all; an `__init__.py` with a comment does not.
bool python_defines(std::string_view text);

}  // namespace towline::project
