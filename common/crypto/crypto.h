#pragma once
// Hashes, random text and encodings. Thin over OpenSSL's libcrypto and zlib. Every function is thread safe.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace towline::crypto {

/// SHA-256 as 64 lower-case hex digits.
std::string sha256(std::string_view data);
/// SHA-256 as 32 raw bytes.
std::string sha256_bytes(std::string_view data);
/// The two arguments of an HMAC; named because they must not be swapped.
struct HmacInput {
    std::string_view key;
    std::string_view message;
};
/// HMAC-SHA-256 as 32 raw bytes.
std::string hmac_sha256(HmacInput input);
/// MD5 as hex. Only where a foreign format demands it; never for security.
std::string md5_hex(std::string_view data);
/// zlib's CRC-32; equals Python's zlib.crc32.
std::uint32_t crc32(std::string_view data);

/// Text of `byte_count` random bytes from OpenSSL. Aborts when the system gives no randomness.
std::string random_bytes(std::size_t byte_count);
std::string random_hex(std::size_t byte_count);
std::string random_base64url(std::size_t byte_count);

std::string to_hex(std::string_view bytes);
/// Either case; nullopt for odd length or a digit that is none.
std::optional<std::string> from_hex(std::string_view text);
/// RFC 4648 section 4, with padding.
std::string base64_encode(std::string_view bytes);
/// Requires correct padding, no white space; nullopt otherwise.
std::optional<std::string> base64_decode(std::string_view text);
/// RFC 4648 section 5, without padding.
std::string base64url_encode(std::string_view bytes);
/// Padding is optional; nullopt for anything else that is not canonical.
std::optional<std::string> base64url_decode(std::string_view text);

/// True if equal; takes the same time wherever the first difference is. Lengths may leak.
bool constant_time_equal(std::string_view a, std::string_view b);
/// %XX to bytes ('+' stays '+'); nullopt for a broken escape. `plus_is_space` for form bodies.
std::optional<std::string> percent_decode(std::string_view text, bool plus_is_space = false);
/// RFC 3986: everything but letters, digits and "-._~" becomes %XX.
std::string percent_encode(std::string_view text);
/// Overwrites the text's memory in a way that the compiler keeps, then empties it.
void wipe(std::string& secret);

}  // namespace towline::crypto
