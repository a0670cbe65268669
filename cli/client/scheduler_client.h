#pragma once
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "client/settings.h"
#include "http_client/token_source.h"
#include "http_client/transport.h"
#include "http_message/query.h"
#include "json/json.h"

namespace towline::client {

/// One server-sent event.
struct StreamEvent {
    std::string id;
    std::string topic;
    std::string data;
};
/// False ends the stream.
using OnEvent = std::function<bool(const StreamEvent&)>;

/// Cuts a byte stream into server-sent events. Comments and unknown fields are dropped.
class EventParser {
 public:
    /// Gives every event that is complete now; false as soon as the callback says so, or a line exceeds its
    /// limit.
    bool feed(std::string_view bytes, const OnEvent& on_event);

 private:
    bool line(std::string_view text, const OnEvent& on_event);
    std::string buffer_;
    StreamEvent event_;
};

struct RawAnswer {
    int status = 0;
    std::string body;
};

/// Calls of the project's API (docs/wire_protocol.md). Answers are parsed JSON; a problem document becomes an
/// Error with its code. GETs are asked again up to four times after passing failures. Any thread; calls
/// block.
class SchedulerClient {
 public:
    /// Requires: settings.url and the client are set. Takes the secret out of the settings.
    static Result<std::unique_ptr<SchedulerClient>> connect(Settings& settings);
    /// For tests: any transport, authorised or not.
    SchedulerClient(Address address, std::unique_ptr<http::HttpTransport> transport);
    ~SchedulerClient();
    SchedulerClient(const SchedulerClient&) = delete;
    SchedulerClient& operator=(const SchedulerClient&) = delete;

    const Address& address() const { return address_; }
    /// `path` is relative to {project}/api/v1, escaped: "runs/abc".
    Result<json::Document> get(const std::string& path, const http::Query& query = {});
    Result<json::Document> post(const std::string& path, const std::string& body = "{}");
    /// A POST whose body carries an id by which the scheduler knows a repetition: tried again like a GET.
    Result<json::Document> post_with_id(const std::string& path, const std::string& body);
    Result<json::Document> remove(const std::string& path);
    /// Items of a paged list as JSON texts, in order, at most `items_max`.
    Result<std::vector<std::string>> list(const std::string& path, http::Query query, std::size_t items_max);
    /// A text answer and where it goes on.
    struct Text {
        std::string text;
        std::int64_t next_offset = 0;
    };
    Result<Text> text(const std::string& path, const http::Query& query);
    /// Any call, unparsed, whatever its status.
    Result<RawAnswer> raw(const std::string& method, const std::string& path, const std::string& body);
    /// Reads /events until the callback ends it, the server closes, or `cancel`.
    Status events(const http::Query& query, const http::CancelToken& cancel, const OnEvent& on_event);

 private:
    http::HttpRequest request(const std::string& method, const std::string& path, const http::Query& query) const;
    Result<http::HttpResponse> send(const http::HttpRequest& request, bool repeatable);
    Result<json::Document> call(const http::HttpRequest& request, bool repeatable);

    Address address_;
    std::unique_ptr<http::HttpTransport> transport_;
    std::unique_ptr<http::TokenSource> tokens_;
    std::unique_ptr<http::HttpTransport> authorized_;
    http::HttpTransport* calls_ = nullptr;
};

}  // namespace towline::client
