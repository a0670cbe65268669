#pragma once
// A model on its way from a MODEL block to a Node.

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "model/node.h"
#include "project/config.h"
#include "sql/ddl.h"
#include "sql/scopes.h"

namespace towline::project {

/// What property setters write to. `given` holds the properties that the block names, so that defaults know
/// their place.
struct ModelDraft {
    model::Node node;
    sql::Dialect dialect = sql::Dialect::none;
    const Config* config = nullptr;
    std::set<std::string> given;
    std::set<std::string> kind_given;
    std::vector<std::string> depends_on;  ///< as written
    std::optional<bool> enabled;
    std::optional<std::string> cron;
    std::optional<std::string> interval_unit;
    std::optional<bool> allow_partials;
    std::map<std::string, std::string> neutral_types;  ///< those of `columns`, in no dialect's words
    bool partition_by_week = false;  ///< ClickHouse: the first partition waits for the type of the time column
};

/// Sets one property of a MODEL block (or an item of external_models.yaml). Fails with a sentence; an unknown
/// key gets a hint.
Status set_property(ModelDraft& draft, const sql::Property& property);
/// True for properties that keep their macros until run time.
bool is_rendered_late(std::string_view property);
/// Sets kind and its properties. Fails on an unknown kind or property, a missing one, a wrong value.
Status set_kind(ModelDraft& draft, const sql::Property& property);
/// Fills what the block left out from model_defaults, and settles cron and interval unit.
Status apply_defaults(ModelDraft& draft);
/// The parts of a name. What the dialect cannot read as the name of an external table is cut at its points, as sqlglot
/// does.
Result<std::vector<sql::NamePart>> name_parts(const model::Node& node, sql::Dialect dialect);
/// FQN, physical schema, effective partitioning, managed columns: what follows from the rest.
Status derive(ModelDraft& draft);
/// How ClickHouse partitions by the week of a time column of a type ("" if it is not known). `neutral` is the type in
/// no dialect's words where those of ClickHouse say less, as in LoadedNode, or "".
std::string week_of(const std::string& column, std::string_view type, std::string_view neutral);
/// Rules that need no other model: which kinds may have which properties.
Status validate(const ModelDraft& draft);
/// The schema of physical tables for a name: sqlmesh__<schema>, or what the mapping says. Fails on a bad
/// pattern.
Result<std::string> physical_schema_of(const model::Node& node, sql::Dialect dialect, const Config& config);

}  // namespace towline::project
