#pragma once
#include <cstdint>
#include <set>
#include <string>
#include <vector>

#include "base/result.h"
#include "dotenv/dotenv.h"

namespace towline::credentials {

using dotenv::Variables;

/// Variables as a program sees them: the process environment with a `.env` file laid over it.
struct Environment {
    Variables values;
    std::set<std::string> from_file;  ///< names whose value the file gave
    std::vector<std::string> files;   ///< named by variables `SQLMESH__…_FILE`, whose content is the variable's value
    std::vector<std::string> faults;  ///< of those files, a sentence each
};

/// The process's own variables.
Variables process_environment();

/// What tells one state of a file from the next. A missing file has its own stamp.
struct FileStamp {
    bool exists = false;
    std::uint64_t device = 0;
    std::uint64_t inode = 0;
    std::int64_t size = 0;
    std::int64_t changed_ns = 0;
    bool operator==(const FileStamp&) const = default;
};
/// Follows symbolic links, so a swapped link counts as a change.
FileStamp stamp_of(const std::string& path);

/// A regular file's content; not_found, io or too_large. The message names the path, never content.
Result<std::string> read_small_file(const std::string& path, std::size_t bytes_max);

/// `process` with the file over it (its values win, as SQLMesh's dotenv loading does). An empty path reads
/// nothing. A variable `SQLMESH__…_FILE` stands for one without the ending whose value is the file's
/// content, white space at its end cut off. Errors name path and line.
Result<Environment> load_environment(const Variables& process, const std::string& env_file);

}  // namespace towline::credentials
