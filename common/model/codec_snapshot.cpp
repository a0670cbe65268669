#include "model/codec.h"
#include "model/codec_parts.h"

namespace towline::model {
namespace codec {
namespace {

json::Object fingerprint_object(const Fingerprint& f) {
    json::Object out;
    out.str("data_hash", f.data_hash).str("metadata_hash", f.metadata_hash);
    out.str("parent_data_hash", f.parent_data_hash).str("parent_metadata_hash", f.parent_metadata_hash);
    return out;
}

Fingerprint read_fingerprint(const json::Reader& in) {
    return {in.str("data_hash"), in.str("metadata_hash"), in.str("parent_data_hash", "0"),
            in.str("parent_metadata_hash", "0")};
}

ChangeCategory read_category(const json::Reader& in) {
    const std::int64_t number = in.num("change_category", 0);
    if (number < 0 || number > static_cast<int>(ChangeCategory::metadata)) {
        in.reject("change_category", "unknown change category");
        return ChangeCategory::none;
    }
    return static_cast<ChangeCategory>(number);
}

void write_category(json::Object& out, ChangeCategory category) {
    if (category != ChangeCategory::none) out.num("change_category", static_cast<int>(category));
}

void write_text(json::Object& out, std::string_view key, const std::string& text) {
    if (!text.empty()) out.str(key, text);
}

json::Array ids_array(const std::vector<SnapshotId>& ids) {
    json::Array out;
    for (const SnapshotId& id : ids) out.sub(id_object(id));
    return out;
}

std::vector<SnapshotId> read_ids(const json::Reader& in, std::string_view key) {
    std::vector<SnapshotId> out;
    for (const json::Reader& item : in.list(key)) out.push_back(read_id(item));
    return out;
}

json::Array data_versions_array(const std::vector<DataVersion>& versions) {
    json::Array out;
    for (const DataVersion& v : versions) {
        json::Object item;
        item.sub("fingerprint", fingerprint_object(v.fingerprint)).str("version", v.version);
        write_text(item, "dev_version", v.dev_version);
        write_category(item, v.change_category);
        write_text(item, "physical_schema", v.physical_schema);
        item.str("dev_table_suffix", v.dev_table_suffix);
        item.str("table_naming_convention", v.table_naming_convention);
        item.str("virtual_environment_mode", v.virtual_environment_mode);
        out.sub(item);
    }
    return out;
}

std::vector<DataVersion> read_data_versions(const json::Reader& in, std::string_view key) {
    std::vector<DataVersion> out;
    for (const json::Reader& item : in.list(key)) {
        DataVersion v;
        v.fingerprint = read_fingerprint(item.sub("fingerprint"));
        v.version = item.str("version", "");
        v.dev_version = item.str("dev_version", "");
        v.change_category = read_category(item);
        v.physical_schema = item.str("physical_schema", "");
        v.dev_table_suffix = item.str("dev_table_suffix", "dev");
        v.table_naming_convention = item.str("table_naming_convention", "schema_and_table");
        v.virtual_environment_mode = item.str("virtual_environment_mode", "full");
        out.push_back(std::move(v));
    }
    return out;
}

json::Object info_object(const TableInfo& info) {
    json::Object out;
    out.str("name", info.name).sub("fingerprint", fingerprint_object(info.fingerprint));
    write_text(out, "version", info.version);
    write_text(out, "dev_version", info.dev_version);
    out.str("physical_schema", info.physical_schema);  // SQLMesh wants it even of an audit
    out.list("parents", ids_array(info.parents));
    out.list("previous_versions", data_versions_array(info.previous_versions));
    write_category(out, info.change_category);
    write_text(out, "kind_name", info.kind_name);
    out.str("node_type", info.is_model ? "model" : "audit").maybe("model_gateway", info.model_gateway);
    out.flag("forward_only", info.forward_only).str("dev_table_suffix", info.dev_table_suffix);
    out.str("table_naming_convention", info.table_naming_convention);
    out.str("virtual_environment_mode", info.virtual_environment_mode);
    return out;
}

TableInfo read_info(const json::Reader& in) {
    TableInfo info;
    info.name = in.str("name");
    info.fingerprint = read_fingerprint(in.sub("fingerprint"));
    info.version = in.str("version", "");
    info.dev_version = in.str("dev_version", "");
    info.physical_schema = in.str("physical_schema", "");
    info.parents = read_ids(in, "parents");
    info.previous_versions = read_data_versions(in, "previous_versions");
    info.change_category = read_category(in);
    info.kind_name = in.str("kind_name", "");
    info.is_model = in.str("node_type", "model") == "model";
    info.model_gateway = in.maybe_str("model_gateway");
    info.forward_only = in.flag("forward_only", false);
    info.dev_table_suffix = in.str("dev_table_suffix", "dev");
    info.table_naming_convention = in.str("table_naming_convention", "schema_and_table");
    info.virtual_environment_mode = in.str("virtual_environment_mode", "full");
    return info;
}

json::Array infos_array(const std::vector<TableInfo>& infos) {
    json::Array out;
    for (const TableInfo& info : infos) out.sub(info_object(info));
    return out;
}

std::vector<TableInfo> read_infos(const json::Reader& in, std::string_view key) {
    std::vector<TableInfo> out;
    for (const json::Reader& item : in.list(key)) out.push_back(read_info(item));
    return out;
}

json::Object snapshot_object(const Snapshot& s, bool with_state) {
    json::Object out;
    out.str("name", s.name).sub("fingerprint", fingerprint_object(s.fingerprint));
    write_text(out, "physical_schema", s.physical_schema);
    out.sub("node", node_object(s.node)).list("parents", ids_array(s.parents));
    out.num("created_ts", s.created_ts).str("ttl", s.ttl);
    out.list("previous_versions", data_versions_array(s.previous_versions));
    write_text(out, "version", s.version);
    write_text(out, "dev_version", s.dev_version);
    write_category(out, s.change_category);
    out.maybe("effective_from", s.effective_from).flag("migrated", s.migrated);
    out.str("dev_table_suffix", s.dev_table_suffix).str("table_naming_convention", s.table_naming_convention);
    if (!with_state) return out;
    out.list("intervals", intervals_array(s.intervals)).list("dev_intervals", intervals_array(s.dev_intervals));
    out.list("pending_restatement_intervals", intervals_array(s.pending_restatement_intervals));
    out.num("updated_ts", s.updated_ts).maybe_num("unpaused_ts", s.unpaused_ts);
    out.flag("unrestorable", s.unrestorable).flag("forward_only", s.forward_only);
    out.maybe_num("next_auto_restatement_ts", s.next_auto_restatement_ts);
    return out;
}

/// All but the node.
Snapshot read_record(const json::Reader& in) {
    Snapshot s;
    s.name = in.str("name");
    s.fingerprint = read_fingerprint(in.sub("fingerprint"));
    s.physical_schema = in.str("physical_schema", "");
    s.parents = read_ids(in, "parents");
    s.created_ts = in.num("created_ts", 0);
    s.ttl = in.str("ttl", "in 1 week");
    s.previous_versions = read_data_versions(in, "previous_versions");
    s.version = in.str("version", "");
    s.dev_version = in.str("dev_version", "");
    s.change_category = read_category(in);
    s.effective_from = in.maybe_str("effective_from");
    s.migrated = in.flag("migrated", false);
    s.dev_table_suffix = in.str("dev_table_suffix", "dev");
    s.table_naming_convention = in.str("table_naming_convention", "schema_and_table");
    if (const auto ranges = in.maybe_sub("intervals")) s.intervals = read_intervals(*ranges);
    if (const auto ranges = in.maybe_sub("dev_intervals")) s.dev_intervals = read_intervals(*ranges);
    if (const auto ranges = in.maybe_sub("pending_restatement_intervals"))
        s.pending_restatement_intervals = read_intervals(*ranges);
    s.updated_ts = in.num("updated_ts", 0);
    s.unpaused_ts = in.maybe_num("unpaused_ts");
    s.unrestorable = in.flag("unrestorable", false);
    s.forward_only = in.flag("forward_only", false);
    s.next_auto_restatement_ts = in.maybe_num("next_auto_restatement_ts");
    return s;
}

Snapshot read_snapshot(const json::Reader& in) {
    Snapshot s = read_record(in);
    s.node = read_node(in.sub("node"));
    return s;
}

Environment read_environment(const json::Reader& in) {
    Environment e;
    e.naming.name = in.str("name");
    if (const auto target = suffix_target_from(in.str("suffix_target", "schema")))
        e.naming.suffix_target = *target;
    else
        in.reject("suffix_target", target.error().message);
    e.naming.catalog_name_override = in.maybe_str("catalog_name_override");
    e.naming.normalize_name = in.flag("normalize_name", true);
    e.naming.gateway_managed = in.flag("gateway_managed", false);
    e.snapshots = read_infos(in, "snapshots");
    e.start_at = in.str("start_at", "");
    e.end_at = in.maybe_str("end_at");
    e.plan_id = in.str("plan_id", "");
    e.previous_plan_id = in.maybe_str("previous_plan_id");
    e.expiration_ts = in.maybe_num("expiration_ts");
    e.finalized_ts = in.maybe_num("finalized_ts");
    if (in.maybe_sub("promoted_snapshot_ids")) e.promoted_snapshot_ids = read_ids(in, "promoted_snapshot_ids");
    if (in.maybe_sub("previous_finalized_snapshots"))
        e.previous_finalized_snapshots = read_infos(in, "previous_finalized_snapshots");
    e.requirements = in.dict("requirements");
    return e;
}

}  // namespace

json::Array intervals_array(const Intervals& intervals) {
    json::Array out;
    for (const Interval& range : intervals) out.raw(json::Array().num(range.start).num(range.end).dump());
    return out;
}

Intervals read_intervals(const json::Reader& in) {
    std::vector<Interval> ranges;
    for (const json::Reader& item : in.items()) {
        const auto pair = item.items();
        if (pair.size() != 2) {
            item.reject("expected [start, end]");
            break;
        }
        ranges.push_back({pair[0].as_num(), pair[1].as_num()});
    }
    return merged(std::move(ranges));
}

json::Object id_object(const SnapshotId& id) {
    json::Object out;
    out.str("name", id.name).str("identifier", id.identifier);
    return out;
}

SnapshotId read_id(const json::Reader& in) { return {in.str("name"), in.str("identifier")}; }

}  // namespace codec

namespace {
/// A read value, or the first thing that was wrong with the text.
template <class T>
Result<T> checked(const json::Reader& reader, T value) {
    TRY_STATUS(reader.status());
    return value;
}
}  // namespace

std::string to_json(const Snapshot& snapshot, bool with_state) {
    return codec::snapshot_object(snapshot, with_state).dump();
}
Result<Snapshot> snapshot_from_json(const json::Reader& reader) {
    return checked(reader, codec::read_snapshot(reader));
}

Result<Snapshot> snapshot_record_from_json(const json::Reader& reader) {
    return checked(reader, codec::read_record(reader));
}

std::string to_json(const SnapshotId& id) { return codec::id_object(id).dump(); }
Result<SnapshotId> snapshot_id_from_json(const json::Reader& reader) { return checked(reader, codec::read_id(reader)); }

std::string to_json(const Fingerprint& fingerprint) { return codec::fingerprint_object(fingerprint).dump(); }
Result<Fingerprint> fingerprint_from_json(const json::Reader& reader) {
    return checked(reader, codec::read_fingerprint(reader));
}

std::string to_json(const TableInfo& info) { return codec::info_object(info).dump(); }
Result<TableInfo> table_info_from_json(const json::Reader& reader) { return checked(reader, codec::read_info(reader)); }

std::string to_json(const Intervals& intervals) { return codec::intervals_array(intervals).dump(); }
Result<Intervals> intervals_from_json(const json::Reader& reader) {
    return checked(reader, codec::read_intervals(reader));
}

std::string to_json(const Environment& e) {
    json::Object out;
    out.str("name", e.naming.name).str("suffix_target", to_string(e.naming.suffix_target));
    out.maybe("catalog_name_override", e.naming.catalog_name_override);
    out.flag("normalize_name", e.naming.normalize_name).flag("gateway_managed", e.naming.gateway_managed);
    out.list("snapshots", codec::infos_array(e.snapshots)).str("start_at", e.start_at).maybe("end_at", e.end_at);
    out.str("plan_id", e.plan_id).maybe("previous_plan_id", e.previous_plan_id);
    out.maybe_num("expiration_ts", e.expiration_ts).maybe_num("finalized_ts", e.finalized_ts);
    if (e.promoted_snapshot_ids) out.list("promoted_snapshot_ids", codec::ids_array(*e.promoted_snapshot_ids));
    if (e.previous_finalized_snapshots)
        out.list("previous_finalized_snapshots", codec::infos_array(*e.previous_finalized_snapshots));
    out.dict("requirements", e.requirements);
    return out.dump();
}
Result<Environment> environment_from_json(const json::Reader& reader) {
    return checked(reader, codec::read_environment(reader));
}

std::string to_json(const EnvironmentStatements& s) {
    json::Object own;
    own.raw("variables", codec::variables_text(s.variables)).str("dialect", s.dialect);
    json::Object out;
    out.str("project", s.project).strings("before_all", s.before_all).strings("after_all", s.after_all);
    return out.sub("towline", own).dump();
}
Result<EnvironmentStatements> environment_statements_from_json(const json::Reader& reader) {
    EnvironmentStatements s;
    s.project = reader.str("project", "");
    s.before_all = reader.strings("before_all");
    s.after_all = reader.strings("after_all");
    if (const auto own = reader.maybe_sub("towline")) {
        s.variables = codec::read_variables(*own, "variables");
        s.dialect = own->str("dialect", "");
    }
    return checked(reader, std::move(s));
}

}  // namespace towline::model
