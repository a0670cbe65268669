#include <algorithm>
#include <array>

#include "base/strings.h"
#include "project/faults.h"
#include "project/model_draft.h"
#include "project/values.h"
#include "query/inner_queries.h"
#include "sql/function_text.h"
#include "sql/merge_clauses.h"
#include "sql/type_names.h"

// Model kinds as a table: which property belongs to which kinds, and how its value is read.

namespace towline::project {
namespace {

using model::Kind;
using model::KindName;
using sql::Expr;
using sql::ExprKind;
using sql::Property;

/// SQLGlot's TIMESTAMP as each dialect writes it.
std::string timestamp_type(sql::Dialect dialect) {
    const std::string name(sql::printed_type("TIMESTAMP", false, dialect));
    return dialect == sql::Dialect::clickhouse ? "Nullable(" + name + ")" : name;
}

constexpr unsigned bit(KindName name) { return 1u << static_cast<unsigned>(name); }
constexpr unsigned kTime = bit(KindName::incremental_by_time_range);
constexpr unsigned kKey = bit(KindName::incremental_by_unique_key);
constexpr unsigned kPartition = bit(KindName::incremental_by_partition);
constexpr unsigned kUnmanaged = bit(KindName::incremental_unmanaged);
constexpr unsigned kScdTime = bit(KindName::scd_type_2) | bit(KindName::scd_type_2_by_time);
constexpr unsigned kScdColumn = bit(KindName::scd_type_2_by_column);
constexpr unsigned kScd = kScdTime | kScdColumn;
constexpr unsigned kIncremental = kTime | kKey | kPartition | kUnmanaged | kScd;
constexpr unsigned kSeed = bit(KindName::seed);
constexpr unsigned kManaged = bit(KindName::managed);

using Setter = Status (*)(ModelDraft&, const Property&);

template <std::optional<std::int64_t> Kind::* Member>
Status positive(ModelDraft& draft, const Property& p) {
    if (p.value.is(ExprKind::null)) return {};
    TRY(draft.node.kind.*Member, positive_value(p.value, p.name));
    return {};
}

template <bool Kind::* Member>
Status flag(ModelDraft& draft, const Property& p) {
    draft.node.kind.*Member = boolean_value(p.value, draft.dialect);
    return {};
}

template <std::string Kind::* Member>
Status on_change(ModelDraft& draft, const Property& p) {
    const std::string word = upper(text_value(p.value, draft.dialect));
    for (std::string_view known : {"ERROR", "WARN", "ALLOW", "IGNORE"}) {
        if (word != known) continue;
        draft.node.kind.*Member = word;
        return {};
    }
    return fail(ErrorCode::invalid, "'" + p.name + "' must be ERROR, WARN, ALLOW or IGNORE, not '" + word + "'.");
}

template <std::string Kind::* Member>
Status column_name(ModelDraft& draft, const Property& p) {
    draft.node.kind.*Member = sql::to_sql(sql::normalized(p.value, draft.dialect), draft.dialect);
    return {};
}

Status updated_at(ModelDraft& draft, const Property& p) {
    if (p.value.is(ExprKind::string) || p.value.is(ExprKind::number))
        return fail(ErrorCode::invalid,
                    "Invalid column " + sql::to_sql(p.value, draft.dialect) + ". Value must be a column");
    draft.node.kind.updated_at_name = sql::to_sql(sql::normalized(p.value, draft.dialect), draft.dialect);
    return {};
}

Status restatement_cron(ModelDraft& draft, const Property& p) {
    const auto text = optional_text_value(p.value, draft.dialect);
    if (text) TRY_STATUS(check_cron(*text));
    draft.node.kind.auto_restatement_cron = text;
    return {};
}

/// A format in quotes of a name, "%Y", is its text.
std::optional<std::string> format_text(const Expr& value) {
    if (value.is(ExprKind::string)) return value.text;
    const bool name = value.is(ExprKind::column) && value.children.size() == 1 && value.children[0].quoted;
    return name ? std::optional(value.children[0].text) : std::nullopt;
}

Status time_column(ModelDraft& draft, const Property& p) {
    const std::vector<Expr> parts = p.value.items();
    // A text is one for SQLMesh too, and no column: such a model loads, and its filter compares the text.
    const bool named = !parts.empty() && (parts[0].is(ExprKind::column) || parts[0].is(ExprKind::string));
    if (!named || parts.size() > 2 || (parts.size() == 2 && !format_text(parts[1])))
        return fail(ErrorCode::invalid, "'time_column' must be a column or `(column, 'format')`.");
    draft.node.kind.time_column =
        model::TimeColumn{sql::to_sql(sql::normalized(parts[0], draft.dialect), draft.dialect),
                          parts.size() == 2 ? sql::neutral_format(*format_text(parts[1]), draft.dialect)
                                            : draft.config->time_column_format};
    return {};
}

Status unique_key(ModelDraft& draft, const Property& p) {
    if (sql::notes_brackets(p.value, draft.dialect))
        return fail(ErrorCode::unsupported, "A function of 'unique_key' must stand in brackets.",
                    "Write unique_key (" + sql::to_sql(p.value, draft.dialect) + ").");
    draft.node.kind.unique_key = normalized_values(p.value, draft.dialect);
    return {};
}

Status scd_columns(ModelDraft& draft, const Property& p) {
    if (p.value.is(ExprKind::star))
        draft.node.kind.scd_columns = {"*"};
    else
        draft.node.kind.scd_columns = normalized_values(p.value, draft.dialect);
    return {};
}

Status time_data_type(ModelDraft& draft, const Property& p) {
    draft.node.kind.time_data_type = sql::type_sql(p.value, draft.dialect);
    return {};
}

Status seed_path(ModelDraft& draft, const Property& p) {
    draft.node.kind.seed_path = replace_all(text_value(p.value, draft.dialect), "\\", "/");
    return {};
}

/// Python's repr of a list of texts.
std::string python_list(const std::vector<std::string>& items) {
    std::string out = "[";
    for (const std::string& item : items) {
        const char quote = item.find('\'') != std::string::npos && item.find('"') == std::string::npos ? '"' : '\'';
        out += (out.size() > 1 ? ", " : "");
        out += quote;
        for (char c : item) {
            if (c == '\\' || c == quote) out += '\\';
            out += c;
        }
        out += quote;
    }
    return out + "]";
}

std::string csv_setting(const std::string& key, const Expr& value, sql::Dialect dialect) {
    if (key == "na_values" && !value.is(ExprKind::string) && !value.is(ExprKind::number))
        return python_list(text_values(value, dialect));
    if (key == "doublequote" || key == "skipinitialspace" || key == "keep_default_na")
        return boolean_value(value, dialect) ? "True" : "False";
    const std::string text = text_value(value, dialect);
    if (key == "na_values" || text.size() != 2 || text[0] != '\\') return text;
    // Where a backslash means nothing in a text, one of these alone is what Python takes it for.
    constexpr std::string_view kLetters = "abfnrtv\\";
    constexpr std::string_view kMeant = "\a\b\f\n\r\t\v\\";
    const std::size_t at = kLetters.find(text[1]);
    return at == std::string_view::npos ? text : std::string(1, kMeant[at]);
}

Status csv_settings(ModelDraft& draft, const Property& p) {
    static const std::array<std::string, 9> known{"delimiter",  "quotechar",        "doublequote",
                                                  "escapechar", "skipinitialspace", "lineterminator",
                                                  "encoding",   "na_values",        "keep_default_na"};
    std::map<std::string, std::string> given;
    for (const Expr& item : p.value.items()) {
        const auto key = item.is(ExprKind::binary) && item.text == "=" && item.children.size() == 2
                             ? item.children[0].name()
                             : std::nullopt;
        if (!key) return fail(ErrorCode::invalid, "'csv_settings' must be a list of `key = value`.");
        if (std::find(known.begin(), known.end(), *key) == known.end())
            return fail(ErrorCode::invalid, "Unknown CSV setting '" + *key + "'.",
                        closest_hint(*key, {known.begin(), known.end()}));
        if (*key == "na_values")
            for (const Expr& entry : item.children[1].items())
                if (entry.is(ExprKind::binary))
                    return fail(ErrorCode::unsupported, "'na_values' per column is not supported.");
        given[*key] = csv_setting(*key, item.children[1], draft.dialect);
    }
    for (const std::string& key : known)
        if (const auto found = given.find(key); found != given.end())
            draft.node.kind.csv_settings.emplace_back(key, found->second);
    return {};
}

/// Authors call the two sides of a MERGE `target.x` and `source.x`; statements use SQLMesh's aliases. Empty for
/// any other name.
std::string_view merge_alias(std::string_view written) {
    const std::string side = lower(written);
    if (side == "target" || side == "dbt_internal_dest" || side == "__merge_target__") return "__MERGE_TARGET__";
    if (side == "source" || side == "dbt_internal_source" || side == "__merge_source__") return "__MERGE_SOURCE__";
    return {};
}

void use_merge_aliases(Expr& expr) {
    if (expr.is(ExprKind::column) && !expr.children.empty()) {
        if (const std::string_view alias = merge_alias(expr.children.front().text); !alias.empty()) {
            expr.children.front().text = alias;
            expr.children.front().quoted = true;
        }
    }
    for (Expr& child : expr.children) use_merge_aliases(child);
}

/// A condition of a MERGE as SQLMesh keeps it: names folded and in quotes, in queries inside it too.
void normalize_condition(Expr& condition, sql::Dialect dialect) {
    condition = sql::normalized(std::move(condition), dialect);
    use_merge_aliases(condition);
    query::normalize_inner_queries(condition, dialect, use_merge_aliases);
}

Status merge_filter(ModelDraft& draft, const Property& p) {
    Expr filter = p.value;
    normalize_condition(filter, draft.dialect);
    draft.node.kind.merge_filter = sql::to_sql(filter, draft.dialect);
    return {};
}

Status when_matched(ModelDraft& draft, const Property& p) {
    TRY(std::vector<sql::MergeClause> clauses, sql::parse_merge_clauses(p.raw, draft.dialect));
    for (sql::MergeClause& clause : clauses) {
        clause.for_each([&](Expr& expr) { normalize_condition(expr, draft.dialect); });
    }
    draft.node.kind.when_matched = sql::to_sql(clauses, draft.dialect);
    return {};
}

Status ignored(ModelDraft&, const Property&) { return {}; }

struct Row {
    std::string_view name;
    unsigned kinds;
    unsigned required_by;
    Setter set;
};

constexpr Row kRows[] = {
    {"on_destructive_change", kIncremental, 0, on_change<&Kind::on_destructive_change>},
    {"on_additive_change", kIncremental, 0, on_change<&Kind::on_additive_change>},
    {"auto_restatement_cron", kIncremental, 0, restatement_cron},
    {"auto_restatement_intervals", kTime, 0, positive<&Kind::auto_restatement_intervals>},
    {"dialect", kIncremental, 0, ignored},
    {"batch_size", kTime | kKey | kScd | kSeed, 0, positive<&Kind::batch_size>},
    {"batch_concurrency", kTime, 0, positive<&Kind::batch_concurrency>},
    {"lookback", kTime | kKey, 0, positive<&Kind::lookback>},
    {"forward_only", kTime | kKey | kUnmanaged | kScd, 0, flag<&Kind::forward_only>},
    {"disable_restatement", kIncremental, 0, flag<&Kind::disable_restatement>},
    {"time_column", kTime, kTime, time_column},
    {"partition_by_time_column", kTime, 0, flag<&Kind::partition_by_time_column>},
    {"unique_key", kKey | kScd, kKey | kScd, unique_key},
    {"when_matched", kKey, 0, when_matched},
    {"merge_filter", kKey, 0, merge_filter},
    {"insert_overwrite", kUnmanaged, 0, flag<&Kind::insert_overwrite>},
    {"materialized", bit(KindName::view), 0, flag<&Kind::materialized>},
    {"valid_from_name", kScd, 0, column_name<&Kind::valid_from_name>},
    {"valid_to_name", kScd, 0, column_name<&Kind::valid_to_name>},
    {"invalidate_hard_deletes", kScd, 0, flag<&Kind::invalidate_hard_deletes>},
    {"time_data_type", kScd, 0, time_data_type},
    {"updated_at_name", kScd, 0, updated_at},
    {"updated_at_as_valid_from", kScdTime, 0, flag<&Kind::updated_at_as_valid_from>},
    {"columns", kScdColumn, kScdColumn, scd_columns},
    {"execution_time_as_valid_from", kScdColumn, 0, flag<&Kind::execution_time_as_valid_from>},
    {"path", kSeed, kSeed, seed_path},
    {"csv_settings", kSeed, 0, csv_settings},
};

Kind defaults_of(KindName name, const ModelDraft& draft) {
    Kind kind;
    kind.name = name;
    const unsigned is = bit(name);
    if (is & kIncremental) kind.dialect = model::written_dialect(draft.node);
    if (is & kSeed) kind.batch_size = 1000;
    if (is & kKey) kind.batch_concurrency = 1;
    if (is & (kPartition | kUnmanaged | kScd)) kind.forward_only = true;
    if (is & (kUnmanaged | kScd | kManaged)) kind.disable_restatement = true;
    if (is & kScd) {
        const auto quoted = [&](std::string_view text) {
            return sql::quote_identifier(sql::normalize_identifier(text, false, draft.dialect), draft.dialect);
        };
        kind.valid_from_name = quoted("valid_from");
        kind.valid_to_name = quoted("valid_to");
        if (is & kScdTime) kind.updated_at_name = quoted("updated_at");
        kind.time_data_type = timestamp_type(draft.dialect);
    }
    return kind;
}

Status unknown_property(const Property& p, KindName kind) {
    std::vector<std::string> known;
    for (const Row& row : kRows)
        if (row.kinds & bit(kind)) known.emplace_back(row.name);
    const std::string kind_text(model::to_string(kind));
    return fail(ErrorCode::invalid, "Model kind " + kind_text + " has no property '" + p.name + "'.",
                closest_hint(p.name, known));
}

}  // namespace

Status set_kind(ModelDraft& draft, const Property& property) {
    const std::string word = property.value.name().value_or(sql::to_sql(property.value, draft.dialect));
    auto name = model::kind_name_from(word);
    if (!name) {
        std::vector<std::string> known;
        for (int i = 0; i <= static_cast<int>(KindName::custom); ++i)
            known.emplace_back(model::to_string(static_cast<KindName>(i)));
        return fail(ErrorCode::invalid, "Unknown model kind '" + word + "'.", closest_hint(word, known));
    }
    if (*name == KindName::custom)
        return fail(ErrorCode::unsupported, "Model kind CUSTOM is not supported: its materialization is Python.");
    draft.node.kind = defaults_of(*name, draft);
    draft.kind_given.clear();
    for (const Property& p : property.properties) {
        const Row* found = nullptr;
        for (const Row& row : kRows)
            if (row.name == p.name && (row.kinds & bit(*name))) found = &row;
        if (!found) return unknown_property(p, *name);
        TRY_STATUS(found->set(draft, p));
        draft.kind_given.insert(p.name);
    }
    for (const Row& row : kRows)
        if ((row.required_by & bit(*name)) && !draft.kind_given.contains(std::string(row.name)))
            return fail(ErrorCode::invalid, "Model kind " + std::string(model::to_string(*name)) +
                                                " needs the property '" + std::string(row.name) + "'.");
    return {};
}

}  // namespace towline::project
