// Deleting what expired. A table outlives its snapshots as a tombstone until an executor has dropped it.
#include <algorithm>
#include <set>

#include "crypto/crypto.h"
#include "model/codec.h"
#include "store/rows.h"
#include "store/sql_store.h"

namespace towline::store {
namespace {

constexpr std::int64_t kSnapshotsMax = 100'000;
constexpr std::int64_t kTombstonesMax = 5'000;
constexpr std::size_t kIdsPerStatement = 500;

/// The environments' own word, in the transaction that deletes.
Status refuse_named(SqlSession& session, const std::string& project_id, const std::vector<SnapshotId>& ids) {
    const std::set<SnapshotId> wanted(ids.begin(), ids.end());
    TRY(const SqlRows rows, session.run("environments", {project_id}));
    for (std::size_t i = 0; i < rows.size(); ++i) {
        const bool is_finalized = rows.row(i).maybe_num("finalized_ts").has_value();
        for (const char* column : {"snapshots", "previous_finalized_snapshots"}) {
            const auto text = rows.row(i).maybe_text(column);
            if (!text || (is_finalized && std::string_view(column) != "snapshots")) continue;
            TRY(const json::Document document, json::Document::parse(*text));
            for (const json::Reader& item : document.root().items()) {
                TRY(const model::TableInfo info, model::table_info_from_json(item));
                if (wanted.contains(info.id()))
                    return fail(ErrorCode::conflict,
                                "environment '" + rows.row(i).text("name") + "' uses " + info.name);
            }
        }
    }
    return {};
}

}  // namespace

Result<std::vector<SnapshotId>> SqlStore::snapshots_past_ttl(const std::string& project_id, TimestampMs now,
                                                             bool ignore_ttl) {
    std::vector<SnapshotId> out;
    TRY_STATUS(each_row("snapshots_past_ttl", {project_id, now, sql_flag(ignore_ttl), kSnapshotsMax},
                        [&](const SqlRow& row) -> Status {
                            out.push_back({row.text("name"), row.text("identifier")});
                            return {};
                        }));
    return out;
}

Status SqlStore::expire_snapshots(const std::string& project_id, const std::vector<SnapshotId>& ids,
                                  const std::vector<plan::PhysicalTable>& tables, TimestampMs now) {
    return write([&](SqlSession& session) -> Status {
        TRY_STATUS(refuse_named(session, project_id, ids));
        for (std::size_t first = 0; first < ids.size(); first += kIdsPerStatement) {
            const auto begin = ids.begin() + static_cast<std::ptrdiff_t>(first);
            const auto end = ids.begin() + static_cast<std::ptrdiff_t>(std::min(ids.size(), first + kIdsPerStatement));
            const std::string list = snapshot_id_list({begin, end});
            TRY_STATUS(session.run("snapshots_delete", {project_id, list}));
            TRY_STATUS(session.run("intervals_delete_unused", {project_id, list}));
            TRY_STATUS(session.run("intervals_anonymise", {project_id, list}));
        }
        TRY_STATUS(session.run("auto_restatements_delete_unused", {project_id}));
        for (const plan::PhysicalTable& table : tables)
            TRY_STATUS(session.run("tombstone_add", {crypto::random_hex(16), project_id, model::to_json(table.info),
                                                     sql_flag(table.dev), now}));
        return {};
    });
}

Result<std::vector<Tombstone>> SqlStore::tombstones(const std::string& project_id) {
    std::vector<Tombstone> out;
    TRY_STATUS(each_row("tombstones", {project_id, kTombstonesMax}, [&](const SqlRow& row) -> Status {
        TRY(const json::Document document, json::Document::parse(row.text("table_info")));
        Tombstone one;
        one.id = row.text("id");
        TRY(one.table.info, model::table_info_from_json(document.root()));
        one.table.dev = row.flag("is_dev");
        out.push_back(std::move(one));
        return {};
    }));
    return out;
}

Status SqlStore::remove_tombstones(const std::string& project_id, const std::vector<std::string>& ids) {
    if (ids.empty()) return {};
    TRY_STATUS(change("tombstones_delete", {project_id, id_list(ids)}));
    return {};
}

}  // namespace towline::store
