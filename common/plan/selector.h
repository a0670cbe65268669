#pragma once
// `--select-model` and its relatives (reference 3.9).

#include <map>
#include <set>
#include <string>
#include <vector>

#include "base/result.h"
#include "model/node.h"

namespace towline::plan {

/// FQNs of models that any of the selections names: `a & b`, `a | b`, `^a`, `(…)`, `+a`, `a+`, `tag:x*`,
/// `resource_type:model`, names with `*`. `git:` is refused as unsupported; a selection that cannot be read
/// is `invalid`.
Result<std::set<std::string>> select_models(const std::map<std::string, model::Node>& nodes,
                                            const std::vector<std::string>& selections);

/// The same, but `+` goes along the edges of `graph`, which is part of `nodes`: a model that only an environment has is
/// found by its name and its tags, and nothing leads to it.
Result<std::set<std::string>> select_models(const std::map<std::string, model::Node>& nodes,
                                            const std::map<std::string, model::Node>& graph,
                                            const std::vector<std::string>& selections);

}  // namespace towline::plan
