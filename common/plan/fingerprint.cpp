#include "plan/fingerprint.h"

#include <algorithm>
#include <optional>
#include <string_view>

#include "base/strings.h"
#include "json/json.h"
#include "model/codec.h"
#include "plan/hash_values.h"
#include "plan/python_text.h"
#include "project/render.h"
#include "sql/dialect.h"

// Every list here is SQLMesh's, in SQLMesh's order; an absent value is an empty text.

namespace towline::plan {
namespace {
using model::Kind;
using model::KindName;
using model::Node;
using Values = std::vector<std::string>;

std::string executable(std::string_view name, const model::Variables& variables, bool is_metadata) {
    std::string out = "(" + python_repr(name) + ", Executable<payload: " + python_repr(variables) + ", kind: value";
    return out + (is_metadata ? ", is_metadata: True>)" : ">)");
}

/// SQLMesh keeps what a blueprint gives as SQL, texts in their quotes, sorted by name.
model::Variables blueprint_values(const Node& node) {
    const auto dialect = towline::sql::dialect_from(node.dialect).value_or(towline::sql::Dialect::none);
    model::Variables out = node.blueprint_variables;
    for (auto& [name, value] : out)
        if (value.type == model::Value::Type::string)
            value = model::Value::of_sql(towline::sql::quote_string(value.text, dialect));
    std::sort(out.begin(), out.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
    return out;
}

/// SQLMesh keeps variables as values of the model's Python environment; entries are sorted by name.
std::string python_environment(const Node& node, bool is_metadata) {
    Values entries;
    if (!is_metadata && !node.blueprint_variables.empty())
        entries.push_back(executable("__sqlmesh__blueprint__vars__", blueprint_values(node), false));
    if (!is_metadata && !node.variables.empty())
        entries.push_back(executable("__sqlmesh__vars__", node.variables, false));
    if (is_metadata && !node.metadata_variables.empty())
        entries.push_back(executable("__sqlmesh__vars__metadata__", node.metadata_variables, true));
    return "[" + join(entries, ", ") + "]";
}

std::string sorted_dumps(const std::string& text) {
    const auto document = json::Document::parse(text);
    return document ? json::python_dumps(document->root(), true) : "{}";
}

/// A seed's data hash holds them, because a seed is made anew when they change; elsewhere they are metadata.
void add_grants(const Node& node, HashValues& out) {
    json::Object grants;
    if (node.grants)
        for (const auto& [privilege, grantees] : *node.grants) grants.strings(privilege, grantees);
    out.add(grants.empty() ? "" : sorted_dumps(grants.dump()));
    out.add(node.grants_target_layer);
}

/// Everything of the data hash but the text of statements and query.
void add_data_without_sql(const Node& node, HashValues& out) {
    out.add(python_environment(node, false));
    add_kind_data(node.kind, out);
    out.add(node.table_format);
    out.add(node.storage_format);
    out.add(std::to_string(node.kind.lookback.value_or(0)));
    out.add_partitions(node.partitioned_by);
    out.add_gen(node.clustered_by);
    out.add(node.stamp);
    out.add(node.physical_schema);
    out.add(node.physical_version);
    out.add(node.gateway);
    out.add(node.interval_unit);
    out.add(node.optimize_query ? python_bool(*node.optimize_query) : "");
    out.add(node.virtual_environment_mode);
    if (node.columns)
        for (const model::Column& column : *node.columns) {
            out.add(column.name);
            out.add(column.type);
        }
    out.add_gen(node.physical_properties);
    if (node.source_type == model::SourceType::sql) {
        for (const auto& [name, definition] : node.jinja_macros) {
            out.add(name);
            out.add(definition);
        }
        out.add("{}");
    } else if (node.source_type == model::SourceType::seed) {
        for (const auto& [name, hash] : node.seed.column_hashes) {
            out.add(name);
            out.add(hash);
        }
        add_grants(node, out);
    }
}

/// {"expression": "a", "model_name": "db.m", "unique": true}, sorted.
void add_references(const Node& node, HashValues& out) {
    Values texts;
    for (const Values* list : {&node.grains, &node.references})
        for (const std::string& expression : *list) {
            json::Object reference;
            reference.str("expression", expression).str("model_name", node.name).flag("unique", true);
            if (auto document = json::Document::parse(reference.dump()))
                texts.push_back(json::python_dumps(document->root(), true));
        }
    std::sort(texts.begin(), texts.end());
    out.add_all(texts);
}

void add_audits(const Node& node, HashValues& out) {
    std::vector<const model::Call*> audits;
    for (const model::Call& audit : node.audits) audits.push_back(&audit);
    std::stable_sort(audits.begin(), audits.end(), [](const auto* a, const auto* b) { return a->name < b->name; });
    for (const model::Call* audit : audits) {
        out.add(audit->name);
        const auto definition = node.audit_definitions.find(audit->name);
        if (!project::is_builtin_audit(audit->name) && definition != node.audit_definitions.end()) {
            out.add(definition->second.query);
            out.add(definition->second.dialect);
            out.add_bool(definition->second.skip);
            out.add_bool(definition->second.blocking);
        }
        out.add_gen(audit->arguments);
    }
}

void add_signals(const Node& node, HashValues& out) {
    std::vector<const model::Call*> signals;
    for (const model::Call& signal : node.signals) signals.push_back(&signal);
    std::stable_sort(signals.begin(), signals.end(), [](const auto* a, const auto* b) { return a->name < b->name; });
    for (const model::Call* signal : signals) {
        out.add(signal->name);
        model::Properties arguments = signal->arguments;
        std::sort(arguments.begin(), arguments.end());
        for (const auto& [key, text] : arguments) out.add(key + ":" + out.gen(text));
    }
}

std::string descriptions(const Node& node) {
    if (node.column_descriptions.empty()) return "{}";
    json::Object out;
    for (const auto& [column, text] : node.column_descriptions) out.str(column, text);
    return sorted_dumps(out.dump());
}

std::string session_properties(const model::Properties& properties, HashValues& out) {
    Values pairs;
    for (const auto& [key, text] : properties) pairs.push_back(key + " = " + text);
    return out.gen("(" + join(pairs, ", ") + (pairs.size() == 1 ? ",)" : ")"));
}

Values sorted_tags(const Node& node) {
    Values tags = node.tags;
    std::sort(tags.begin(), tags.end());
    return tags;
}

Result<Values> audit_metadata(const Node& node) {
    HashValues out(node, Unknown::approximate);
    out.add(node.owner);
    out.add(node.description);
    out.add_all(sorted_tags(node));
    out.add(python_environment(node, false));
    out.add(node.stamp);
    out.add(node.cron);
    out.add(node.cron_tz);
    out.add(node.query);
    out.add_all(node.pre_statements);
    return out.take();
}

bool has_query(const Node& node) { return node.source_type == model::SourceType::sql; }

}  // namespace

Result<Values> data_hash_values(const Node& node) {
    if (!model::is_model(node)) return Values{};
    HashValues out(node);
    add_data_without_sql(node, out);
    out.add_all(node.pre_statements);
    out.add_all(node.post_statements);
    if (has_query(node)) out.add(node.query);
    return out.take();
}

Result<Values> data_hash_values_without_sql(const Node& node) {
    if (!model::is_model(node)) return Values{};
    HashValues out(node);
    add_data_without_sql(node, out);
    return out.take();
}

Result<Values> kind_data_values(const Node& node) {
    HashValues out(node);
    add_kind_data(node.kind, out);
    return out.take();
}

Result<std::string> audit_hash(const Node& node) {
    HashValues out(node);
    add_audits(node, out);
    TRY(const Values values, out.take());
    return model::hash_parts(values);
}

Result<Values> metadata_hash_values(const Node& node) {
    if (!model::is_model(node)) return audit_metadata(node);
    HashValues out(node, Unknown::approximate);
    out.add(model::written_dialect(node));
    out.add(node.owner);
    out.add(node.description);
    out.add(descriptions(node));
    out.add(node.cron);
    out.add(node.cron_tz);
    out.add(node.start);
    out.add(node.end);
    out.add("");  // retention: SQLMesh has the field and no use for it
    // A seed's batch_size counts rows and is no property of the node.
    out.add(model::is_seed(node) ? std::optional<std::int64_t>() : node.kind.batch_size);
    out.add(node.kind.batch_concurrency);
    out.add(model::mapping_schema_json(node));
    out.add_all(sorted_tags(node));
    add_references(node, out);
    add_kind_metadata(node.kind, out);
    out.add(node.project);
    out.add_bool(node.allow_partials);
    const bool session = node.session_properties && !node.session_properties->empty();
    out.add(session ? session_properties(*node.session_properties, out) : "");
    out.add_gen(node.grains);
    add_audits(node, out);
    add_grants(node, out);
    out.add_gen(node.virtual_properties);
    add_signals(node, out);
    if (!node.metadata_variables.empty()) out.add(python_environment(node, true));
    out.add_all(node.pre_statements);
    out.add_all(node.post_statements);
    out.add_all(node.on_virtual_update);
    if (has_query(node)) out.add(node.query);
    return out.take();
}

}  // namespace towline::plan
