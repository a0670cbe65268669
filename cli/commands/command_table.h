#pragma once
#include <span>
#include <string_view>
#include <vector>

#include "commands/session.h"

namespace towline::commands {

enum class OptionKind { flag, value, list, positional, positional_required, positional_list };

struct OptionSpec {
    std::string_view names;  ///< "-s,--start"; the key itself for a positional
    std::string_view key;
    OptionKind kind = OptionKind::value;
    std::string_view help;
};

/// Gives the exit code; an Error is printed and mapped by exit_code_of.
using Handler = Result<int> (*)(Session&, const Arguments&);

struct CommandSpec {
    std::string_view path;  ///< "run list"; a group may be a command itself
    std::string_view help;
    std::vector<OptionSpec> options;
    Handler run = nullptr;  ///< null: only a group
    bool hidden = false;
    bool of_sqlmesh = false;  ///< ends with 1 where something is not found, as SQLMesh does
};

/// Every command, groups before their members.
std::vector<CommandSpec> command_table();

}  // namespace towline::commands
