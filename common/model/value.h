#pragma once
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace towline::model {

/// A configuration value: SQLMesh variables are exactly this (strings, numbers, booleans, null, lists, maps).
/// `number` keeps the author's text so that 1.50 stays 1.50; `sql` is SQL text of a blueprint value.
struct Value {
    enum class Type { null, boolean, integer, real, string, list, map, sql };
    Type type = Type::null;
    bool boolean = false;
    std::string text;  ///< integer, real, string, sql
    std::vector<Value> items;
    std::vector<std::pair<std::string, Value>> members;

    static Value of_string(std::string value) { return {Type::string, false, std::move(value), {}, {}}; }
    static Value of_integer(std::string digits) { return {Type::integer, false, std::move(digits), {}, {}}; }
    static Value of_boolean(bool value) { return {Type::boolean, value, {}, {}, {}}; }
    static Value of_sql(std::string value) { return {Type::sql, false, std::move(value), {}, {}}; }
    bool operator==(const Value&) const = default;
};

/// Variables by lower-case name, in the order of definition.
using Variables = std::vector<std::pair<std::string, Value>>;

}  // namespace towline::model
