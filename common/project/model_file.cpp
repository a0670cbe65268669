#include "project/model_file.h"

#include <algorithm>
#include <utility>

#include "base/strings.h"
#include "project/jinja_blocks.h"
#include "project/limits.h"
#include "project/model_block.h"
#include "project/model_draft.h"
#include "project/outer_comments.h"
#include "project/values.h"
#include "query/query.h"
#include "query/statement.h"
#include "sql/macros.h"
#include "sql/query_check.h"
#include "sql/scopes.h"

namespace towline::project {
namespace {

using sql::Statement;
using sql::StatementKind;

bool is_query(const Statement& statement, bool only_one) {
    switch (statement.kind) {
        case StatementKind::query:
        case StatementKind::jinja_query:
            return true;
        case StatementKind::macro_call:
            return statement.macro == "insert_seed" || statement.macro == "union" ||
                   (only_one && statement.macro != "def");
        default:
            return false;
    }
}

/// The statements of a file after its MODEL block, sorted into what they are.
struct Body {
    std::vector<std::string> pre, post, virtual_update;
    std::string query;
    std::size_t query_offset = 0;
    bool has_query = false;
    bool has_two = false;  ///< told once, however many there are
    std::map<std::string, model::AuditDefinition> audits;
};

class ModelFile {
 public:
    ModelFile(const LoadScope& scope, const SourceFile& file) : scope_(scope), file_(file) {}

    std::vector<LoadedNode> load() {
        const std::string declared = sql::declared_dialect(file_.text());
        const std::string word = declared.empty() ? scope_.config->settings.default_dialect : declared;
        auto dialect = scope_.config->dialect(word);
        if (!dialect) return fault(place_of_dialect(declared), dialect.error());
        dialect_ = *dialect;
        word_ = word;
        auto statements = sql::split_statements(file_.text(), dialect_);
        if (!statements) return fault(0, statements.error());
        statements_ = std::move(*statements);
        if (!reprinted_for_athena(scope_, file_, dialect_, statements_)) return {};
        sql::Block block;
        if (!statements_.empty() && statements_[0].kind == StatementKind::model_block) {
            block_offset_ = statements_[0].span.begin;
            auto parsed =
                sql::parse_block(statements_[0].body.empty() ? statements_[0].text : statements_[0].body, dialect_);
            if (!parsed) return fault(block_offset_, parsed.error());
            block = std::move(*parsed);
            if (block.description.empty()) block.description = join(statements_[0].leading_comments, "\n");
            first_ = 1;
        } else if (!scope_.config->infer_names) {
            const bool unended = !statements_.empty() && starts_with_ignoring_case(statements_[0].text, "MODEL");
            scope_.faults->add(file_, statements_.empty() ? 0 : statements_[0].span.begin, ErrorCode::invalid,
                               unended ? "The MODEL block is not ended by a semicolon."
                                       : "The file does not begin with a MODEL block.",
                               unended
                                   ? "Write MODEL (…); and then the query."
                                   : "Begin it with MODEL (name schema.table, …); or set model_naming.infer_names.");
            return {};
        }
        return models(block);
    }

 private:
    /// Where the file names its dialect.
    std::size_t place_of_dialect(const std::string& word) const {
        const std::string text = lower(file_.text());
        const std::size_t key = text.find("dialect");
        const std::size_t at = word.empty() || key == std::string::npos ? key : text.find(lower(word), key);
        return at == std::string::npos ? 0 : at;
    }

    std::vector<LoadedNode> fault(std::size_t offset, const Error& error) {
        scope_.faults->add(file_, offset, error);
        return {};
    }
    std::size_t place_of(const sql::Block& block, const std::string& name) const {
        const sql::Property* property = block.find(name);
        return block_offset_ + (property ? property->offset : 0);
    }

    std::vector<LoadedNode> models(const sql::Block& block) {
        std::vector<model::Variables> blueprints;
        const sql::Property* list = block.find("blueprints");
        if (list) {
            auto parsed = blueprint_values(*list);
            if (!parsed) return fault(place_of(block, "blueprints"), parsed.error());
            blueprints = std::move(*parsed);
        } else {
            blueprints.emplace_back();
        }
        const std::size_t before = scope_.faults->added();
        Body parts = body();
        if (scope_.faults->added() != before) return {};
        if (blueprints.size() > 1 && file_.text().size() > kBlueprintBytesMax / blueprints.size())
            return fault(place_of(block, "blueprints"),
                         Error{ErrorCode::too_large, "All models of the blueprints are larger than 64 MiB.", {}, {}});
        std::vector<LoadedNode> out;
        for (const model::Variables& blueprint : blueprints)
            if (auto loaded = one(block, blueprint, parts)) out.push_back(std::move(*loaded));
        return out;
    }

    Result<std::vector<model::Variables>> blueprint_values(const sql::Property& list) {
        std::string text = list.raw;
        if (sql::has_macros(text, dialect_)) {
            sql::MacroScope macros{dialect_, {}, {}, {}, {}};
            for (const auto& [name, value] : scope_.config->variables)
                macros.variables.emplace(name, macro_value(value));
            TRY(text, sql::expand_macros(text, macros));
            if (trim(list.raw).starts_with('@'))
                text = "(" + text + ")";  // such as @EACH, which leaves one after another
        }
        TRY(auto parsed, sql::parse_expression(text, dialect_));
        std::vector<model::Variables> out;
        std::vector<sql::Expr> entries = parsed.items();
        const bool single = !entries.empty() &&
                            (entries[0].is(sql::ExprKind::keyword_argument) || entries[0].is(sql::ExprKind::binary));
        if (single) entries = {parsed};
        if (entries.size() > kBlueprintsMax) return fail(ErrorCode::too_large, "There are too many blueprints.");
        for (const sql::Expr& entry : entries) {
            model::Variables values;
            for (const sql::Expr& pair : entry.items()) {
                const bool keyword = pair.is(sql::ExprKind::keyword_argument) && pair.children.size() == 1;
                const bool equals = pair.is(sql::ExprKind::binary) && pair.text == "=" && pair.children.size() == 2;
                const auto name = keyword ? std::optional(pair.text) : equals ? pair.children[0].name() : std::nullopt;
                if (!name) return fail(ErrorCode::invalid, "A blueprint must be a list of `name := value`.");
                const sql::Expr& value = pair.children.back();
                values.emplace_back(lower(*name), value.is(sql::ExprKind::string)
                                                      ? model::Value::of_string(value.text)
                                                      : model::Value::of_sql(sql::to_sql(value, dialect_)));
            }
            out.push_back(std::move(values));
        }
        return out;
    }

    Body body() {
        Body out;
        std::vector<const Statement*> rest;
        for (std::size_t i = first_; i < statements_.size(); ++i) {
            if (statements_[i].kind == StatementKind::audit_block) {
                inline_audit(out, i);
                ++i;
                continue;
            }
            rest.push_back(&statements_[i]);
        }
        for (const Statement* statement : rest) sort_in(out, *statement, rest.size() == 1);
        std::size_t audits = 0;
        for (const Statement& each : statements_)
            if (each.kind == StatementKind::audit_block && each.span.begin < out.query_offset) ++audits;
        count_as_reference(out, audits);
        return out;
    }
    /// SQLMesh finds the query by its place among all statements, but cuts a list that lacks the audits before it. So
    /// with those, the query and what follows it are pre-statements as well. Hashes depend on it.
    static void count_as_reference(Body& out, std::size_t audits_before) {
        if (!out.has_query || audits_before == 0) return;
        std::vector<std::string> all = out.pre;
        const std::size_t cut = all.size() + 2 * audits_before;  // a block and its query
        all.push_back(out.query);
        all.insert(all.end(), out.post.begin(), out.post.end());
        out.pre.assign(all.begin(), all.begin() + static_cast<std::ptrdiff_t>(std::min(cut, all.size())));
        out.post.assign(all.begin() + static_cast<std::ptrdiff_t>(std::min(cut + 1, all.size())), all.end());
    }
    /// What stands there in the place of a query may be none.
    void check(const Statement& statement) {
        if (statement.kind != StatementKind::query) return;
        if (const Status read = sql::check_query(statement.text, dialect_); !read)
            scope_.faults->add(file_, statement.span.begin, read.error());
    }
    void inline_audit(Body& out, std::size_t index) {
        const Statement& head = statements_[index];
        auto block = sql::parse_block(head.body.empty() ? head.text : head.body, dialect_);
        if (!block) return scope_.faults->add(file_, head.span.begin, block.error());
        auto parsed = parse_audit(*block, *scope_.config, dialect_);
        if (!parsed) return scope_.faults->add(file_, head.span.begin, parsed.error());
        if (index + 1 >= statements_.size() || !is_query(statements_[index + 1], false))
            return scope_.faults->add(
                file_, head.span.begin, ErrorCode::invalid,
                "The audit '" + parsed->definition.name + "' has no query after its AUDIT block.");
        check(statements_[index + 1]);
        parsed->definition.query = statements_[index + 1].text;
        out.audits[parsed->definition.name] = std::move(parsed->definition);
    }
    void sort_in(Body& out, const Statement& statement, bool only_one) {
        if (statement.kind == StatementKind::virtual_update) {
            for (const Statement& child : statement.children) {
                const bool jinja = is_jinja_block(child.text);
                out.virtual_update.push_back(jinja
                                                 ? printed_jinja_block(child.text)
                                                 : query::printed_statement(child.text, dialect_).value_or(child.text));
            }
            return;
        }
        if (is_query(statement, only_one)) {
            if (out.has_query) {
                if (!std::exchange(out.has_two, true))
                    scope_.faults->add(file_, statement.span.begin, ErrorCode::invalid,
                                       "The model has more than one query.",
                                       "Only one SELECT may stand in a model file.");
                return;
            }
            check(statement);
            out.has_query = true;
            out.query = statement.text;
            out.query_offset = statement.span.begin;
            return;
        }
        (out.has_query ? out.post : out.pre).push_back(statement.text);
    }

    std::optional<LoadedNode> one(const sql::Block& written, const model::Variables& blueprint, const Body& parts) {
        auto block = render_block(written, dialect_, *scope_.config, blueprint);
        if (!block) {
            scope_.faults->add(file_, block_offset_, block.error());
            return std::nullopt;
        }
        ModelDraft draft = start(blueprint);
        if (const sql::Property* own = block->find("dialect")) {  // other properties are folded by its settings
            const std::string word = lower(text_value(own->value, dialect_));
            draft.dialect = scope_.config->dialect(word).value_or(dialect_);
            scope_.config->set_dialect(draft.node, word);
        }
        const std::size_t before = scope_.faults->added();
        for (const sql::Property& property : block->properties) {
            Status set = set_property(draft, property);
            if (set) continue;
            const bool shown = !scope_.faults->full();
            scope_.faults->add(file_, shown ? place_of(written, property.name) : block_offset_, set.error());
        }
        if (!draft.given.contains("description") && !written.description.empty())
            draft.node.description = written.description;
        if (draft.node.name.empty() && scope_.config->infer_names) draft.node.name = inferred_name();
        if (draft.node.name.empty())
            scope_.faults->add(file_, block_offset_, ErrorCode::invalid, "The model has no name.",
                               "Add `name schema.table`.");
        if (scope_.faults->added() != before) return std::nullopt;
        return finish(std::move(draft), written, parts);
    }

    ModelDraft start(const model::Variables& blueprint) const {
        ModelDraft draft;
        draft.config = scope_.config;
        draft.dialect = dialect_;
        scope_.config->set_dialect(draft.node, word_);
        draft.node.default_catalog = scope_.config->default_catalog;
        draft.node.path = file_.path;
        draft.node.blueprint_variables = blueprint;
        return draft;
    }

    std::optional<LoadedNode> finish(ModelDraft draft, const sql::Block& written, const Body& parts) {
        model::Node& node = draft.node;
        const auto stop = [&](const Error& error, const std::string& property) -> std::optional<LoadedNode> {
            scope_.faults->add(file_, place_of(written, property), error);
            return std::nullopt;
        };
        node.query = parts.query;
        node.pre_statements = parts.pre;
        node.post_statements = parts.post;
        node.on_virtual_update = parts.virtual_update;
        if (node.kind.name == model::KindName::seed) {
            node.source_type = model::SourceType::seed;
            node.query.clear();
        } else if (!parts.has_query) {
            scope_.faults->add(file_, block_offset_, ErrorCode::invalid, "The model has no query.");
            return std::nullopt;
        }
        if (Status done = apply_defaults(draft); !done) return stop(done.error(), "cron");
        if (!draft.enabled.value_or(true)) return std::nullopt;
        if (Status done = derive(draft); !done) return stop(done.error(), "name");
        if (Status done = validate(draft); !done) return stop(done.error(), "kind");
        if (node.source_type == model::SourceType::seed)
            if (Status done = load_seed(scope_, file_, node); !done) return stop(done.error(), "kind");
        LoadedNode out;
        for (const sql::Property& property : written.properties)
            out.places[property.name] = block_offset_ + property.offset;
        out.node = std::move(node);
        out.file = file_;
        out.offset = block_offset_;
        out.inline_audits = parts.audits;
        out.query_offset = parts.query_offset;
        out.partition_by_week = draft.partition_by_week;
        out.neutral_types = lost_types(draft, out.node);
        return out;
    }
    /// Types of which the words of the dialect say less, in no dialect's words: TEXT of Redshift is VARCHAR(MAX), and
    /// sqlglot's TIMESTAMP, which SCD columns have unless another is given, has no word in DuckDB.
    std::map<std::string, std::string> lost_types(const ModelDraft& draft, const model::Node& node) const {
        std::map<std::string, std::string> out;
        if (dialect_ == sql::Dialect::clickhouse) return out;  // whose words say more: Nullable
        const auto note = [&](const std::string& name, const std::string& words, const std::string& neutral) {
            const auto again = sql::parse_type(words, dialect_);
            if (again && sql::type_sql(*again, sql::Dialect::none) != neutral) out.insert_or_assign(name, neutral);
        };
        for (const model::Column& column : node.columns.value_or(model::Columns()))
            if (const auto found = draft.neutral_types.find(column.name); found != draft.neutral_types.end())
                note(column.name, column.type, found->second);
        if (model::is_scd(node) && !draft.kind_given.contains("time_data_type"))
            for (const std::string& name : {node.kind.valid_from_name, node.kind.valid_to_name})
                note(sql::identifier_text(name, dialect_), node.kind.time_data_type, "TIMESTAMP");
        return out;
    }
    std::string inferred_name() const {
        std::vector<std::string> parts = split(file_.path, "/");
        const auto models = std::find(parts.begin(), parts.end(), "models");
        parts.erase(parts.begin(), models == parts.end() ? models : models + 1);
        if (parts.empty()) return {};
        parts.back() = parts.back().substr(0, parts.back().rfind('.'));
        if (parts.size() > 3) parts.erase(parts.begin(), parts.end() - 3);
        const std::string name = join(parts, ".");
        if (sql::parse_table_name(name, dialect_)) return name;
        for (std::string& part : parts)  // folders may be called what no plain name is: `shop-x`
            if (!sql::is_plain_identifier(part)) part = sql::quote_identifier(part, dialect_);
        return join(parts, ".");
    }

    const LoadScope& scope_;
    const SourceFile& file_;
    sql::Dialect dialect_ = sql::Dialect::none;
    std::string word_;  ///< the dialect as it is written
    std::vector<Statement> statements_;
    std::size_t block_offset_ = 0;
    std::size_t first_ = 0;
};

}  // namespace

bool reprinted_for_athena(const LoadScope& scope, const SourceFile& file, sql::Dialect dialect,
                          std::vector<sql::Statement>& statements) {
    if (dialect != sql::Dialect::athena) return true;
    for (std::size_t i = 0; i < statements.size(); ++i) {
        Statement& statement = statements[i];
        const StatementKind kind = statement.kind;
        if (kind == StatementKind::semicolon)  // a statement of the comments behind the last `;`
            statement.text = comments_of(std::string_view(file.text()).substr(statement.span.end), dialect);
        if (kind != StatementKind::sql && kind != StatementKind::query && kind != StatementKind::macro_call) continue;
        std::string_view written = trim(statement.text);
        const bool closed = written.ends_with(';');
        while (written.ends_with(';')) written = trim(written.substr(0, written.size() - 1));
        const std::string_view whole = file.text();
        const std::size_t first = i == 0 ? 0 : statements[i - 1].span.end;
        const std::size_t last = i + 1 < statements.size() ? statements[i + 1].span.begin : whole.size();
        const std::string_view before = whole.substr(first, statement.span.begin - first);
        const std::string_view behind = whole.substr(statement.span.end, closed ? 0 : last - statement.span.end);
        const bool query = kind == StatementKind::query;
        const std::string text = query ? commented(written, before, behind, dialect) : std::string(written);
        Result<std::string> printed = query::printed_statement(text, sql::Dialect::trino);
        if (!printed) {
            scope.faults->add(file, statement.span.begin, ErrorCode::unsupported,
                              "This statement of the dialect 'athena' is not supported: " + printed.error().message,
                              "Use dialect trino: it reads the same queries.");
            return false;
        }
        if (statement.body == statement.text || !statement.body.empty()) statement.body = *printed;
        statement.text = std::move(*printed);
    }
    return true;
}

std::vector<LoadedNode> load_model_file(const LoadScope& scope, const SourceFile& file) {
    return ModelFile(scope, file).load();
}

}  // namespace towline::project
