#pragma once
#include <map>
#include <set>
#include <string>

#include "model/node.h"

namespace towline::project {

/// Hands columns on between the nodes of a project and those that are taken from the state, `foreign`: what a node of
/// one side knows of a parent of the other is found anew, and so is what follows from it. Keeps all else.
void relink(std::map<std::string, model::Node>& nodes, const std::set<std::string>& foreign);

}  // namespace towline::project
