#include "http_server/response_writer.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>

#include "base/strings.h"

namespace towline::http {
namespace {
struct Reason {
    int status;
    std::string_view phrase;
};
constexpr std::array kReasons{
    Reason{200, "OK"},
    Reason{201, "Created"},
    Reason{202, "Accepted"},
    Reason{204, "No Content"},
    Reason{206, "Partial Content"},
    Reason{301, "Moved Permanently"},
    Reason{302, "Found"},
    Reason{303, "See Other"},
    Reason{304, "Not Modified"},
    Reason{307, "Temporary Redirect"},
    Reason{308, "Permanent Redirect"},
    Reason{400, "Bad Request"},
    Reason{401, "Unauthorized"},
    Reason{403, "Forbidden"},
    Reason{404, "Not Found"},
    Reason{405, "Method Not Allowed"},
    Reason{406, "Not Acceptable"},
    Reason{408, "Request Timeout"},
    Reason{409, "Conflict"},
    Reason{410, "Gone"},
    Reason{411, "Length Required"},
    Reason{412, "Precondition Failed"},
    Reason{413, "Content Too Large"},
    Reason{415, "Unsupported Media Type"},
    Reason{416, "Range Not Satisfiable"},
    Reason{422, "Unprocessable Content"},
    Reason{425, "Too Early"},
    Reason{429, "Too Many Requests"},
    Reason{431, "Request Header Fields Too Large"},
    Reason{500, "Internal Server Error"},
    Reason{501, "Not Implemented"},
    Reason{502, "Bad Gateway"},
    Reason{503, "Service Unavailable"},
    Reason{504, "Gateway Timeout"},
};

std::string_view reason_phrase(int status) {
    for (const Reason& reason : kReasons)
        if (reason.status == status) return reason.phrase;
    return "";
}

// Framing belongs to the server; a handler's own opinion of it would desynchronise the connection.
bool is_ours(std::string_view name) {
    constexpr std::array<std::string_view, 6> kOurs{"content-length", "transfer-encoding", "connection",
                                                    "date",           "x-request-id",      "keep-alive"};
    return std::any_of(kOurs.begin(), kOurs.end(), [&](std::string_view own) { return iequals(own, name); });
}

std::string_view problem_code(int status) {
    switch (status) {
        case 408:
            return to_string(ErrorCode::timeout);
        case 413:
        case 431:
            return to_string(ErrorCode::too_large);
        case 503:
            return to_string(ErrorCode::unavailable);
        case 500:
            return to_string(ErrorCode::internal);
        default:
            return to_string(ErrorCode::invalid);
    }
}
}  // namespace

bool is_writable(const Response& response) {
    return response.status >= 200 && response.status <= 599 && is_field_value(response.content_type) &&
           std::all_of(response.headers.begin(), response.headers.end(), [](const Headers::Field& field) {
               return is_field_name(field.first) && is_field_value(field.second);
           });
}

std::string render_head(const Response& response, const Framing& framing) {
    std::string out = fmt::format("HTTP/1.1 {} {}\r\n", response.status, reason_phrase(response.status));
    const auto line = [&](std::string_view name, std::string_view value) {
        out += fmt::format("{}: {}\r\n", name, value);
    };
    line("Date", framing.date);
    if (!response.content_type.empty()) line("Content-Type", response.content_type);
    for (const auto& [name, value] : response.headers)
        if (!is_ours(name)) line(name, value);
    line("X-Request-Id", framing.request_id);
    if (framing.stream) {
        if (!framing.http10) line("Transfer-Encoding", "chunked");
    } else if (response.status != 204 && response.status != 304) {
        line("Content-Length", std::to_string(response.body.size()));
    }
    if (!framing.keep_alive) line("Connection", "close");
    out += "\r\n";
    return out;
}

std::string render_chunk(std::string_view bytes) { return fmt::format("{:x}\r\n{}\r\n", bytes.size(), bytes); }

Response problem(int status, std::string_view detail, std::string_view request_id) {
    Response response;
    response.status = status;
    response.content_type = "application/problem+json";
    // Every part is a constant or made by us, so nothing needs escaping.
    response.body =
        fmt::format(R"({{"type":"about:blank","title":"{}","status":{},"detail":"{}","code":"{}","request_id":"{}"}})",
                    reason_phrase(status), status, detail, problem_code(status), request_id);
    return response;
}

}  // namespace towline::http
