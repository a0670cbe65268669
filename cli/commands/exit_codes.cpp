#include "commands/exit_codes.h"

#include <fmt/core.h>

#include <array>

namespace towline::commands {
namespace {

struct Meaning {
    int code;
    std::string_view text;
};
constexpr std::array kMeanings{
    Meaning{kOk, "done; also when there was nothing to do"},
    Meaning{kWorkFailed, "the work failed: the project, the plan, the run, an audit"},
    Meaning{kUsage, "wrong arguments, or a confirmation is missing"},
    Meaning{kNotAllowed, "not authenticated, or the client may not do this"},
    Meaning{kNotFound, "the named thing does not exist"},
    Meaning{kUnreachable, "the scheduler cannot be reached or its certificate is not trusted"},
    Meaning{kConflict, "refused: somebody else changed it or holds it"},
    Meaning{kWaitTimeout, "the time to wait is over; the work goes on"},
    Meaning{kCancelled, "the work was cancelled"},
    Meaning{kChangesPresent, "plan --detailed-exit-code: there are changes"},
    Meaning{kDetached, "interrupted; the work goes on"},
};

}  // namespace

int exit_code_of(ErrorCode code) {
    switch (code) {
        case ErrorCode::invalid:
        case ErrorCode::too_large:
        case ErrorCode::unsupported:
            return kUsage;
        case ErrorCode::unauthenticated:
        case ErrorCode::forbidden:
            return kNotAllowed;
        case ErrorCode::not_found:
            return kNotFound;
        case ErrorCode::unavailable:
        case ErrorCode::timeout:
            return kUnreachable;
        case ErrorCode::conflict:
        case ErrorCode::superseded:
            return kConflict;
        case ErrorCode::cancelled:
            return kCancelled;
        case ErrorCode::engine:
        case ErrorCode::audit_failed:
        case ErrorCode::io:
        case ErrorCode::internal:
            return kWorkFailed;
    }
    return kWorkFailed;
}

std::string exit_codes_text() {
    std::string out;
    for (const Meaning& meaning : kMeanings)
        out += fmt::format("{}{:>4}  {}", out.empty() ? "" : "\n", meaning.code, meaning.text);
    return out;
}

}  // namespace towline::commands
