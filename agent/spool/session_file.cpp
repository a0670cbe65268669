#include "spool/session_file.h"

#include "json/json.h"
#include "log/log.h"
#include "spool/limits.h"

namespace towline::spool {
namespace {

constexpr std::size_t kSessionsBytesMax = 16 << 20;
constexpr std::size_t kCompactBytes = 256 << 10;

std::string record_of(char letter, const SessionRecord& session) {
    json::Object object;
    object.str("gateway", session.gateway).str("session", session.session_id).str("attempt", session.attempt_id);
    return letter + object.dump();
}

}  // namespace

Result<std::unique_ptr<SessionFile>> SessionFile::open(const std::filesystem::path& folder) {
    TRY(RecordFile file, RecordFile::open(folder / "sessions.log", kSessionsBytesMax));
    std::unique_ptr<SessionFile> journal(new SessionFile(std::move(file)));
    load(*journal->state_.lock());
    return Result<std::unique_ptr<SessionFile>>(std::move(journal));
}

void SessionFile::load(State& state) {
    for (const std::string& record : state.file.take_records()) {
        if (record.empty()) continue;
        auto document = json::Document::parse(std::string_view(record).substr(1));
        if (!document) continue;
        const json::Reader root = document->root();
        SessionRecord session{root.str("gateway"), root.str("session"), root.str("attempt")};
        if (!root.status()) continue;
        Key key(session.gateway, session.session_id);
        if (record.front() == 'O') {
            state.open.insert_or_assign(std::move(key), Entry{std::move(session), true});
        } else {
            state.open.erase(key);
        }
    }
    compact_if_due(state);
}

Status SessionFile::opened(const std::string& gateway, const std::string& session_id, const std::string& attempt_id) {
    SessionRecord session{gateway, session_id, attempt_id};
    auto state = state_.lock();
    TRY_STATUS(state->file.append(record_of('O', session), RecordFile::Durability::synced));
    state->open.insert_or_assign(Key(gateway, session_id), Entry{std::move(session), false});
    return {};
}

void SessionFile::closed(const std::string& gateway, const std::string& session_id) {
    auto state = state_.lock();
    if (state->open.erase(Key(gateway, session_id)) == 0) return;
    const Status written =
        state->file.append(record_of('X', {gateway, session_id, ""}), RecordFile::Durability::relaxed);
    if (!written) log::failure(log::Level::warn, "the end of a session was not journalled", written.error());
    compact_if_due(*state);
}

std::vector<SessionRecord> SessionFile::left_over() const {
    auto state = state_.lock();
    std::vector<SessionRecord> out;
    for (const auto& [key, entry] : state->open) {
        if (entry.inherited) out.push_back(entry.session);
    }
    return out;
}

void SessionFile::compact_if_due(State& state) {
    if (state.file.bytes() < kCompactBytes) return;
    std::vector<std::string> records;
    for (const auto& [key, entry] : state.open) records.push_back(record_of('O', entry.session));
    const Status written = state.file.rewrite(records);
    if (!written) log::failure(log::Level::warn, "the session journal was not compacted", written.error());
}

std::size_t end_left_over_sessions(SessionFile& journal,
                                   const std::function<Result<bool>(const SessionRecord&)>& kill) {
    std::size_t left = 0;
    for (const SessionRecord& session : journal.left_over()) {
        const auto existed = kill(session);
        if (!existed && existed.error().code != ErrorCode::not_found) {
            log::failure(log::Level::warn, "a session of the former process could not be ended yet", existed.error());
            ++left;
            continue;
        }
        if (existed && *existed)
            log::warn("ended a session that the former process left running",
                      {{"gateway", session.gateway}, {"attempt", session.attempt_id}});
        journal.closed(session.gateway, session.session_id);
    }
    return left;
}

}  // namespace towline::spool
