#pragma once
// HTTP/1.1 server for many waiting requests. Callbacks only; a parked request costs about a kilobyte (TLS:
// fifteen).

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "http_message/headers.h"
#include "http_server/limits.h"

namespace towline::http {

/// One complete, well-formed request.
struct Request {
    std::string method{};  ///< As sent: "GET".
    std::string target{};  ///< As sent: "/a%20b?x=1".
    std::string path{};    ///< The target up to '?', still escaped: the router decodes segment by segment.
    std::string query{};   ///< What follows '?', still escaped: see parse_query.
    Headers headers{};
    std::string body{};
    std::string peer{};  ///< "address:port" of the socket.
    bool tls = false;
    std::string id{};  ///< Unique; also sent back as X-Request-Id.
    /// What ServerOptions::body_rule gave for this request; released with the request. Shared because a
    /// request is copyable, and of no type because the server need not know what is counted.
    std::shared_ptr<const void> hold{};

    std::optional<std::string_view> header(std::string_view name) const { return headers.find(name); }
};

/// An answer. The server adds Content-Length or chunked framing, Date, Connection and X-Request-Id itself;
/// fields of those names given here are dropped. A line break in a field turns the whole answer into a 500.
struct Response {
    int status = 200;
    std::string body{};
    Headers headers{};
    std::string content_type{};  ///< Empty: no Content-Type is sent.
};

/// The place where one request is answered: either send(), or begin(), chunk()…, end().
/// Every function may be called from any thread; calls after the exchange is closed, and a second answer, do
/// nothing.
class Exchange {
 public:
    virtual ~Exchange() = default;
    Exchange() = default;
    Exchange(const Exchange&) = delete;
    Exchange& operator=(const Exchange&) = delete;

    /// The whole answer.
    virtual void send(Response response) = 0;
    /// Status and fields of a streamed answer (the body is ignored); chunks follow.
    virtual void begin(Response head) = 0;
    /// A piece of a streamed answer. If the peer reads too slowly (queued_bytes_max) the connection is
    /// closed.
    virtual void chunk(std::string bytes) = 0;
    virtual void end() = 0;
    /// Says that this exchange waits for an event and not for work: when the server stops it is answered at
    /// once, with 503 and Retry-After, or, if it streams, ended. Exchanges that never said so get the drain
    /// time to finish.
    virtual void park() = 0;
    /// True once the answer is complete or the peer is gone.
    virtual bool closed() const = 0;
    /// Runs the callback once the exchange closes (answered, peer lost, server stopped): on a server thread
    /// without any lock held, or at once in the caller's thread if it is closed already. It must not block.
    virtual void on_closed(std::function<void()> callback) = 0;
};

/// Called on a server thread for each request; must not block. The exchange is shared because a parked
/// request outlives the call: the handler keeps it wherever the event will be noticed. A request whose
/// exchange is dropped by everyone without an answer gets a 500. A handler that throws gets a 500 too.
using Handler = std::function<void(Request, std::shared_ptr<Exchange>)>;

/// What happened to one request, for logs and metrics.
struct AccessRecord {
    std::string_view id{}, peer{}, method{}, path{};
    int status = 0;         ///< 0: the peer left before an answer.
    std::size_t bytes = 0;  ///< Body bytes handed to the connection.
    std::chrono::nanoseconds took{0};
};

/// What the body of one request may be, decided when its header is complete.
struct BodyRule {
    std::uint64_t bytes_max = 0;         ///< The server's own limit holds as well.
    int status_above = 413;              ///< Answer to a larger body: 413, 401 or 503 (with Retry-After).
    std::shared_ptr<const void> hold{};  ///< Kept until the request is gone: a share of a bounded resource.
};
/// What a BodyRule is decided on. Valid during the call only.
struct RequestHead {
    std::string_view method{}, path{};
    const Headers& headers;
};

struct TlsFiles {
    std::string certificate{};  ///< PEM, the server's certificate first, then its chain.
    std::string key{};          ///< PEM private key.
};

struct ServerOptions {
    std::string address = "127.0.0.1";
    std::uint16_t port = 0;  ///< 0: any free port; Server::port() tells which.
    std::optional<TlsFiles>
        tls{};  ///< Set: this server speaks TLS 1.2+ only. Not set: plain only. Two servers do both.
    int threads = 1;
    ServerLimits limits{};
    /// Optional: the limit for the body of this request; otherwise limits.body_bytes_max is everybody's. Called
    /// on server threads for requests that announce a body, before a byte of it is kept; must not block.
    std::function<BodyRule(const RequestHead&)> body_rule{};
    std::chrono::seconds retry_after{2};                    ///< What 503 answers of the server itself suggest.
    std::function<void(const AccessRecord&)> on_request{};  ///< Optional; called on server threads, must not block.
};

struct ServerStats {
    std::size_t connections = 0;  ///< Open now.
    std::uint64_t accepted = 0;   ///< Since start.
    std::uint64_t refused = 0;    ///< Answered 503 or dropped because of connections_max.
    std::uint64_t accept_failures = 0;
};

/// A listening server. Public functions may be called from any thread but those of the server.
class Server {
 public:
    Server(ServerOptions options, Handler handler);
    ~Server();
    Server(const Server&) = delete;
    Server& operator=(const Server&) = delete;

    /// Binds, loads the certificate and starts the threads. Fails if the address is taken or the files are
    /// unusable; then nothing runs. A server starts once.
    Status start();
    /// Stops accepting, answers parked requests, closes idle connections, lets running requests finish within
    /// drain_time_max, and joins the threads. After it returns no callback runs. Idempotent; legal before
    /// start.
    void stop();
    /// The port it listens on; 0 before start.
    std::uint16_t port() const;
    /// Reads certificate and key again; new connections use them. On failure the old ones stay in use.
    Status reload_tls();
    ServerStats stats() const;

    class Impl;

 private:
    std::unique_ptr<Impl> impl_;
};

}  // namespace towline::http
