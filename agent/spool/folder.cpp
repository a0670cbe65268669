#include "spool/folder.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <system_error>
#include <utility>

namespace towline::spool {

Result<Folder> Folder::open(const std::filesystem::path& path) {
    std::error_code error;
    const bool made = std::filesystem::create_directories(path, error);
    if (error) return fail(ErrorCode::io, "cannot make the folder " + path.string() + ": " + error.message());
    if (made) std::filesystem::permissions(path, std::filesystem::perms::owner_all, error);
    const std::filesystem::path name = path / "lock";
    const int lock = ::open(name.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (lock < 0) return fail(ErrorCode::io, "cannot open " + name.string() + ": " + std::strerror(errno));
    if (::flock(lock, LOCK_EX | LOCK_NB) == 0) return Folder(path, lock);
    const int reason = errno;
    ::close(lock);
    if (reason != EWOULDBLOCK)
        return fail(ErrorCode::io, "cannot lock " + name.string() + ": " + std::strerror(reason));
    return fail(ErrorCode::conflict, "another executor uses the folder " + path.string(),
                "give each executor its own TOWLINE_SPOOL_DIR");
}

Folder::~Folder() {
    if (lock_ >= 0) ::close(lock_);
}

Folder::Folder(Folder&& other) noexcept : path_(std::move(other.path_)), lock_(std::exchange(other.lock_, -1)) {}

}  // namespace towline::spool
