#include "spool/spool.h"

#include <gtest/gtest.h>

#include <random>

#include "health/status_file.h"
#include "spool/folder.h"
#include "spool/session_file.h"
#include "support/temporary_folder.h"

namespace towline::spool {
namespace {

using test::TemporaryFolder;

protocol::Completion completion(const std::string& id, std::string message = {}) {
    protocol::Completion out;
    out.lease = {"task-" + id, id, 3};
    out.rows = 7;
    out.duration_ms = 12;
    out.error_message = std::move(message);
    out.audits.push_back({"not_null", true, 0, "passed"});
    return out;
}

std::vector<std::string> pending_ids(const Spool& spool) {
    std::vector<std::string> ids;
    for (const auto& one : spool.pending()) ids.push_back(one.lease.attempt_id);
    return ids;
}

using Ids = std::vector<std::string>;

TEST(Spool, KeepsResultsOverARestartUntilAcknowledged) {
    const TemporaryFolder folder;
    {
        auto spool = Spool::open(folder.path());
        ASSERT_TRUE(spool);
        for (const char* id : {"c", "a", "b"}) ASSERT_TRUE((*spool)->add(completion(id)));
        (*spool)->acknowledge({"a", "unknown"});
        EXPECT_EQ(pending_ids(**spool), (Ids{"c", "b"}));
    }
    auto spool = Spool::open(folder.path());
    ASSERT_TRUE(spool);
    EXPECT_EQ(pending_ids(**spool), (Ids{"c", "b"}));
    EXPECT_TRUE((*spool)->is_pending("c"));
    const protocol::Completion read = (*spool)->pending().front();
    EXPECT_EQ(read.lease.epoch, 3);
    EXPECT_EQ(read.rows, 7);
    EXPECT_EQ(read.audits.size(), 1U);
    (*spool)->acknowledge({"c", "b"});
    EXPECT_EQ(std::filesystem::file_size(folder / "completions.log"), 0U);
}

TEST(Spool, CompactsWhenLarge) {
    const TemporaryFolder folder;
    auto spool =
        Spool::open(folder.path(), {.bytes_max = 1 << 20, .reserved_bytes = 0, .compact_above_bytes = 8 << 10});
    ASSERT_TRUE(spool);
    ASSERT_TRUE((*spool)->add(completion("keep")));
    for (int i = 0; i < 500; ++i) {
        const std::string id = "x" + std::to_string(i);
        ASSERT_TRUE((*spool)->add(completion(id)));
        (*spool)->acknowledge({id});
    }
    EXPECT_LT(std::filesystem::file_size(folder / "completions.log"), 10U << 10);
    EXPECT_EQ(pending_ids(**spool), Ids{"keep"});
}

TEST(Spool, SaysWhenItIsFullAndKeepsTheResultInMemory) {
    const TemporaryFolder folder;
    auto spool =
        Spool::open(folder.path(), {.bytes_max = 4'000, .reserved_bytes = 2'000, .compact_above_bytes = 100'000});
    ASSERT_TRUE(spool);
    EXPECT_TRUE((*spool)->has_room());
    int count = 0;
    Status added;
    while ((added = (*spool)->add(completion(std::to_string(count)))) && count < 100) {
        ++count;
        if (count * 200 > 2'200) {
            EXPECT_FALSE((*spool)->has_room());
        }
    }
    ASSERT_FALSE(added);
    EXPECT_EQ(added.error().code, ErrorCode::too_large);
    EXPECT_TRUE((*spool)->is_pending(std::to_string(count)));
    Ids all = pending_ids(**spool);
    (*spool)->acknowledge(all);
    EXPECT_TRUE((*spool)->has_room());
}

TEST(Status, OnAFullDiskTheFileIsWrittenOverInPlace) {
    const TemporaryFolder folder;
    const auto path = folder / "status.json";
    health::LoopStatus status;
    status.pid = 1;
    status.state = "ready";
    status.loop_ms = 1'000'000;
    ASSERT_TRUE(health::write_status(path, status));
    // What stands in the way of a new file; the old one can still be written.
    std::filesystem::create_directory(folder / "status.json.new");
    folder.write("status.json.new/x", "");
    status.loop_ms = 2;
    status.reason = "disk full";
    ASSERT_TRUE(health::write_status(path, status));
    status.reason.clear();
    ASSERT_TRUE(health::write_status(path, status));  // shorter than what was there
    const auto read = health::read_status(path);
    ASSERT_TRUE(read) << read.error().message;
    EXPECT_EQ(read->loop_ms, 2);
    EXPECT_EQ(read->reason, "");
}

TEST(Spool, CutsLongMessagesAtACharacter) {
    const TemporaryFolder folder;
    auto spool = Spool::open(folder.path());
    std::string message = "x";
    while (message.size() < 2 * kErrorMessageBytesMax) message += "\xC3\xA4";
    ASSERT_TRUE((*spool)->add(completion("a", message)));
    spool = Spool::open(folder.path());
    const std::string kept = (*spool)->pending().front().error_message;
    EXPECT_LE(kept.size(), kErrorMessageBytesMax);
    EXPECT_EQ(kept, message.substr(0, kept.size()));
    EXPECT_EQ(kept.size() % 2, 1U);
}

// Whatever prefix of the file a crash leaves, and whatever garbage follows it: every record before is kept,
// none is made up.
TEST(Spool, SurvivesTornWrites) {
    const std::uint64_t seed = 20261121;
    std::mt19937_64 random(seed);
    for (int round = 0; round < 100; ++round) {
        const TemporaryFolder folder;
        std::vector<std::size_t> ends;
        const std::size_t records = 1 + random() % 6;
        {
            auto file = RecordFile::open(folder / "f", 1 << 20);
            ASSERT_TRUE(file);
            for (std::size_t i = 0; i < records; ++i) {
                ASSERT_TRUE(file->append(std::string(random() % 300, static_cast<char>('a' + i)),
                                         RecordFile::Durability::relaxed));
                ends.push_back(file->bytes());
            }
        }
        std::string content = folder.read("f");
        const std::size_t cut = random() % (content.size() + 1);
        std::size_t whole = 0;
        while (whole < ends.size() && ends[whole] <= cut) ++whole;
        content.resize(cut);
        std::size_t garbage = random() % 3 == 0 ? 0 : random() % 64;
        const bool zeros = random() % 2 == 0;
        while (garbage-- > 0) content += zeros ? '\0' : static_cast<char>(random());
        folder.write("f", content);

        auto file = RecordFile::open(folder / "f", 1 << 20);
        ASSERT_TRUE(file) << "seed " << seed << " round " << round;
        ASSERT_EQ(file->take_records().size(), whole) << "seed " << seed << " round " << round;
        ASSERT_TRUE(file->append("after", RecordFile::Durability::synced));
        auto again = RecordFile::open(folder / "f", 1 << 20);
        const auto read = again->take_records();
        ASSERT_EQ(read.size(), whole + 1) << "seed " << seed << " round " << round;
        ASSERT_EQ(read.back(), "after");
        EXPECT_FALSE(again->was_torn());
    }
}

TEST(Spool, FlippedBitsEndTheFileThere) {
    std::mt19937_64 random(7);
    for (int round = 0; round < 100; ++round) {
        const TemporaryFolder folder;
        auto file = RecordFile::open(folder / "f", 1 << 20);
        std::vector<std::size_t> ends;
        for (int i = 0; i < 5; ++i) {
            ASSERT_TRUE(file->append(std::string(50, static_cast<char>('a' + i)), RecordFile::Durability::relaxed));
            ends.push_back(file->bytes());
        }
        std::string content = folder.read("f");
        const std::size_t at = random() % content.size();
        content[at] = static_cast<char>(content[at] ^ (1 << (random() % 8)));
        folder.write("f", content);
        std::size_t whole = 0;
        while (ends[whole] <= at) ++whole;
        EXPECT_EQ(RecordFile::open(folder / "f", 1 << 20)->take_records().size(), whole);
    }
}

TEST(Folder, BelongsToOneProcess) {
    const TemporaryFolder folder;
    auto first = Folder::open(folder / "a/b");
    ASSERT_TRUE(first);
    const auto second = Folder::open(folder / "a/b");
    ASSERT_FALSE(second);
    EXPECT_EQ(second.error().code, ErrorCode::conflict);
    {
        const Folder moved = std::move(*first);
    }
    EXPECT_TRUE(Folder::open(folder / "a/b"));
}

TEST(SessionFile, TellsWhatThePredecessorLeft) {
    const TemporaryFolder folder;
    {
        auto journal = SessionFile::open(folder.path());
        ASSERT_TRUE(journal);
        ASSERT_TRUE((*journal)->opened("pg", "11", "t1.1"));
        ASSERT_TRUE((*journal)->opened("pg", "12", "t2.1"));
        ASSERT_TRUE((*journal)->opened("other", "11", "t3.1"));
        (*journal)->closed("pg", "12");
        EXPECT_TRUE((*journal)->left_over().empty());
    }
    auto journal = SessionFile::open(folder.path());
    ASSERT_TRUE(journal);
    ASSERT_EQ((*journal)->left_over().size(), 2U);
    ASSERT_TRUE((*journal)->opened("pg", "99", "t9.1"));  // Ours: never killed.
    std::vector<std::string> asked;
    const auto unreachable = [&](const SessionRecord& session) -> Result<bool> {
        asked.push_back(session.gateway + session.session_id);
        if (session.gateway == "pg") return true;
        return fail(ErrorCode::unavailable, "down");
    };
    EXPECT_EQ(end_left_over_sessions(**journal, unreachable), 1U);
    EXPECT_EQ(asked, (Ids{"other11", "pg11"}));
    EXPECT_EQ(end_left_over_sessions(**journal, [](const SessionRecord&) -> Result<bool> { return false; }), 0U);
    EXPECT_TRUE((*journal)->left_over().empty());
    EXPECT_EQ((*SessionFile::open(folder.path()))->left_over().size(), 1U);
}

}  // namespace
}  // namespace towline::spool

namespace towline::health {
namespace {

TEST(Status, JudgesByTheMonotonicClock) {
    struct Case {
        const char* state;
        std::int64_t loop_ms, last_sync_ms;
        bool live, ready;
    };
    const Case cases[] = {
        {"ready", 99'000, 99'000, true, true},     {"ready", 39'000, 39'000, false, false},
        {"ready", 99'000, 0, true, false},         {"ready", 99'000, 30'000, true, false},
        {"unready", 99'000, 99'000, true, false},  {"draining", 99'000, 99'000, true, false},
        {"stopped", 99'000, 99'000, false, false}, {"ready", 200'000, 99'000, false, false},
        {"registering", 99'500, 0, true, false},
    };
    for (const Case& one : cases) {
        LoopStatus status;
        status.state = one.state;
        status.loop_ms = one.loop_ms;
        status.last_sync_ms = one.last_sync_ms;
        EXPECT_EQ(judge(status, Probe::live, 100'000).healthy, one.live) << one.state << one.loop_ms;
        EXPECT_EQ(judge(status, Probe::ready, 100'000).healthy, one.ready) << one.state << one.loop_ms;
        EXPECT_FALSE(judge(status, Probe::ready, 100'000).sentence.empty());
    }
    // The probe's exit code tells a refused client from a scheduler that is not there; liveness knows neither.
    LoopStatus status;
    status.state = "unready";
    status.loop_ms = 99'000;
    for (const auto& [trouble, code] :
         {std::pair{"unauthenticated", 3}, {"forbidden", 3}, {"unavailable", 5}, {"", 1}}) {
        status.trouble = trouble;
        EXPECT_EQ(judge(status, Probe::ready, 100'000).exit_code, code) << trouble;
        EXPECT_EQ(judge(status, Probe::live, 100'000).exit_code, 0);
    }
}

TEST(Status, IsReadBackAndNoticesADeadProcess) {
    const test::TemporaryFolder folder;
    EXPECT_FALSE(check(folder / "status.json", Probe::live).healthy);
    LoopStatus status;
    status.pid = ::getpid();
    status.kind = "run";
    status.state = "ready";
    status.tasks = {"t1.1"};
    status.loop_ms = status.last_sync_ms = monotonic_ms();
    ASSERT_TRUE(write_status(folder / "status.json", status));
    EXPECT_EQ(read_status(folder / "status.json")->tasks, status.tasks);
    EXPECT_TRUE(check(folder / "status.json", Probe::ready).healthy);
    status.pid = 0x7FFFFFF0;
    ASSERT_TRUE(write_status(folder / "status.json", status));
    EXPECT_FALSE(check(folder / "status.json", Probe::live).healthy);
    folder.write("status.json", "{");
    EXPECT_FALSE(check(folder / "status.json", Probe::live).healthy);
}

}  // namespace
}  // namespace towline::health
