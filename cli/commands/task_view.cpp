#include "commands/task_view.h"

#include <fmt/core.h>

#include <set>

#include "output/words.h"

namespace towline::commands {

bool is_batch(const TaskView& task) { return task.kind == "evaluate" || task.kind == "audit"; }
bool has_run(std::string_view state) { return state == "succeeded" || state == "failed"; }

Result<TaskView> task_view(const std::string& json_text) {
    TRY(const json::Document document, json::Document::parse(json_text));
    return task_view(document.root());
}

Result<TaskView> task_view(const json::Reader& root) {
    TaskView out;
    out.id = root.str("id");
    out.name = root.str("name", "");
    out.kind = root.str("kind");
    out.state = root.str("state");
    out.error = root.str("error_message", "");
    out.executor = root.str("executor_name", root.str("executor_id", ""));
    out.stage = static_cast<int>(root.num("stage_index", 0));
    out.attempt = static_cast<int>(root.num("attempt", 0));
    const std::vector<json::Reader> interval = root.list("interval");
    if (interval.size() == 2) {
        out.start = interval[0].as_num();
        out.end = interval[1].as_num();
    }
    out.started_ts = root.num("started_ts", 0);
    out.ended_ts = root.num("ended_ts", 0);
    TRY_STATUS(root.status());
    return out;
}

std::string failure_sections(const std::vector<TaskView>& tasks, const std::map<std::string, std::string>& names) {
    const auto display = [&](const std::string& fqn) {
        const auto found = names.find(fqn);
        return found == names.end() ? output::plain_name(fqn) : found->second;
    };
    std::map<std::string, std::string> failed;
    std::set<std::string> skipped;
    for (const TaskView& task : tasks) {
        if (task.state == "failed") failed.emplace(display(task.name), task.error);
        if (task.state == "skipped") skipped.insert(display(task.name));
    }
    std::string out;
    if (!skipped.empty()) {
        out += "Skipped models\n\n";
        for (const std::string& name : skipped)
            if (!failed.contains(name)) out += "  " + name + "\n";
        out += "\n";
    }
    if (!failed.empty()) {
        out += "Failed models\n\n";
        for (const auto& [name, error] : failed) out += fmt::format("  {}\n\n    {}\n\n", name, error);
    }
    while (!out.empty() && out.back() == '\n') out.pop_back();
    return out;
}

}  // namespace towline::commands
