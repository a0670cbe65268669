#pragma once
// The table of every configuration key: its type, and what becomes of it.

#include <span>
#include <string_view>

#include "project/config.h"

namespace towline::project {

enum class KeyType {
    text,
    boolean,
    integer,
    positive,   ///< an integer above zero
    text_list,  ///< a list of texts
    text_map,   ///< a map of texts
    word_list,  ///< a text or a list of texts
    word,       ///< one of the row's words
    flag_word,  ///< a text or a boolean
    instant,    ///< a date or time: a text, a number or a YAML date
    list,
    map,
    variables,
    any,
    section,   ///< a map whose keys are rows of this table too
    sections,  ///< a list of such maps
};

/// One key. `section` is the map it stands in: "" is the root, "gateway" any gateway.
struct ConfigKey {
    std::string_view section;
    std::string_view key;
    KeyType type = KeyType::text;
    bool nullable = false;
    void (*apply)(Config& config, const Yaml& value, FaultList& faults) = nullptr;
    std::string_view words = {};  ///< of a word: its values; of a section: the keys it must have
};

std::span<const ConfigKey> config_keys();

/// Adds a fault of a configuration value, at its place.
void add_config_fault(FaultList& faults, const Yaml& at, std::string message, std::string hint = {});

}  // namespace towline::project
