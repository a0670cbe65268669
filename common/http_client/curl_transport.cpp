#include "http_client/curl_transport.h"

#include <curl/curl.h>
#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <mutex>
#include <vector>

#include "base/guarded.h"
#include "base/strings.h"

namespace towline::http {
namespace {
using std::chrono::milliseconds;

constexpr std::size_t kHeaderBytesMax = 256 << 10;
constexpr int kPollMilliseconds = 1000;  // Only a second look: activity, timers of curl and cancel() wake earlier.

// Both handles are void* to the compiler, so each has its own deleter.
struct FreeEasy {
    void operator()(CURL* easy) const noexcept { curl_easy_cleanup(easy); }
};
struct FreeMulti {
    void operator()(CURLM* multi) const noexcept { curl_multi_cleanup(multi); }
};
struct FreeList {
    void operator()(curl_slist* list) const noexcept { curl_slist_free_all(list); }
};
using HeaderList = std::unique_ptr<curl_slist, FreeList>;

/// What the callbacks of one call fill in.
struct Transfer {
    CURL* easy = nullptr;
    const OnData* on_data = nullptr;
    const std::function<void(const SentPiece&)>* on_sent = nullptr;
    std::int64_t request = 0;
    std::size_t bytes_max = 0;
    HttpResponse response;
    std::size_t header_bytes = 0;
    bool too_large = false;
    bool stopped = false;
    std::array<char, CURL_ERROR_SIZE> error_text{};
};

int status_of(const Transfer& transfer) {
    long status = 0;
    curl_easy_getinfo(transfer.easy, CURLINFO_RESPONSE_CODE, &status);
    return static_cast<int>(status);
}

std::size_t on_header_line(char* bytes, std::size_t, std::size_t count, void* context) {
    auto& transfer = *static_cast<Transfer*>(context);
    const std::string_view line(bytes, count);
    transfer.header_bytes += count;
    if (transfer.header_bytes > kHeaderBytesMax) {
        transfer.too_large = true;
        return 0;
    }
    // Every response starts over: an interim one (100 Continue) leaves nothing behind.
    if (starts_with_ignoring_case(line, "HTTP/")) transfer.response.headers = {};
    const std::size_t colon = line.find(':');
    if (colon != std::string_view::npos && colon > 0)
        transfer.response.headers.add(std::string(line.substr(0, colon)), std::string(trim(line.substr(colon + 1))));
    return count;
}

std::size_t on_body(char* bytes, std::size_t, std::size_t count, void* context) {
    auto& transfer = *static_cast<Transfer*>(context);
    const int status = status_of(transfer);
    if (transfer.on_data != nullptr && status >= 200 && status < 300) {
        if ((*transfer.on_data)(std::string_view(bytes, count))) return count;
        transfer.stopped = true;
        return 0;
    }
    if (transfer.response.body.size() + count > transfer.bytes_max) {
        transfer.too_large = true;
        return 0;
    }
    transfer.response.body.append(bytes, count);
    return count;
}

int on_wire(CURL*, curl_infotype type, char* bytes, std::size_t count, void* context) {
    const auto& transfer = *static_cast<const Transfer*>(context);
    if (type == CURLINFO_HEADER_OUT || type == CURLINFO_DATA_OUT)
        (*transfer.on_sent)({transfer.request, type == CURLINFO_HEADER_OUT, std::string_view(bytes, count)});
    return 0;
}

// "host:port" for messages; the path may hold names that do not belong into a log.
std::string_view authority_of(std::string_view url) {
    const std::size_t scheme = url.find("://");
    if (scheme != std::string_view::npos) url.remove_prefix(scheme + 3);
    return url.substr(0, url.find_first_of("/?#"));
}

Status check(const HttpRequest& request) {
    if (!is_field_name(request.method)) return fail(ErrorCode::invalid, "not an HTTP method: " + request.method);
    if (authority_of(request.url).find('@') != std::string_view::npos)
        return fail(ErrorCode::invalid, "a URL must not hold a user or password");
    for (const auto& [name, value] : request.headers)
        if (!is_field_name(name) || !is_field_value(value))
            return fail(ErrorCode::invalid, "a header field holds characters that cannot be sent");
    return {};
}

Result<HeaderList> header_list(const HttpRequest& request) {
    HeaderList list;
    const auto append = [&](const std::string& line) {
        curl_slist* grown = curl_slist_append(list.get(), line.c_str());
        if (grown == nullptr) return false;
        static_cast<void>(list.release());
        list.reset(grown);
        return true;
    };
    // curl's own additions that we do not want: a wait for "100 Continue", and a content type nobody chose.
    bool complete = append("Expect:");
    if (!request.headers.find("content-type")) complete = complete && append("Content-Type:");
    for (const auto& [name, value] : request.headers)
        complete = complete && append(value.empty() ? name + ";" : name + ": " + value);
    if (!complete) return fail(ErrorCode::internal, "out of memory");
    return list;
}

void apply_request(Transfer& transfer, const HttpRequest& request, const curl_slist* headers) {
    CURL* easy = transfer.easy;
    curl_easy_setopt(easy, CURLOPT_URL, request.url.c_str());
    curl_easy_setopt(easy, CURLOPT_HTTPHEADER, headers);
    if (request.method == "HEAD") {
        curl_easy_setopt(easy, CURLOPT_NOBODY, 1L);
    } else if (request.method != "GET" || !request.body.empty()) {
        curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request.body.size()));
        curl_easy_setopt(easy, CURLOPT_POSTFIELDS, request.body.data());
        curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, request.method.c_str());
    }
    curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(request.connect_timeout.count()));
    curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, static_cast<long>(request.total_timeout.count()));
    if (request.stall_timeout > milliseconds(0)) {
        const auto seconds = std::chrono::ceil<std::chrono::seconds>(request.stall_timeout);
        curl_easy_setopt(easy, CURLOPT_LOW_SPEED_LIMIT, 1L);
        curl_easy_setopt(easy, CURLOPT_LOW_SPEED_TIME, static_cast<long>(seconds.count()));
    }
    curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, on_header_line);
    curl_easy_setopt(easy, CURLOPT_HEADERDATA, &transfer);
    curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_body);
    curl_easy_setopt(easy, CURLOPT_WRITEDATA, &transfer);
    curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, transfer.error_text.data());
    if (transfer.on_sent != nullptr) {
        // Only verbose calls reach the function; with it nothing is printed.
        curl_easy_setopt(easy, CURLOPT_VERBOSE, 1L);
        curl_easy_setopt(easy, CURLOPT_DEBUGFUNCTION, on_wire);
        curl_easy_setopt(easy, CURLOPT_DEBUGDATA, &transfer);
    }
}

// curl copies it; the type only lacks the const.
curl_blob blob_of(std::string_view text) { return {const_cast<char*>(text.data()), text.size(), CURL_BLOB_COPY}; }

void apply_route(CURL* easy, const Route& route) {
    if (!route.authorities.empty()) {
        const curl_blob blob = blob_of(route.authorities);
        curl_easy_setopt(easy, CURLOPT_CAINFO_BLOB, &blob);
        curl_easy_setopt(easy, CURLOPT_CAPATH, nullptr);
    }
    if (!route.client_certificate.empty()) {
        const curl_blob certificate = blob_of(route.client_certificate);
        const curl_blob key = blob_of(route.client_key.reveal());
        curl_easy_setopt(easy, CURLOPT_SSLCERT_BLOB, &certificate);
        curl_easy_setopt(easy, CURLOPT_SSLKEY_BLOB, &key);
    }
    if (route.proxy) {
        curl_easy_setopt(easy, CURLOPT_PROXY, route.proxy->c_str());
        curl_easy_setopt(easy, CURLOPT_NOPROXY, route.no_proxy.c_str());
    }
}

void apply_options(CURL* easy, const CurlOptions& options) {
    curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L);
    curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, CURL_HTTP_VERSION_1_1);
    curl_easy_setopt(easy, CURLOPT_SSLVERSION, CURL_SSLVERSION_TLSv1_2);
    curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, options.verify_peer ? 1L : 0L);
    curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, options.verify_peer ? 2L : 0L);
    curl_easy_setopt(easy, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
    curl_easy_setopt(easy, CURLOPT_TCP_KEEPALIVE, 1L);
    curl_easy_setopt(easy, CURLOPT_TCP_KEEPIDLE, 30L);
    curl_easy_setopt(easy, CURLOPT_TCP_KEEPINTVL, 15L);
    curl_easy_setopt(easy, CURLOPT_MAXCONNECTS, 2L);
    curl_easy_setopt(easy, CURLOPT_USERAGENT, options.user_agent.c_str());
    if (!options.ca_file.empty()) {
        curl_easy_setopt(easy, CURLOPT_CAINFO, options.ca_file.c_str());
        curl_easy_setopt(easy, CURLOPT_CAPATH,
                         nullptr);  // That file alone is trusted, not the system's folder too.
        // A new bundle in its place counts for the next connection, not a day later.
        curl_easy_setopt(easy, CURLOPT_CA_CACHE_TIMEOUT, 0L);
    }
}

ErrorCode code_of(CURLcode code) {
    switch (code) {
        case CURLE_OPERATION_TIMEDOUT:
            return ErrorCode::timeout;
        case CURLE_URL_MALFORMAT:
        case CURLE_UNSUPPORTED_PROTOCOL:
        case CURLE_SSL_CACERT_BADFILE:
        case CURLE_SSL_CERTPROBLEM:
            return ErrorCode::invalid;
        case CURLE_OUT_OF_MEMORY:
        case CURLE_FAILED_INIT:
        case CURLE_BAD_FUNCTION_ARGUMENT:
            return ErrorCode::internal;
        default:
            return ErrorCode::unavailable;
    }
}

std::string hint_of(CURLcode code) {
    switch (code) {
        case CURLE_PEER_FAILED_VERIFICATION:
            return "give the authority that signed the server's certificate as the CA file";
        case CURLE_SSL_CACERT_BADFILE:
            return "the CA file cannot be read";
        case CURLE_SSL_CERTPROBLEM:
            return "client certificate and key must be PEM files that belong together";
        case CURLE_COULDNT_RESOLVE_PROXY:
            return "check HTTPS_PROXY";
        default:
            return {};
    }
}

// In TLS 1.3 a client has finished the handshake before the server looks at its certificate: a refusal often arrives as
// nothing but a closed connection.
bool closed_after_handshake(CURLcode code, const Transfer& transfer, const HttpRequest& request) {
    const bool closed = code == CURLE_SEND_ERROR || code == CURLE_RECV_ERROR || code == CURLE_GOT_NOTHING;
    return closed && transfer.response.status == 0 && starts_with_ignoring_case(request.url, "https:");
}

tl::unexpected<Error> failure(CURLcode code, const Transfer& transfer, const HttpRequest& request) {
    if (transfer.too_large)
        return fail(ErrorCode::too_large, fmt::format("the answer of {} is too large", authority_of(request.url)));
    const char* text = transfer.error_text[0] != 0 ? transfer.error_text.data() : curl_easy_strerror(code);
    return fail(code_of(code), fmt::format("no answer from {}: {}", authority_of(request.url), text),
                closed_after_handshake(code, transfer, request)
                    ? "if the server asks for a client certificate, it may have refused this client's"
                    : hint_of(code));
}

/// One easy handle inside its own multi handle, which keeps the connections and can be woken from other
/// threads.
struct Lane {
    std::unique_ptr<CURLM, FreeMulti> multi{curl_multi_init()};
    std::unique_ptr<CURL, FreeEasy> easy{curl_easy_init()};

    std::optional<CURLcode> run(const std::optional<CancelToken>& cancel);
    Result<HttpResponse> call(const CurlOptions& options, const Route& route, const HttpRequest& request,
                              const OnData* on_data);
};

// The outcome, or nothing if the call was cancelled.
std::optional<CURLcode> Lane::run(const std::optional<CancelToken>& cancel) {
    std::optional<CancelToken::Listener> listener;
    if (cancel) listener.emplace(*cancel, [this] { curl_multi_wakeup(multi.get()); });
    int running = 1;
    while (running > 0) {
        if (cancel && cancel->cancelled()) return std::nullopt;
        if (curl_multi_perform(multi.get(), &running) != CURLM_OK) return CURLE_FAILED_INIT;
        if (running > 0 && curl_multi_poll(multi.get(), nullptr, 0, kPollMilliseconds, nullptr) != CURLM_OK)
            return CURLE_FAILED_INIT;
    }
    int left = 0;
    const CURLMsg* message = curl_multi_info_read(multi.get(), &left);
    return message != nullptr && message->msg == CURLMSG_DONE ? message->data.result : CURLE_FAILED_INIT;
}

Result<HttpResponse> Lane::call(const CurlOptions& options, const Route& route, const HttpRequest& request,
                                const OnData* on_data) {
    if (!multi || !easy) return fail(ErrorCode::internal, "libcurl cannot be used");
    TRY_STATUS(check(request));
    TRY(const HeaderList headers, header_list(request));
    Transfer transfer;
    transfer.easy = easy.get();
    transfer.on_data = on_data;
    transfer.bytes_max = options.response_bytes_max;
    if (request.answer_bytes_max > 0) transfer.bytes_max = std::min(transfer.bytes_max, request.answer_bytes_max);
    static std::atomic<std::int64_t> requests{0};
    if (options.on_sent) {
        transfer.on_sent = &options.on_sent;
        transfer.request = ++requests;
    }
    curl_easy_reset(easy.get());
    apply_options(easy.get(), options);
    apply_route(easy.get(), route);
    apply_request(transfer, request, headers.get());
    if (curl_multi_add_handle(multi.get(), easy.get()) != CURLM_OK)
        return fail(ErrorCode::internal, "libcurl cannot be used");
    const std::optional<CURLcode> outcome = run(request.cancel);
    curl_multi_remove_handle(multi.get(), easy.get());
    transfer.response.status = status_of(transfer);
    // The handle must not keep pointers into this call.
    curl_easy_reset(easy.get());
    if (!outcome) return fail(ErrorCode::cancelled, "the call was cancelled");
    if (*outcome != CURLE_OK && !transfer.stopped) return failure(*outcome, transfer, request);
    return std::move(transfer.response);
}
}  // namespace

class CurlTransport::Pool {
 public:
    explicit Pool(std::size_t idle_max) : idle_max_(idle_max) {}

    std::unique_ptr<Lane> take() {
        auto idle = idle_.lock();
        if (idle->empty()) return std::make_unique<Lane>();
        auto lane = std::move(idle->back());  // The last one used has the freshest connection.
        idle->pop_back();
        return lane;
    }
    void give_back(std::unique_ptr<Lane> lane) {
        auto idle = idle_.lock();
        if (idle->size() < idle_max_) idle->push_back(std::move(lane));
    }

 private:
    std::size_t idle_max_;
    Guarded<std::vector<std::unique_ptr<Lane>>> idle_;
};

CurlTransport::CurlTransport(CurlOptions options) : options_(std::move(options)) {
    static std::once_flag initialised;
    std::call_once(initialised, [] { curl_global_init(CURL_GLOBAL_DEFAULT); });
    pool_ = std::make_unique<Pool>(options_.idle_connections_max);
    use(std::move(options_.route));
}
CurlTransport::~CurlTransport() = default;

void CurlTransport::use(Route route) { *route_.lock() = std::make_shared<const Route>(std::move(route)); }

Result<HttpResponse> CurlTransport::call(const HttpRequest& request, const OnData* on_data) {
    const std::shared_ptr<const Route> route = *route_.lock();
    auto lane = pool_->take();
    auto response = lane->call(options_, *route, request, on_data);
    pool_->give_back(std::move(lane));
    return response;
}

Result<HttpResponse> CurlTransport::send(const HttpRequest& request) { return call(request, nullptr); }

Result<HttpResponse> CurlTransport::stream(const HttpRequest& request, const OnData& on_data) {
    return call(request, &on_data);
}

}  // namespace towline::http
