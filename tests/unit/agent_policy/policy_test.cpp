#include "policy/policy.h"

#include <gtest/gtest.h>

namespace towline::policy {
namespace {

using namespace std::chrono;

constexpr std::string_view kFile = R"(default: refuse
rules:
  - name: office
    effect: refuse
    kinds: [evaluate]
    models: ["finance.*"]
    days: [mon, tue, wed, thu, fri]
    hours: "08:00-18:00"
  - {name: no drops, effect: refuse, kinds: drop_view, environments: [prod]}
  - {name: night, effect: allow, environments: [staging], days: [fri], hours: "22:00-06:00"}
  - {name: plans only, effect: refuse, works: plan, environments: [prod], kinds: [audit]}
  - {name: prod, effect: allow, environments: [prod], gateways: ["", warehouse], works: [plan, run]}
)";

TaskFacts task() { return {"run", "evaluate", "prod", "warehouse", R"("db"."finance"."orders")"}; }

// 2024-01-05 is a Friday.
system_clock::time_point at(int day, int hour, int minute = 0) {
    return sys_days{year{2024} / 1 / day} + hours(hour) + minutes(minute);
}

TEST(Policy, TheFirstRuleThatFitsDecides) {
    const auto policy = Policy::parse(kFile, "policy.yaml");
    ASSERT_TRUE(policy) << policy.error().message;
    struct Case {
        TaskFacts task;
        system_clock::time_point now;
        const char* refused_by;  ///< nullptr: allowed
    };
    const auto with = [](auto change) {
        TaskFacts facts = task();
        change(facts);
        return facts;
    };
    const auto staging = with([](TaskFacts& facts) { facts.environment = "staging"; });
    const Case cases[] = {
        {task(), at(5, 7, 59), nullptr},
        {task(), at(5, 8), "'office'"},
        {task(), at(5, 17, 59), "'office'"},
        {task(), at(5, 18), nullptr},
        {task(), at(6, 12), nullptr},
        {with([](TaskFacts& facts) { facts.name = R"("finance"."orders")"; }), at(5, 12), "'office'"},
        {with([](TaskFacts& facts) { facts.name = R"("db"."sales"."finance")"; }), at(5, 12), nullptr},
        {with([](TaskFacts& facts) { facts.kind = "drop_view"; }), at(6, 12), "'no drops'"},
        {with([](TaskFacts& facts) { facts.kind = "audit"; }), at(6, 12), nullptr},
        {with([](TaskFacts& facts) { facts.kind = "audit", facts.work = "plan"; }), at(6, 12), "'plans only'"},
        {with([](TaskFacts& facts) { facts.gateway = ""; }), at(6, 12), nullptr},
        {with([](TaskFacts& facts) { facts.gateway = "other"; }), at(6, 12), "no rule"},
        {with([](TaskFacts& facts) { facts.environment = "dev"; }), at(6, 12), "no rule"},
        {staging, at(5, 22), nullptr},
        {staging, at(6, 5, 59), nullptr},  // Friday's night
        {staging, at(6, 6), "no rule"},
        {staging, at(5, 5), "no rule"},  // Thursday's night
    };
    for (const Case& one : cases) {
        const auto refusal = policy->refusal(one.task, one.now);
        EXPECT_EQ(refusal.has_value(), one.refused_by != nullptr)
            << refusal.value_or("allowed") << " " << (&one - cases);
        if (refusal && one.refused_by != nullptr) {
            EXPECT_NE(refusal->find(one.refused_by), std::string::npos) << *refusal;
        }
    }
    EXPECT_FALSE(Policy().refusal(task(), at(1, 1)));
    EXPECT_FALSE(Policy::parse("", "p")->refusal(task(), at(1, 1)));
}

TEST(Policy, WhatIsNotUnderstoodIsRefusedWithItsLine) {
    const char* broken[] = {
        "rules: 1",
        "rule: []",
        "default: maybe",
        "rules:\n  - effect: allow",
        "rules:\n  - name: a",
        "rules:\n  - {name: a, effect: permit}",
        "rules:\n  - {name: a, effect: allow, kinds: [evalute]}",
        "rules:\n  - {name: a, effect: allow, environment: prod}",
        "rules:\n  - {name: a, effect: allow, models: []}",
        "rules:\n  - {name: a, effect: allow, hours: '9-5'}",
        "rules:\n  - {name: a, effect: allow, hours: '08:00-08:00'}",
        "rules:\n  - {name: a, effect: allow, days: [monday]}",
        "rules: [",
    };
    for (const char* text : broken) {
        const auto policy = Policy::parse(text, "policy.yaml");
        ASSERT_FALSE(policy) << text;
        EXPECT_NE(policy.error().message.find("policy.yaml"), std::string::npos) << policy.error().message;
    }
}

}  // namespace
}  // namespace towline::policy
