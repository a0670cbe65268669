// What token and gap texts mean: values of strings and identifiers, comments, errors with their place.
#include <algorithm>

#include "base/strings.h"
#include "sql/lexer.h"
#include "sql/limits.h"

namespace towline::sql {
namespace {

/// Length of the block comment at the start of text, or of all of it.
std::size_t block_comment_size(std::string_view text, bool nested) {
    int depth = 1;
    for (std::size_t i = 2; i + 1 < text.size(); ++i) {
        if (text[i] == '*' && text[i + 1] == '/') {
            if (--depth == 0) return i + 2;
            ++i;
        } else if (nested && text[i] == '/' && text[i + 1] == '*') {
            ++depth;
            ++i;
        }
    }
    return text.size();
}

/// What stands for a backslash and this character, 0 if they are no escape sequence.
char unescaped(char c, Dialect dialect) {
    constexpr std::string_view kLetters = "abfnrtv\\";
    constexpr std::string_view kMeanings = "\a\b\f\n\r\t\v\\";
    const std::size_t at = kLetters.find(c);
    // MySQL reads a letter that means nothing without its backslash, the others keep both.
    if (at == std::string_view::npos)
        return grammar(dialect) == Dialect::mysql && std::string_view("0Z%_").find(c) == std::string_view::npos ? c
                                                                                                                : '\0';
    return kMeanings[at];
}

bool has(std::string_view set, char c) { return set.find(c) != std::string_view::npos; }

}  // namespace

std::vector<Comment> TokenList::comments(std::size_t index) const {
    const DialectFacts& row = facts(dialect_);
    const std::string_view text = gap(index).of(text_);
    const std::size_t newline = text.find('\n');
    std::vector<Comment> out;
    for (std::size_t i = 0; i < text.size();) {
        const std::string_view rest = text.substr(i);
        std::size_t size = 1;
        const bool trailing = index > 0 && (newline == std::string_view::npos || newline >= i);
        if (rest.starts_with("--") || (row.slash_comments && rest.starts_with("//"))) {
            size = std::min(rest.find('\n'), rest.size());
            out.push_back({std::string(rest.substr(2, size - 2)), trailing});
        } else if (row.hash_comments && rest[0] == '#') {
            size = std::min(rest.find('\n'), rest.size());
            out.push_back({std::string(rest.substr(1, size - 1)), trailing});
        } else if (rest.starts_with("/*")) {
            size = block_comment_size(rest, row.nested_comments);
            out.push_back({std::string(rest.substr(2, size >= 4 ? size - 4 : 0)), trailing});
        } else if (rest.starts_with("{#")) {
            size = std::min(rest.find("#}"), rest.size());
            out.push_back({std::string(rest.substr(2, size - 2)), trailing});
            size = std::min(size + 2, rest.size());
        }
        i += size;
    }
    return out;
}

Error TokenList::error(std::size_t offset, ErrorCode code, std::string message, std::string hint) const {
    if (origin_.file.empty()) return error_at(text_, offset, code, std::move(message), std::move(hint));
    return error_at(origin_.file, origin_.offset + offset, code, std::move(message), std::move(hint));
}

Status TokenList::check() const {
    if (text_.size() > kTextBytesMax) return fail(ErrorCode::too_large, "The SQL text is larger than 16 MiB.");
    if (too_deep_) return fail(ErrorCode::too_large, "Brackets are nested more than 200 deep.");
    if (tokens_.empty() || tokens_.back().kind != TokenKind::error) return {};
    const Token& token = tokens_.back();
    const char first = text_[token.span.begin];
    const std::string_view what = (first == '/' || first == '{')                  ? "comment"
                                  : has(facts(dialect_).identifier_quotes, first) ? "quoted identifier"
                                                                                  : "string";
    return fail(error(token.span.begin, ErrorCode::invalid, "This " + std::string(what) + " is never closed."));
}

std::string print(const TokenList& tokens) {
    std::string out;
    out.reserve(tokens.text().size());
    for (std::size_t i = 0; i < tokens.size(); ++i) {
        out += tokens.gap(i).of(tokens.text());
        out += tokens.text_of(i);
    }
    out += tokens.gap(tokens.size()).of(tokens.text());
    return out;
}

std::string identifier_text(std::string_view token, Dialect dialect) {
    if (token.size() < 2 || !has(facts(dialect).identifier_quotes, token.front())) return std::string(token);
    const char close = token.back();
    std::string out;
    for (std::size_t i = 1; i + 1 < token.size(); ++i) {
        out += token[i];
        if (token[i] == close) ++i;
    }
    return out;
}

std::string string_value(std::string_view token, Dialect dialect) {
    const DialectFacts& row = facts(dialect);
    if (token.starts_with('$')) {
        const std::size_t tag = token.find('$', 1) + 1;
        return tag == 0 || token.size() < 2 * tag ? std::string(token)
                                                  : std::string(token.substr(tag, token.size() - 2 * tag));
    }
    bool backslash = row.backslash_escapes;
    bool raw = false;
    while (!token.empty() && !has(row.string_quotes, token.front())) {
        raw = raw || has(row.raw_prefixes, token.front());
        backslash = backslash || token.front() == 'e' || token.front() == 'E';
        token.remove_prefix(1);
    }
    const bool triple = row.triple_quotes && token.size() >= 6 && token[1] == token[0] && token[2] == token[0];
    const std::size_t width = triple ? 3 : 1;
    if (token.size() < 2 * width) return {};
    const char quote = token.front();
    token = token.substr(width, token.size() - 2 * width);
    std::string out;
    for (std::size_t i = 0; i < token.size(); ++i) {
        const bool pair = i + 1 < token.size();
        if (backslash && token[i] == '\\' && pair) {
            const char next = token[++i];
            const bool quoted = next == quote && !triple && (!raw || row.raw_escapes_quote);
            const char meaning = raw ? '\0' : unescaped(next, dialect);
            if (quoted || meaning != '\0') {
                out += quoted ? next : meaning;
            } else {
                out += token.substr(i - 1, 2);
            }
            continue;
        }
        out += token[i];
        if (token[i] == quote && !triple && !raw && row.doubled_quote_escapes) ++i;
    }
    return out;
}

Error error_at(std::string_view text, std::size_t offset, ErrorCode code, std::string message, std::string hint) {
    offset = std::min(offset, text.size());
    const LineColumn place = line_column(text, offset);
    message += " (line " + std::to_string(place.line) + ", column " + std::to_string(place.column) + ")";
    return Error{code, std::move(message), source_excerpt(text, offset), std::move(hint)};
}

}  // namespace towline::sql
