#include "inference/infer.h"

#include <algorithm>

#include "base/strings.h"
#include "inference/scope.h"

namespace towline::inference {
namespace {

constexpr int kDepthMax = 100;

/// The leftmost SELECT, whose projections are the query's.
Select* leftmost(Query& query) {
    Query* at = &query;
    while (at && !at->select) at = at->left.get();
    return at ? at->select.get() : nullptr;
}

}  // namespace

Output Inference::query(Query& query, const Frame* outer, const CteScope* ctes, const std::vector<std::string>& names) {
    Output out;
    if (++depth_ > kDepthMax) {
        --depth_;
        fail();
        return out;
    }
    CteScope scope{ctes, {}};
    if (query.named_values || query.is_cut) fail();
    for (Cte& cte : query.ctes) {
        if (query.recursive && cte.query->left && cte.query->right)
            scope.known[cte.name] = this->query(*cte.query->left, nullptr, &scope, cte.columns);
        Output inner = this->query(*cte.query, nullptr, &scope, cte.columns);
        merge(inner);
        scope.known[cte.name] = std::move(inner);
    }
    if (query.select) {
        out = select(*query.select, outer, &scope, names);
    } else if (query.left && query.right) {
        out = this->query(*query.left, outer, &scope, names);
        Output right = this->query(*query.right, outer, &scope, names);
        std::vector<Type> left_types;
        std::vector<Type> right_types;
        for (const OutColumn& column : out.columns) left_types.push_back(type_of(column));
        for (std::size_t i = 0; i < left_types.size(); ++i) {
            const OutColumn* of = i < right.columns.size() ? &right.columns[i] : nullptr;
            if (query.by_name) {
                const auto found = std::find_if(right.columns.begin(), right.columns.end(),
                                                [&](const OutColumn& c) { return c.name == out.columns[i].name; });
                of = found == right.columns.end() ? nullptr : &*found;
            }
            right_types.push_back(of ? type_of(*of) : unknown_type());
        }
        if (out.columns.size() == right.columns.size() && !out.star && !right.star) {
            out.unions.insert(out.unions.begin(), {std::move(left_types), std::move(right_types)});
            for (auto& pair : right.unions) out.unions.push_back(std::move(pair));
        }
    } else if (query.left) {
        out = this->query(*query.left, outer, &scope, names);
    }
    --depth_;
    return out;
}

/// A set operation as a source: the types of all its sides.
void Inference::merge(Output& output) {
    if (output.unions.empty()) return;
    for (std::size_t i = 0; i < output.columns.size(); ++i) {
        Type all = type_named("NULL");
        for (const auto& [left, right] : output.unions)
            if (i < left.size() && i < right.size()) all = coerced(coerced(left[i], right[i], typing_), all, typing_);
        output.columns[i].type = std::move(all);
        output.columns[i].text = nullptr;
    }
    output.unions.clear();
}

void Inference::rename(std::vector<OutColumn>& columns, const std::vector<std::string>& names) const {
    for (std::size_t i = 0; i < names.size() && i < columns.size(); ++i) columns[i].name = names[i];
}

Output Inference::select(Select& select, const Frame* outer, const CteScope* ctes,
                         const std::vector<std::string>& names) {
    Frame frame;
    frame.parent = outer;
    frame.ctes = ctes;
    frame.inside_subquery = outer != nullptr;
    frame.early_aliases = no_tables_ || typing_.dialect == sql::Dialect::clickhouse;
    for (Source& source : select.from) {
        add_source(source, frame);
        if (!source.using_columns.empty()) add_using(source, frame);
    }
    std::size_t count = 0;
    for (Source& source : select.from) {
        ++count;
        for (Node& condition : source.on) annotate(condition, &frame, Unknown::error, count);
    }
    if (frame.pivot()) forget_early(select, frame);
    Output out;
    const std::size_t all = frame.relations.size();
    for (Node& projection : select.projections) project(projection, frame, out.columns);
    out.star = frame.star;
    rename(out.columns, names);
    for (std::size_t i = 0; i < out.columns.size(); ++i) {
        if (out.columns[i].name.empty()) out.columns[i].name = "_col_" + std::to_string(i);
        frame.names.insert(out.columns[i].name);
    }
    for (Node& node : select.strict) annotate(node, &frame, Unknown::error, all);
    for (Node& node : select.group) annotate(node, &frame, Unknown::error, all);
    for (Node& node : select.lenient) annotate(node, &frame, Unknown::ignored, all);
    const Unknown key = frame.star ? Unknown::ignored : Unknown::alias_or_error;
    for (Node& node : select.order) annotate(node, &frame, key, all);
    return out;
}

void Inference::project(Node& node, Frame& frame, std::vector<OutColumn>& out) {
    if (node.kind == NodeKind::star) {
        if (expand(node, frame, out)) return;
        frame.star = true;
        out.push_back({"*", unknown_type(), nullptr});
        return;
    }
    OutColumn made;
    made.type = annotate(node, &frame, Unknown::error, frame.relations.size());
    made.name = output_name(node, typing_.dialect);
    if (node.kind == NodeKind::alias) frame.aliases[node.text] = made.type;
    out.push_back(std::move(made));
}

void Inference::table(const Source& source, Relation& out, const Frame& frame) {
    for (const sql::NamePart& part : source.parts)
        out.written.push_back(sql::normalize_identifier(part.text, part.quoted, typing_.dialect));
    out.name = source.alias.value_or(out.written.back());
    if (out.written.size() == 2 && !context_.default_catalog.empty())
        out.written.insert(out.written.begin(), context_.default_catalog);
    if (source.parts.size() == 1)
        if (const Output* cte = frame.ctes ? frame.ctes->find(out.written.back()) : nullptr) {
            out.columns = cte->columns;
            out.star = cte->star;
            rename(out.columns, source.columns);
            return;
        }
    const auto known = context_.tables->find(sql::fqn(source.parts, typing_.dialect, context_.default_catalog));
    if (known == context_.tables->end()) return;
    for (const model::Column& column : known->second) out.columns.push_back({column.name, {}, &column.type});
    for (std::size_t i = 0; i < source.columns.size() && i < out.columns.size(); ++i)
        out.columns[i] = {source.columns[i], unknown_type(), nullptr};
}

/// LATERAL VIEW EXPLODE(…) t AS a. sqlglot gives its first column the type of the whole array; of an array of structs
/// the view has the fields instead, if the array is a column.
void Inference::exploded(Source& source, Relation& out, Frame& frame) {
    Node& call = source.items.front();
    Type first = unknown_type();
    Type element = unknown_type();
    annotate(call, &frame, Unknown::error, frame.relations.size());
    const bool positions = call.text == "POSEXPLODE" || call.text == "POSEXPLODE_OUTER";
    if (call.text == "EXPLODE" || call.text == "EXPLODE_OUTER" || positions) {
        first = annotate(call.children.front(), &frame, Unknown::error, frame.relations.size());
        element = element_of(first);
    }
    const bool fields = is_type(element, "STRUCT");
    const bool typed = fields && call.text == "EXPLODE";
    for (std::size_t i = 0; i < source.columns.size(); ++i)
        out.columns.push_back({source.columns[i], i == 0 && !typed ? first : unknown_type(), nullptr});
    if (!fields || call.children.front().kind != NodeKind::column) return;
    for (const Type& field : element.children)
        if (field.is(sql::ExprKind::alias))
            out.columns.push_back({field.text, typed ? field.children.front() : unknown_type(), nullptr});
}

namespace {
/// A column that no source of this SELECT has.
bool is_outer(const Node& node, const Frame& frame) {
    if (node.kind != NodeKind::column) return false;
    const std::string& name = node.parts.front().text;
    const std::size_t count = frame.relations.size();
    return std::none_of(frame.relations.begin(), frame.relations.end(), [&](const Relation& source) {
        return iequals(source.name, name) || frame.owner(name, count) < count;
    });
}
}  // namespace

/// VALUES, UNNEST, EXPLODE and table functions.
void Inference::functions(Source& source, Relation& out, Frame& frame) {
    const bool view = source.kind == SourceKind::lateral && !source.items.empty();
    if (view && source.items.front().kind == NodeKind::call && !source.items.front().children.empty()) {
        exploded(source, out, frame);
        return;
    }
    Type element = unknown_type();
    std::vector<Type> types;
    for (Node& item : source.items) {
        Type type = annotate(item, &frame, Unknown::error, frame.relations.size());
        if (types.empty())
            element = source.kind == SourceKind::unnest && !source.lateral ? element_of(type) : unknown_type();
        types.push_back(std::move(type));
    }
    if (source.kind == SourceKind::values) {
        // There sqlglot has no VALUES as a table.
        if (typing_.dialect == sql::Dialect::bigquery || typing_.dialect == sql::Dialect::redshift) return;
        for (std::size_t i = 0; i < types.size(); ++i)
            out.columns.push_back({i < source.columns.size() ? source.columns[i] : "_col_" + std::to_string(i),
                                   source.lateral ? unknown_type() : types[i], nullptr});
        return;
    }
    const bool flatten = source.columns.empty() && typing_.dialect == sql::Dialect::snowflake &&
                         source.kind != SourceKind::unnest && !source.parts.empty() &&
                         iequals(source.parts.back().text, "FLATTEN");
    if (flatten) source.columns = {"SEQ", "KEY", "PATH", "INDEX", "VALUE", "THIS"};
    for (std::size_t i = 0; i < source.columns.size(); ++i)
        // To sqlglot all columns of UNNEST are elements of its first array, the numbers of WITH ORDINALITY too.
        out.columns.push_back({source.columns[i], element, nullptr});
    const bool series =
        source.kind == SourceKind::function && source.columns.empty() && !source.parts.empty() &&
        iequals(source.parts.back().text, "GENERATE_SERIES") &&
        (grammar(typing_.dialect) == sql::Dialect::postgres || typing_.dialect == sql::Dialect::redshift);
    if (series) out.columns.push_back({source.alias.value_or("generate_series"), unknown_type(), nullptr});
    out.unnamed = series;
    const bool is_column = typing_.dialect == sql::Dialect::bigquery && source.kind == SourceKind::unnest;
    out.element = is_column && source.alias.has_value();
    if (out.element) out.columns.push_back({*source.alias, element, nullptr});
    // sqlglot takes the number of an element for one more element.
    if (is_column && !source.offset.empty()) out.columns.push_back({source.offset, element, nullptr});
    // Of a column of the query around it nothing is known yet when the fields are looked for.
    const bool outer = frame.parent != nullptr && !source.items.empty() && is_outer(source.items.front(), frame);
    if (is_column && !outer)
        for (const Type& field : element.children)
            if (is_type(element, "STRUCT") && field.is(sql::ExprKind::alias))
                out.columns.push_back({field.text, field.children.front(), nullptr});
}

namespace {
int star_rank(const Source& source) {
    const bool table = source.kind == SourceKind::table || source.kind == SourceKind::function;
    if (source.lateral) return 2;
    return table ? 0 : source.kind == SourceKind::query ? 1 : 2;
}
}  // namespace

void Inference::add_source(Source& source, Frame& frame) {
    Relation made;
    made.semi = source.semi;
    made.rank = star_rank(source);
    if (source.kind == SourceKind::table) {
        table(source, made, frame);
    } else if (source.kind == SourceKind::query && source.query) {
        const Frame* outer = source.lateral ? &frame : frame.inside_subquery ? frame.parent : nullptr;
        Output inner = query(*source.query, outer, frame.ctes, source.columns);
        merge(inner);
        made.columns = std::move(inner.columns);
        made.star = inner.star;
        if (source.lateral) {  // only the names that its alias gives are known
            made.columns.clear();
            for (const std::string& name : source.columns) made.columns.push_back({name, unknown_type(), nullptr});
            made.star = false;
        }
    } else {
        functions(source, made, frame);
    }
    if (source.alias) made.name = *source.alias;
    if (made.name.empty()) made.name = "_" + std::to_string(frame.relations.size());
    if (source.pivoted) {
        made.opaque = true;
        if (source.pivot) pivoted(source, made, frame);
        made.columns.clear();
    }
    if (!made.semi && frame.named(made.name)) fail();
    frame.relations.push_back(std::move(made));
}

namespace {

std::string type_text(const Type& type, const Typing& typing) {
    if (is_unknown(type)) return {};
    if (!is_type(type, "NULL")) return column_type_text(type, typing.dialect);
    if (typing.rules() == sql::Dialect::bigquery) return sql::type_sql(type_named("BIGINT"), typing.dialect);
    if (typing.rules() == sql::Dialect::databricks) return "VOID";
    return typing.rules() == sql::Dialect::spark ? "NULL" : std::string();
}

std::optional<model::Columns> named_columns(const std::vector<OutColumn>& columns, const Typing& typing,
                                            const Context& context) {
    model::Columns out;
    std::set<std::string> names;
    for (const OutColumn& column : columns) {
        if (column.name.empty() || !names.insert(column.name).second) return std::nullopt;
        const std::string text =
            column.text ? (*column.text == "UNKNOWN" ? "" : *column.text) : type_text(column.type, typing);
        out.push_back({column.name, text});
        if (!context.neutral || column.text || text.empty() || is_type(column.type, "NULL")) continue;
        const auto again = sql::parse_type(text, typing.dialect);
        if (again && again->text != column.type.text)
            (*context.neutral)[column.name] = sql::type_sql(column.type, sql::Dialect::none);
    }
    return names.contains("*") ? std::nullopt : std::optional(std::move(out));
}

/// All tables that the query reads have known columns; `none` if it reads no table but itself.
bool tables_known(std::string_view text, const Context& context, bool& none) {
    const auto read = sql::dependencies(text, context.dialect, context.default_catalog);
    if (!read) return false;
    none = true;
    for (const std::string& name : *read) {
        if (name == context.self) continue;
        none = false;
        const auto known = context.tables->find(name);
        if (known == context.tables->end() || known->second.empty()) return false;
    }
    return true;
}

}  // namespace

std::string type_for(const std::string& type, sql::Dialect from, sql::Dialect to) {
    if (type.empty() || type == "UNKNOWN")
        return type.empty() && to == sql::Dialect::clickhouse ? "Nullable(UNKNOWN)" : "UNKNOWN";
    if (from == to) return type;
    const auto parsed = sql::parse_type(type, from);
    return parsed ? column_type_text(declared_type(*parsed, from), to) : type;
}

bool is_qualified(std::string_view query, const Context& context) {
    const sql::TokenList tokens = sql::lex(query, context.dialect);
    if (!tokens.check()) return false;
    const auto parsed = Parser(tokens).query();
    bool none = false;
    if (!parsed || !leftmost(*parsed) || !context.optimize || !tables_known(query, context, none)) return false;
    Inference inference(context, {context.dialect, true}, true);
    if (context.tables->empty()) inference.without_tables();
    inference.query(*parsed, nullptr, nullptr, {});
    return !inference.failed();
}

std::string unaliased_name(std::string_view expression, sql::Dialect dialect) {
    const std::string query = "SELECT " + std::string(expression);
    const sql::TokenList tokens = sql::lex(query, dialect);
    if (!tokens.check()) return {};
    const auto parsed = Parser(tokens).query();
    const Select* select = parsed ? leftmost(*parsed) : nullptr;
    if (!select || select->projections.size() != 1) return {};
    return output_name(select->projections.front(), dialect);
}

std::optional<model::Columns> query_columns(std::string_view text, const Context& context) {
    const sql::TokenList tokens = sql::lex(text, context.dialect);
    if (!tokens.check()) return std::nullopt;
    const auto parsed = Parser(tokens).query();
    Select* first = parsed ? leftmost(*parsed) : nullptr;
    if (!first || first->projections.empty()) return std::nullopt;
    bool none = false;
    if (context.optimize && tables_known(text, context, none)) {
        const Typing typing{context.dialect, true};
        Inference inference(context, typing, true);
        if (context.tables->empty()) inference.without_tables();
        Output output = inference.query(*parsed, nullptr, nullptr, {});
        for (OutColumn& column : output.columns)
            column.name = sql::normalize_identifier(column.name, true, context.dialect);
        if (!inference.failed()) return named_columns(output.columns, typing, context);
    }
    // SQLMesh leaves such a query as it is: columns have no types, and the neutral rules count.
    const Typing typing{context.dialect, false};
    Inference inference(context, typing, false);
    std::vector<OutColumn> columns;
    const bool one_select = parsed->select != nullptr;
    for (Node& projection : first->projections) {
        OutColumn column;
        column.name = output_name(projection, context.dialect);
        column.type = context.optimize && one_select && projection.kind != NodeKind::star
                          ? inference.annotate(projection, nullptr, Unknown::ignored, 0)
                          : unknown_type();
        columns.push_back(std::move(column));
    }
    return named_columns(columns, typing, context);
}

std::map<std::pair<std::size_t, std::size_t>, sql::Expr> expression_types(std::string_view text, Context context) {
    std::map<std::pair<std::size_t, std::size_t>, sql::Expr> out;
    context.places = &out;
    if (!is_qualified(text, context)) return {};
    const sql::TokenList tokens = sql::lex(text, context.dialect);
    const auto parsed = Parser(tokens).query();
    Inference inference(context, Typing{context.dialect, true}, true);
    if (context.tables->empty()) inference.without_tables();
    out.clear();
    static_cast<void>(inference.query(*parsed, nullptr, nullptr, {}));
    return out;
}

}  // namespace towline::inference
