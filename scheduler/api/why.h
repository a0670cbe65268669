#pragma once
#include <string>
#include <vector>

#include "core/work.h"

namespace towline::api {

/// Everything that can keep a task from running, as values.
struct WhyInput {
    core::Task task;
    core::Work work;
    std::vector<core::Task> blockers;  ///< tasks it waits for
    std::vector<core::Executor> executors;
    std::vector<core::Task> leased;  ///< of the project
    std::vector<core::Pause> pauses;
    bool plan_holds_environment = false;  ///< and the task belongs to a run
    model::TimestampMs now = 0;
};
struct WhyExecutor {
    std::string id;
    std::string name;
    std::string reason;
};
struct Why {
    std::string reason;  ///< one sentence
    std::vector<WhyExecutor> executors;
};

/// Why a task is where it is, in one sentence, and for a waiting task per executor why it does not take it. Pure.
Why explain_waiting(const WhyInput& input);

}  // namespace towline::api
