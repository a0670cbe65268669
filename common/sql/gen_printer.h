#pragma once
// Internal to the module: sqlglot's `gen`, the minimal text of a tree. It enters fingerprints, so its oddities are kept
// exactly. Expressions are in expression_gen.cpp, calls in function_gen.cpp, types in type_gen.cpp.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sql/expression.h"

namespace towline::sql {

/// True if a list of dialects holds this one or the one whose grammar it has: their letters, "" is all.
inline bool in_dialects(std::string_view dialects, Dialect dialect) {
    const auto holds = [&](Dialect each) { return dialects.find(letter_of(each)) != std::string_view::npos; };
    return dialects.empty() || holds(dialect) || holds(grammar(dialect));
}

/// A name as `gen` prints it.
inline std::string gen_name(const Expr& part) { return part.quoted ? "\"" + part.text + "\"" : part.text; }

/// Prints one tree; asked afterwards, it says what it could not print.
class GenPrinter {
 public:
    explicit GenPrinter(Dialect dialect) : dialect_(dialect) {}
    std::string gen(const Expr& expr);
    /// What the tables do not hold, or nothing.
    const std::string& refused() const { return refused_; }

 private:
    std::string list(const std::vector<Expr>& items, std::size_t first = 0) {
        std::string out;
        for (std::size_t i = first; i < items.size(); ++i) {
            if (i > first) out += ',';
            out += gen(items[i]);
        }
        return out;
    }
    std::string node(const Expr& expr);
    /// The text of what an operator behind it, a subscript or a clause continues.
    std::string inner(const Expr& expr);
    /// Redshift and Oracle put a mark on every call and cast that nothing continues. Asked before the arguments are
    /// printed.
    bool notes_safety() const { return (dialect_ == Dialect::redshift || dialect_ == Dialect::oracle) && !bare_; }
    std::string dotted(const Expr& expr, std::size_t point);
    std::string column(const Expr& expr);
    std::string number(const std::string& text);
    std::string function(const Expr& expr);
    std::optional<std::string> by_argument(const Expr& expr, std::string_view name);
    /// The text of a call that depends on what its arguments are, dialect_gen.cpp; nothing if the tables hold it.
    std::optional<std::string> call_of_dialect(const Expr& call, std::string_view name);
    std::optional<std::string> call_in_snowflake(const Expr& call, std::string_view name);
    std::optional<std::string> call_in_hive(const Expr& call, std::string_view name);
    std::string truncation(const Expr& call);
    std::optional<std::string> call_in_mysql(const Expr& call, std::string_view name);
    std::optional<std::string> call_in_tsql(const Expr& call, std::string_view name);
    std::string quoted_format(std::string_view format) const;
    std::string wrapped(const Expr& argument);
    std::string variant_path(const Expr& expr);
    std::string grouped_pattern(const Expr& expr);
    static std::string literals_side_by_side(const std::string& concat, const std::string& args);
    std::string filled(std::string_view row, const Expr& expr);
    std::string data_type(const Expr& type);
    std::string type_name(const Expr& type) const;
    std::string cast(const Expr& expr);
    std::string binary(const Expr& expr);
    std::string json_operator(const Expr& expr);
    std::optional<std::string> json_function(const Expr& expr, std::string_view name);
    std::string worded(const Expr& expr, std::string_view name);
    std::string clause(const Expr& expr);
    std::string braces(const Expr& expr);
    std::string array(const Expr& expr);
    std::string parameterised(const Expr& expr);
    std::optional<std::string> clickhouse_aggregate(const Expr& expr);
    std::string subscript(const Expr& expr);
    std::string element(const Expr& expr, const Expr& item);
    std::string structure(const Expr& expr);
    std::string case_when(const Expr& expr);
    std::string in_value(const Expr& expr);
    std::string macro_call(const Expr& expr);
    std::string lambda(const Expr& expr);
    std::string kept_text(const Expr& expr);
    std::string query_text(const Expr& expr);
    std::string pattern(const Expr& expr);
    std::optional<std::string> query_call(const Expr& expr, std::string_view name);

    Dialect dialect_;
    std::string refused_;
    bool continued_ = false;  ///< What is printed next is continued.
    bool bare_ = false;       ///< What is printed now is.
};

}  // namespace towline::sql
