// The scanner: one pass, one token at a time, never back. Anything it does not know becomes part of a word or
// a one-byte symbol, so every byte belongs to exactly one token or gap whatever the input is.
#include "sql/lexer.h"

#include <algorithm>
#include <array>

#include "base/strings.h"
#include "sql/limits.h"

namespace towline::sql {
namespace {

/// Longest first, so that the first match is the right one.
constexpr std::array<std::string_view, 36> kOperators = {
    "!~~*", "~~~", "<=>", "->>", "#>>", "~~*", "!~*", "!~~", "<->", "!:>", ":>", "-|-",
    "::",   ":=",  "=>",  "->",  "||",  "<=",  ">=",  "<>",  "!=",  "==",  "//", "**",
    "&&",   "@>",  "<@",  "~~",  "!~",  "~*",  "#>",  "#-",  "?|",  "?&",  "|/", "^@"};

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool is_hex(char c) { return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'); }
bool is_high(char c) { return (static_cast<unsigned char>(c) & 0x80U) != 0; }
bool is_blank(char c) { return static_cast<unsigned char>(c) <= 0x20U; }

class Scanner {
 public:
    Scanner(std::string_view text, const DialectFacts& facts) : text_(text), facts_(facts) {}

    std::vector<Token> run() {
        std::vector<Token> tokens;
        tokens.reserve(text_.size() / 5 + 4);
        while (true) {
            if (!skip_gap()) {
                tokens.push_back({TokenKind::error, {at_, text_.size()}});
                break;
            }
            if (at_ >= text_.size()) break;
            const std::size_t begin = at_;
            const TokenKind kind = scan();
            tokens.push_back({kind, {begin, at_}});
        }
        return tokens;
    }

 private:
    char peek(std::size_t ahead = 0) const { return at_ + ahead < text_.size() ? text_[at_ + ahead] : '\0'; }
    bool follows(std::string_view what) const { return text_.substr(at_, what.size()) == what; }
    bool has(std::string_view set, char c) const { return c != '\0' && set.find(c) != std::string_view::npos; }

    /// Length of a blank that is no ASCII: no-break, ideographic and typographic spaces, byte order mark.
    std::size_t wide_blank() const {
        if (follows("\xC2\xA0")) return 2;
        if (follows("\xE3\x80\x80") || follows("\xEF\xBB\xBF")) return 3;
        if (follows("\xE2\x80") && at_ + 2 < text_.size()) {
            const unsigned last = static_cast<unsigned char>(text_[at_ + 2]);
            if ((last >= 0x80U && last <= 0x8BU) || last == 0xAFU) return 3;
        }
        return 0;
    }

    /// Moves over blanks and comments. False if a block comment has no end; at_ then is its start.
    bool skip_gap() {
        while (at_ < text_.size()) {
            if (is_letter(peek()) || is_digit(peek())) return true;
            if (is_blank(peek())) {
                ++at_;
            } else if (const std::size_t wide = is_high(peek()) ? wide_blank() : 0; wide > 0) {
                at_ += wide;
            } else if (follows("--") || (facts_.hash_comments && peek() == '#') ||
                       (facts_.slash_comments && follows("//"))) {
                at_ = std::min(text_.find('\n', at_), text_.size());
            } else if (follows("/*") && !(facts_.hints && follows("/*+"))) {
                if (!skip_block_comment()) return false;
            } else if (follows("{#")) {
                const std::size_t end = text_.find("#}", at_ + 2);
                if (end == std::string_view::npos) return false;
                at_ = end + 2;
            } else {
                break;
            }
        }
        return true;
    }

    bool skip_block_comment() {
        int depth = 1;
        std::size_t position = at_ + 2;
        while (position + 1 < text_.size()) {
            if (text_[position] == '*' && text_[position + 1] == '/') {
                position += 2;
                if (--depth == 0) {
                    at_ = position;
                    return true;
                }
            } else if (facts_.nested_comments && text_[position] == '/' && text_[position + 1] == '*') {
                ++depth;
                position += 2;
            } else {
                ++position;
            }
        }
        return false;
    }

    TokenKind scan() {
        const char c = peek();
        // The usual case first: a word, unless its first letter is the prefix of a string.
        if (is_letter(c) && !has("'\"&", peek(1))) return word();
        if (follows("/*")) {
            if (skip_block_comment()) return TokenKind::hint;
            return to_the_end();
        }
        if (has(facts_.identifier_quotes, c)) return quoted_identifier(c == '[' ? ']' : c);
        if (has(facts_.string_quotes, c)) return string(c, false, facts_.backslash_escapes);
        if (has(facts_.string_prefixes, c) && has(facts_.string_quotes, peek(1))) return prefixed_string(c);
        if ((c == 'U' || c == 'u') && peek(1) == '&' && peek(2) == '\'') {
            at_ += 2;
            return string('\'', false, facts_.backslash_escapes);
        }
        if (c == '$' && facts_.dollar_quotes) {
            if (const auto kind = dollar_string(); kind != TokenKind::symbol) return kind;
        }
        if (is_digit(c)) return number_or_word();
        if (starts_word(c)) return word();
        return symbol(c);
    }

    TokenKind to_the_end() {
        at_ = text_.size();
        return TokenKind::error;
    }

    TokenKind quoted_identifier(char close) {
        for (std::size_t i = at_ + 1; i < text_.size(); ++i) {
            if (text_[i] == '\\' && facts_.identifier_backslash) {
                ++i;
                continue;
            }
            if (text_[i] != close) continue;
            if (i + 1 < text_.size() && text_[i + 1] == close) {
                ++i;
                continue;
            }
            at_ = i + 1;
            return TokenKind::quoted_identifier;
        }
        return to_the_end();
    }

    TokenKind prefixed_string(char prefix) {
        const char quote = peek(1);
        ++at_;
        const bool raw = has(facts_.raw_prefixes, prefix);
        const bool escapes =
            raw ? facts_.raw_escapes_quote : (facts_.backslash_escapes || prefix == 'e' || prefix == 'E');
        return string(quote, raw, escapes);
    }

    TokenKind string(char quote, bool raw, bool backslash) {
        const std::string three(3, quote);
        if (facts_.triple_quotes && follows(three)) return triple_string(three, backslash);
        for (std::size_t i = at_ + 1; i < text_.size(); ++i) {
            if (backslash && text_[i] == '\\') {
                ++i;
            } else if (text_[i] == quote) {
                if (!raw && facts_.doubled_quote_escapes && i + 1 < text_.size() && text_[i + 1] == quote) {
                    ++i;
                    continue;
                }
                at_ = i + 1;
                return TokenKind::string;
            }
        }
        return to_the_end();
    }

    TokenKind triple_string(std::string_view quotes, bool backslash) {
        for (std::size_t i = at_ + 3; i + 2 < text_.size(); ++i) {
            if (backslash && text_[i] == '\\') {
                ++i;
            } else if (text_.substr(i, 3) == quotes) {
                at_ = i + 3;
                return TokenKind::string;
            }
        }
        return to_the_end();
    }

    /// `symbol` means: this dollar sign opens no string.
    TokenKind dollar_string() {
        std::size_t tag_end = at_ + 1;
        while (tag_end < text_.size() &&
               (is_letter(text_[tag_end]) || text_[tag_end] == '_' || is_high(text_[tag_end]) ||
                ((tag_end > at_ + 1 || facts_.digit_tags) && is_digit(text_[tag_end])))) {
            ++tag_end;
        }
        if (tag_end >= text_.size() || text_[tag_end] != '$') return TokenKind::symbol;
        if (tag_end > at_ + 1 && !facts_.dollar_tags) return TokenKind::symbol;
        const std::string_view tag = text_.substr(at_, tag_end + 1 - at_);
        const std::size_t end = text_.find(tag, tag_end + 1);
        if (end == std::string_view::npos) return to_the_end();
        at_ = end + tag.size();
        return TokenKind::string;
    }

    TokenKind number_or_word() {
        if (peek() == '0' && (peek(1) == 'x' || peek(1) == 'X') && is_hex(peek(2))) {
            at_ += 2;
            while (is_hex(peek())) ++at_;
            return TokenKind::number;
        }
        const std::size_t begin = at_;
        skip_digits();
        if (facts_.digits_start_words && (is_letter(peek()) || peek() == '_') && !exponent_follows()) {
            if (is_number_suffix()) return TokenKind::number;
            at_ = begin;
            return word();
        }
        if (peek() == '.' && peek(1) != '.') {
            ++at_;
            skip_digits();
        }
        if (exponent_follows()) {
            at_ += is_digit(peek(1)) ? 1 : 2;
            skip_digits();
        }
        return TokenKind::number;
    }

    void skip_digits() {
        while (is_digit(peek()) || (peek() == '_' && is_digit(peek(1)))) ++at_;
    }
    bool exponent_follows() const {
        if (peek() != 'e' && peek() != 'E') return false;
        return is_digit(peek(1)) || ((peek(1) == '+' || peek(1) == '-') && is_digit(peek(2)));
    }
    /// 10L, 1S, 2.5D of Hive and Spark: a number with its type letter. Consumes the letters.
    bool is_number_suffix() {
        const std::size_t length = (has("bB", peek()) && has("dD", peek(1))) ? 2 : has("lLsSyYdD", peek()) ? 1 : 0;
        if (length == 0 || continues_word(peek(length))) return false;
        at_ += length;
        return true;
    }

    bool starts_word(char c) const {
        return is_letter(c) || c == '_' || is_high(c) || c == '`' || (c == '#' && hash_starts_word());
    }
    /// `#temp` is a word where the dialect has such names; `#>` and `#` alone are operators.
    bool hash_starts_word() const {
        const char next = peek(1);
        return facts_.hash_words && (is_letter(next) || is_digit(next) || next == '_' || next == '#');
    }
    bool continues_word(char c) const {
        if (is_letter(c) || is_digit(c) || c == '_' || (c == '#' && facts_.hash_words)) return true;
        return c != '\0' && (starts_word(c) || is_digit(c) || c == '$' || c == '@') &&
               !has(facts_.identifier_quotes, c);
    }
    TokenKind word() {
        ++at_;
        while (continues_word(peek()) && !(is_high(peek()) && wide_blank() > 0)) ++at_;
        return TokenKind::word;
    }

    TokenKind symbol(char c) {
        if (has("(),;[]{}.", c)) {
            ++at_;
            return TokenKind::symbol;
        }
        constexpr std::string_view kInside = "!~*<=>-#|/&@:?^";  // bytes of operators
        const bool longer = has(kInside, c) && has(kInside, peek(1));
        for (const std::string_view op : kOperators) {
            if (longer && follows(op)) {
                at_ += op.size();
                return TokenKind::symbol;
            }
        }
        ++at_;
        return c == '@' ? TokenKind::at : TokenKind::symbol;
    }

    std::string_view text_;
    const DialectFacts& facts_;
    std::size_t at_ = 0;
};

char closing_of(char open) { return open == '(' ? ')' : open == '[' ? ']' : '}'; }

}  // namespace

TokenList::TokenList(std::string_view text, Dialect dialect, Origin origin)
    : text_(text), dialect_(dialect), origin_(origin), tokens_(Scanner(text, facts(dialect)).run()) {
    match_brackets();
}

void TokenList::match_brackets() {
    closing_.assign(tokens_.size(), tokens_.size());
    std::vector<std::size_t> open;
    for (std::size_t i = 0; i < tokens_.size(); ++i) {
        if (tokens_[i].kind != TokenKind::symbol || tokens_[i].span.size() != 1) continue;
        const char c = text_[tokens_[i].span.begin];
        if (c == '(' || c == '[' || c == '{') {
            open.push_back(i);
            too_deep_ = too_deep_ || open.size() > static_cast<std::size_t>(kNestingDepthMax);
        } else if ((c == ')' || c == ']' || c == '}') && !open.empty() &&
                   closing_of(text_[tokens_[open.back()].span.begin]) == c) {
            closing_[open.back()] = i;
            open.pop_back();
        }
    }
}

bool TokenList::is_word(std::size_t index, std::string_view upper_word) const {
    return kind(index) == TokenKind::word && tokens_[index].span.size() == upper_word.size() &&
           iequals(text_of(index), upper_word);
}

bool TokenList::is_symbol(std::size_t index, std::string_view symbol) const {
    if (kind(index) != TokenKind::symbol) return false;
    const Span span = tokens_[index].span;
    // Asked for at every turn of every parser; most symbols are one byte.
    return span.size() == symbol.size() && text_[span.begin] == symbol[0] &&
           (symbol.size() == 1 || span.of(text_) == symbol);
}

std::size_t TokenList::token_at(std::size_t offset) const {
    const auto begins_before = [&](const Token& token) { return token.span.begin < offset; };
    return static_cast<std::size_t>(std::partition_point(tokens_.begin(), tokens_.end(), begins_before) -
                                    tokens_.begin());
}

Span TokenList::gap(std::size_t index) const {
    const std::size_t begin = index == 0 ? 0 : tokens_[index - 1].span.end;
    return {begin, index < tokens_.size() ? tokens_[index].span.begin : text_.size()};
}

TokenList lex(std::string_view text, Dialect dialect, Origin origin) { return {text, dialect, origin}; }

}  // namespace towline::sql
