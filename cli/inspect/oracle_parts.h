#pragma once
// Pieces of the oracle's JSON.

#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "json/json.h"
#include "model/node.h"

namespace towline::inspect {

void text_or_null(json::Object& out, std::string_view key, const std::optional<std::string>& value);
/// JSON texts of values, or {"error": code} where rendering failed.
std::string text_or_error(const Result<std::string>& text);
std::string texts_or_error(const Result<std::vector<std::string>>& texts);
/// An object with its keys sorted.
std::string sorted_properties(const model::Properties& properties);
/// Session properties as plain JSON values, keys sorted.
std::string session_values(const model::Properties& properties);
/// [[name, type], …], unknown types as UNKNOWN.
std::string column_list(const model::Columns& columns, const std::string& dialect);
/// [[name, {argument: value}], …]
std::string calls(const std::vector<model::Call>& calls);
/// The properties that SQLMesh gives the kind.
std::string kind_properties(const model::Kind& kind);
void put_audit(json::Object& out, const model::AuditDefinition& audit);

}  // namespace towline::inspect
