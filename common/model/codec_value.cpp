#include "model/codec.h"
#include "model/codec_parts.h"

// JSON has no form for SQL text nor for a number with the author's digits; these two are objects with one key
// that starts with '$', and so is a map that could be mistaken for one.

namespace towline::model {
namespace codec {
namespace {
constexpr int kValueDepthMax = 48;

bool needs_escape(const Value& map) { return map.members.size() == 1 && map.members[0].first.starts_with('$'); }

std::string map_text(const Value& map) {
    json::Object object;
    for (const auto& [name, member] : map.members) object.raw(name, value_text(member));
    return object.dump();
}

bool is_json_integer(std::string_view text) {
    if (text.starts_with('-')) text.remove_prefix(1);
    if (text.empty() || (text.size() > 1 && text[0] == '0')) return false;
    for (const char c : text)
        if (c < '0' || c > '9') return false;
    return true;
}

Value read_at(const json::Reader& reader, int depth);

Value read_map(const json::Reader& reader, int depth) {
    Value map;
    map.type = Value::Type::map;
    for (const auto& [name, member] : reader.members()) map.members.emplace_back(name, read_at(member, depth + 1));
    return map;
}

Value read_object(const json::Reader& reader, int depth) {
    const auto members = reader.members();
    if (members.size() == 1) {
        const auto& [name, member] = members[0];
        if (name == "$sql") return Value::of_sql(member.as_str());
        if (name == "$real") return {Value::Type::real, false, member.as_str(), {}, {}};
        if (name == "$integer") return Value::of_integer(member.as_str());
        if (name == "$map") return read_map(member, depth + 1);
    }
    return read_map(reader, depth);
}

Value read_at(const json::Reader& reader, int depth) {
    if (depth > kValueDepthMax) {
        reader.reject("nested too deeply");
        return {};
    }
    if (reader.is_null()) return {};
    if (reader.is_bool()) return Value::of_boolean(reader.as_flag());
    if (reader.is_int()) return Value::of_integer(reader.dump());
    if (reader.is_number()) return {Value::Type::real, false, reader.dump(), {}, {}};
    if (reader.is_string()) return Value::of_string(reader.as_str());
    if (reader.is_object()) return read_object(reader, depth);
    Value list;
    list.type = Value::Type::list;
    for (const json::Reader& item : reader.items()) list.items.push_back(read_at(item, depth + 1));
    return list;
}
}  // namespace

std::string value_text(const Value& value) {
    switch (value.type) {
        case Value::Type::null:
            return "null";
        case Value::Type::boolean:
            return value.boolean ? "true" : "false";
        case Value::Type::integer:
            if (is_json_integer(value.text)) return value.text;
            return json::Object().str("$integer", value.text).dump();
        case Value::Type::real:
            return json::Object().str("$real", value.text).dump();
        case Value::Type::string:
            return json::quote(value.text);
        case Value::Type::sql:
            return json::Object().str("$sql", value.text).dump();
        case Value::Type::map:
            if (needs_escape(value)) return json::Object().raw("$map", map_text(value)).dump();
            return map_text(value);
        case Value::Type::list: {
            json::Array array;
            for (const Value& item : value.items) array.raw(value_text(item));
            return array.dump();
        }
    }
    return "null";
}

Value read_value(const json::Reader& reader) { return read_at(reader, 0); }

std::string variables_text(const Variables& variables) {
    json::Object object;
    for (const auto& [name, value] : variables) object.raw(name, value_text(value));
    return object.dump();
}

Variables read_variables(const json::Reader& object, std::string_view key) {
    Variables variables;
    if (const auto reader = object.maybe_sub(key))
        for (const auto& [name, value] : reader->members()) variables.emplace_back(name, read_value(value));
    return variables;
}

json::Object object_of(const Properties& properties) {
    json::Object object;
    for (const auto& [name, text] : properties) object.str(name, text);
    return object;
}

json::Object object_of(const Columns& columns) {
    json::Object object;
    for (const Column& column : columns) object.str(column.name, column.type);
    return object;
}

Properties read_properties(const json::Reader& object, std::string_view key) {
    Properties properties;
    if (const auto reader = object.maybe_sub(key))
        for (const auto& [name, text] : reader->members()) properties.emplace_back(name, text.as_str());
    return properties;
}

Columns read_columns(const json::Reader& reader) {
    Columns columns;
    for (const auto& [name, type] : reader.members()) columns.push_back({name, type.as_str()});
    return columns;
}

}  // namespace codec

std::string to_json(const Value& value) { return codec::value_text(value); }

Result<Value> value_from_json(const json::Reader& reader) {
    Value value = codec::read_value(reader);
    TRY_STATUS(reader.status());
    return value;
}

}  // namespace towline::model
