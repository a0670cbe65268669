// News between processes that share a store. Two Store objects on one address stand for two processes.
#include <chrono>
#include <condition_variable>

#include "base/guarded.h"
#include "store/news.h"
#include "store_fixture.h"

namespace towline::store {
namespace {

// A deadline for broken code, never a pace.
constexpr std::chrono::seconds kLongest{60};

/// What one process heard.
class Ear {
 public:
    Hear hear() {
        return [this](const News& news) {
            {
                auto heard = heard_.lock();
                heard->all.add(news);
                ++heard->count;
            }
            changed_.notify_all();
        };
    }
    bool wait(const std::function<bool(const News&)>& is_enough) {
        auto heard = heard_.lock();
        return changed_.wait_for(heard.mutex_lock(), kLongest, [&] { return is_enough(heard->all); });
    }
    void forget() { heard_.lock()->all = {}; }
    int count() { return heard_.lock()->count; }

 private:
    struct Heard {
        News all;
        int count = 0;
    };
    Guarded<Heard> heard_;
    std::condition_variable changed_;
};

bool is_connected(const News& news) { return news.work && news.leases; }

class Neighbours : public StoreTest {
 protected:
    std::unique_ptr<Store> other() {
        auto opened = open_store(url());
        EXPECT_TRUE(opened) << opened.error().message;
        return opened ? std::move(*opened) : nullptr;
    }
};

TEST_P(Neighbours, HearWhatOneOfThemTells) {
    const auto here = other();
    const auto there = other();
    Ear near, far;
    here->listen(near.hear());
    there->listen(far.hear());
    if (GetParam() == "sqlite") {
        // One process: nothing is told, nobody is called.
        here->tell({.work = true, .leases = true, .recalled = {}});
        EXPECT_EQ(near.count() + far.count(), 0);
        return;
    }
    // Who has just connected may have missed anything.
    ASSERT_TRUE(near.wait(is_connected));
    ASSERT_TRUE(far.wait(is_connected));
    near.forget();
    far.forget();
    std::set<std::string> many;
    for (int i = 0; i < 500; ++i) many.insert(crypto::random_hex(16));
    here->tell({.work = false, .leases = false, .recalled = many});
    EXPECT_TRUE(far.wait([&](const News& news) { return news.recalled == many; }));
    here->tell({.work = true, .leases = false, .recalled = {}});
    EXPECT_TRUE(far.wait([](const News& news) { return news.work && !news.leases; }));
    // Whoever tells does not hear himself: this comes after it on the same channel.
    there->tell({.work = false, .leases = true, .recalled = {}});
    EXPECT_TRUE(near.wait([](const News& news) { return news.leases && !news.work && news.recalled.empty(); }));
    there->listen({});
    here->listen({});
}

TEST_P(Neighbours, ListenAgainAfterALostConnection) {
    if (GetParam() == "sqlite") return;
    const auto here = other();
    const auto there = other();
    Ear near, far;
    here->listen(near.hear());
    there->listen(far.hear());
    ASSERT_TRUE(near.wait(is_connected));
    ASSERT_TRUE(far.wait(is_connected));
    far.forget();
    // All that listen to this store's channel: others' tests are on other channels.
    admin("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query = 'LISTEN \"towline_" +
          crypto::sha256(schema()).substr(0, 32) + "\"'");
    ASSERT_TRUE(far.wait(is_connected));
    ASSERT_TRUE(near.wait(is_connected));
    far.forget();
    // The first word may still go over the lost connection: news are best effort.
    bool is_heard = false;
    for (int i = 0; i < 10 && !is_heard; ++i) {
        here->tell({.work = false, .leases = false, .recalled = {"e" + std::to_string(i)}});
        is_heard = far.wait([](const News& news) { return !news.recalled.empty(); });
    }
    EXPECT_TRUE(is_heard);
}

ON_EVERY_STORE(Neighbours);

TEST(News, TextsAreShortAndReadBack) {
    News news{.work = true, .leases = true, .recalled = {}};
    for (int i = 0; i < 1000; ++i) news.recalled.insert(crypto::random_hex(16));
    News back;
    for (const std::string& text : news_texts("me", news)) {
        EXPECT_LT(text.size(), 8000U);
        EXPECT_FALSE(news_from(text, "me"));
        back.add(*news_from(text, "you"));
    }
    EXPECT_TRUE(back.work && back.leases);
    EXPECT_EQ(back.recalled, news.recalled);
    EXPECT_TRUE(news_from("other newer:word", "me")->empty());
}

}  // namespace
}  // namespace towline::store
