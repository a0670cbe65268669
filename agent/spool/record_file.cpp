#include "spool/record_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <cstring>
#include <system_error>
#include <utility>

#include "crypto/crypto.h"
#include "spool/limits.h"

namespace towline::spool {
namespace {

constexpr std::size_t kHeaderBytes = 8;

tl::unexpected<Error> io_failure(std::string_view what, const std::filesystem::path& path) {
    return fail(ErrorCode::io, std::string(what) + " " + path.string() + ": " + std::strerror(errno));
}

void put_u32(std::string& out, std::uint32_t value) {
    for (int shift = 0; shift < 32; shift += 8) out += static_cast<char>((value >> shift) & 0xFFU);
}
std::uint32_t get_u32(std::string_view bytes) {
    std::uint32_t value = 0;
    for (std::size_t i = 0; i < 4; ++i) value |= std::uint32_t{static_cast<unsigned char>(bytes[i])} << (8 * i);
    return value;
}

// The length is part of what is checked, so that a file of zeros holds no valid record.
std::uint32_t checksum(std::string_view length, std::string_view payload) {
    return crypto::crc32(std::string(length) + std::string(payload));
}

void frame(std::string& out, std::string_view payload) {
    std::string length;
    put_u32(length, static_cast<std::uint32_t>(payload.size()));
    out += length;
    put_u32(out, checksum(length, payload));
    out += payload;
}

bool write_all(int file, std::string_view bytes) {
    while (!bytes.empty()) {
        const ssize_t count = ::write(file, bytes.data(), bytes.size());
        if (count < 0 && errno == EINTR) continue;
        if (count <= 0) return false;
        bytes.remove_prefix(static_cast<std::size_t>(count));
    }
    return true;
}

/// Makes a new or renamed name in the folder durable.
void sync_folder(const std::filesystem::path& path) {
    const int folder = ::open(path.parent_path().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (folder < 0) return;
    ::fsync(folder);
    ::close(folder);
}

}  // namespace

Result<RecordFile> RecordFile::open(const std::filesystem::path& path, std::size_t bytes_max) {
    RecordFile out(path, bytes_max);
    std::error_code ignored;
    const bool existed = std::filesystem::exists(path, ignored);
    out.file_ = ::open(path.c_str(), O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0600);
    if (out.file_ < 0) return io_failure("cannot open", path);
    TRY_STATUS(out.read_all());
    if (!existed) sync_folder(path);
    return out;
}

RecordFile::~RecordFile() {
    if (file_ >= 0) ::close(file_);
}

RecordFile::RecordFile(RecordFile&& other) noexcept
    : path_(std::move(other.path_)),
      bytes_max_(other.bytes_max_),
      file_(std::exchange(other.file_, -1)),
      bytes_(other.bytes_),
      torn_(other.torn_),
      records_(std::move(other.records_)) {}

RecordFile& RecordFile::operator=(RecordFile&& other) noexcept {
    if (this == &other) return *this;
    if (file_ >= 0) ::close(file_);
    path_ = std::move(other.path_);
    bytes_max_ = other.bytes_max_;
    file_ = std::exchange(other.file_, -1);
    bytes_ = other.bytes_;
    torn_ = other.torn_;
    records_ = std::move(other.records_);
    return *this;
}

Status RecordFile::read_all() {
    struct stat info{};
    if (::fstat(file_, &info) != 0) return io_failure("cannot read", path_);
    // A pipe would block, a device never end.
    if (!S_ISREG(info.st_mode)) return fail(ErrorCode::io, path_.string() + " is not a regular file");
    // Twice the bound: whatever wrote more was not this program.
    if (static_cast<std::size_t>(info.st_size) > 2 * bytes_max_)
        return fail(ErrorCode::too_large, path_.string() + " is larger than this program would make it");
    std::string content(static_cast<std::size_t>(info.st_size), '\0');
    std::size_t read = 0;
    while (read < content.size()) {
        const ssize_t count = ::pread(file_, content.data() + read, content.size() - read, static_cast<off_t>(read));
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) return io_failure("cannot read", path_);
        if (count == 0) break;
        read += static_cast<std::size_t>(count);
    }
    std::string_view rest = std::string_view(content).substr(0, read);
    while (rest.size() >= kHeaderBytes) {
        const std::uint32_t length = get_u32(rest);
        if (length > kRecordBytesMax || rest.size() - kHeaderBytes < length) break;
        const std::string_view payload = rest.substr(kHeaderBytes, length);
        if (get_u32(rest.substr(4)) != checksum(rest.substr(0, 4), payload)) break;
        records_.emplace_back(payload);
        rest.remove_prefix(kHeaderBytes + length);
    }
    bytes_ = read - rest.size();
    torn_ = !rest.empty();
    if (torn_ && ::ftruncate(file_, static_cast<off_t>(bytes_)) != 0) return io_failure("cannot repair", path_);
    return {};
}

Status RecordFile::append(std::string_view payload, Durability durability) {
    if (payload.size() > kRecordBytesMax) return fail(ErrorCode::too_large, "the record is above the limit");
    if (bytes_ + kHeaderBytes + payload.size() > bytes_max_)
        return fail(ErrorCode::too_large, path_.string() + " is full", "is the scheduler reachable?");
    std::string bytes;
    frame(bytes, payload);
    const bool written = write_all(file_, bytes) && (durability == Durability::relaxed || ::fdatasync(file_) == 0);
    if (!written) {
        const auto failure = io_failure("cannot write", path_);
        // Half a record would hide every later one from the next reader.
        if (::ftruncate(file_, static_cast<off_t>(bytes_)) != 0) return io_failure("cannot repair", path_);
        return failure;
    }
    bytes_ += bytes.size();
    return {};
}

Status RecordFile::rewrite(const std::vector<std::string>& payloads) {
    std::string content;
    for (const std::string& payload : payloads) frame(content, payload);
    const std::filesystem::path fresh = path_.string() + ".new";
    const int file = ::open(fresh.c_str(), O_RDWR | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC, 0600);
    if (file < 0) return io_failure("cannot write", fresh);
    if (!write_all(file, content) || ::fdatasync(file) != 0 || ::rename(fresh.c_str(), path_.c_str()) != 0) {
        const auto failure = io_failure("cannot write", fresh);
        ::close(file);
        ::unlink(fresh.c_str());
        return failure;
    }
    sync_folder(path_);
    ::close(std::exchange(file_, file));
    bytes_ = content.size();
    return {};
}

}  // namespace towline::spool
