#pragma once
// Internal to the module: the expander and what built-in macros see of it.

#include "sql/macros.h"

namespace towline::sql {

/// What a macro call gives: one text, none, which removes the call from its list, or a list of them.
struct Expansion {
    std::vector<std::string> texts;
    bool is_list = false;  ///< Of any length: its place is found by macro_lists.h.

    Expansion() = default;
    explicit Expansion(std::string text) { texts.push_back(std::move(text)); }
    static Expansion list(std::vector<std::string> texts) {
        Expansion out;
        out.texts = std::move(texts);
        out.is_list = true;
        return out;
    }
};

/// A macro call with its arguments, already expanded (lambdas are left as they are).
struct MacroCall {
    std::string name;  ///< Lower case.
    std::vector<std::string> arguments;
    std::vector<std::pair<std::string, std::string>> keywords;  ///< Lower-case names.

    /// The n-th positional argument, or the keyword of that name; nullptr if absent.
    const std::string* argument(std::size_t position, std::string_view keyword) const;
};

/// A lambda's text taken apart.
struct Lambda {
    std::vector<std::string> parameters;  ///< Lower case.
    std::string body;
};

/// One expansion. Bindings of lambda parameters are a stack: the innermost is looked at first.
class Expander {
 public:
    explicit Expander(const MacroScope& scope) : scope_(scope) {}

    /// Expands a text; `origin` places errors.
    Result<std::string> text(std::string_view input, Origin origin);
    /// If the whole text is one macro call: its expansion as a list.
    Result<Expansion> statement(std::string_view input, Origin origin);

    // For built-in macros.
    Dialect dialect() const { return scope_.dialect; }
    const MacroScope& scope() const { return scope_; }
    const MacroValue* find(std::string_view name) const;
    std::string fill(std::string_view with_template) const;
    /// The same for a name: a parameter of a lambda stands for the name of what it is given, `c_@x` of t.a for c_a.
    std::string fill_name(std::string_view with_template) const;
    Result<std::string> apply(std::string_view lambda, const std::vector<std::string>& items);
    Result<MacroValue> evaluate(std::string_view expression) const;
    Result<bool> condition(std::string_view expression) const;

 private:
    friend class TextExpansion;
    using Bindings = std::map<std::string, MacroValue>;

    Result<Expansion> call(MacroCall call);
    const MacroValue* find_bound(const std::string& key) const;
    Status step();
    Status reads(std::size_t bytes);

    const MacroScope& scope_;
    std::vector<Bindings> bindings_;
    std::size_t steps_ = 0;
    std::size_t read_bytes_ = 0;
    bool in_lambda_ = false;  ///< The current text is a lambda body: its parameters may stand without `@`.
    int depth_ = 0;
};

using Builtin = Result<Expansion> (*)(Expander&, const MacroCall&);
/// The built-in of a lower-case name, or nullptr. The tables are in macro_builtins.cpp and
/// macro_generators.cpp.
Builtin find_builtin(std::string_view name);
Builtin find_generator(std::string_view name);
/// True for WITH, JOIN, WHERE, GROUP_BY, HAVING, ORDER_BY, LIMIT.
bool is_keyword_macro(std::string_view lower_name);

/// True if a statement begins at that token: as an argument of a macro it reaches to the end of the list,
/// commas included, as in SQLMesh.
bool starts_statement(const TokenList& tokens, std::size_t at);
/// Splits at commas outside brackets and statements, trimmed; a trailing comma adds nothing.
std::vector<std::string> split_arguments(std::string_view text, Dialect dialect);
/// The elements of an array, tuple or paren; nothing if the text is none of these.
std::optional<std::vector<std::string>> unpack_list(std::string_view text, Dialect dialect);
/// Takes `x -> body` or `(x, y) -> body` apart; nothing if the text is no lambda.
std::optional<Lambda> parse_lambda(std::string_view text, Dialect dialect);
/// The name of an expression, as `Expression.name` of sqlglot has it: of a column its last part, of a literal or of an
/// operation on one the literal, of another's function its name, "" of most others.
std::string expression_name(const MacroValue& value, Dialect dialect);
/// An argument as a value: string literals become strings, everything else stays SQL.
MacroValue value_of_sql(std::string_view text, Dialect dialect);
/// Evaluates an expression at compile time with Python's rules; columns are objects equal only to themselves.
Result<MacroValue> evaluate_constant(const Expr& expr, Dialect dialect);
/// Python's truth of a value.
bool truthy(const MacroValue& value);

}  // namespace towline::sql
