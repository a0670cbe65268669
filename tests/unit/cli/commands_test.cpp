#include <gtest/gtest.h>

#include <set>

#include "base/strings.h"
#include "commands/command_table.h"
#include "commands/dev_engine.h"
#include "commands/exit_codes.h"
#include "commands/task_view.h"

namespace towline::commands {
namespace {

TEST(ExitCodes, FollowTheKindOfFailure) {
    EXPECT_EQ(exit_code_of(ErrorCode::engine), 1);
    EXPECT_EQ(exit_code_of(ErrorCode::audit_failed), 1);
    EXPECT_EQ(exit_code_of(ErrorCode::invalid), 2);
    EXPECT_EQ(exit_code_of(ErrorCode::unauthenticated), 3);
    EXPECT_EQ(exit_code_of(ErrorCode::forbidden), 3);
    EXPECT_EQ(exit_code_of(ErrorCode::not_found), 4);
    EXPECT_EQ(exit_code_of(ErrorCode::unavailable), 5);
    EXPECT_EQ(exit_code_of(ErrorCode::conflict), 6);
    EXPECT_EQ(exit_code_of(ErrorCode::cancelled), 8);
    EXPECT_EQ(split(exit_codes_text(), "\n").size(), 11U);
}

TEST(CommandTable, IsSound) {
    std::set<std::string> groups;
    std::set<std::string> paths;
    for (const CommandSpec& spec : command_table()) {
        const std::string path(spec.path);
        EXPECT_TRUE(paths.insert(path).second) << path;
        EXPECT_FALSE(spec.help.empty()) << path;
        const std::size_t space = path.find(' ');
        if (space == std::string::npos) {
            groups.insert(path);
        } else {
            EXPECT_TRUE(groups.contains(path.substr(0, space))) << path << " stands before its group";
            EXPECT_NE(spec.run, nullptr) << path;
        }
        std::set<std::string_view> names;
        for (const OptionSpec& option : spec.options) {
            EXPECT_TRUE(names.insert(option.names).second) << path << " " << option.names;
            EXPECT_FALSE(option.help.empty()) << path << " " << option.names;
        }
    }
}

TEST(Arguments, NumbersAreChecked) {
    Arguments arguments;
    arguments.values["limit"] = {"3", "12"};
    EXPECT_EQ(arguments.number("limit").value(), 12);
    EXPECT_EQ(arguments.number("none").value(), std::nullopt);
    arguments.values["limit"] = {"-1"};
    EXPECT_FALSE(arguments.number("limit"));
}

TaskView task(const std::string& name, const std::string& state, const std::string& error = "") {
    TaskView out;
    out.name = name;
    out.state = state;
    out.error = error;
    return out;
}

TEST(Follower, FailuresAreListedAsSqlmeshDoes) {
    EXPECT_EQ(failure_sections({task("\"m\".\"a\".\"b\"", "succeeded")}, {}), "");
    EXPECT_EQ(failure_sections({task("\"m\".\"a\".\"b\"", "failed", "no table"), task("\"m\".\"a\".\"c\"", "skipped"),
                                task("\"m\".\"a\".\"c\"", "skipped")},
                               {{"\"m\".\"a\".\"b\"", "a__dev.b"}}),
              "Skipped models\n\n  a.c\n\nFailed models\n\n  a__dev.b\n\n    no table");
}

TEST(DevEngine, TakesTheProjectsOwnConnection) {
    const std::string project = std::string(TOWLINE_SOURCE_DIR) + "/examples/tea_shop";
    const auto variables = dev_engine_variables({project, "/tmp/x", {}}).value();
    EXPECT_EQ(variables.at("SQLMESH__GATEWAYS__SHOP__CONNECTION__TYPE"), "duckdb");
    EXPECT_EQ(variables.at("SQLMESH__GATEWAYS__SHOP__CONNECTION__DATABASE"), project + "/tea_shop.duckdb");
    EXPECT_EQ(variables.at("SQLMESH__DEFAULT_GATEWAY"), "shop");
    EXPECT_TRUE(dev_engine_variables({project, "/tmp/x", {{"SQLMESH__GATEWAYS__SHOP__CONNECTION__TYPE", "postgres"}}})
                    .value()
                    .empty());
}

}  // namespace
}  // namespace towline::commands
