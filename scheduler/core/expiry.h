#pragma once
// When environments and snapshots expire, and which tables go with them. Pure.

#include <optional>
#include <string_view>
#include <vector>

#include "model/snapshot.h"
#include "plan/cleanup.h"

namespace towline::core {

/// Prod never expires, whatever its record says.
bool is_expired(const model::Environment& environment, model::TimestampMs now);

/// True if a plan that was made over the plan `base` ("" = no environment) may be applied to what there is. An expired
/// environment is as good as none, and a restatement may still be made over it.
bool fits_base(const std::optional<model::Environment>& existing, std::string_view base, model::TimestampMs now);

/// A stored snapshot and whether its time to live is over.
struct StoredSnapshot {
    model::TableInfo info;
    bool past_ttl = false;
};
/// What goes: records, and the tables that nothing has a name for any more.
struct Expiry {
    std::vector<model::SnapshotId> snapshots;
    std::vector<plan::PhysicalTable> tables;
};
/// A snapshot expires if its time is over and nobody uses it. A table goes if no snapshot that stays, and nothing in
/// use, has a table of that name: several snapshots may share one. `stored` has every snapshot of the models in
/// question, `in_use` what environments, plans and runs name.
Expiry expire(const std::vector<StoredSnapshot>& stored, const std::vector<model::TableInfo>& in_use);

/// Of tables that were to be dropped, those that nothing has come to use meanwhile.
std::vector<plan::PhysicalTable> still_unused(const std::vector<plan::PhysicalTable>& tables,
                                              const std::vector<model::TableInfo>& in_use);

}  // namespace towline::core
