#pragma once
#include <memory>
#include <string>

#include "http_server/server.h"

namespace towline::http {

/// Parses one request from a growing buffer. Hides Beast. One thread.
class RequestReader {
 public:
    enum class State {
        header,   ///< More bytes of the header are needed.
        body,     ///< The header is complete, more of the body is needed.
        done,     ///< take() may be called; the buffer holds what follows the request.
        refused,  ///< status() says why; the connection cannot go on.
    };

    /// Requires: `options` outlive the reader.
    explicit RequestReader(const ServerOptions& options);
    ~RequestReader();
    RequestReader(const RequestReader&) = delete;
    RequestReader& operator=(const RequestReader&) = delete;

    /// Consumes what it can from the front of the buffer.
    State feed(std::string& buffer);
    /// Of a refused request: 400, 413, 431 or what the body rule says.
    int status() const;
    /// True if the client waits for "100 Continue" before it sends the body.
    bool expects_continue() const;
    bool keep_alive() const;
    bool is_http10() const;
    /// Method, target, path, query, headers and body; peer, tls and id are the caller's.
    Request take();

 private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace towline::http
