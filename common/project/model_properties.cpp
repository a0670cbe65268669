#include "base/strings.h"
#include "project/faults.h"
#include "project/list_comments.h"
#include "project/model_draft.h"
#include "project/values.h"
#include "query/query.h"
#include "sql/scopes.h"
#include "time/interval_unit.h"
#include "time/timelike.h"
#include "time/zone.h"

// The properties of MODEL as a table: one row a key, one small function a value grammar.

namespace towline::project {
namespace {

using model::Node;
using sql::Expr;
using sql::ExprKind;
using sql::Property;
using Setter = Status (*)(ModelDraft&, const Property&);

template <std::optional<std::string> Node::* Member>
Status optional_text(ModelDraft& draft, const Property& p) {
    draft.node.*Member = name_value(p.value, draft.dialect);
    return {};
}

/// A format of a table may be a call (`ReplicatedMergeTree('/path', '{replica}')`), which is kept as SQL.
template <std::optional<std::string> Node::* Member>
Status format(ModelDraft& draft, const Property& p) {
    draft.node.*Member = text_value(p.value, draft.dialect);
    return {};
}

template <std::vector<std::string> Node::* Member>
Status texts(ModelDraft& draft, const Property& p) {
    draft.node.*Member = text_values(p.value, draft.dialect);
    return {};
}

template <model::Properties Node::* Member>
Status properties(ModelDraft& draft, const Property& p) {
    TRY(draft.node.*Member, properties_value(p.value, draft.dialect, p.name));
    return {};
}

/// The expressions of partitioned_by or clustered_by. Brackets around one expression are a list in partitioned_by,
/// but ClickHouse keeps them; clustered_by keeps them unless they hold a bare column.
Result<std::vector<Expr>> key_items(const ModelDraft& draft, const Property& p) {
    const bool partitions = p.name == "partitioned_by";
    const bool kept =
        p.value.is(sql::ExprKind::paren) &&
        (partitions ? draft.dialect == sql::Dialect::clickhouse : !p.value.children.front().is(sql::ExprKind::column));
    if (kept) return std::vector<Expr>{p.value};
    return p.value.items();
}

/// The key as SQL. Fails if it is read back as another one, since hashes are made of the text.
Result<std::string> key_text(const ModelDraft& draft, const Property& p, const Expr& item) {
    const Expr key = sql::normalized(item, draft.dialect);
    const bool partitions = p.name == "partitioned_by";
    // Without brackets around it, BUCKET is a function and no transform of a partition.
    std::string text = sql::to_sql(key, draft.dialect);
    const auto same = sql::checked_gen(key, draft.dialect);
    const auto again = sql::parse_expression(text, draft.dialect);
    if (same && (!again || sql::checked_gen(*again, draft.dialect).value_or("") != *same))
        return fail(ErrorCode::unsupported, "'" + std::string(trim(p.raw)) + "' of '" + p.name + "' is not supported.",
                    "Write " + text + ".");
    if (!partitions && sql::notes_brackets(p.value, draft.dialect))
        return fail(ErrorCode::unsupported, "A function of '" + p.name + "' must stand in brackets.",
                    "Write " + p.name + " (" + text + ").");
    return partitions && sql::is_partition_transform(p.value, draft.dialect) ? "(" + text + ")" : text;
}

/// `clustered_by AUTO` of Databricks: a word and no column.
bool is_liquid_clustering(const ModelDraft& draft, const Property& p) {
    const auto name = p.value.name();
    return p.name == "clustered_by" && model::written_dialect(draft.node) == "databricks" && name &&
           (iequals(*name, "AUTO") || iequals(*name, "NONE")) && iequals(trim(p.raw), *name);
}

template <std::vector<std::string> Node::* Member>
Status keys(ModelDraft& draft, const Property& p) {
    std::vector<std::string> out;
    if (is_liquid_clustering(draft, p)) {
        draft.node.*Member = {upper(*p.value.name())};
        return {};
    }
    TRY(const std::vector<Expr> items, key_items(draft, p));
    for (const Expr& item : items) {
        if (sql::columns_of(item).size() != 1)
            return fail(ErrorCode::invalid, "Each expression of '" + p.name + "' must hold exactly one column, not '" +
                                                sql::to_sql(item, draft.dialect) + "'.");
        TRY(std::string text, key_text(draft, p, item));
        out.push_back(std::move(text));
    }
    draft.node.*Member = std::move(out);
    return {};
}

Status name(ModelDraft& draft, const Property& p) {
    draft.node.name = std::string(trim(p.raw));
    TRY(const auto parts, name_parts(draft.node, draft.dialect));
    if (parts.size() > 3)
        return fail(ErrorCode::unsupported, "A model's name of more than three parts is not supported.",
                    "Names are catalog.schema.table.");
    return {};
}

Status dialect(ModelDraft& draft, const Property& p) {
    const std::string text = lower(text_value(p.value, draft.dialect));
    TRY_STATUS(draft.config->dialect(text).map([](const auto&) {}));
    draft.config->set_dialect(draft.node, text);
    return {};
}

Status cron(ModelDraft& draft, const Property& p) {
    const std::string text = text_value(p.value, draft.dialect);
    TRY_STATUS(check_cron(text));
    draft.cron = text;
    return {};
}

Status cron_tz(ModelDraft& draft, const Property& p) {
    const auto text = optional_text_value(p.value, draft.dialect);
    if (!text) return {};
    TRY_STATUS(time::check_zone(*text));
    draft.node.cron_tz = *text;
    return {};
}

Status interval_unit(ModelDraft& draft, const Property& p) {
    const std::string text = text_value(p.value, draft.dialect);
    const auto unit = time::interval_unit_from(text);
    if (!unit)
        return fail(ErrorCode::invalid, "'" + text + "' is not an interval unit.",
                    "Units are year, month, day, hour, half_hour, quarter_hour and five_minute.");
    draft.interval_unit = std::string(time::to_string(*unit));
    return {};
}

template <std::optional<std::string> Node::* Member>
Status instant(ModelDraft& draft, const Property& p) {
    const auto text = optional_text_value(p.value, draft.dialect);
    if (text) {
        auto parsed = time::parse_timelike(*text, 1'700'000'000'000);
        if (!parsed) return fail(Error(parsed.error()).in("'" + p.name + "'"));
    }
    draft.node.*Member = text;
    return {};
}

const Expr& without_parens(const Expr& value) {
    const Expr* at = &value;
    while (at->is(ExprKind::paren) && at->children.size() == 1) at = &at->children[0];
    return *at;
}

/// One expression: it is hashed as it is written.
std::string written_value(const ModelDraft& draft, const Property& p) {
    std::string text(trim(p.raw));
    if (!p.value.is(ExprKind::column)) return text;
    // A column's comment is printed anew.
    return sql::to_sql(p.value, draft.dialect) + list_comments("(" + text + "\n)", 1).front();
}

/// The entries with their comments, which are hashed where the list is.
std::vector<std::string> commented_values(const ModelDraft& draft, const Property& p) {
    if (!p.value.is(ExprKind::paren) && !p.value.is(ExprKind::tuple) && !p.value.is(ExprKind::array))
        return {written_value(draft, p)};
    std::vector<std::string> out = sql_values(without_parens(p.value), draft.dialect);
    const std::vector<std::string> comments = list_comments(p.raw, out.size());
    for (std::size_t i = 0; i < out.size(); ++i)
        out[i] = query::printed_expression(out[i], draft.dialect).value_or(out[i]) + comments[i];
    return out;
}

Status grains(ModelDraft& draft, const Property& p) {
    if (draft.given.contains(p.name == "grain" ? "grains" : "grain"))
        return fail(ErrorCode::invalid, "A model cannot have both 'grain' and 'grains'.");
    if (p.name == "grain") {  // one expression, even where it is a list
        draft.node.grains = {written_value(draft, p)};
        return {};
    }
    draft.node.grains = commented_values(draft, p);
    return {};
}

Status references(ModelDraft& draft, const Property& p) {
    draft.node.references = commented_values(draft, p);
    return {};
}

Status depends_on(ModelDraft& draft, const Property& p) {
    for (const Expr& item : p.value.items())
        draft.depends_on.push_back(item.is(ExprKind::string) ? item.text : sql::to_sql(item, draft.dialect));
    return {};
}

Status columns(ModelDraft& draft, const Property& p) {
    if (!p.value.is(ExprKind::tuple)) return fail(ErrorCode::invalid, "'columns' must be a list of `name TYPE`.");
    model::Columns out;
    for (const Expr& item : p.value.children) {
        if (!item.is(ExprKind::alias) || item.children.empty())
            return fail(ErrorCode::invalid, "Each column of 'columns' needs a type.");
        Expr type = item.children[0];
        if (draft.node.source_type != model::SourceType::external) sql::fold_type_names(type, draft.dialect, false);
        out.push_back(
            {sql::normalize_identifier(item.text, item.quoted, draft.dialect), sql::type_sql(type, draft.dialect)});
        draft.neutral_types[out.back().name] = sql::type_sql(type, sql::Dialect::none);
    }
    draft.node.columns = std::move(out);
    return {};
}

Status column_descriptions(ModelDraft& draft, const Property& p) {
    for (const Expr& item : p.value.items()) {
        const auto key =
            item.children.size() == 2 && item.is(ExprKind::binary) ? item.children[0].name() : std::nullopt;
        if (!key) return fail(ErrorCode::invalid, "'column_descriptions' must be a list of `column = 'text'`.");
        const bool quoted = item.children[0].is(ExprKind::column) && item.children[0].children[0].quoted;
        draft.node.column_descriptions[sql::normalize_identifier(*key, quoted, draft.dialect)] =
            name_value(item.children[1], draft.dialect);
    }
    return {};
}

bool is_macro(const Expr& value) { return value.is(ExprKind::variable) || value.is(ExprKind::macro_call); }

/// The session properties that SQLMesh reads itself have their shapes.
Status check_session_property(std::string_view key, const Expr& value) {
    if (is_macro(value)) return {};
    if (key == "authorization" && !value.is(ExprKind::string))
        return fail(ErrorCode::invalid,
                    "Invalid value for `session_properties.authorization`. Must be a string literal.");
    if (key != "query_label") return {};
    if (!value.is(ExprKind::array) && !value.is(ExprKind::tuple) && !value.is(ExprKind::paren))
        return fail(ErrorCode::invalid,
                    "Invalid value for `session_properties.query_label`. Must be an array or tuple.");
    for (const Expr& label : value.children)
        if (!is_macro(label) && (!label.is(ExprKind::tuple) || label.children.size() != 2 ||
                                 std::any_of(label.children.begin(), label.children.end(), [](const Expr& part) {
                                     return !part.is(ExprKind::string) && !part.is(ExprKind::number);
                                 })))
            return fail(ErrorCode::invalid,
                        "Invalid entry in `session_properties.query_label`. Must be tuples of string literals with "
                        "length 2.");
    return {};
}

Status session_properties(ModelDraft& draft, const Property& p) {
    for (const Expr& item : p.value.items())
        if (item.is(ExprKind::binary) && item.text == "=" && item.children.size() == 2)
            TRY_STATUS(check_session_property(item.children[0].name().value_or(""), item.children[1]));
    TRY(draft.node.session_properties, written_properties(p.value, draft.dialect, p.name));
    return {};
}

Status table_properties(ModelDraft& draft, const Property& p) {
    if (draft.given.contains("physical_properties"))
        return fail(ErrorCode::invalid,
                    "'table_properties' is the old name of 'physical_properties'; give one of them.");
    return properties<&Node::physical_properties>(draft, p);
}

/// The names in a value of `grants`, which may be nested in brackets of both kinds.
Status add_grantees(const Expr& value, sql::Dialect dialect, std::vector<std::string>& out) {
    if (value.is(ExprKind::array) || value.is(ExprKind::tuple) || value.is(ExprKind::paren)) {
        for (const Expr& item : value.children) TRY_STATUS(add_grantees(item, dialect, out));
        return {};
    }
    if (value.is(ExprKind::null)) return fail(ErrorCode::invalid, "'grants' cannot name NULL.");
    out.emplace_back(trim(text_value(value, dialect)));
    return {};
}

Status grants(ModelDraft& draft, const Property& p) {
    model::Grants out;
    for (const Expr& item : p.value.items()) {
        const bool pair = item.children.size() == 2 && item.is(ExprKind::binary) && item.text == "=";
        if (!pair)
            return fail(ErrorCode::invalid, "'grants' must be a list of `'privilege' = [grantees]`, not '" +
                                                sql::to_sql(item, draft.dialect) + "'.");
        std::vector<std::string> grantees;
        TRY_STATUS(add_grantees(item.children[1], draft.dialect, grantees));
        out[std::string(trim(text_value(item.children[0], draft.dialect)))] = std::move(grantees);
    }
    draft.node.grants = std::move(out);
    return {};
}

Status grants_target_layer(ModelDraft& draft, const Property& p) {
    const std::string layer = text_value(p.value, draft.dialect);
    if (layer != "all" && layer != "physical" && layer != "virtual")
        return fail(ErrorCode::invalid, "'" + layer + "' is not a layer for grants.",
                    "Layers are virtual, physical and all.");
    draft.node.grants_target_layer = layer;
    return {};
}

Status allow_partials(ModelDraft& draft, const Property& p) {
    draft.allow_partials = boolean_value(p.value, draft.dialect);
    return {};
}

Status enabled(ModelDraft& draft, const Property& p) {
    draft.enabled = boolean_value(p.value, draft.dialect);
    return {};
}

Status optimize_query(ModelDraft& draft, const Property& p) {
    draft.node.optimize_query = boolean_value(p.value, draft.dialect);
    return {};
}

Status ignored(ModelDraft&, const Property&) { return {}; }

Status gateway(ModelDraft& draft, const Property& p) {
    draft.node.gateway = lower(text_value(p.value, draft.dialect));
    const Gateway* known = draft.config->gateway(*draft.node.gateway);
    draft.node.default_catalog = known ? known->default_catalog : std::nullopt;
    return {};
}

Status ignored_rules(ModelDraft& draft, const Property& p) {
    for (std::string& rule : text_values(p.value, draft.dialect)) draft.node.ignored_rules.push_back(lower(rule));
    return {};
}

Status audits(ModelDraft& draft, const Property& p) {
    TRY(draft.node.audits, calls_value(p.value, draft.dialect));
    return {};
}

Status refused(ModelDraft&, const Property& p) {
    return fail(ErrorCode::unsupported, "The property '" + p.name + "' is not supported.");
}

Status forbidden(ModelDraft&, const Property& p) {
    return fail(ErrorCode::invalid, "The property '" + p.name + "' cannot be set on a model.");
}

/// What the configuration says of every model: SQLMesh puts it over what a MODEL block says.
Status configured(ModelDraft& draft, const Property& p) {
    return draft.node.source_type == model::SourceType::external ? forbidden(draft, p) : Status();
}

struct Row {
    std::string_view name;
    Setter set;
    bool late = false;  ///< keeps its macros until run time
};

constexpr Row kRows[] = {
    {"name", name},
    {"kind", set_kind},
    {"dialect", dialect},
    {"cron", cron},
    {"cron_tz", cron_tz},
    {"interval_unit", interval_unit},
    {"start", instant<&Node::start>},
    {"end", instant<&Node::end>},
    {"owner", optional_text<&Node::owner>},
    {"description", optional_text<&Node::description>},
    {"stamp", optional_text<&Node::stamp>},
    {"tags", texts<&Node::tags>},
    {"grain", grains},
    {"grains", grains},
    {"references", references},
    {"depends_on", depends_on},
    {"columns", columns},
    {"column_descriptions", column_descriptions},
    {"partitioned_by", keys<&Node::partitioned_by>},
    {"clustered_by", keys<&Node::clustered_by>},
    {"table_format", format<&Node::table_format>},
    {"storage_format", format<&Node::storage_format>},
    {"physical_properties", properties<&Node::physical_properties>, true},
    {"table_properties", table_properties, true},
    {"virtual_properties", properties<&Node::virtual_properties>, true},
    {"session_properties", session_properties, true},
    {"grants", grants},
    {"grants_target_layer", grants_target_layer},
    {"allow_partials", allow_partials},
    {"enabled", enabled},
    {"gateway", gateway},
    {"optimize_query", optimize_query},
    {"formatting", ignored},
    {"ignored_rules", ignored_rules},
    {"audits", audits, true},
    {"signals", refused, true},
    {"blueprints", ignored},
    {"physical_version", optional_text<&Node::physical_version>},
    {"retention", forbidden},
    {"virtual_environment_mode", configured},
    {"project", configured},
    {"default_catalog", forbidden},
};

const Row* find_row(std::string_view name) {
    for (const Row& row : kRows)
        if (row.name == name) return &row;
    return nullptr;
}

}  // namespace

bool is_rendered_late(std::string_view property) {
    const Row* row = find_row(property);
    return row && row->late;
}

Status set_property(ModelDraft& draft, const Property& property) {
    const Row* row = find_row(property.name);
    if (!row) {
        std::vector<std::string> known;
        for (const Row& candidate : kRows) known.emplace_back(candidate.name);
        std::string hint = closest_hint(property.name, known);
        if (hint.empty()) hint = "Settings of the engine's table belong into physical_properties.";
        return fail(ErrorCode::invalid, "Unknown model property '" + property.name + "'.", hint);
    }
    TRY_STATUS(row->set(draft, property));
    draft.given.insert(property.name);
    return {};
}

}  // namespace towline::project
