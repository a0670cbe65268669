#pragma once
#include <string>
#include <string_view>

#include "http_server/server.h"

namespace towline::http {

/// How one answer is framed.
struct Framing {
    bool stream = false;  ///< Chunked, or until close for HTTP/1.0.
    bool http10 = false;
    bool keep_alive = true;
    std::string_view date{};
    std::string_view request_id{};
};

/// False if a field would break the header, or the status is not between 200 and 599.
bool is_writable(const Response& response);
/// Status line, fields and the empty line. Requires: is_writable(response).
std::string render_head(const Response& response, const Framing& framing);
/// One chunk of a chunked body.
std::string render_chunk(std::string_view bytes);
inline constexpr std::string_view kLastChunk = "0\r\n\r\n";

/// A problem document of the server itself (RFC 9457).
Response problem(int status, std::string_view detail, std::string_view request_id);

}  // namespace towline::http
