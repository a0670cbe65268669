#include "commands/follower.h"

#include <fmt/core.h>

#include <algorithm>
#include <atomic>
#include <set>
#include <thread>
#include <tuple>

#include "commands/exit_codes.h"
#include "commands/interrupt.h"
#include "commands/task_view.h"
#include "commands/work_events.h"
#include "output/words.h"

namespace towline::commands {
namespace {

using Clock = std::chrono::steady_clock;
constexpr std::chrono::seconds kStallAfter{3};
constexpr std::chrono::milliseconds kPollInterval{1000};
constexpr std::chrono::milliseconds kLookPause{50};  // between two looks for the sake of tasks
constexpr std::size_t kTasksMax = 200'000;
constexpr int kFailedLooksMax = 30;

struct WorkView {
    std::string state;
    std::string environment;
    std::string error;
    std::string waiting_for;
    int stage_index = -1;
    std::vector<std::string> stages;
    std::string counts;
    std::int64_t open = 0;
    std::int64_t done = 0;
    bool ended() const { return state != "queued" && state != "running"; }
};

WorkView work_view(const json::Reader& root) {
    WorkView out;
    out.state = root.str("state");
    out.environment = root.str("environment");
    out.error = root.str("error", "");
    out.waiting_for = root.str("waiting_for", "");
    out.stage_index = static_cast<int>(root.num("stage_index", -1));
    for (const json::Reader& stage : root.list("stages")) out.stages.push_back(stage.str("kind"));
    if (const auto tasks = root.maybe_sub("tasks")) {
        out.counts = std::to_string(out.stage_index) + tasks->dump();
        out.open = tasks->num("open", 0);
        for (const char* key : {"succeeded", "failed", "skipped", "cancelled"}) out.done += tasks->num(key, 0);
    }
    return out;
}

class Follower {
 public:
    Follower(Session& session, client::SchedulerClient& scheduler, FollowOptions options)
        : session_(session), scheduler_(scheduler), options_(std::move(options)) {}

    Result<int> run();

 private:
    Result<bool> look(const News& news);
    Status show_tasks(const WorkView& work, const News& news);
    Result<std::vector<TaskView>> newly_ended(const News& news);
    Status list_tasks();
    void learn(const TaskView& task);
    output::Batch batch_of(const TaskView& task) const;
    Status show_batch(const TaskView& task, const json::Reader& detail);
    void measure(int stage);
    void show_stages(const WorkView& work);
    void show_progress(const WorkView& work);
    Status explain_stall(const WorkView& work);
    Result<int> finish();
    Status learn_kinds(const std::string& environment);
    std::string display(const std::string& fqn) const;
    output::Console& console() { return session_.console(); }

    Session& session_;
    client::SchedulerClient& scheduler_;
    FollowOptions options_;
    std::string document_;
    WorkView work_;
    std::map<std::string, TaskView> tasks_;                    ///< by id, as last seen
    std::map<std::pair<int, std::string>, int> batch_totals_;  ///< (stage, name) → batches
    std::set<std::string> shown_;
    std::map<std::string, int> done_of_;
    output::BatchWidths widths_;
    int widths_stage_ = -2;
    std::string last_counts_;
    std::string listed_counts_;  ///< those at the last list of all tasks
    std::string last_waiting_;
    Clock::time_point moved_at_ = Clock::now();
    int stages_shown_ = 0;
    bool kinds_asked_ = false;
};

std::string Follower::display(const std::string& fqn) const {
    const auto found = options_.names.find(fqn);
    return found == options_.names.end() ? output::plain_name(fqn) : found->second;
}

Status Follower::learn_kinds(const std::string& environment) {
    if (kinds_asked_) return {};
    kinds_asked_ = true;
    const Result<json::Document> document = scheduler_.get("environments/" + environment);
    if (!document) return {};  // A new environment has no record yet; the lines then say "insert".
    for (const json::Reader& info : document->root().list("snapshots"))
        options_.kinds.emplace(info.str("name", ""), info.str("kind_name", ""));
    return {};
}

output::Batch Follower::batch_of(const TaskView& task) const {
    output::Batch batch;
    batch.name = display(task.name);
    const auto total = batch_totals_.find({task.stage, task.name});
    batch.total = total == batch_totals_.end() ? 1 : total->second;
    const auto kind = options_.kinds.find(task.name);
    if (kind != options_.kinds.end()) batch.kind_name = kind->second;
    batch.standalone_audit = task.name.empty() || task.name.front() != '"';
    batch.start = task.start;
    batch.end = task.end;
    return batch;
}

Status Follower::show_batch(const TaskView& task, const json::Reader& detail) {
    output::Batch batch = batch_of(task);
    batch.number = ++done_of_[fmt::format("{}:{}", task.stage, task.name)];
    batch.failed = task.state == "failed";
    batch.duration_ms = task.ended_ts - task.started_ts;
    for (const json::Reader& audit : detail.list("audits")) {
        const std::string status = audit.str("status", "");
        batch.audits_passed += status == "passed" ? 1 : 0;
        batch.audits_failed += status == "failed" ? 1 : 0;
    }
    const std::vector<json::Reader> attempts = detail.list("attempts");
    if (!attempts.empty()) {
        batch.rows = attempts.back().maybe_num("rows");
        batch.duration_ms = attempts.back().num("duration_ms", batch.duration_ms);
    }
    widths_.include(batch);
    console().line(output::batch_line(batch, widths_));
    return detail.status();
}

// Once a stage: its lines align, and not every line of a large plan counts anew.
void Follower::measure(int stage) {
    widths_stage_ = stage;
    for (const auto& [id, task] : tasks_)
        if (is_batch(task)) widths_.include(batch_of(task));
}

void Follower::learn(const TaskView& task) {
    const bool known = !tasks_.insert_or_assign(task.id, task).second;
    if (!known && is_batch(task)) ++batch_totals_[{task.stage, task.name}];
}

Status Follower::list_tasks() {
    http::Query query;
    query.add("work", options_.id);
    TRY(const std::vector<std::string> items, scheduler_.list("tasks", query, kTasksMax));
    for (const std::string& item : items) {
        TRY(const TaskView task, task_view(item));
        learn(task);
    }
    return {};
}

// The batches that have run and are not shown yet, the earliest first, as events tell them. A list of all tasks is
// long: it is read where events may be missing, and otherwise nothing but what the events name.
Result<std::vector<TaskView>> Follower::newly_ended(const News& news) {
    std::vector<TaskView> out;
    if (news.missed) {
        TRY_STATUS(list_tasks());
        for (const auto& [id, task] : tasks_)
            if (is_batch(task) && has_run(task.state) && !shown_.contains(id)) out.push_back(task);
        std::sort(out.begin(), out.end(), [](const TaskView& a, const TaskView& b) {
            return std::tie(a.ended_ts, a.started_ts, a.id) < std::tie(b.ended_ts, b.started_ts, b.id);
        });
    } else {
        for (const std::string& id : news.ended_tasks) {
            const auto known = tasks_.find(id);
            if (shown_.contains(id) || (known != tasks_.end() && !is_batch(known->second))) continue;
            TaskView task = known == tasks_.end() ? TaskView() : known->second;
            task.id = id;
            out.push_back(std::move(task));
        }
    }
    return out;
}

Status Follower::show_tasks(const WorkView& work, const News& news) {
    if (work.counts != last_counts_) moved_at_ = Clock::now();
    last_counts_ = work.counts;
    if (news.missed && work.counts == listed_counts_ && !work.ended()) return {};
    TRY(const std::vector<TaskView> ended, newly_ended(news));
    if (news.missed) listed_counts_ = work.counts;
    if (ended.empty()) return {};
    if (widths_stage_ != work.stage_index) {
        if (options_.kinds.empty()) TRY_STATUS(learn_kinds(work.environment));
        measure(work.stage_index);
    }
    for (const TaskView& each : ended) {
        TRY(const json::Document detail, scheduler_.get("tasks/" + each.id));
        TRY(const TaskView task, task_view(detail.root().sub("task")));
        learn(task);
        if (!is_batch(task) || !has_run(task.state) || !shown_.insert(task.id).second) continue;
        if (!options_.kinds.contains(task.name)) TRY_STATUS(learn_kinds(work.environment));
        TRY_STATUS(show_batch(task, detail.root()));
    }
    return {};
}

void Follower::show_stages(const WorkView& work) {
    const int done = work.state == "succeeded" ? static_cast<int>(work.stages.size()) : work.stage_index;
    for (; stages_shown_ < done; ++stages_shown_) {
        const std::string& stage = work.stages[static_cast<std::size_t>(stages_shown_)];
        const std::string mark = console().green("✔");
        if (stage == "create_tables") console().line("\n" + mark + " Physical layer updated\n");
        if (stage == "backfill") console().line("\n" + mark + " Model batches executed\n");
        if (stage == "create_views") console().line(mark + " Virtual layer updated\n");
    }
}

void Follower::show_progress(const WorkView& work) {
    if (work.state == "queued" && !work.waiting_for.empty() && work.waiting_for != last_waiting_) {
        last_waiting_ = work.waiting_for;
        console().note(fmt::format("Waiting for {}", work.waiting_for));
    }
    if (work.state != "running" || work.stage_index < 0) return;
    const std::string& stage = work.stages[static_cast<std::size_t>(work.stage_index)];
    std::string_view title = stage;
    if (stage == "create_tables" || stage == "create_schemas") title = "Updating physical layer";
    if (stage == "backfill") title = "Executing model batches";
    if (stage == "create_views") title = "Updating virtual layer";
    const std::int64_t total = work.open + work.done;
    if (total == 0) return;
    constexpr std::int64_t kWidth = 40;
    const std::int64_t filled = kWidth * work.done / total;
    std::string bar;
    for (std::int64_t i = 0; i < kWidth; ++i) bar += i < filled ? "━" : "─";
    console().progress(fmt::format("{} {} {:.1f}% • {}/{}", title, bar,
                                   100.0 * static_cast<double>(work.done) / static_cast<double>(total), work.done,
                                   total));
}

// When nothing moves although a task is ready, the reason is asked for and shown once: "no apply executor is
// connected".
Status Follower::explain_stall(const WorkView& work) {
    if (work.state != "running" || Clock::now() - moved_at_ < kStallAfter) return {};
    moved_at_ = Clock::now();
    http::Query query;
    query.add("work", options_.id);
    query.add("state", "ready");
    TRY(const std::vector<std::string> items, scheduler_.list("tasks", query, 1));
    if (items.empty()) return {};
    TRY(const TaskView task, task_view(items.front()));
    TRY(const json::Document why, scheduler_.get("tasks/" + task.id + "/why"));
    const std::string reason = why.root().str("reason", "");
    if (reason.empty() || reason == last_waiting_) return {};
    last_waiting_ = reason;
    console().note(fmt::format("Waiting: {}", reason));
    return {};
}

Result<bool> Follower::look(const News& news) {
    TRY(const json::Document document, scheduler_.get(options_.collection + "/" + options_.id));
    WorkView work = work_view(document.root());
    TRY_STATUS(document.root().status());
    if (work.stage_index >= static_cast<int>(work.stages.size()))
        work.stage_index = static_cast<int>(work.stages.size()) - 1;
    document_ = document.root().dump();
    // The end is shown from the whole list, whatever was told.
    TRY_STATUS(show_tasks(work, work.ended() ? News{} : news));
    show_stages(work);
    show_progress(work);
    TRY_STATUS(explain_stall(work));
    work_ = std::move(work);
    return work_.ended();
}

Result<int> Follower::finish() {
    const bool is_run = options_.collection == "runs";
    std::vector<TaskView> tasks;
    for (const auto& [id, task] : tasks_) tasks.push_back(task);
    const std::string sections = failure_sections(tasks, options_.names);
    if (!sections.empty()) console().line("\n" + console().red(sections));
    if (work_.state == "succeeded" && is_run)
        console().line(fmt::format("Run finished for environment '{}'", work_.environment));
    if (work_.state == "failed") {
        if (!work_.error.empty()) console().line(fmt::format("{}", work_.error));
        console().line(console().red(is_run ? "Run failed." : "Plan application failed."));
    }
    if (work_.state == "cancelled") console().line(fmt::format("The {} was cancelled.", is_run ? "run" : "plan"));
    if (console().json()) {
        TRY(const json::Document document, json::Document::parse(document_));
        console().document(output::with_schema(is_run ? "run" : "plan", document.root()));
    }
    if (work_.state == "cancelled") return kCancelled;
    return work_.state == "succeeded" ? kOk : kWorkFailed;
}

Result<int> Follower::run() {
    Wakeups wakeups;
    std::atomic<bool> detached{false};
    const Interrupt interrupt([&] {
        detached = true;
        wakeups.stop();
    });
    // Events only say where it is worth looking; what is shown always comes from the state itself.
    std::thread stream([&] { read_events(scheduler_, options_.id, wakeups); });
    const Clock::time_point started = Clock::now();
    Result<bool> ended = false;
    bool timed_out = false;
    int failures = 0;
    News news;
    while (!detached && !timed_out) {
        const News told = wakeups.take();
        // After a failed look its news stands for nothing any more.
        news = ended ? told : News{};
        ended = look(news);
        const bool passing = !ended && ended.error().code == ErrorCode::unavailable;
        failures = passing ? failures + 1 : 0;
        if (ended ? *ended : !passing || failures > kFailedLooksMax) break;
        wakeups.wait(kLookPause, kPollInterval);
        timed_out = options_.wait_max && Clock::now() - started >= *options_.wait_max;
    }
    wakeups.stop();
    stream.join();
    const std::string noun = options_.collection == "runs" ? "run" : "plan";
    const std::string short_id = output::short_id(options_.id);
    if (detached || timed_out) {
        console().note(
            fmt::format("\n{} The {} goes on.\n  watch it:  towline {} watch {}\n  cancel it: towline {} cancel {}",
                        detached ? "Detached." : "The time to wait is over.", noun, noun, short_id, noun, short_id));
        return detached ? kDetached : kWaitTimeout;
    }
    if (!ended) return fail(ended.error());
    return finish();
}

}  // namespace

Result<int> follow(Session& session, const FollowOptions& options) {
    TRY(client::SchedulerClient * scheduler, session.scheduler());
    return Follower(session, *scheduler, options).run();
}

}  // namespace towline::commands
