#pragma once
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace towline::spool {

/// An append-only file of checked records. One thread at a time; the owner locks.
class RecordFile {
 public:
    /// Opens or creates the file and reads it. What follows the last whole record is cut off.
    static Result<RecordFile> open(const std::filesystem::path& path, std::size_t bytes_max);
    ~RecordFile();
    RecordFile(RecordFile&& other) noexcept;
    RecordFile& operator=(RecordFile&& other) noexcept;
    RecordFile(const RecordFile&) = delete;
    RecordFile& operator=(const RecordFile&) = delete;

    /// The records that were in the file when it was opened; moved out by the caller.
    std::vector<std::string> take_records() { return std::move(records_); }
    /// True if opening had to cut off a tail.
    bool was_torn() const { return torn_; }
    std::size_t bytes() const { return bytes_; }

    enum class Durability {
        synced,   ///< on disk when append returns
        relaxed,  ///< may be lost with the machine, not with the process
    };
    /// Adds one record. On failure (`io`, `too_large`) the file is as before.
    Status append(std::string_view payload, Durability durability);
    /// Replaces the whole content by these records, atomically and synced.
    Status rewrite(const std::vector<std::string>& payloads);

 private:
    RecordFile(std::filesystem::path path, std::size_t bytes_max) : path_(std::move(path)), bytes_max_(bytes_max) {}
    Status read_all();

    std::filesystem::path path_;
    std::size_t bytes_max_ = 0;
    int file_ = -1;
    std::size_t bytes_ = 0;
    bool torn_ = false;
    std::vector<std::string> records_;
};

}  // namespace towline::spool
