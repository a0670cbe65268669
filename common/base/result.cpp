#include "base/result.h"

#include <array>

namespace towline {
namespace {
struct Word {
    ErrorCode code;
    std::string_view text;
};
constexpr std::array kWords{
    Word{ErrorCode::invalid, "invalid"},           Word{ErrorCode::not_found, "not_found"},
    Word{ErrorCode::conflict, "conflict"},         Word{ErrorCode::unauthenticated, "unauthenticated"},
    Word{ErrorCode::forbidden, "forbidden"},       Word{ErrorCode::too_large, "too_large"},
    Word{ErrorCode::unsupported, "unsupported"},   Word{ErrorCode::unavailable, "unavailable"},
    Word{ErrorCode::timeout, "timeout"},           Word{ErrorCode::cancelled, "cancelled"},
    Word{ErrorCode::superseded, "superseded"},     Word{ErrorCode::engine, "engine"},
    Word{ErrorCode::audit_failed, "audit_failed"}, Word{ErrorCode::io, "io"},
    Word{ErrorCode::internal, "internal"},
};
}  // namespace

std::string_view to_string(ErrorCode code) {
    for (const Word& word : kWords)
        if (word.code == code) return word.text;
    return "internal";
}

ErrorCode error_code_from(std::string_view word) {
    for (const Word& entry : kWords)
        if (entry.text == word) return entry.code;
    return ErrorCode::internal;
}

}  // namespace towline
