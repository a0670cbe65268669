#pragma once
#include <filesystem>

#include "base/result.h"

namespace towline::spool {

/// The executor's folder, owned by one process until this object is destroyed.
class Folder {
 public:
    /// Makes the folder (private to the user) and locks it; conflict if another process has it.
    static Result<Folder> open(const std::filesystem::path& path);
    ~Folder();
    Folder(Folder&& other) noexcept;
    Folder& operator=(Folder&&) = delete;
    Folder(const Folder&) = delete;
    Folder& operator=(const Folder&) = delete;

    const std::filesystem::path& path() const { return path_; }

 private:
    Folder(std::filesystem::path path, int lock) : path_(std::move(path)), lock_(lock) {}
    std::filesystem::path path_;
    int lock_ = -1;
};

}  // namespace towline::spool
