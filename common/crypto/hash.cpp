#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>
#include <zlib.h>

#include <algorithm>
#include <climits>

#include "base/assert.h"
#include "crypto/crypto.h"

namespace towline::crypto {
namespace {

std::string digest(const EVP_MD* kind, std::string_view data) {
    unsigned char out[EVP_MAX_MD_SIZE];
    unsigned length = 0;
    TOWLINE_ASSERT(EVP_Digest(data.data(), data.size(), out, &length, kind, nullptr) == 1);
    return std::string(reinterpret_cast<const char*>(out), length);
}

}  // namespace

std::string sha256_bytes(std::string_view data) { return digest(EVP_sha256(), data); }
std::string sha256(std::string_view data) { return to_hex(sha256_bytes(data)); }
std::string md5_hex(std::string_view data) { return to_hex(digest(EVP_md5(), data)); }

std::string hmac_sha256(HmacInput input) {
    TOWLINE_ASSERT(input.key.size() <= INT_MAX);
    unsigned char out[EVP_MAX_MD_SIZE];
    unsigned length = 0;
    const auto* message = reinterpret_cast<const unsigned char*>(input.message.data());
    const auto* done = HMAC(EVP_sha256(), input.key.data(), static_cast<int>(input.key.size()), message,
                            input.message.size(), out, &length);
    TOWLINE_ASSERT(done != nullptr);
    return std::string(reinterpret_cast<const char*>(out), length);
}

std::uint32_t crc32(std::string_view data) {
    const auto* bytes = reinterpret_cast<const Bytef*>(data.data());
    return static_cast<std::uint32_t>(::crc32_z(::crc32_z(0, Z_NULL, 0), bytes, data.size()));
}

std::string random_bytes(std::size_t byte_count) {
    TOWLINE_ASSERT(byte_count <= INT_MAX);
    std::string bytes(byte_count, '\0');
    TOWLINE_ASSERT(RAND_bytes(reinterpret_cast<unsigned char*>(bytes.data()), static_cast<int>(byte_count)) == 1);
    return bytes;
}
std::string random_hex(std::size_t byte_count) { return to_hex(random_bytes(byte_count)); }
std::string random_base64url(std::size_t byte_count) { return base64url_encode(random_bytes(byte_count)); }

bool constant_time_equal(std::string_view a, std::string_view b) {
    return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

void wipe(std::string& secret) {
    // Bytes up to the capacity may hold an older, longer value.
    secret.resize(secret.capacity());
    OPENSSL_cleanse(secret.data(), secret.size());
    secret.clear();
}

}  // namespace towline::crypto
