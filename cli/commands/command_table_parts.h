#pragma once
#include <vector>

#include "commands/command_table.h"

namespace towline::commands {

/// Commands about the project: render, test, lint, diff and their like.
void add_project_commands(std::vector<CommandSpec>& table);

}  // namespace towline::commands
