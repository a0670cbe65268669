#include "http_server/router.h"

#include <gtest/gtest.h>

namespace towline::http {
namespace {

TEST(Router, FindsRoutesParametersAndRefusals) {
    Router router;
    ASSERT_TRUE(router.add("GET", "/api/plans/{id}", 1));
    ASSERT_TRUE(router.add("POST", "/api/plans", 2));
    ASSERT_TRUE(router.add("GET", "/api/plans/latest", 3));
    ASSERT_TRUE(router.add("DELETE", "/api/plans/{id}", 4));
    ASSERT_TRUE(router.add("GET", "/", 5));
    ASSERT_TRUE(router.add("PUT", "/{org}/{project}/log", 6));
    struct Case {
        std::string method, path;
        int status, route;
        std::string detail;
    };
    for (const Case& test : {
             Case{"GET", "/api/plans/42", 200, 1, "42"},
             Case{"GET", "/api/plans/a%2Fb", 200, 1, "a/b"},
             Case{"HEAD", "/api/plans/42", 200, 1, "42"},
             Case{"GET", "/api/plans/latest", 200, 3, ""},
             Case{"DELETE", "/api/plans/latest", 200, 4, "latest"},
             Case{"POST", "/api/plans", 200, 2, ""},
             Case{"GET", "/", 200, 5, ""},
             Case{"PUT", "/a/b/log", 200, 6, ""},
             Case{"GET", "/api/plans", 405, -1, "POST"},
             Case{"PATCH", "/api/plans/42", 405, -1, "DELETE, GET"},
             Case{"GET", "/api/plans/", 404, -1, ""},
             Case{"GET", "/api/plans/42/x", 404, -1, ""},
             Case{"GET", "/api//plans", 404, -1, ""},
             Case{"GET", "", 404, -1, ""},
             Case{"GET", "*", 404, -1, ""},
             Case{"GET", "/api/plans/%zz", 400, -1, ""},
             Case{"GET", "/api/plans/%00", 400, -1, ""},
         }) {
        const RouteMatch match = router.match(test.method, test.path);
        EXPECT_EQ(match.status, test.status) << test.path;
        EXPECT_EQ(match.route, test.route) << test.path;
        EXPECT_EQ(match.allow, test.status == 405 ? test.detail : "");
        if (match.params.contains("id")) {
            EXPECT_EQ(match.params.at("id"), test.detail);
        }
    }
    std::string deep;
    for (int i = 0; i < 1000; ++i) deep += "/a";
    EXPECT_EQ(router.match("GET", deep).status, 404);
}

TEST(Router, RefusesBadPatternsAndDuplicates) {
    Router router;
    ASSERT_TRUE(router.add("GET", "/a/{x}", 1));
    for (const std::string_view bad : {"a", "/a/{y}", "/a{b}", "/{", "/{}", ""})
        EXPECT_FALSE(router.add("GET", bad, 2)) << bad;
    EXPECT_TRUE(router.add("POST", "/a/{y}", 2));
}

}  // namespace
}  // namespace towline::http
