#pragma once
// Lossless lexer. Tokens are spans of the input; blanks and comments are the gaps between them, so input text
// is never lost or changed: gap(0) token(0) gap(1) … token(n-1) gap(n) is the input, for any bytes.

#include <string>
#include <string_view>
#include <vector>

#include "sql/dialect.h"

namespace towline::sql {

/// A half-open range of bytes of some text.
struct Span {
    std::size_t begin = 0;
    std::size_t end = 0;
    std::size_t size() const { return end - begin; }
    std::string_view of(std::string_view text) const { return text.substr(begin, end - begin); }
    bool operator==(const Span&) const = default;
};

enum class TokenKind {
    word,  ///< Keyword or unquoted identifier; may hold an inner `@` (`prefix_@x`).
    quoted_identifier,
    string,  ///< With its quotes and prefix.
    number,
    at,      ///< The macro sign `@`.
    symbol,  ///< Operator or punctuation, longest match.
    hint,    ///< `/*+ … */` in dialects that have optimizer hints.
    error,   ///< Unterminated string, identifier or comment; runs to the end of the text.
};

/// One token: its kind and where it is. It does not own text.
struct Token {
    TokenKind kind = TokenKind::symbol;
    Span span;
};

/// A comment of a gap. `trailing`: it starts on the line where the token before it ends, and so belongs to
/// that token.
struct Comment {
    std::string text;  ///< Without its marks, untrimmed.
    bool trailing = false;
};

/// Where a text stands in its file, so that errors show the file's lines. An empty file means: the text
/// itself.
struct Origin {
    std::string_view file;
    std::size_t offset = 0;
};

/// A text and its tokens. The text (and the origin's file) must outlive the object.
class TokenList {
 public:
    TokenList(std::string_view text, Dialect dialect, Origin origin = {});

    std::string_view text() const { return text_; }
    Dialect dialect() const { return dialect_; }
    std::size_t size() const { return tokens_.size(); }
    bool empty() const { return tokens_.empty(); }
    const Token& operator[](std::size_t index) const { return tokens_[index]; }
    /// The text of a token; "" past the last one.
    std::string_view text_of(std::size_t index) const {
        return index < tokens_.size() ? tokens_[index].span.of(text_) : std::string_view();
    }
    TokenKind kind(std::size_t index) const { return index < tokens_.size() ? tokens_[index].kind : TokenKind::error; }
    /// True if the token exists, is unquoted and equals the upper-case word.
    bool is_word(std::size_t index, std::string_view upper_word) const;
    /// True if the token exists and is exactly this operator or punctuation.
    bool is_symbol(std::size_t index, std::string_view symbol) const;
    /// The bytes before token `index` (blanks and comments); index size() is the gap after the last token.
    Span gap(std::size_t index) const;
    /// True if nothing stands between token `index` and the one before it.
    bool adjacent(std::size_t index) const { return index > 0 && gap(index).size() == 0; }
    /// The comments of a gap, in order.
    std::vector<Comment> comments(std::size_t index) const;
    /// The index of the bracket that closes the one at `open`, or size() if there is none.
    std::size_t closing(std::size_t open) const { return open < closing_.size() ? closing_[open] : tokens_.size(); }
    /// A failure at a byte offset of the text, shown in its file.
    Error error(std::size_t offset, ErrorCode code, std::string message, std::string hint = {}) const;
    /// Byte offset of a token; the end of the text past the last one.
    std::size_t offset_of(std::size_t index) const {
        return index < tokens_.size() ? tokens_[index].span.begin : text_.size();
    }
    /// The first token that begins at a byte offset or behind it; size() if there is none. Logarithmic.
    std::size_t token_at(std::size_t offset) const;
    /// The first error token as a failure with line and caret; success if there is none and brackets are
    /// within limits.
    Status check() const;

 private:
    void match_brackets();

    std::string_view text_;
    Dialect dialect_;
    Origin origin_;
    std::vector<Token> tokens_;
    std::vector<std::size_t> closing_;
    bool too_deep_ = false;
};

/// Splits text into tokens. Never fails: broken ends become a token of kind `error`.
TokenList lex(std::string_view text, Dialect dialect, Origin origin = {});
/// Tokens and gaps put together again: always the lexed text.
std::string print(const TokenList& tokens);
/// The bare text of an identifier token: quotes removed, doubled quotes undone.
std::string identifier_text(std::string_view token, Dialect dialect);
/// The value of a string token: quotes and prefix removed, escapes undone.
std::string string_value(std::string_view token, Dialect dialect);
/// A failure with line, column, source line and caret.
Error error_at(std::string_view text, std::size_t offset, ErrorCode code, std::string message, std::string hint = {});

}  // namespace towline::sql
