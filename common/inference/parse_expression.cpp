// Operators, from loosest to tightest binding, in sqlglot's order.
#include <algorithm>
#include <array>
#include <utility>

#include "base/strings.h"
#include "inference/parser.h"
#include "inference/types.h"

namespace towline::inference {

/// Operators of a level; the result of a predicate is true or false.
struct Operator {
    int level;
    std::string_view text;
    bool word;
    bool predicate;
};

namespace {

constexpr Operator kOperators[] = {
    {0, "OR", true, true},    {0, "XOR", true, true},  {1, "AND", true, true},  {3, "=", false, true},
    {3, "==", false, true},   {3, "<>", false, true},  {3, "!=", false, true},  {3, "<=>", false, true},
    {3, "<", false, true},    {3, ">", false, true},   {3, "<=", false, true},  {3, ">=", false, true},
    {5, "||", false, false},  {5, "&", false, false},  {5, "|", false, false},  {5, "^", false, false},
    {5, "<<", false, false},  {5, ">>", false, false}, {5, "??", false, false}, {5, "#", false, false},
    {5, "@>", false, false},  {5, "<@", false, false}, {5, "&&", false, false}, {5, "?", false, false},
    {5, "<->", false, false}, {6, "+", false, false},  {6, "-", false, false},  {6, "COLLATE", true, false},
    {7, "*", false, false},   {7, "/", false, false},  {7, "//", false, false}, {7, "%", false, false},
    {7, "DIV", true, false},  {7, "MOD", true, false}, {8, "**", false, false}, {8, "^", false, false},
    {5, "?|", false, false},  {5, "?&", false, false}, {5, "#-", false, false}, {5, "@@", false, true},
    {5, "^@", false, true},   {5, "~~~", false, true}, {0, "||", false, true},  {1, "&&", false, true},
    {3, "!<", false, true},   {3, "!>", false, true}};
constexpr int kNegationLevel = 2;
constexpr int kRangeLevel = 4;
constexpr int kUnaryLevel = 8;
/// Predicates between a value and a pattern.
constexpr std::array<std::string_view, 9> kPatternWords = {"LIKE",    "ILIKE",   "RLIKE",    "REGEXP", "GLOB",
                                                           "IREGEXP", "SIMILAR", "OVERLAPS", "MATCH"};
constexpr std::array<std::string_view, 8> kPatternSymbols = {"~", "!~", "~*", "!~*", "~~", "~~*", "!~~", "!~~*"};

}  // namespace

Node Parser::made_binary(std::string op, Node left, Node right) {
    Node out(NodeKind::binary, std::move(op));
    out.children.push_back(std::move(left));
    out.children.push_back(std::move(right));
    return out;
}

Node Parser::expression(std::size_t end) {
    if (++depth_ > kNestingMax) {
        at_ = end;
        --depth_;
        return Node(NodeKind::other);
    }
    Node out = binary_level(0, end);
    if (dialect_ == sql::Dialect::clickhouse && at_ < end && is_symbol("?")) {  // condition ? value : other
        ++at_;
        Node choice(NodeKind::case_when);
        choice.extra.push_back(std::move(out));
        choice.children.push_back(expression(end));
        if (take_symbol(":")) choice.children.push_back(expression(end));
        out = std::move(choice);
    }
    if (at_ < end && (is_symbol(":=") || is_symbol("=>"))) {
        ++at_;
        Node named(NodeKind::property, out.kind == NodeKind::string ? out.text : output_name(out, dialect_));
        named.children.push_back(expression(end));
        out = std::move(named);
    }
    --depth_;
    return out;
}

/// `<<` and `>>`, which are two tokens because types end in `>>`; `!<` and `!>` of T-SQL.
bool Parser::is_split(std::string_view op) const {
    const bool shift = op == "<<" || op == ">>";
    const bool negated = (op == "!<" || op == "!>") && grammar(dialect_) == sql::Dialect::tsql;
    return (shift || negated) && is_symbol(op.substr(0, 1)) && tokens_.is_symbol(at_ + 1, op.substr(1)) &&
           tokens_.adjacent(at_ + 1);
}

/// Signs that are operators of one dialect and something else, or of another strength, in the next.
bool Parser::is_operator(std::string_view text, int level) const {
    if (text == "?") return dialect_ != sql::Dialect::clickhouse;
    if (text == "||" || text == "&&") return (grammar(dialect_) == sql::Dialect::mysql) == (level < 2);
    return text != "^" || caret_is_power(dialect_) == (level == kUnaryLevel);
}

/// The operator that stands here: the tightest of levels from `low` to `high`, nullptr if there is none.
const Operator* Parser::operator_here(int low, int high) const {
    const Operator* out = nullptr;
    for (const Operator& op : kOperators) {
        if (op.level < low || op.level > high || !is_operator(op.text, op.level)) continue;
        if (!(op.word ? is_word(op.text) : is_symbol(op.text) || is_split(op.text))) continue;
        if (op.text == "MOD" && tokens_.is_symbol(at_ + 1, "(")) continue;
        if (out == nullptr || op.level > out->level) out = &op;
    }
    return out;
}

/// Operators of `level` and of those that bind tighter. One loop for all levels: a call for each would multiply the
/// stack that nested expressions take.
Node Parser::binary_level(int level, std::size_t end) {
    if (level > kUnaryLevel) return unary(end);
    const std::size_t begin = at_;
    const int around = std::exchange(height_, 0);
    const bool negated = level <= kNegationLevel && is_negation(end);
    Node left = negated ? negation(end) : unary(end);
    int highest = negated ? kNegationLevel : kUnaryLevel;  // what binds tighter has been taken by the left side
    while (at_ < end && height_ < kHeightMax) {
        const int before = std::exchange(height_, 0);
        const Operator* op = operator_here(std::max(level, kRangeLevel + 1), highest);
        if (op == nullptr && level <= kRangeLevel && highest >= kRangeLevel && range_tail(left, end)) {
            highest = kRangeLevel;
        } else {
            if (op == nullptr) op = operator_here(level, std::min(highest, kRangeLevel - 1));
            if (op == nullptr) {
                height_ = std::max(before, height_);
                break;
            }
            at_ += is_split(op->text) ? 2 : 1;
            Node right = binary_level(op->level + 1, end);
            left = made_binary(std::string(op->text), std::move(left), std::move(right));
            if (op->predicate) left.kind = NodeKind::predicate;
            highest = op->level;
        }
        left = placed(std::move(left), begin);
        height_ = std::max(before, height_) + 1;
    }
    height_ = std::max(around, height_);
    return left;
}

bool Parser::is_negation(std::size_t end) const {
    return at_ < end && (is_word("NOT") || (dialect_ != sql::Dialect::snowflake && is_symbol("!")));
}

Node Parser::negation(std::size_t end) {
    const std::size_t begin = at_;
    while (is_negation(end)) ++at_;
    Node out(NodeKind::negation);
    out.children.push_back(binary_level(kNegationLevel + 1, end));
    return placed(std::move(out), begin);
}

/// MEMBER OF and SOUNDS LIKE of MySQL.
bool Parser::is_pair(std::size_t at) const {
    return (tokens_.is_word(at, "MEMBER") && tokens_.is_word(at + 1, "OF")) ||
           (tokens_.is_word(at, "SOUNDS") && tokens_.is_word(at + 1, "LIKE"));
}

/// A predicate behind a value: LIKE, IN, BETWEEN, IS …
bool Parser::range_tail(Node& left, std::size_t end) {
    const bool spread = dialect_ == sql::Dialect::clickhouse && is_word("GLOBAL");  // GLOBAL NOT IN
    const bool negated = tokens_.is_word(at_ + (spread ? 1 : 0), "NOT");
    const std::size_t at = at_ + (spread ? 1 : 0) + (negated ? 1 : 0);
    Node out(NodeKind::predicate);
    const auto take = [&](Node value) { out.children.push_back(std::move(value)); };
    const std::string_view text = tokens_.text_of(at);
    const bool pattern_word =
        tokens_.kind(at) == sql::TokenKind::word &&
        std::any_of(kPatternWords.begin(), kPatternWords.end(), [&](std::string_view w) { return iequals(w, text); });
    const bool pattern_symbol =
        tokens_.kind(at) == sql::TokenKind::symbol &&
        std::find(kPatternSymbols.begin(), kPatternSymbols.end(), text) != kPatternSymbols.end();
    if (pattern_word || pattern_symbol) {
        at_ = at + 1;
        take_word("TO");
        if (any_word(at_, {"ANY", "ALL", "SOME"})) ++at_;
        Node right = binary_level(kRangeLevel + 1, end);
        if (take_word("ESCAPE")) static_cast<void>(primary(end));
        // For sqlglot these are no predicates.
        const bool whole_match = text == "~" && dialect_ == sql::Dialect::duckdb;
        const bool pairs = tokens_.is_word(at, "OVERLAPS");
        if (whole_match || text == "~*" || pairs) {
            left = made_binary(pairs ? "OVERLAPS" : "~*", std::move(left), std::move(right));
            return true;
        }
        take(std::move(left));
        take(std::move(right));
    } else if (tokens_.is_word(at, "IN")) {
        at_ = at + 1;
        take(std::move(left));
        take(primary(end));
    } else if (tokens_.is_word(at, "BETWEEN")) {
        at_ = at + 1;
        if (any_word(at_, {"SYMMETRIC", "ASYMMETRIC"})) ++at_;
        take(std::move(left));
        take(binary_level(kRangeLevel + 1, end));
        take_word("AND");
        take(binary_level(kRangeLevel + 1, end));
    } else if (grammar(dialect_) == sql::Dialect::mysql && is_pair(at)) {
        at_ = at + 2;
        take(std::move(left));
        take(binary_level(kRangeLevel + 1, end));
    } else if (!negated && is_word("IS")) {
        ++at_;
        take_word("NOT");
        take(std::move(left));
        if (take_word("DISTINCT")) take_word("FROM");
        if (take_word("JSON")) {
            while (at_ < end &&
                   any_word(at_, {"VALUE", "ARRAY", "OBJECT", "SCALAR", "WITH", "WITHOUT", "UNIQUE", "KEYS"}))
                ++at_;
        } else if (!take_word("UNKNOWN"))
            take(binary_level(kRangeLevel + 1, end));
    } else if (!negated && any_word(at_, {"ISNULL", "NOTNULL"}) && !tokens_.is_symbol(at_ + 1, "(")) {
        ++at_;
        take(std::move(left));
    } else {
        return false;
    }
    left = std::move(out);
    return true;
}

Node Parser::unary(std::size_t end) {
    if (at_ < end && is_symbol("|/") && grammar(dialect_) == sql::Dialect::postgres) {  // a root
        ++at_;
        Node root(NodeKind::call, "SQRT");
        root.children.push_back(binary_level(kUnaryLevel, end));
        return root;
    }
    if (at_ < end && (is_symbol("-") || is_symbol("+") || is_symbol("~") || is_symbol("@"))) {
        const bool plus = is_symbol("+");
        const std::size_t begin = at_;
        if (++depth_ > kNestingMax) {
            at_ = end;
            --depth_;
            return Node(NodeKind::other);
        }
        Node out(NodeKind::unary, std::string(tokens_.text_of(at_++)));
        Node value = unary(end);
        --depth_;
        if (plus) return value;
        out.children.push_back(std::move(value));
        return placed(std::move(out), begin);
    }
    return postfix(end);
}

Node Parser::postfix(std::size_t end) {
    const std::size_t begin = at_;
    const int around = std::exchange(height_, 0);
    Node value = placed(primary(end), begin);
    while (at_ < end && height_ < kHeightMax) {
        const int before = std::exchange(height_, 0);
        const bool more = postfix_step(value, end);
        height_ = std::max(before, height_) + (more ? 1 : 0);
        if (!more) break;
        value = placed(std::move(value), begin);
    }
    height_ = std::max(around, height_);
    return value;
}

bool Parser::postfix_step(Node& value, std::size_t end) {
    if (take_symbol("::") || take_symbol(":>") || take_symbol("!:>")) {
        Node out(NodeKind::cast);
        read_type(out);
        out.children.push_back(std::move(value));
        value = std::move(out);
        return true;
    }
    if (is_symbol("[")) {
        const std::size_t close = tokens_.closing(at_);
        if (close > end) return false;
        ++at_;
        Node out(NodeKind::index);
        out.children.push_back(std::move(value));
        if (!is_symbol(":") && at_ < close) out.children.push_back(expression(close));
        if (at_ < close) out.kind = NodeKind::slice;
        at_ = close + 1;
        value = std::move(out);
        return true;
    }
    if (is_word("AT") && tokens_.is_word(at_ + 1, "TIME") && tokens_.is_word(at_ + 2, "ZONE")) {
        at_ += 3;
        Node zone = unary(end);
        value = made_binary("AT TIME ZONE", std::move(value), std::move(zone));
        return true;
    }
    if (is_symbol(".") && value.kind != NodeKind::number && is_identifier(at_ + 1)) {
        ++at_;
        const std::string field = identifier(at_++);
        if (is_symbol("(")) {
            Node called = call(field, NodeKind::qualified);
            called.children.push_back(std::move(value));
            value = std::move(called);
            return true;
        }
        Node out(NodeKind::dot, field);
        out.children.push_back(std::move(value));
        value = std::move(out);
        return true;
    }
    const bool path = is_symbol("->") || is_symbol("->>") || is_symbol("#>") || is_symbol("#>>") ||
                      (is_symbol(":") && grammar(dialect_) != sql::Dialect::postgres &&
                       dialect_ != sql::Dialect::clickhouse && is_identifier(at_ + 1));
    if (!path) return false;
    const std::string op(tokens_.text_of(at_++));
    Node right(NodeKind::other);
    if (op == ":") {
        right.text = part(at_++).text;
        while (at_ < end && (is_symbol(".") || is_symbol(":") || is_symbol("["))) {
            const bool key = is_symbol("[") && tokens_.kind(at_ + 1) == sql::TokenKind::string;
            if (is_symbol("[")) {
                right.text = key ? sql::string_value(tokens_.text_of(at_ + 1), dialect_) : std::string();
                at_ = after(at_);
            } else {
                right.text = is_identifier(at_ + 1) ? part(at_ + 1).text : std::string();
                at_ += 2;
            }
        }
    } else if (++depth_ > kNestingMax) {  // a -> b -> c …
        at_ = end;
        --depth_;
    } else {
        // What follows a key or a path belongs to the whole: `a -> 'b'::INT` is a cast of what is taken out.
        right = is_symbol("-") || is_symbol("(") ? unary(end) : primary(end);
        --depth_;
    }
    value = made_binary(op, std::move(value), std::move(right));
    return true;
}

}  // namespace towline::inference
