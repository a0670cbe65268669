// What holds for every route: authentication, scopes, limits, documents.
#include "api/routes.h"

#include <fstream>
#include <iterator>

#include "api_world.h"
#include "auth/scopes.h"
#include "protocol/limits.h"

namespace towline::api {
namespace {

using test::kProject;

class Routes : public ApiTest {
 protected:
    /// The route's pattern with made-up names in its segments.
    static Call call_of(const Route& route) {
        Call call;
        call.method = route.method;
        for (const std::string& part : split(std::string(route.pattern), "/")) {
            if (part.empty()) continue;
            if (part == "{org}")
                call.path += "/acme";
            else if (part == "{project}")
                call.path += "/shop";
            else if (part.front() == '{')
                call.path += "/nothing";
            else
                call.path += "/" + part;
        }
        if (call.method == "POST" || call.method == "PUT") call.body = "{}";
        return call;
    }
    static std::string name(const Route& route) { return std::string(route.method) + " " + std::string(route.pattern); }
    static std::string read(const std::string& path) {
        std::ifstream file(std::string(TOWLINE_SOURCE_DIR) + "/" + path, std::ios::binary);
        return {std::istreambuf_iterator<char>(file), {}};
    }
};

TEST_F(Routes, AskForATokenOfThisProjectWithTheScope) {
    for (const Route& route : routes()) {
        if (route.scopes.empty()) continue;
        SCOPED_TRACE(name(route));
        Call call = call_of(route);
        const http::Response missing = ask(call);
        EXPECT_EQ(missing.status, 401);
        EXPECT_EQ(missing.headers.find("WWW-Authenticate"), "Bearer");
        EXPECT_EQ(field(missing.body, "code"), "unauthenticated");
        EXPECT_EQ(field(missing.body, "request_id"), "request-1");
        call.token = "made-up";
        EXPECT_EQ(ask(call).status, 401);
        call.token = token("admin executor:run executor:apply", "acme/other");
        EXPECT_EQ(ask(call).status, 403);
        std::vector<std::string> useless;
        for (const std::string& scope : auth::all_scopes()) {
            bool helps = false;
            for (const std::string& needed : split(std::string(route.scopes), " "))
                helps |= auth::permits({scope}, needed);
            if (!helps) useless.push_back(scope);
        }
        if (useless.empty()) continue;
        call.token = token(join(useless, " "));
        EXPECT_EQ(ask(call).status, 403);
    }
}

TEST_F(Routes, NamesThatDoNotExistAreNotFound) {
    for (const Route& route : routes()) {
        const bool names_one = route.pattern.find("{id}") != std::string_view::npos ||
                               route.pattern.find("{name}") != std::string_view::npos;
        if (!names_one) continue;
        SCOPED_TRACE(name(route));
        Call call = call_of(route);
        call.token = token("admin executor:run executor:apply");
        if (route.pattern.ends_with("/sync")) call.body = R"({"boot_id":"b"})";
        const http::Response response = ask(call);
        EXPECT_EQ(response.status, 404) << response.body;
        EXPECT_EQ(field(response.body, "code"), "not_found");
    }
}

TEST_F(Routes, BodiesThatAreNoJsonAreInvalid) {
    for (const char* path : {"{P}/executors", "{P}/planning-state", "{P}/plans", "{P}/runs", "{P}/pauses",
                             "{P}/clients", "{P}/executors/x/sync"})
        for (const char* body :
             {"", "{", "[]", "7", "\"\xff\"", "{\"name\":7,\"environment\":[],\"plan\":3,\"boot_id\":{}}"}) {
            const http::Response response = ask(
                {.method = "POST", .path = path, .body = body, .token = token("admin executor:run executor:apply")});
            EXPECT_TRUE(response.status == 400 || response.status == 422) << path << body << response.body;
            EXPECT_EQ(field(response.body, "code"), "invalid") << path << body;
        }
    const std::string deep(100'000, '[');
    EXPECT_EQ(ask({.method = "POST", .path = "{P}/plans", .body = deep, .token = token("plan")}).status / 100, 4);
}

TEST_F(Routes, PagesHaveLimitsAndCursorsAreChecked) {
    for (const char* path : {"{P}/plans", "{P}/runs", "{P}/tasks", "{P}/dead-letters", "{P}/clients"}) {
        for (const char* query :
             {"limit=0", "limit=201", "limit=x", "limit=-1", "limit=99999999999999999999", "limit="})
            EXPECT_EQ(field(ask({.path = path, .token = token("admin"), .query = query}).body, "code"), "invalid")
                << path << query;
        EXPECT_EQ(ask({.path = path, .token = token("admin"), .query = "limit=200"}).status, 200);
        for (const char* cursor :
             {"x", ":", "1:", "1:x", "-1:x:y:z", "99999999999999999999:a", "%00", "1'--:x", "+1:a"}) {
            const http::Response response =
                ask({.path = path, .token = token("admin"), .query = std::string("cursor=") + cursor});
            EXPECT_TRUE(response.status == 200 || field(response.body, "code") == "invalid")
                << path << cursor << response.body;
        }
    }
    EXPECT_EQ(ask({.path = "{P}/tasks", .token = token("read"), .query = "state=odd"}).status / 100, 4);
    EXPECT_EQ(ask({.path = "{P}/runs", .token = token("read"), .query = "state=odd"}).status / 100, 4);
}

TEST_F(Routes, AddressesAreDecodedSafely) {
    const std::string all = token("admin");
    EXPECT_EQ(ask({.path = "/nowhere"}).status, 404);
    const http::Response wrong_method = ask({.method = "PATCH", .path = "{P}/plans"});
    EXPECT_EQ(wrong_method.status, 405);
    EXPECT_EQ(wrong_method.headers.find("Allow"), "GET, POST");
    for (const char* path : {"{P}/tasks/%zz", "{P}/tasks/%00", "{P}/tasks/%ff"})
        EXPECT_EQ(ask({.path = path, .token = all}).status, 400) << path;
    EXPECT_EQ(ask({.path = "{P}/tasks/..%2f..%2fplans", .token = all}).status, 404);
    EXPECT_EQ(ask({.path = "{P}/tasks/'%20OR%201=1", .token = all}).status, 404);
    EXPECT_EQ(ask({.path = "/sqlmesh/acme%2fother/shop/api/v1/plans", .token = all}).status, 404);
    EXPECT_EQ(ask({.path = "/sqlmesh/%2a/shop/api/v1/plans", .token = all}).status, 404);
    EXPECT_EQ(ask({.path = "{P}/plans", .token = all, .query = "limit=%zz"}).status / 100, 4);
}

TEST_F(Routes, BodiesAreLimitedBeforeTheyAreRead) {
    constexpr std::uint64_t kSmall = protocol::kSmallBodyBytesMax;
    const std::string plans = "/sqlmesh/acme/shop/api/v1/plans";
    const auto rule = [&](const std::string& path, std::uint64_t length, const std::string& bearer) {
        http::Headers headers;
        if (length > 0) headers.add("Content-Length", std::to_string(length));
        if (!bearer.empty()) headers.add("Authorization", "Bearer " + bearer);
        return api->body_rule({"POST", path, headers});
    };
    EXPECT_EQ(rule("/nowhere", 1 << 20, "").bytes_max, kSmall);
    EXPECT_EQ(rule("/oauth/token", 1 << 20, "").bytes_max, 8U << 10);
    EXPECT_EQ(rule(plans, 1 << 20, "").status_above, 401);
    EXPECT_EQ(rule(plans, 1 << 20, "").bytes_max, kSmall);
    EXPECT_EQ(rule(plans, protocol::kPlanBodyBytesMax + 1, "x").bytes_max, protocol::kPlanBodyBytesMax);
    // Tokens that were never seen share a small budget, known ones a larger one; shares come back.
    std::vector<http::BodyRule> held;
    for (int i = 0; i < 2; ++i) {
        held.push_back(rule(plans, 0, "made-up"));  // chunked: it may become as large as allowed
        EXPECT_EQ(held.back().bytes_max, protocol::kPlanBodyBytesMax);
    }
    EXPECT_EQ(rule(plans, 1 << 20, "made-up").status_above, 503);
    EXPECT_EQ(rule(plans, 1 << 20, "made-up").bytes_max, kSmall);
    const std::string known = token("plan");
    EXPECT_EQ(ask({.path = "{P}/plans", .token = known}).status, 200);
    EXPECT_EQ(rule(plans, 1 << 20, known).bytes_max, 1U << 20);
    held.clear();
    EXPECT_EQ(rule(plans, 1 << 20, "made-up").bytes_max, 1U << 20);
    EXPECT_EQ(ask({.method = "POST", .path = "{P}/runs", .body = std::string(kSmall + 1, ' '), .token = known}).status,
              413);
}

TEST_F(Routes, TheOpenApiDocumentListsExactlyTheRoutes) {
    const http::Response served = ask({.path = "/api/openapi.json"});
    ASSERT_EQ(served.status, 200);
    EXPECT_EQ(served.body, read("scheduler/api/openapi.json"));
    const auto document = json::Document::parse(served.body);
    ASSERT_OK(document);
    std::set<std::string> described;
    for (const auto& [path, methods] : document->root().sub("paths").members())
        for (const auto& [method, operation] : methods.members()) {
            std::string line;
            for (const char c : method) line += static_cast<char>(c >= 'a' && c <= 'z' ? c - 32 : c);
            line += " " + path;
            for (const json::Reader& way : operation.list("security"))
                for (const std::string& scope : way.strings("oauth")) line += " " + scope;
            described.insert(line);
        }
    std::set<std::string> served_routes;
    for (const RouteInfo& route : route_infos()) {
        std::string line = std::string(route.method) + " " + std::string(route.pattern);
        for (const std::string& scope : route.scopes) line += " " + scope;
        served_routes.insert(line);
    }
    EXPECT_EQ(described, served_routes);
    // Every reference leads somewhere.
    for (std::size_t at = served.body.find("#/components/"); at != std::string::npos;
         at = served.body.find("#/components/", at + 1)) {
        const auto parts = split(served.body.substr(at, served.body.find('"', at) - at), "/");
        ASSERT_EQ(parts.size(), 4U);
        EXPECT_TRUE(document->root().sub("components").sub(parts[2]).has(parts[3])) << parts[3];
    }
}

TEST_F(Routes, TheWireDocumentNamesEveryRoute) {
    const std::string text = read("docs/wire_protocol.md");
    for (const Route& route : routes()) {
        std::string pattern(route.pattern);
        if (const std::string project = "/sqlmesh/{org}/{project}"; pattern.starts_with(project))
            pattern = "{P}" + pattern.substr(project.size());
        const std::string call = "`" + std::string(route.method) + " " + pattern;
        bool found = false;
        for (std::size_t at = text.find(call); !found && at != std::string::npos; at = text.find(call, at + 1))
            found = text[at + call.size()] == '`' || text[at + call.size()] == '?';
        EXPECT_TRUE(found) << call;
    }
}

TEST_F(Routes, AfterStopNothingIsAccepted) {
    api->stop();
    api->stop();
    EXPECT_EQ(ask({.path = "/healthz"}).status, 503);
}

}  // namespace
}  // namespace towline::api
