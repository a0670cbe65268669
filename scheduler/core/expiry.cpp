#include "core/expiry.h"

#include <set>

namespace towline::core {
namespace {

std::set<plan::TableName> names_of(const std::vector<model::TableInfo>& infos) {
    std::set<plan::TableName> out;
    for (const model::TableInfo& info : infos)
        for (const plan::PhysicalTable& table : plan::physical_tables(info)) out.insert(table.name());
    return out;
}

}  // namespace

bool is_expired(const model::Environment& environment, model::TimestampMs now) {
    return model::is_dev(environment) && environment.expiration_ts && *environment.expiration_ts <= now;
}

bool fits_base(const std::optional<model::Environment>& existing, std::string_view base, model::TimestampMs now) {
    if (existing && existing->plan_id == base) return true;
    return base.empty() && (!existing || is_expired(*existing, now));
}

Expiry expire(const std::vector<StoredSnapshot>& stored, const std::vector<model::TableInfo>& in_use) {
    std::set<model::SnapshotId> used;
    for (const model::TableInfo& info : in_use) used.insert(info.id());
    std::vector<model::TableInfo> kept = in_use;
    std::vector<model::TableInfo> gone;
    for (const StoredSnapshot& one : stored)
        (one.past_ttl && !used.contains(one.info.id()) ? gone : kept).push_back(one.info);
    const std::set<plan::TableName> needed = names_of(kept);
    std::set<plan::TableName> listed;
    Expiry out;
    for (const model::TableInfo& info : gone) {
        out.snapshots.push_back(info.id());
        for (plan::PhysicalTable& table : plan::physical_tables(info))
            if (!needed.contains(table.name()) && listed.insert(table.name()).second)
                out.tables.push_back(std::move(table));
    }
    return out;
}

std::vector<plan::PhysicalTable> still_unused(const std::vector<plan::PhysicalTable>& tables,
                                              const std::vector<model::TableInfo>& in_use) {
    const std::set<plan::TableName> needed = names_of(in_use);
    std::vector<plan::PhysicalTable> out;
    for (const plan::PhysicalTable& table : tables)
        if (!needed.contains(table.name())) out.push_back(table);
    return out;
}

}  // namespace towline::core
