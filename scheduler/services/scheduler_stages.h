#pragma once
#include <string>

#include "base/result.h"
#include "core/work.h"
#include "plan/plan.h"
#include "store/store.h"

namespace towline::services {

/// Performs a stage that only touches the store. Idempotent: performed again after a crash it changes nothing more.
/// Requires: plan::is_scheduler_stage(kind).
Status perform_stage(store::Store& store, const core::Work& work, const plan::Plan& plan, plan::StageKind kind,
                     model::TimestampMs now);

Result<bool> has_failed_tasks(store::Store& store, const core::Work& work);
/// "2 tasks failed, 3 skipped; first: db.orders: …": what a failed work says.
Result<std::string> failure_sentence(store::Store& store, const core::Work& work);

}  // namespace towline::services
