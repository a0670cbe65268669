#pragma once
// From single nodes to a project: names, audits, variables, dependencies, columns, cycles.

#include <map>
#include <set>
#include <string>
#include <vector>

#include "project/model_file.h"

namespace towline::project {

/// All nodes by FQN and the project's audits while the graph is built.
struct LoadedProject {
    std::map<std::string, LoadedNode> nodes;
    std::map<std::string, model::AuditDefinition> audits;
    std::map<std::string, bool> faulty;  ///< FQNs with faults; true = only such that SQLMesh itself would not have
};

/// Adds a node; a second one of the same FQN is a fault that names both files.
void add_node(LoadedProject& project, LoadedNode node, FaultList& faults);
/// Gives the nodes from `names` on the audits they name: of their file, of their root, or built in.
void resolve_audits(LoadedProject& project, const std::set<std::string>& names,
                    const std::map<std::string, model::AuditDefinition>& audits, FaultList& faults);
/// Collects the variables each node refers to, finds dependencies and columns, refuses cycles.
void link(LoadedProject& project, FaultList& faults);
/// The nodes that read from `missing`, directly or through others.
std::set<std::string> nodes_below(const LoadedProject& project, const std::set<std::string>& missing);
/// The cycles among the nodes as FQNs, the first of each repeated at its end. A node of one cycle is in no other.
std::vector<std::vector<std::string>> find_cycles(const std::map<std::string, std::vector<std::string>>& parents);
/// The FQNs in lists, every parent in an earlier one than its children. Requires: no cycle.
std::vector<std::vector<std::string>> generations(const std::map<std::string, std::vector<std::string>>& parents);

}  // namespace towline::project
