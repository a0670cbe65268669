#include <gtest/gtest.h>

#include "output/console.h"
#include "output/table.h"
#include "output/words.h"

namespace towline::output {
namespace {

constexpr time::TimestampMs kDay = 1'704'067'200'000;  // 2024-01-01

TEST(Tables, AlignByWhatIsSeen) {
    Table table({"A", "STATE", "LAST"});
    table.add({"x", "\x1b[32m✔ ok\x1b[0m", "1"});
    table.add({"longer", "✕", ""});
    EXPECT_EQ(table.text(), "A       STATE  LAST\nx       \x1b[32m✔ ok\x1b[0m   1\nlonger  ✕");
}

TEST(Words, TimesAndCounts) {
    EXPECT_EQ(time_text(0), "-");
    EXPECT_EQ(time_text(kDay + 1234), "2024-01-01 00:00:01");
    EXPECT_EQ(duration_text(350), "0.35s");
    EXPECT_EQ(duration_text(252'000), "4m 12s");
    EXPECT_EQ(duration_text(3'720'000), "1h 02m");
    EXPECT_EQ(duration_text(4 * time::kDayMs), "4d 0h");
    EXPECT_EQ(relative_text(kDay, kDay + 12'000), "12s ago");
    EXPECT_EQ(count_text(1234), "1.2k");
    EXPECT_EQ(plain_name("\"memory\".\"shop\".\"orders\""), "shop.orders");
    EXPECT_EQ(plain_name("\"shop\".\"a.b\""), "shop.a.b");
    EXPECT_EQ(plain_name("my_audit"), "my_audit");
    EXPECT_EQ(plain_name(""), "");
}

TEST(Words, WhatOthersWroteDoesNotSteerTheTerminal) {
    const std::pair<const char*, const char*> cases[] = {
        {"plain äöü ✔ 漢字 \xF0\x9F\x8D\xB5\n\tx\r\n", "plain äöü ✔ 漢字 \xF0\x9F\x8D\xB5\n\tx\r\n"},
        {"\x1b[1;32mgreen\x1b[0m", "\x1b[1;32mgreen\x1b[0m"},
        {"\x1b[2J\x1b]0;title\x07", "\\x1b[2J\\x1b]0;title\\x07"},
        {"over\rwritten\b\x7f", "over\\x0dwritten\\x08\\x7f"},
        {"a\xE2\x80\xAE"
         "b\xE2\x81\xA6",
         "a\\u{202e}b\\u{2066}"},
        {"\xC2\x9B"
         "31m",
         "\\u{9b}31m"},
        {"cut \xE2\x80", "cut \xE2\x80"},
    };
    for (const auto& [text, want] : cases) EXPECT_EQ(harmless(text), want);
}

TEST(Words, BatchActions) {
    struct Case {
        std::string kind;
        time::TimestampMs start;
        time::TimestampMs end;
        std::string want;
    };
    const Case cases[] = {
        {"INCREMENTAL_BY_TIME_RANGE", kDay, kDay + 7 * time::kDayMs, "insert 2024-01-01 - 2024-01-07"},
        {"INCREMENTAL_BY_TIME_RANGE", kDay, kDay + time::kHourMs, "insert 2024-01-01 00:00:00-00:59:59"},
        {"INCREMENTAL_BY_TIME_RANGE", kDay, kDay + 25 * time::kHourMs,
         "insert 2024-01-01 00:00:00 - 2024-01-02 00:59:59"},
        {"SCD_TYPE_2_BY_TIME", kDay, kDay + time::kDayMs, "insert 2024-01-01 - 2024-01-01"},
        {"FULL", kDay, kDay, "full refresh"},
        {"VIEW", kDay, kDay, "recreate view"},
        {"SEED", kDay, kDay, "insert seed file"},
        {"INCREMENTAL_BY_UNIQUE_KEY", kDay, kDay, "insert/update rows"},
        {"INCREMENTAL_BY_PARTITION", kDay, kDay, "insert partitions"},
        {"", 0, 0, "insert"},
    };
    for (const Case& one : cases) {
        Batch batch;
        batch.kind_name = one.kind;
        batch.start = one.start;
        batch.end = one.end;
        EXPECT_EQ(batch_action(batch), one.want) << one.kind;
    }
}

TEST(Words, BatchLine) {
    Batch batch;
    batch.name = "sushi.items";
    batch.total = 3;
    batch.kind_name = "INCREMENTAL_BY_TIME_RANGE";
    batch.start = kDay;
    batch.end = kDay + 7 * time::kDayMs;
    batch.rows = 1200;
    batch.audits_passed = 2;
    batch.audits_failed = 1;
    batch.duration_ms = 1234;
    BatchWidths widths;
    widths.include(batch);
    const std::string line = batch_line(batch, widths);
    EXPECT_EQ(line.substr(0, 20), "[1/3] sushi.items   ");
    EXPECT_NE(line.find("[insert 2024-01-01 - 2024-01-07, 1.2k rows, audits ✔2 ❌1]"), std::string::npos) << line;
    EXPECT_EQ(line.substr(line.size() - 8), "   1.23s");
}

TEST(Json, DocumentsNameTheirSchema) {
    const json::Document document = json::Document::parse(R"({"id":"a","n":1})").value();
    EXPECT_EQ(with_schema("run", document.root()), R"({"schema":"towline.run/v1","id":"a","n":1})");
    EXPECT_EQ(list_document("runs", {"{\"id\":1}"}), R"({"schema":"towline.runs/v1","items":[{"id":1}]})");
}

TEST(Marks, AreKnownForEveryState) {
    for (const char* state :
         {"queued", "running", "succeeded", "failed", "cancelled", "blocked", "ready", "leased", "skipped", "waiting",
          "active", "draining", "fenced", "lost", "passed", "error", "paused", "finalized"})
        EXPECT_NE(mark_of(state), "?") << state;
}

}  // namespace
}  // namespace towline::output
