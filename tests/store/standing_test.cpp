#include "store_fixture.h"

namespace towline::store {
namespace {

class Standing : public StoreTest {
 protected:
    /// "what kind state" of every count, with the number.
    std::map<std::string, std::int64_t> counts(TimestampMs now) {
        std::map<std::string, std::int64_t> out;
        const auto rows = store().standing(now - 60'000, now - 3'600'000);
        EXPECT_TRUE(rows) << (rows ? "" : rows.error().message);
        if (rows)
            for (const auto& row : *rows) out[row.what + " " + row.kind + " " + row.state] = row.count;
        return out;
    }
};

TEST_P(Standing, CountsWhatWaitsWhatIsLeasedWhoIsThereAndWhatEnded) {
    using Counts = std::map<std::string, std::int64_t>;
    EXPECT_EQ(counts(kNow), Counts{});
    const core::Executor worker = executor("w1");
    executor("w2");
    running("p1", {stage({spec("a"), spec("b"), spec("c")})});
    ASSERT_EQ(claim(worker, 1).size(), 1U);
    EXPECT_EQ(counts(kNow), (Counts{{"executor apply active", 2}, {"task plan leased", 1}, {"task plan ready", 2}}));
    ASSERT_OK(store().finish_work(kProject, "p1", core::WorkState::failed, "no", kNow));
    EXPECT_EQ(counts(kNow + 1)["work plan failed"], 1);
    // What is old is not counted any more.
    const Counts later = counts(kNow + 3'600'001);
    EXPECT_FALSE(later.contains("work plan failed"));
    EXPECT_FALSE(later.contains("executor apply active"));
}

ON_EVERY_STORE(Standing);

}  // namespace
}  // namespace towline::store
