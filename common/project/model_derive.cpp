#include <algorithm>
#include <set>

#include "base/strings.h"
#include "jinja/value.h"
#include "project/model_block.h"
#include "project/model_draft.h"
#include "project/model_file.h"
#include "project/pattern.h"
#include "project/values.h"
#include "query/statement.h"
#include "sql/scopes.h"
#include "time/cron.h"
#include "time/interval_unit.h"
#include "time/timelike.h"

// What follows from a model's properties: defaults of the configuration, interval unit, names, partitioning.

namespace towline::project {
namespace {

using model::KindName;
using model::Node;

/// Any instant does: the unit of a cron does not depend on it, but for crons that fire at odd dates.
constexpr model::TimestampMs kCronProbe = 1'704'067'200'000;

/// A list as sqlglot prints an ARRAY of the dialect.
std::string array_text(const std::vector<std::string>& items, sql::Dialect dialect) {
    using D = sql::Dialect;
    const bool brackets =
        dialect == D::duckdb || dialect == D::bigquery || dialect == D::snowflake || dialect == D::clickhouse;
    const bool array = dialect == D::postgres || dialect == D::trino;
    return (brackets ? "[" : array ? "ARRAY[" : "ARRAY(") + join(items, ", ") + (brackets || array ? "]" : ")");
}

/// 1e3 as Python prints it: 1000.0.
std::string python_repr(const std::string& text) {
    const auto number = parse_double(replace_all(text, "_", ""));
    return number ? jinja::float_repr(*number) : text;
}

const Yaml* default_of(const ModelDraft& draft, const std::string& key) {
    const auto found = draft.config->model_defaults.find(key);
    return found == draft.config->model_defaults.end() ? nullptr : &found->second;
}

/// A default that holds a macro, as SQLMesh renders it: an expression.
Result<sql::Expr> rendered_default(const ModelDraft& draft, const std::string& text) {
    TRY(const sql::MacroScope scope, block_scope(draft.dialect, *draft.config, draft.node.blueprint_variables));
    TRY(const std::string expanded, sql::expand_macros(text, scope));
    return sql::parse_expression(expanded, draft.dialect);
}

/// What SQLMesh takes an expression for where it wants a text: an address of mail is one, and its name is `com`.
sql::Expr named_default(sql::Expr rendered) {
    if (rendered.is(sql::ExprKind::null) || rendered.is(sql::ExprKind::string)) return rendered;
    const bool named = rendered.is(sql::ExprKind::column) && !rendered.children.empty();
    const bool literal = rendered.is(sql::ExprKind::number);
    return sql::string_literal(named ? rendered.children.back().text : literal ? rendered.text : std::string());
}

/// Flags may be macros, as in a MODEL block; any other text is no flag.
Result<std::optional<sql::Expr>> default_flag(const ModelDraft& draft, const std::string& key, const Yaml& value) {
    if (!value.is_string()) return std::optional<sql::Expr>();
    if (value.text.find('@') == std::string::npos)
        return fail(ErrorCode::invalid, "Expected boolean for '" + value.text + "'",
                    "Write true or false without quotes.");
    if (draft.node.source_type == model::SourceType::external)  // whose properties are not rendered
        return std::optional<sql::Expr>(sql::string_literal("false"));
    TRY(sql::Expr parsed, rendered_default(draft, value.text));
    if (parsed.is(sql::ExprKind::null)) return fail(ErrorCode::invalid, key + " is null");
    return std::optional<sql::Expr>(std::move(parsed));
}

/// A default given as text goes through the same setter as the property itself.
Status default_property(ModelDraft& draft, const std::string& key) {
    const Yaml* value = default_of(draft, key);
    if (!value || draft.given.contains(key)) return {};
    if (key == "cron_tz" && value->text == "UTC") return {};  // only a model's own UTC is part of its hash
    if (value->text.empty() && (key == "start" || key == "cron_tz")) return {};
    const std::string place = "model_defaults." + key;
    const bool flag = key == "optimize_query" || key == "allow_partials" || key == "enabled";
    if (key == "interval_unit" && value->text != lower(value->text))
        return fail(ErrorCode::invalid, place + ": Invalid interval unit: " + value->text);
    sql::Property property;
    property.name = key;
    property.value = sql::string_literal(value->text);
    property.raw = value->text;
    if (flag) {
        auto expanded = default_flag(draft, key, *value);
        if (!expanded) return fail(Error(expanded.error()).in(place));
        if (*expanded) property.value = **expanded;
    } else if (value->text.find('@') != std::string::npos && key != "cron" &&
               draft.node.source_type != model::SourceType::external) {
        Result<sql::Expr> rendered = rendered_default(draft, value->text);
        if (!rendered) return fail(Error(rendered.error()).in(place));
        property.value = named_default(std::move(*rendered));
    }
    Status set = set_property(draft, property);
    if (!set) return fail(Error(set.error()).in(place));
    return {};
}

/// A value of a default property as SQLMesh turns it into SQL. Macros stay, for models whose properties are rendered.
std::string default_value(const ModelDraft& draft, const Yaml& value) {
    const bool rendered = draft.node.source_type != model::SourceType::external;
    switch (value.type) {
        case Yaml::Type::null:
            return "NULL";
        case Yaml::Type::boolean:
            return value.text == "true" ? "TRUE" : "FALSE";
        case Yaml::Type::date:
            return "CAST('" + value.text + "' AS " + (value.text.size() > 10 ? "TIMESTAMP" : "DATE") + ")";
        case Yaml::Type::real:
            return python_repr(value.text);
        case Yaml::Type::string:
            if (rendered && value.text.find('@') != std::string::npos)
                if (const auto parsed = sql::parse_expression(value.text, draft.dialect))
                    return sql::to_sql(*parsed, draft.dialect);
            return sql::quote_string(value.text, draft.dialect);
        case Yaml::Type::list: {
            std::vector<std::string> items;
            for (const Yaml& item : value.items) items.push_back(default_value(draft, item));
            return array_text(items, draft.dialect);
        }
        case Yaml::Type::map: {
            std::vector<std::string> keys, values;
            for (const auto& [key, member] : value.members) {
                keys.push_back(sql::quote_string(key, draft.dialect));
                values.push_back(default_value(draft, member));
            }
            return "MAP(" + array_text(keys, draft.dialect) + ", " + array_text(values, draft.dialect) + ")";
        }
        default:
            return value.text;
    }
}

Status default_properties(ModelDraft& draft, const std::string& key, model::Properties& target) {
    const Yaml* map = default_of(draft, key);
    const auto none = [](const std::string& text) { return iequals(text, "null") || iequals(text, "none"); };
    if (map) {
        for (const auto& [name, value] : map->members) {
            const bool known =
                std::any_of(target.begin(), target.end(),
                            [&, n = std::string_view(name)](const auto& p) { return property_name(p.first) == n; });
            if (known)
                std::erase_if(target, [&, n = std::string_view(name)](const auto& p) {
                    return property_name(p.first) == n && none(p.second);
                });
            else
                target.emplace_back(name, default_value(draft, value));
        }
    }
    return {};
}

Status default_audits(ModelDraft& draft) {
    const Yaml* list = default_of(draft, "audits");
    if (!list) return {};
    std::vector<model::Call> calls;
    for (const Yaml& item : list->items) {
        TRY(auto parsed, sql::parse_expression(item.text, draft.dialect));
        TRY(auto found, calls_value(parsed, draft.dialect));
        calls.insert(calls.end(), found.begin(), found.end());
    }
    draft.node.audits.insert(draft.node.audits.begin(), calls.begin(), calls.end());
    return {};
}

Status default_statements(ModelDraft& draft, const std::string& key, std::vector<std::string>& target) {
    const Yaml* value = default_of(draft, key);
    if (!value) return {};
    std::vector<std::string> out;
    for (const Yaml& item : value->items) {
        std::string text(trim(item.text));
        while (text.ends_with(';')) text = trim(std::string_view(text).substr(0, text.size() - 1));
        if (text.empty())
            return fail(ErrorCode::invalid, "model_defaults." + key + ": No expression was parsed from ''");
        // Kept as sqlglot prints it, unlike the statements of a model's file.
        out.push_back(query::printed_statement(text, draft.dialect).value_or(text));
    }
    target.insert(target.begin(), out.begin(), out.end());
    return {};
}

Status kind_defaults(ModelDraft& draft) {
    model::Kind& kind = draft.node.kind;
    if (!model::is_incremental(draft.node)) return {};
    const std::pair<const char*, std::string model::Kind::*> changes[] = {
        {"on_destructive_change", &model::Kind::on_destructive_change},
        {"on_additive_change", &model::Kind::on_additive_change}};
    for (const auto& [key, member] : changes)
        if (const Yaml* value = default_of(draft, key); value && !draft.kind_given.contains(key))
            kind.*member = upper(value->text);
    if (const Yaml* value = default_of(draft, "batch_concurrency");
        value && kind.name == KindName::incremental_by_time_range && !kind.batch_concurrency) {
        kind.batch_concurrency = yaml_integer(*value);
        if (kind.batch_concurrency.value_or(1) <= 0)
            return fail(ErrorCode::invalid, "Invalid num " + value->text + ". Value must be a positive integer");
    }
    return {};
}

Status settle_cron(ModelDraft& draft) {
    Node& node = draft.node;
    node.cron = draft.cron.value_or("@daily");
    TRY(auto cron, time::Cron::parse(node.cron));
    auto inferred = time::infer_interval_unit(cron, kCronProbe);
    if (!inferred) return fail(Error(inferred.error()).in("Cron '" + node.cron + "'"));
    node.interval_unit = draft.interval_unit.value_or(std::string(time::to_string(*inferred)));
    const auto unit = time::interval_unit_from(node.interval_unit);
    if (unit && time::seconds(*unit) > time::seconds(*inferred) && !node.allow_partials)
        return fail(
            ErrorCode::invalid,
            "The interval unit '" + node.interval_unit + "' is longer than the period of the cron '" + node.cron + "'.",
            "Set allow_partials true, or a shorter interval unit.");
    return {};
}

/// True if some expression of partitioned_by reads the column.
bool partitions_read(const ModelDraft& draft, const std::string& column) {
    for (const std::string& text : draft.node.partitioned_by) {
        const auto parsed = sql::parse_expression(text, draft.dialect);
        if (!parsed) continue;
        for (const sql::Expr* read : sql::columns_of(*parsed))
            if (sql::to_sql(*read, draft.dialect) == column) return true;
    }
    return false;
}

/// ClickHouse's partitions by week, where `columns` gives the type.
std::string declared_week(const ModelDraft& draft, const std::string& column) {
    const std::string name = sql::identifier_text(column, draft.dialect);
    for (const auto& declared : draft.node.columns.value_or(model::Columns())) {
        if (declared.name != name) continue;
        const auto neutral = draft.neutral_types.find(name);
        return week_of(column, declared.type, neutral == draft.neutral_types.end() ? "" : neutral->second);
    }
    return week_of(column, "", "");
}

/// A model by time range is partitioned by its time column first, unless it says otherwise.
Status partition_by_time(ModelDraft& draft) {
    Node& node = draft.node;
    const auto& time = node.kind.time_column;
    if (!time || !node.kind.partition_by_time_column || partitions_read(draft, time->column)) return {};
    std::string first = time->column;
    if (model::written_dialect(node) == "clickhouse") {
        draft.partition_by_week = !node.columns;
        if (node.columns) first = declared_week(draft, first);
    }
    node.partitioned_by.insert(node.partitioned_by.begin(), std::move(first));
    return {};
}

}  // namespace

std::string week_of(const std::string& column, std::string_view type, std::string_view neutral) {
    constexpr std::string_view kNullable = "Nullable(";
    const bool nullable = type.starts_with(kNullable);
    const std::string_view inner = nullable ? type.substr(kNullable.size(), type.size() - kNullable.size() - 1) : type;
    const auto read = sql::parse_type(inner, sql::Dialect::clickhouse);
    const bool lost = !neutral.empty() && read && sql::type_sql(*read, sql::Dialect::none) != neutral;
    const std::string bare = upper(lost ? neutral : inner.substr(0, inner.find('(')));
    if (bare == "DATE" || bare == "DATE32" || bare == "DATETIME" || bare == "DATETIME64")
        return "toMonday(" + column + ")";
    const std::string week = "toMonday(CAST(" + column + " AS DateTime64(9, 'UTC')))";
    if (bare.empty() || bare == "UNKNOWN") return week;
    return "CAST(" + week + " AS " + std::string(lost ? neutral : type) + ")";
}

Result<std::vector<sql::NamePart>> name_parts(const Node& node, sql::Dialect dialect) {
    auto read = sql::parse_table_name(node.name, dialect);
    if (read || node.source_type != model::SourceType::external) return read;
    std::vector<sql::NamePart> parts;
    for (std::string_view rest = node.name; parts.size() < 4;) {
        const std::size_t point = rest.find('.');
        const std::string part(rest.substr(0, point));
        parts.push_back({part, !sql::is_plain_identifier(part)});
        if (point == std::string_view::npos) break;
        rest.remove_prefix(point + 1);
    }
    const bool empty = std::any_of(parts.begin(), parts.end(), [](const auto& part) { return part.text.empty(); });
    if (parts.size() < 2 || parts.size() > 3 || empty) return read;
    return parts;
}

Result<std::string> physical_schema_of(const Node& node, sql::Dialect dialect, const Config& config) {
    TRY(auto parts, name_parts(node, dialect));
    const std::string schema = parts.size() > 1 ? parts[parts.size() - 2].text : std::string();
    for (const auto& [pattern, target] : config.physical_schema_mapping) {
        if (node.source_type == model::SourceType::external) break;  // the mapping is for what SQLMesh builds
        TRY(bool matched, matches_at_start(pattern, schema));
        if (!matched) continue;
        if (target.empty()) break;
        return target;
    }
    const auto fqn_parts = sql::fqn_parts(node.fqn);
    return "sqlmesh__" + (fqn_parts.size() > 1 ? fqn_parts[fqn_parts.size() - 2] : std::string("default"));
}

Status apply_defaults(ModelDraft& draft) {
    Node& node = draft.node;
    for (const char* key : {"cron", "cron_tz", "owner", "start", "table_format", "storage_format", "interval_unit",
                            "allow_partials", "enabled"})
        TRY_STATUS(default_property(draft, key));
    if (node.source_type == model::SourceType::sql) TRY_STATUS(default_property(draft, "optimize_query"));
    // The gateway of an external model says which definition is meant, not where it is.
    if (node.source_type != model::SourceType::external) TRY_STATUS(default_property(draft, "gateway"));
    if (draft.allow_partials) node.allow_partials = *draft.allow_partials;
    TRY_STATUS(default_properties(draft, "physical_properties", node.physical_properties));
    TRY_STATUS(default_properties(draft, "virtual_properties", node.virtual_properties));
    model::Properties session = node.session_properties.value_or(model::Properties{});
    const model::Properties own = session;
    TRY_STATUS(default_properties(draft, "session_properties", session));
    for (auto& property : session)  // the keys of defaults are texts for SQLMesh
        if (std::find(own.begin(), own.end(), property) == own.end())
            property.first = sql::quote_string(property.first, sql::Dialect::none);
    if (!session.empty()) node.session_properties = session;
    TRY_STATUS(default_audits(draft));
    TRY_STATUS(default_statements(draft, "pre_statements", node.pre_statements));
    TRY_STATUS(default_statements(draft, "post_statements", node.post_statements));
    TRY_STATUS(default_statements(draft, "on_virtual_update", node.on_virtual_update));
    TRY_STATUS(kind_defaults(draft));
    return settle_cron(draft);
}

Status derive(ModelDraft& draft) {
    Node& node = draft.node;
    TRY(const auto parts, name_parts(node, draft.dialect));
    node.fqn = sql::fqn(parts, draft.dialect, node.default_catalog.value_or(""));
    TRY(node.physical_schema, physical_schema_of(node, draft.dialect, *draft.config));
    if (node.source_type != model::SourceType::external)
        node.virtual_environment_mode = draft.config->settings.virtual_environment_mode;
    node.project = draft.config->settings.project;
    TRY_STATUS(partition_by_time(draft));
    for (const std::string& written : draft.depends_on) {
        TRY(auto name, sql::fqn(written, draft.dialect, node.default_catalog.value_or("")));
        if (name != node.fqn) node.depends_on.push_back(std::move(name));
    }
    if (node.columns) {
        std::erase_if(node.column_descriptions, [&](const auto& entry) {
            return std::none_of(node.columns->begin(), node.columns->end(),
                                [&](const auto& c) { return c.name == entry.first; });
        });
    }
    return {};
}

/// The moment of a written date; nothing of one that depends on when it is read.
std::optional<time::TimestampMs> moment_of(const std::string& text) {
    const auto one = time::parse_timelike(text, 1'500'000'000'000);
    const auto other = time::parse_timelike(text, 1'700'000'000'000);
    return one && other && *one == *other ? std::optional(*one) : std::nullopt;
}

Status check_dates(const Node& node) {
    if (!node.end) return {};
    if (!node.start) return fail(ErrorCode::invalid, "'end' needs 'start'.");
    const auto start = moment_of(*node.start);
    const auto end = moment_of(*node.end);
    if (!start || !end || *start <= *end) return {};
    return fail(ErrorCode::invalid,
                "Start date / time (" + *node.start + ") can't be greater than end date / time (" + *node.end + ")");
}

Status validate(const ModelDraft& draft) {
    const Node& node = draft.node;
    const KindName kind = node.kind.name;
    const std::string kind_text(model::to_string(kind));
    if (kind == KindName::embedded && !node.audits.empty())
        return fail(ErrorCode::invalid, "An EMBEDDED model has no table, so it cannot have audits.");
    if (kind == KindName::incremental_by_partition && node.partitioned_by.empty())
        return fail(ErrorCode::invalid, "Model kind INCREMENTAL_BY_PARTITION needs 'partitioned_by'.");
    if (kind == KindName::incremental_unmanaged && node.kind.insert_overwrite && node.partitioned_by.empty())
        return fail(ErrorCode::invalid, "'insert_overwrite' needs 'partitioned_by'.");
    const bool stored = model::is_materialized(node) || (kind == KindName::view && node.kind.materialized);
    if (!stored && (!node.partitioned_by.empty() || !node.clustered_by.empty()))
        return fail(ErrorCode::invalid, "A model of kind " + kind_text + " cannot be partitioned or clustered.");
    if (node.grants && !model::is_materialized(node) && kind != KindName::view)
        return fail(ErrorCode::invalid, "'grants' cannot be set for a model of kind " + kind_text + ".");
    if (node.physical_version && !node.kind.forward_only)
        return fail(ErrorCode::invalid, "'physical_version' is only for forward-only models.");
    const bool has_lag = std::any_of(node.physical_properties.begin(), node.physical_properties.end(),
                                     [](const auto& property) { return property.first == "target_lag"; });
    if (kind == KindName::managed && model::written_dialect(node) == "snowflake" && !has_lag)
        return fail(ErrorCode::invalid, "A MANAGED model of Snowflake needs the physical property 'target_lag'.");
    TRY_STATUS(check_dates(node));
    for (const auto* keys : {&node.partitioned_by, &node.clustered_by})
        if (std::set<std::string>(keys->begin(), keys->end()).size() != keys->size())
            return fail(ErrorCode::invalid, "An expression is repeated in 'partitioned_by' or 'clustered_by'.");
    if (node.columns && node.kind.time_column &&
        std::none_of(node.columns->begin(), node.columns->end(), [&](const auto& column) {
            return sql::quote_identifier(column.name, draft.dialect) == node.kind.time_column->column ||
                   sql::quote_string(column.name, draft.dialect) == node.kind.time_column->column;
        }))
        return fail(ErrorCode::invalid,
                    "The time column " + node.kind.time_column->column + " is not among the model's columns.");
    return {};
}

}  // namespace towline::project
