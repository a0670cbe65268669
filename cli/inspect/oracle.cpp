#include "inspect/oracle.h"

#include <algorithm>
#include <set>

#include "base/strings.h"
#include "inspect/oracle_parts.h"
#include "json/json.h"
#include "plan/fingerprint.h"
#include "plan/naming.h"
#include "project/render.h"
#include "query/query.h"
#include "sql/expression.h"
#include "sql/scopes.h"

namespace towline::inspect {
namespace {

using model::Node;

/// Everything the output needs of one node beside itself.
struct Entry {
    const Node& node;
    const project::Project& project;
    const model::Fingerprint& fingerprint;
};

void put_parents(const project::Project& project, const Node& node, std::set<std::string>& out) {
    for (const std::string& name : node.depends_on) {
        const auto parent = project.nodes.find(name);
        if (parent == project.nodes.end() || !out.insert(name).second) continue;
        if (parent->second.kind.name == model::KindName::embedded && model::is_model(parent->second))
            put_parents(project, parent->second, out);
    }
}

/// The version that a node's first snapshot gets when it is breaking.
Result<std::string> first_version(const Entry& entry) {
    const Node& node = entry.node;
    if (!model::is_model(node)) return entry.fingerprint.to_version();
    if (node.virtual_environment_mode != "full") return std::string("novde");
    if (node.physical_version) return *node.physical_version;
    if (!node.kind.forward_only) return entry.fingerprint.to_version();
    TRY(auto values, plan::kind_data_values(node));
    values.insert(values.begin(), node.fqn);
    return model::hash_parts(values);
}

Status put_snapshot(json::Object& out, const Entry& entry) {
    const model::Fingerprint& f = entry.fingerprint;
    out.str("data_hash", f.data_hash);
    // What stands below a model that was left out depends on it: nothing is said rather than a wrong value.
    if (entry.project.incomplete.contains(entry.node.fqn)) return {};
    out.str("metadata_hash", f.metadata_hash);
    out.str("parent_data_hash", f.parent_data_hash).str("parent_metadata_hash", f.parent_metadata_hash);
    out.str("identifier", f.to_identifier()).str("fingerprint_version", f.to_version());
    std::set<std::string> parents;
    put_parents(entry.project, entry.node, parents);
    out.strings("parents", {parents.begin(), parents.end()});
    model::Snapshot snapshot;
    snapshot.name = entry.node.fqn;
    snapshot.fingerprint = f;
    snapshot.node = entry.node;
    snapshot.physical_schema = entry.node.physical_schema;
    snapshot.table_naming_convention = entry.project.snapshot_settings(entry.node.fqn).table_naming_convention;
    snapshot.dev_version = f.to_version();
    TRY(snapshot.version, first_version(entry));
    out.str("version", snapshot.version).str("dev_version", snapshot.dev_version);
    if (!model::is_model(entry.node)) return {};
    out.str("physical_schema", snapshot.physical_schema);
    if (model::is_symbolic(entry.node)) return {};
    const bool dev_only = entry.node.virtual_environment_mode != "full";
    out.str("table", dev_only ? entry.node.fqn : plan::table_name(snapshot, true).plain());
    out.str("dev_table", plan::table_name(snapshot, false).plain());
    return {};
}

/// An expression as SQLMesh prints it, however it is written. A transform of a partition that was written without
/// brackets is kept in its own.
std::string printed(const std::string& text, sql::Dialect dialect) {
    const auto parsed = sql::parse_expression(text, dialect);
    const bool kept = parsed && parsed->is(sql::ExprKind::paren);
    if (kept && sql::is_partition_transform(parsed->children[0], dialect))
        return sql::to_sql(parsed->children[0], dialect);
    if (!parsed || sql::is_partition_transform(*parsed, dialect)) return text;
    return query::printed_expression(text, dialect).value_or(sql::to_sql(*parsed, dialect));
}

std::vector<std::string> printed(std::vector<std::string> texts, const std::string& dialect) {
    for (std::string& text : texts) text = printed(text, sql::dialect_from(dialect).value_or(sql::Dialect::none));
    return texts;
}

/// What a model below one that was left out reads from it has no type that could be told.
bool knows_types(const Node& m) {
    if (!m.columns_to_types) return false;
    return std::all_of(m.columns_to_types->begin(), m.columns_to_types->end(),
                       [](const model::Column& column) { return !column.type.empty() && column.type != "UNKNOWN"; });
}

void put_model(json::Object& out, const Node& m, bool incomplete) {
    const auto parts = sql::fqn_parts(m.fqn);
    std::vector<std::string> tags = m.tags;
    std::sort(tags.begin(), tags.end());
    out.str("fqn", m.fqn).str("name", m.name).str("view_name", parts.empty() ? m.name : parts.back());
    out.str("kind", model::to_string(m.kind.name)).raw("kind_properties", kind_properties(m.kind));
    out.str("source_type", model::to_string(m.source_type)).str("dialect", model::written_dialect(m));
    text_or_null(out, "default_catalog", m.default_catalog);
    text_or_null(out, "gateway", m.gateway);
    out.str("project", m.project).str("cron", m.cron);
    text_or_null(out, "cron_tz", m.cron_tz);
    out.str("interval_unit", m.interval_unit);
    text_or_null(out, "start", m.start);
    text_or_null(out, "end", m.end);
    text_or_null(out, "owner", m.owner);
    text_or_null(out, "description", m.description);
    out.strings("tags", tags)
        .strings("grains", printed(m.grains, m.dialect))
        .strings("references", printed(m.references, m.dialect));
    if (m.kind.time_column)
        out.sub("time_column",
                json::Object().str("column", m.kind.time_column->column).str("format", m.kind.time_column->format));
    else
        out.null("time_column");
    out.strings("partitioned_by", printed(m.partitioned_by, m.dialect))
        .strings("clustered_by", printed(m.clustered_by, m.dialect));
    out.strings("unique_key", printed(m.kind.unique_key, m.dialect)).num("lookback", m.kind.lookback.value_or(0));
    if (m.kind.batch_size && !model::is_seed(m))
        out.num("batch_size", *m.kind.batch_size);
    else
        out.null("batch_size");
    out.flag("forward_only", m.kind.forward_only).flag("allow_partials", m.allow_partials);
    text_or_null(out, "storage_format", m.storage_format);
    text_or_null(out, "table_format", m.table_format);
    out.raw("physical_properties", sorted_properties(m.physical_properties));
    out.raw("virtual_properties", sorted_properties(m.virtual_properties));
    out.raw("session_properties", session_values(m.session_properties.value_or(model::Properties{})));
    out.dict("column_descriptions", m.column_descriptions).strings("depends_on", m.depends_on);
    if (m.columns_to_types && (!incomplete || knows_types(m)))
        out.raw("columns_to_types", column_list(*m.columns_to_types, m.dialect));
    else if (!incomplete)
        out.null("columns_to_types");
    out.raw("audits", calls(m.audits)).raw("signals", calls(m.signals));
}

void put_seed(json::Object& out, const Node& m) {
    std::vector<std::string> names;
    std::map<std::string, std::string> hashes;
    for (const auto& [name, hash] : m.seed.column_hashes) {
        names.push_back(name);
        hashes[name] = hash;
    }
    out.sub("seed",
            json::Object().num("bytes", static_cast<std::int64_t>(m.seed.content.size())).strings("columns", names));
    out.dict("seed_column_hashes", hashes);
}

project::RenderContext render_context() {
    constexpr model::TimestampMs kDay = 86'400'000;
    constexpr model::TimestampMs kStart = 1'704'067'200'000;  // 2024-01-01, the oracle's default range
    project::RenderContext context;
    context.interval = {kStart, kStart + 2 * kDay};
    context.execution_ms = kStart + 2 * kDay;
    return context;
}

void put_rendered(json::Object& out, const Node& m) {
    const auto context = render_context();
    if (m.source_type == model::SourceType::sql) {
        out.str("query_text", m.query);
        out.raw("rendered_query", text_or_error(project::render_query(m, context)));
    }
    using project::StatementSet;
    out.raw("pre_statements", texts_or_error(project::render_statements(m, StatementSet::pre, context)));
    out.raw("post_statements", texts_or_error(project::render_statements(m, StatementSet::post, context)));
    out.raw("on_virtual_update",
            texts_or_error(project::render_statements(m, StatementSet::on_virtual_update, context)));
    json::Array audits;
    for (const model::Call& call : m.audits) {
        const auto rendered =
            project::render_audit(m, call, context).map([](const auto& audit) { return audit.query; });
        audits.raw(json::Array().str(call.name).raw(text_or_error(rendered)).dump());
    }
    out.list("rendered_audits", audits);
}

void put_standalone(json::Object& out, const Node& a) {
    const auto known = a.audit_definitions.find(a.name);
    put_audit(out, known == a.audit_definitions.end() ? model::AuditDefinition{} : known->second);
    out.str("fqn", a.fqn).str("cron", a.cron).str("interval_unit", a.interval_unit);
    text_or_null(out, "owner", a.owner);
    text_or_null(out, "start", a.start);
    out.strings("depends_on", a.depends_on);
    const auto rendered =
        project::render_standalone_audit(a, render_context()).map([](const auto& audit) { return audit.query; });
    out.raw("rendered_query", text_or_error(rendered));
}

json::Object pairs_object(const std::vector<std::pair<std::string, std::string>>& pairs) {
    json::Object out;
    for (const auto& [key, value] : pairs) out.str(key, value);
    return out;
}

/// What became of the configuration, under SQLMesh's keys.
json::Object settings_object(const project::Settings& settings) {
    const project::PlanDefaults& plan = settings.plan;
    json::Object categories, gateways;
    for (const char* source : {"external", "python", "seed", "sql"}) {
        const auto found = plan.auto_categorize_changes.find(source);
        categories.str(source, found == plan.auto_categorize_changes.end() ? "full" : found->second);
    }
    for (const project::Gateway& gateway : settings.gateways) {
        json::Object one;
        one.str("type", gateway.type);
        text_or_null(one, "default_catalog", gateway.default_catalog);
        gateways.sub(gateway.name, one);
    }
    json::Object defaults;
    defaults.flag("forward_only", plan.forward_only).flag("include_unmodified", plan.include_unmodified);
    if (plan.enable_preview)
        defaults.flag("enable_preview", *plan.enable_preview);
    else
        defaults.null("enable_preview");
    defaults.flag("no_prompts", plan.no_prompts).flag("auto_apply", plan.auto_apply);
    defaults.flag("use_finalized_state", plan.use_finalized_state);
    defaults.flag("always_recreate_environment", plan.always_recreate_environment);
    defaults.sub("auto_categorize_changes", categories);
    json::Object out;
    out.str("project", settings.project).str("default_target_environment", settings.default_target_environment);
    out.str("snapshot_ttl", settings.snapshot_ttl);
    text_or_null(out, "environment_ttl", settings.environment_ttl);
    std::vector<std::string> pinned = settings.pinned_environments;
    std::sort(pinned.begin(), pinned.end());
    pinned.erase(std::unique(pinned.begin(), pinned.end()), pinned.end());
    out.strings("pinned_environments", pinned);
    out.str("environment_suffix_target", model::to_string(settings.environment_suffix_target));
    out.sub("environment_catalog_mapping", pairs_object(settings.environment_catalog_mapping));
    out.str("physical_table_naming_convention", settings.physical_table_naming_convention);
    out.str("virtual_environment_mode", settings.virtual_environment_mode);
    out.flag("gateway_managed_virtual_layer", settings.gateway_managed_virtual_layer);
    return out.sub("plan", defaults).sub("gateways", gateways);
}

}  // namespace

Result<std::string> oracle_json(const project::Project& project) {
    TRY(auto fingerprints, plan::fingerprints(project.nodes));
    json::Object models, audits, standalone;
    for (const auto& [fqn, node] : project.nodes) {
        const Entry entry{node, project, fingerprints[fqn]};
        json::Object out;
        if (model::is_model(node))
            put_model(out, node, project.incomplete.contains(fqn));
        else
            put_standalone(out, node);
        TRY_STATUS(put_snapshot(out, entry));
        if (model::is_seed(node)) put_seed(out, node);
        if (model::is_model(node)) put_rendered(out, node);
        TRY(auto data, plan::data_hash_values(node));
        TRY(auto metadata, plan::metadata_hash_values(node));
        out.sub("explain", json::Object().strings("data", data).strings("metadata", metadata));
        (model::is_model(node) ? models : standalone).sub(fqn, out);
    }
    for (const auto& [name, audit] : project.audits) {
        json::Object out;
        put_audit(out, audit);
        audits.sub(name, out);
    }
    json::Array statements;
    for (const auto& item : project.environment_statements) {
        json::Object out;
        out.strings("before_all", item.before_all).strings("after_all", item.after_all);
        text_or_null(out, "project", item.project.empty() ? std::nullopt : std::optional(item.project));
        statements.sub(out);
    }
    const json::Object meta = json::Object()
                                  .str("gateway", project.settings.default_gateway)
                                  .str("default_dialect", project.settings.default_dialect)
                                  .sub("settings", settings_object(project.settings));
    const std::string text = json::Object()
                                 .sub("meta", meta)
                                 .sub("models", models)
                                 .sub("audits", audits)
                                 .sub("standalone_audits", standalone)
                                 .list("environment_statements", statements)
                                 .dump();
    TRY(auto document, json::Document::parse(text));
    return json::pretty(document.root(), 1);
}

}  // namespace towline::inspect
