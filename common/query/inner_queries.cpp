#include "query/inner_queries.h"

#include <algorithm>
#include <array>
#include <span>

#include "base/strings.h"
#include "query/canonical.h"
#include "query/parse.h"
#include "query/print.h"
#include "query/query.h"

namespace towline::query {
namespace {

/// A part of a clause by our name and by sqlglot's.
struct Part {
    std::string_view name;
    std::string_view printed;
};
constexpr std::array<Part, 14> kSelect{{{"with", "with_"},
                                        {"kind", "kind"},
                                        {"expressions", "expressions"},
                                        {"distinct", "distinct"},
                                        {"from", "from_"},
                                        {"joins", "joins"},
                                        {"where", "where"},
                                        {"group", "group"},
                                        {"having", "having"},
                                        {"qualify", "qualify"},
                                        {"windows", "windows"},
                                        {"order", "order"},
                                        {"limit", "limit"},
                                        {"offset", "offset"}}};
constexpr std::array<Part, 8> kSetOperation{{{"with", "with_"},
                                             {"this", "this"},
                                             {"expression", "expression"},
                                             {"distinct", "distinct"},
                                             {"by_name", "by_name"},
                                             {"order", "order"},
                                             {"limit", "limit"},
                                             {"offset", "offset"}}};
constexpr std::array<Part, 2> kWith{{{"expressions", "expressions"}, {"recursive", "recursive"}}};
constexpr std::array<Part, 3> kCte{{{"this", "this"}, {"alias", "alias"}, {"materialized", "materialized"}}};
constexpr std::array<Part, 6> kJoin{
    {{"this", "this"}, {"on", "on"}, {"side", "side"}, {"kind", "kind"}, {"using", "using"}, {"method", "method"}}};
constexpr std::array<Part, 1> kCondition{{{"this", "this"}}};
constexpr std::array<Part, 1> kExpressions{{{"expressions", "expressions"}}};
constexpr std::array<Part, 1> kExpression{{{"expression", "expression"}}};
constexpr std::array<Part, 1> kDistinct{{{"on", "on"}}};
constexpr std::array<Part, 2> kValues{{{"expressions", "expressions"}, {"alias", "alias"}}};

/// The clauses that `gen` prints as their name and their parts, in the order in which sqlglot declares these.
struct Row {
    std::string_view clause;
    std::span<const Part> parts;
};
constexpr std::array<Row, 16> kRows{{{"SELECT", kSelect},
                                     {"UNION", kSetOperation},
                                     {"EXCEPT", kSetOperation},
                                     {"INTERSECT", kSetOperation},
                                     {"WITH", kWith},
                                     {"CTE", kCte},
                                     {"JOIN", kJoin},
                                     {"WHERE", kCondition},
                                     {"HAVING", kCondition},
                                     {"QUALIFY", kCondition},
                                     {"GROUP", kExpressions},
                                     {"ORDER", kExpressions},
                                     {"LIMIT", kExpression},
                                     {"OFFSET", kExpression},
                                     {"DISTINCT", kDistinct},
                                     {"VALUES", kValues}}};

tl::unexpected<Error> unknown(const Expr& node) {
    return fail(ErrorCode::unsupported, "The minimal text of '" + node.text + "' is not known.");
}

class QueryGen {
 public:
    explicit QueryGen(sql::Dialect dialect) : dialect_(dialect) {}

    Result<std::string> gen(const Expr& node) {
        if (!node.is(ExprKind::clause)) return expression(node);
        if (is(node, "FROM")) return source_of(node);
        if (is(node, "TABLE")) return table(node);
        if (is(node, "TABLEALIAS")) return alias(node);
        if (is(node, "SUBQUERY")) return subquery(node);
        const auto row =
            std::find_if(kRows.begin(), kRows.end(), [&](const Row& each) { return is(node, each.clause); });
        return row == kRows.end() ? expression(node) : parts(node, row->parts);
    }

 private:
    Result<std::string> joined(const std::vector<Expr>& items) {
        std::string out;
        for (const Expr& item : items) {
            TRY(const std::string text, gen(item));
            out += (out.empty() ? "" : ",") + text;
        }
        return out;
    }

    Result<std::string> parts(const Expr& node, std::span<const Part> known) {
        std::string out;
        std::size_t seen = 0;
        for (const auto& [name, printed] : known) {
            if (!has(node, name)) continue;
            ++seen;
            TRY(const std::string text, joined(list(node, name)));
            out += (out.empty() ? " :" : ",:") + std::string(printed) + "," + text;
        }
        if (seen < node.children.size()) return unknown(node);
        return node.text + out;
    }

    Result<std::string> source_of(const Expr& from) {
        TRY(const std::string source, gen(*part(from, "this")));
        return "FROM " + source;
    }

    Result<std::string> table(const Expr& node) {
        std::string out;
        std::size_t seen = 0;
        for (const char* name : {"catalog", "db", "this"}) {
            const Expr* each = part(node, name);
            if (each == nullptr) continue;
            ++seen;
            TRY(const std::string text, gen(*each));
            out += (out.empty() ? "" : ".") + text;
        }
        return with_alias(node, std::move(out), seen);
    }

    Result<std::string> subquery(const Expr& node) {
        TRY(const std::string inner, gen(*part(node, "this")));
        return with_alias(node, "(" + inner + ")", 1);
    }

    /// `seen`: how many parts of the node `text` holds.
    Result<std::string> with_alias(const Expr& node, std::string text, std::size_t seen) {
        if (const Expr* named = part(node, "alias")) {
            ++seen;
            TRY(const std::string name, gen(*named));
            text += name;
        }
        if (seen < node.children.size()) return unknown(node);
        return text;
    }

    Result<std::string> alias(const Expr& node) {
        TRY(const std::string name, gen(*part(node, "this")));
        if (!has(node, "columns")) return " AS " + name;
        TRY(const std::string columns, joined(list(node, "columns")));
        return " AS " + name + "(" + columns + ")";
    }

    Result<std::string> expression(Expr node) {
        TRY_STATUS(give_texts(node));
        return sql::checked_gen(node, dialect_);
    }

    /// Queries in an expression of a query's tree become what the parser of expressions makes of them, with their text.
    Status give_texts(Expr& node) {
        if (is_query(node)) {
            const bool brackets = is(node, "SUBQUERY");
            if (brackets && has(node, "alias")) return unknown(node);
            TRY(std::string text, gen(brackets ? *part(node, "this") : node));
            node = make(ExprKind::subquery, {}, {word(std::move(text))});
            node.quoted = !brackets;
            return {};
        }
        for (Expr& child : node.children) TRY_STATUS(give_texts(child));
        return {};
    }

    sql::Dialect dialect_;
};

}  // namespace

void normalize_inner_queries(Expr& expression, sql::Dialect dialect, const std::function<void(Expr&)>& change) {
    for (Expr& child : expression.children) normalize_inner_queries(child, dialect, change);
    if (!expression.is(ExprKind::subquery)) return;
    Result<Expr> tree = parse(expression.text, dialect, Reading::to_keep);
    if (!tree || !canonical(*tree, dialect)) return;
    fold_names(*tree, dialect);
    quote_all(*tree);
    change(*tree);
    Layout layout;
    layout.pretty = false;
    expression.text = print(*tree, dialect, layout);
}

void add_gen(Expr& expression, sql::Dialect dialect) {
    for (Expr& child : expression.children) add_gen(child, dialect);
    if (!expression.is(ExprKind::subquery)) return;
    const Result<Expr> tree = parse(expression.text, dialect, Reading::to_keep);
    if (!tree) return;
    if (Result<std::string> text = QueryGen(dialect).gen(*tree)) expression.children = {word(std::move(*text))};
}

}  // namespace towline::query
