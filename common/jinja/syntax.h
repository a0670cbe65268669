#pragma once
// The tree of a template. Private to common/jinja.

#include <memory>
#include <string>
#include <vector>

#include "jinja/lexer.h"
#include "jinja/value.h"

namespace towline::jinja {

enum class ExprKind {
    constant,
    name,       ///< text
    list,       ///< children
    tuple,      ///< children
    dict,       ///< children: key, value, key, value …
    attribute,  ///< children[0].text
    item,       ///< children[0][children[1]]
    slice,      ///< only as children[1] of item; three children, `absent` where left out
    absent,
    call,      ///< children[0](arguments)
    filter,    ///< children[0] | text(arguments); children[0] is `absent` in `{% filter %}`
    test,      ///< children[0] is text(arguments)
    negation,  ///< not
    minus,
    plus,
    arithmetic,     ///< text is the operator
    concatenation,  ///< children
    comparison,     ///< children[0] words[0] children[1] words[1] …
    conjunction,
    disjunction,
    condition,         ///< children[0] if children[1] else children[2] (may be `absent`)
    namespace_target,  ///< words[0].text, only as a target of set
};

struct NamedExpr;

/// One expression. `arguments` follow Python: positional, named, then * and **.
struct Expr {
    ExprKind kind = ExprKind::absent;
    std::size_t offset = 0;
    std::string text;
    Value constant;
    std::vector<Expr> children;
    std::vector<std::string> words;
    std::vector<Expr> positional;
    std::vector<NamedExpr> named;
    std::vector<Expr> spread;        ///< * : none or one
    std::vector<Expr> spread_named;  ///< ** : none or one
};

/// `name=value` in a call.
struct NamedExpr {
    std::string name;
    Expr value;
};

enum class StmtKind {
    output,      ///< data, then exprs[0] if there is one
    for_loop,    ///< exprs: target, iterable, filter or absent; body; otherwise
    if_chain,    ///< exprs: conditions; branches: one a condition; otherwise
    set,         ///< exprs: target, value
    set_block,   ///< exprs: target, filter chain or absent; body
    macro,       ///< text; parameters; defaults; body
    call_block,  ///< exprs[0] is the call; parameters; defaults; body
    filter_block,
    with,        ///< exprs: targets then values, alternating
    expression,  ///< do
    break_loop,
    continue_loop,
    loading,  ///< text: a statement that loads another template; refused where it runs
};

struct Stmt {
    StmtKind kind = StmtKind::output;
    std::size_t offset = 0;
    std::string text;
    std::vector<Expr> exprs;
    std::vector<std::string> parameters;
    std::vector<Expr> defaults;  ///< of the last parameters
    std::vector<Stmt> body;
    std::vector<Stmt> otherwise;
    std::vector<std::vector<Stmt>> branches;
    bool recursive = false;
    bool uses_caller = false;  ///< macros and call blocks: names in the body that give them a meaning
    bool uses_kwargs = false;
    bool uses_varargs = false;
};

/// Tokens → tree. Fails with line and caret.
Result<std::vector<Stmt>> parse_template(std::string_view source);

}  // namespace towline::jinja
