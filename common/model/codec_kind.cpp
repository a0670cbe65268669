#include "model/codec_parts.h"

// A kind's JSON has the fields that SQLMesh gives that kind, and no others; a field that does not belong to
// the kind is written only when somebody set it, so that reading gives back what was written.

namespace towline::model::codec {
namespace {

void write_incremental(json::Object& out, const Kind& kind, bool always) {
    const Kind plain;
    if (always || kind.on_destructive_change != plain.on_destructive_change)
        out.str("on_destructive_change", kind.on_destructive_change);
    if (always || kind.on_additive_change != plain.on_additive_change)
        out.str("on_additive_change", kind.on_additive_change);
    out.maybe("auto_restatement_cron", kind.auto_restatement_cron);
    out.maybe_num("auto_restatement_intervals", kind.auto_restatement_intervals);
    out.maybe_num("batch_size", kind.batch_size);
    out.maybe_num("batch_concurrency", kind.batch_concurrency);
    out.maybe_num("lookback", kind.lookback);
    if (always || kind.forward_only) out.flag("forward_only", kind.forward_only);
    if (always || kind.disable_restatement) out.flag("disable_restatement", kind.disable_restatement);
    if (!kind.dialect.empty()) out.str("dialect", kind.dialect);
}

void write_scd(json::Object& out, const Kind& kind, bool always) {
    if (!kind.valid_from_name.empty()) out.str("valid_from_name", kind.valid_from_name);
    if (!kind.valid_to_name.empty()) out.str("valid_to_name", kind.valid_to_name);
    if (always || kind.invalidate_hard_deletes) out.flag("invalidate_hard_deletes", kind.invalidate_hard_deletes);
    if (!kind.time_data_type.empty()) out.str("time_data_type", kind.time_data_type);
    out.maybe("updated_at_name", kind.updated_at_name);
    const bool by_time = kind.name == KindName::scd_type_2 || kind.name == KindName::scd_type_2_by_time;
    if (by_time || kind.updated_at_as_valid_from) out.flag("updated_at_as_valid_from", kind.updated_at_as_valid_from);
    if (!kind.scd_columns.empty()) out.strings("columns", kind.scd_columns);
    if (kind.name == KindName::scd_type_2_by_column || kind.execution_time_as_valid_from)
        out.flag("execution_time_as_valid_from", kind.execution_time_as_valid_from);
}

bool is_scd_name(KindName name) {
    return name == KindName::scd_type_2 || name == KindName::scd_type_2_by_time ||
           name == KindName::scd_type_2_by_column;
}

bool is_incremental_name(KindName name) {
    switch (name) {
        case KindName::incremental_by_time_range:
        case KindName::incremental_by_unique_key:
        case KindName::incremental_by_partition:
        case KindName::incremental_unmanaged:
        case KindName::custom:
            return true;
        default:
            return is_scd_name(name);
    }
}

void read_incremental(const json::Reader& in, Kind& kind) {
    kind.on_destructive_change = in.str("on_destructive_change", kind.on_destructive_change);
    kind.on_additive_change = in.str("on_additive_change", kind.on_additive_change);
    kind.auto_restatement_cron = in.maybe_str("auto_restatement_cron");
    kind.auto_restatement_intervals = in.maybe_num("auto_restatement_intervals");
    kind.batch_size = in.maybe_num("batch_size");
    kind.batch_concurrency = in.maybe_num("batch_concurrency");
    kind.lookback = in.maybe_num("lookback");
    kind.forward_only = in.flag("forward_only", false);
    kind.disable_restatement = in.flag("disable_restatement", false);
    kind.dialect = in.str("dialect", "");
}

}  // namespace

json::Object kind_object(const Kind& kind) {
    json::Object out;
    out.str("name", to_string(kind.name));
    if (kind.time_column)
        out.sub("time_column",
                json::Object().str("column", kind.time_column->column).str("format", kind.time_column->format));
    if (kind.name == KindName::incremental_by_time_range || !kind.partition_by_time_column)
        out.flag("partition_by_time_column", kind.partition_by_time_column);
    if (!kind.unique_key.empty()) out.strings("unique_key", kind.unique_key);
    out.maybe("when_matched", kind.when_matched);
    out.maybe("merge_filter", kind.merge_filter);
    if (kind.name == KindName::incremental_unmanaged || kind.insert_overwrite)
        out.flag("insert_overwrite", kind.insert_overwrite);
    if (kind.name == KindName::view || kind.materialized) out.flag("materialized", kind.materialized);
    write_incremental(out, kind, is_incremental_name(kind.name));
    write_scd(out, kind, is_scd_name(kind.name));
    if (!kind.seed_path.empty()) out.str("path", kind.seed_path);
    if (!kind.csv_settings.empty()) out.sub("csv_settings", object_of(kind.csv_settings));
    if (!kind.materialization.empty()) out.str("materialization", kind.materialization);
    return out;
}

Kind read_kind(const json::Reader& in) {
    Kind kind;
    if (const auto name = kind_name_from(in.str("name")))
        kind.name = *name;
    else
        in.reject("name", name.error().message);
    if (const auto time = in.maybe_sub("time_column"))
        kind.time_column = TimeColumn{time->str("column"), time->str("format", "%Y-%m-%d")};
    kind.partition_by_time_column = in.flag("partition_by_time_column", true);
    kind.unique_key = in.strings("unique_key");
    kind.when_matched = in.maybe_str("when_matched");
    kind.merge_filter = in.maybe_str("merge_filter");
    kind.insert_overwrite = in.flag("insert_overwrite", false);
    kind.materialized = in.flag("materialized", false);
    read_incremental(in, kind);
    kind.valid_from_name = in.str("valid_from_name", "");
    kind.valid_to_name = in.str("valid_to_name", "");
    kind.invalidate_hard_deletes = in.flag("invalidate_hard_deletes", false);
    kind.time_data_type = in.str("time_data_type", "");
    kind.updated_at_name = in.maybe_str("updated_at_name");
    kind.updated_at_as_valid_from = in.flag("updated_at_as_valid_from", false);
    kind.scd_columns = in.strings("columns");
    kind.execution_time_as_valid_from = in.flag("execution_time_as_valid_from", false);
    kind.seed_path = in.str("path", "");
    kind.csv_settings = read_properties(in, "csv_settings");
    kind.materialization = in.str("materialization", "");
    return kind;
}

}  // namespace towline::model::codec
