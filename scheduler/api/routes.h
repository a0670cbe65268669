#pragma once
#include <cstddef>
#include <span>
#include <string_view>

#include "api/context.h"

namespace towline::api {

struct Route {
    std::string_view method;
    std::string_view pattern;
    std::string_view scopes;  ///< blank-separated, any suffices; "" = no token needed
    std::size_t body_bytes_max;
    Answer (*handler)(Context&);
};
/// The table; its index is the router's number.
std::span<const Route> routes();

}  // namespace towline::api
