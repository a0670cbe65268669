// Queries and their clauses.
#include <algorithm>
#include <array>

#include "base/strings.h"
#include "sql/expression_parser.h"
#include "sql/limits.h"
#include "translate/translator.h"

namespace towline::translate {
namespace {

constexpr std::array<std::string_view, 29> kClauseWords = {
    "FROM",  "WHERE",  "GROUP", "HAVING", "QUALIFY", "ORDER", "LIMIT",   "UNION",      "EXCEPT",  "INTERSECT",
    "MINUS", "WINDOW", "FETCH", "OFFSET", "INTO",    "SORT",  "CLUSTER", "DISTRIBUTE", "LATERAL", "OPTION",
    "FOR",   "ON",     "USING", "JOIN",   "CROSS",   "START", "CONNECT", "PIVOT",      "UNPIVOT"};

}  // namespace

void Translator::refuse(std::string_view what, std::string_view reason) {
    if (!refusal_) refusal_ = Refusal{std::string(what), std::string(reason)};
    at_ = tokens_.size();
}

bool Translator::take_word(std::string_view upper) {
    if (!word(upper)) return false;
    ++at_;
    return true;
}

bool Translator::take_symbol(std::string_view text) {
    if (!symbol(text)) return false;
    ++at_;
    return true;
}

bool Translator::is_identifier(std::size_t at) const {
    return tokens_.kind(at) == sql::TokenKind::word || tokens_.kind(at) == sql::TokenKind::quoted_identifier;
}

std::string Translator::name_at(std::size_t at) const {
    const bool quoted = tokens_.kind(at) == sql::TokenKind::quoted_identifier;
    const std::string bare = sql::identifier_text(tokens_.text_of(at), dialect_);
    return sql::quote_identifier(sql::normalize_identifier(bare, quoted, dialect_), sql::Dialect::duckdb);
}

bool Translator::starts_query(std::size_t at) const {
    while (tokens_.is_symbol(at, "(")) ++at;
    return word(at, "SELECT") || word(at, "WITH");
}

std::string Translator::run() {
    std::size_t end = tokens_.size();
    while (end > 0 && tokens_.is_symbol(end - 1, ";")) --end;
    std::string out = query(end);
    if (!refusal_ && at_ < end) refuse_token();
    return out;
}

/// [WITH …] SELECT … UNION … ORDER BY … LIMIT …, up to token `end`.
std::string Translator::query(std::size_t end) {
    if (++depth_ > sql::kNestingDepthMax) refuse("(", "the query is nested too deep");
    if (at_ >= end) refuse("(", "a query is expected");
    std::string out = with(end);
    bool brackets = false;
    std::string first = operand(end, brackets);
    bool many = false;
    while (at_ < end) {
        std::string op;
        if (take_word("UNION"))
            op = "UNION";
        else if (take_word("EXCEPT") || take_word("MINUS"))
            op = "EXCEPT";
        else if (take_word("INTERSECT"))
            op = "INTERSECT";
        else
            break;
        if (take_word("ALL"))
            op += " ALL";
        else
            take_word("DISTINCT");
        if (word("BY") && word(at_ + 1, "NAME")) {
            at_ += 2;
            op += " BY NAME";
        }
        if (brackets && !many) first = "(" + first + ")";
        many = true;
        const std::string next = operand(end, brackets);
        first += " " + op + " " + (brackets ? "(" + next + ")" : next);
    }
    out += first;
    out += order_by(end);  // One after the other: both read on.
    out += limits(end);
    while (at_ < end && other_ending(end)) continue;
    --depth_;
    return out;
}

std::string Translator::with(std::size_t end) {
    if (!take_word("WITH")) return {};
    std::string out = take_word("RECURSIVE") ? "WITH RECURSIVE " : "WITH ";
    for (bool first = true; at_ < end; first = false) {
        if (!is_identifier(at_)) {
            refuse_token();
            return {};
        }
        out += (first ? "" : ", ") + name_at(at_++);
        if (symbol("(")) out += name_list();
        if (!take_word("AS")) {
            refuse_token();
            return {};
        }
        const bool materialized = word("MATERIALIZED");
        const bool negated = word("NOT") && word(at_ + 1, "MATERIALIZED");
        at_ += materialized ? 1 : negated ? 2 : 0;
        const std::size_t close = tokens_.closing(at_);
        if (!symbol("(") || close >= end) {
            refuse_token();
            return {};
        }
        ++at_;
        out += materialized ? " AS MATERIALIZED (" : negated ? " AS NOT MATERIALIZED (" : " AS (";
        out += query(close) + ")";
        if (!refusal_ && at_ != close) refuse_token();
        at_ = close + 1;
        if (!take_symbol(",")) break;
    }
    return out + " ";
}

/// One side of a set operation. `needs_brackets` becomes true if it has a LIMIT of its own.
std::string Translator::operand(std::size_t end, bool& needs_brackets) {
    needs_brackets = false;
    if (symbol("(") && tokens_.closing(at_) < end) {
        const std::size_t close = tokens_.closing(at_++);
        std::string inner = "(" + query(close) + ")";
        if (!refusal_ && at_ != close) refuse_token();
        at_ = close + 1;
        return inner;
    }
    if (word("VALUES")) return values(end);
    if (!word("SELECT")) {
        refuse_token();
        return {};
    }
    std::string top;
    std::string out = select(end, top);
    if (top.empty()) return out;
    needs_brackets = true;
    return out + order_by(end) + top;
}

std::string Translator::select(std::size_t end, std::string& top) {
    ++at_;
    std::string out = "SELECT" + select_head(top);
    for (bool first = true; at_ < end && !refusal_; first = false) {
        out += (first ? " " : ", ") + projection(end);
        if (!take_symbol(",")) break;
        if (word("FROM")) break;  // A comma may stand behind the last one in BigQuery.
    }
    if (take_word("FROM")) out += " FROM " + from(end);
    return out + clauses(end);
}

/// DISTINCT, TOP and hints; TOP goes to the end as LIMIT.
std::string Translator::select_head(std::string& top) {
    std::string out;
    while (tokens_.kind(at_) == sql::TokenKind::hint) ++at_;
    if (take_word("ALL")) out = "";
    if (take_word("DISTINCT")) {
        out = " DISTINCT";
        if (word("ON") && tokens_.is_symbol(at_ + 1, "(")) {
            const std::size_t close = tokens_.closing(++at_);
            ++at_;
            out += " ON (" + expressions(close) + ")";
            at_ = close + 1;
        }
    }
    const bool bracket = tokens_.is_symbol(at_ + 1, "(") && !word(at_ + 1, "FROM");
    const bool counted = tokens_.kind(at_ + 1) == sql::TokenKind::number;
    if (word("TOP") && (counted || (bracket && dialect_ == sql::Dialect::tsql))) {
        ++at_;
        const std::size_t close = bracket ? tokens_.closing(at_) : at_ + 1;
        std::string count(tokens_.text_of(at_));
        if (bracket) {
            ++at_;
            count = expression(close);
        }
        at_ = bracket ? close + 1 : close;
        if (word("PERCENT") || word("WITH")) refuse("TOP", "with PERCENT or WITH TIES");
        top = " LIMIT " + count;
    }
    if (word("AS") && (word(at_ + 1, "STRUCT") || word(at_ + 1, "VALUE"))) refuse("SELECT AS STRUCT");
    return out;
}

std::optional<std::string> Translator::alias(std::size_t end, bool strings) {
    const bool as = at_ < end && take_word("AS");
    if (at_ >= end) return std::nullopt;
    const auto kind = tokens_.kind(at_);
    if (kind == sql::TokenKind::string && (as || strings)) {
        const std::string name = sql::string_value(tokens_.text_of(at_++), dialect_);
        return sql::quote_identifier(name, sql::Dialect::duckdb);
    }
    if (kind == sql::TokenKind::quoted_identifier) return name_at(at_++);
    if (kind != sql::TokenKind::word) return std::nullopt;
    const std::string folded = upper(tokens_.text_of(at_));
    if (!as && std::find(kClauseWords.begin(), kClauseWords.end(), folded) != kClauseWords.end()) return std::nullopt;
    return name_at(at_++);
}

std::string Translator::projection(std::size_t end) {
    if (std::string all = star(end); !all.empty()) return all;
    const bool transact = sql::grammar(dialect_) == sql::Dialect::tsql;
    if (transact && is_identifier(at_) && tokens_.is_symbol(at_ + 1, "=")) {
        const std::string name = name_at(at_);
        at_ += 2;
        return expression(end) + " AS " + name;
    }
    // A word before a value that is no function: with a name behind it, it would look like a column.
    static constexpr std::array<std::string_view, 4> kPrefixes = {"BINARY", "PRIOR", "CONNECT_BY_ROOT", "APPROXIMATE"};
    const bool before_name = is_identifier(at_ + 1) && !word(at_ + 1, "AS") && !word(at_ + 1, "FROM");
    for (const std::string_view prefix : kPrefixes)
        if (before_name && word(prefix)) refuse(prefix);
    std::string out = expression(end);
    if (const auto name = alias(end, true)) out += " AS " + *name;
    return out;
}

/// `*` and `a.b.*` with what may stand behind them; "" for anything else.
std::string Translator::star(std::size_t end) {
    std::size_t last = at_;
    while (is_identifier(last) && tokens_.is_symbol(last + 1, ".")) last += 2;
    if (last >= end || !tokens_.is_symbol(last, "*")) return {};
    std::string out;
    for (; at_ < last; at_ += 2) out += name_at(at_) + ".";
    ++at_;
    return out + "*" + star_list(end);
}

std::string Translator::star_list(std::size_t end) {
    std::string out;
    while (at_ < end) {
        const bool without = word("EXCEPT") || word("EXCLUDE");
        if (!without && !word("REPLACE") && !word("RENAME")) break;
        const bool bracket = tokens_.is_symbol(at_ + 1, "(");
        if (!bracket && (word("EXCEPT") || starts_query(at_ + 1))) break;
        out += without ? " EXCLUDE (" : " " + upper(tokens_.text_of(at_)) + " (";
        at_ += bracket ? 2 : 1;
        const std::size_t close = bracket ? tokens_.closing(at_ - 1) : at_ + 1;
        for (bool first = true; at_ < close && !refusal_; first = false) {
            out += first ? "" : ", ";
            out += without ? name_at(at_++) : expression(close);
            if (const auto name = without ? std::nullopt : alias(close, false)) out += " AS " + *name;
            if (at_ < close && !take_symbol(",")) refuse_token();
        }
        out += ")";
        at_ = bracket ? close + 1 : close;
    }
    return out;
}

std::string Translator::clauses(std::size_t end) {
    std::string out;
    if (at_ < end && take_word("WHERE")) out += " WHERE " + expression(end);
    if (at_ < end && word("GROUP") && word(at_ + 1, "BY")) out += group_by(end);
    if (at_ < end && take_word("HAVING")) out += " HAVING " + expression(end);
    if (at_ < end && word("WINDOW") && word(at_ + 2, "AS")) out += windows(end);
    if (at_ < end && take_word("QUALIFY")) out += " QUALIFY " + expression(end);
    if (at_ < end && word("WINDOW") && word(at_ + 2, "AS")) out += windows(end);
    return out;
}

std::string Translator::group_by(std::size_t end) {
    at_ += 2;
    std::string out = " GROUP BY ";
    if (word("ALL") && !tokens_.is_symbol(at_ + 1, "(")) {
        ++at_;
        return out + "ALL";
    }
    for (bool first = true; at_ < end && !refusal_; first = false) {
        out += first ? "" : ", ";
        const bool sets = word("GROUPING") && word(at_ + 1, "SETS");
        const bool grouped = (sets || word("ROLLUP") || word("CUBE")) && tokens_.is_symbol(at_ + (sets ? 2 : 1), "(");
        if (grouped) {
            out += sets ? "GROUPING SETS (" : upper(tokens_.text_of(at_)) + " (";
            at_ += sets ? 3 : 2;
            const std::size_t close = tokens_.closing(at_ - 1);
            out += expressions(close) + ")";
            at_ = close + 1;
        } else {
            out += expression(end);
        }
        if (!take_symbol(",")) break;
    }
    if (word("WITH")) refuse("GROUP BY … WITH");
    return out;
}

/// WINDOW w AS (…): each is read as that of a call.
std::string Translator::windows(std::size_t end) {
    ++at_;
    std::string out = " WINDOW ";
    for (bool first = true; at_ < end && !refusal_; first = false) {
        const std::string name = name_at(at_);
        const std::size_t close = tokens_.closing(at_ + 2);
        if (!word(at_ + 1, "AS") || close >= end) {
            refuse("WINDOW");
            return {};
        }
        const std::string body(sql::Span{tokens_.offset_of(at_ + 2), tokens_[close].span.end}.of(tokens_.text()));
        const std::string call = "SELECT SUM(x) OVER " + body;
        const sql::TokenList inner = sql::lex(call, dialect_);
        const Types none;
        Translator other(inner, none);
        const std::string printed = other.run();
        if (other.refusal_) refuse(other.refusal_->text, other.refusal_->reason);
        const std::size_t over = printed.find(" OVER ");
        out += (first ? "" : ", ") + name + " AS " +
               (over == std::string::npos ? std::string("()") : printed.substr(over + 6));
        at_ = close + 1;
        if (!take_symbol(",")) break;
    }
    return out;
}

std::string Translator::order_by(std::size_t end) {
    if (at_ >= end || !word("ORDER") || !word(at_ + 1, "BY")) return {};
    at_ += 2;
    std::string out = " ORDER BY ";
    for (bool first = true; at_ < end && !refusal_; first = false) {
        const bool all = word("ALL");
        out += (first ? "" : ", ") + (all ? std::string("ALL") : expression(end));
        at_ += all ? 1 : 0;
        const bool descending = take_word("DESC");
        if (!descending) take_word("ASC");
        bool nulls_first = sql::nulls_first_by_default(descending, dialect_);
        if (word("NULLS") && (word(at_ + 1, "FIRST") || word(at_ + 1, "LAST"))) {
            nulls_first = word(at_ + 1, "FIRST");
            at_ += 2;
        }
        out += std::string(descending ? " DESC" : "") + (nulls_first ? " NULLS FIRST" : "");
        if (!take_symbol(",")) break;
    }
    return out;
}

/// LIMIT 1, 2; LIMIT 1 OFFSET 2; OFFSET 2 ROWS FETCH NEXT 1 ROWS ONLY.
std::string Translator::limits(std::size_t end) {
    std::string limit;
    std::string offset;
    while (at_ < end) {
        if (take_word("LIMIT")) {
            if (take_word("ALL")) continue;
            limit = expression(end);
            if (take_symbol(",")) {
                offset = std::move(limit);
                limit = expression(end);
            }
        } else if (take_word("OFFSET")) {
            offset = expression(end);
            if (!take_word("ROWS")) take_word("ROW");
        } else if (word("FETCH") && (word(at_ + 1, "FIRST") || word(at_ + 1, "NEXT"))) {
            at_ += 2;
            limit = word("ROW") || word("ROWS") ? std::string("1") : expression(end);
            if (!take_word("ROWS")) take_word("ROW");
            if (!take_word("ONLY")) refuse("FETCH", "without ONLY");
        } else {
            break;
        }
    }
    return (limit.empty() ? "" : " LIMIT " + limit) + (offset.empty() ? "" : " OFFSET " + offset);
}

/// Clauses that DuckDB has no use for: they are read and left out.
bool Translator::other_ending(std::size_t end) {
    const bool order = word("SORT") || word("DISTRIBUTE") || word("CLUSTER");
    if (order && word(at_ + 1, "BY")) {
        at_ += 2;
        expressions(end);
        while (take_word("DESC") || take_word("ASC") || take_symbol(",")) expressions(end);
        return !refusal_;
    }
    if (word("OPTION") && tokens_.is_symbol(at_ + 1, "(")) {
        at_ = tokens_.closing(at_ + 1) + 1;
        return true;
    }
    return false;
}

}  // namespace towline::translate
