#pragma once
// What `sqlmesh plan` asks a person before it applies.

#include "commands/planning.h"

namespace towline::commands {

/// Changes that nobody has categorised: names of the models.
std::vector<std::string> uncategorized(const Planned& planned);

/// Asks for the category of every change without one and puts the answers into the options. True if there was one:
/// the plan must be built again. `cancelled` when input ends.
Result<bool> ask_categories(output::Console& console, const Planned& planned, plan::PlanOptions& options);

/// Asks from when a forward-only plan counts, and for start and end of the backfill, as far as the options do not say
/// and the plan allows it. True if there was an answer.
bool ask_dates(output::Console& console, const Planned& planned, plan::PlanOptions& options);

}  // namespace towline::commands
