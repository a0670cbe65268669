#include "project/graph.h"

#include <algorithm>
#include <functional>
#include <set>
#include <utility>

#include "base/parallel.h"
#include "base/strings.h"
#include "inference/infer.h"
#include "project/inference.h"
#include "project/jinja_blocks.h"
#include "project/model_draft.h"
#include "project/render_scope.h"
#include "project/values.h"
#include "sql/macros.h"
#include "sql/scopes.h"

namespace towline::project {
namespace {

using model::Node;

std::size_t place_of(const LoadedNode& loaded, const std::string& property) {
    const auto found = loaded.places.find(property);
    return found == loaded.places.end() ? loaded.offset : found->second;
}

void note_faulty(LoadedProject& project, const std::string& fqn, const FaultList& faults, const FaultCount& before) {
    if (!before.grew(faults)) return;
    const auto [entry, added] = project.faulty.try_emplace(fqn, before.only_unsupported(faults));
    if (!added) entry->second = entry->second && before.only_unsupported(faults);
}

constexpr std::size_t kNodesAtOnce = 256;        ///< So many nodes' faults are held before the limit of all counts.
constexpr std::size_t kHintedAuditsMax = 1'000;  ///< Names that a wrong one is compared with.

using Audits = std::map<std::string, model::AuditDefinition>;

void resolve_audits_of(LoadedNode& loaded, const Audits& audits, FaultList& faults) {
    Node& node = loaded.node;
    for (const model::Call& call : node.audits) {
        const auto own = loaded.inline_audits.find(call.name);
        const auto shared = audits.find(call.name);
        if (own != loaded.inline_audits.end()) {
            node.audit_definitions[call.name] = own->second;
        } else if (shared != audits.end()) {
            node.audit_definitions[call.name] = shared->second;
        } else if (!is_builtin_audit(call.name)) {
            std::vector<std::string> known;
            for (const auto& [name, audit] : loaded.inline_audits) known.push_back(name);
            for (const char* name :
                 {"not_null", "unique_values", "accepted_values", "number_of_rows", "forall", "accepted_range"})
                known.emplace_back(name);
            for (const auto& [name, audit] : audits)
                if (known.size() < kHintedAuditsMax) known.push_back(name);
            faults.add(loaded.file, place_of(loaded, "audits"), ErrorCode::not_found,
                       "There is no audit '" + call.name + "'.",
                       faults.full() ? std::string() : closest_hint(call.name, known));
        }
    }
}

/// What the texts refer to, in lower case.
std::set<std::string> references(const std::vector<std::string>& texts, sql::Dialect dialect) {
    std::set<std::string> out;
    for (const std::string& text : texts)
        // What stands in a Jinja block is read by Jinja, and SQLMesh looks for no macros there.
        if (text.find('@') != std::string::npos && !is_jinja_block(text))
            for (std::string& name : sql::referenced_variables(text, dialect)) out.insert(std::move(name));
    return out;
}

void collect_variables(LoadedNode& loaded, const Config& config) {
    Node& node = loaded.node;
    // SQLMesh hands no variables to what it loads from YAML, though statements and audits of defaults may name some.
    if (node.source_type == model::SourceType::external) return;
    const sql::Dialect dialect = sql::dialect_from(node.dialect).value_or(sql::Dialect::none);
    std::vector<std::string> data = node.pre_statements;
    data.insert(data.end(), node.post_statements.begin(), node.post_statements.end());
    data.push_back(node.query);
    for (const auto* properties : {&node.physical_properties, &node.virtual_properties})
        for (const auto& [key, value] : *properties) data.push_back(value);
    if (node.session_properties)
        for (const auto& [key, value] : *node.session_properties) data.push_back(value);
    if (node.kind.merge_filter) data.push_back(*node.kind.merge_filter);
    if (node.kind.when_matched) data.push_back(*node.kind.when_matched);
    std::vector<std::string> metadata = node.on_virtual_update;
    for (const model::Call& call : node.audits)
        for (const auto& [name, value] : call.arguments) metadata.push_back(value);
    for (const auto& [name, audit] : node.audit_definitions) {
        metadata.push_back(audit.query);
        metadata.insert(metadata.end(), audit.statements.begin(), audit.statements.end());
    }
    if (node.source_type == model::SourceType::audit) std::swap(data, metadata);
    std::set<std::string> in_data = references(data, dialect);
    in_data.insert(loaded.jinja_variables.begin(), loaded.jinja_variables.end());
    const std::set<std::string> in_metadata = references(metadata, dialect);
    model::Variables all = config.variables_of(node.gateway.value_or(""));
    if (std::none_of(all.begin(), all.end(), [](const auto& v) { return v.first == "gateway"; }))
        all.emplace_back("gateway", model::Value::of_string(node.gateway.value_or(config.selected_gateway)));
    std::sort(all.begin(), all.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
    for (const auto& [name, value] : all) {
        if (in_data.contains(name))
            node.variables.emplace_back(name, value);
        else if (in_metadata.contains(name))
            node.metadata_variables.emplace_back(name, value);
    }
    std::erase_if(node.blueprint_variables,
                  [&](const auto& v) { return !in_data.contains(v.first) && !in_metadata.contains(v.first); });
}

/// Macros that need Python are refused in every text of the node, not only in what is rendered at load.
bool python_macros(const LoadedNode& loaded, FaultList& faults) {
    const Node& node = loaded.node;
    const sql::Dialect dialect = sql::dialect_from(node.dialect).value_or(sql::Dialect::none);
    std::vector<std::string> texts = node.pre_statements;
    texts.insert(texts.end(), node.post_statements.begin(), node.post_statements.end());
    texts.insert(texts.end(), node.on_virtual_update.begin(), node.on_virtual_update.end());
    texts.push_back(node.query);
    for (const auto& [name, audit] : node.audit_definitions) texts.push_back(audit.query);
    bool found = false;
    std::string folded;
    std::set<std::string> seen, defined;
    for (const std::string& text : texts)
        if (starts_with_ignoring_case(trim(text), "@def("))
            defined.insert(lower(trim(trim(text).substr(5, trim(text).find(',') - 5))));
    for (const std::string& text : texts) {
        if (text.find('@') == std::string::npos || is_jinja_block(text)) continue;
        for (const std::string& name : sql::referenced_macros(text, dialect)) {
            if (sql::is_builtin_macro(name) || name == "insert_seed" || defined.contains(name) ||
                !seen.insert(name).second)
                continue;
            if (folded.empty()) folded = lower(loaded.file.text());
            const std::size_t at = faults.full() ? std::string::npos : folded.find("@" + name + "(");
            faults.add(loaded.file, at == std::string::npos ? loaded.query_offset : at, ErrorCode::unsupported,
                       "The macro @" + name + " is not built in; macros in Python are not supported.");
            found = true;
        }
    }
    return found;
}

/// @STAR and @UNION expand to columns of parents, which are not known before the parents are.
bool reads_columns(const Node& node, sql::Dialect dialect) {
    std::vector<const std::string*> texts{&node.query};
    for (const auto* statements : {&node.pre_statements, &node.post_statements, &node.on_virtual_update})
        for (const std::string& text : *statements) texts.push_back(&text);
    return std::any_of(texts.begin(), texts.end(), [&](const std::string* text) {
        if (text->find('@') == std::string::npos) return false;
        const auto names = sql::referenced_macros(*text, dialect);
        return std::any_of(names.begin(), names.end(),
                           [](const std::string& name) { return name == "star" || name == "union"; });
    });
}

/// Comments between a query without `;` and the end of the file: not stored, but they describe the last column.
std::string comments_behind(const LoadedNode& loaded, sql::Dialect dialect) {
    const std::string& query = loaded.node.query;
    const std::string& file = loaded.file.text();
    const std::size_t end = loaded.query_offset + query.size();
    if (query.ends_with(';') || end >= file.size() || file.compare(loaded.query_offset, query.size(), query) != 0)
        return {};
    // A name that a macro makes has none.
    const std::size_t last_word = query.find_last_of(" \n\t");
    if (query.find("@{", last_word == std::string::npos ? 0 : last_word) != std::string::npos) return {};
    const sql::TokenList words = sql::lex(query, dialect);
    const std::size_t last = words.size() - 1;
    for (std::size_t i = 2; i < words.size(); ++i)  // nor has what a macro makes
        if (words.closing(i) == last && words.kind(i - 2) == sql::TokenKind::at) return {};
    std::string tail = file.substr(end);
    const sql::TokenList behind = sql::lex(tail, dialect);
    if (behind.is_symbol(0, ";")) return tail.substr(0, behind.offset_of(0));
    return !trim(tail).empty() && behind.size() == 0 ? tail : std::string();
}

void find_dependencies(LoadedNode& loaded, FaultList& faults) {
    Node& node = loaded.node;
    const bool has_query = node.source_type == model::SourceType::sql || node.source_type == model::SourceType::audit;
    if (!has_query || python_macros(loaded, faults)) return;
    RenderContext context;
    auto text = expanded_query(node, context);
    if (!text) return faults.add(loaded.file, loaded.query_offset, text.error());
    const sql::Dialect dialect = sql::dialect_from(node.dialect).value_or(sql::Dialect::none);
    // A block that gives nothing here may give a query when it runs; until then only depends_on tells what it reads.
    if (text->empty() && is_jinja_block(node.query)) return;
    const auto analysis = sql::analyze_query(*text, dialect);
    if (!analysis) return faults.add(loaded.file, loaded.query_offset, after_jinja(analysis.error(), node.query));
    std::set<std::string> all(node.depends_on.begin(), node.depends_on.end());
    for (const sql::TableReference& table : analysis->tables)
        all.insert(sql::fqn(table.parts, dialect, node.default_catalog.value_or("")));
    node.depends_on_self = all.erase(node.fqn) > 0;
    node.depends_on.assign(all.begin(), all.end());
    if (reads_columns(node, dialect)) return;
    if (node.source_type == model::SourceType::sql) {
        const std::string tail = comments_behind(loaded, dialect);
        const auto with_tail = tail.empty() ? analysis : sql::analyze_query(*text + tail, dialect);
        describe_columns(node, with_tail ? *with_tail : *analysis, dialect);
    }
    loaded.expanded = std::move(*text);
}

constexpr std::size_t kCycleNamesMax = 50;  ///< Names of a cycle's models that are told.

void report_cycle(const LoadedProject& project, const std::vector<std::string>& cycle, FaultList& faults) {
    std::vector<std::string> names;
    for (const std::string& fqn : cycle) {
        if (names.size() + 1 < kCycleNamesMax || &fqn == &cycle.back())
            names.push_back(project.nodes.at(fqn).node.name);
        else if (names.size() + 1 == kCycleNamesMax)
            names.push_back("… (" + std::to_string(cycle.size() - kCycleNamesMax) + " more)");
    }
    const LoadedNode& first = project.nodes.at(cycle.front());
    faults.add(first.file, first.query_offset, ErrorCode::invalid,
               "The models depend on each other in a cycle: " + join(names, " -> ") + ".",
               "Let one of them read something else than the next.");
}

/// True if a projection is a column of a table as it is, or a cast: SQLMesh hashes a type that it worked out from
/// something else in another way.
bool has_written_type(const std::string& query, const std::string& name) {
    const auto analysis = sql::analyze_query(query, sql::Dialect::clickhouse);
    if (!analysis) return false;
    const sql::TokenList tokens = sql::lex(query, sql::Dialect::clickhouse);
    int selects = 0;
    for (std::size_t i = 0; i < tokens.size(); ++i) selects += tokens.is_word(i, "SELECT") ? 1 : 0;
    const auto found = std::find_if(analysis->projections.begin(), analysis->projections.end(),
                                    [&](const sql::Projection& each) { return each.name && each.name->text == name; });
    if (selects != 1 || found == analysis->projections.end()) return false;
    const auto read = sql::parse_expression(found->expression.of(query), sql::Dialect::clickhouse);
    return read && (read->is(sql::ExprKind::column) || read->is(sql::ExprKind::cast));
}

/// ClickHouse's first partition, now that the type of the time column is known as far as it can be.
void partition_by_week(LoadedNode& loaded, FaultList& faults) {
    Node& node = loaded.node;
    const std::string& time = node.kind.time_column->column;
    const std::string name = sql::identifier_text(time, sql::Dialect::clickhouse);
    std::string type;
    for (const model::Column& column : node.columns_to_types.value_or(model::Columns()))
        if (column.name == name) type = column.type;
    const auto neutral = loaded.neutral_types.find(name);
    std::string week = week_of(time, type, neutral == loaded.neutral_types.end() ? "" : neutral->second);
    if (week.starts_with("CAST(") && type.starts_with("Nullable(") && !has_written_type(loaded.expanded, name))
        return faults.add(loaded.file, place_of(loaded, "kind"), ErrorCode::unsupported,
                          "How ClickHouse partitions by the time column " + time +
                              " depends on its type, which is inferred as " + type + ".",
                          "Cast it, declare it in `columns`, or name it in `partitioned_by`.");
    node.partitioned_by.front() = std::move(week);
}

/// Databricks' words for clustering that are no columns.
bool is_liquid_clustering(const Node& node, std::string_view key) {
    return model::written_dialect(node) == "databricks" && (key == "AUTO" || key == "NONE");
}

void check_linked(const LoadedNode& loaded, FaultList& faults) {
    const Node& node = loaded.node;
    if (node.source_type != model::SourceType::sql) return;
    const auto& types = node.columns_to_types;
    const bool all_known =
        types && std::all_of(types->begin(), types->end(), [](const auto& c) { return !c.type.empty(); });
    if (node.depends_on_self && !all_known)
        faults.add(loaded.file, loaded.query_offset, ErrorCode::invalid,
                   "The model reads itself, so the types of all its columns must be known.",
                   "Give `columns (name TYPE, …)` or cast each projection.");
    if (!types) return;
    const sql::Dialect dialect = sql::dialect_from(node.dialect).value_or(sql::Dialect::none);
    const auto has = [&](const std::string& quoted) {
        return std::any_of(types->begin(), types->end(),
                           [&](const auto& c) { return sql::quote_identifier(c.name, dialect) == quoted; });
    };
    const auto named = [&](const auto& c) {  // in a text SQLMesh looks for the name only
        return node.kind.time_column->column == sql::quote_string(c.name, dialect);
    };
    if (node.kind.time_column && !has(node.kind.time_column->column) &&
        std::none_of(types->begin(), types->end(), named))
        faults.add(loaded.file, place_of(loaded, "kind"), ErrorCode::invalid,
                   "The time column " + node.kind.time_column->column + " is not among the model's columns.");
    for (const auto& [keys, property] :
         {std::pair(&node.partitioned_by, "partitioned_by"), std::pair(&node.clustered_by, "clustered_by")})
        for (const std::string& key : *keys)
            if (auto parsed = sql::parse_expression(key, dialect);
                parsed && !sql::columns_of(*parsed).empty() && !is_liquid_clustering(node, key)) {
                const std::string column = sql::to_sql(*sql::columns_of(*parsed).front(), dialect);
                if (!has(column))
                    faults.add(loaded.file, place_of(loaded, property), ErrorCode::invalid,
                               "The column " + column + " of '" + property + "' is not among the model's columns.");
            }
}

/// The columns of a parent in the words of a child's dialect.
model::Columns columns_for(const model::Node& child, const LoadedNode& loaded) {
    const model::Node& parent = loaded.node;
    model::Columns columns = *parent.columns_to_types;
    const auto from = sql::dialect_from(parent.dialect).value_or(sql::Dialect::none);
    const auto to = sql::dialect_from(child.dialect).value_or(sql::Dialect::none);
    for (model::Column& column : columns) {
        const auto neutral = from == to ? loaded.neutral_types.end() : loaded.neutral_types.find(column.name);
        const bool lost = neutral != loaded.neutral_types.end();
        const sql::Dialect spoken = lost ? sql::Dialect(sql::Dialect::none) : from;
        column.type = inference::type_for(lost ? neutral->second : column.type, spoken, to);
    }
    return columns;
}

/// Works on nodes that do not read from each other, several at once. A node with faults counts as faulty from then on.
void for_each_node(LoadedProject& project, const std::vector<std::string>& names, FaultList& faults,
                   const std::function<void(LoadedNode&, FaultList&)>& work) {
    struct Entry {
        LoadedNode* node;
        FaultList faults;
    };
    for (std::size_t begin = 0; begin < names.size(); begin += kNodesAtOnce) {
        std::vector<Entry> all;
        for (std::size_t i = begin; i < std::min(names.size(), begin + kNodesAtOnce); ++i)
            all.push_back({&project.nodes.at(names[i]), {}});
        for_each_index(all.size(), [&](std::size_t i) { work(*all[i].node, all[i].faults); });
        for (Entry& entry : all) {
            const FaultCount before(faults);
            faults.add(std::move(entry.faults));
            note_faulty(project, entry.node->node.fqn, faults, before);
        }
    }
}

/// Needs the columns of the node's parents.
void find_columns(const LoadedProject& project, LoadedNode& loaded, FaultList& faults) {
    for (const std::string& parent : loaded.node.depends_on) {
        const auto known = project.nodes.find(parent);
        if (known == project.nodes.end() || !known->second.node.columns_to_types ||
            known->second.node.columns_to_types->empty())
            continue;
        loaded.node.mapping_schema[parent] = columns_for(loaded.node, known->second);
    }
    infer_columns(loaded.node, loaded.expanded, &loaded.neutral_types);
    if (loaded.partition_by_week) partition_by_week(loaded, faults);
    std::string().swap(loaded.expanded);
    check_linked(loaded, faults);
}

}  // namespace

void add_node(LoadedProject& project, LoadedNode node, FaultList& faults) {
    const std::string fqn = node.node.fqn;
    const auto [known, added] = project.nodes.try_emplace(fqn, std::move(node));
    if (!added)
        faults.add(node.file, place_of(node, "name"), ErrorCode::conflict,
                   "The model " + node.node.name + " is already defined in " + known->second.file.path + ".",
                   "Rename one of the two.");
}

std::vector<std::vector<std::string>> find_cycles(const std::map<std::string, std::vector<std::string>>& parents) {
    enum class Mark { none, open, done };
    std::vector<std::vector<std::string>> out;
    std::map<std::string, Mark> marks;
    for (const auto& [start, unused] : parents) {
        if (marks[start] != Mark::none) continue;
        std::vector<std::pair<std::string, std::size_t>> path{{start, 0}};
        marks[start] = Mark::open;
        while (!path.empty()) {
            const std::string name = path.back().first;
            const auto& ups = parents.at(name);
            if (path.back().second == ups.size()) {
                marks[name] = Mark::done;
                path.pop_back();
                continue;
            }
            const std::string& next = ups[path.back().second++];
            if (!parents.contains(next) || marks[next] == Mark::done) continue;
            if (marks[next] == Mark::open) {
                std::vector<std::string> cycle;
                const auto at =
                    std::find_if(path.begin(), path.end(), [&](const auto& step) { return step.first == next; });
                for (auto step = at; step != path.end(); ++step) {
                    cycle.push_back(step->first);
                    marks[step->first] = Mark::done;  // as if it were not there: nobody reads it any more
                }
                cycle.push_back(next);
                path.erase(at, path.end());
                out.push_back(std::move(cycle));
                continue;
            }
            marks[next] = Mark::open;
            path.emplace_back(next, 0);
        }
    }
    return out;
}

std::vector<std::vector<std::string>> generations(const std::map<std::string, std::vector<std::string>>& parents) {
    std::map<std::string_view, std::size_t> waiting;
    std::map<std::string_view, std::vector<std::string_view>> children;
    std::vector<std::string> ready;
    for (const auto& [name, ups] : parents) {
        const auto known = [&](const std::string& up) { return parents.contains(up); };
        for (const std::string& up : ups)
            if (known(up)) children[up].push_back(name);
        waiting[name] = static_cast<std::size_t>(std::count_if(ups.begin(), ups.end(), known));
        if (waiting[name] == 0) ready.push_back(name);
    }
    std::vector<std::vector<std::string>> out;
    while (!ready.empty()) {
        out.push_back(std::exchange(ready, {}));
        for (const std::string& name : out.back())
            for (const std::string_view child : children[name])
                if (--waiting[child] == 0) ready.emplace_back(child);
    }
    return out;
}

void resolve_audits(LoadedProject& project, const std::set<std::string>& names, const Audits& audits,
                    FaultList& faults) {
    for (const std::string& name : names) {
        const FaultCount before(faults);
        resolve_audits_of(project.nodes.at(name), audits, faults);
        note_faulty(project, name, faults, before);
    }
}

std::set<std::string> nodes_below(const LoadedProject& project, const std::set<std::string>& missing) {
    std::set<std::string> out;
    if (missing.empty()) return out;
    std::map<std::string_view, std::vector<std::string_view>> children;
    for (const auto& [fqn, loaded] : project.nodes)
        for (const std::string& parent : loaded.node.depends_on) children[parent].push_back(fqn);
    std::vector<std::string_view> reached(missing.begin(), missing.end());
    while (!reached.empty()) {
        const auto found = children.find(reached.back());
        reached.pop_back();
        if (found == children.end()) continue;
        for (const std::string_view child : found->second)
            if (const std::string name(child); !missing.contains(name) && out.insert(name).second)
                reached.push_back(child);
    }
    return out;
}

void link(LoadedProject& project, FaultList& faults) {
    std::vector<std::string> names;
    for (const auto& [fqn, loaded] : project.nodes) names.push_back(fqn);
    for_each_node(project, names, faults, [](LoadedNode& loaded, FaultList& own) {
        collect_variables(loaded, *loaded.config);
        find_dependencies(loaded, own);
    });
    std::map<std::string, std::vector<std::string>> parents;
    for (const auto& [fqn, loaded] : project.nodes) parents[fqn] = loaded.node.depends_on;
    for (const std::vector<std::string>& cycle : find_cycles(parents)) {
        report_cycle(project, cycle, faults);
        for (const std::string& fqn : cycle) {
            project.faulty[fqn] = false;
            parents.erase(fqn);
        }
    }
    for (std::vector<std::string>& generation : generations(parents)) {
        std::erase_if(generation, [&](const std::string& fqn) { return project.faulty.contains(fqn); });
        for_each_node(project, generation, faults,
                      [&](LoadedNode& loaded, FaultList& own) { find_columns(project, loaded, own); });
    }
}

}  // namespace towline::project
