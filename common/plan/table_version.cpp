#include "plan/table_version.h"

namespace towline::plan {

std::set<TableVersion> shown_tables(const model::Environment& environment) {
    std::set<TableVersion> out;
    for (const model::TableInfo& info : environment.snapshots) out.emplace(info.name, info.version);
    if (environment.previous_finalized_snapshots)
        for (const model::TableInfo& info : *environment.previous_finalized_snapshots)
            out.emplace(info.name, info.version);
    return out;
}

}  // namespace towline::plan
