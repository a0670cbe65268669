#pragma once
// Pieces that the codecs of this folder share. Private to common/model. The read_ functions report what is
// wrong through the reader (Reader::reject) and return a default, so that one look at status() at the end is
// enough.

#include <string>
#include <utility>
#include <vector>

#include "json/json.h"
#include "model/node.h"
#include "model/snapshot.h"

namespace towline::model::codec {

std::string value_text(const Value& value);
Value read_value(const json::Reader& reader);
/// An object name → value, in the order of definition.
std::string variables_text(const Variables& variables);
Variables read_variables(const json::Reader& object, std::string_view key);

json::Object object_of(const Properties& properties);
json::Object object_of(const Columns& columns);
Properties read_properties(const json::Reader& object, std::string_view key);
Columns read_columns(const json::Reader& reader);

json::Object kind_object(const Kind& kind);
Kind read_kind(const json::Reader& reader);

json::Object node_object(const Node& node);
Node read_node(const json::Reader& reader);

json::Array intervals_array(const Intervals& intervals);
Intervals read_intervals(const json::Reader& reader);
json::Object id_object(const SnapshotId& id);
SnapshotId read_id(const json::Reader& reader);

}  // namespace towline::model::codec
