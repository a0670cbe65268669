#include "health/health_server.h"

#include <fmt/core.h>
#include <unistd.h>

#include <cstdio>
#include <ctime>
#include <iterator>

#include "base/strings.h"
#include "health/status_file.h"
#include "json/json.h"

namespace towline::health {
namespace {

http::Response text(int status, std::string body, std::string type = "text/plain; charset=utf-8") {
    http::Response response;
    response.status = status;
    response.body = std::move(body);
    response.content_type = std::move(type);
    response.headers.add("Cache-Control", "no-store");
    return response;
}

http::Response verdict(const std::filesystem::path& file, Probe probe) {
    const Verdict found = check(file, probe);
    return text(found.healthy ? 200 : 503, found.sentence + "\n");
}

http::Response status_of(const std::filesystem::path& file) {
    const auto status = read_status(file);
    if (!status) return text(503, status.error().message + "\n");
    return text(200, to_json(*status) + "\n", "application/json");
}

/// The numbers that every exporter has under the same names.
std::string process_numbers() {
    std::string out;
    const auto number = [&](std::string_view name, std::string_view type, double value) {
        out += fmt::format("# TYPE {0} {1}\n{0} {2}\n", name, type, value);
    };
    long pages = 0, resident = 0;
    if (std::FILE* file = std::fopen("/proc/self/statm", "re")) {
        if (std::fscanf(file, "%ld %ld", &pages, &resident) == 2)
            number("process_resident_memory_bytes", "gauge", static_cast<double>(resident * ::sysconf(_SC_PAGESIZE)));
        std::fclose(file);
    }
    timespec used{};
    if (::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used) == 0)
        number("process_cpu_seconds_total", "counter",
               static_cast<double>(used.tv_sec) + static_cast<double>(used.tv_nsec) / 1e9);
    for (const auto& [name, folder] :
         {std::pair{"process_open_fds", "/proc/self/fd"}, std::pair{"process_threads", "/proc/self/task"}}) {
        std::error_code error;
        const std::filesystem::directory_iterator entries(folder, error);
        if (!error) number(name, "gauge", static_cast<double>(std::distance(begin(entries), end(entries))));
    }
    return out;
}

std::string numbers(const HealthServer::Sources& sources) {
    std::string out = sources.metrics.expose();
    if (sources.egress_bytes)
        out +=
            fmt::format("# TYPE towline_executor_egress_bytes_total counter\ntowline_executor_egress_bytes_total {}\n",
                        sources.egress_bytes());
    return out + process_numbers();
}

http::Response answer(const http::Request& request, const HealthServer::Sources& sources) {
    if (request.method != "GET" && request.method != "HEAD") {
        http::Response response = text(405, "only GET\n");
        response.headers.add("Allow", "GET");
        return response;
    }
    if (request.path == "/livez") return verdict(sources.status_file, Probe::live);
    if (request.path == "/readyz") return verdict(sources.status_file, Probe::ready);
    if (request.path == "/status") return status_of(sources.status_file);
    if (request.path == "/metrics") return text(200, numbers(sources), "text/plain; version=0.0.4");
    return text(404, "known are /livez, /readyz, /status and /metrics\n");
}

}  // namespace

Result<ListenAddress> listen_address(const std::string& text) {
    const std::size_t colon = text.rfind(':');
    const auto port = colon == std::string::npos ? std::nullopt : parse_int(text.substr(colon + 1));
    if (!port || *port < 0 || *port > 65'535) return fail(ErrorCode::invalid, "expected ADDRESS:PORT");
    std::string address = text.substr(0, colon);
    if (address.starts_with('[') && address.ends_with(']')) address = address.substr(1, address.size() - 2);
    if (address.empty()) address = "0.0.0.0";
    return ListenAddress{address, static_cast<std::uint16_t>(*port)};
}

Result<std::unique_ptr<HealthServer>> HealthServer::start(const std::string& listen, Sources sources) {
    TRY(const ListenAddress where, listen_address(listen));
    http::ServerOptions options;
    options.address = where.address;
    options.port = where.port;
    options.limits.body_bytes_max = 1 << 10;
    options.limits.connections_max = 64;
    auto server = std::make_unique<http::Server>(
        std::move(options), [sources](http::Request request, const std::shared_ptr<http::Exchange>& exchange) {
            exchange->send(answer(request, sources));
        });
    TRY_STATUS(server->start());
    return std::unique_ptr<HealthServer>(new HealthServer(std::move(server)));
}

HealthServer::~HealthServer() { server_->stop(); }

}  // namespace towline::health
