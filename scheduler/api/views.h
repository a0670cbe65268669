#pragma once
// How values look to people and the CLI (docs/wire_protocol.md): one function per shape.

#include <string>

#include "core/work.h"
#include "store/store.h"

namespace towline::api {

struct WorkExtras {
    std::optional<int> queue_position;
    std::optional<core::StageCounts> tasks;  ///< of the current stage
    std::string waiting_for;
};
std::string work_json(const core::Work& work, const WorkExtras& extras);
/// `executor_name` is that of task.executor_id, empty if there is none or it is forgotten.
std::string task_json(const core::Task& task, const std::string& executor_name);
std::string attempt_json(const core::Attempt& attempt);
std::string executor_json(const core::Executor& executor, int slots_used, model::TimestampMs now);
std::string environment_json(const model::Environment& environment, bool paused, bool with_snapshots);
std::string pause_json(const core::Pause& pause);
std::string client_json(const store::Client& client);
std::string gateways_json(const std::vector<project::Gateway>& gateways);

}  // namespace towline::api
