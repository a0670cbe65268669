#include "jinja/lexer.h"

#include <algorithm>
#include <array>

#include "base/strings.h"
#include "jinja/limits.h"
#include "jinja/text.h"

namespace towline::jinja {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_name_start(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || static_cast<unsigned char>(c) >= 0x80;
}

class Lexer {
 public:
    explicit Lexer(std::string_view source) : source_(source) {
        // One final line break is not part of the output; Jinja's keep_trailing_newline is off.
        if (source_.ends_with("\r\n"))
            source_.remove_suffix(2);
        else if (source_.ends_with('\n') || source_.ends_with('\r'))
            source_.remove_suffix(1);
    }

    Result<std::vector<Token>> run() {
        while (at_ < source_.size()) {
            const std::size_t open = next_mark();
            data(open);
            if (open == source_.size()) break;
            const char kind = source_[open + 1];
            at_ = open + 2;
            if (at_ < source_.size() && (source_[at_] == '-' || source_[at_] == '+')) ++at_;
            if (kind == '#') {
                TRY_STATUS(comment(open));
            } else if (kind == '%' && word_follows("raw")) {
                TRY_STATUS(raw(open));
            } else {
                TRY_STATUS(marked(kind == '%', open));
            }
        }
        add(TokenKind::end, source_.size());
        return std::move(tokens_);
    }

 private:
    Error error(std::size_t offset, std::string message) const {
        return error_at(source_, offset, ErrorCode::invalid, std::move(message));
    }
    Token& add(TokenKind kind, std::size_t offset, std::string text = {}) {
        return tokens_.emplace_back(Token{kind, offset, std::move(text), 0, 0});
    }
    std::size_t next_mark() const {
        for (std::size_t i = at_; i + 1 < source_.size(); ++i) {
            const char c = source_[i + 1];
            if (source_[i] == '{' && (c == '{' || c == '%' || c == '#')) return i;
        }
        return source_.size();
    }
    /// Text up to a mark; a mark with `-` takes the blanks before it.
    void data(std::size_t end) {
        std::string_view text = source_.substr(at_, end - at_);
        if (end + 2 < source_.size() && source_[end + 2] == '-') text = stripped(text, Side::right);
        add_data(text, at_);
    }
    void add_data(std::string_view text, std::size_t offset) {
        if (text.empty()) return;
        add(TokenKind::data, offset, replace_all(replace_all(text, "\r\n", "\n"), "\r", "\n"));
    }
    void skip_blanks() {
        while (at_ < source_.size() && is_blank(source_[at_])) ++at_;
    }
    Status comment(std::size_t open) {
        const std::size_t close = source_.find("#}", at_);
        if (close == std::string_view::npos) return fail(error(open, "Missing end of comment tag"));
        const bool strip = close > open + 2 && source_[close - 1] == '-';
        at_ = close + 2;
        if (strip) skip_blanks();
        return {};
    }
    /// True if the tag's only word is `word`.
    bool word_follows(std::string_view word) const {
        std::size_t i = at_;
        while (i < source_.size() && is_blank(source_[i])) ++i;
        if (!source_.substr(i).starts_with(word)) return false;
        i += word.size();
        while (i < source_.size() && is_blank(source_[i])) ++i;
        const std::string_view rest = source_.substr(i);
        return rest.starts_with("%}") || rest.starts_with("-%}") || rest.starts_with("+%}");
    }
    /// Moves behind the tag whose inner part starts at at_.
    void leave_tag() {
        const std::size_t close = source_.find("%}", at_);
        const bool strip = source_[close - 1] == '-';
        at_ = close + 2;
        if (strip) skip_blanks();
    }
    Status raw(std::size_t open) {
        leave_tag();
        const std::size_t begin = at_;
        for (std::size_t i = at_; i + 1 < source_.size(); ++i) {
            if (source_[i] != '{' || source_[i + 1] != '%') continue;
            at_ = i + 2;
            const bool strip = at_ < source_.size() && source_[at_] == '-';
            if (strip || (at_ < source_.size() && source_[at_] == '+')) ++at_;
            if (!word_follows("endraw")) continue;
            const std::string_view text = source_.substr(begin, i - begin);
            add_data(strip ? stripped(text, Side::right) : text, begin);
            leave_tag();
            return {};
        }
        return fail(error(open, "Missing end of raw directive"));
    }

    Status marked(bool block, std::size_t open) {
        add(block ? TokenKind::block_begin : TokenKind::variable_begin, open);
        const std::string_view close = block ? "%}" : "}}";
        std::vector<char> brackets;
        for (;;) {
            skip_blanks();
            if (at_ >= source_.size()) return fail(error(open, "This tag is not closed."));
            const std::string_view rest = source_.substr(at_);
            const bool sign = (rest[0] == '-' || (block && rest[0] == '+')) && rest.substr(1).starts_with(close);
            if (brackets.empty() && (sign || rest.starts_with(close))) {
                add(block ? TokenKind::block_end : TokenKind::variable_end, at_);
                at_ += sign ? 3 : 2;
                if (sign && rest[0] == '-') skip_blanks();
                return {};
            }
            TRY_STATUS(expression_token(brackets));
        }
    }
    Status expression_token(std::vector<char>& brackets) {
        const char c = source_[at_];
        if (is_digit(c)) return number();
        if (is_name_start(c)) {
            std::size_t end = at_;
            while (end < source_.size() && (is_name_start(source_[end]) || is_digit(source_[end]))) ++end;
            add(TokenKind::name, at_, std::string(source_.substr(at_, end - at_)));
            at_ = end;
            return {};
        }
        if (c == '\'' || c == '"') return literal();
        return operation(brackets);
    }
    Status operation(std::vector<char>& brackets) {
        constexpr std::array<std::string_view, 27> kOperators{"//", "**", "==", "!=", ">=", "<=", "+", "-", "/",
                                                              "*",  "%",  "~",  "[",  "]",  "(",  ")", "{", "}",
                                                              ">",  "<",  "=",  ".",  ":",  "|",  ",", ";", "!"};
        const std::string_view rest = source_.substr(at_);
        for (const std::string_view op : kOperators) {
            if (!rest.starts_with(op)) continue;
            if (op == "!") break;
            constexpr std::string_view kOpen = "([{", kClose = ")]}";
            if (op.size() == 1 && kOpen.find(op[0]) != std::string_view::npos) {
                if (brackets.size() >= static_cast<std::size_t>(kNestingDepthMax))
                    return fail(error_at(source_, at_, ErrorCode::too_large, "Brackets are nested too deep."));
                brackets.push_back(kClose[kOpen.find(op[0])]);
            } else if (op.size() == 1 && kClose.find(op[0]) != std::string_view::npos) {
                if (brackets.empty()) return fail(error(at_, "unexpected '" + std::string(op) + "'"));
                if (brackets.back() != op[0])
                    return fail(error(at_, "unexpected '" + std::string(op) + "', expected '" +
                                               std::string(1, brackets.back()) + "'"));
                brackets.pop_back();
            }
            add(TokenKind::op, at_, std::string(op));
            at_ += op.size();
            return {};
        }
        return fail(error(at_, "unexpected char " + python_character()));
    }
    std::string python_character() const {
        return "'" + std::string(source_.substr(at_, first_code_point(source_.substr(at_)).bytes)) + "'";
    }

    /// Digits with single underscores between them, from `at` on.
    std::size_t digits(std::size_t at) const {
        while (at < source_.size() &&
               (is_digit(source_[at]) || (source_[at] == '_' && at + 1 < source_.size() && is_digit(source_[at + 1]))))
            ++at;
        return at;
    }
    Status number() {
        const std::size_t begin = at_;
        const std::string_view rest = source_.substr(begin);
        if (rest.size() > 2 && rest[0] == '0' && std::string_view("xXoObB").find(rest[1]) != std::string_view::npos)
            return based_number();
        std::size_t end = digits(begin);
        bool floating = false;
        if (end + 1 < source_.size() && source_[end] == '.' && is_digit(source_[end + 1])) {
            floating = true;
            end = digits(end + 1);
        }
        if (end < source_.size() && (source_[end] == 'e' || source_[end] == 'E')) {
            std::size_t exponent = end + 1;
            if (exponent < source_.size() && (source_[exponent] == '+' || source_[exponent] == '-')) ++exponent;
            if (exponent < source_.size() && is_digit(source_[exponent])) {
                floating = true;
                end = digits(exponent);
            }
        }
        const std::string text = replace_all(source_.substr(begin, end - begin), "_", "");
        at_ = end;
        if (floating) {
            add(TokenKind::floating, begin).floating = parse_double(text).value_or(0);
            return {};
        }
        return integer(begin, text, 10);
    }
    Status based_number() {
        const std::size_t begin = at_;
        const char base = lower(source_.substr(at_ + 1, 1))[0];
        at_ += 2;
        std::string text;
        while (at_ < source_.size() &&
               (std::isxdigit(static_cast<unsigned char>(source_[at_])) != 0 || source_[at_] == '_'))
            if (const char c = source_[at_++]; c != '_') text += c;
        return integer(begin, text, base == 'x' ? 16 : base == 'o' ? 8 : 2);
    }
    Status integer(std::size_t begin, const std::string& text, int base) {
        std::int64_t value = 0;
        for (const char c : text) {
            const int digit = is_digit(c) ? c - '0' : lower(std::string_view(&c, 1))[0] - 'a' + 10;
            if (digit >= base) return fail(error(begin, "This is not a number."));
            if (__builtin_mul_overflow(value, base, &value) || __builtin_add_overflow(value, digit, &value))
                return fail(
                    error_at(source_, begin, ErrorCode::unsupported, "Integers beyond 64 bits are not supported."));
        }
        if (text.empty()) return fail(error(begin, "This is not a number."));
        add(TokenKind::integer, begin).integer = value;
        return {};
    }

    Status literal() {
        const std::size_t begin = at_;
        const char quote = source_[at_++];
        std::string out;
        while (at_ < source_.size() && source_[at_] != quote) {
            if (source_[at_] == '\\') {
                TRY_STATUS(escape(out));
            } else if (source_[at_] == '\r') {
                at_ += source_.substr(at_).starts_with("\r\n") ? 2 : 1;
                out += '\n';
            } else {
                out += source_[at_++];
            }
        }
        if (at_ >= source_.size()) return fail(error(begin, "This text literal is not closed."));
        ++at_;
        add(TokenKind::text, begin, std::move(out));
        return {};
    }
    /// Python's escapes in a text literal; unknown ones stay as they are.
    Status escape(std::string& out) {
        const std::size_t begin = at_;
        ++at_;
        if (at_ >= source_.size()) return {};
        const char c = source_[at_++];
        constexpr std::string_view kNames = "abfnrtv\\'\"", kValues = "\a\b\f\n\r\t\v\\'\"";
        if (const std::size_t named = kNames.find(c); named != std::string_view::npos) {
            out += kValues[named];
        } else if (c == '\n') {
            return {};
        } else if (c >= '0' && c <= '7') {
            std::uint32_t value = static_cast<std::uint32_t>(c - '0');
            for (int i = 0; i < 2 && at_ < source_.size() && source_[at_] >= '0' && source_[at_] <= '7'; ++i)
                value = value * 8 + static_cast<std::uint32_t>(source_[at_++] - '0');
            append_utf8(out, value);
        } else if (c == 'x' || c == 'u' || c == 'U') {
            return hex_escape(out, begin, c == 'x' ? 2 : c == 'u' ? 4 : 8);
        } else if (c == 'N') {
            return fail(error_at(source_, begin, ErrorCode::unsupported, "\\N escapes are not supported."));
        } else {
            out += '\\';
            out += c;
        }
        return {};
    }
    Status hex_escape(std::string& out, std::size_t begin, int digits) {
        std::uint32_t value = 0;
        for (int i = 0; i < digits; ++i, ++at_) {
            const char c = at_ < source_.size() ? source_[at_] : ' ';
            if (std::isxdigit(static_cast<unsigned char>(c)) == 0) return fail(error(begin, "truncated escape"));
            value = value * 16 + static_cast<std::uint32_t>(is_digit(c) ? c - '0' : (c | 32) - 'a' + 10);
        }
        if (value > 0x10FFFF || (value >= 0xD800 && value < 0xE000))
            return fail(error(begin, "illegal Unicode character"));
        append_utf8(out, value);
        return {};
    }

    std::string_view source_;
    std::size_t at_ = 0;
    std::vector<Token> tokens_;
};

}  // namespace

Error error_at(std::string_view source, std::size_t offset, ErrorCode code, std::string message, std::string hint) {
    const LineColumn place = line_column(source, offset);
    message += " (line " + std::to_string(place.line) + ", column " + std::to_string(place.column) + ")";
    return Error{code, std::move(message), source_excerpt(source, offset), std::move(hint)};
}

Result<std::vector<Token>> tokenize(std::string_view source) {
    if (source.size() > kTemplateBytesMax) return fail(ErrorCode::too_large, "The Jinja template is too large.");
    return Lexer(source).run();
}

}  // namespace towline::jinja
