#include "runner/trace.h"

#include <gtest/gtest.h>

namespace towline::runner {
namespace {

TEST(Trace, NamesTheAttemptAndCannotBeEscaped) {
    protocol::LeasedTask task;
    task.work_id = "w'*/ DROP TABLE t; --";
    task.trace_id = "0af7651916cd43dd8448eb211c80319c";
    task.lease.attempt_id = "t.1";
    const std::string comment = trace_comment(task);
    EXPECT_TRUE(comment.starts_with("/*towline_attempt='t.1',towline_work='w%27%2A%2F%20DROP")) << comment;
    EXPECT_EQ(comment.find("*/"), comment.size() - 3);
    EXPECT_TRUE(traceparent(task).starts_with("00-0af7651916cd43dd8448eb211c80319c-"));
    EXPECT_EQ(traceparent(task).size(), 55U);
    task.trace_id = "00000000000000000000000000000000";
    EXPECT_EQ(traceparent(task).find("00000000000000000000000000000000"), std::string::npos);
}

}  // namespace
}  // namespace towline::runner
