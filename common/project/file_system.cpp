#include "project/file_system.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>

#include "project/limits.h"

namespace towline::project {

namespace fs = std::filesystem;

namespace {

struct OpenFile {
    explicit OpenFile(int opened) : descriptor(opened) {}
    ~OpenFile() {
        if (descriptor >= 0) ::close(descriptor);
    }
    OpenFile(const OpenFile&) = delete;
    OpenFile& operator=(const OpenFile&) = delete;

    const int descriptor;
};

}  // namespace

std::string joined_path(std::string_view folder, std::string_view path) {
    const fs::path relative(path);
    const fs::path whole = relative.is_absolute() || folder.empty() ? relative : fs::path(folder) / relative;
    return whole.lexically_normal().string();
}

std::string parent_path(std::string_view path) { return fs::path(path).parent_path().string(); }

Result<std::string> DiskFileSystem::read(std::string_view path) const {
    const std::string name(path);
    // Not blocking: a pipe in the place of a file must not hold the load up.
    const OpenFile file(::open(name.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
    struct stat facts{};
    if (file.descriptor < 0 && errno != ENOENT && errno != ENOTDIR && exists(path))
        return fail(ErrorCode::io, name + " cannot be read.");
    if (file.descriptor < 0 || ::fstat(file.descriptor, &facts) != 0 || !S_ISREG(facts.st_mode))
        return fail(ErrorCode::not_found, "There is no file " + name + ".");
    const auto size = static_cast<std::size_t>(facts.st_size);
    if (size > kFileBytesMax) return fail(ErrorCode::too_large, name + " is larger than 64 MiB.");
    std::string text(size, '\0');
    std::size_t had = 0;
    while (had < size) {
        const ssize_t got = ::read(file.descriptor, text.data() + had, size - had);
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) return fail(ErrorCode::io, name + " cannot be read.");
        if (got == 0) break;  // it was cut meanwhile
        had += static_cast<std::size_t>(got);
    }
    text.resize(had);
    return text;
}

bool DiskFileSystem::exists(std::string_view path) const {
    std::error_code error;
    return fs::is_regular_file(fs::path(path), error);
}

std::vector<std::string> DiskFileSystem::list(std::string_view folder) const {
    std::vector<std::string> out;
    std::error_code error;
    const fs::path root(folder);
    // Python's glob goes through a root that is a link, but into no link below it, wherever that leads.
    const fs::path base = fs::is_symlink(root, error) ? fs::canonical(root, error) : root;
    for (fs::recursive_directory_iterator it(base, error), end; !error && it != end && out.size() < kFilesMax;
         it.increment(error)) {
        std::error_code ignored;
        if (it.depth() > 64) it.disable_recursion_pending();
        if (it->is_regular_file(ignored)) out.push_back(it->path().lexically_relative(base).generic_string());
    }
    std::sort(out.begin(), out.end());
    return out;
}

Result<std::string> MemoryFileSystem::read(std::string_view path) const {
    const auto found = files_.find(joined_path("", path));
    if (found == files_.end()) return fail(ErrorCode::not_found, "There is no file " + std::string(path) + ".");
    return found->second;
}

bool MemoryFileSystem::exists(std::string_view path) const { return files_.contains(joined_path("", path)); }

std::vector<std::string> MemoryFileSystem::list(std::string_view folder) const {
    std::vector<std::string> out;
    std::string prefix = joined_path("", folder);
    if (!prefix.empty() && prefix.back() != '/') prefix += '/';
    for (const auto& [path, text] : files_)
        if (path.starts_with(prefix)) out.push_back(path.substr(prefix.size()));
    return out;
}

}  // namespace towline::project
