#include "query/print.h"

#include <algorithm>
#include <array>
#include <map>

#include "base/strings.h"
#include "query/printer.h"

namespace towline::query {
namespace {

/// Stands for a line break inside a literal or a comment, so that no indentation gets into it.
constexpr char kBreak = '\x1e';

std::string without_breaks(std::string text) {
    std::replace(text.begin(), text.end(), '\n', kBreak);
    return text;
}

/// Characters of a text: bytes that do not continue one.
std::size_t width(std::string_view text) {
    return static_cast<std::size_t>(std::count_if(
        text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; }));
}

bool has_separated_comments(const Expr& expr) {
    static constexpr std::array<std::string_view, 8> kNames = {"SELECT", "FROM",   "JOIN",  "WHERE",
                                                               "GROUP",  "HAVING", "ORDER", "WITH"};
    return expr.is(ExprKind::clause) && std::find(kNames.begin(), kNames.end(), expr.text) != kNames.end();
}

std::string right_trimmed(std::string text) {
    while (!text.empty() && (text.back() == ' ' || text.back() == '\n')) text.pop_back();
    return text;
}

}  // namespace

std::string Printer::separator(std::string_view text) const {
    return layout_.pretty ? std::string(trim(text)) + "\n" : std::string(text);
}

std::string Printer::segment(std::string_view text, std::string_view separated) const {
    return separator(separated) + std::string(text);
}

std::string Printer::indented(const std::string& text, const Indent& how) const {
    if (!layout_.pretty || text.empty()) return text;
    const int pad = how.pad < 0 ? layout_.pad : how.pad;
    const std::string blanks(static_cast<std::size_t>(std::max(0, how.level * layout_.indent + pad)), ' ');
    std::vector<std::string> lines = split(text, "\n");
    for (std::size_t i = 0; i < lines.size(); ++i) {
        const bool skipped = (how.skip_first && i == 0) || (how.skip_last && i + 1 == lines.size());
        if (!skipped) lines[i].insert(0, blanks);
    }
    return towline::join(lines, "\n");
}

std::string Printer::wrapped(const std::string& text) const {
    if (text.empty()) return "()";
    return "(" + separator("") + indented(text, {.level = 1, .pad = 0}) + segment(")", "");
}

std::string Printer::comments_text(const Expr& expr) const {
    if (!layout_.comments) return {};
    std::vector<std::string> out;
    for (std::string comment : expr.comments) {
        if (comment.empty()) continue;
        if (trim(comment.substr(0, 1)).size() == 1) comment.insert(0, " ");
        if (trim(comment.substr(comment.size() - 1)).size() == 1) comment += ' ';
        comment = replace_all(replace_all(comment, "*/", "* /"), "/*", "/ *");
        out.push_back("/*" + comment + "*/");
    }
    return without_breaks(towline::join(out, " "));
}

std::string Printer::with_comments(std::string text, const Expr& expr) const {
    if (expr.comments.empty() || expr.is(ExprKind::binary) || is_set_operation(expr)) return text;
    const std::string comments = comments_text(expr);
    if (comments.empty()) return text;
    if (!has_separated_comments(expr)) return text + " " + comments;
    const bool blank = text.empty() || text[0] == ' ' || text[0] == '\n';
    return blank ? separator() + comments + text : comments + separator() + text;
}

bool Printer::too_wide(const std::vector<std::string>& parts) const {
    std::size_t sum = 0;
    for (const std::string& part : parts) sum += width(part);
    return sum > static_cast<std::size_t>(std::max(0, layout_.max_text_width));
}

std::string Printer::items(const std::vector<Expr>& exprs, const ListStyle& style) {
    std::vector<std::string> lines;
    const std::string separated(style.separator);
    for (std::size_t i = 0; i < exprs.size(); ++i) {
        if (style.flat) {
            lines.push_back(sql(exprs[i]));
            continue;
        }
        const std::string text = sql(exprs[i], false);
        std::string comments = with_comments("", exprs[i]);
        const bool last = i + 1 == exprs.size();
        if (layout_.pretty && layout_.leading_comma) {
            lines.push_back((i > 0 ? separated : "") + text + comments);
        } else if (layout_.pretty) {
            const std::string comma = comments.empty() ? separated : right_trimmed(separated);
            lines.push_back(text + (last ? "" : comma) + comments);
        } else {
            lines.push_back(text + comments + (last ? "" : separated));
        }
    }
    if (style.flat) return towline::join(lines, separated);
    std::string out;
    if (layout_.pretty && !lines.empty() && (!style.dynamic || too_wide(lines))) {
        for (std::string& line : lines) line = right_trimmed(std::move(line));
        out = towline::join(lines, "\n");
        if (style.new_line) out = "\n" + out + "\n";
    } else {
        out = towline::join(lines, "");
    }
    if (!style.indent) return out;
    return indented(out, {.skip_first = style.skip_ends, .skip_last = style.skip_ends});
}

std::string Printer::sql(const Expr& expr, bool comments) {
    std::string text = expr.is(ExprKind::clause) ? clause(expr) : expression(expr);
    if (is(expr, "SELECT") && has(expr, "with")) return text;  // its comments stand behind WITH
    return comments ? with_comments(std::move(text), expr) : text;
}

std::string Printer::operated(std::string_view words, const Expr& expr) {
    const std::string list = items(query::list(expr, "expressions"), {});
    return segment(words) + (list.empty() ? "" : separator()) + list;
}

std::string Printer::limit(const Expr& expr, bool top) {
    const Expr* count = part(expr, "expression");
    const std::string value = count == nullptr ? "" : sql(*count);
    if (is(expr, "FETCH"))
        return segment("FETCH") + " " + std::string(text(expr, "direction")) + (value.empty() ? "" : " " + value) +
               (has(expr, "ties") ? " ROWS WITH TIES" : " ROWS ONLY");
    return segment(top ? "TOP" : "LIMIT") + " " + value + (has(expr, "percent") ? " PERCENT" : "");
}

std::string Printer::select(const Expr& expr) {
    std::string head = "SELECT";
    const bool transact = sql::grammar(dialect_) == sql::Dialect::tsql;
    if (const Expr* distinct = part(expr, "distinct")) {
        head += " DISTINCT";
        if (const Expr* on = part(*distinct, "on")) head += " ON " + sql(*on);
    }
    const Expr* top = part(expr, "limit");
    if (transact && top != nullptr && is(*top, "LIMIT")) head += limit(*top, true);
    if (const std::string_view kind = text(expr, "kind"); !kind.empty()) head += " AS " + std::string(kind);
    std::string out = head + separator() + items(query::list(expr, "expressions"), {});
    if (const Expr* from = part(expr, "from")) out += sql(*from);
    out += modifiers(expr);
    if (has(expr, "with")) out = with_comments(std::move(out), expr);
    return with_ctes(expr, std::move(out));
}

std::string Printer::with_ctes(const Expr& expr, std::string text) {
    const Expr* with = part(expr, "with");
    return with == nullptr ? text : sql(*with) + separator() + text;
}

/// What follows FROM, or a set operation.
std::string Printer::modifiers(const Expr& expr) {
    std::string out;
    const auto add = [&](std::string_view name) {
        if (const Expr* found = part(expr, name)) out += sql(*found);
    };
    for (const char* many : {"joins", "laterals"})
        for (const Expr& each : query::list(expr, many)) out += sql(each);
    for (const char* one : {"where", "group", "having"}) add(one);
    if (const std::vector<Expr>& windows = query::list(expr, "windows"); !windows.empty())
        out += segment("WINDOW ") + items(windows, {.flat = true});
    for (const char* one : {"qualify", "order"}) add(one);
    const Expr* limited = part(expr, "limit");
    const bool fetch = limited != nullptr && is(*limited, "FETCH");
    const bool transact = sql::grammar(dialect_) == sql::Dialect::tsql;
    const bool first = fetch || dialect_ == sql::Dialect::trino || dialect_ == sql::Dialect::presto;
    if (first) add("offset");
    if (limited != nullptr && (fetch || !transact)) out += sql(*limited);
    if (!first) add("offset");
    if (dialect_ == sql::Dialect::postgres)                  // DuckDB has none
        for (const Expr& each : query::list(expr, "locks"))  // on the same line, whatever the layout
            out += " " + indented("FOR " + std::string(text(each, "kind")), {});
    if (const Expr* sampled = part(expr, "sample"); sampled != nullptr && is(expr, "SELECT"))
        out += " USING SAMPLE" + sample(*sampled);
    return out;
}

std::string Printer::sample(const Expr& expr) {
    const Expr* seed = part(expr, "seed");
    const std::string_view unit = text(expr, "unit");
    return " " + std::string(text(expr, "method")) + " (" + sql(*part(expr, "size")) +
           (unit.empty() ? "" : " " + std::string(unit)) + ")" +
           (seed == nullptr ? "" : " REPEATABLE (" + sql(*seed) + ")");
}

std::string Printer::pivot(const Expr& expr) {
    const std::string_view nulls = text(expr, "nulls");
    const Expr* keys = part(expr, "group");
    return segment(has(expr, "unpivot") ? "UNPIVOT" : "PIVOT") +
           (nulls.empty() ? "" : " " + std::string(nulls) + " NULLS ") + "(" +
           items(query::list(expr, "expressions"), {.flat = true}) + " FOR " + sql(*part(expr, "field")) +
           (keys == nullptr ? "" : sql(*keys)) + ")" + alias_of(expr);
}

/// What stands behind the alias of a table or a query.
std::string Printer::source_tail(const Expr& expr) {
    const Expr* sampled = part(expr, "sample");
    const Expr* pivoted = part(expr, "pivot");
    return (sampled == nullptr ? "" : " TABLESAMPLE" + sample(*sampled)) + (pivoted == nullptr ? "" : pivot(*pivoted));
}

std::string Printer::set_operation(const Expr& expr) {
    std::vector<std::string> parts;
    const auto words = [&](const Expr& node) {
        std::string out = node.text;
        const bool distinct = text(node, "distinct") == "True";
        const bool clickhouse = dialect_ == sql::Dialect::clickhouse;
        if (dialect_ == sql::Dialect::bigquery || (clickhouse && node.text == "UNION"))
            out += distinct ? " DISTINCT" : " ALL";
        else if (clickhouse ? distinct : !distinct)
            out += distinct ? " DISTINCT" : " ALL";
        if (has(node, "by_name")) out += " BY NAME";
        const std::string comments = comments_text(node);
        return comments.empty() ? out : comments + separator() + out;
    };
    const auto add = [&](const auto& self, const Expr& node, bool root) -> void {
        if (!is_set_operation(node) || (!root && has(node, "with"))) {
            parts.push_back(is(node, "VALUES") ? bare_values(node) : sql(node));
            return;
        }
        self(self, *part(node, "this"), false);
        parts.push_back(words(node));
        self(self, *part(node, "expression"), false);
    };
    add(add, expr, true);
    return with_ctes(expr, towline::join(parts, separator()) + modifiers(expr));
}

std::string Printer::cte(const Expr& expr) {
    const Expr* query = part(expr, "this");
    const std::string_view materialized = text(expr, "materialized");
    const std::string_view words = materialized == "True"    ? "MATERIALIZED "
                                   : materialized == "False" ? "NOT MATERIALIZED "
                                                             : "";
    return sql(*part(expr, "alias")) + " AS " + std::string(words) + wrapped(query == nullptr ? "" : sql(*query));
}

std::string Printer::alias_of(const Expr& expr) {
    const Expr* alias = part(expr, "alias");
    return alias == nullptr ? "" : " AS " + sql(*alias);
}

std::string Printer::subquery(const Expr& expr) {
    const Expr* query = part(expr, "this");
    return with_ctes(
        expr, wrapped(query == nullptr ? "" : sql(*query)) + alias_of(expr) + source_tail(expr) + modifiers(expr));
}

std::string Printer::join(const Expr& expr) {
    std::string words;
    // DuckDB's has a condition where others do without.
    const bool free = dialect_ == sql::Dialect::duckdb && !has(expr, "on") && !has(expr, "using") &&
                      !has(expr, "method") &&
                      (!has(expr, "kind") || text(expr, "kind") == "INNER" || text(expr, "kind") == "OUTER");
    const bool unnested = free && is(*part(expr, "this"), "UNNEST");
    const bool semi = text(expr, "kind") == "SEMI" || text(expr, "kind") == "ANTI";
    const bool sided = dialect_ != sql::Dialect::duckdb || !semi;
    for (const char* name : {"method", "side", "kind"}) {
        const std::string_view each = text(expr, name);
        if (each.empty() || (free && !unnested) || (!sided && std::string_view(name) == "side")) continue;
        words += (words.empty() ? "" : " ") + std::string(each);
    }
    const Expr* source = part(expr, "this");
    const Expr* on = part(expr, "on");
    const std::vector<Expr>& columns = query::list(expr, "using");
    std::string condition;
    const std::string space = layout_.pretty ? segment(std::string(static_cast<std::size_t>(layout_.pad), ' ')) : " ";
    if (unnested)
        condition = space + "ON TRUE";
    else if (on != nullptr)
        condition = space + "ON " + indented(sql(*on), {.skip_first = true});
    else if (!columns.empty())
        condition = space + "USING (" + items(columns, {.flat = true}) + ")";
    else if (words.empty())
        return ", " + sql(*source);
    return segment(words.empty() ? "JOIN" : words + " JOIN") + " " + sql(*source) + condition;
}

/// (a JOIN b ON …)
std::string Printer::nested(const Expr& expr) {
    const Expr& first = *part(expr, "this");
    std::string joins;
    for (const Expr& each : query::list(expr, "joins")) joins += sql(each);
    const bool query = is(first, "SUBQUERY") || is(first, "NESTED");
    return wrapped(sql(first) + (query ? joins : indented(joins, {.skip_first = true})));
}

std::string Printer::group(const Expr& expr) {
    const bool all = has(expr, "all");
    std::string out = operated(all ? "GROUP BY ALL" : "GROUP BY", expr);
    std::string groupings;
    for (const char* name : {"grouping_sets", "cube", "rollup"}) {
        const std::vector<Expr>& each = query::list(expr, name);
        if (each.empty()) continue;
        groupings += (groupings.empty() ? "" : ",") + segment(items(each, {}));
    }
    const bool both = !query::list(expr, "expressions").empty() && !groupings.empty();
    return out + (both ? "," : "") + groupings;
}

std::string Printer::table(const Expr& expr) {
    std::string out;
    for (const char* name : {"catalog", "db", "this"})
        if (const Expr* each = part(expr, name)) out += (out.empty() ? "" : ".") + sql(*each);
    if (has(expr, "only")) out.insert(0, "ONLY ");
    return out + (has(expr, "ordinality") ? " WITH ORDINALITY" : "") + alias_of(expr) + source_tail(expr);
}

std::string Printer::bare_values(const Expr& expr) {
    return "VALUES" + segment("") + items(query::list(expr, "expressions"), {});
}

std::string Printer::values(const Expr& expr) {
    const std::string out = bare_values(expr);
    const bool bare = dialect_ == sql::Dialect::databricks || dialect_ == sql::Dialect::spark ||
                      dialect_ == sql::Dialect::mysql || dialect_ == sql::Dialect::clickhouse;
    return (bare ? out : "(" + out + ")") + alias_of(expr);
}

std::string Printer::lateral(const Expr& expr) {
    const Expr& source = *part(expr, "this");
    if (is(source, "VALUES")) return "LATERAL " + wrapped(bare_values(source)) + alias_of(expr);
    const std::string inner = sql(source);
    if (!has(expr, "view"))
        return "LATERAL " + inner + (has(expr, "ordinality") ? " WITH ORDINALITY" : "") + alias_of(expr);
    const Expr* alias = part(expr, "alias");
    const Expr* name = alias == nullptr ? nullptr : part(*alias, "this");
    const std::string columns = alias == nullptr ? "" : items(query::list(*alias, "columns"), {.flat = true});
    return segment(has(expr, "outer") ? "LATERAL VIEW OUTER" : "LATERAL VIEW") + separator() + inner +
           (name == nullptr ? "" : " " + name->text) + (columns.empty() ? "" : " AS " + columns);
}

std::string Printer::unnest(const Expr& expr) {
    const std::string out = "UNNEST(" + items(query::list(expr, "expressions"), {.flat = true}) + ")";
    if (!has(expr, "ordinality")) return out + alias_of(expr);
    Expr counted = expr;  // the name of the count has no quotes
    Expr& count = query::list(*part(counted, "alias"), "columns").back();
    count.quoted = !sql::is_plain_identifier(count.text);
    return out + " WITH ORDINALITY" + alias_of(counted);
}

std::string Printer::table_alias(const Expr& expr) {
    const Expr* name = part(expr, "this");
    const std::vector<Expr>& columns = query::list(expr, "columns");
    return (name == nullptr ? "" : sql(*name)) + (columns.empty() ? "" : "(" + items(columns, {.flat = true}) + ")");
}

std::string Printer::clause(const Expr& expr) {
    const std::string& name = expr.text;
    if (name == "SELECT") return select(expr);
    if (is_set_operation(expr)) return set_operation(expr);
    if (name == "SUBQUERY") return subquery(expr);
    if (name == "WITH")
        return std::string("WITH ") + (has(expr, "recursive") ? "RECURSIVE " : "") +
               items(query::list(expr, "expressions"), {.flat = true});
    if (name == "CTE") return cte(expr);
    if (name == "NESTED") return nested(expr);
    if (name == "FROM") return segment("FROM") + " " + sql(*part(expr, "this"));
    if (name == "JOIN") return join(expr);
    if (name == "WHERE" || name == "HAVING" || name == "QUALIFY")
        return segment(name) + separator() + indented(sql(*part(expr, "this")), {});
    if (name == "GROUP") return group(expr);
    if (name == "ROLLUP" || name == "CUBE" || name == "GROUPING SETS")
        return name + " " + wrapped(items(query::list(expr, "expressions"), {.indent = false}));
    if (name == "LIMIT" && !has(expr, "this")) return limit(expr, false);
    if (name == "FETCH") return limit(expr, false);
    if (name == "OFFSET") return segment("OFFSET") + " " + sql(*part(expr, "expression"));
    if (name == "TABLE") return table(expr);
    if (name == "TABLEALIAS") return table_alias(expr);
    if (name == "VALUES") return values(expr);
    if (name == "UNNEST") return unnest(expr);
    if (name == "PIVOTFIELD")
        return sql(*part(expr, "this")) + " IN (" + items(query::list(expr, "expressions"), {.flat = true}) + ")";
    if (name == "LATERAL") return lateral(expr);
    if (name == "ORDER" && !has(expr, "this")) return operated("ORDER BY", expr);
    return expression_clause(expr);
}

namespace {

/// BigQuery's text of a query that groups and orders: keys that are projections are called by their names.
void name_ordered_groups(Expr& tree) {
    for (Expr& child : tree.children) name_ordered_groups(child);
    Expr* group = is(tree, "SELECT") && has(tree, "order") ? part(tree, "group") : nullptr;
    if (group == nullptr) return;
    const auto text = [](const Expr& expr) { return Printer(sql::Dialect::bigquery, {.pretty = false}).sql(expr); };
    std::map<std::string, std::string> names;
    for (const Expr& each : query::list(static_cast<const Expr&>(tree), "expressions"))
        if (each.is(ExprKind::alias)) names[text(each.children.front())] = each.text;
    for (Expr& child : group->children) {
        if (child.text != "expressions") continue;
        for (Expr& key : child.children)
            if (const auto found = names.find(text(key)); found != names.end() && !key.is(ExprKind::number))
                key = make(ExprKind::column, {}, {identifier(found->second, true)});
    }
}

bool is_arrow(const Expr& node) { return node.is(ExprKind::binary) && (node.text == "->" || node.text == "->>"); }

/// True where `a -> 'k'` has to stand in brackets: DuckDB's arrow binds less than any operator.
bool encloses_arrows(const Expr& node) {
    if (node.is(ExprKind::binary)) return node.text != "AT TIME ZONE";
    if (node.is(ExprKind::unary)) return node.text == "NOT";
    return node.is(ExprKind::index) || node.is(ExprKind::in) || is_operator_call(node);
}

void enclose_arrows(Expr& node) {
    const bool encloses = encloses_arrows(node);
    for (Expr& child : node.children) {
        enclose_arrows(child);
        Expr& value = node.is(ExprKind::structure) && !child.children.empty() ? child.children.front() : child;
        const bool same = node.is(ExprKind::binary) && node.text == value.text;
        if (is_arrow(value) && !same && (encloses || node.is(ExprKind::structure)))
            value = make(ExprKind::paren, {}, {Expr(std::move(value))});
    }
}

}  // namespace

std::string print(const Expr& tree, sql::Dialect dialect, const Layout& layout) {
    Printer printer(dialect, layout);
    std::string out;
    if (dialect == sql::Dialect::bigquery) {
        Expr named = tree;
        name_ordered_groups(named);
        out = printer.sql(named);
    } else if (dialect == sql::Dialect::duckdb) {
        Expr enclosed = tree;
        enclose_arrows(enclosed);
        out = printer.sql(enclosed);
    } else {
        out = printer.sql(tree);
    }
    std::replace(out.begin(), out.end(), kBreak, '\n');
    return out;
}

}  // namespace towline::query
