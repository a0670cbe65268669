#include "sql/statements.h"

#include <algorithm>
#include <cctype>

#include "base/strings.h"
#include "sql/limits.h"

namespace towline::sql {
namespace {

/// Moves over blanks and comments of the dialect search, which runs before any dialect is known.
std::size_t skip_blanks(std::string_view text, std::size_t at) {
    while (at < text.size()) {
        if (std::isspace(static_cast<unsigned char>(text[at])) != 0) {
            ++at;
        } else if (text.substr(at, 2) == "--") {
            at = std::min(text.find('\n', at), text.size());
        } else if (text.substr(at, 2) == "/*") {
            const std::size_t end = text.find("*/", at + 2);
            at = end == std::string_view::npos ? text.size() : end + 2;
        } else {
            break;
        }
    }
    return at;
}

bool is_word_byte(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_'; }

/// The value after a `dialect` key that starts at `at`, or "".
std::string dialect_value(std::string_view text, std::size_t at) {
    const std::size_t key_end = at + 7;
    std::size_t i = skip_blanks(text, key_end);
    if (i == key_end) return {};
    const auto skip_quote = [&] {
        if (i < text.size() && (text[i] == '\'' || text[i] == '"')) ++i;
    };
    skip_quote();
    const std::size_t begin = i;
    while (i < text.size() && std::isalnum(static_cast<unsigned char>(text[i])) != 0) ++i;
    const std::string_view value = text.substr(begin, i - begin);
    if (value.empty() || std::isdigit(static_cast<unsigned char>(value.front())) != 0) return {};
    skip_quote();  // settings may follow the name inside of the quotes
    i = skip_blanks(text, i);
    return i < text.size() && (text[i] == ',' || text[i] == ')') ? std::string(value) : std::string();
}

class Splitter {
 public:
    Splitter(std::string_view file, Dialect dialect) : tokens_(file, dialect) {}

    Result<std::vector<Statement>> run() {
        std::vector<Statement> out;
        while (at_ < tokens_.size()) {
            if (is_marker(at_, "ON_VIRTUAL_UPDATE_BEGIN")) {
                TRY(Statement block, virtual_update());
                out.push_back(std::move(block));
                // SQLMesh loses the chunk that follows the block; so do we, because the hashes depend on it.
                skip_chunk();
            } else if (is_jinja_begin(at_)) {
                TRY(Statement block, jinja());
                out.push_back(std::move(block));
            } else {
                TRY_STATUS(plain_chunk(out));
            }
        }
        return out;
    }

 private:
    /// A marker word directly followed by `;`.
    bool is_marker(std::size_t i, std::string_view word) const {
        return tokens_.is_word(i, word) && tokens_.is_symbol(i + 1, ";");
    }
    bool is_jinja_begin(std::size_t i) const {
        return is_marker(i, "JINJA_QUERY_BEGIN") || is_marker(i, "JINJA_STATEMENT_BEGIN");
    }
    bool is_jinja_end(std::size_t i) const {
        return tokens_.is_word(i, "JINJA_END") && (tokens_.is_symbol(i + 1, ";") || i + 1 == tokens_.size());
    }

    /// First token index of [at_, …) that ends a plain chunk: its `;`, or a block marker, or the end.
    std::size_t chunk_end() const {
        std::size_t i = at_;
        while (i < tokens_.size() && !tokens_.is_symbol(i, ";")) {
            if (i > at_ && (is_jinja_begin(i) || is_marker(i, "ON_VIRTUAL_UPDATE_BEGIN") ||
                            is_marker(i, "ON_VIRTUAL_UPDATE_END"))) {
                break;
            }
            ++i;
        }
        return i;
    }

    void skip_chunk() {
        if (at_ >= tokens_.size() || is_jinja_begin(at_) || is_marker(at_, "ON_VIRTUAL_UPDATE_BEGIN")) return;
        at_ = chunk_end();
        if (tokens_.is_symbol(at_, ";")) ++at_;
    }

    Status plain_chunk(std::vector<Statement>& out) {
        const std::size_t first = at_;
        const std::size_t end = chunk_end();
        if (end == tokens_.size()) TRY_STATUS(tokens_.check());
        const bool semicolon = tokens_.is_symbol(end, ";");
        const bool last = semicolon && end + 1 == tokens_.size();
        at_ = semicolon ? end + 1 : end;
        if (first == end && !last) return {};
        const Span body{tokens_.offset_of(first), first == end ? tokens_.offset_of(first) : tokens_[end - 1].span.end};
        const Span stored{body.begin, last ? tokens_[end].span.end : body.end};
        if (first < end) out.push_back(make(first, end, stored, body));
        // A comment after the final `;` belongs to it: SQLMesh then stores an extra empty statement, which is
        // hashed.
        if (last && !tokens_.comments(end + 1).empty()) {
            Statement marker;
            marker.kind = StatementKind::semicolon;
            marker.text = std::string(stored.of(tokens_.text()));
            marker.span = stored;
            out.push_back(std::move(marker));
        }
        return {};
    }

    Statement make(std::size_t first, std::size_t end, Span stored, Span body) const {
        Statement statement;
        statement.kind = classify(first, end);
        statement.text = std::string(stored.of(tokens_.text()));
        statement.body = std::string(body.of(tokens_.text()));
        statement.span = stored;
        if (statement.kind == StatementKind::macro_call) statement.macro = lower(tokens_.text_of(first + 1));
        for (const Comment& comment : tokens_.comments(first)) {
            if (!comment.trailing) statement.leading_comments.emplace_back(trim(comment.text));
        }
        return statement;
    }

    StatementKind classify(std::size_t first, std::size_t end) const {
        if (tokens_.is_symbol(first + 1, "(") && tokens_.closing(first + 1) == end - 1) {
            if (tokens_.is_word(first, "MODEL")) return StatementKind::model_block;
            if (tokens_.is_word(first, "AUDIT")) return StatementKind::audit_block;
            if (tokens_.is_word(first, "METRIC")) return StatementKind::metric_block;
        }
        if (tokens_.kind(first) == TokenKind::at && tokens_.kind(first + 1) == TokenKind::word &&
            tokens_.is_symbol(first + 2, "(") && tokens_.closing(first + 2) == end - 1) {
            return StatementKind::macro_call;
        }
        std::size_t i = first;
        while (tokens_.is_symbol(i, "(")) ++i;
        if (tokens_.is_word(i, "SELECT") || (tokens_.is_word(i, "FROM") && i == first)) return StatementKind::query;
        if (tokens_.kind(i) == TokenKind::at && tokens_.is_word(i + 1, "WITH") && tokens_.is_symbol(i + 2, "(")) {
            return StatementKind::query;
        }
        return tokens_.is_word(i, "WITH") && body_of_with_is_query(i, end) ? StatementKind::query : StatementKind::sql;
    }

    /// WITH may also open an INSERT, UPDATE, DELETE or MERGE.
    bool body_of_with_is_query(std::size_t with, std::size_t end) const {
        for (std::size_t i = with + 1; i < end; ++i) {
            if (tokens_.closing(i) < end) {
                i = tokens_.closing(i);
                continue;
            }
            if (tokens_.is_word(i, "SELECT")) return true;
            for (const std::string_view word : {"INSERT", "UPDATE", "DELETE", "MERGE"}) {
                if (tokens_.is_word(i, word)) return false;
            }
        }
        return true;
    }

    Result<Statement> jinja() {
        const std::size_t begin = at_;
        for (std::size_t i = begin + 2; i < tokens_.size(); ++i) {
            if (!is_jinja_end(i)) continue;
            Statement statement;
            statement.kind = tokens_.is_word(begin, "JINJA_QUERY_BEGIN") ? StatementKind::jinja_query
                                                                         : StatementKind::jinja_statement;
            statement.span = {tokens_[begin].span.begin, tokens_[i].span.end};
            statement.text = std::string(statement.span.of(tokens_.text()));
            const Span inner{tokens_[begin + 1].span.end, tokens_[i].span.begin};
            statement.body = std::string(trim(inner.of(tokens_.text())));
            at_ = i + (tokens_.is_symbol(i + 1, ";") ? 2 : 1);
            return statement;
        }
        return fail(tokens_.error(tokens_.offset_of(begin), ErrorCode::invalid, "This Jinja block has no JINJA_END."));
    }

    Result<Statement> virtual_update() {
        const std::size_t begin = at_;
        at_ += 2;
        Statement block;
        block.kind = StatementKind::virtual_update;
        while (at_ < tokens_.size() && !tokens_.is_word(at_, "ON_VIRTUAL_UPDATE_END")) {
            if (is_jinja_begin(at_)) {
                TRY(Statement child, jinja());
                block.children.push_back(std::move(child));
            } else {
                TRY_STATUS(plain_chunk(block.children));
            }
        }
        if (at_ >= tokens_.size()) {
            return fail(tokens_.error(tokens_.offset_of(begin), ErrorCode::invalid,
                                      "This virtual update block has no ON_VIRTUAL_UPDATE_END."));
        }
        block.span = {tokens_[begin].span.begin, tokens_[at_].span.end};
        block.text = std::string(block.span.of(tokens_.text()));
        at_ += tokens_.is_symbol(at_ + 1, ";") ? 2 : 1;
        return block;
    }

    TokenList tokens_;
    std::size_t at_ = 0;
};

}  // namespace

std::string declared_dialect(std::string_view file) {
    const std::string_view text = file.substr(0, kDialectSearchBytes);
    const std::string folded = lower(text);
    if (folded.find("dialect") == std::string::npos) return {};
    bool header = false;
    char previous = '\0';
    for (std::size_t i = skip_blanks(folded, 0); i < folded.size(); i = skip_blanks(folded, i + 1)) {
        const std::string_view rest = std::string_view(folded).substr(i);
        const bool word_start = i == 0 || !is_word_byte(folded[i - 1]);
        if (!header && word_start && (rest.starts_with("model") || rest.starts_with("audit"))) {
            const std::size_t open = skip_blanks(folded, i + 5);
            header = open < folded.size() && folded[open] == '(';
        } else if (header && (previous == '(' || previous == ',') && rest.starts_with("dialect")) {
            std::string value = dialect_value(text, i);
            if (!value.empty()) return value;
        }
        previous = folded[i];
    }
    return {};
}

Result<std::vector<Statement>> split_statements(std::string_view file, Dialect dialect) {
    if (file.size() > kTextBytesMax) return fail(ErrorCode::too_large, "The SQL text is larger than 16 MiB.");
    return Splitter(file, dialect).run();
}

}  // namespace towline::sql
