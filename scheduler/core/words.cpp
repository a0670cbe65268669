// The states and their words, as they stand in the store and on the wire.
#include "base/words.h"
#include "core/work.h"

namespace towline::core {
namespace {

constexpr Words<WorkKind, 2> kWorkKinds{{{WorkKind::plan, "plan"}, {WorkKind::run, "run"}}};
constexpr Words<WorkState, 5> kWorkStates{{{WorkState::queued, "queued"},
                                           {WorkState::running, "running"},
                                           {WorkState::succeeded, "succeeded"},
                                           {WorkState::failed, "failed"},
                                           {WorkState::cancelled, "cancelled"}}};
constexpr Words<TaskState, 7> kTaskStates{{{TaskState::blocked, "blocked"},
                                           {TaskState::ready, "ready"},
                                           {TaskState::leased, "leased"},
                                           {TaskState::succeeded, "succeeded"},
                                           {TaskState::failed, "failed"},
                                           {TaskState::skipped, "skipped"},
                                           {TaskState::cancelled, "cancelled"}}};
constexpr Words<ExecutorState, 4> kExecutorStates{{{ExecutorState::active, "active"},
                                                   {ExecutorState::draining, "draining"},
                                                   {ExecutorState::fenced, "fenced"},
                                                   {ExecutorState::lost, "lost"}}};

}  // namespace

std::string_view to_string(WorkKind kind) { return word_of(kWorkKinds, kind); }
Result<WorkKind> work_kind_from(std::string_view word) { return value_of(kWorkKinds, word, "kind of work"); }
std::string_view to_string(WorkState state) { return word_of(kWorkStates, state); }
Result<WorkState> work_state_from(std::string_view word) { return value_of(kWorkStates, word, "state of a work"); }
std::string_view to_string(TaskState state) { return word_of(kTaskStates, state); }
Result<TaskState> task_state_from(std::string_view word) { return value_of(kTaskStates, word, "state of a task"); }
std::string_view to_string(ExecutorState state) { return word_of(kExecutorStates, state); }
Result<ExecutorState> executor_state_from(std::string_view word) {
    return value_of(kExecutorStates, word, "state of an executor");
}

}  // namespace towline::core
