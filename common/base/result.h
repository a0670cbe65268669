#pragma once
// Expected failures are values: every function that can fail for a reason outside the program returns Result<T>.
// Exceptions exist only inside third-party calls; the adapter that makes the call converts them once.

#include <cstdint>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <utility>
#include <vector>

namespace towline {

/// What kind of failure it is: what a caller may decide on. Stable words, printed as `code` on the wire.
enum class ErrorCode {
    invalid,          ///< The input breaks a rule; asking again changes nothing.
    not_found,        ///< The named thing does not exist.
    conflict,         ///< The state moved on, or somebody else holds it.
    unauthenticated,  ///< No or wrong credentials.
    forbidden,        ///< Known, but not allowed.
    too_large,        ///< A limit was exceeded.
    unsupported,      ///< Understood, and refused by name because it is not handled.
    unavailable,      ///< A peer (store, engine, scheduler) cannot be reached now; retry may help.
    timeout,          ///< A deadline passed.
    cancelled,        ///< Stopped on request.
    superseded,       ///< A newer epoch owns the task; this result is void.
    engine,           ///< The customer's engine refused a statement.
    audit_failed,     ///< A blocking audit found rows.
    io,               ///< File or socket error.
    internal,         ///< A bug; please report.
};

/// The stable word of a code: "invalid", "not_found", …
std::string_view to_string(ErrorCode code);
/// Inverse of to_string; unknown words give ErrorCode::internal.
ErrorCode error_code_from(std::string_view word);

/// A failure as a value. `message` is one sentence without a final newline; it must never hold a secret.
/// `detail` is optional further text (a source line with a caret, an engine's own message); `hint` says what to do.
struct Error {
    ErrorCode code = ErrorCode::internal;
    std::string message;
    std::string detail;
    std::string hint;

    /// The same error with "context: " put in front of the message.
    Error in(std::string_view context) const {
        return Error{code, std::string(context) + ": " + message, detail, hint};
    }
};

template <class T>
using Result = tl::expected<T, Error>;
using Status = Result<void>;

/// `return fail(ErrorCode::invalid, "…");`
[[nodiscard]] inline tl::unexpected<Error> fail(ErrorCode code, std::string message, std::string hint = {}) {
    return tl::unexpected<Error>(Error{code, std::move(message), {}, std::move(hint)});
}
[[nodiscard]] inline tl::unexpected<Error> fail(Error error) { return tl::unexpected<Error>(std::move(error)); }

}  // namespace towline

#define TOWLINE_CONCAT_(a, b) a##b
#define TOWLINE_CONCAT(a, b) TOWLINE_CONCAT_(a, b)
/// `TRY(auto value, expression_giving_result);` declares value or returns the error to the caller.
#define TRY(declaration, expression)                                                                                \
    auto TOWLINE_CONCAT(try_, __LINE__) = (expression);                                                             \
    if (!TOWLINE_CONCAT(try_, __LINE__)) return ::towline::fail(std::move(TOWLINE_CONCAT(try_, __LINE__)).error()); \
    declaration = std::move(*TOWLINE_CONCAT(try_, __LINE__))
/// The same for Status, with no value.
#define TRY_STATUS(expression)                                                    \
    do {                                                                          \
        auto try_status_ = (expression);                                          \
        if (!try_status_) return ::towline::fail(std::move(try_status_).error()); \
    } while (false)
