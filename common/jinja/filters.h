#pragma once
// Which filters and tests there are. Private to common/jinja.

#include "jinja/native.h"

namespace towline::jinja {

/// Null if there is none of that name here.
const Native* find_filter(std::string_view name);
const Native* find_test(std::string_view name);
/// Why a name that is not found cannot be used: Jinja has it and it is refused, or nobody has it. It matters where the
/// template runs, so that names in branches that never run do no harm, as in Jinja.
Error refused_filter(std::string_view name);
Error refused_test(std::string_view name);

/// The rows of the files that hold them.
std::span<const Native> text_filters();
std::span<const Native> number_filters();
std::span<const Native> sequence_filters();
std::span<const Native> selection_filters();

}  // namespace towline::jinja
