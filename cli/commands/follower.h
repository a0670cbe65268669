#pragma once
#include <chrono>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

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

/// A task of the API, as far as the CLI looks at it.
struct TaskView {
    std::string id;
    std::string name;
    std::string kind;
    std::string state;
    std::string error;
    std::string executor;
    int stage = 0;
    int attempt = 0;
    std::int64_t start = 0;
    std::int64_t end = 0;
    std::int64_t started_ts = 0;
    std::int64_t ended_ts = 0;
};
Result<TaskView> task_view(const std::string& json_text);

/// "Failed models" and "Skipped models" of a finished work; empty if there are none.
std::string failure_sections(const std::vector<TaskView>& tasks,
                             const std::map<std::string, std::string>& names);

}  // namespace towline::commands
