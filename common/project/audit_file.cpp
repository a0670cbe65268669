#include <array>

#include "base/strings.h"
#include "project/model_draft.h"
#include "project/model_file.h"
#include "project/values.h"
#include "sql/query_check.h"
#include "sql/scopes.h"
#include "sql/statements.h"

namespace towline::project {
namespace {

using sql::Property;
using sql::Statement;
using sql::StatementKind;

/// Keys of an AUDIT block; those with `node` are only for standalone audits and have the meaning of a model's
/// property.
struct Row {
    std::string_view name;
    bool node = false;
};
constexpr std::array<Row, 15> kRows{{{"name"},
                                     {"dialect"},
                                     {"skip"},
                                     {"blocking"},
                                     {"standalone"},
                                     {"defaults"},
                                     {"formatting"},
                                     {"owner", true},
                                     {"description", true},
                                     {"start", true},
                                     {"cron", true},
                                     {"cron_tz", true},
                                     {"interval_unit", true},
                                     {"tags", true},
                                     {"depends_on", true}}};

Status set_key(ParsedAudit& audit, ModelDraft& draft, const Property& p, sql::Dialect dialect) {
    model::AuditDefinition& d = audit.definition;
    if (p.name == "name")
        d.name = lower(trim(p.raw));
    else if (p.name == "dialect")
        d.dialect = lower(text_value(p.value, dialect));
    else if (p.name == "skip")
        d.skip = boolean_value(p.value, dialect);
    else if (p.name == "blocking")
        d.blocking = boolean_value(p.value, dialect);
    else if (p.name == "standalone") {
        if (!p.value.boolean()) return fail(ErrorCode::invalid, "'standalone' must be true or false.");
        d.standalone = *p.value.boolean();
    } else if (p.name == "defaults") {
        TRY(d.defaults, properties_value(p.value, dialect, p.name));
        for (auto& [name, value] : d.defaults) name = lower(name);
    } else if (p.name != "formatting") {
        return set_property(draft, p);
    }
    return {};
}

model::Node standalone_node(const ParsedAudit& audit, ModelDraft& draft) {
    model::Node node = std::move(draft.node);
    node.source_type = model::SourceType::audit;
    node.name = audit.definition.name;
    node.fqn = audit.definition.name;
    node.dialect = audit.definition.dialect;
    node.skip = audit.definition.skip;
    node.blocking = false;
    return node;
}

}  // namespace

Result<ParsedAudit> parse_audit(const sql::Block& block, const Config& config, sql::Dialect dialect) {
    ParsedAudit out;
    // Not the dialect of the file: SQLMesh gives an audit in a model's file the project's, too.
    out.definition.dialect = config.settings.default_dialect;
    ModelDraft draft;
    Config plain = config;  // audits do not take part in model_defaults
    plain.model_defaults.clear();
    draft.config = &plain;
    draft.dialect = dialect;
    draft.node.default_catalog = config.default_catalog;
    std::string node_key;
    for (const Property& p : block.properties) {
        const Row* row = nullptr;
        std::vector<std::string> known;
        for (const Row& candidate : kRows) {
            known.emplace_back(candidate.name);
            if (candidate.name == p.name) row = &candidate;
        }
        if (!row)
            return fail(ErrorCode::invalid, "Unknown audit property '" + p.name + "'.", closest_hint(p.name, known));
        if (row->node) node_key = p.name;
        TRY_STATUS(set_key(out, draft, p, dialect));
    }
    if (out.definition.name.empty()) return fail(ErrorCode::invalid, "The audit has no name.");
    if (!out.definition.standalone) {
        if (!node_key.empty())
            return fail(ErrorCode::invalid, "The property '" + node_key + "' is only for standalone audits.");
        return out;
    }
    if (block.find("blocking") && out.definition.blocking)
        return fail(ErrorCode::invalid, "A standalone audit cannot be blocking.");
    out.definition.blocking = false;
    TRY_STATUS(apply_defaults(draft));
    for (const std::string& name : draft.depends_on) {
        TRY(auto fqn, sql::fqn(name, dialect, config.default_catalog.value_or("")));
        draft.node.depends_on.push_back(std::move(fqn));
    }
    out.standalone = standalone_node(out, draft);
    out.standalone->project = config.settings.project;
    config.set_dialect(*out.standalone, out.definition.dialect);
    return out;
}

LoadedAudits load_audit_file(const LoadScope& scope, const SourceFile& file) {
    LoadedAudits out;
    const std::string declared = sql::declared_dialect(file.text());
    auto dialect = scope.config->dialect(declared.empty() ? scope.config->settings.default_dialect : declared);
    auto statements = dialect ? sql::split_statements(file.text(), *dialect)
                              : Result<std::vector<Statement>>(tl::unexpected<Error>(dialect.error()));
    if (!statements) {
        scope.faults->add(file, 0, statements.error());
        return out;
    }
    if (!reprinted_for_athena(scope, file, *dialect, *statements)) return out;
    std::erase_if(*statements, [](const Statement& s) { return s.kind == StatementKind::semicolon; });
    if (statements->empty() || statements->front().kind != StatementKind::audit_block) {
        scope.faults->add(file, 0, ErrorCode::invalid, "The file does not begin with an AUDIT block.");
        return out;
    }
    for (std::size_t i = 0; i < statements->size();) {
        const Statement& head = (*statements)[i];
        std::size_t end = i + 1;
        while (end < statements->size() && (*statements)[end].kind != StatementKind::audit_block) ++end;
        auto block = sql::parse_block(head.body.empty() ? head.text : head.body, *dialect);
        auto parsed = block ? parse_audit(*block, *scope.config, *dialect) : tl::unexpected<Error>(block.error());
        const bool has_query = end > i + 1 && ((*statements)[end - 1].kind == StatementKind::query ||
                                               (*statements)[end - 1].kind == StatementKind::macro_call ||
                                               (*statements)[end - 1].kind == StatementKind::jinja_query);
        if (!parsed) {
            scope.faults->add(file, head.span.begin, parsed.error());
        } else if (!has_query) {
            scope.faults->add(file, head.span.begin, ErrorCode::invalid,
                              "The audit '" + parsed->definition.name + "' has no query.");
        } else {
            for (std::size_t s = i + 1; s + 1 < end; ++s)
                parsed->definition.statements.push_back((*statements)[s].text);
            const Statement& query = (*statements)[end - 1];
            if (const Status read = sql::check_query(query.text, *dialect); query.kind == StatementKind::query && !read)
                scope.faults->add(file, query.span.begin, read.error());
            parsed->definition.query = query.text;
            if (parsed->standalone) {
                LoadedNode node;
                node.node = std::move(*parsed->standalone);
                node.node.pre_statements = parsed->definition.statements;
                node.node.query = parsed->definition.query;
                node.node.audit_definitions[parsed->definition.name] = parsed->definition;
                node.node.path = file.path;
                node.file = file;
                node.offset = head.span.begin;
                node.query_offset = (*statements)[end - 1].span.begin;
                node.without_jinja_macros = end == statements->size();
                out.standalone.push_back(std::move(node));
            } else {
                out.audits.push_back(std::move(parsed->definition));
            }
        }
        i = end;
    }
    return out;
}

}  // namespace towline::project
