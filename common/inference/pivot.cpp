// What PIVOT and UNPIVOT make of a source: as sqlglot finds it, its gaps included.
#include <algorithm>

#include "inference/scope.h"

namespace towline::inference {
namespace {

constexpr std::size_t kNamesMax = 10000;

void collect(const Node& node, sql::Dialect dialect, std::set<std::string>& out) {
    if (node.kind == NodeKind::column) out.insert(output_name(node, dialect));
    for (const Node& child : node.children) collect(child, dialect, out);
    for (const Node& extra : node.extra) collect(extra, dialect, out);
}

bool is_plain(std::string_view name) {
    const auto letter = [](char c) { return c == '_' || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); };
    const auto digit = [](char c) { return c >= '0' && c <= '9'; };
    return !name.empty() && letter(name.front()) &&
           std::all_of(name.begin(), name.end(), [&](char c) { return letter(c) || digit(c); });
}

/// All combinations of the values, the results' endings last (BigQuery: first).
std::vector<std::string> made_names(const Pivot& pivot, sql::Dialect dialect) {
    std::vector<std::vector<std::string>> out = {{}};
    std::vector<std::vector<std::string>> parts;
    for (const PivotField& field : pivot.fields) {
        std::vector<std::string>& texts = parts.emplace_back();
        for (const PivotValue& value : field.values) texts.push_back(value.text);
    }
    if (!pivot.endings.empty()) parts.push_back(pivot.endings);
    for (const std::vector<std::string>& part : parts) {
        std::vector<std::vector<std::string>> next;
        for (const std::vector<std::string>& start : out)
            for (const std::string& text : part) {
                if (next.size() >= kNamesMax) return {};
                next.push_back(start);
                next.back().push_back(text);
            }
        out = std::move(next);
    }
    std::vector<std::string> names;
    for (std::vector<std::string>& one : out) {
        if (!pivot.endings.empty() && dialect == sql::Dialect::bigquery)
            std::rotate(one.begin(), one.end() - 1, one.end());
        std::string name;
        for (std::size_t i = 0; i < one.size(); ++i) name += (i == 0 ? "" : "_") + one[i];
        names.push_back(sql::normalize_identifier(name, !is_plain(name), dialect));
    }
    return names;
}

/// The nodes of (a, b), or the one node.
std::vector<const Node*> items_of(const Node& node) {
    if (node.kind != NodeKind::tuple) return {&node};
    std::vector<const Node*> out;
    for (const Node& child : node.children) out.push_back(&child);
    return out;
}

}  // namespace

/// What comes out, each with its name before the alias renamed it.
std::vector<std::pair<std::string, std::string>> Inference::pivot_names(const Pivot& pivot,
                                                                        const std::vector<OutColumn>& before) const {
    std::set<std::string> excluded;
    std::vector<std::string> made;
    for (const PivotField& field : pivot.fields) {
        if (!pivot.unpivot) collect(field.name, typing_.dialect, excluded);
        if (pivot.unpivot && field.name.kind == NodeKind::column)
            made.push_back(output_name(field.name, typing_.dialect));
        for (const PivotValue& value : field.values) collect(value.value, typing_.dialect, excluded);
    }
    for (const Node& result : pivot.results) {
        if (!pivot.unpivot) collect(result, typing_.dialect, excluded);
        if (pivot.unpivot)
            for (const Node* item : items_of(result)) made.push_back(output_name(*item, typing_.dialect));
    }
    for (const Node& node : pivot.group) collect(node, typing_.dialect, excluded);
    if (!pivot.unpivot) made = made_names(pivot, typing_.dialect);
    if (excluded.empty() || made.empty()) return {};
    std::vector<std::pair<std::string, std::string>> out;
    const auto add = [&](const std::string& name) {
        const std::string shown = out.size() < pivot.columns.size() ? pivot.columns[out.size()] : name;
        const bool again = std::any_of(out.begin(), out.end(), [&](const auto& pair) { return pair.first == shown; });
        if (!again) out.emplace_back(shown, name);
    };
    for (const OutColumn& column : before)
        if (!excluded.contains(column.name)) add(column.name);
    for (const std::string& name : made) add(name);
    return out;
}

void Inference::pivoted(Source& source, Relation& out, const Frame& frame) {
    if (out.columns.empty() || out.star) return;
    const Pivot& pivot = *source.pivot;
    Pivoted made;
    made.of = &pivot;
    made.before = out.columns;
    const bool table = source.kind == SourceKind::table;
    const std::string written = out.written.empty() ? std::string() : out.written.back();
    const bool cte = table && source.parts.size() == 1 && frame.ctes && frame.ctes->find(written);
    made.alias = pivot.alias.value_or(pivot.unpivot && table ? out.name : std::string());
    const bool same = made.alias == out.name;
    if (cte && out.name != written && !same) fail();  // nothing has the name of the source
    made.known_alias = table && (cte || same);
    made.known_source = table && !cte;
    const bool blind = cte && same;
    pivot_types(source, made, frame, blind);
    out.pivot = std::move(made);
}

void Inference::pivot_types(Source& source, Pivoted& out, const Frame& frame, bool blind) {
    Pivot& pivot = *source.pivot;
    Frame inner;  // names in the brackets are of the source as it was before
    inner.ctes = frame.ctes;
    inner.relations.emplace_back();
    if (!blind) inner.relations.back().columns = out.before;
    const auto type = [&](Node& node) { return annotate(node, &inner, Unknown::ignored, 1); };
    const auto from_source = [&](const std::string& name) {
        const OutColumn* found = blind ? nullptr : find_column(out.before, name);
        return found ? type_of(*found) : unknown_type();
    };
    const auto names = pivot_names(pivot, out.before);
    if (pivot.unpivot) {
        std::map<std::string, Type> types;
        for (PivotField& field : pivot.fields) {
            PivotValue& first = field.values.front();
            types[output_name(field.name, typing_.dialect)] =
                first.named ? first.alias.value_or(unknown_type()) : type_named("VARCHAR");
            const bool many = first.value.kind == NodeKind::tuple;
            const auto values = items_of(pivot.results.front());
            for (std::size_t i = 0; i < values.size() && i < (many ? first.value.children.size() : 1); ++i)
                types[output_name(*values[i], typing_.dialect)] = type(many ? first.value.children[i] : first.value);
        }
        for (const auto& [name, before] : names) {
            const auto found = types.find(name);
            out.columns.push_back({name, found == types.end() ? from_source(name) : found->second, nullptr});
        }
        return;
    }
    std::vector<Type> results;
    for (Node& result : pivot.results) results.push_back(type(result));
    const std::size_t typed = pivot.fields.front().values.size() * results.size();
    if (names.empty()) return;
    if (typed > names.size()) fail();
    const std::size_t kept = typed > names.size() ? names.size() : names.size() - typed;
    for (std::size_t i = 0; i < names.size(); ++i) {
        Type found = i < kept ? from_source(names[i].second) : results[(i - kept) % results.size()];
        if (blind) found = unknown_type();
        out.columns.push_back({names[i].first, std::move(found), nullptr});
    }
}

namespace {

/// True if the expression names the columns that come out in a way that makes sqlglot look at their types.
bool names_pivot(const Node& node, const Relation& source, sql::Dialect dialect, const std::set<std::string>& besides) {
    if (node.kind == NodeKind::column && node.parts.size() <= 2) {
        const std::string name = output_name(node, dialect);
        const bool plain = node.parts.size() == 1;
        const bool ours =
            plain ? !besides.contains(name)
                  : sql::normalize_identifier(node.parts[0].text, node.parts[0].quoted, dialect) == source.pivot->alias;
        // Under the table's own name its columns are found in the schema, without a look at the pivot.
        const bool in_schema =
            source.pivot->known_source && source.pivot->alias == source.name && find_column(source.pivot->before, name);
        if (ours && !in_schema) return true;
    }
    const auto any = [&](const std::vector<Node>& nodes) {
        return std::any_of(nodes.begin(), nodes.end(),
                           [&](const Node& child) { return names_pivot(child, source, dialect, besides); });
    };
    return any(node.children) || any(node.extra);
}

}  // namespace

/// sqlglot reads the clauses of a SELECT from the last to the first. If one behind FROM names a column that comes out,
/// the types are remembered before those inside the brackets are known.
void Inference::forget_early(const Select& select, Frame& frame) const {
    std::set<std::string> shown;
    for (const Node& node : select.projections) shown.insert(output_name(node, typing_.dialect));
    const auto source = std::find_if(frame.relations.begin(), frame.relations.end(),
                                     [](const Relation& relation) { return relation.pivot.has_value(); });
    const auto named = [&](const std::vector<Node>& nodes, const std::set<std::string>& besides) {
        return std::any_of(nodes.begin(), nodes.end(), [&](const Node& node) {
            if (node.kind == NodeKind::number) {  // GROUP BY 1
                const std::size_t at = node.text.size() < 6 ? std::strtoul(node.text.c_str(), nullptr, 10) : 0;
                return at > 0 && at <= select.projections.size() &&
                       names_pivot(select.projections[at - 1], *source, typing_.dialect, {});
            }
            return names_pivot(node, *source, typing_.dialect, besides);
        });
    };
    bool early =
        named(select.strict, {}) || named(select.group, {}) || named(select.lenient, {}) || named(select.order, shown);
    for (const Source& joined : select.from) early = early || named(joined.on, {});
    if (!early) return;
    Pivoted& pivot = *source->pivot;
    for (OutColumn& column : pivot.columns) {
        bool kept = find_column(pivot.before, column.name) != nullptr;
        for (const PivotField& field : pivot.of->fields)
            kept = kept || (pivot.of->unpivot && !field.values.front().named &&
                            output_name(field.name, typing_.dialect) == column.name);
        if (!kept) column = {column.name, unknown_type(), nullptr};
    }
}

/// The star of a SELECT with a pivoted source: every source is taken for pivoted.
bool Inference::expand_pivot(const Node& star, const std::string& qualifier, const Frame& frame,
                             std::vector<OutColumn>& out) {
    const Pivoted& pivot = *frame.pivot();
    for (const Relation& source : frame.relations) {
        if (qualifier.empty() ? source.semi : source.name != qualifier) continue;
        const std::vector<OutColumn>& before = source.pivot ? source.pivot->before : source.columns;
        if (before.empty() || source.star) return false;
        const auto names = pivot_names(*pivot.of, before);
        if (names.empty()) return false;
        for (const auto& [name, was] : names) {
            const bool excluded = std::any_of(star.children.begin(), star.children.end(), [&](const Node& node) {
                return node.kind == NodeKind::column && node.text == name;
            });
            const OutColumn* found = find_column(pivot.columns, name);
            if (!excluded) out.push_back(found ? *found : OutColumn{name, unknown_type(), nullptr});
        }
    }
    return true;
}

/// `alias.column` or `source.column` of a pivoted source; nothing if the name is of neither.
std::optional<Type> Inference::pivot_column(const Relation& source, const std::vector<std::string>& parts) {
    if (!source.pivot || parts.size() < 2) return std::nullopt;
    const Pivoted& pivot = *source.pivot;
    const OutColumn* after = find_column(pivot.columns, parts[1]);
    const OutColumn* before = find_column(pivot.before, parts[1]);
    if (!pivot.alias.empty() && parts[0] == pivot.alias) {
        if (!after && pivot.known_alias) fail();
        return after ? field(type_of(*after), parts, 2) : unknown_type();
    }
    if (parts[0] != source.name) return std::nullopt;
    if (pivot.known_source ? !after : !before) fail();
    return before ? field(type_of(*before), parts, 2) : unknown_type();
}

}  // namespace towline::inference
