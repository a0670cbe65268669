#include "program/probe.h"

#include <fmt/core.h>
#include <netdb.h>
#include <openssl/ssl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <memory>

#include "base/strings.h"

namespace towline::program {
namespace {

constexpr std::size_t kAnswerBytesMax = 4096;

struct Socket {
    int handle = -1;
    ~Socket() {
        if (handle >= 0) ::close(handle);
    }
};

struct Free {
    void operator()(SSL* connection) const { SSL_free(connection); }
    void operator()(SSL_CTX* context) const { SSL_CTX_free(context); }
    void operator()(addrinfo* list) const { ::freeaddrinfo(list); }
};

// "Everywhere" is a place to listen, not one to ask.
std::string host_to_ask(const std::string& listen) {
    if (listen == "0.0.0.0") return "127.0.0.1";
    return listen == "::" ? "::1" : listen;
}

Result<std::string> port_to_ask(const Settings& settings) {
    if (settings.listen_port != 0) return std::to_string(settings.listen_port);
    std::ifstream file(settings.port_file);
    std::string port;
    if (!(file >> port)) return fail(ErrorCode::unavailable, "the port file says no port yet");
    return port;
}

Status connect(Socket& socket, const std::string& host, const std::string& port, std::chrono::seconds patience) {
    addrinfo wanted{};
    wanted.ai_socktype = SOCK_STREAM;
    addrinfo* list = nullptr;
    if (const int code = ::getaddrinfo(host.c_str(), port.c_str(), &wanted, &list); code != 0)
        return fail(ErrorCode::unavailable, fmt::format("{}: {}", host, ::gai_strerror(code)));
    const std::unique_ptr<addrinfo, Free> owned(list);
    socket.handle = ::socket(list->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const timeval time{.tv_sec = patience.count(), .tv_usec = 0};
    ::setsockopt(socket.handle, SOL_SOCKET, SO_RCVTIMEO, &time, sizeof time);
    ::setsockopt(socket.handle, SOL_SOCKET, SO_SNDTIMEO, &time, sizeof time);
    if (::connect(socket.handle, list->ai_addr, list->ai_addrlen) != 0)
        return fail(ErrorCode::unavailable, fmt::format("{} port {}: {}", host, port, std::strerror(errno)));
    return {};
}

template <class Write, class Read>
std::string exchange(const std::string& request, Write write, Read read) {
    std::string answer;
    if (write(request.data(), request.size()) != static_cast<long>(request.size())) return answer;
    char buffer[1024];
    while (answer.size() < kAnswerBytesMax) {
        const auto count = read(buffer, sizeof buffer);
        if (count <= 0) break;
        answer.append(buffer, static_cast<std::size_t>(count));
    }
    return answer;
}

std::string ask_plain(const Socket& socket, const std::string& request) {
    const int handle = socket.handle;
    return exchange(
        request, [&](const char* data, std::size_t size) { return long{::send(handle, data, size, MSG_NOSIGNAL)}; },
        [&](char* data, std::size_t size) { return long{::recv(handle, data, size, 0)}; });
}

std::string ask_tls(const Socket& socket, const std::string& request) {
    const std::unique_ptr<SSL_CTX, Free> context(SSL_CTX_new(TLS_client_method()));
    const std::unique_ptr<SSL, Free> connection(context ? SSL_new(context.get()) : nullptr);
    SSL* ssl = connection.get();
    if (ssl == nullptr || SSL_set_fd(ssl, socket.handle) != 1 || SSL_connect(ssl) != 1) return "";
    return exchange(
        request, [&](const char* data, std::size_t size) { return long{SSL_write(ssl, data, static_cast<int>(size))}; },
        [&](char* data, std::size_t size) { return long{SSL_read(ssl, data, static_cast<int>(size))}; });
}

}  // namespace

Result<std::string> probe(const Settings& settings, Probe what, std::chrono::seconds patience) {
    const std::string host = host_to_ask(settings.listen_address);
    const std::string path = what == Probe::ready ? "/readyz" : "/healthz";
    TRY(const std::string port, port_to_ask(settings));
    Socket socket;
    TRY_STATUS(connect(socket, host, port, patience));
    const std::string request = fmt::format("GET {} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n", path);
    const std::string answer = settings.tls_certificate.empty() ? ask_plain(socket, request) : ask_tls(socket, request);
    const std::string line = answer.substr(0, answer.find('\r'));
    if (!line.starts_with("HTTP/1.1 200"))
        return fail(ErrorCode::unavailable, fmt::format("{} answered {}", path, line.empty() ? "nothing" : line));
    return std::string(what == Probe::ready ? "the scheduler and its store answer" : "the scheduler answers");
}

}  // namespace towline::program
