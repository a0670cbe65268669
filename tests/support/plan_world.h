#pragma once
// A state and a project as values, and plans that are "applied" to them without an engine.

#include <gtest/gtest.h>

#include <functional>
#include <string>

#include "plan/plan.h"
#include "plan/stages.h"
#include "support/plan_builders.h"

namespace towline::test {

class World {
 public:
    project::Project project;
    std::map<model::SnapshotId, model::Snapshot> stored;
    std::map<std::string, model::Environment> environments;
    model::TimestampMs now = 0;

    void add(model::Node node) {
        std::string name = node.fqn;
        project.nodes.insert_or_assign(std::move(name), std::move(node));
    }

    plan::StateView view(const std::string& environment) const {
        plan::StateView state;
        state.now = now;
        state.snapshots = hydrated();
        if (const auto found = environments.find(environment); found != environments.end())
            state.target = found->second;
        if (const auto found = environments.find("prod"); found != environments.end())
            state.base = state.prod = found->second;
        state.prod_ends = ends_;
        return state;
    }

    Result<plan::Plan> try_plan(const std::string& environment, plan::PlanOptions options) const {
        options.environment = environment;
        return plan::build_plan(project, view(environment), options);
    }

    plan::Plan plan(const std::string& environment, const plan::PlanOptions& options = {}) const {
        auto built = try_plan(environment, options);
        EXPECT_TRUE(built) << (built ? "" : built.error().message);
        return built ? *built : plan::Plan{};
    }

    std::vector<plan::Stage> stages(const plan::Plan& plan) const {
        const auto found = environments.find(plan.environment.naming.name);
        const auto existing = found == environments.end() ? std::nullopt : std::optional(found->second);
        auto stages = plan::plan_stages(plan, plan::plan_snapshots(plan, hydrated()), existing, view("prod").prod);
        EXPECT_TRUE(stages) << (stages ? "" : stages.error().message);
        return stages ? *stages : std::vector<plan::Stage>{};
    }

    /// Plans and records what a scheduler and its executors would.
    void apply(const std::string& environment, const plan::PlanOptions& options = {}) {
        const plan::Plan made = plan(environment, options);
        for (const plan::Stage& stage : stages(made)) apply(made, stage);
    }

    void apply(const plan::Plan& made, const plan::Stage& stage) {
        using plan::StageKind;
        const std::string& name = made.environment.naming.name;
        if (stage.kind == StageKind::create_snapshot_records)
            for (const model::Snapshot& s : made.new_snapshots) stored.emplace(s.id(), without_shared(s));
        for (const plan::TaskSpec& task : stage.tasks) record(task);
        if (stage.kind == StageKind::environment_record_update) {
            model::Environment record = made.environment;
            record.plan_id = std::to_string(++plans_);
            environments[name] = record;
        }
        if (stage.kind == StageKind::unpause)
            for (auto& [id, s] : stored) {
                const auto& in = made.snapshots;
                if (std::find(in.begin(), in.end(), id) != in.end())
                    s.unpaused_ts = now;
                else
                    s.unpaused_ts.reset();
            }
        if (stage.kind == StageKind::finalize) environments.at(name).finalized_ts = now;
    }

    void record(const plan::TaskSpec& task) {
        if (task.kind != plan::TaskKind::evaluate || !task.snapshot) return;
        model::Snapshot& s = stored.at(task.snapshot->id);
        model::add(task.snapshot->deployable ? s.intervals : s.dev_intervals, task.interval);
        if (!task.snapshot->deployable) return;
        model::TimestampMs& end = ends_[{s.name, s.version}];
        end = std::max(end, task.interval.end);
    }

    /// Snapshots as the store gives them: intervals belong to (name, version), dev ones to the dev version
    /// too.
    std::map<model::SnapshotId, model::Snapshot> hydrated() const {
        auto out = stored;
        for (auto& [id, s] : out)
            for (const auto& [other_id, other] : stored) {
                if (other_id.name != id.name || other.version != s.version) continue;
                for (const auto& range : other.intervals) model::add(s.intervals, range);
                if (other.dev_version != s.dev_version) continue;
                for (const auto& range : other.dev_intervals) model::add(s.dev_intervals, range);
            }
        return out;
    }

 private:
    /// Inherited intervals stand with the version that has them; only copies for dev tables are new rows.
    static model::Snapshot without_shared(model::Snapshot s) {
        s.intervals.clear();
        if (!s.forward_only) s.dev_intervals.clear();
        return s;
    }

    plan::TableEnds ends_;
    int plans_ = 0;
};

}  // namespace towline::test
