#include "plan/hash_values.h"

namespace towline::plan {
namespace {
using model::Kind;
using model::KindName;

void add_scd_data(const Kind& kind, HashValues& out) {
    out.add(kind.dialect);
    out.add_gen(kind.unique_key);
    out.add_gen(kind.valid_from_name);
    out.add_gen(kind.valid_to_name);
    out.add_bool(kind.invalidate_hard_deletes);
    out.add(kind.time_data_type);
    out.add(kind.batch_size);
    if (kind.name != KindName::scd_type_2_by_column) {
        out.add_gen(kind.updated_at_name.value_or("updated_at"));
        out.add_bool(kind.updated_at_as_valid_from);
        return;
    }
    for (const std::string& column : kind.scd_columns) out.add(column == "*" ? "STAR" : out.gen(column));
    out.add_bool(kind.execution_time_as_valid_from);
    out.add(kind.updated_at_name ? out.gen(*kind.updated_at_name) : "");
}

}  // namespace

void add_kind_data(const Kind& kind, HashValues& out) {
    out.add(std::string(to_string(kind.name)));
    switch (kind.name) {
        case KindName::view:
            out.add_bool(kind.materialized);
            break;
        case KindName::seed:
            for (const auto& [key, value] : kind.csv_settings) out.add(value);
            break;
        case KindName::incremental_by_time_range:
            out.add(kind.dialect);
            out.add(kind.lookback);
            if (kind.time_column) {
                out.add_gen(kind.time_column->column);
                out.add(kind.time_column->format);
            }
            break;
        case KindName::incremental_by_unique_key:
            out.add(kind.dialect);
            out.add(kind.lookback);
            out.add_gen(kind.unique_key);
            out.add(kind.when_matched ? out.merge_clauses(*kind.when_matched) : "");
            out.add(kind.merge_filter ? out.gen(*kind.merge_filter) : "");
            break;
        case KindName::incremental_unmanaged:
            out.add_bool(kind.insert_overwrite);
            break;
        case KindName::scd_type_2:
        case KindName::scd_type_2_by_time:
        case KindName::scd_type_2_by_column:
            add_scd_data(kind, out);
            break;
        case KindName::custom:
            out.add(kind.materialization);
            out.add("");
            out.add(kind.lookback);
            break;
        default:
            break;
    }
}

namespace {
void add_incremental_metadata(const Kind& kind, HashValues& out) {
    out.add("OnDestructiveChange." + kind.on_destructive_change);
    out.add("OnAdditiveChange." + kind.on_additive_change);
    out.add(kind.auto_restatement_cron);
}

}  // namespace

void add_kind_metadata(const Kind& kind, HashValues& out) {
    switch (kind.name) {
        case KindName::seed:
            out.add(kind.batch_size);
            break;
        case KindName::incremental_by_time_range:
        case KindName::incremental_by_unique_key:
            add_incremental_metadata(kind, out);
            out.add(kind.batch_size);
            out.add_bool(kind.forward_only);
            out.add_bool(kind.disable_restatement);
            if (kind.name == KindName::incremental_by_unique_key) break;
            out.add_bool(kind.partition_by_time_column);
            out.add(kind.auto_restatement_intervals);
            break;
        case KindName::incremental_by_partition:
        case KindName::incremental_unmanaged:
        case KindName::scd_type_2:
        case KindName::scd_type_2_by_time:
        case KindName::scd_type_2_by_column:
            add_incremental_metadata(kind, out);
            out.add_bool(kind.forward_only);
            out.add_bool(kind.disable_restatement);
            break;
        case KindName::custom:
            out.add(kind.batch_size);
            out.add(kind.batch_concurrency);
            out.add_bool(kind.forward_only);
            out.add_bool(kind.disable_restatement);
            out.add(kind.auto_restatement_cron);
            out.add(kind.auto_restatement_intervals);
            break;
        default:
            break;
    }
}

}  // namespace towline::plan
