#pragma once
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace towline::project {

/// `path` below `folder`, with `.` and `..` resolved by text; an absolute path stays itself.
std::string joined_path(std::string_view folder, std::string_view path);
/// The folder of a path: "models/a" of "models/a/b.sql".
std::string parent_path(std::string_view path);

/// The files a project load may read. Real and in-memory versions exist; both sort listings, so a load never
/// depends on directory order.
class FileSystem {
 public:
    virtual ~FileSystem() = default;
    /// Whole content; ErrorCode::not_found if there is no such regular file, too_large above the limit.
    virtual Result<std::string> read(std::string_view path) const = 0;
    virtual bool exists(std::string_view path) const = 0;
    /// Every regular file below the folder, as paths relative to it, sorted; a missing folder has none.
    virtual std::vector<std::string> list(std::string_view folder) const = 0;
};

/// The machine's files. Links are followed; unreadable folders count as empty.
class DiskFileSystem : public FileSystem {
 public:
    Result<std::string> read(std::string_view path) const override;
    bool exists(std::string_view path) const override;
    std::vector<std::string> list(std::string_view folder) const override;
};

/// Path → content, paths in normal form ("models/a.sql"). For tests.
class MemoryFileSystem : public FileSystem {
 public:
    explicit MemoryFileSystem(std::map<std::string, std::string> files) : files_(std::move(files)) {}
    Result<std::string> read(std::string_view path) const override;
    bool exists(std::string_view path) const override;
    std::vector<std::string> list(std::string_view folder) const override;

 private:
    std::map<std::string, std::string> files_;
};

}  // namespace towline::project
