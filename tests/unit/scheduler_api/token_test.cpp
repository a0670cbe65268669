// POST /oauth/token: RFC 6749, errors of section 5.2.
#include "api_world.h"
#include "crypto/crypto.h"

namespace towline::api {
namespace {

class TokenEndpoint : public ApiTest {
 protected:
    http::Response post(const std::string& form, const std::string& authorization = {}) {
        http::Headers headers;
        if (!authorization.empty()) headers.add("Authorization", authorization);
        return send({.method = "POST", .path = "/oauth/token", .body = form}, std::move(headers))->wait();
    }
    static std::string basic(const std::string& id, const std::string& secret) {
        return "Basic " + crypto::base64_encode(id + ":" + secret);
    }
    auth::NewClient made = client({"plan", "run"});
    std::string grant = "grant_type=client_credentials";
    std::string in_body = "&client_id=" + made.client.id + "&client_secret=" + made.secret;
};

TEST_F(TokenEndpoint, GrantsByBasicAndByPost) {
    EXPECT_EQ(post(grant + in_body).status, 200);
    const http::Response basic_answer = post(grant, basic(made.client.id, made.secret));
    EXPECT_EQ(basic_answer.status, 200);
    EXPECT_EQ(field(basic_answer.body, "token_type"), "Bearer");
    EXPECT_EQ(field(basic_answer.body, "scope"), "plan run");
    EXPECT_EQ(field(post(grant + "&scope=read" + in_body).body, "scope"), "read");  // plan includes it
    EXPECT_EQ(basic_answer.headers.find("Cache-Control"), "no-store");
}

TEST_F(TokenEndpoint, RefusesWithTheWordsOfTheRfc) {
    const struct {
        std::string form, authorization;
        int status;
        const char* error;
    } cases[] = {
        {"", "", 401, "invalid_client"},
        {grant, "", 401, "invalid_client"},
        {"%zz", "", 400, "invalid_request"},
        {in_body, "", 400, "invalid_request"},
        {"grant_type=password" + in_body, "", 400, "unsupported_grant_type"},
        {grant + "&grant_type=x" + in_body, "", 400, "invalid_request"},
        {grant + "&scope=root" + in_body, "", 400, "invalid_scope"},
        {grant + "&scope=admin" + in_body, "", 400, "invalid_scope"},
        {grant + "&scope=executor:run" + in_body, "", 400, "invalid_scope"},
        {grant + "&client_id=" + made.client.id + "&client_secret=wrong", "", 401, "invalid_client"},
        {grant + "&client_id=" + made.client.id, "", 401, "invalid_client"},
        {grant + "&client_id=nobody&client_secret=" + made.secret, "", 401, "invalid_client"},
        {grant, basic(made.client.id, "wrong"), 401, "invalid_client"},
        {grant, "Basic !!", 401, "invalid_client"},
        {grant, "Basic " + crypto::base64_encode("no colon"), 401, "invalid_client"},
        {grant, "Bearer x", 401, "invalid_client"},
        {grant + in_body, basic(made.client.id, made.secret), 400, "invalid_request"},
    };
    for (const auto& one : cases) {
        const http::Response answer = post(one.form, one.authorization);
        EXPECT_EQ(answer.status, one.status) << one.form << " " << one.authorization << " " << answer.body;
        EXPECT_EQ(field(answer.body, "error"), one.error) << one.form << " " << one.authorization;
        EXPECT_EQ(answer.headers.find("WWW-Authenticate").has_value(), one.status == 401);
        EXPECT_EQ(answer.body.find(made.secret), std::string::npos);
    }
}

TEST_F(TokenEndpoint, ARevokedClientGetsNoTokenAndItsTokensEnd) {
    const std::string old = token_of(made);
    EXPECT_EQ(ask({.path = "{P}/plans", .token = old}).status, 200);
    ASSERT_OK(authenticator.revoke(made.client.id));
    EXPECT_EQ(field(post(grant + in_body).body, "error"), "invalid_client");
    EXPECT_EQ(ask({.path = "{P}/plans", .token = old}).status, 401);
    EXPECT_FALSE(authenticator.is_known("Bearer " + old));
}

TEST_F(TokenEndpoint, TokensExpireAlsoFromTheCache) {
    const std::string old = token_of(made);
    EXPECT_EQ(ask({.path = "{P}/plans", .token = old}).status, 200);
    EXPECT_TRUE(authenticator.is_known("bearer " + old));
    world.clock.set(world.now() + 3'600'000);  // the wall clock only: the cache's own time stands still
    EXPECT_EQ(ask({.path = "{P}/plans", .token = old}).status, 401);
    EXPECT_FALSE(authenticator.is_known("Bearer " + old));
}

TEST_F(TokenEndpoint, TheFirstAdminIsMadeOnce) {
    EXPECT_FALSE(*authenticator.bootstrap());  // there is a client
    test::SchedulerWorld fresh;
    auth::Authenticator first(fresh.store(), fresh.clock);
    const auto admin = first.bootstrap();
    ASSERT_OK(admin);
    ASSERT_TRUE(*admin);
    EXPECT_EQ((*admin)->client.project_id, "*");
    EXPECT_FALSE(*first.bootstrap());
}

TEST(ProjectId, IsTwoPlainWords) {
    for (const char* good : {"a/b", "acme/shop-1.x_y"}) EXPECT_TRUE(auth::is_project_id(good)) << good;
    for (const char* bad : {"", "a", "/", "a/", "/b", "a/b/c", "../b", "a/..", "*", "a/*", "a b/c", "\xc3\xa4/b"})
        EXPECT_FALSE(auth::is_project_id(bad)) << bad;
}

}  // namespace
}  // namespace towline::api
