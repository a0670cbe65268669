#pragma once
// Internal to the module: one query on its way to DuckDB. Clauses are read from tokens and printed one by one; the
// expressions between them are parsed to trees (sql/expression.h) and printed as DuckDB writes them.

#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "sql/expression.h"
#include "sql/lexer.h"
#include "translate/function_rows.h"

namespace towline::translate {

/// Types of expressions by the bytes where they stand.
using Types = std::map<std::pair<std::size_t, std::size_t>, sql::Expr>;

/// Printed SQL and how tightly it holds together.
struct Printed {
    enum class Shape : unsigned char {
        atomic,     ///< a name, a literal, a call
        operators,  ///< what the author wrote with operators
        composed,   ///< a call became operators: needs brackets inside others
    };
    std::string text;
    Shape shape = Shape::atomic;
    /// In brackets if it became operators, or with `tight` if it has any.
    std::string inside(bool tight = false) const {
        const bool open = shape == Shape::composed || (tight && shape == Shape::operators);
        return open ? "(" + text + ")" : text;
    }
};

/// What cannot be translated: its text, and why if there is more to say.
struct Refusal {
    std::string text;
    std::string reason;
};

class Translator {
 public:
    /// All must outlive the object.
    Translator(const sql::TokenList& tokens, const Types& types)
        : tokens_(tokens), types_(types), dialect_(tokens.dialect()) {}

    /// The whole text as one query.
    std::string run();
    const std::optional<Refusal>& refusal() const { return refusal_; }

 private:
    // query.cpp
    std::string query(std::size_t end);
    std::string with(std::size_t end);
    std::string operand(std::size_t end, bool& needs_brackets);
    std::string select(std::size_t end, std::string& top);
    std::string select_head(std::string& top);
    std::string projection(std::size_t end);
    std::string star(std::size_t end);
    std::string star_list(std::size_t end);
    std::string clauses(std::size_t end);
    std::string group_by(std::size_t end);
    std::string windows(std::size_t end);
    std::string order_by(std::size_t end);
    std::string limits(std::size_t end);
    bool other_ending(std::size_t end);
    std::optional<std::string> alias(std::size_t end, bool strings);
    // from.cpp
    std::string from(std::size_t end);
    std::optional<std::string> join_words(std::size_t end);
    std::string source(std::size_t end);
    std::string source_head(std::size_t end);
    std::string table_name();
    std::string unnest(std::size_t end);
    std::string values(std::size_t end);
    std::string lateral_view();
    std::string join_condition(std::size_t end);
    void table_hints();
    std::string name_list();
    // expression.cpp
    std::string expression(std::size_t end);
    std::string expressions(std::size_t end);
    Printed print(const sql::Expr& expr);
    std::string text(const sql::Expr& expr) { return print(expr).text; }
    std::string list(const std::vector<sql::Expr>& items, std::size_t first = 0);
    std::string number(const sql::Expr& expr);
    std::string column(const sql::Expr& expr);
    std::string identifier(const sql::Expr& part) const;
    Printed raw(const sql::Expr& expr);
    Printed cast(const sql::Expr& expr);
    std::string interval(const sql::Expr& expr);
    Printed case_when(const sql::Expr& expr);
    std::string in_list(const sql::Expr& expr);
    std::string subquery(const sql::Expr& expr);
    Printed index(const sql::Expr& expr);
    std::string structure(const sql::Expr& expr);
    Printed lambda(const sql::Expr& expr);
    Printed unary(const sql::Expr& expr);
    // operators.cpp
    Printed binary(const sql::Expr& expr);
    Printed any_of(const sql::Expr& expr, std::string_view op);
    Printed division(const sql::Expr& expr);
    Printed arrow(const sql::Expr& expr);
    Printed variant_path(const sql::Expr& expr);
    // calls.cpp
    Printed function(const sql::Expr& expr);
    std::optional<Printed> special(const sql::Expr& expr, const std::string& name);
    Printed by_row(const sql::Expr& expr, const std::string& name, const std::vector<sql::Expr>& arguments);
    Printed filled(std::string_view row, const std::vector<sql::Expr>& arguments,
                   const std::vector<ArgumentKind>& kinds);
    std::string worded(const sql::Expr& expr, const std::string& name);
    std::string struct_of(const std::vector<sql::Expr>& fields);
    std::string counted(const sql::Expr& distinct);
    std::vector<ArgumentKind> kinds_of(const sql::Expr& call, const std::vector<sql::Expr>& arguments);
    char kind_of(const sql::Expr& expr);
    // by_value.cpp
    std::optional<Printed> by_value(const sql::Expr& expr, const std::string& name);
    std::optional<Printed> document_access(const sql::Expr& expr, const std::string& name);
    std::optional<Printed> matched(const sql::Expr& expr, const std::string& name);
    std::optional<Printed> replaced(const sql::Expr& expr, const std::string& name);
    std::optional<Printed> decoded(const sql::Expr& expr, const std::string& name);
    std::optional<Printed> formatted(const sql::Expr& expr, const std::string& name);
    std::optional<Printed> without_nulls(const sql::Expr& expr, const std::string& name);
    std::optional<Printed> structure_call(const sql::Expr& expr, const std::string& name);
    std::optional<Printed> styled(const sql::Expr& expr);
    std::optional<Printed> to_number(const sql::Expr& expr, const std::string& name);
    std::optional<Printed> concatenated(const sql::Expr& raw);
    std::optional<Printed> constructed(const sql::Expr& raw);
    std::optional<Printed> parameterized(const sql::Expr& expr);
    std::string path_of(const sql::Expr& step);
    // aggregates.cpp
    Printed clause(const sql::Expr& expr);
    Printed window(const sql::Expr& expr);
    Printed within_group(const sql::Expr& expr);
    Printed filter(const sql::Expr& expr);
    Printed nulls(const sql::Expr& expr);
    std::string window_body(const sql::Expr& expr);
    std::string frame(const sql::Expr& spec);
    std::string ordered(const sql::Expr& key);
    std::string order_keys(const sql::Expr& order);
    std::string with_order(const std::string& call, const std::string& order, const sql::Expr& at);

    std::string type_text(const sql::Expr& type);
    const sql::Expr* type_of(const sql::Expr& expr) const;
    void refuse(std::string_view what, std::string_view reason = {});
    void refuse_token(std::string_view reason = {}) { refuse(tokens_.text_of(at_), reason); }
    bool word(std::string_view upper) const { return at_ < tokens_.size() && tokens_.is_word(at_, upper); }
    bool word(std::size_t at, std::string_view upper) const { return tokens_.is_word(at, upper); }
    bool symbol(std::string_view text) const { return tokens_.is_symbol(at_, text); }
    bool take_word(std::string_view upper);
    bool take_symbol(std::string_view text);
    bool is_identifier(std::size_t at) const;
    std::string name_at(std::size_t at) const;
    bool starts_query(std::size_t at) const;

    const sql::TokenList& tokens_;
    const Types& types_;
    sql::Dialect dialect_;
    std::size_t at_ = 0;
    int depth_ = 0;
    int unnests_ = 0;
    std::optional<Refusal> refusal_;
};

/// A part of a clause by its name; null if there is none.
const sql::Expr* part_of(const sql::Expr& clause, std::string_view name);
/// True for one call and nothing around it, a FILTER aside.
bool is_single_call(std::string_view text);

}  // namespace towline::translate
