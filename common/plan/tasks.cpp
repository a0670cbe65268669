#include "plan/tasks.h"

#include <algorithm>

#include "plan/intervals.h"

namespace towline::plan {
namespace {
using model::KindName;

/// Above this product of batches the edges between two models go through the child's first batch.
constexpr std::size_t kPairEdgesMax = 10'000;

/// What one snapshot contributes: its batches, and a task that makes its table if that is a task of its own.
struct Work {
    std::vector<Interval> batches;
    std::vector<std::string> keys;  ///< one per batch
    std::string create_key;         ///< "" = no task of its own
    bool has_work() const { return !keys.empty() || !create_key.empty(); }
};

const Intervals& recorded(const TaskContext& context, const Snapshot& snapshot) {
    return context.index.is_deployable(snapshot.id()) ? snapshot.intervals : snapshot.dev_intervals;
}

bool is_time_range(const Snapshot& snapshot) { return snapshot.node.kind.name == KindName::incremental_by_time_range; }

/// How many batches of a model may run at once; nothing = any number.
std::optional<std::size_t> concurrency(const Snapshot& snapshot) {
    if (model::depends_on_past(snapshot.node)) return 1;
    const auto& limit = snapshot.node.kind.batch_concurrency;
    if (!limit || *limit <= 0) return {};
    return static_cast<std::size_t>(*limit);
}

/// A model is run, an audit or the audits of an external table are only checked.
TaskKind batch_kind(const Snapshot& snapshot) {
    return model::is_model(snapshot.node) && !model::is_symbolic(snapshot.node) ? TaskKind::evaluate : TaskKind::audit;
}

class Planner {
 public:
    Planner(const TaskContext& context, const std::map<SnapshotId, Intervals>& missing,
            const std::set<SnapshotId>& to_create)
        : context_(context), missing_(missing), to_create_(to_create) {}

    Result<std::vector<TaskSpec>> run() {
        for (const SnapshotId& id : context_.graph.order()) {
            const Snapshot& snapshot = context_.snapshots.at(id);
            Work& work = work_[id];
            find_work(snapshot, work);
            if (out_.size() + work.batches.size() > kBatchesMax)
                return fail(ErrorCode::too_large,
                            "the plan would need more than " + std::to_string(kBatchesMax) + " batches",
                            "give a later start or a larger batch_size");
            if (!work.create_key.empty()) add_create(snapshot, work);
            add_batches(snapshot, work);
        }
        return std::move(out_);
    }

 private:
    void find_work(const Snapshot& snapshot, Work& work) {
        const auto missing = missing_.find(snapshot.id());
        if (missing != missing_.end()) work.batches = batches(snapshot.node, missing->second);
        for (std::size_t i = 0; i < work.batches.size(); ++i)
            work.keys.push_back("backfill:" + snapshot.node.name + ":" + std::to_string(i));
        if (batch_kind(snapshot) == TaskKind::audit) return;
        if (model::is_seed(snapshot.node) && !work.keys.empty()) return;  // its one batch makes the table
        const bool lacks = may_lack_table(context_, snapshot);
        const bool wanted = !work.keys.empty() || to_create_.contains(snapshot.id());
        if (!lacks || !wanted) return;
        // A single batch makes its table itself: one transaction, less DDL.
        const auto limit = concurrency(snapshot);
        const bool parallel = (!limit || *limit > 1) && snapshot.node.kind.batch_size.has_value();
        if (is_time_range(snapshot) || parallel || work.keys.empty()) work.create_key = "create:" + snapshot.node.name;
    }

    void add_create(const Snapshot& snapshot, const Work& work) {
        TaskSpec task = snapshot_task(context_, TaskKind::create_table, snapshot);
        task.key = work.create_key;
        task.create_table = true;
        std::set<std::string> keys;
        for (const SnapshotId& parent : snapshot.parents) add_tables_of(parent, keys);
        task.depends_on.assign(keys.begin(), keys.end());
        out_.push_back(std::move(task));
    }

    /// What must have run so that the tables a query names exist.
    void add_tables_of(const SnapshotId& id, std::set<std::string>& keys) const {
        visit_work(id, [&](const Snapshot&, const Work& work) {
            keys.insert(work.create_key.empty() ? work.keys.front() : work.create_key);
        });
    }

    /// Calls for the parent itself, or if it has no work for its own nearest ancestors that have.
    template <class Visit>
    void visit_work(const SnapshotId& id, Visit visit) const {
        std::vector<SnapshotId> open{id};
        std::set<SnapshotId> seen;
        while (!open.empty()) {
            const SnapshotId at = open.back();
            open.pop_back();
            const auto work = work_.find(at);
            if (work == work_.end() || !seen.insert(at).second) continue;
            const Snapshot& snapshot = context_.snapshots.at(at);
            if (work->second.has_work())
                visit(snapshot, work->second);
            else
                open.insert(open.end(), snapshot.parents.begin(), snapshot.parents.end());
        }
    }

    void add_batches(const Snapshot& snapshot, const Work& work) {
        if (work.keys.empty()) return;
        const auto restated = context_.restated.contains(snapshot.name);
        const bool first = recorded(context_, snapshot).empty();
        const bool creates = work.create_key.empty() && may_lack_table(context_, snapshot);
        const auto needs = parent_keys(snapshot, work);
        const auto limit = concurrency(snapshot);
        for (std::size_t i = 0; i < work.keys.size(); ++i) {
            TaskSpec task = snapshot_task(context_, batch_kind(snapshot), snapshot);
            task.key = work.keys[i];
            task.interval = work.batches[i];
            task.batch_index = static_cast<int>(i);
            task.create_table = creates;
            task.is_first_insert = first && i == 0;
            task.is_restatement = restated;
            std::set<std::string> keys = needs[i];
            if (!work.create_key.empty()) keys.insert(work.create_key);
            if (limit && i >= *limit) keys.insert(work.keys[i - *limit]);
            task.depends_on.assign(keys.begin(), keys.end());
            out_.push_back(std::move(task));
        }
    }

    /// For each batch the keys of what it reads.
    std::vector<std::set<std::string>> parent_keys(const Snapshot& snapshot, const Work& work) const {
        std::vector<std::set<std::string>> out(work.keys.size());
        for (const SnapshotId& parent : snapshot.parents)
            visit_work(parent, [&](const Snapshot& above, const Work& source) {
                const bool direct = above.id() == parent;
                const bool by_time = direct && is_time_range(above) && is_time_range(snapshot);
                add_edges(work, source, by_time, out);
            });
        return out;
    }

    /// Batch i needs the parent's batches that begin before its own end, or all of them. `limits` never
    /// falls, so that many batches can be chained: the first ones wait for the parent, later ones for the
    /// first and for what is new.
    static void add_edges(const Work& work, const Work& source, bool by_time, std::vector<std::set<std::string>>& out) {
        if (source.keys.empty()) {
            for (auto& keys : out) keys.insert(source.create_key);
            return;
        }
        const bool chained = work.keys.size() > 1 && work.keys.size() * source.keys.size() > kPairEdgesMax;
        std::size_t done = 0;
        for (std::size_t i = 0; i < work.keys.size(); ++i) {
            std::size_t count = source.keys.size();
            if (by_time) {
                const auto end = std::lower_bound(source.batches.begin(), source.batches.end(), work.batches[i].end,
                                                  [](const Interval& batch, TimestampMs t) { return batch.start < t; });
                count = static_cast<std::size_t>(end - source.batches.begin());
            }
            out[i].insert(source.keys.begin() + static_cast<std::ptrdiff_t>(chained ? done : 0),
                          source.keys.begin() + static_cast<std::ptrdiff_t>(count));
            if (!source.create_key.empty() && count == 0) out[i].insert(source.create_key);
            if (chained && i > 0) out[i].insert(work.keys[by_time ? i - 1 : 0]);
            done = std::max(done, count);
        }
    }

    const TaskContext& context_;
    const std::map<SnapshotId, Intervals>& missing_;
    const std::set<SnapshotId>& to_create_;
    std::map<SnapshotId, Work> work_;
    std::vector<TaskSpec> out_;
};

}  // namespace

TaskSpec snapshot_task(const TaskContext& context, TaskKind kind, const Snapshot& snapshot) {
    const auto use = [&](const SnapshotId& id) {
        return SnapshotUse{id, context.index.is_deployable(id), context.index.is_representative(id)};
    };
    TaskSpec task;
    task.kind = kind;
    task.name = snapshot.name;
    task.snapshot = use(snapshot.id());
    for (const SnapshotId& parent : snapshot.parents)
        if (context.snapshots.contains(parent)) task.parents.push_back(use(parent));
    task.environment = context.environment;
    task.naming = context.naming;
    task.execution_ts = context.execution_ts;
    task.gateway = snapshot.node.gateway;
    task.labels = executor_labels(snapshot.node);
    // What is loaded anew loses nothing. Executors get a snapshot's definition, which does not tell: the plan decides.
    task.allow_destructive = context.allow_destructive.contains(snapshot.name) || !snapshot.is_no_rebuild();
    task.allow_additive = context.allow_additive.contains(snapshot.name);
    return task;
}

bool may_lack_table(const TaskContext& context, const Snapshot& snapshot) {
    if (!model::is_model(snapshot.node) || model::is_symbolic(snapshot.node)) return false;
    // Dev tables of forward-only changes have intervals from the start, because they begin as a copy.
    return recorded(context, snapshot).empty() || !context.index.is_deployable(snapshot.id());
}

Result<std::vector<TaskSpec>> backfill_tasks(const TaskContext& context, const std::map<SnapshotId, Intervals>& missing,
                                             const std::set<SnapshotId>& to_create) {
    return Planner(context, missing, to_create).run();
}

}  // namespace towline::plan
