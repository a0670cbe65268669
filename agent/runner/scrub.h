#pragma once
#include <string>
#include <string_view>

#include "base/result.h"

namespace towline::runner {

/// An engine's message without what may be a row's value: quoted text, bracketed keys and rows, bare numbers
/// and quoted statement text. Names in double quotes stay where the words before them say that it is a name
/// ("relation", "column"). One line, cut to a limit. Errs on the side of removing too much. Pure.
std::string scrub(std::string_view message);
/// What of a failure may leave the customer's network: our own sentences about audits as they are, nothing of what a
/// function of the author's raised, of all else the scrubbed message without the engine's detail.
std::string shown_message(const Error& error);

}  // namespace towline::runner
