#include "store/pg_neighbours.h"

#include <optional>
#include <utility>

#include "base/strings.h"
#include "crypto/crypto.h"
#include "log/log.h"
#include "pg/connection.h"

namespace towline::store {
namespace {

constexpr std::chrono::milliseconds kWait{200};    // how late `stop` is noticed
constexpr std::chrono::milliseconds kAgain{1000};  // between two tries to connect
constexpr std::chrono::milliseconds kGather{5};    // what follows within this goes with it
constexpr std::size_t kRecalledPerText = 100;
constexpr std::string_view kRecall = "recall:";

/// Of the stores in one database, each in a schema of its own, each has a channel. A name of PostgreSQL has 63 bytes.
Result<std::string> channel_of(pg::Connection& connection) {
    TRY(const pg::Rows rows, connection.exec("SELECT current_schema()"));
    return "towline_" + crypto::sha256(rows.cell(0, 0) ? rows.text(0, 0) : std::string()).substr(0, 32);
}

}  // namespace

std::vector<std::string> news_texts(const std::string& sender, const News& news) {
    std::vector<std::string> out(1, sender);
    if (news.work) out.back() += " work";
    if (news.leases) out.back() += " leases";
    std::size_t count = 0;
    for (const std::string& id : news.recalled) {
        if (count > 0 && count % kRecalledPerText == 0) out.push_back(sender);
        out.back() += " " + std::string(kRecall) + id;
        ++count;
    }
    return out;
}

std::optional<News> news_from(std::string_view text, const std::string& own) {
    const std::vector<std::string> words = split(text, " ");
    if (words.empty() || words.front() == own) return std::nullopt;
    News news;
    for (const std::string& word : words) {
        if (word == "work") news.work = true;
        if (word == "leases") news.leases = true;
        if (word.rfind(kRecall, 0) == 0) news.recalled.insert(word.substr(kRecall.size()));
    }
    return news;
}

PgNeighbours::PgNeighbours(std::string conninfo) : conninfo_(std::move(conninfo)), name_(crypto::random_hex(8)) {}

void PgNeighbours::listen(Hear hear) {
    stop();
    hear_ = std::move(hear);
    {
        auto state = state_.lock();
        state->pending = {};
        state->running = true;
        state->stopping = false;
    }
    listener_ = std::thread([this] { listen_loop(); });
    teller_ = std::thread([this] { tell_loop(); });
}

void PgNeighbours::stop() {
    {
        auto state = state_.lock();
        state->stopping = true;
        state->running = false;
    }
    changed_.notify_all();
    if (listener_.joinable()) listener_.join();
    if (teller_.joinable()) teller_.join();
}

void PgNeighbours::tell(const News& news) {
    {
        auto state = state_.lock();
        if (!state->running || news.empty()) return;
        state->pending.add(news);
    }
    changed_.notify_all();
}

/// True if it is to stop.
bool PgNeighbours::wait_to_stop(std::chrono::milliseconds time) {
    auto state = state_.lock();
    return changed_.wait_for(state.mutex_lock(), time, [&] { return state->stopping; });
}

void PgNeighbours::listen_loop() {
    bool was_lost = false;
    while (true) {
        const Status ended = listen_once(was_lost);
        if (ended) return;
        if (!std::exchange(was_lost, true))
            log::failure(log::Level::warn, "news of other schedulers are not heard", ended.error());
        if (wait_to_stop(kAgain)) return;
    }
}

// Listens until it is to stop (success) or the connection fails.
Status PgNeighbours::listen_once(bool& was_lost) {
    TRY(pg::Connection connection, pg::Connection::open(conninfo_));
    TRY(const std::string channel, channel_of(connection));
    TRY_STATUS(connection.listen(channel));
    if (std::exchange(was_lost, false)) log::info("news of other schedulers are heard again");
    hear_({.work = true, .leases = true, .recalled = {}});
    while (true) {
        pg::Call call;
        call.timeout = kWait;
        TRY(const std::optional<pg::Notification> heard, connection.wait_notification(call));
        if (heard)
            if (const std::optional<News> news = news_from(heard->payload, name_)) hear_(*news);
        if (state_.lock()->stopping) return {};
    }
}

void PgNeighbours::tell_loop() {
    std::optional<pg::Connection> connection;
    std::string channel;
    const auto say = [&](const News& news) -> Status {
        if (!connection || !connection->usable()) {
            connection.reset();
            TRY(pg::Connection opened, pg::Connection::open(conninfo_));
            // Telling changes no row; nobody needs to wait for the disk.
            TRY_STATUS(opened.exec("SET synchronous_commit = off"));
            TRY(channel, channel_of(opened));
            connection = std::move(opened);
        }
        for (const std::string& text : news_texts(name_, news)) TRY_STATUS(connection->notify(channel, text));
        return {};
    };
    while (true) {
        News news;
        {
            auto state = state_.lock();
            changed_.wait(state.mutex_lock(), [&] { return state->stopping || !state->pending.empty(); });
            if (state->stopping) return;
            news = std::exchange(state->pending, {});
        }
        const bool told = say(news).has_value();
        if (!told) connection.reset();
        if (wait_to_stop(told ? kGather : kAgain)) return;
    }
}

}  // namespace towline::store
