#include "http_server/router.h"

#include <algorithm>

#include "base/strings.h"
#include "http_message/query.h"

namespace towline::http {
namespace {
constexpr std::size_t kSegmentsMax = 32;

// Raw segments of a path that starts with '/'; nothing if it does not, or is too deep.
std::optional<std::vector<std::string_view>> segments_of(std::string_view path) {
    if (path.empty() || path.front() != '/') return std::nullopt;
    path.remove_prefix(1);
    std::vector<std::string_view> segments;
    while (segments.size() < kSegmentsMax) {
        const std::size_t slash = path.find('/');
        segments.push_back(path.substr(0, slash));
        if (slash == std::string_view::npos) return segments;
        path.remove_prefix(slash + 1);
    }
    return std::nullopt;
}
}  // namespace

Status Router::add(std::string_view method, std::string_view pattern, int route) {
    const auto parts = segments_of(pattern);
    if (!parts || route < 0) return fail(ErrorCode::invalid, "not a route pattern: " + std::string(pattern));
    Route added{std::string(method), {}, route};
    for (const std::string_view part : *parts) {
        const bool is_name = part.size() > 2 && part.front() == '{' && part.back() == '}';
        if (!is_name && part.find_first_of("{}") != std::string_view::npos)
            return fail(ErrorCode::invalid, "not a route pattern: " + std::string(pattern));
        added.segments.push_back({std::string(is_name ? part.substr(1, part.size() - 2) : part), is_name});
    }
    const auto same_shape = [&](const Route& other) {
        return other.method == added.method &&
               std::equal(other.segments.begin(), other.segments.end(), added.segments.begin(), added.segments.end(),
                          [](const Segment& a, const Segment& b) {
                              return a.is_name == b.is_name && (a.is_name || a.text == b.text);
                          });
    };
    if (std::any_of(routes_.begin(), routes_.end(), same_shape))
        return fail(ErrorCode::invalid, "the route is there already: " + added.method + " " + std::string(pattern));
    // Kept so that a literal stands before a name at the first place where two patterns differ.
    const auto more_literal = [](const Route& a, const Route& b) {
        if (a.segments.size() != b.segments.size()) return a.segments.size() < b.segments.size();
        for (std::size_t i = 0; i < a.segments.size(); ++i)
            if (a.segments[i].is_name != b.segments[i].is_name) return b.segments[i].is_name;
        return false;
    };
    routes_.insert(std::upper_bound(routes_.begin(), routes_.end(), added, more_literal), std::move(added));
    return {};
}

RouteMatch Router::match(std::string_view method, std::string_view path) const {
    RouteMatch match;
    const auto raw = segments_of(path);
    if (!raw) return match;
    std::vector<std::string> segments;
    for (const std::string_view part : *raw) {
        auto decoded = percent_decode(part);
        if (!decoded) {
            match.status = 400;
            return match;
        }
        segments.push_back(std::move(*decoded));
    }
    const auto fits = [&](const Route& route) {
        if (route.segments.size() != segments.size()) return false;
        for (std::size_t i = 0; i < segments.size(); ++i) {
            const Segment& segment = route.segments[i];
            if (segment.is_name ? segments[i].empty() : segment.text != segments[i]) return false;
        }
        return true;
    };
    const auto answer = [&](std::string_view wanted) {
        for (const Route& route : routes_) {
            if (route.method != wanted || !fits(route)) continue;
            match.status = 200;
            match.route = route.route;
            for (std::size_t i = 0; i < segments.size(); ++i)
                if (route.segments[i].is_name) match.params[route.segments[i].text] = segments[i];
            return true;
        }
        return false;
    };
    if (answer(method) || (method == "HEAD" && answer("GET"))) return match;
    std::vector<std::string> allowed;
    for (const Route& route : routes_)
        if (fits(route)) allowed.push_back(route.method);
    std::sort(allowed.begin(), allowed.end());
    allowed.erase(std::unique(allowed.begin(), allowed.end()), allowed.end());
    match.status = allowed.empty() ? 404 : 405;
    match.allow = join(allowed, ", ");
    return match;
}

}  // namespace towline::http
