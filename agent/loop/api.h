#pragma once
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "http_client/transport.h"
#include "model/snapshot.h"
#include "protocol/executor.h"

namespace towline::loop {

/// What decides about retrying: the transport's outcome and whether a good answer's body could be read.
struct CallOutcome {
    Result<http::HttpResponse> response;
    std::optional<bool> decoded;
    int status() const { return response ? response->status : 0; }
};

/// A value, or the scheduler's refusal, or the transport's failure; and what to think of it.
template <class T>
struct Answer {
    Result<T> value;
    CallOutcome outcome;
};

struct LogReceipt {
    std::int64_t next_offset = 0;
    bool gap = false;  ///< the scheduler has less than was assumed: go on from next_offset
};

/// Snapshots and what their text took.
struct FetchedSnapshots {
    std::vector<model::Snapshot> items;
    std::size_t bytes = 0;
};

/// The calls an executor makes (docs/wire_protocol.md). Any thread.
class SchedulerApi {
 public:
    /// `transport` adds the authorization and must outlive this object. `project_url` has no slash at its
    /// end.
    SchedulerApi(http::HttpTransport& transport, std::string project_url)
        : transport_(transport), base_(std::move(project_url) + "/api/v1") {}

    Answer<protocol::RegisterResponse> register_executor(const protocol::RegisterRequest& request,
                                                         const http::CancelToken& cancel);
    Answer<protocol::SyncResponse> sync(const std::string& executor_id, const protocol::SyncRequest& request,
                                        const http::CancelToken& cancel);
    /// Those of the ids that exist, in no order; at most kSnapshotIdsPerCallMax may be asked for. An answer of too many
    /// values is `too_large` before it is parsed, and one is parsed at a time: that is what takes memory.
    Answer<FetchedSnapshots> snapshots(const std::vector<model::SnapshotId>& ids);
    Answer<LogReceipt> put_log(const std::string& attempt_id, std::int64_t offset, std::string bytes,
                               const http::CancelToken& cancel);

 private:
    http::HttpTransport& transport_;
    std::string base_;
    std::mutex parsing_;
};

}  // namespace towline::loop
