#include "engines/failures.h"

#include <gtest/gtest.h>

#include <type_traits>

#include "engines/password.h"
#include "runner/runner.h"

namespace towline {
namespace {

TEST(Failures, WhatPassesIsTriedAgain) {
    for (const char* state : {"08006", "57P01", "53300", "40001", "40P01", "55P03", "57014"}) {
        EXPECT_TRUE(engines::is_retryable(engines::code_of_sqlstate(state))) << state;
    }
    for (const char* state : {"42601", "42P01", "23505", "22003", "42501"}) {
        EXPECT_FALSE(engines::is_retryable(engines::code_of_sqlstate(state))) << state;
    }
    EXPECT_EQ(engines::code_of_duckdb_message("IO Error: Could not set lock on file \"x\""), ErrorCode::unavailable);
    EXPECT_EQ(engines::code_of_duckdb_message("TransactionContext Error: Conflict on update!"), ErrorCode::conflict);
    EXPECT_EQ(engines::code_of_duckdb_message("Parser Error: syntax error"), ErrorCode::engine);
    EXPECT_FALSE(engines::is_retryable(ErrorCode::audit_failed));
    EXPECT_TRUE(engines::is_retryable(ErrorCode::superseded));
}

TEST(Password, MovesLeaveNothingBehind) {
    engines::Password a("hunter2");
    engines::Password b(std::move(a));
    EXPECT_EQ(b.reveal(), "hunter2");
    a = b;
    EXPECT_EQ(a.reveal(), "hunter2");
    static_assert(!std::is_convertible_v<engines::Password, std::string>);
}

TEST(CancelSwitch, CallsTheHandlerOnce) {
    runner::CancelSwitch cancel;
    int calls = 0;
    cancel.on_request([&] { ++calls; });
    cancel.request();
    cancel.request();
    EXPECT_EQ(calls, 1);
    cancel.on_request([&] { ++calls; });
    EXPECT_EQ(calls, 2);
    runner::CancelSwitch cleared;
    cleared.on_request([&] { ++calls; });
    cleared.clear();
    cleared.request();
    EXPECT_EQ(calls, 2);
    EXPECT_TRUE(cleared.requested());
}

}  // namespace
}  // namespace towline
