#include "crypto/private_memory.h"

#include <gtest/gtest.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

namespace towline::crypto {
namespace {

TEST(PrivateMemory, NeitherACrashNorANeighbourSeesIt) {
    // In a child of its own, which cannot take it back.
    const pid_t child = ::fork();
    ASSERT_GE(child, 0);
    if (child == 0) {
        rlimit limit{1, 1};
        const bool done = keep_memory_private().has_value() && ::getrlimit(RLIMIT_CORE, &limit) == 0;
        ::_exit(done && limit.rlim_cur == 0 && limit.rlim_max == 0 && ::prctl(PR_GET_DUMPABLE, 0, 0, 0, 0) == 0 ? 0
                                                                                                                : 1);
    }
    int status = -1;
    ASSERT_EQ(::waitpid(child, &status, 0), child);
    EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0) << status;
}

}  // namespace
}  // namespace towline::crypto
