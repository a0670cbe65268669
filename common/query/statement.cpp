#include "query/statement.h"

#include <algorithm>
#include <array>
#include <optional>
#include <vector>

#include "base/strings.h"
#include "query/canonical.h"
#include "query/parse.h"
#include "query/precedence.h"
#include "query/print.h"
#include "query/statement_forms.h"

namespace towline::query {
namespace {

using sql::Dialect;
using sql::TokenKind;
using sql::TokenList;

constexpr int kDepthMax = 20;  ///< Statements within macro calls.
constexpr std::string_view kStandIn = "towline_macro_";
constexpr std::string_view kSelect = "SELECT ";

tl::unexpected<Error> unknown(std::string_view text) {
    return fail(ErrorCode::unsupported, "How sqlglot prints '" + std::string(text.substr(0, 60)) + "' is not known.");
}

Result<std::string> printed(std::string_view query, Dialect dialect) {
    // T-SQL has no values that are true: sqlglot writes comparisons in their place.
    if (grammar(dialect) == Dialect::tsql) return unknown(query);
    TRY(Expr tree, parse(query, dialect));
    group_as_reference(tree);
    TRY_STATUS(canonical(tree, dialect));
    return print(tree, dialect, {.pretty = false});
}

/// What a query prints of its only part: expressions are read as the projection of a SELECT.
Result<std::string> printed_part(std::string_view head, std::string_view text, Dialect dialect) {
    TRY(std::string out, printed(std::string(head) + std::string(text), dialect));
    if (!out.starts_with(head)) return unknown(text);
    return out.substr(head.size());
}

Result<std::string> printed_statement(std::string_view text, Dialect dialect, int depth);

/// A text whose macros are names for as long as it is parsed and printed.
class Masked {
 public:
    /// Fails where a macro's arguments are not understood, and on comments.
    static Result<Masked> of(std::string_view text, Dialect dialect, int depth) {
        const TokenList tokens = sql::lex(text, dialect);
        TRY_STATUS(tokens.check());
        if (text.find(kStandIn) != std::string_view::npos) return unknown(text);
        Masked out;
        std::size_t from = 0;
        for (std::size_t i = 0; i <= tokens.size(); ++i) out.comments_ = out.comments_ || !tokens.comments(i).empty();
        for (std::size_t i = 0; i < tokens.size(); ++i) {
            const bool within =
                tokens.kind(i) == TokenKind::word && tokens.text_of(i).find('@') != std::string_view::npos;
            if (tokens.kind(i) != TokenKind::at && !within) continue;
            std::size_t last = i;
            TRY(std::string macro, out.macro(tokens, i, last, depth));
            out.text_ += text.substr(from, tokens[i].span.begin - from);
            const bool query = is_query(tokens, i, last);
            if (query) out.text_ += kSelect;
            out.text_ += std::string(kStandIn) + std::to_string(out.macros_.size()) + "_";
            out.macros_.push_back({std::move(macro), query});
            from = tokens[last].span.end;
            if (last == i + 1 && tokens.kind(i) == TokenKind::at) from = out.leave_comments(tokens, last + 1);
            i = last;
        }
        out.text_ += text.substr(from);
        return out;
    }

    const std::string& text() const { return text_; }
    bool has_comments() const { return comments_; }
    /// A printed text with the macros back in it. Fails if one stood for something else than a name: a function, a
    /// type.
    Result<std::string> restored(std::string printed) const {
        for (std::size_t i = 0; i < macros_.size(); ++i) {
            const auto& [macro, query] = macros_[i];
            const std::string name =
                (query ? std::string(kSelect) : "") + std::string(kStandIn) + std::to_string(i) + "_";
            for (std::size_t at = 0; (at = printed.find(name, at)) != std::string::npos; at += macro.size())
                printed.replace(at, name.size(), macro);
        }
        if (lower(printed).find(kStandIn) != std::string::npos) return unknown(text_);
        return printed;
    }

 private:
    /// True for a macro that stands alone in brackets where only a query can: `FROM (@x(…))`, `a AS (@x(…))`.
    static bool is_query(const TokenList& tokens, std::size_t at, std::size_t last) {
        static constexpr std::array<std::string_view, 5> kBefore = {"FROM", "JOIN", "AS", "EXISTS", "LATERAL"};
        if (at < 2 || !tokens.is_symbol(at - 1, "(") || !tokens.is_symbol(last + 1, ")")) return false;
        return std::any_of(kBefore.begin(), kBefore.end(), [&](auto word) { return tokens.is_word(at - 2, word); });
    }
    /// An argument of a macro: a lambda keeps its parameters, in brackets where there are several.
    static Result<std::string> argument(std::string_view text, Dialect dialect, int depth) {
        const TokenList tokens = sql::lex(text, dialect);
        const bool listed = tokens.is_symbol(0, "(");
        const std::size_t arrow = listed ? tokens.closing(0) + 1 : 1;
        if (arrow >= tokens.size() || !tokens.is_symbol(arrow, "->")) return printed_statement(text, dialect, depth);
        std::vector<std::string> parameters;
        for (std::size_t i = 0; i < arrow; ++i) {
            if (tokens.kind(i) == TokenKind::word) parameters.emplace_back(tokens.text_of(i));
            if (tokens.kind(i) != TokenKind::word && tokens.kind(i) != TokenKind::symbol) return unknown(text);
        }
        TRY(const std::string body, printed_statement(text.substr(tokens[arrow].span.end), dialect, depth));
        const std::string names = join(parameters, ", ");
        return (parameters.size() == 1 ? names : "(" + names + ")") + " -> " + body;
    }
    /// The macro at token `at` as it is printed; `last` becomes its last token.
    static Result<std::string> macro(const TokenList& tokens, std::size_t at, std::size_t& last, int depth) {
        std::string out(tokens.text_of(at));
        if (tokens.kind(at) != TokenKind::at) return out;  // prefix_@x
        last = at + 1;
        if (!tokens.adjacent(last)) return unknown(tokens.text());
        if (tokens.is_symbol(last, "{")) {
            last = tokens.closing(last);
            if (last >= tokens.size()) return unknown(tokens.text());
            // @{x}_y is one name.
            while (last + 1 < tokens.size() && tokens.adjacent(last + 1) && tokens.kind(last + 1) == TokenKind::word)
                ++last;
            return std::string(sql::Span{tokens[at].span.begin, tokens[last].span.end}.of(tokens.text()));
        }
        if (tokens.kind(last) != TokenKind::word) return unknown(tokens.text());
        const std::string name(tokens.text_of(last));
        if (!tokens.is_symbol(last + 1, "(")) return "@" + name;
        static constexpr std::array<std::string_view, 4> kOwnShape = {"CAST", "CASE", "JOIN", "EXTRACT"};
        if (std::find(kOwnShape.begin(), kOwnShape.end(), upper(name)) != kOwnShape.end()) return unknown(name);
        const std::size_t close = tokens.closing(last + 1);
        if (close >= tokens.size()) return unknown(tokens.text());
        for (std::size_t i = last; i <= close; ++i)
            if (!tokens.comments(i).empty()) return unknown(tokens.text());
        std::vector<std::string> arguments;
        for (std::size_t i = last + 2; i < close;) {
            const std::size_t begin = tokens[i].span.begin;
            while (i < close && !tokens.is_symbol(i, ",")) i = std::min(close, next(tokens, i));
            const sql::Span span{begin, tokens[i - 1].span.end};
            TRY(std::string printed, argument(span.of(tokens.text()), tokens.dialect(), depth + 1));
            arguments.push_back(std::move(printed));
            if (i < close && ++i == close) return unknown(tokens.text());
        }
        last = close;
        const bool upper_case = iequals(name, "IF") || iequals(name, "SQL");
        return "@" + (upper_case ? upper(name) : name) + "(" + join(arguments, ", ") + ")";
    }
    /// sqlglot loses the comments behind a variable. Where the text goes on behind those before token `at`.
    std::size_t leave_comments(const TokenList& tokens, std::size_t at) {
        const std::vector<sql::Comment> comments = tokens.comments(at);
        if (comments.empty() || (!comments.front().trailing && at < tokens.size())) return tokens.gap(at).begin;
        text_ += "\n";
        for (const sql::Comment& comment : comments)
            if (!comment.trailing && at < tokens.size()) text_ += "/*" + comment.text + "*/\n";
        return tokens.gap(at).end;
    }
    /// The token behind this one, or behind its brackets.
    static std::size_t next(const TokenList& tokens, std::size_t at) {
        const bool opens = tokens.is_symbol(at, "(") || tokens.is_symbol(at, "[") || tokens.is_symbol(at, "{");
        return (opens ? tokens.closing(at) : at) + 1;
    }

    std::string text_;
    std::vector<std::pair<std::string, bool>> macros_;  ///< Their texts, and whether each stands for a query.
    bool comments_ = false;
};

/// Holds a statement against one form after the other, printing as it goes.
class FormPrinter {
 public:
    FormPrinter(const TokenList& tokens, const PrintQuery& query)
        : tokens_(tokens), query_(query), dialect_(tokens.dialect()) {}

    /// The printed statement, or a failure if it is not of this form.
    Result<std::string> statement(const Form& form) {
        TRY_STATUS(items(form.pattern));
        if (at_ != tokens_.size()) return unknown(tokens_.text());
        return std::move(out_);
    }

 private:
    Status items(std::string_view pattern) {
        while (!(pattern = trim(pattern)).empty()) {
            const char first = pattern.front();
            std::size_t size = std::min(pattern.find(' '), pattern.size());
            if (first == '[' || first == '{') size = pattern.find(first == '[' ? " ]" : " }") + 2;
            const std::string_view item = pattern.substr(0, size);
            pattern.remove_prefix(size);
            if (first == '[')
                optional(item.substr(1, size - 2));
            else
                TRY_STATUS(first == '{' ? choice(item.substr(1, size - 2)) : one(item));
        }
        return {};
    }

    void optional(std::string_view pattern) {
        const std::size_t at = at_;
        const std::string out = out_;
        if (items(pattern)) return;
        at_ = at;
        out_ = out;
    }

    Status choice(std::string_view words) {
        for (const std::string& each : split(words, "|"))
            if (one(trim(each))) return {};
        return unknown(tokens_.text());
    }

    Status one(std::string_view item) {
        if (item == "~") {
            glued_ = true;
            return {};
        }
        if (item.starts_with('+')) return put(std::string(item.substr(1)));
        if (item.starts_with('<')) return placeholder(item);
        const std::size_t arrow = item.find('>');
        const std::string_view written = item.substr(0, arrow);
        if (!tokens_.is_word(at_, written) && !tokens_.is_symbol(at_, written)) return unknown(tokens_.text());
        ++at_;
        return put(std::string(arrow == std::string_view::npos ? item : item.substr(arrow + 1)));
    }

    Status placeholder(std::string_view item) {
        using Read = Result<std::string> (FormPrinter::*)();
        static constexpr std::array<std::pair<std::string_view, Read>, 18> kReaders = {{
            {"<table>", &FormPrinter::table},
            {"<name>", &FormPrinter::name},
            {"<word>", &FormPrinter::word},
            {"<value>", &FormPrinter::value},
            {"<values>", &FormPrinter::values},
            {"<keys>", &FormPrinter::keys},
            {"<query>", &FormPrinter::query},
            {"<type>", &FormPrinter::type},
            {"<names>", &FormPrinter::names},
            {"<column>", &FormPrinter::column},
            {"<columns>", &FormPrinter::columns},
            {"<rights>", &FormPrinter::rights},
            {"<roles>", &FormPrinter::roles},
            {"<alias>", &FormPrinter::alias},
            {"<sources>", &FormPrinter::sources},
            {"<conflict>", &FormPrinter::conflict},
            {"<whens>", &FormPrinter::whens},
            {"<options>", &FormPrinter::options},
        }};
        if (item == "<string>") {
            if (tokens_.kind(at_) != TokenKind::string) return unknown(tokens_.text());
            return put(sql::quote_string(sql::string_value(tokens_.text_of(at_++), dialect_), dialect_));
        }
        for (const auto& [key, read] : kReaders) {
            if (key != item) continue;
            TRY(std::string text, (this->*read)());
            return put(text);
        }
        return fail(ErrorCode::internal, "No form holds " + std::string(item) + ".");
    }

    Status put(const std::string& text) {
        if (text.empty()) return {};
        if (!out_.empty() && !glued_) out_ += ' ';
        glued_ = false;
        out_ += text;
        return {};
    }

    Result<std::string> name() {
        const std::string_view token = tokens_.text_of(at_);
        if (tokens_.kind(at_) == TokenKind::quoted_identifier) {
            ++at_;
            return sql::quote_identifier(sql::identifier_text(token, dialect_), dialect_);
        }
        if (tokens_.kind(at_) != TokenKind::word) return unknown(tokens_.text());
        ++at_;
        return std::string(token);
    }
    Result<std::string> word() {
        if (tokens_.kind(at_) != TokenKind::word) return unknown(tokens_.text());
        return std::string(tokens_.text_of(at_++));
    }
    Result<std::string> table() {
        TRY(std::string out, name());
        while (tokens_.is_symbol(at_, ".")) {
            ++at_;
            TRY(const std::string part, name());
            out += "." + part;
        }
        return out;
    }
    Result<std::string> value() {
        const std::size_t begin = tokens_.offset_of(at_);
        const Result<Expr> read = sql::parse_expression_at(tokens_, at_);
        if (!read || at_ == 0) return unknown(tokens_.text());
        return printed_part("SELECT ", text_from(begin), dialect_);
    }
    Result<std::string> key() {
        const std::size_t begin = tokens_.offset_of(at_);
        const Result<Expr> read = sql::parse_ordered_at(tokens_, at_);
        if (!read || at_ == 0) return unknown(tokens_.text());
        return printed_part("SELECT 1 ORDER BY ", text_from(begin), dialect_);
    }
    Result<std::string> type() {
        const Result<Expr> read = sql::parse_type_at(tokens_, at_);
        if (!read) return unknown(tokens_.text());
        return sql::type_sql(*read, dialect_);
    }
    Result<std::string> column() {
        static constexpr std::array<std::string_view, 6> kNoColumns = {"LIKE",   "CONSTRAINT", "PRIMARY",
                                                                       "UNIQUE", "CHECK",      "FOREIGN"};
        for (const std::string_view each : kNoColumns)
            if (tokens_.is_word(at_, each)) return unknown(tokens_.text());
        TRY(std::string out, name());
        TRY(const std::string of, type());
        return out + " " + of;
    }
    Result<std::string> right() {
        TRY(std::string out, word());
        if (iequals(out, "ALL") && tokens_.is_word(at_, "PRIVILEGES")) out += " " + std::string(tokens_.text_of(at_++));
        return upper(out);
    }
    Result<std::string> role() {
        const bool marked = tokens_.is_word(at_, "ROLE") || tokens_.is_word(at_, "GROUP");
        const std::string mark = marked ? upper(tokens_.text_of(at_++)) + " " : "";
        TRY(const std::string name, word());
        return mark + name;
    }
    Result<std::string> query() {
        const std::size_t first = at_;
        at_ = end_of(first, [&](std::size_t at) {
            return tokens_.is_word(at, "RETURNING") || tokens_.is_symbol(at, ")") ||
                   (tokens_.is_word(at, "ON") && tokens_.is_word(at + 1, "CONFLICT")) ||
                   (tokens_.is_word(at, "WITH") && (tokens_.is_word(at + 1, "NO") || tokens_.is_word(at + 1, "DATA")));
        });
        if (at_ == first) return unknown(tokens_.text());
        return query_(text_from(tokens_.offset_of(first)));
    }
    /// AS t, whether AS is written or not.
    Result<std::string> alias() {
        static constexpr std::array<std::string_view, 11> kNoAlias = {
            "SET", "FROM", "USING", "WHERE", "RETURNING", "ON", "VALUES", "SELECT", "WHEN", "DEFAULT", "WITH"};
        if (tokens_.is_word(at_, "AS")) ++at_;
        for (const std::string_view each : kNoAlias)
            if (tokens_.is_word(at_, each)) return unknown(tokens_.text());
        TRY(const std::string out, name());
        return "AS " + out;
    }
    /// a JOIN b ON …, (SELECT …) AS c: what a FROM clause holds, or one of them before the ON of a MERGE.
    Result<std::string> sources() {
        const std::size_t first = at_;
        const bool merges = tokens_.is_word(0, "MERGE");
        at_ = end_of(first, [&](std::size_t at) {
            return tokens_.is_word(at, "WHERE") || tokens_.is_word(at, "RETURNING") ||
                   (merges && tokens_.is_word(at, "ON"));
        });
        if (at_ == first) return unknown(tokens_.text());
        return printed_part("SELECT * FROM ", text_from(tokens_.offset_of(first)), dialect_);
    }
    /// ON CONFLICT(a) DO UPDATE SET b = excluded.b WHERE …
    Result<std::string> conflict() {
        if (!take("ON") || !take("CONFLICT")) return unknown(tokens_.text());
        std::string out = "ON CONFLICT";
        if (tokens_.is_symbol(at_, "(")) {
            TRY(const std::string of, names());
            out += of;
        }
        if (!take("DO")) return unknown(tokens_.text());
        if (take("NOTHING")) return out + " DO NOTHING";
        if (!take("UPDATE") || !take("SET")) return unknown(tokens_.text());
        TRY(const std::string set, values());
        out += " DO UPDATE SET " + set;
        if (!take("WHERE")) return out;
        TRY(const std::string condition, value());
        return out + " WHERE " + condition;
    }
    /// The branches of a MERGE.
    Result<std::string> whens() {
        std::string out;
        while (take("WHEN")) {
            out += out.empty() ? "WHEN" : " WHEN";
            if (take("NOT")) out += " NOT";
            if (!take("MATCHED")) return unknown(tokens_.text());
            out += " MATCHED";
            if (take("BY")) {
                if (!take("SOURCE")) return unknown(tokens_.text());
                out += " BY SOURCE";
            }
            if (take("AND")) {
                TRY(const std::string condition, value());
                out += " AND " + condition;
            }
            if (!take("THEN")) return unknown(tokens_.text());
            TRY(const std::string done, then());
            out += " THEN " + done;
        }
        return out.empty() ? Result<std::string>(unknown(tokens_.text())) : out;
    }
    Result<std::string> then() {
        if (take("DO") && take("NOTHING")) return std::string("DO NOTHING");
        if (tokens_.is_word(at_, "DELETE")) return std::string(tokens_.text_of(at_++));
        if (take("UPDATE")) {
            if (!take("SET") || tokens_.is_symbol(at_ + 1, ".")) return unknown(tokens_.text());  // SET t.x
            TRY(const std::string set, values());
            return "UPDATE SET " + set;
        }
        if (!take("INSERT")) return unknown(tokens_.text());
        std::string out = "INSERT ";
        if (tokens_.is_symbol(at_, "(")) {
            TRY(const std::string of, names());
            out += of + " ";
        }
        if (!take("VALUES") || !tokens_.is_symbol(at_, "(")) return unknown(tokens_.text());
        TRY(const std::string row, bracketed(&FormPrinter::value));
        return out + "VALUES " + row;
    }
    /// WITH (format csv, header)
    Result<std::string> options() {
        take("WITH");
        TRY(const std::string all, bracketed(&FormPrinter::option));
        return "WITH " + all;
    }
    Result<std::string> option() {
        TRY(std::string out, word());
        if (tokens_.kind(at_) == TokenKind::string)
            out += " " + sql::quote_string(sql::string_value(tokens_.text_of(at_++), dialect_), dialect_);
        const bool truth = tokens_.is_word(at_, "TRUE") || tokens_.is_word(at_, "FALSE");
        if (tokens_.kind(at_) == TokenKind::word) {
            const std::string text(tokens_.text_of(at_++));
            out += " " + (truth ? upper(text) : text);
        }
        return out;
    }
    bool take(std::string_view word) {
        if (!tokens_.is_word(at_, word)) return false;
        ++at_;
        return true;
    }
    /// The first token outside brackets that ends a part.
    template <class Ends>
    std::size_t end_of(std::size_t at, const Ends& ends) const {
        while (at < tokens_.size() && !ends(at)) {
            const bool opens = tokens_.is_symbol(at, "(") || tokens_.is_symbol(at, "[") || tokens_.is_symbol(at, "{");
            at = (opens ? std::min(tokens_.closing(at), tokens_.size() - 1) : at) + 1;
        }
        return at;
    }
    Result<std::string> values() { return many(&FormPrinter::value); }
    Result<std::string> rights() { return many(&FormPrinter::right); }
    Result<std::string> roles() { return many(&FormPrinter::role); }
    Result<std::string> keys() { return bracketed(&FormPrinter::key); }
    Result<std::string> names() { return bracketed(&FormPrinter::name); }
    Result<std::string> columns() { return bracketed(&FormPrinter::column); }

    Result<std::string> many(Result<std::string> (FormPrinter::*read)()) {
        std::string out;
        do {
            TRY(const std::string each, (this->*read)());
            out += (out.empty() ? "" : ", ") + each;
        } while (tokens_.is_symbol(at_, ",") && ++at_ > 0);
        return out;
    }
    Result<std::string> bracketed(Result<std::string> (FormPrinter::*read)()) {
        if (!tokens_.is_symbol(at_, "(")) return unknown(tokens_.text());
        ++at_;
        TRY(const std::string inner, many(read));
        if (!tokens_.is_symbol(at_, ")")) return unknown(tokens_.text());
        ++at_;
        return "(" + inner + ")";
    }

    std::string_view text_from(std::size_t begin) const {
        return sql::Span{begin, tokens_[at_ - 1].span.end}.of(tokens_.text());
    }

    const TokenList& tokens_;
    const PrintQuery& query_;
    Dialect dialect_;
    std::size_t at_ = 0;
    std::string out_;
    bool glued_ = false;
};

/// A statement without macros.
Result<std::string> printed_plain(std::string_view text, bool comments, Dialect dialect, const PrintQuery& query) {
    const TokenList tokens = sql::lex(text, dialect);
    if (tokens.empty()) return unknown(text);
    // There sqlglot writes a quote within a text as \'.
    const bool escapes = dialect == Dialect::snowflake || dialect == Dialect::redshift;
    for (std::size_t i = 0; escapes && i < tokens.size(); ++i)
        if (tokens.kind(i) == TokenKind::string &&
            sql::string_value(tokens.text_of(i), dialect).find('\'') != std::string::npos)
            return unknown(text);
    if (tokens.is_word(0, "SELECT") || tokens.is_word(0, "WITH") || tokens.is_symbol(0, "(")) {
        if (Result<std::string> whole = query(text)) return whole;
    }
    if (comments) return unknown(text);  // Where sqlglot puts them is only known of queries.
    const std::string dialect_word = std::string(sql::facts(dialect).name) + " ";
    for (const Form& form : statement_forms()) {
        const std::string_view head = form.pattern.substr(0, form.pattern.find(' '));
        if (!tokens.is_word(0, head)) continue;
        const std::size_t at = form.except.find(dialect_word);
        if (at != std::string_view::npos && (at == 0 || form.except[at - 1] == ' ')) continue;
        if (Result<std::string> found = FormPrinter(tokens, query).statement(form)) return found;
    }
    return unknown(text);
}

/// VACUUM and its like stay as they are but for the first word; nothing for what is no such statement.
std::optional<std::string> printed_command(std::string_view text, Dialect dialect) {
    const TokenList tokens = sql::lex(text, dialect);
    const bool command =
        tokens.size() > 1 && tokens.kind(0) == TokenKind::word && is_command(upper(tokens.text_of(0)), dialect);
    if (!command) return std::nullopt;
    return upper(tokens.text_of(0)) + " " + std::string(trim(text.substr(tokens[0].span.end)));
}

Result<std::string> printed_statement(std::string_view text, Dialect dialect, int depth) {
    if (depth > kDepthMax) return fail(ErrorCode::too_large, "Macro calls are nested too deep.");
    text = trim(text);
    if (auto command = printed_command(text, dialect)) return std::move(*command);
    TRY(const Masked masked, Masked::of(text, dialect, depth));
    Result<std::string> out = printed_plain(masked.text(), masked.has_comments(), dialect,
                                            [&](std::string_view query) { return printed(query, dialect); });
    // An argument of a macro, or a macro that stands alone, is an expression.
    if (!out && !masked.has_comments() && (depth > 0 || text.starts_with('@')))
        out = printed_part("SELECT ", masked.text(), dialect);
    if (!out) return out;
    return masked.restored(std::move(*out));
}

}  // namespace

Result<std::string> printed_statement(std::string_view text, Dialect dialect) {
    return printed_statement(text, dialect, 0);
}

Result<std::string> printed_statement(std::string_view text, Dialect dialect, const PrintQuery& query) {
    text = trim(text);
    if (auto command = printed_command(text, dialect)) return std::move(*command);
    const TokenList tokens = sql::lex(text, dialect);
    TRY_STATUS(tokens.check());
    bool comments = false;
    for (std::size_t i = 0; i <= tokens.size(); ++i) comments = comments || !tokens.comments(i).empty();
    return printed_plain(text, comments, dialect, query);
}

}  // namespace towline::query
