#include "sql/canonical.h"

#include "base/strings.h"
#include "sql/lexer.h"

namespace towline::sql {

std::vector<std::string> canonical_tokens(std::string_view text, Dialect dialect) {
    const TokenList tokens = lex(text, dialect);
    std::vector<std::string> out;
    out.reserve(tokens.size());
    for (std::size_t i = 0; i < tokens.size(); ++i) {
        // Case of unquoted words never carries meaning where the dialect folds; where it does not, only keywords could
        // differ in case alone, and telling them from names needs a grammar: then the text must be equal.
        const bool word = tokens.kind(i) == TokenKind::word;
        const std::string_view token = tokens.text_of(i);
        const bool folds = facts(dialect).normalization != Normalization::case_sensitive;
        out.push_back(word && folds ? lower(token) : std::string(token));
    }
    while (!out.empty() && out.back() == ";") out.pop_back();
    return out;
}

std::string canonical_text(std::string_view text, Dialect dialect) { return join(canonical_tokens(text, dialect), " "); }

bool same_statement(std::string_view a, std::string_view b, Dialect dialect) {
    return canonical_tokens(a, dialect) == canonical_tokens(b, dialect);
}

}  // namespace towline::sql
