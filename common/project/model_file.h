#pragma once
// SQL files of models and audits → nodes and audit definitions.

#include <map>
#include <set>
#include <string>
#include <vector>

#include "model/node.h"
#include "project/config.h"
#include "project/faults.h"
#include "project/file_system.h"
#include "sql/ddl.h"
#include "sql/macros.h"
#include "sql/statements.h"

namespace towline::project {

/// What loading a file may look at. Everything outlives the call; `faults` collects.
struct LoadScope {
    const Config* config = nullptr;
    const FileSystem* files = nullptr;
    std::string root;
    FaultList* faults = nullptr;
};

/// A loaded node and where it stands, for faults found later.
struct LoadedNode {
    model::Node node;
    const Config* config = nullptr;  ///< of the node's root; outlives the load
    SourceFile file;
    std::size_t offset = 0;                     ///< of its MODEL block
    std::map<std::string, std::size_t> places;  ///< property → byte in the file
    std::map<std::string, model::AuditDefinition> inline_audits;
    std::size_t query_offset = 0;
    bool without_jinja_macros = false;                 ///< SQLMesh gives the last audit of a file no Jinja macros
    std::set<std::string> jinja_variables;             ///< variables that its Jinja reads, lower case
    std::map<std::string, std::string> neutral_types;  ///< see inference::Context::neutral
    bool partition_by_week = false;                    ///< the first partition waits for the type of the time column
    std::string expanded;  ///< the query with load-time values; empty if it depends on the columns of its parents
};

/// Of Athena alone SQLMesh keeps and hashes statements as it prints them, by Trino's rules, not as they are written.
/// What cannot be printed is a fault and gives false. Other dialects' statements are left alone.
bool reprinted_for_athena(const LoadScope& scope, const SourceFile& file, sql::Dialect dialect,
                          std::vector<sql::Statement>& statements);

/// The models of a file: one, or one for each blueprint; none if it is disabled or faulty.
std::vector<LoadedNode> load_model_file(const LoadScope& scope, const SourceFile& file);

/// The audits of a file under audits/: model audits by name, standalone ones as nodes.
struct LoadedAudits {
    std::vector<model::AuditDefinition> audits;
    std::vector<LoadedNode> standalone;
};
LoadedAudits load_audit_file(const LoadScope& scope, const SourceFile& file);
/// One AUDIT block with its statements and query. A standalone audit gives a node too.
struct ParsedAudit {
    model::AuditDefinition definition;
    std::optional<model::Node> standalone;
};
Result<ParsedAudit> parse_audit(const sql::Block& block, const Config& config, sql::Dialect file_dialect);

/// The items of an external_models file.
std::vector<LoadedNode> load_external_models(const LoadScope& scope, const SourceFile& file);
/// Reads the CSV of a SEED model into node.seed. Fails if it is missing or broken.
Status load_seed(const LoadScope& scope, const SourceFile& file, model::Node& node);

}  // namespace towline::project
