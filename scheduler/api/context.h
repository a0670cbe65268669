#pragma once
#include <memory>
#include <optional>
#include <string>

#include "api/api.h"
#include "http_message/query.h"

namespace towline::api {

/// One authorised request on its way through a handler. Lives for the call; a handler that parks keeps `exchange`.
struct Context {
    const Services& services;
    const http::Request& request;
    const std::shared_ptr<http::Exchange>& exchange;
    const http::PathParams& params;
    http::Query query;
    std::string project_id;
    auth::Principal principal;

    store::Store& store() const { return services.store; }
    model::TimestampMs now() const { return services.clock.now_ms(); }
    /// Requires: the route's pattern has a segment of that name.
    const std::string& param(std::string_view name) const { return params.find(name)->second; }
    std::string query_value(std::string_view name) const { return std::string(query.find(name).value_or("")); }
};

/// What a handler gives: an answer, or nothing if it took the exchange over (parked, streaming).
using Answer = Result<std::optional<http::Response>>;

http::Response json_response(int status, std::string body);
http::Response problem_response(const Error& error, const std::string& request_id);
inline Answer ok(std::string body) { return std::optional<http::Response>(json_response(200, std::move(body))); }
inline Answer created(std::string body) { return std::optional<http::Response>(json_response(201, std::move(body))); }

/// The page a list was asked for; invalid if limit is not 1 … 200.
Result<store::PageRequest> page_request(const Context& context);
/// {"items":[…],"next_cursor":"…"}
template <class T, class Print>
std::string page_json(const store::Page<T>& page, Print print) {
    json::Array items;
    for (const T& item : page.items) items.raw(print(item));
    return json::Object().list("items", items).str("next_cursor", page.next_cursor).dump();
}
/// An epoch-millisecond or text body field is read by the handlers through this: the parsed body or invalid.
Result<json::Document> body_json(const Context& context);

}  // namespace towline::api
