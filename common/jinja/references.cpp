// Which names a template calls, by SQLMesh's own rules: they decide what enters a fingerprint, so their corners are
// kept. An assignment hides a name for what follows it in the same list of nodes, not for what is inside of it; the
// parameters of a macro stay hidden after it.

#include <set>

#include "base/strings.h"
#include "jinja/scope.h"

namespace towline::jinja {
namespace {

using Names = std::set<std::string>;

/// The words of `a.b[0].c()`; a constant gives one word with a quote in front.
std::vector<std::string> call_path(const Expr& expr) {
    switch (expr.kind) {
        case ExprKind::name:
            return {expr.text};
        case ExprKind::constant:
            return {"'"};
        case ExprKind::attribute: {
            auto out = call_path(expr.children[0]);
            out.push_back(expr.text);
            return out;
        }
        case ExprKind::item:
        case ExprKind::call:
            return call_path(expr.children[0]);
        default:
            return {};
    }
}

class Finder {
 public:
    explicit Finder(const std::vector<std::string>& readers) : readers_(readers) {}

    void body(const std::vector<Stmt>& statements, Names& names) {
        for (const Stmt& statement : statements) child(statement, names);
    }
    References take() { return std::move(found_); }

 private:
    /// One statement among its siblings, whose names it may hide.
    void child(const Stmt& s, Names& names) {
        const bool assigns = s.kind == StmtKind::set || s.kind == StmtKind::set_block || s.kind == StmtKind::for_loop;
        if (s.kind == StmtKind::macro) names.insert(s.parameters.begin(), s.parameters.end());
        Names inner = names;
        inside(s, inner);
        if (!assigns) return;
        const Expr& target = s.exprs[0];
        if (target.kind == ExprKind::name) names.insert(target.text);
        if (target.kind == ExprKind::tuple)
            for (const Expr& item : target.children)
                if (item.kind == ExprKind::name) names.insert(item.text);
    }
    void inside(const Stmt& s, Names& names) {
        for (const Expr& expr : s.exprs) child(expr, names);
        for (const Expr& value : s.defaults) child(value, names);
        if (s.kind == StmtKind::if_chain) {
            for (std::size_t i = 0; i < s.branches.size(); ++i) {
                // Every elif is a node of its own.
                Names own = names;
                body(s.branches[i], i == 0 ? names : own);
            }
        }
        body(s.body, names);
        body(s.otherwise, names);
    }
    void child(const Expr& expr, const Names& names) {
        const bool outermost_attribute =
            expr.kind == ExprKind::attribute && expr.children[0].kind != ExprKind::attribute;
        if (expr.kind == ExprKind::call || outermost_attribute) {
            auto path = call_path(expr);
            if (!path.empty() && path[0] != "'" && !names.contains(path[0])) note(expr, std::move(path));
        }
        each_child(expr, [&](const Expr& inner) { child(inner, names); });
    }
    template <class Visit>
    static void each_child(const Expr& expr, Visit visit) {
        for (const auto* list : {&expr.children, &expr.positional})
            for (const Expr& inner : *list) visit(inner);
        for (const auto& [name, inner] : expr.named) visit(inner);
        for (const auto* list : {&expr.spread, &expr.spread_named})
            for (const Expr& inner : *list) visit(inner);
    }
    bool is_reader(const std::string& name) const {
        return std::find(readers_.begin(), readers_.end(), name) != readers_.end();
    }
    const Expr* reader_call(const Expr& expr) const {
        if (expr.kind == ExprKind::call && expr.children[0].kind == ExprKind::name && is_reader(expr.children[0].text))
            return &expr;
        const Expr* found = nullptr;
        each_child(expr, [&](const Expr& inner) {
            if (!found) found = reader_call(inner);
        });
        return found;
    }
    void note(const Expr& expr, std::vector<std::string> path) {
        if (!is_reader(path[0])) {
            found_.calls.push_back({std::move(path)});
            return;
        }
        const Expr* call = reader_call(expr);
        if (!call || call->positional.empty()) return;
        const Expr& argument = call->positional[0];
        const std::string* name = argument.kind == ExprKind::constant ? argument.constant.as_text() : nullptr;
        if (name && !name->empty()) found_.variables.push_back(lower(*name));
    }

    const std::vector<std::string>& readers_;
    References found_;
};

}  // namespace

References references_of(const Template& source, const std::vector<std::string>& readers) {
    Finder finder(readers);
    Names names;
    finder.body(source.parsed().body, names);
    return finder.take();
}

}  // namespace towline::jinja
