#pragma once
// Splits a model or audit file into its statements, with the text SQLMesh would store (and hash) for each.

#include <string>
#include <string_view>
#include <vector>

#include "sql/lexer.h"

namespace towline::sql {

enum class StatementKind {
    sql,              ///< Anything that is none of the below.
    query,            ///< SELECT, WITH … SELECT, a set operation, or a parenthesised one.
    model_block,      ///< MODEL (…)
    audit_block,      ///< AUDIT (…)
    metric_block,     ///< METRIC (…)
    macro_call,       ///< One whole statement `@name(…)`.
    jinja_query,      ///< JINJA_QUERY_BEGIN; … JINJA_END;
    jinja_statement,  ///< JINJA_STATEMENT_BEGIN; … JINJA_END;
    virtual_update,   ///< ON_VIRTUAL_UPDATE_BEGIN; … ON_VIRTUAL_UPDATE_END; see `children`.
    semicolon,        ///< The empty statement that a comment after the last `;` leaves behind.
};

/// One statement of a file. `text` is what SQLMesh stores: the source from first to last token (with the
/// final `;` of the file if it is the last one); `body` is the SQL or the inner Jinja text to be rendered.
struct Statement {
    StatementKind kind = StatementKind::sql;
    std::string text;
    std::string body;
    Span span;                                  ///< Of `text` in the file.
    std::string macro;                          ///< macro_call: lower-case name without `@`.
    std::vector<std::string> leading_comments;  ///< Directly before the first token, trimmed.
    std::vector<Statement> children;            ///< virtual_update only.
};

/// The dialect a file declares in its MODEL or AUDIT block (10,000 characters are searched), "" if none.
std::string declared_dialect(std::string_view file);
/// Splits a file. Fails with line and caret on an unterminated string, an unclosed Jinja or virtual-update
/// block.
Result<std::vector<Statement>> split_statements(std::string_view file, Dialect dialect);

}  // namespace towline::sql
