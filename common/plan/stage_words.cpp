#include <array>
#include <set>

#include "plan/stages.h"

namespace towline::plan {
namespace {
constexpr std::array<std::string_view, 18> kStageWords{"before_all",         "create_snapshot_records",
                                                       "create_schemas",     "create_tables",
                                                       "audit_only",         "backfill",
                                                       "restatement",        "environment_record_update",
                                                       "migrate_schemas",    "unpause",
                                                       "create_views",       "drop_views",
                                                       "finalize",           "after_all",
                                                       "drop_tables",        "drop_schemas",
                                                       "delete_environment", "forget_tables"};
constexpr std::array<std::string_view, 10> kTaskWords{"statements", "create_schema", "create_table", "evaluate",
                                                      "audit",      "migrate",       "create_view",  "drop_view",
                                                      "drop_table", "drop_schema"};

template <class Enum, std::size_t N>
Result<Enum> find(const std::array<std::string_view, N>& words, std::string_view word, const char* what) {
    for (std::size_t i = 0; i < N; ++i)
        if (words[i] == word) return static_cast<Enum>(i);
    return fail(ErrorCode::invalid, std::string("unknown ") + what + " '" + std::string(word) + "'");
}
}  // namespace

std::string_view to_string(StageKind kind) { return kStageWords.at(static_cast<std::size_t>(kind)); }
Result<StageKind> stage_kind_from(std::string_view word) { return find<StageKind>(kStageWords, word, "stage"); }
std::string_view to_string(TaskKind kind) { return kTaskWords.at(static_cast<std::size_t>(kind)); }
Result<TaskKind> task_kind_from(std::string_view word) { return find<TaskKind>(kTaskWords, word, "task kind"); }

bool is_scheduler_stage(StageKind kind) {
    switch (kind) {
        case StageKind::create_snapshot_records:
        case StageKind::restatement:
        case StageKind::environment_record_update:
        case StageKind::unpause:
        case StageKind::finalize:
        case StageKind::delete_environment:
        case StageKind::forget_tables:
            return true;
        default:
            return false;
    }
}

std::vector<std::string> executor_labels(const model::Node& node) {
    constexpr std::string_view kPrefix = "executor:";
    std::set<std::string> labels;
    for (const std::string& tag : node.tags)
        if (tag.starts_with(kPrefix) && tag.size() > kPrefix.size()) labels.insert(tag.substr(kPrefix.size()));
    return {labels.begin(), labels.end()};
}

bool records_interval(const TaskSpec& task) {
    if (!task.snapshot || task.interval.empty()) return false;
    constexpr std::string_view kLookAgain = "audit:";  // keys of the audit_only stage
    return task.kind == TaskKind::evaluate || (task.kind == TaskKind::audit && task.key.rfind(kLookAgain, 0) != 0);
}

}  // namespace towline::plan
