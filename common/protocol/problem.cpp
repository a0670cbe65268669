// RFC 9457 problem documents: how a failure crosses the wire and becomes a failure again.
#include <array>

#include "protocol/bounds.h"
#include "protocol/executor.h"

namespace towline::protocol {
namespace {

/// Only for answers that carry no code of ours: an OAuth error, or a code of a newer version.
ErrorCode code_of_status(int status) {
    switch (status) {
        case 401:
            return ErrorCode::unauthenticated;
        case 403:
            return ErrorCode::forbidden;
        case 404:
            return ErrorCode::not_found;
        case 408:
        case 504:
            return ErrorCode::timeout;
        case 409:
            return ErrorCode::conflict;
        case 413:
        case 431:
            return ErrorCode::too_large;
        case 429:
            return ErrorCode::unavailable;
        default:
            break;
    }
    return status >= 400 && status < 500 ? ErrorCode::invalid : ErrorCode::unavailable;
}

/// A word that error_code_from knows is a code of ours; "internal" itself is one, too.
bool is_error_code(std::string_view word) { return word == "internal" || error_code_from(word) != ErrorCode::internal; }

Error no_problem_document(int status) {
    return {ErrorCode::unavailable,
            fmt::format("the answer with status {} did not come from a Towline scheduler", status),
            {},
            "check the address, and what stands between: a proxy may answer in its place"};
}

}  // namespace

std::string to_json(const Problem& problem) {
    json::Object out;
    out.str("type", "about:blank")
        .str("title", problem.title)
        .num("status", problem.status)
        .str("code", problem.code)
        .str("detail", problem.detail);
    if (!problem.hint.empty()) out.str("hint", problem.hint);
    return out.str("request_id", problem.request_id).dump();
}

int http_status(ErrorCode code) {
    switch (code) {
        case ErrorCode::invalid:
            return 422;
        case ErrorCode::not_found:
            return 404;
        case ErrorCode::conflict:
            return 409;
        case ErrorCode::unauthenticated:
            return 401;
        case ErrorCode::forbidden:
            return 403;
        case ErrorCode::too_large:
            return 413;
        case ErrorCode::unsupported:
            return 422;
        case ErrorCode::unavailable:
            return 503;
        case ErrorCode::timeout:
            return 504;
        case ErrorCode::cancelled:
            return 409;
        case ErrorCode::superseded:
            return 409;
        case ErrorCode::engine:
        case ErrorCode::audit_failed:
            return 422;
        case ErrorCode::io:
        case ErrorCode::internal:
            return 500;
    }
    return 500;
}

Error error_from_answer(int status, std::string_view body) {
    const json::Limits limits{.bytes_max = kSmallBodyBytesMax, .depth_max = 16};
    const Result<json::Document> document = json::Document::parse(body, limits);
    if (!document || !document->root().is_object()) return no_problem_document(status);
    const json::Reader root = document->root();
    if (root.has("code")) {
        const std::string code = root.str("code");
        const std::string title = root.str("title", "");
        std::string detail = message_text(root, "detail");
        const std::string hint = message_text(root, "hint");
        if (!root.status()) return no_problem_document(status);
        return {is_error_code(code) ? error_code_from(code) : code_of_status(status),
                detail.empty() ? title : std::move(detail),
                {},
                hint};
    }
    if (root.has("error")) {
        const std::string error = root.str("error");
        std::string description = message_text(root, "error_description");
        if (!root.status()) return no_problem_document(status);
        return {error == "invalid_client" ? ErrorCode::unauthenticated : code_of_status(status),
                description.empty() ? error : fmt::format("{} ({})", description, error),
                {},
                {}};
    }
    return no_problem_document(status);
}

}  // namespace towline::protocol
