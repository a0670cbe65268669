#include <algorithm>

#include "json/escape.h"
#include "model/codec.h"
#include "model/codec_parts.h"

namespace towline::model {
namespace codec {
namespace {

/// "a"."b"."c" → its parts, quotes kept: the keys of SQLMesh's nested mapping schema.
std::vector<std::string> quoted_parts(std::string_view fqn) {
    std::vector<std::string> parts(1);
    bool quoted = false;
    for (const char c : fqn) {
        if (c == '"') quoted = !quoted;
        if (c == '.' && !quoted)
            parts.emplace_back();
        else
            parts.back() += c;
    }
    return parts;
}

/// Tables of one mapping schema as a tree, only for writing.
class SchemaTree {
 public:
    SchemaTree() = default;
    explicit SchemaTree(const std::map<std::string, Columns>& schema) {
        for (const auto& [fqn, columns] : schema) {
            SchemaTree* at = this;
            for (const std::string& part : quoted_parts(fqn)) at = &at->children_[part];
            at->columns_ = &columns;
        }
    }
    json::Object object() const {
        if (columns_) return object_of(*columns_);
        json::Object out;
        for (const auto& [name, child] : children_) out.sub(name, child.object());
        return out;
    }
    /// As Python's json.dumps with sorted keys. Written here and not by way of a document, because every fingerprint
    /// needs it.
    void append_dumps(std::string& out) const {
        if (columns_) return append_columns(out);
        const char* separator = "{";
        for (const auto& [name, child] : children_) {
            out += separator;
            json::append_quoted(out, name, true);
            out += ": ";
            child.append_dumps(out);
            separator = ", ";
        }
        out += children_.empty() ? "{}" : "}";
    }

 private:
    void append_columns(std::string& out) const {
        std::vector<const Column*> sorted;
        for (const Column& column : *columns_) sorted.push_back(&column);
        std::stable_sort(sorted.begin(), sorted.end(), [](auto* a, auto* b) { return a->name < b->name; });
        const char* separator = "{";
        for (std::size_t i = 0; i < sorted.size(); ++i) {
            if (i + 1 < sorted.size() && sorted[i + 1]->name == sorted[i]->name) continue;  // of a dict the last stays
            out += separator;
            json::append_quoted(out, sorted[i]->name, true);
            out += ": ";
            json::append_quoted(out, sorted[i]->type.empty() ? "UNKNOWN" : sorted[i]->type, true);
            separator = ", ";
        }
        out += sorted.empty() ? "{}" : "}";
    }

    std::map<std::string, SchemaTree> children_;
    const Columns* columns_ = nullptr;
};

/// Names at most catalog, schema and table deep; a level whose values are texts holds columns.
void read_mapping_schema(const json::Reader& in, const std::string& prefix, int depth,
                         std::map<std::string, Columns>& out) {
    if (depth > 4) return in.reject("nested too deeply");
    const auto members = in.members();
    if (!prefix.empty() && (members.empty() || members[0].second.is_string())) {
        out.emplace(prefix, read_columns(in));
        return;
    }
    for (const auto& [name, member] : members)
        read_mapping_schema(member, prefix.empty() ? name : prefix + "." + name, depth + 1, out);
}

json::Array statements_array(const std::vector<std::string>& statements) {
    json::Array out;
    for (const std::string& text : statements) out.sub(json::Object().str("sql", text));
    return out;
}

std::string read_statement(const json::Reader& in) { return in.is_string() ? in.as_str() : in.str("sql"); }

std::vector<std::string> read_statements(const json::Reader& in, std::string_view key) {
    std::vector<std::string> out;
    for (const json::Reader& item : in.list(key)) out.push_back(read_statement(item));
    return out;
}

json::Array calls_array(const std::vector<Call>& calls) {
    json::Array out;
    for (const Call& call : calls) out.raw(json::Array().str(call.name).sub(object_of(call.arguments)).dump());
    return out;
}

std::vector<Call> read_calls(const json::Reader& in, std::string_view key) {
    std::vector<Call> out;
    for (const json::Reader& item : in.list(key)) {
        const auto pair = item.items();
        if (pair.size() != 2) {
            item.reject("expected a name and its arguments");
            break;
        }
        Call call;
        call.name = pair[0].as_str();
        for (const auto& [name, text] : pair[1].members()) call.arguments.emplace_back(name, text.as_str());
        out.push_back(std::move(call));
    }
    return out;
}

json::Object audit_object(const AuditDefinition& audit) {
    json::Object out;
    out.str("name", audit.name).str("dialect", audit.dialect).flag("skip", audit.skip);
    out.flag("blocking", audit.blocking).flag("standalone", audit.standalone);
    out.sub("defaults", object_of(audit.defaults)).list("expressions", statements_array(audit.statements));
    out.sub("query", json::Object().str("sql", audit.query));
    return out;
}

AuditDefinition read_audit(const json::Reader& in) {
    AuditDefinition audit;
    audit.name = in.str("name");
    audit.dialect = in.str("dialect", "");
    audit.skip = in.flag("skip", false);
    audit.blocking = in.flag("blocking", true);
    audit.standalone = in.flag("standalone", false);
    audit.defaults = read_properties(in, "defaults");
    audit.statements = read_statements(in, "expressions");
    if (const auto query = in.maybe_sub("query")) audit.query = read_statement(*query);
    return audit;
}

/// SQLMesh stores what the author wrote; ours is the effective list, with the time column that SQLMesh adds.
std::vector<std::string> written_partitions(const Node& node) {
    std::vector<std::string> out = node.partitioned_by;
    const auto& time = node.kind.time_column;
    if (time && node.kind.partition_by_time_column && !out.empty() && out.front() == time->column)
        out.erase(out.begin());
    return out;
}

void write_description(json::Object& out, const Node& node) {
    out.str("source_type", to_string(node.source_type)).str("name", node.name).str("project", node.project);
    out.str("dialect", written_dialect(node)).maybe("default_catalog", node.default_catalog);
    out.maybe("owner", node.owner).maybe("description", node.description).maybe("stamp", node.stamp);
    out.maybe("start", node.start).maybe("end", node.end).str("cron", node.cron).maybe("cron_tz", node.cron_tz);
    out.str("interval_unit", node.interval_unit).strings("tags", node.tags).strings("grains", node.grains);
    out.strings("references", node.references).strings("depends_on", node.depends_on);
    if (node.columns) out.sub("columns", object_of(*node.columns));
    if (!node.column_descriptions.empty()) out.dict("column_descriptions", node.column_descriptions);
}

void write_definition(json::Object& out, const Node& node) {
    out.list("audits", calls_array(node.audits)).list("signals", calls_array(node.signals));
    if (!node.audit_definitions.empty()) {
        json::Object audits;
        for (const auto& [name, audit] : node.audit_definitions) audits.sub(name, audit_object(audit));
        out.sub("audit_definitions", audits);
    }
    if (!node.jinja_macros.empty()) {
        json::Object macros;
        for (const auto& [name, text] : node.jinja_macros)
            macros.sub(name, json::Object().str("definition", text).list("depends_on", json::Array()));
        out.sub("jinja_macros", json::Object().sub("root_macros", macros));
    }
    if (!node.mapping_schema.empty()) out.sub("mapping_schema", SchemaTree(node.mapping_schema).object());
    const bool audit = node.source_type == SourceType::audit;
    out.list(audit ? "expressions" : "pre_statements", statements_array(node.pre_statements));
    if (!node.post_statements.empty()) out.list("post_statements", statements_array(node.post_statements));
    if (!node.on_virtual_update.empty()) out.list("on_virtual_update", statements_array(node.on_virtual_update));
    if (!node.query.empty()) out.sub("query", json::Object().str("sql", node.query));
    if (audit) out.flag("skip", node.skip).flag("blocking", node.blocking);
}

void write_storage(json::Object& out, const Node& node) {
    out.sub("kind", kind_object(node.kind));
    out.maybe("table_format", node.table_format).maybe("storage_format", node.storage_format);
    out.strings("partitioned_by", written_partitions(node)).strings("clustered_by", node.clustered_by);
    if (!node.physical_properties.empty()) out.sub("physical_properties", object_of(node.physical_properties));
    if (!node.virtual_properties.empty()) out.sub("virtual_properties", object_of(node.virtual_properties));
    if (node.session_properties) out.sub("session_properties", object_of(*node.session_properties));
    if (node.grants) {
        json::Object grants;
        for (const auto& [privilege, grantees] : *node.grants) grants.strings(privilege, grantees);
        out.sub("grants", grants);
    }
    if (node.grants_target_layer != "virtual") out.str("grants_target_layer", node.grants_target_layer);
    out.flag("allow_partials", node.allow_partials).maybe("gateway", node.gateway);
    out.maybe_flag("optimize_query", node.optimize_query).maybe("physical_version", node.physical_version);
    out.str("virtual_environment_mode", node.virtual_environment_mode).strings("ignored_rules", node.ignored_rules);
}

json::Object own_fields(const Node& node) {
    json::Object own;
    own.str("fqn", node.fqn).flag("depends_on_self", node.depends_on_self);
    own.str("physical_schema", node.physical_schema).str("path", node.path);
    if (!node.partitioned_by.empty()) own.strings("partitioned_by", node.partitioned_by);
    if (node.written_dialect) own.str("dialect", node.dialect);
    if (node.columns_to_types) own.sub("columns_to_types", object_of(*node.columns_to_types));
    if (!node.variables.empty()) own.raw("variables", variables_text(node.variables));
    if (!node.metadata_variables.empty()) own.raw("metadata_variables", variables_text(node.metadata_variables));
    if (!node.blueprint_variables.empty()) own.raw("blueprint_variables", variables_text(node.blueprint_variables));
    if (node.seed != Seed{})
        own.sub("seed", json::Object()
                            .str("content", node.seed.content)
                            .sub("column_hashes", object_of(node.seed.column_hashes))
                            .sub("derived_columns", object_of(node.seed.derived_columns)));
    return own;
}

void read_own_fields(const json::Reader& own, Node& node) {
    node.fqn = own.str("fqn");
    node.depends_on_self = own.flag("depends_on_self", false);
    node.physical_schema = own.str("physical_schema", "");
    node.path = own.str("path", "");
    node.partitioned_by = own.strings("partitioned_by");
    if (const auto dialect = own.maybe_str("dialect")) {
        node.written_dialect = node.dialect;
        node.dialect = *dialect;
    }
    if (const auto columns = own.maybe_sub("columns_to_types")) node.columns_to_types = read_columns(*columns);
    node.variables = read_variables(own, "variables");
    node.metadata_variables = read_variables(own, "metadata_variables");
    node.blueprint_variables = read_variables(own, "blueprint_variables");
    if (const auto seed = own.maybe_sub("seed")) {
        node.seed.content = seed->str("content", "");
        node.seed.column_hashes = read_properties(*seed, "column_hashes");
        if (const auto columns = seed->maybe_sub("derived_columns")) node.seed.derived_columns = read_columns(*columns);
    }
}

void read_description(const json::Reader& in, Node& node) {
    if (const auto type = source_type_from(in.str("source_type")))
        node.source_type = *type;
    else
        in.reject("source_type", type.error().message);
    node.name = in.str("name");
    node.project = in.str("project", "");
    node.dialect = in.str("dialect", "");
    node.default_catalog = in.maybe_str("default_catalog");
    node.owner = in.maybe_str("owner");
    node.description = in.maybe_str("description");
    node.stamp = in.maybe_str("stamp");
    node.start = in.maybe_str("start");
    node.end = in.maybe_str("end");
    node.cron = in.str("cron", "@daily");
    node.cron_tz = in.maybe_str("cron_tz");
    node.interval_unit = in.str("interval_unit", "day");
    node.tags = in.strings("tags");
    node.grains = in.strings("grains");
    node.references = in.strings("references");
    node.depends_on = in.strings("depends_on");
    if (const auto columns = in.maybe_sub("columns")) node.columns = read_columns(*columns);
    node.column_descriptions = in.dict("column_descriptions");
}

void read_storage(const json::Reader& in, Node& node) {
    if (const auto kind = in.maybe_sub("kind")) node.kind = read_kind(*kind);
    node.table_format = in.maybe_str("table_format");
    node.storage_format = in.maybe_str("storage_format");
    node.clustered_by = in.strings("clustered_by");
    node.physical_properties = read_properties(in, "physical_properties");
    node.virtual_properties = read_properties(in, "virtual_properties");
    if (in.maybe_sub("session_properties")) node.session_properties = read_properties(in, "session_properties");
    if (const auto grants = in.maybe_sub("grants")) {
        node.grants.emplace();
        for (const auto& [privilege, grantees] : grants->members())
            (*node.grants)[privilege] = grants->strings(privilege);
    }
    node.grants_target_layer = in.str("grants_target_layer", "virtual");
    node.allow_partials = in.flag("allow_partials", false);
    node.gateway = in.maybe_str("gateway");
    node.optimize_query = in.maybe_flag("optimize_query");
    node.physical_version = in.maybe_str("physical_version");
    node.virtual_environment_mode = in.str("virtual_environment_mode", "full");
    node.ignored_rules = in.strings("ignored_rules");
}

void read_definition(const json::Reader& in, Node& node) {
    node.audits = read_calls(in, "audits");
    node.signals = read_calls(in, "signals");
    if (const auto audits = in.maybe_sub("audit_definitions"))
        for (const auto& [name, audit] : audits->members()) node.audit_definitions.emplace(name, read_audit(audit));
    if (const auto macros = in.maybe_sub("jinja_macros"))
        if (const auto root = macros->maybe_sub("root_macros"))
            for (const auto& [name, macro] : root->members()) node.jinja_macros.emplace(name, macro.str("definition"));
    if (const auto schema = in.maybe_sub("mapping_schema")) read_mapping_schema(*schema, "", 0, node.mapping_schema);
    const bool audit = node.source_type == SourceType::audit;
    node.pre_statements = read_statements(in, audit ? "expressions" : "pre_statements");
    node.post_statements = read_statements(in, "post_statements");
    node.on_virtual_update = read_statements(in, "on_virtual_update");
    if (const auto query = in.maybe_sub("query")) node.query = read_statement(*query);
    node.skip = in.flag("skip", false);
    node.blocking = in.flag("blocking", false);
}

}  // namespace

json::Object node_object(const Node& node) {
    json::Object out;
    write_description(out, node);
    write_storage(out, node);
    write_definition(out, node);
    out.sub("towline", own_fields(node));
    return out;
}

Node read_node(const json::Reader& in) {
    Node node;
    read_description(in, node);
    read_storage(in, node);
    read_definition(in, node);
    read_own_fields(in.sub("towline"), node);
    return node;
}

}  // namespace codec

// As the metadata hash has it: keys sorted, "UNKNOWN" for a type that SQLMesh cannot infer.
std::string mapping_schema_json(const Node& node) {
    std::string out;
    codec::SchemaTree(node.mapping_schema).append_dumps(out);
    return out;
}

std::string to_json(const Node& node) { return codec::node_object(node).dump(); }

Result<Node> node_from_json(const json::Reader& reader) {
    Node node = codec::read_node(reader);
    TRY_STATUS(reader.status());
    return node;
}

}  // namespace towline::model
