#include "runner/trace.h"

#include <fmt/core.h>

#include <algorithm>

#include "crypto/crypto.h"

namespace towline::runner {
namespace {

constexpr std::size_t kTraceDigits = 32;
constexpr std::size_t kSpanDigits = 16;

bool is_trace_id(const std::string& text) {
    const auto digit = [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); };
    return text.size() == kTraceDigits && std::all_of(text.begin(), text.end(), digit) &&
           text.find_first_not_of('0') != std::string::npos;
}

}  // namespace

std::string traceparent(const protocol::LeasedTask& task) {
    const std::string trace =
        is_trace_id(task.trace_id) ? task.trace_id : crypto::sha256(task.trace_id).substr(0, kTraceDigits);
    return fmt::format("00-{}-{}-01", trace, crypto::sha256(task.lease.attempt_id).substr(0, kSpanDigits));
}

std::string trace_comment(const protocol::LeasedTask& task) {
    return fmt::format("/*towline_attempt='{}',towline_work='{}',traceparent='{}'*/ ",
                       crypto::percent_encode(task.lease.attempt_id), crypto::percent_encode(task.work_id),
                       traceparent(task));
}

}  // namespace towline::runner
