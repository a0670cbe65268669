#include "project/outer_comments.h"

#include <vector>

#include "base/strings.h"
#include "sql/lexer.h"

namespace towline::project {
namespace {

/// A comment of a line may hold what begins or ends one in brackets.
std::string inside(std::string_view text) { return replace_all(replace_all(text, "*/", "* /"), "/*", "/ *"); }

std::string bracketed(const sql::Comment& comment) { return "/*" + inside(comment.text) + "*/"; }

}  // namespace

std::string commented(std::string_view query, std::string_view before, std::string_view behind, sql::Dialect dialect) {
    const sql::TokenList head = sql::lex(before, dialect);
    const sql::TokenList tail = sql::lex(behind, dialect);
    std::string out;
    for (const sql::Comment& comment : head.comments(head.size()))
        if (!comment.trailing) out += bracketed(comment) + "\n";
    out += query;
    for (const sql::Comment& comment : tail.comments(0)) out += " " + bracketed(comment);
    return out;
}

std::string comments_of(std::string_view text, sql::Dialect dialect) {
    std::vector<std::string> out;
    const sql::TokenList tokens = sql::lex(text, dialect);
    for (const sql::Comment& comment : tokens.comments(0)) out.push_back("/* " + inside(trim(comment.text)) + " */");
    return join(out, " ");
}

}  // namespace towline::project
