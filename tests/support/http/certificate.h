#pragma once
// Certificates for tests, made by the openssl command in a folder that is removed again.

#include <cstdlib>
#include <filesystem>
#include <string>

namespace towline::test_support {

class TempFolder {
 public:
    TempFolder() {
        std::string name = (std::filesystem::temp_directory_path() / "towline-http-XXXXXX").string();
        path_ = ::mkdtemp(name.data());
    }
    ~TempFolder() {
        std::error_code ignored;
        std::filesystem::remove_all(path_, ignored);
    }
    TempFolder(const TempFolder&) = delete;
    TempFolder& operator=(const TempFolder&) = delete;
    std::string file(const std::string& name) const { return (path_ / name).string(); }

 private:
    std::filesystem::path path_;
};

/// Writes NAME.pem and NAME.key into the folder: self-signed, for localhost and 127.0.0.1.
inline bool make_certificate(const TempFolder& folder, const std::string& name) {
    const std::string command =
        "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=" + name +
        " -addext subjectAltName=DNS:localhost,IP:127.0.0.1 -keyout '" + folder.file(name + ".key") +
        "' -out '" + folder.file(name + ".pem") + "' 2>/dev/null";
    return std::system(command.c_str()) == 0;
}

}  // namespace towline::test_support
