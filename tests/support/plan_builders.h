#pragma once
// Small projects as values, for tests of planning. Everything is a plain function of its arguments.

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/strings.h"
#include "model/snapshot.h"
#include "time/civil.h"

namespace towline::test {

/// "2024-01-05", "2024-01-05 06:00"; aborts the test on anything else.
inline model::TimestampMs at(std::string_view text) {
    const auto t = text.size() == 10 ? time::parse_date(text) : time::parse_timestamp(text);
    return t.value();
}
inline model::Interval days(std::string_view from, std::string_view to) { return {at(from), at(to)}; }
inline std::string fqn(std::string_view name) {
    std::string out = "\"memory\"";
    for (const std::string& part : split(name, ".")) out += ".\"" + part + "\"";
    return out;
}

/// A daily SQL model "db.a" with known columns; the query names its parents, so that changing it changes the
/// hash.
inline model::Node node(std::string_view name, model::KindName kind, const std::vector<std::string>& parents = {},
                        std::string query = {}) {
    model::Node n;
    n.name = name;
    n.fqn = fqn(name);
    n.dialect = "duckdb";
    n.default_catalog = "memory";
    n.kind.name = kind;
    n.kind.dialect = "duckdb";
    n.interval_unit = "day";
    n.start = "2024-01-01";
    n.physical_schema = "sqlmesh__" + std::string(name.substr(0, name.find('.')));
    for (const std::string& parent : parents) n.depends_on.push_back(fqn(parent));
    n.query = query.empty() ? "SELECT 1 AS x" + (parents.empty() ? std::string() : " FROM " + parents.front()) : query;
    n.columns_to_types = model::Columns{{"x", "INT"}};
    if (kind == model::KindName::incremental_by_time_range) {
        n.kind.time_column = model::TimeColumn{"\"ds\"", "%Y-%m-%d"};
        n.partitioned_by = {"\"ds\""};
    }
    if (kind == model::KindName::incremental_by_partition || kind == model::KindName::incremental_unmanaged)
        n.kind.forward_only = true;
    return n;
}

/// A categorised snapshot of a node, with made-up hashes.
inline model::Snapshot snapshot(model::Node n, std::string version = "1") {
    model::Snapshot s;
    s.name = n.fqn;
    s.fingerprint = {version, "m" + version, "0", "0"};
    s.physical_schema = n.physical_schema;
    s.node = std::move(n);
    s.version = s.dev_version = std::move(version);
    s.change_category = model::ChangeCategory::breaking;
    return s;
}

}  // namespace towline::test
