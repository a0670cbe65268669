#pragma once
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace towline::http {

/// Decoded values of the `{name}` segments of a matched route.
using PathParams = std::map<std::string, std::string, std::less<>>;

/// Outcome of a look-up. `status` is 200 (route set), 404, 405 (`allow` set) or 400 (a segment has a bad
/// escape).
struct RouteMatch {
    int status = 404;
    int route = -1;
    PathParams params{};
    std::string allow{};  ///< "GET, POST", for the Allow header of a 405.

    bool found() const { return status == 200; }
};

/// Maps method and path to a number chosen by the caller. Patterns are literal segments and `{name}`, which
/// matches exactly one non-empty segment: "/api/v1/plans/{id}". A literal wins over a name at the same place.
/// Filled once, then read by any thread.
class Router {
 public:
    /// `invalid` if the pattern is malformed or the same method and shape are there already.
    Status add(std::string_view method, std::string_view pattern, int route);
    /// `path` is Request::path, still escaped; a HEAD request falls back to the GET route.
    RouteMatch match(std::string_view method, std::string_view path) const;

 private:
    struct Segment {
        std::string text;  ///< The literal, or the parameter's name.
        bool is_name = false;
    };
    struct Route {
        std::string method;
        std::vector<Segment> segments;
        int route = -1;
    };
    std::vector<Route> routes_;
};

}  // namespace towline::http
