#pragma once
#include <openssl/ssl.h>

#include <memory>

#include "base/result.h"
#include "http_server/server.h"

namespace towline::http {

/// Shared: each connection keeps the context it was accepted with while a reload replaces it for the next
/// ones.
using TlsContext = std::shared_ptr<SSL_CTX>;

/// Certificate and key as a server context for TLS 1.2 and newer. `invalid` if a file is missing, unreadable
/// or does not fit the other.
Result<TlsContext> load_tls(const TlsFiles& files);

}  // namespace towline::http
