#pragma once
// What executors and the scheduler say to each other (docs/wire_protocol.md). Values and their JSON; no transport.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "json/json.h"
#include "plan/stages.h"
#include "project/project.h"

namespace towline::protocol {

/// `run` executors take the tasks of runs, `apply` executors those of plans.
enum class ExecutorKind { run, apply };
std::string_view to_string(ExecutorKind kind);
Result<ExecutorKind> executor_kind_from(std::string_view word);

struct RegisterRequest {
    ExecutorKind kind = ExecutorKind::run;
    std::string name;     ///< stable across restarts; the newest boot of a name wins
    std::string boot_id;  ///< random per process
    std::string version;  ///< the program's
    int protocol = 1;
    int slots = 1;
    std::vector<project::Gateway> gateways;  ///< name, type, default catalog; never a host, a user or a variable
    std::vector<std::string> labels;         ///< see takes_labels()
    std::vector<std::string> task_kinds;     ///< what it can do
    std::int64_t now_ms = 0;                 ///< for the skew warning only
};
struct RegisterResponse {
    std::string executor_id;
    std::int64_t lease_ttl_ms = 0;
    std::int64_t sync_wait_ms = 0;
    std::int64_t clock_skew_ms = 0;
};

/// A lease as its holder names it.
struct LeaseRef {
    std::string task_id;
    std::string attempt_id;
    std::int64_t epoch = 0;
};

enum class Outcome { succeeded, failed, cancelled, refused };
std::string_view to_string(Outcome outcome);
Result<Outcome> outcome_from(std::string_view word);

struct AuditResult {
    std::string name;
    bool blocking = true;
    std::int64_t count = 0;  ///< offending rows; 0 = passed
    std::string status;      ///< passed | failed | skipped | error
};

/// Finished work. The closed list of what leaves the customer's network about an attempt, besides its log.
struct Completion {
    LeaseRef lease;
    Outcome outcome = Outcome::succeeded;
    std::int64_t duration_ms = 0;
    std::optional<std::int64_t> rows;
    std::string error_code;     ///< ErrorCode word
    std::string error_message;  ///< scrubbed
    bool retryable = true;
    std::vector<AuditResult> audits;
};

struct SyncRequest {
    std::string boot_id;
    int slots_free = 0;
    bool draining = false;
    std::int64_t wait_ms = 0;  ///< how long the caller is willing to be parked
    std::vector<LeaseRef> held;
    std::vector<Completion> completions;
    std::vector<std::string> cancelling;     ///< attempts whose cancel was received
    std::string health;                      ///< one word: ok | degraded
    std::vector<project::Gateway> gateways;  ///< only when they changed since registration
    bool asks_more = false;                  ///< wants LeasedTask::more_follows, which costs the scheduler a look
};

enum class Ack { accepted, superseded, unknown };
std::string_view to_string(Ack ack);
Result<Ack> ack_from(std::string_view word);
struct CompletionAck {
    std::string attempt_id;
    Ack ack = Ack::accepted;
};

/// A task with the lease it is given under.
struct LeasedTask {
    LeaseRef lease;
    std::int64_t fence = 0;  ///< grows with every claim in the whole store: carried to the engine
    std::string work_kind;   ///< plan | run
    std::string work_id;
    std::string plan_id;  ///< of the environment the task belongs to
    int attempt = 1;
    int tries_max = 3;
    std::string project;
    std::string trace_id;
    bool more_follows = false;  ///< told when asked: tasks of the same work still wait
    plan::TaskSpec spec;
};

struct SyncResponse {
    std::int64_t lease_ttl_ms = 0;
    std::vector<CompletionAck> acks;
    std::vector<std::string> lost;  ///< attempts whose lease is gone: stop them, their result is void
    std::vector<LeasedTask> tasks;
    std::vector<std::string> cancels;  ///< attempts to cancel
    bool drain = false;
    std::vector<LeaseRef> unreadable;  ///< read side only: tasks of a kind this version does not know, to be refused
};

/// Among an executor's labels: it also takes tasks that ask for none.
inline constexpr std::string_view kAnyLabel = "*";
/// True if an executor with labels `own` takes tasks that ask for none: it has none itself, or kAnyLabel.
bool takes_unlabelled(const std::vector<std::string>& own);
/// True if an executor with labels `own` is given tasks that ask for `wanted`: it has each of them; if none is asked
/// for, it must take unlabelled ones.
bool takes_labels(const std::vector<std::string>& own, const std::vector<std::string>& wanted);

/// A gateway as the wire and the store spell it: name, type, default catalog. Its variables are left out.
std::string to_json(const project::Gateway& gateway);
Result<project::Gateway> gateway_from_json(const json::Reader& reader);
std::string to_json(const RegisterRequest& v);
Result<RegisterRequest> register_request_from_json(const json::Reader& reader);
std::string to_json(const RegisterResponse& v);
Result<RegisterResponse> register_response_from_json(const json::Reader& reader);
std::string to_json(const Completion& v);
Result<Completion> completion_from_json(const json::Reader& reader);
std::string to_json(const SyncRequest& v);
Result<SyncRequest> sync_request_from_json(const json::Reader& reader);
std::string to_json(const SyncResponse& v);
Result<SyncResponse> sync_response_from_json(const json::Reader& reader);

/// RFC 9457 problem document.
struct Problem {
    int status = 500;
    std::string code;  ///< ErrorCode word or an OAuth error
    std::string title;
    std::string detail;
    std::string hint;
    std::string request_id;
};
std::string to_json(const Problem& problem);
/// The HTTP status that stands for a failure.
int http_status(ErrorCode code);
/// Reads a problem document from an answer; a body that is none gives ErrorCode::unavailable with the status.
Error error_from_answer(int status, std::string_view body);

}  // namespace towline::protocol
