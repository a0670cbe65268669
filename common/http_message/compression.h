#pragma once
#include <cstddef>
#include <string>
#include <string_view>

#include "base/result.h"

namespace towline::http {

/// RFC 1952, deterministic: no name, no time.
std::string gzip(std::string_view bytes);
/// The content of one gzip member. `too_large` above `bytes_max`, told before more is unpacked; `invalid` for anything
/// that is not whole.
Result<std::string> gunzip(std::string_view packed, std::size_t bytes_max);

}  // namespace towline::http
