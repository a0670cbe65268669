// Whose column a name is.
#include "inference/scope.h"

#include "sql/pseudocolumns.h"

#include <algorithm>
#include <numeric>

namespace towline::inference {
namespace {

/// Dialects in which the name of a table stands for its row.
bool rows_are_values(sql::Dialect dialect) {
    return grammar(dialect) == sql::Dialect::postgres || dialect == sql::Dialect::redshift ||
           dialect == sql::Dialect::bigquery;
}

}  // namespace

const OutColumn* find_column(const std::vector<OutColumn>& columns, const std::string& name) {
    const auto found = std::find_if(columns.rbegin(), columns.rend(),
                                    [&](const OutColumn& candidate) { return candidate.name == name; });
    return found == columns.rend() ? nullptr : &*found;
}

const OutColumn* Relation::find(const std::string& column) const {
    constexpr std::size_t kFewColumns = 32;
    if (columns.size() <= kFewColumns) return find_column(columns, column);
    if (places_.empty())
        for (std::size_t i = 0; i < columns.size(); ++i) places_.insert_or_assign(columns[i].name, i);
    const auto found = places_.find(column);
    return found == places_.end() ? nullptr : &columns[found->second];
}

const Output* CteScope::find(const std::string& name) const {
    for (const CteScope* scope = this; scope; scope = scope->parent)
        if (const auto found = scope->known.find(name); found != scope->known.end()) return &found->second;
    return nullptr;
}

bool Frame::opaque() const {
    return std::any_of(relations.begin(), relations.end(), [](const Relation& source) { return source.opaque; });
}

const Pivoted* Frame::pivot() const {
    const auto found = std::find_if(relations.begin(), relations.end(),
                                    [](const Relation& source) { return source.pivot.has_value(); });
    return found == relations.end() ? nullptr : &*found->pivot;
}

std::size_t Frame::owner(const std::string& column, std::size_t count) const {
    std::size_t out = relations.size();
    for (std::size_t i = 0; i < relations.size() && i < count; ++i) {
        if (relations[i].semi || !relations[i].find(column)) continue;
        if (out != relations.size()) return relations.size();
        out = i;
    }
    return out;
}

std::vector<std::size_t> Frame::in_star_order() const {
    std::vector<std::size_t> out(relations.size());
    std::iota(out.begin(), out.end(), std::size_t{0});
    std::stable_sort(out.begin(), out.end(),
                     [&](std::size_t a, std::size_t b) { return relations[a].rank < relations[b].rank; });
    return out;
}

const Relation* Frame::named(const std::string& name) const {
    const auto found =
        std::find_if(relations.begin(), relations.end(), [&](const Relation& source) { return source.name == name; });
    return found == relations.end() ? nullptr : &*found;
}

Type Inference::type_of(const OutColumn& column) const {
    if (!column.text) return column.type;
    if (column.text->empty() || *column.text == "UNKNOWN") return unknown_type();
    auto parsed = sql::parse_type(*column.text, typing_.dialect);
    if (!parsed) return unknown_type();
    sql::fold_fields(*parsed, typing_.dialect, false);
    return declared_type(std::move(*parsed), typing_.dialect);
}

Type Inference::using_type(const Frame& frame, const std::string& name, const std::vector<std::size_t>& sources) {
    std::vector<Argument> values;
    for (const std::size_t source : sources) {
        const OutColumn* found = frame.relations[source].find(name);
        values.push_back({{found ? type_of(*found) : unknown_type(), false}, nullptr});
    }
    return call_type("COALESCE", values, typing_);
}

Type Inference::column(const Node& node, Frame* frame, Unknown unknown, std::size_t sources) {
    if (!frame || !qualified_ || node.parts.empty()) return unknown_type();
    if (node.parts.size() < 3 && sql::is_pseudocolumn(node.parts.back().text, typing_.dialect)) return unknown_type();
    if (node.parts.size() > 1) return qualified_column(node, frame);
    return plain_column(output_name(node, typing_.dialect), frame, unknown, sources);
}

Type Inference::plain_column(const std::string& name, Frame* frame, Unknown unknown, std::size_t sources) {
    const auto alias = frame->aliases.find(name);
    const bool has_alias = alias != frame->aliases.end();
    if (frame->early_aliases && has_alias) return alias->second;
    if (const Pivoted* pivot = frame->pivot()) {
        const OutColumn* found = find_column(pivot->columns, name);
        return found ? type_of(*found) : unknown_type();
    }
    if (const auto merged = frame->using_columns.find(name); merged != frame->using_columns.end())
        return using_type(*frame, name, merged->second);
    std::size_t owner = frame->owner(name, frame->relations.size());
    if (owner == frame->relations.size() && sources < owner) {
        owner = frame->owner(name, sources);
        if (owner == sources) owner = frame->relations.size();
    }
    if (owner < frame->relations.size()) return type_of(*frame->relations[owner].find(name));
    if (has_alias) return alias->second;
    for (const Frame* outer = frame->parent; outer; outer = outer->parent) {
        const std::size_t at = outer->owner(name, outer->relations.size());
        if (at < outer->relations.size()) return type_of(*outer->relations[at].find(name));
        if (outer->opaque()) return unknown_type();
    }
    if (unknown == Unknown::ignored || frame->opaque()) return unknown_type();
    if (unknown == Unknown::alias_or_error && frame->names.contains(name)) return unknown_type();
    if (const Relation* row = frame->named(name); row && rows_are_values(typing_.dialect)) return row_type(*row);
    fail();
    return unknown_type();
}

/// A table's row as a value.
Type Inference::row_type(const Relation& source) const {
    Type out = type_named("STRUCT");
    for (const OutColumn& column : source.columns) {
        if (!column.text) return unknown_type();
        Type entry;
        entry.kind = sql::ExprKind::alias;
        entry.text = column.name;
        entry.children.push_back(type_of(column));
        out.children.push_back(std::move(entry));
    }
    return source.columns.empty() ? unknown_type() : out;
}

Type Inference::qualified_column(const Node& node, Frame* frame) {
    std::vector<std::string> parts;
    for (const sql::NamePart& part : node.parts)
        parts.push_back(sql::normalize_identifier(part.text, part.quoted, typing_.dialect));
    const auto in_relation = [&](const Relation& source, std::size_t at) -> std::optional<Type> {
        if (const OutColumn* found = source.find(parts[at])) return field(type_of(*found), parts, at + 1);
        if (const OutColumn* own = source.element ? source.find(source.name) : nullptr) {
            const Type type = field(type_of(*own), parts, at);
            if (!is_unknown(type)) return type;
        }
        if (!source.columns.empty() && !source.star && !source.opaque) return std::nullopt;
        return unknown_type();
    };
    for (const Frame* scope = frame; scope; scope = scope->parent) {
        // catalog.schema.table.column
        if (parts.size() > 2)
            for (const Relation& source : scope->relations) {
                const std::size_t table = parts.size() - 1;
                if (source.written.size() < table) continue;
                const bool same = std::equal(parts.begin(), parts.end() - 1,
                                             source.written.end() - static_cast<std::ptrdiff_t>(table));
                if (!same) continue;
                if (auto type = in_relation(source, table)) return *type;
                fail();
                return unknown_type();
            }
        for (const Relation& source : scope->relations)
            if (auto type = pivot_column(source, parts)) return *type;
        if (const Relation* source = scope->named(parts[0])) {
            if (auto type = in_relation(*source, 1)) return *type;
            fail();
            return unknown_type();
        }
    }
    for (const Frame* scope = frame; scope; scope = scope->parent) {  // a field of a column
        const std::size_t owner = scope->owner(parts[0], scope->relations.size());
        if (owner < scope->relations.size()) return field(type_of(*scope->relations[owner].find(parts[0])), parts, 1);
        if (scope->opaque()) return unknown_type();
    }
    if (frame->ctes && frame->ctes->find(parts[0])) {
        fail();
        return unknown_type();
    }
    fail();
    return unknown_type();
}

void Inference::add_using(const Source& source, Frame& frame) {
    const std::size_t last = frame.relations.size() - 1;
    for (const std::string& name : source.using_columns) {
        std::size_t first = last;
        for (std::size_t i = 0; i < last && first == last; ++i)
            if (!frame.relations[i].semi && frame.relations[i].find(name)) first = i;
        const bool left_known = std::any_of(frame.relations.begin(), frame.relations.end() - 1,
                                            [](const Relation& r) { return !r.columns.empty(); });
        const Relation& joined = frame.relations[last];
        if ((first == last || !joined.find(name)) && left_known && !joined.columns.empty() && !joined.star &&
            !frame.opaque())
            fail();
        if (first == last) first = last == 0 ? 0 : last - 1;
        std::vector<std::size_t>& sources = frame.using_columns[name];
        if (joined.semi) continue;
        for (const std::size_t at : {first, last})
            if (std::find(sources.begin(), sources.end(), at) == sources.end()) sources.push_back(at);
    }
}

/// BigQuery: the fields of a column that is a structure. What the star leaves out is there all the same.
bool Inference::expand_struct(const Node& star, Frame& frame, std::vector<OutColumn>& out) {
    Node column(NodeKind::column);
    column.parts = star.parts;
    const Type type = this->column(column, &frame, Unknown::error, frame.relations.size());
    std::set<std::string> names;
    for (const Type& field : type.children)
        if (!field.is(sql::ExprKind::alias) || !names.insert(field.text).second) return false;
    if (!is_type(type, "STRUCT") || names.empty()) return false;
    for (const Type& field : type.children) out.push_back({field.text, field.children.front(), nullptr});
    return true;
}

bool Inference::expand(Node& star, Frame& frame, std::vector<OutColumn>& out) {
    std::string qualifier;
    if (!star.parts.empty())
        qualifier = sql::normalize_identifier(star.parts.back().text, star.parts.back().quoted, typing_.dialect);
    const Relation* named = qualifier.empty() ? nullptr : frame.named(qualifier);
    if (typing_.dialect == sql::Dialect::bigquery && !qualifier.empty() && (!named || named->element))
        return expand_struct(star, frame, out);
    if (!qualifier.empty() && !named) {
        if (!frame.opaque() &&
            !frame.named(sql::normalize_identifier(star.parts[0].text, star.parts[0].quoted, typing_.dialect)))
            fail();
        return false;
    }
    if (frame.pivot()) return expand_pivot(star, qualifier, frame, out);
    std::set<std::string> merged;
    for (const std::size_t at : frame.in_star_order()) {
        const Relation& source = frame.relations[at];
        if (qualifier.empty() ? source.semi : source.name != qualifier) continue;
        if (source.columns.empty() || source.star || source.opaque || (source.unnamed && !qualifier.empty()))
            return false;
        for (const OutColumn& column : source.columns) {
            if (typing_.dialect == sql::Dialect::bigquery && sql::is_pseudocolumn(column.name, typing_.dialect))
                continue;
            const auto child = [&](NodeKind kind) {
                return std::find_if(star.children.begin(), star.children.end(), [&](const Node& node) {
                    if (kind == NodeKind::property)
                        return node.kind == kind && !node.children.empty() &&
                               output_name(node.children[0], typing_.dialect) == column.name;
                    return node.kind == kind && node.text == column.name;
                });
            };
            if (child(NodeKind::column) != star.children.end() || merged.contains(column.name)) continue;
            if (star_columns_ == 0) return false;
            --star_columns_;
            OutColumn made = column;
            const auto shared = frame.using_columns.find(column.name);
            if (shared != frame.using_columns.end() &&
                std::find(shared->second.begin(), shared->second.end(), at) != shared->second.end()) {
                merged.insert(column.name);
                made = {column.name, using_type(frame, column.name, shared->second), nullptr};
            }
            if (const auto replaced = child(NodeKind::alias); replaced != star.children.end())
                made = {column.name, annotate(replaced->children[0], &frame, Unknown::error, frame.relations.size()),
                        nullptr};
            if (const auto renamed = child(NodeKind::property); renamed != star.children.end())
                made.name = renamed->text;
            out.push_back(std::move(made));
        }
    }
    return true;
}

}  // namespace towline::inference
