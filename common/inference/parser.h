#pragma once
// Tokens → trees. Forgiving: what is not understood becomes a node of kind `other`, so that the rest of the query
// still has types.

#include <initializer_list>

#include "inference/tree.h"

namespace towline::inference {

struct Operator;

inline constexpr int kNestingMax = 220;  ///< Expressions inside expressions, with and without brackets.
/// Operators on one way down a tree. Chains of them nest to the left without recursion of the parser; what walks the
/// tree later recurses.
inline constexpr int kHeightMax = 1'500;

/// Parses one query without macros. Nothing if it is no query or is nested too deep.
class Parser {
 public:
    explicit Parser(const sql::TokenList& tokens) : tokens_(tokens), dialect_(tokens.dialect()) {}

    std::unique_ptr<Query> query();

 private:
    using Names = std::initializer_list<std::string_view>;

    // parse_query.cpp
    std::unique_ptr<Query> query_at(std::size_t end);
    std::unique_ptr<Query> operand(std::size_t end);
    std::unique_ptr<Query> bracketed_query();
    bool ctes(Query& out, std::size_t end);
    std::unique_ptr<Query> cte_query();
    std::unique_ptr<Select> select(std::size_t end);
    void select_head(Select& out, std::size_t end);
    void clauses(Select& out, std::size_t end);
    void projections(Select& out, std::size_t end);
    void name_projection(Node& item, std::size_t begin) const;
    bool star(Node& out, std::size_t end);
    void star_tail(Node& out, std::size_t end);
    std::vector<Node> list(std::size_t end);
    bool set_operation(std::size_t at) const;
    bool clause_word(std::size_t at) const;

    // parse_from.cpp
    void from(std::vector<Source>& out, std::size_t end);
    bool join_words(Source& out, std::size_t end);
    void unnest_path(std::vector<Source>& sources) const;
    void source(std::vector<Source>& out, Source made, std::size_t end);
    void table(Source& out);
    void source_tail(Source& out, std::size_t end);
    void lateral_view(std::vector<Source>& out, std::size_t end);
    void values(Source& out, std::size_t end);
    bool alias_here(std::size_t end) const;

    // parse_pivot.cpp
    void pivots(Source& out, std::size_t end);
    std::unique_ptr<Pivot> pivot(std::size_t close, bool unpivot);
    bool pivot_results(Pivot& out, std::size_t close);
    bool pivot_field(Pivot& out, std::size_t close);

    // parse_expression.cpp
    Node expression(std::size_t end);
    Node binary_level(int level, std::size_t end);
    const Operator* operator_here(int low, int high) const;
    bool is_negation(std::size_t end) const;
    Node negation(std::size_t end);
    bool range_tail(Node& left, std::size_t end);
    bool is_pair(std::size_t at) const;
    bool is_split(std::string_view op) const;
    bool is_operator(std::string_view text, int level) const;
    Node unary(std::size_t end);
    Node postfix(std::size_t end);
    bool postfix_step(Node& value, std::size_t end);
    Node made_binary(std::string op, Node left, Node right);

    // parse_primary.cpp
    Node primary(std::size_t end);
    Node word(std::size_t end);
    Node called_word(std::size_t end);
    Node typed_literal(std::size_t end);
    Node string();
    Node number();
    bool values_rows(std::size_t at, std::size_t close) const;
    Node bracket(std::size_t end);
    Node square();
    Node curly();
    Node name(std::size_t end);
    Node call(std::string text, NodeKind kind);
    Node argument(std::size_t close, std::vector<Node>& order);
    Node call_tail(Node made, std::size_t end);
    void window(Node& out);
    void named_windows(Select& out);
    Node cast(std::string_view word);
    void read_type(Node& out);
    Node convert();
    Node extract();
    Node case_when(std::size_t end);
    Node interval(std::size_t end);
    bool special(Node& out, std::size_t end);
    bool typed_constructor(Node& out);
    bool is_lambda(std::size_t close) const;
    bool has_comma(std::size_t open) const;

    /// Notes where a node stands: from token `begin` to what was taken last.
    Node placed(Node node, std::size_t begin) const {
        if (at_ > begin && at_ <= tokens_.size()) node.span = {tokens_[begin].span.begin, tokens_[at_ - 1].span.end};
        return node;
    }
    bool is_word(std::string_view upper) const { return tokens_.is_word(at_, upper); }
    bool is_symbol(std::string_view text) const { return tokens_.is_symbol(at_, text); }
    bool any_word(std::size_t at, Names words) const;
    bool take_word(std::string_view upper);
    bool take_symbol(std::string_view text);
    bool is_identifier(std::size_t at) const;
    std::string identifier(std::size_t at) const;
    sql::NamePart part(std::size_t at) const;
    std::size_t after(std::size_t at) const;
    std::vector<std::string> name_list(std::size_t open) const;
    bool starts_query(std::size_t at) const;

    const sql::TokenList& tokens_;
    sql::Dialect dialect_;
    std::size_t at_ = 0;
    int depth_ = 0;
    int height_ = 0;  ///< Of the chains in the expression that is read.
};

/// sqlglot's name of an expression without an alias; "" if it has none. `keep` folds identifiers.
std::string output_name(const Node& node, sql::Dialect dialect);

}  // namespace towline::inference
