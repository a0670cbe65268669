#pragma once
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/guarded.h"
#include "runner/runner.h"
#include "spool/record_file.h"

namespace towline::spool {

/// An engine session that runs, or ran, a task.
struct SessionRecord {
    std::string gateway;
    std::string session_id;
    std::string attempt_id;
};

/// The session journal on disk. opened() returns when the record is synced, before anything is executed. Any
/// thread.
class SessionFile final : public runner::SessionJournal {
 public:
    /// Reads `folder`/sessions.log.
    static Result<std::unique_ptr<SessionFile>> open(const std::filesystem::path& folder);

    Status opened(const std::string& gateway, const std::string& session_id, const std::string& attempt_id) override;
    void closed(const std::string& gateway, const std::string& session_id) override;

    /// What an earlier process opened and did not close.
    std::vector<SessionRecord> left_over() const;

 private:
    using Key = std::pair<std::string, std::string>;  ///< gateway, session id
    struct Entry {
        SessionRecord session;
        bool inherited = false;  ///< of an earlier process
    };
    struct State {
        explicit State(RecordFile opened) : file(std::move(opened)) {}
        RecordFile file;
        std::map<Key, Entry> open;
    };
    explicit SessionFile(RecordFile file) : state_(State(std::move(file))) {}
    static void load(State& state);
    static void compact_if_due(State& state);

    Guarded<State> state_;
};

/// Kills the sessions a dead predecessor left and strikes those from the journal that are gone. `kill` tells
/// whether the session existed. What could not be reached stays for the next try; returns how many stay.
std::size_t end_left_over_sessions(SessionFile& journal, const std::function<Result<bool>(const SessionRecord&)>& kill);

}  // namespace towline::spool
