#include "http_client/retry.h"

#include <gtest/gtest.h>

#include "http_message/date.h"

namespace towline::http {
namespace {
using namespace std::chrono_literals;

HttpResponse response(int status, std::string type, std::string body) {
    HttpResponse out{status, {}, std::move(body)};
    if (!type.empty()) out.headers.add("Content-Type", std::move(type));
    return out;
}

TEST(Retry, JudgesAnswers) {
    const std::string json = "application/json";
    const std::string html = "text/html; charset=utf-8";
    struct Case {
        HttpResponse answer;
        Verdict verdict;
        std::optional<bool> decoded{};
    };
    for (const Case& test : {
             Case{response(200, json, "{}"), Verdict::done},
             Case{response(201, json, "[]"), Verdict::done},
             Case{response(204, "", ""), Verdict::done},
             Case{response(304, "", ""), Verdict::done},
             Case{response(200, "text/plain", "ok"), Verdict::done},
             Case{response(200, html, "<html>login</html>"), Verdict::retry},
             Case{response(200, "", "  <!DOCTYPE html>"), Verdict::retry},
             Case{response(200, json, "<html>"), Verdict::retry},
             Case{response(200, json, "upstream gone"), Verdict::retry},
             Case{response(200, json, "{\"cut"), Verdict::retry, false},
             Case{response(200, json, "{}"), Verdict::done, true},
             Case{response(302, "", ""), Verdict::retry},
             Case{response(400, "application/problem+json", "{}"), Verdict::final},
             Case{response(401, "application/problem+json", "{}"), Verdict::final},
             Case{response(403, "application/problem+json", "{}"), Verdict::final},
             Case{response(401, html, "<html>"), Verdict::retry},
             Case{response(403, html, "<html>"), Verdict::retry},
             Case{response(404, html, "<html>"), Verdict::retry},
             Case{response(404, json, "{}"), Verdict::final},
             Case{response(409, json, "{}"), Verdict::final},
             Case{response(408, json, "{}"), Verdict::retry},
             Case{response(429, json, "{}"), Verdict::retry},
             Case{response(500, json, "{}"), Verdict::retry},
             Case{response(503, html, "<html>"), Verdict::retry},
         }) {
        RetryInput input;
        input.body_decoded = test.decoded;
        const RetryDecision decision = decide_retry(test.answer, input);
        EXPECT_EQ(decision.verdict, test.verdict) << test.answer.status << " " << test.answer.body;
        EXPECT_EQ(decision.reason.empty(), test.verdict == Verdict::done);
    }
}

TEST(Retry, JudgesErrors) {
    for (const ErrorCode code : {ErrorCode::unavailable, ErrorCode::timeout, ErrorCode::io})
        EXPECT_EQ(decide_retry(fail(code, "x"), {}).verdict, Verdict::retry);
    for (const ErrorCode code :
         {ErrorCode::cancelled, ErrorCode::too_large, ErrorCode::invalid, ErrorCode::unauthenticated})
        EXPECT_EQ(decide_retry(fail(code, "x"), {}).verdict, Verdict::final);
}

TEST(Retry, TheWindowDoublesUpToItsLimit) {
    struct Case {
        int failures;
        std::chrono::milliseconds window;
    };
    for (const Case& test : {Case{1, 1s}, Case{2, 2s}, Case{3, 4s}, Case{7, 64s}, Case{8, 64s}, Case{1'000'000, 64s},
                             Case{0, 1s}, Case{-5, 1s}}) {
        RetryInput input;
        input.failures = test.failures;
        EXPECT_EQ(decide_retry(fail(ErrorCode::timeout, "x"), input).delay, 0ms);
        input.jitter = 0.5;
        EXPECT_EQ(decide_retry(fail(ErrorCode::timeout, "x"), input).delay, test.window / 2) << test.failures;
        input.jitter = 7;
        EXPECT_EQ(decide_retry(fail(ErrorCode::timeout, "x"), input).delay, test.window);
    }
}

TEST(Retry, HonoursRetryAfter) {
    const auto now = *parse_http_date("Sun, 06 Nov 1994 08:49:37 GMT");
    struct Case {
        std::string value;
        std::chrono::milliseconds delay;
    };
    for (const Case& test : {
             Case{"7", 7s},
             Case{" 0 ", 0s},
             Case{"Sun, 06 Nov 1994 08:49:47 GMT", 10s},
             Case{"Sun, 06 Nov 1994 08:00:00 GMT", 0s},
             Case{"100000", 300s},
             Case{"9223372036854775807", 300s},
             Case{"Sun, 06 Nov 2094 08:49:47 GMT", 300s},
         }) {
        HttpResponse answer = response(503, "", "");
        answer.headers.add("Retry-After", test.value);
        RetryInput input;
        input.failures = 7;
        input.now = now;
        EXPECT_EQ(decide_retry(answer, input).delay, test.delay) << test.value;
        input.jitter = 0.25;
        EXPECT_EQ(decide_retry(answer, input).delay, test.delay + 250ms) << test.value;
    }
    for (const std::string bad : {"soon", "-1", ""}) {
        HttpResponse answer = response(503, "", "");
        answer.headers.add("Retry-After", bad);
        RetryInput input;
        input.failures = 3;
        input.jitter = 0.5;
        EXPECT_EQ(decide_retry(answer, input).delay, 2s) << bad;
    }
}

}  // namespace
}  // namespace towline::http
