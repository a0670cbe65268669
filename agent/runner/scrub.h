#pragma once
#include <string>
#include <string_view>

namespace towline::runner {

/// An engine's message without what may be a row's value: quoted text, bracketed keys and rows, bare numbers
/// and quoted statement text. Names in double quotes stay where the words before them say that it is a name
/// ("relation", "column"). One line, cut to a limit. Errs on the side of removing too much. Pure.
std::string scrub(std::string_view message);

}  // namespace towline::runner
