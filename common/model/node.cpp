#include "model/node.h"

#include <array>

#include "base/strings.h"

namespace towline::model {
namespace {
struct KindWord {
    KindName name;
    std::string_view word;
};
constexpr std::array kKindWords{
    KindWord{KindName::full, "FULL"},
    KindWord{KindName::view, "VIEW"},
    KindWord{KindName::embedded, "EMBEDDED"},
    KindWord{KindName::external, "EXTERNAL"},
    KindWord{KindName::seed, "SEED"},
    KindWord{KindName::incremental_by_time_range, "INCREMENTAL_BY_TIME_RANGE"},
    KindWord{KindName::incremental_by_unique_key, "INCREMENTAL_BY_UNIQUE_KEY"},
    KindWord{KindName::incremental_by_partition, "INCREMENTAL_BY_PARTITION"},
    KindWord{KindName::incremental_unmanaged, "INCREMENTAL_UNMANAGED"},
    KindWord{KindName::scd_type_2, "SCD_TYPE_2"},
    KindWord{KindName::scd_type_2_by_time, "SCD_TYPE_2_BY_TIME"},
    KindWord{KindName::scd_type_2_by_column, "SCD_TYPE_2_BY_COLUMN"},
    KindWord{KindName::managed, "MANAGED"},
    KindWord{KindName::custom, "CUSTOM"},
};
struct SourceWord {
    SourceType type;
    std::string_view word;
};
constexpr std::array kSourceWords{
    SourceWord{SourceType::sql, "sql"},
    SourceWord{SourceType::seed, "seed"},
    SourceWord{SourceType::external, "external"},
    SourceWord{SourceType::audit, "audit"},
};
}  // namespace

std::string_view to_string(SourceType type) {
    for (const SourceWord& entry : kSourceWords)
        if (entry.type == type) return entry.word;
    return "sql";
}

Result<SourceType> source_type_from(std::string_view word) {
    for (const SourceWord& entry : kSourceWords)
        if (entry.word == word) return entry.type;
    return fail(ErrorCode::invalid, "unknown source type '" + std::string(word) + "'");
}

std::string_view to_string(KindName name) {
    for (const KindWord& entry : kKindWords)
        if (entry.name == name) return entry.word;
    return "VIEW";
}

Result<KindName> kind_name_from(std::string_view word) {
    for (const KindWord& entry : kKindWords)
        if (iequals(entry.word, word)) return entry.name;
    return fail(ErrorCode::invalid, "unknown model kind '" + std::string(word) + "'");
}

const std::string& written_dialect(const Node& node) {
    return node.written_dialect ? *node.written_dialect : node.dialect;
}

bool is_model(const Node& node) { return node.source_type != SourceType::audit; }

bool is_symbolic(const Node& node) {
    return node.kind.name == KindName::embedded || node.kind.name == KindName::external;
}

bool is_materialized(const Node& node) {
    return is_model(node) && !is_symbolic(node) && node.kind.name != KindName::view;
}

bool is_scd(const Node& node) {
    switch (node.kind.name) {
        case KindName::scd_type_2:
        case KindName::scd_type_2_by_time:
        case KindName::scd_type_2_by_column:
            return true;
        default:
            return false;
    }
}

bool is_incremental(const Node& node) {
    switch (node.kind.name) {
        case KindName::incremental_by_time_range:
        case KindName::incremental_by_unique_key:
        case KindName::incremental_by_partition:
        case KindName::incremental_unmanaged:
            return true;
        default:
            return is_scd(node);
    }
}

bool is_seed(const Node& node) { return node.kind.name == KindName::seed; }

bool is_only_execution_time(const Node& node) {
    return node.kind.name == KindName::view || node.kind.name == KindName::full;
}

bool is_full_history_restatement_only(const Node& node) {
    if (!is_model(node)) return false;
    switch (node.kind.name) {
        case KindName::incremental_unmanaged:
        case KindName::incremental_by_unique_key:
        case KindName::incremental_by_partition:
        case KindName::managed:
        case KindName::full:
        case KindName::view:
            return true;
        default:
            return is_scd(node);
    }
}

bool depends_on_past(const Node& node) {
    return is_model(node) && (node.depends_on_self || is_full_history_restatement_only(node));
}

bool is_evaluatable(const Node& node) { return !is_model(node) || !is_symbolic(node) || !node.audits.empty(); }

}  // namespace towline::model
