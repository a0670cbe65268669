#include "project/file_system.h"

#include <algorithm>
#include <filesystem>
#include <fstream>

#include "project/limits.h"

namespace towline::project {

namespace fs = std::filesystem;

std::string joined_path(std::string_view folder, std::string_view path) {
    const fs::path relative(path);
    const fs::path whole = relative.is_absolute() || folder.empty() ? relative : fs::path(folder) / relative;
    return whole.lexically_normal().string();
}

std::string parent_path(std::string_view path) { return fs::path(path).parent_path().string(); }

Result<std::string> DiskFileSystem::read(std::string_view path) const {
    std::error_code error;
    const fs::path file(path);
    if (!fs::is_regular_file(file, error))
        return fail(ErrorCode::not_found, "There is no file " + std::string(path) + ".");
    const auto size = fs::file_size(file, error);
    if (!error && size > kFileBytesMax)
        return fail(ErrorCode::too_large, std::string(path) + " is larger than 64 MiB.");
    std::ifstream in(file, std::ios::binary);
    std::string text(error ? 0 : size, '\0');
    if (!in.read(text.data(), static_cast<std::streamsize>(text.size())) && !in.eof())
        return fail(ErrorCode::io, std::string(path) + " cannot be read.");
    text.resize(static_cast<std::size_t>(in.gcount()));
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
