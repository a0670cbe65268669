#include "sql/projection_comment.h"

#include <array>
#include <optional>
#include <string_view>
#include <vector>

#include "base/strings.h"

namespace towline::sql {
namespace {

/// An operator that may be the outermost one of an expression. A lower strength binds less.
struct Operator {
    std::string_view text;
    int strength;
    bool keeps_comments;  ///< comments of its token become the operation's
};
constexpr Operator kOperators[] = {
    {"OR", 1, true},       {"XOR", 1, true},      {"AND", 2, true},    {"=", 3, true},       {"==", 3, true},
    {"<>", 3, true},       {"!=", 3, true},       {"<=>", 3, true},    {"IS", 4, false},     {"IN", 4, false},
    {"LIKE", 4, false},    {"ILIKE", 4, false},   {"RLIKE", 4, false}, {"REGEXP", 4, false}, {"GLOB", 4, false},
    {"SIMILAR", 4, false}, {"BETWEEN", 4, false}, {"~", 4, false},     {"~*", 4, false},     {"!~", 4, false},
    {"@>", 4, false},      {"<@", 4, false},      {"&&", 4, false},    {"<", 4, true},       {">", 4, true},
    {"<=", 4, true},       {">=", 4, true},       {"||", 5, false},    {"&", 5, false},      {"|", 5, false},
    {"->", 5, false},      {"->>", 5, false},     {"+", 6, true},      {"-", 6, true},       {"COLLATE", 6, true},
    {"*", 7, true},        {"/", 7, true},        {"//", 7, true},     {"%", 7, true},       {"DIV", 7, true},
    {"**", 8, true},
};
/// `x AT TIME ZONE y` binds more than any of them.
constexpr Operator kAtTimeZone{"AT", 9, false};

class OutermostTokens {
 public:
    OutermostTokens(const TokenList& tokens, std::size_t begin, std::size_t end)
        : tokens_(tokens), begin_(begin), end_(end) {
        scan();
    }

    bool holds(std::size_t token) const {
        if (root_) return (keeps_ && token == *root_) || (closes_ && token == end_ - 1);
        if (over_) return token + 1 == *over_ || (!prefixed_ && (token == begin_ || token == end_ - 1));
        if (cast_) return token > *cast_;
        // A call inside FILTER or WITHIN GROUP keeps its comments to itself; only the latter has any of its own.
        if (aggregated_) return within_group_ && token == end_ - 1;
        return !prefixed_ && (token == begin_ || token == end_ - 1 || token == name_);
    }

 private:
    void scan() {
        prefixed_ = starts_with_prefix();
        int cases = 0;
        bool between = false;
        int weakest = 100;
        for (std::size_t i = begin_; i < end_;) {
            if (tokens_.is_word(i, "CASE")) ++cases;
            if (tokens_.is_word(i, "END") && cases > 0) --cases;
            if (cases == 0 && tokens_.is_symbol(i, "::")) cast_ = i;
            if (cases == 0 && tokens_.is_word(i, "OVER") && i > begin_) over_ = i;
            const bool within = tokens_.is_word(i, "WITHIN") && tokens_.is_word(i + 1, "GROUP");
            if (cases == 0 && i > begin_ &&
                (within || (tokens_.is_word(i, "FILTER") && tokens_.is_symbol(i + 1, "(")))) {
                aggregated_ = true;
                within_group_ = within;
            }
            const bool of_between = between && tokens_.is_word(i, "AND");
            if (of_between) between = false;
            if (cases == 0 && !of_between && i > begin_)
                if (const Operator* op = operator_at(i)) {
                    between = op->text == "BETWEEN";
                    if (op->strength <= weakest) {
                        weakest = op->strength;
                        root_ = i;
                        keeps_ = op->keeps_comments;
                        closes_ = op->text == "IN";
                    }
                }
            i = tokens_.closing(i) < end_ ? tokens_.closing(i) + 1 : i + 1;
        }
        if (tokens_.is_symbol(begin_ + 1, ".") && begin_ + 2 < end_) name_ = begin_ + 2;
    }
    /// A sign, NOT, IF(…), a typed literal or a bracket of a list at the start: comments before it are its operand's.
    bool starts_with_prefix() const {
        if (tokens_.is_symbol(begin_, "-") || tokens_.is_symbol(begin_, "{") || tokens_.is_symbol(begin_, "[") ||
            tokens_.is_word(begin_, "NOT") || tokens_.is_word(begin_, "INTERVAL") ||
            (tokens_.is_word(begin_, "IF") && tokens_.is_symbol(begin_ + 1, "(")))
            return true;
        return end_ - begin_ == 2 && tokens_.kind(begin_) == TokenKind::word &&
               tokens_.kind(begin_ + 1) == TokenKind::string;
    }
    const Operator* operator_at(std::size_t at) const {
        const bool star_of_table = tokens_.is_symbol(at, "*") && tokens_.is_symbol(at - 1, ".");
        if (star_of_table) return nullptr;
        if (tokens_.is_word(at, "AT"))
            return tokens_.is_word(at + 1, "TIME") && tokens_.is_word(at + 2, "ZONE") ? &kAtTimeZone : nullptr;
        for (const Operator& op : kOperators)
            if (tokens_.is_symbol(at, op.text) || tokens_.is_word(at, op.text)) return &op;
        return nullptr;
    }

    const TokenList& tokens_;
    std::size_t begin_;
    std::size_t end_;
    std::optional<std::size_t> root_, cast_, over_;
    std::size_t name_ = 0;
    bool keeps_ = false, closes_ = false, prefixed_ = false, aggregated_ = false, within_group_ = false;
};

}  // namespace

std::string projection_comment(const TokenList& tokens, std::size_t begin, std::size_t expression_end,
                               std::size_t end) {
    std::string last;
    const auto take = [&](std::size_t gap, bool trailing) {
        for (const Comment& comment : tokens.comments(gap))
            if (comment.trailing == trailing) last = std::string(trim(comment.text));
    };
    const OutermostTokens outermost(tokens, begin, expression_end);
    for (std::size_t i = begin; i < end; ++i) {
        if (i < expression_end && !outermost.holds(i)) continue;
        take(i, false);
        if (i + 1 < end) take(i + 1, true);
    }
    const bool comma = tokens.is_symbol(end, ",");
    take(end, true);
    if (comma || end >= tokens.size() || tokens.is_symbol(end, ";")) take(end, false);
    if (comma) take(end + 1, true);
    return last;
}

}  // namespace towline::sql
