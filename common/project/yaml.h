#pragma once
// YAML 1.2 text as plain values with their places. The YAML library stays behind this header.

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "model/value.h"

namespace towline::project {

struct YamlMember;

/// One value of a YAML file. Scalars keep their text; `yes`, `no`, `on` and `off` are strings, as in
/// YAML 1.2.
struct Yaml {
    enum class Type { null, boolean, integer, real, date, string, list, map };
    Type type = Type::null;
    std::string text;
    std::vector<Yaml> items;
    std::vector<YamlMember> members;  ///< in the order of the file; keys are unique
    std::string file;                 ///< who says so: a path, or the name of a variable
    int line = 0;                     ///< from 1; 0 if it is from no file
    int column = 0;
    bool text_key = true;  ///< false where the key that this stands under is no text: a number, a boolean, null

    static Yaml of_string(std::string value);
    static Yaml of_map();
    bool is_null() const { return type == Type::null; }
    bool is_map() const { return type == Type::map; }
    bool is_list() const { return type == Type::list; }
    bool is_string() const { return type == Type::string; }
    bool is_scalar() const { return !is_map() && !is_list(); }
    const Yaml* find(std::string_view key) const;
    Yaml* find(std::string_view key);
    /// The member of that name, made if need be. Requires: a map.
    Yaml& at(std::string_view key);
};

/// One entry of a map. Not a std::pair, whose constructors must not be looked at before Yaml is complete.
struct YamlMember {
    std::string key;
    Yaml value;
};

inline Yaml Yaml::of_string(std::string value) {
    Yaml out;
    out.type = Type::string;
    out.text = std::move(value);
    return out;
}
inline Yaml Yaml::of_map() {
    Yaml out;
    out.type = Type::map;
    return out;
}

/// "a boolean", "a list", …: for messages.
std::string_view type_name(Yaml::Type type);

/// Parses one document. An empty one is null. Fails with "(line l, column c)" at the end of the message on
/// broken YAML, a repeated key, a key that is no scalar, a second document, or a limit.
Result<Yaml> parse_yaml(std::string_view text, std::string_view file);
/// Lays `over` on `base`: maps are merged by key, everything else is replaced.
void merge_yaml(Yaml& base, const Yaml& over);
/// As pydantic converts it: booleans and the words true/t/yes/y/on/1 and their opposites.
std::optional<bool> yaml_boolean(const Yaml& value);
/// As pydantic converts it: integers, whole numbers, booleans, and text that Python's int() takes.
std::optional<std::int64_t> yaml_integer(const Yaml& value);
/// A configuration value of user variables. Dates are refused.
Result<model::Value> yaml_variable(const Yaml& value);

}  // namespace towline::project
