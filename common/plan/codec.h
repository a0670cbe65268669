#pragma once
#include <string>

#include "base/result.h"
#include "json/json.h"
#include "plan/plan.h"
#include "plan/stages.h"

namespace towline::plan {

std::string to_json(const PlanOptions& options);
Result<PlanOptions> plan_options_from_json(const json::Reader& reader);
std::string to_json(const Plan& plan);
Result<Plan> plan_from_json(const json::Reader& reader);
std::string to_json(const TaskSpec& task);
Result<TaskSpec> task_spec_from_json(const json::Reader& reader);
std::string to_json(const Stage& stage);
Result<Stage> stage_from_json(const json::Reader& reader);

}  // namespace towline::plan
