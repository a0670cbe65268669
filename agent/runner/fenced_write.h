#pragma once
#include <functional>
#include <string>

#include "base/result.h"
#include "model/interval.h"
#include "runner/task_run.h"

namespace towline::runner {

/// The range of targets that are not loaded by time.
inline constexpr model::Interval kWholeTarget{INT64_MIN + 1, INT64_MAX};

/// What a write takes hold of.
struct WriteTarget {
    std::string name;     ///< stable text of the target, such as its quoted name
    std::string catalog;  ///< where the fences of it are kept
    model::Interval range = kWholeTarget;
    /// Skip the write if this very task has already committed it: for loads that would add the same rows
    /// again.
    bool once = false;
};

/// Claims the target's fence for the task's lease, then runs `body` in a transaction that holds the fence and
/// commits it. Fails with `superseded`, having changed nothing, if a newer lease has claimed an overlapping
/// range. A session of an older lease that keeps the fence locked is ended.
Status fenced_write(TaskRun& run, const WriteTarget& target, const std::function<Status()>& body);

}  // namespace towline::runner
