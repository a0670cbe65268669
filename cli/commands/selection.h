#pragma once
// `git:BRANCH` in selections of models: the files that differ from a branch, asked of git itself.

#include <string>
#include <vector>

#include "commands/local_project.h"
#include "plan/plan.h"

namespace towline::commands {

/// The selections with every `git:BRANCH` replaced by the models whose files are untracked, not committed, or
/// committed differently than on the branch. git is started without a shell. Fails in git's words.
Result<std::vector<std::string>> without_git(Session& session, const LocalProject& local,
                                             std::vector<std::string> selections);
/// The same for all selections of a plan.
Status expand_selections(Session& session, const LocalProject& local, plan::PlanOptions& options);

}  // namespace towline::commands
