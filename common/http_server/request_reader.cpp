#include "http_server/request_reader.h"

#include <algorithm>
#include <boost/asio/buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>

#include "base/strings.h"

namespace towline::http {
namespace beast_http = boost::beast::http;

struct RequestReader::Impl {
    beast_http::request_parser<beast_http::string_body> parser;
    const ServerOptions& options;
    const ServerLimits& limits = options.limits;
    int status_above = 413;
    State state = State::header;
    int status = 400;
    bool expects_continue = false;
    Request request;

    explicit Impl(const ServerOptions& given) : options(given) {}
    bool check_header();
    bool check_body();
    void read_fields();
    State refuse(int with);
};

RequestReader::RequestReader(const ServerOptions& options) : impl_(std::make_unique<Impl>(options)) {
    impl_->parser.header_limit(options.limits.header_bytes_max);
    impl_->parser.body_limit(options.limits.body_bytes_max);
}
RequestReader::~RequestReader() = default;

int RequestReader::status() const { return impl_->status; }
bool RequestReader::expects_continue() const { return impl_->expects_continue; }
bool RequestReader::keep_alive() const { return impl_->parser.keep_alive() && !is_http10(); }
bool RequestReader::is_http10() const { return impl_->parser.get().version() < 11; }

RequestReader::State RequestReader::Impl::refuse(int with) {
    status = with;
    return state = State::refused;
}

// The header stops the parser once (it is not eager), so that framing is judged before a byte of body is
// read, and so that trailer fields of a chunked body never count as headers.
RequestReader::State RequestReader::feed(std::string& buffer) {
    Impl& impl = *impl_;
    std::size_t used = 0;
    boost::system::error_code error;
    while (impl.state != State::done && impl.state != State::refused) {
        if (impl.parser.is_done()) {
            impl.state = State::done;
            break;
        }
        if (used == buffer.size()) break;
        used += impl.parser.put(boost::asio::buffer(buffer.data() + used, buffer.size() - used), error);
        if (error == beast_http::error::need_more) break;
        if (error == beast_http::error::body_limit) return impl.refuse(impl.status_above);
        if (error == beast_http::error::header_limit) return impl.refuse(431);
        if (error) return impl.refuse(400);
        if (impl.state == State::header && impl.parser.is_header_done()) {
            impl.state = State::body;
            impl.read_fields();
            if (!impl.check_header()) return impl.refuse(400);
            if (!impl.check_body()) return impl.refuse(impl.status_above);
            impl.parser.eager(true);
        }
    }
    buffer.erase(0, used);
    // What stays is a part of a line; an endless line (or chunk extension) must not grow the buffer.
    if (impl.state != State::done && buffer.size() > impl.limits.header_bytes_max)
        return impl.refuse(impl.state == State::header ? 431 : 400);
    return impl.state;
}

void RequestReader::Impl::read_fields() {
    const auto& message = parser.get();
    request.method = std::string(message.method_string());
    request.target = std::string(message.target());
    for (const auto& field : message) request.headers.add(std::string(field.name_string()), std::string(field.value()));
    std::string_view target = request.target;
    for (const std::string_view scheme : {"http://", "https://"}) {
        if (!starts_with_ignoring_case(target, scheme)) continue;
        const std::size_t slash = target.find_first_of("/?", scheme.size());
        target = slash == std::string_view::npos ? std::string_view("/") : target.substr(slash);
    }
    const std::size_t mark = target.find('?');
    request.path = std::string(target.substr(0, mark));
    if (mark != std::string_view::npos) request.query = std::string(target.substr(mark + 1));
}

// Anything two parsers could frame differently is refused (request smuggling), as is a target that is no
// path.
bool RequestReader::Impl::check_header() {
    const Headers& headers = request.headers;
    const std::size_t codings = headers.count("transfer-encoding");
    const std::size_t lengths = headers.count("content-length");
    if (codings > 1 || lengths > 1 || (codings > 0 && lengths > 0)) return false;
    // Digits only: a list of equal lengths ("1, 1") is legal, and read differently by others.
    if (lengths > 0 && headers.find("content-length")->find_first_not_of("0123456789") != std::string_view::npos)
        return false;
    const bool http10 = parser.get().version() < 11;
    if (codings > 0 && (http10 || !iequals(trim(*headers.find("transfer-encoding")), "chunked"))) return false;
    if (headers.count("host") > 1 || (!http10 && headers.count("host") == 0)) return false;
    const auto expect = headers.find("expect");
    expects_continue = expect && !http10 && iequals(trim(*expect), "100-continue");
    for (const auto& [name, value] : headers)
        if (!is_field_value(value)) return false;
    if (request.target.find('#') != std::string::npos) return false;
    return (!request.path.empty() && request.path.front() == '/') ||
           (request.path == "*" && request.method == "OPTIONS");
}

// False if the announced body is larger than the rule for this request; a chunked one is cut off by the parser.
bool RequestReader::Impl::check_body() {
    const auto length = parser.content_length();
    if (!options.body_rule || (length && *length == 0) || (!length && !parser.chunked())) return true;
    BodyRule rule = options.body_rule({request.method, request.path, request.headers});
    status_above = rule.status_above;
    request.hold = std::move(rule.hold);
    if (length) return *length <= rule.bytes_max;
    parser.body_limit(std::min<std::uint64_t>(rule.bytes_max, limits.body_bytes_max));
    return true;
}

Request RequestReader::take() {
    impl_->request.body = std::move(impl_->parser.get().body());
    return std::move(impl_->request);
}

}  // namespace towline::http
