#pragma once
// JSON text in the formats of others: byte for byte what Python's json module prints. Fingerprints depend on
// it.

#include <string>

#include "json/document.h"

namespace towline::json {

/// `json.dumps(value, sort_keys=…)`: ", " and ": " between, everything outside ASCII as \u and four digits.
std::string python_dumps(Reader value, bool sort_keys);
/// `json.dumps(value, indent=…, ensure_ascii=False)`.
std::string pretty(Reader value, int indent);

}  // namespace towline::json
