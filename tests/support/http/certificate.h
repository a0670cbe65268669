#pragma once
// Certificates for tests, made by the openssl command.

#include <cstdlib>
#include <string>

#include "support/temporary_folder.h"

namespace towline::test_support {

/// Writes NAME.pem and NAME.key into the folder: self-signed, for localhost and 127.0.0.1.
inline bool make_certificate(const test::TemporaryFolder& folder, const std::string& name) {
    const std::string command =
        "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=" + name +
        " -addext subjectAltName=DNS:localhost,IP:127.0.0.1 -keyout '" + folder.file(name + ".key") + "' -out '" +
        folder.file(name + ".pem") + "' 2>/dev/null";
    return std::system(command.c_str()) == 0;
}

}  // namespace towline::test_support
