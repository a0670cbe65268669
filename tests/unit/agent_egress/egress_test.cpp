#include <gtest/gtest.h>

#include <fstream>
#include <iterator>

#include "base/strings.h"
#include "egress/chain.h"
#include "egress/journal.h"
#include "egress/report.h"
#include "http_message/compression.h"
#include "support/temporary_folder.h"

namespace towline::egress {
namespace {

using test::TemporaryFolder;

constexpr std::size_t kMegabyte = 1 << 20;

std::string read(const std::filesystem::path& file) {
    std::ifstream in(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
}
void write(const std::filesystem::path& file, const std::string& text) {
    std::ofstream(file, std::ios::binary | std::ios::trunc) << text;
}

class Egress : public testing::Test {
 protected:
    void fill(int calls) {
        auto journal = Journal::open(folder_.path(), 16 * kMegabyte);
        ASSERT_TRUE(journal) << journal.error().message;
        for (int i = 0; i < calls; ++i) {
            const std::int64_t call = (*journal)->last_call() + 1;
            (*journal)->sent(
                call, Part::head,
                "POST /sqlmesh/a/b/api/v1/executors/e1/sync?x=1 HTTP/1.1\r\nHost: h\r\nAuthorization: Bearer "
                "tok\r\nContent-Type: application/json\r\n\r\n");
            (*journal)->sent(call, Part::body, R"({"slots_free":1,"held":[{"task_id":"t"},{"task_id":"u"}]})");
        }
        head_ = (*journal)->head();
    }
    std::filesystem::path file() const { return journal_files(folder_.path()).front(); }

    TemporaryFolder folder_;
    Head head_;
};

TEST_F(Egress, TheChainIsSoundAndGoesOnAfterARestart) {
    fill(2);
    fill(1);
    EXPECT_EQ(head_.seq, 6);
    std::vector<std::int64_t> calls;
    const Verdict verdict = verify(folder_.path(), head_.text(), [&](const Line& line) { calls.push_back(line.call); });
    EXPECT_TRUE(verdict.sound) << verdict.sentence;
    EXPECT_EQ(calls, (std::vector<std::int64_t>{1, 1, 2, 2, 3, 3}));
    EXPECT_EQ(read(file()).find("Bearer"), std::string::npos);
}

TEST_F(Egress, EveryKindOfTamperingIsFound) {
    fill(3);
    const std::string whole = read(file());
    const std::vector<std::string> lines = split(whole, "\n");
    const auto without = [&](std::size_t skipped) {
        std::string out;
        for (std::size_t i = 0; i + 1 < lines.size(); ++i)
            if (i != skipped) out += lines[i] + "\n";
        return out;
    };
    std::string swapped = lines[1] + "\n" + lines[0] + "\n" + lines[2] + "\n";
    const std::string cases[] = {replace_all(whole, "slots_free", "slots_none"),
                                 without(0 + 1),
                                 without(3),
                                 swapped,
                                 lines[0] + "\n" + lines[0] + "\n",
                                 whole + "not json\n"};
    for (const std::string& text : cases) {
        write(file(), text);
        EXPECT_FALSE(verify(folder_.path(), "").sound) << text.substr(0, 200);
    }
    // What the chain alone cannot tell needs a head noted elsewhere.
    write(file(), without(lines.size() - 2));
    EXPECT_TRUE(verify(folder_.path(), "").sound);
    EXPECT_FALSE(verify(folder_.path(), head_.text()).sound);
}

TEST_F(Egress, ATornLastLineIsCutOff) {
    fill(2);
    write(file(), read(file()) + "{\"seq\":5,\"pr");
    EXPECT_TRUE(verify(folder_.path(), head_.text()).sound);
    fill(1);
    const Verdict verdict = verify(folder_.path(), head_.text());
    EXPECT_TRUE(verdict.sound) << verdict.sentence;
    EXPECT_EQ(verdict.head.seq, 6);
}

TEST_F(Egress, ADamagedEndIsKeptAndNamedAndANewChainBegins) {
    fill(2);
    const std::string damaged = read(file()) + "no line of ours\n";
    write(file(), damaged);
    auto journal = Journal::open(folder_.path(), 16 * kMegabyte);
    ASSERT_TRUE(journal) << journal.error().message;
    EXPECT_NE((*journal)->damage().find(file().filename().string()), std::string::npos) << (*journal)->damage();
    (*journal)->sent(1, Part::body, "x");
    EXPECT_EQ((*journal)->head().seq, 1);
    EXPECT_EQ(read(file()), damaged);
    EXPECT_EQ(journal_files(folder_.path()).size(), 2U);
    EXPECT_FALSE(verify(folder_.path(), "", nullptr).sound);
    journal->reset();
    EXPECT_TRUE(Journal::open(folder_.path(), 16 * kMegabyte).value()->damage().empty());
}

TEST_F(Egress, IsBoundedAndTheChainGoesOverFiles) {
    auto journal = Journal::open(folder_.path(), 2 * kMegabyte);
    ASSERT_TRUE(journal);
    const std::string body(100'000, 'x');
    for (int i = 0; i < 60; ++i) (*journal)->sent((*journal)->last_call() + 1, Part::body, body);
    std::uintmax_t total = 0;
    for (const auto& one : journal_files(folder_.path())) total += std::filesystem::file_size(one);
    EXPECT_LE(total, 2 * kMegabyte);
    EXPECT_GT(total, kMegabyte / 2);
    const Verdict verdict = verify(folder_.path(), (*journal)->head().text());
    EXPECT_TRUE(verdict.sound) << verdict.sentence;
    EXPECT_GT(verdict.first_seq, 1);
    EXPECT_EQ(verdict.head.seq, 60);
}

TEST_F(Egress, TheReportNamesEveryField) {
    fill(2);
    {
        auto journal = Journal::open(folder_.path(), 16 * kMegabyte);
        const std::int64_t call = (*journal)->last_call() + 1;
        (*journal)->sent(
            call, Part::head,
            "PUT /sqlmesh/a/b/api/v1/attempts/t.1/log?offset=0 HTTP/1.1\r\nContent-Type: text/plain; charset=utf-8\r\n"
            "Content-Encoding: gzip\r\n\r\n");
        (*journal)->sent(call, Part::body, http::gzip("line one\nline two\n"));
    }
    const Report shown = report(folder_.path(), "");
    EXPECT_TRUE(shown.verdict.sound);
    for (const char* part : {"POST /sqlmesh/a/b/api/v1/executors/{id}/sync  (2 times", "held[].task_id", "4 times",
                             "slots_free", "header authorization", "query x",
                             "PUT /sqlmesh/a/b/api/v1/attempts/{id}/log", "(log lines)", "18 bytes", "head 6:"})
        EXPECT_NE(shown.text.find(part), std::string::npos) << part << "\n" << shown.text;
}

TEST(WithoutCredentials, ReplacesOnlyThem) {
    const std::string head = "GET / HTTP/1.1\r\nHost: h\r\nauthorization: Basic abc\r\nX: y\r\n\r\n";
    const std::string kept = without_credentials(head);
    EXPECT_EQ(kept.find("abc\r"), std::string::npos);
    EXPECT_NE(kept.find("authorization: sha256:"), std::string::npos);
    EXPECT_TRUE(kept.starts_with("GET / HTTP/1.1\r\nHost: h\r\n"));
    EXPECT_TRUE(kept.ends_with("\r\nX: y\r\n\r\n"));
}

}  // namespace
}  // namespace towline::egress
