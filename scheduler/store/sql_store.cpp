#include "store/sql_store.h"

#include <chrono>

#include "base/strings.h"

namespace towline::store {

Status SqlStore::migrate() {
    const auto now = std::chrono::system_clock::now().time_since_epoch();
    return migrate_database(*database_, std::chrono::duration_cast<std::chrono::milliseconds>(now).count());
}

Status SqlStore::write(const SqlDatabase::Body& body) {
    const Status done = database_->transaction(SqlMode::write, body);
    if (done)
        is_writable_ = true;
    else if (done.error().code == ErrorCode::unavailable)
        is_writable_ = false;
    return done;
}

Status SqlStore::ping() {
    if (!is_writable_)
        return write([](SqlSession& session) -> Status {
            TRY_STATUS(session.run("ping_write"));
            return {};
        });
    return each_row("ping", {}, [](const SqlRow&) -> Status { return {}; });
}

Result<bool> SqlStore::with_lock(const std::string& name, const std::function<Status()>& work) {
    return database_->with_lock(name, work);
}

Result<std::int64_t> SqlStore::change(std::string_view statement, const SqlParams& params) {
    std::int64_t changed = 0;
    const Status done = write([&](SqlSession& session) -> Status {
        TRY(const SqlRows rows, session.run(statement, params));
        changed = rows.changed();
        return {};
    });
    TRY_STATUS(done);
    return changed;
}

Status SqlStore::each_row(std::string_view statement, const SqlParams& params,
                          const std::function<Status(const SqlRow&)>& each) {
    SqlRows rows;
    const Status done = database_->transaction(SqlMode::single, [&](SqlSession& session) -> Status {
        TRY(rows, session.run(statement, params));
        return {};
    });
    TRY_STATUS(done);
    for (std::size_t i = 0; i < rows.size(); ++i) TRY_STATUS(each(rows.row(i)));
    return {};
}

Result<std::unique_ptr<Store>> open_store(const std::string& url) {
    constexpr std::string_view kSqlite = "sqlite:";
    if (url.substr(0, kSqlite.size()) == kSqlite) {
        TRY(std::unique_ptr<SqlDatabase> database, open_sqlite_database(url.substr(kSqlite.size())));
        return std::make_unique<SqlStore>(std::move(database));
    }
    const bool is_pg = url.substr(0, 13) == "postgresql://" || url.substr(0, 11) == "postgres://" ||
                       url.find("host=") != std::string::npos;
    if (is_pg) {
        TRY(std::unique_ptr<SqlDatabase> database, open_pg_database(url));
        return std::make_unique<SqlStore>(std::move(database));
    }
    return fail(ErrorCode::invalid, "the store's address is neither sqlite:PATH nor postgresql://…",
                "for example sqlite:/var/lib/towline/store.db");
}

}  // namespace towline::store
