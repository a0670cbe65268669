#pragma once
// Tree of a query → SQL, in sqlglot's layout.

#include "query/tree.h"

namespace towline::query {

enum class FunctionCase { upper, lower, as_written };

/// The options of the layout, with the reference's defaults.
struct Layout {
    bool pretty = true;
    bool comments = true;
    int pad = 2;
    int indent = 2;
    int max_text_width = 80;
    bool leading_comma = false;
    bool normalize = false;  ///< Names without quotes in lower case.
    FunctionCase functions = FunctionCase::upper;
};

/// The text of a query or an expression. Requires: a tree that `canonical` has seen. Pure.
std::string print(const Expr& tree, sql::Dialect dialect, const Layout& layout);

}  // namespace towline::query
