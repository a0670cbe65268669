// Fuzzes the streaming redactor. Input: one byte of cut width, then lines; the first two are secrets, the rest is the
// text, into which each form of both secrets is put as well. No secret may survive, and cutting may change nothing.
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string>

#include "credentials/redactor.h"
#include "credentials/secret_forms.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace towline::credentials;
    if (size < 2 || size > 4'096) return 0;
    const std::size_t width = 1 + data[0] % 32;
    std::string text(data + 1, data + size);
    auto redactor = std::make_shared<Redactor>();
    std::string secrets[2];
    for (std::string& secret : secrets) {
        const std::size_t end = text.find('\n');
        secret = text.substr(0, end);
        text.erase(0, end == std::string::npos ? text.size() : end + 1);
        redactor->add(secret);
    }
    for (const std::string& secret : secrets)
        for (const std::string& form : forms_of(secret, Redactor::kSecretBytesMin)) text += form + text.substr(0, 3);

    RedactingStream stream(redactor);
    std::string pieces;
    for (std::size_t at = 0; at < text.size(); at += width)
        pieces += stream.feed(std::string_view(text).substr(at, width));
    pieces += stream.finish();
    if (pieces != redactor->mask(text)) std::abort();
    for (const std::string& secret : secrets) {
        // A secret with the mask's own letter may come about by masking.
        const bool known = secret.size() >= Redactor::kSecretBytesMin && secret.find('*') == std::string::npos;
        if (known && pieces.find(secret) != std::string::npos) std::abort();
    }
    return 0;
}
