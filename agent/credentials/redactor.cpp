#include "credentials/redactor.h"

#include <utility>

#include "base/strings.h"
#include "crypto/crypto.h"
#include "log/log.h"

namespace towline::credentials {
namespace {

constexpr std::string_view kMask = "***";

/// The part of a secret's base64 that does not depend on what stands around it, for one of three alignments.
std::string aligned_base64(std::string_view secret, std::size_t bytes_before, bool url) {
    const std::string padded = std::string(bytes_before, 'x') + std::string(secret);
    std::string text = url ? crypto::base64url_encode(padded) : crypto::base64_encode(padded);
    while (!text.empty() && text.back() == '=') text.pop_back();
    // A digit holds 6 bits: those that share bits with a neighbour are cut off on both sides.
    const std::size_t first = (bytes_before * 8 + 5) / 6;
    const std::size_t last = padded.size() * 8 / 6;
    return last > first ? text.substr(first, last - first) : std::string();
}

}  // namespace

bool Redactor::add(std::string_view secret) {
    if (secret.size() < kSecretBytesMin) return false;
    auto patterns = patterns_.lock();
    if (patterns->size() + 10 > kPatternsMax) return false;
    patterns->emplace(secret);
    const std::string encoded = crypto::percent_encode(secret);
    patterns->insert(encoded);
    patterns->insert(replace_all(encoded, "%20", "+"));
    for (std::size_t before = 0; before < 3; ++before) {
        for (const bool url : {false, true}) {
            std::string text = aligned_base64(secret, before, url);
            if (text.size() >= kSecretBytesMin) patterns->insert(std::move(text));
        }
    }
    return true;
}

std::string Redactor::mask(std::string_view text) const {
    std::string masked(text);
    auto patterns = patterns_.lock();
    for (const std::string& pattern : *patterns) {
        std::size_t at = 0;
        while ((at = masked.find(pattern, at)) != std::string::npos) {
            masked.replace(at, pattern.size(), kMask);
            at += kMask.size();
        }
    }
    return masked;
}

void install_in_log(std::shared_ptr<const Redactor> redactor) {
    log::set_redactor(
        [redactor = std::move(redactor)](std::string_view text) { return redactor->mask(text); });
}

}  // namespace towline::credentials
