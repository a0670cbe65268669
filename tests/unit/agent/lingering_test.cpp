#include "engines/lingering.h"

#include <gtest/gtest.h>

#include <future>
#include <memory>
#include <optional>

namespace towline::engines {
namespace {

using namespace std::chrono_literals;
constexpr auto kNever = 1h;

/// Tells when it is gone.
struct Resource {
    std::promise<void> gone;
    ~Resource() { gone.set_value(); }
};

class LingeringTest : public ::testing::Test {
 protected:
    void open(Lingering& lingering) {
        auto resource = std::make_shared<Resource>();
        gone_ = resource->gone.get_future();
        use_.emplace(lingering, std::move(resource));
    }
    bool is_gone() const { return gone_.wait_for(0s) == std::future_status::ready; }

    std::future<void> gone_;
    std::optional<Lingering::Use> use_;
};

TEST_F(LingeringTest, WithoutMoreItGoesWithTheLastUse) {
    Lingering lingering({kNever, kNever, 0ms});
    open(lingering);
    EXPECT_FALSE(is_gone());
    use_.reset();
    EXPECT_TRUE(is_gone());
}

TEST_F(LingeringTest, StaysWhileMoreIsExpectedAndGoesWhenNoLonger) {
    Lingering lingering({kNever, kNever, 0ms});
    lingering.expect_more(true);
    open(lingering);
    use_.reset();
    EXPECT_FALSE(is_gone());
    lingering.expect_more(false);
    EXPECT_TRUE(is_gone());
}

TEST_F(LingeringTest, IsNotTakenFromARunningUse) {
    Lingering lingering({kNever, kNever, 0ms});
    lingering.expect_more(true);
    open(lingering);
    lingering.expect_more(false);
    EXPECT_FALSE(is_gone());
    use_.reset();
    EXPECT_TRUE(is_gone());
}

TEST_F(LingeringTest, GoesByItselfAfterTheIdleTime) {
    Lingering lingering({1ms, kNever, 0ms});
    lingering.expect_more(true);
    open(lingering);
    use_.reset();
    EXPECT_EQ(gone_.wait_for(60s), std::future_status::ready);
}

TEST_F(LingeringTest, AfterItsTimeTheOthersGetATurn) {
    Lingering lingering({kNever, 0ms, kNever});
    lingering.expect_more(true);
    EXPECT_EQ(lingering.pause(), 0ms);
    open(lingering);
    use_.reset();
    EXPECT_TRUE(is_gone());
    EXPECT_GT(lingering.pause(), 59min);
}

TEST_F(LingeringTest, EndsWithItsOwner) {
    {
        Lingering lingering({kNever, kNever, 0ms});
        lingering.expect_more(true);
        open(lingering);
        use_.reset();
        EXPECT_FALSE(is_gone());
    }
    EXPECT_TRUE(is_gone());
}

}  // namespace
}  // namespace towline::engines
