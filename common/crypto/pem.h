#pragma once
#include <string_view>

#include "base/result.h"

namespace towline::crypto {

/// Whether a text is a whole list of certificates in PEM: at least one, none cut off. `invalid` says what is wrong and
/// quotes nothing.
Status check_certificates(std::string_view pem);

/// The two texts of a client's identity; named because they must not be swapped.
struct KeyPair {
    std::string_view certificate;  ///< the client's own first, then its chain
    std::string_view key;
};
/// Whether certificate and key are whole PEM, the key opens without a passphrase, and they belong together. `invalid`
/// says which of these is not so and quotes nothing.
Status check_key_pair(KeyPair pair);

}  // namespace towline::crypto
