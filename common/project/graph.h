#pragma once
// From single nodes to a project: names, audits, variables, dependencies, columns, cycles.

#include <map>
#include <string>
#include <vector>

#include "project/model_file.h"

namespace towline::project {

/// All nodes by FQN and the project's audits while the graph is built.
struct LoadedProject {
    std::map<std::string, LoadedNode> nodes;
    std::map<std::string, model::AuditDefinition> audits;
};

/// Adds a node; a second one of the same FQN is a fault that names both files.
void add_node(LoadedProject& project, LoadedNode node, FaultList& faults);
/// Resolves audits, collects the variables each node refers to, finds dependencies and columns, refuses
/// cycles.
void link(LoadedProject& project, const Config& config, FaultList& faults);
/// A cycle among the nodes as FQNs, first one repeated at the end; empty if there is none.
std::vector<std::string> find_cycle(const std::map<std::string, std::vector<std::string>>& parents);
/// The FQNs with every parent before its children. Requires: no cycle.
std::vector<std::string> topological_order(const std::map<std::string, std::vector<std::string>>& parents);

}  // namespace towline::project
