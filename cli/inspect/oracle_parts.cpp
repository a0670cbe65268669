#include "inspect/oracle_parts.h"

#include <algorithm>

#include "base/strings.h"
#include "inference/infer.h"
#include "project/values.h"
#include "sql/expression.h"

namespace towline::inspect {

using model::Kind;
using model::KindName;

void text_or_null(json::Object& out, std::string_view key, const std::optional<std::string>& value) {
    if (value)
        out.str(key, *value);
    else
        out.null(key);
}

std::string text_or_error(const Result<std::string>& text) {
    return text ? json::quote(*text) : json::Object().str("error", text.error().message).dump();
}

std::string texts_or_error(const Result<std::vector<std::string>>& texts) {
    if (!texts) return json::Object().str("error", texts.error().message).dump();
    json::Array out;
    for (const std::string& text : *texts) out.str(text);
    return out.dump();
}

std::string sorted_properties(const model::Properties& properties) {
    model::Properties sorted = properties;
    std::sort(sorted.begin(), sorted.end());
    json::Object out;
    for (const auto& [key, value] : sorted) out.str(key, value);
    return out.dump();
}

std::string session_values(const model::Properties& properties) {
    model::Properties sorted = properties;
    std::sort(sorted.begin(), sorted.end());
    json::Object out;
    for (const auto& [written, value] : sorted) {
        const std::string key = project::property_name(written);
        const auto parsed = sql::parse_expression(value, sql::Dialect::none);
        const bool plain = parsed && (parsed->is(sql::ExprKind::number) || parsed->is(sql::ExprKind::boolean));
        if (plain)
            out.raw(key, lower(parsed->text));
        else
            out.str(key, parsed && parsed->is(sql::ExprKind::string) ? parsed->text : value);
    }
    return out.dump();
}

std::string column_list(const model::Columns& columns, const std::string& word) {
    const auto dialect = sql::dialect_from(word).value_or(sql::Dialect::none);
    json::Array out;
    for (const model::Column& column : columns)
        out.raw(json::Array().str(column.name).str(inference::type_for(column.type, dialect, dialect)).dump());
    return out.dump();
}

std::string calls(const std::vector<model::Call>& list) {
    json::Array out;
    for (const model::Call& call : list) {
        model::Properties arguments = call.arguments;
        for (auto& [name, text] : arguments) text = project::argument_sql(text);
        out.raw(json::Array().str(call.name).raw(sorted_properties(arguments)).dump());
    }
    return out.dump();
}

namespace {

void number_or_null(json::Object& out, std::string_view key, const std::optional<std::int64_t>& value) {
    if (value)
        out.num(key, *value);
    else
        out.null(key);
}

void put_csv_settings(json::Object& out, const Kind& kind) {
    if (kind.csv_settings.empty()) {
        out.null("csv_settings");
        return;
    }
    json::Object settings;
    for (const auto& [key, value] : kind.csv_settings) settings.str(key, value);
    out.sub("csv_settings", settings);
}

void put_scd(json::Object& out, const Kind& kind) {
    number_or_null(out, "batch_size", kind.batch_size);
    out.strings("unique_key", kind.unique_key)
        .str("valid_from_name", kind.valid_from_name)
        .str("valid_to_name", kind.valid_to_name);
    out.flag("invalidate_hard_deletes", kind.invalidate_hard_deletes).str("time_data_type", kind.time_data_type);
    text_or_null(out, "updated_at_name", kind.updated_at_name);
    if (kind.name == KindName::scd_type_2_by_column)
        out.strings("columns", kind.scd_columns)
            .flag("execution_time_as_valid_from", kind.execution_time_as_valid_from);
    else
        out.flag("updated_at_as_valid_from", kind.updated_at_as_valid_from);
}

}  // namespace

std::string kind_properties(const Kind& kind) {
    json::Object out;
    const bool by_time = kind.name == KindName::incremental_by_time_range;
    const bool by_key = kind.name == KindName::incremental_by_unique_key;
    const bool scd = kind.name == KindName::scd_type_2 || kind.name == KindName::scd_type_2_by_time ||
                     kind.name == KindName::scd_type_2_by_column;
    const bool incremental = by_time || by_key || scd || kind.name == KindName::incremental_by_partition ||
                             kind.name == KindName::incremental_unmanaged;
    if (incremental) {
        out.str("on_destructive_change", kind.on_destructive_change).str("on_additive_change", kind.on_additive_change);
        text_or_null(out, "auto_restatement_cron", kind.auto_restatement_cron);
        out.flag("forward_only", kind.forward_only).flag("disable_restatement", kind.disable_restatement);
    }
    if (by_time || by_key) {
        number_or_null(out, "batch_size", kind.batch_size);
        number_or_null(out, "batch_concurrency", kind.batch_concurrency);
        number_or_null(out, "lookback", kind.lookback);
    }
    if (by_time) {
        out.sub("time_column",
                json::Object().str("column", kind.time_column->column).str("format", kind.time_column->format));
        number_or_null(out, "auto_restatement_intervals", kind.auto_restatement_intervals);
        out.flag("partition_by_time_column", kind.partition_by_time_column);
    }
    if (by_key) {
        out.strings("unique_key", kind.unique_key);
        text_or_null(out, "when_matched", kind.when_matched);
        text_or_null(out, "merge_filter", kind.merge_filter);
    }
    if (kind.name == KindName::incremental_unmanaged) out.flag("insert_overwrite", kind.insert_overwrite);
    if (scd) put_scd(out, kind);
    if (kind.name == KindName::view) out.flag("materialized", kind.materialized);
    if (kind.name == KindName::seed) {
        out.str("path", kind.seed_path);
        number_or_null(out, "batch_size", kind.batch_size);
        put_csv_settings(out, kind);
    }
    return out.dump();
}

void put_audit(json::Object& out, const model::AuditDefinition& audit) {
    out.str("name", audit.name).str("dialect", audit.dialect).flag("skip", audit.skip).flag("blocking", audit.blocking);
    out.flag("standalone", audit.standalone)
        .raw("defaults", sorted_properties(audit.defaults))
        .str("query", audit.query);
}

}  // namespace towline::inspect
