#pragma once
#include <stdlib.h>

#include <filesystem>
#include <fstream>
#include <string>

namespace towline::test {

/// A folder that is gone when the test ends.
class TemporaryFolder {
 public:
    TemporaryFolder() {
        const std::string random(6, 'X');  // mkdtemp puts its own letters there
        std::string name = (std::filesystem::temp_directory_path() / ("towline_test_" + random)).string();
        if (::mkdtemp(name.data()) == nullptr) throw std::filesystem::filesystem_error("mkdtemp", name, {});
        path_ = name;
    }
    ~TemporaryFolder() {
        std::error_code ignored;
        std::filesystem::remove_all(path_, ignored);
    }
    TemporaryFolder(const TemporaryFolder&) = delete;
    TemporaryFolder& operator=(const TemporaryFolder&) = delete;

    const std::filesystem::path& path() const { return path_; }
    std::string file(const std::string& name) const { return (path_ / name).string(); }
    std::filesystem::path operator/(const std::string& name) const { return path_ / name; }
    /// Writes a file of this folder in place.
    std::string write(const std::string& name, const std::string& content) const {
        const std::filesystem::path file = path_ / name;
        std::filesystem::create_directories(file.parent_path());
        std::ofstream(file, std::ios::binary) << content;
        return file.string();
    }
    std::string read(const std::string& name) const {
        std::ifstream file(path_ / name, std::ios::binary);
        return {std::istreambuf_iterator<char>(file), {}};
    }

 private:
    std::filesystem::path path_;
};

}  // namespace towline::test
