// A store whose disk is full: told as `unavailable`, seen by readiness, and over by itself.
#include <sys/resource.h>

#include <csignal>

#include "store_fixture.h"

namespace towline::store {
namespace {

class Trouble : public StoreTest {
 protected:
    /// From now on the store can read, but nothing can be written.
    void fill_disk() {
        if (GetParam() == "sqlite") {
            std::signal(SIGXFSZ, SIG_IGN);
            ASSERT_EQ(getrlimit(RLIMIT_FSIZE, &before_), 0);
            rlimit none = before_;
            none.rlim_cur = 0;
            ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &none), 0);
            return;
        }
        admin("SET search_path = " + schema() +
              "; CREATE FUNCTION full_disk() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'no space' "
              "USING ERRCODE = '53100'; END $$; DO $$ DECLARE t text; BEGIN FOR t IN SELECT tablename FROM pg_tables "
              "WHERE schemaname = current_schema() LOOP EXECUTE format('CREATE TRIGGER full_disk BEFORE INSERT OR "
              "UPDATE OR DELETE ON %I EXECUTE FUNCTION full_disk()', t); END LOOP; END $$");
    }
    void free_disk() {
        if (GetParam() == "sqlite")
            ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &before_), 0);
        else
            admin("SET search_path = " + schema() + "; DROP FUNCTION full_disk() CASCADE");
    }

 private:
    rlimit before_{};
};

TEST_P(Trouble, AFullDiskIsToldAndPasses) {
    const core::Executor worker = executor("w1");
    running("p1", {stage({spec("a"), spec("b")})});
    const auto got = claim(worker, 1);
    ASSERT_EQ(got.size(), 1U);
    ASSERT_OK(store().ping());

    fill_disk();
    if (HasFatalFailure()) return;
    core::Work late;
    late.id = "p2";
    late.project_id = kProject;
    late.environment = "dev";
    const Status added = store().add_work(late);
    const auto completed = store().complete(kProject, worker.id, {completion(got[0])}, kNow, 1);
    const Status ping = store().ping();
    const auto read = store().work(kProject, "p1");
    free_disk();

    ASSERT_FALSE(added);
    EXPECT_EQ(added.error().code, ErrorCode::unavailable) << added.error().message;
    EXPECT_NE(added.error().message.find("disk"), std::string::npos) << added.error().message;
    ASSERT_FALSE(completed);
    EXPECT_EQ(completed.error().code, ErrorCode::unavailable) << completed.error().message;
    EXPECT_FALSE(ping);
    EXPECT_TRUE(read) << read.error().message;

    EXPECT_TRUE(store().ping());
    ASSERT_OK(store().add_work(late));
    EXPECT_EQ(complete(worker, completion(got[0])).ack, protocol::Ack::accepted);
    EXPECT_EQ(claim(worker, 4).size(), 1U);
}

ON_EVERY_STORE(Trouble);

}  // namespace
}  // namespace towline::store
