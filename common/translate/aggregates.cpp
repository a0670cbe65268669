// What stands around calls: FILTER, OVER, WITHIN GROUP, ORDER BY, IGNORE NULLS.
#include <algorithm>
#include <array>

#include "base/strings.h"
#include "translate/translator.h"

namespace towline::translate {
namespace {

using sql::Expr;
using sql::ExprKind;
using Shape = Printed::Shape;

/// The call inside clauses.
const Expr* called(const Expr& expr) {
    const Expr* out = &expr;
    while (out->is(ExprKind::clause)) {
        out = part_of(*out, "this");
        if (out == nullptr) return nullptr;
    }
    return out->is(ExprKind::function) ? out : nullptr;
}

bool values_of_frame(std::string_view name) {
    return name == "FIRST_VALUE" || name == "LAST_VALUE" || name == "NTH_VALUE";
}

}  // namespace

std::string Translator::ordered(const Expr& key) {
    const Expr* value = part_of(key, "this");
    const Expr* descending = part_of(key, "desc");
    const Expr* nulls_first = part_of(key, "nulls_first");
    if (value == nullptr) {
        refuse("ORDER BY");
        return {};
    }
    return text(*value) + (descending != nullptr && descending->text == "True" ? " DESC" : "") +
           (nulls_first != nullptr && nulls_first->text == "True" ? " NULLS FIRST" : "");
}

/// "ORDER BY a, b DESC" of an ORDER clause.
std::string Translator::order_keys(const Expr& order) {
    std::string out;
    for (const Expr& part : order.children) {
        if (part.text != "expressions") continue;
        for (const Expr& key : part.children) out += (out.empty() ? "ORDER BY " : ", ") + ordered(key);
    }
    return out;
}

/// The call with an order at the end of its brackets.
std::string Translator::with_order(const std::string& call, const std::string& order, const Expr& at) {
    if (!is_single_call(call)) {
        refuse(at.text + "(… ORDER BY …)");
        return {};
    }
    const sql::TokenList tokens = sql::lex(call, sql::Dialect::duckdb);
    const std::size_t close = tokens.offset_of(tokens.closing(1));
    return call.substr(0, close) + " " + std::string(trim(order)) + call.substr(close);
}

Printed Translator::within_group(const Expr& expr) {
    const Expr* call = part_of(expr, "this");
    const Expr* order = part_of(expr, "expression");
    if (call == nullptr || order == nullptr || !call->is(ExprKind::function)) {
        refuse("WITHIN GROUP");
        return {};
    }
    const std::string name = upper(call->text);
    const std::string keys = order_keys(*order);
    if (name == "PERCENTILE_CONT" || name == "PERCENTILE_DISC") {
        const Expr* first = nullptr;
        for (const Expr& part : order->children)
            if (part.text == "expressions" && part.children.size() == 1) first = part_of(part.children[0], "this");
        if (first == nullptr || call->children.size() != 1) {
            refuse(name);
            return {};
        }
        return {std::string(name == "PERCENTILE_CONT" ? "QUANTILE_CONT(" : "QUANTILE_DISC(") + text(*first) + ", " +
                text(call->children[0]) + " " + keys + ")"};
    }
    if (call->children.empty()) {
        refuse(name + "() WITHIN GROUP");
        return {};
    }
    return {with_order(function(*call).text, keys, *call)};
}

Printed Translator::filter(const Expr& expr) {
    const Expr* call = part_of(expr, "this");
    const Expr* where = part_of(expr, "expression");
    const Expr* condition = where == nullptr ? nullptr : part_of(*where, "this");
    if (call == nullptr || condition == nullptr) {
        refuse("FILTER");
        return {};
    }
    const Printed inner = print(*call);
    if (!is_single_call(inner.text) || inner.text.find(" FILTER(") != std::string::npos) refuse("FILTER");
    return {inner.text + " FILTER(WHERE " + text(*condition) + ")"};
}

/// IGNORE NULLS stays with the functions of windows that DuckDB has it for; others lose it, as in SQLMesh.
Printed Translator::nulls(const Expr& expr) {
    const Expr* inner = part_of(expr, "this");
    const Expr* call = inner == nullptr ? nullptr : called(*inner);
    if (call == nullptr) {
        refuse(expr.text == "IGNORENULLS" ? "IGNORE NULLS" : "RESPECT NULLS");
        return {};
    }
    const std::string name = upper(call->text);
    static constexpr std::array<std::string_view, 5> kWindows = {"FIRST_VALUE", "LAST_VALUE", "NTH_VALUE", "LAG",
                                                                 "LEAD"};
    const bool window = std::find(kWindows.begin(), kWindows.end(), name) != kWindows.end();
    const Printed printed = print(*inner);
    if (!window) return printed;
    const bool ignores = expr.text == "IGNORENULLS";
    return {with_order(printed.text, ignores ? "IGNORE NULLS" : "RESPECT NULLS", *call)};
}

/// ROWS BETWEEN … AND …
std::string Translator::frame(const Expr& spec) {
    const Expr* kind = part_of(spec, "kind");
    std::string out = kind == nullptr ? "" : upper(kind->text);
    std::string sides;
    int count = 0;
    for (const std::string& key : {std::string("start"), std::string("end")}) {
        const Expr* bound = part_of(spec, key);
        if (bound == nullptr) continue;
        const Expr* side = part_of(spec, key + "_side");
        sides += (count++ > 0 ? " AND " : "") + text(*bound) + (side == nullptr ? "" : " " + upper(side->text));
    }
    out += (count == 2 ? " BETWEEN " : " ") + sides;
    if (const Expr* exclude = part_of(spec, "exclude")) out += " EXCLUDE " + exclude->text;
    return out;
}

std::string Translator::window_body(const Expr& expr) {
    std::string out;
    bool framed = false;
    bool bracket = true;
    const auto add = [&](const std::string& piece) { out += (out.empty() ? "" : " ") + piece; };
    if (const Expr* name = part_of(expr, "alias")) {
        add(identifier(*name));
        bracket = false;
    }
    for (const Expr& part : expr.children) {
        if (part.text == "partition_by") {
            bracket = true;
            if (!part.children.empty()) add("PARTITION BY " + list(part.children));
        } else if (part.text == "order") {
            add(order_keys(part.children.front()));
        } else if (part.text == "spec") {
            add(frame(part.children.front()));
            framed = true;
        }
    }
    const Expr* call = called(expr);
    const bool whole = dialect_ == sql::Dialect::snowflake && !framed && bracket;
    if (whole && call != nullptr && values_of_frame(upper(call->text)))
        add("ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING");
    return bracket ? "(" + out + ")" : out;
}

Printed Translator::window(const Expr& expr) {
    const Expr* call = part_of(expr, "this");
    if (call == nullptr) {
        refuse("OVER");
        return {};
    }
    const Printed inner = print(*call);
    if (!refusal_ && !is_single_call(inner.text)) {
        const Expr* function = called(*call);
        refuse((function == nullptr ? std::string() : function->text) + "(…) OVER (…)");
        return {};
    }
    return {inner.text + " OVER " + window_body(expr)};
}

Printed Translator::clause(const Expr& expr) {
    if (expr.text == "WINDOW") return window(expr);
    if (expr.text == "FILTER") return filter(expr);
    if (expr.text == "WITHINGROUP") return within_group(expr);
    if (expr.text.ends_with("NULLS")) return nulls(expr);
    if (expr.text == "TOMAP") {
        std::string pairs;
        for (const Expr& pair : expr.children)
            pairs += (pairs.empty() ? "" : ", ") + text(pair.children[0]) + ": " + text(pair.children[1]);
        return {"MAP {" + pairs + "}"};
    }
    if (expr.text == "PARAMETERIZEDAGG")
        if (auto made = parameterized(expr)) return std::move(*made);
    if (expr.text == "HAVINGMAX") {
        refuse("HAVING MAX");
        return {};
    }
    refuse(expr.text);
    return {};
}

}  // namespace towline::translate
