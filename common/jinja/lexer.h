#pragma once
// Template text → tokens, with Jinja's default delimiters and blanks handling. Private to common/jinja.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace towline::jinja {

enum class TokenKind {
    data,            ///< text outside of all marks
    variable_begin,  ///< {{
    variable_end,    ///< }}
    block_begin,     ///< {%
    block_end,       ///< %}
    name,
    integer,
    floating,
    text,
    op,  ///< operator or punctuation
    end,
};

/// `text` is the name, the operator, the value of a text literal, or the data.
struct Token {
    TokenKind kind = TokenKind::end;
    std::size_t offset = 0;
    std::string text;
    std::int64_t integer = 0;
    double floating = 0;
};

/// A failure at a byte of the source: "(line 3, column 5)" and an excerpt with a caret.
Error error_at(std::string_view source, std::size_t offset, ErrorCode code, std::string message, std::string hint = {});

/// All tokens, an `end` last. Comments are gone, raw blocks are data. Fails with line and caret.
Result<std::vector<Token>> tokenize(std::string_view source);

}  // namespace towline::jinja
