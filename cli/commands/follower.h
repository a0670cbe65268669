#pragma once
#include <chrono>
#include <map>
#include <optional>
#include <string>

#include "commands/session.h"

namespace towline::commands {

struct FollowOptions {
    std::string collection;  ///< "plans" or "runs"
    std::string id;
    std::map<std::string, std::string> names;  ///< FQN → as displayed; others are shortened
    std::map<std::string, std::string> kinds;  ///< FQN → kind; others are asked for
    std::optional<std::chrono::seconds> wait_max;
};

/// Shows a plan or run until it ends, as sqlmesh prints it, and gives the exit code of its outcome. Ctrl-C
/// detaches. In JSON mode lines go to stderr and the final document to stdout.
Result<int> follow(Session& session, const FollowOptions& options);

}  // namespace towline::commands
