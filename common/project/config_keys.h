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
    real,
    text_list,  ///< a list of texts
    text_map,   ///< a map of texts
    word_list,  ///< a text or a list of texts
    variables,
    any,
    section,  ///< a map whose keys are rows of this table too
};

enum class KeyUse {
    used,      ///< has an effect on loading or planning
    accepted,  ///< checked, and without effect on what this program does
    refused,   ///< would change behaviour in a way that is not handled: a fault unless it is the default
};

/// One key. `section` is the map it stands in: "" is the root, "gateway" any gateway.
struct ConfigKey {
    std::string_view section;
    std::string_view key;
    KeyType type = KeyType::text;
    KeyUse use = KeyUse::accepted;
    std::string_view fallback = {};  ///< refused: the value that is allowed
    void (*apply)(Config& config, const Yaml& value, FaultList& faults) = nullptr;
};

std::span<const ConfigKey> config_keys();

}  // namespace towline::project
