#pragma once
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "json/document.h"

namespace towline::commands {

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
/// A batch of a model or an audit: what a person follows line by line.
bool is_batch(const TaskView& task);
/// A state in which a task's line is shown.
bool has_run(std::string_view state);
Result<TaskView> task_view(const std::string& json_text);
Result<TaskView> task_view(const json::Reader& root);

/// "Failed models" and "Skipped models" of a finished work; empty if there are none.
std::string failure_sections(const std::vector<TaskView>& tasks, const std::map<std::string, std::string>& names);

}  // namespace towline::commands
