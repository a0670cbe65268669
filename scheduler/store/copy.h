#pragma once
// Moves a store from SQLite to PostgreSQL.

#include <cstdint>
#include <string>
#include <vector>

#include "base/result.h"

namespace towline::store {

struct CopiedTable {
    std::string name;
    std::int64_t rows = 0;
};

/// Copies every table of the SQLite store `from` into the PostgreSQL store `to`, in one transaction there; numbers of
/// events and fences go on from where they were. Both are brought to this program's tables first. `invalid` if the
/// addresses are of other kinds, `conflict` if a program has the source open (it stays locked for the copy) or the
/// target has a row, `internal` if what arrived is not as many rows; then nothing is changed in the target.
Result<std::vector<CopiedTable>> copy_store(const std::string& from, const std::string& to);

}  // namespace towline::store
