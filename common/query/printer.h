#pragma once
// Internal to the module: the printer behind print.h. Queries are in print.cpp, expressions in print_expression.cpp.

#include <vector>

#include "query/print.h"

namespace towline::query {

class Printer {
 public:
    Printer(sql::Dialect dialect, const Layout& layout) : dialect_(dialect), layout_(layout) {}
    std::string sql(const Expr& expr, bool comments = true);

 private:
    /// How a list is laid out.
    struct ListStyle {
        bool flat = false;
        bool indent = true;
        bool dynamic = false;   ///< On lines of its own only if it is too wide.
        bool new_line = false;  ///< Brackets stand on lines of their own.
        bool skip_ends = false;
        std::string_view separator = ", ";
    };
    struct Indent {
        int level = 0;
        int pad = -1;  ///< -1: that of the layout
        bool skip_first = false;
        bool skip_last = false;
    };

    // print.cpp
    std::string separator(std::string_view text = " ") const;
    std::string segment(std::string_view text, std::string_view separated = " ") const;
    std::string indented(const std::string& text, const Indent& how) const;
    std::string wrapped(const std::string& text) const;
    std::string with_comments(std::string text, const Expr& expr) const;
    std::string comments_text(const Expr& expr) const;
    bool too_wide(const std::vector<std::string>& parts) const;
    std::string items(const std::vector<Expr>& exprs, const ListStyle& style);
    std::string select(const Expr& expr);
    std::string set_operation(const Expr& expr);
    std::string modifiers(const Expr& expr);
    std::string with_ctes(const Expr& expr, std::string text);
    std::string cte(const Expr& expr);
    std::string subquery(const Expr& expr);
    std::string join(const Expr& expr);
    std::string nested(const Expr& expr);
    std::string group(const Expr& expr);
    std::string table(const Expr& expr);
    std::string values(const Expr& expr);
    std::string bare_values(const Expr& expr);
    std::string unnest(const Expr& expr);
    std::string sample(const Expr& expr);
    std::string pivot(const Expr& expr);
    std::string source_tail(const Expr& expr);
    std::string lateral(const Expr& expr);
    std::string table_alias(const Expr& expr);
    std::string limit(const Expr& expr, bool top);
    std::string operated(std::string_view words, const Expr& expr);
    std::string alias_of(const Expr& expr);
    std::string clause(const Expr& expr);

    // print_expression.cpp
    std::string expression(const Expr& expr);
    std::string name(const Expr& expr) const;
    std::string column(const Expr& expr);
    std::string star(const Expr& expr);
    std::string call(const std::string& name, const std::vector<std::string>& arguments);
    std::string arguments(const std::vector<std::string>& texts, std::string_view separated = ", ") const;
    std::string function(const Expr& expr);
    std::string connector(const Expr& expr);
    void flatten(const Expr& expr, std::vector<std::string>& out);
    std::string binary(const Expr& expr);
    std::string distinct(const Expr& expr);
    std::string symmetric(const Expr& expr);
    std::string case_when(const Expr& expr);
    std::string in(const Expr& expr);
    std::string interval(const Expr& expr);
    std::string cast(const Expr& expr);
    std::string window(const Expr& expr);
    std::string frame(const Expr& expr);
    std::string ordered(const Expr& expr);
    std::string null_treatment(const Expr& expr);
    std::string expression_clause(const Expr& expr);
    std::vector<std::string> texts(const std::vector<Expr>& exprs, std::size_t first = 0);

    sql::Dialect dialect_;
    const Layout& layout_;
};

}  // namespace towline::query
