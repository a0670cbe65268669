#include "crypto/pem.h"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include <memory>

namespace towline::crypto {
namespace {

template <auto Free>
struct Deleter {
    template <class T>
    void operator()(T* value) const noexcept {
        Free(value);
    }
};
struct FreeInfos {
    void operator()(STACK_OF(X509_INFO) * infos) const noexcept { sk_X509_INFO_pop_free(infos, X509_INFO_free); }
};
using Memory = std::unique_ptr<BIO, Deleter<BIO_free_all>>;

/// OpenSSL keeps its errors per thread; what is left of ours must not be told as somebody else's.
struct CleanErrors {
    CleanErrors() = default;
    CleanErrors(const CleanErrors&) = delete;
    CleanErrors& operator=(const CleanErrors&) = delete;
    ~CleanErrors() { ERR_clear_error(); }
};

Memory memory_of(std::string_view text) { return Memory(BIO_new_mem_buf(text.data(), static_cast<int>(text.size()))); }

// Without it OpenSSL would ask on the terminal.
int no_passphrase(char*, int, int, void*) { return -1; }

}  // namespace

Status check_certificates(std::string_view pem) {
    const CleanErrors clean;
    const Memory memory = memory_of(pem);
    const std::unique_ptr<STACK_OF(X509_INFO), FreeInfos> infos(
        PEM_X509_INFO_read_bio(memory.get(), nullptr, no_passphrase, nullptr));
    if (!infos) return fail(ErrorCode::invalid, "a certificate is cut off or is no certificate");
    for (int i = 0; i < sk_X509_INFO_num(infos.get()); ++i) {
        if (sk_X509_INFO_value(infos.get(), i)->x509 != nullptr) return {};
    }
    return fail(ErrorCode::invalid, "there is no PEM certificate in it");
}

Status check_key_pair(KeyPair pair) {
    TRY_STATUS(check_certificates(pair.certificate));
    const CleanErrors clean;
    const Memory text = memory_of(pair.certificate);
    const std::unique_ptr<X509, Deleter<X509_free>> own(PEM_read_bio_X509(text.get(), nullptr, no_passphrase, nullptr));
    const Memory secret = memory_of(pair.key);
    const std::unique_ptr<EVP_PKEY, Deleter<EVP_PKEY_free>> key(
        PEM_read_bio_PrivateKey(secret.get(), nullptr, no_passphrase, nullptr));
    if (!key && pair.key.find("ENCRYPTED") != std::string_view::npos)
        return fail(ErrorCode::invalid, "the key is protected by a passphrase; give it without one");
    if (!key) return fail(ErrorCode::invalid, "the key is cut off or is no PEM private key");
    if (!own || X509_check_private_key(own.get(), key.get()) != 1)
        return fail(ErrorCode::invalid, "the key does not belong to the certificate");
    return {};
}

}  // namespace towline::crypto
