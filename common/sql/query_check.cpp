#include "sql/query_check.h"

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <unordered_set>
#include <vector>

#include "base/strings.h"
#include "sql/lexer.h"

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Woverlength-strings"
#include "kKnownWords.h"
#pragma GCC diagnostic pop

// sqlglot reads over much: doubled commas, `FROM FROM t`, a CAST that is never closed, GROUP BY with nothing behind it.
// So each rule here holds for every dialect and was tried on thousands of changed queries; what is doubtful passes.

namespace towline::sql {
namespace {

template <typename Value, typename Entry, std::size_t Size>
bool is_one_of(const Value& value, const std::array<Entry, Size>& entries) {
    return std::find(entries.begin(), entries.end(), value) != entries.end();
}

constexpr std::array<std::string_view, 11> kOperators{"=", "<>", "!=", "<", "<=", ">", ">=", "||", "+", "-", "=="};
/// Words that need something behind them.
constexpr std::array<std::string_view, 8> kOpenWords{"WHERE", "HAVING", "AND", "OR", "FROM", "JOIN", "LIKE", "ILIKE"};
/// Calls whose closing bracket sqlglot does not miss.
// clang-format off: a table of words
constexpr std::array<std::string_view, 83> kOwnGrammar{
    "APPROX_PERCENTILE", "ARGMAX", "ARGMIN", "ARG_MAX", "ARG_MIN", "ARRAY", "ARRAYJOIN", "BROADCAST",
    "BROADCASTJOIN", "CAST", "CEIL", "CHAR", "CHR", "COLUMNS", "CONVERT", "DATEPART", "DATE_PART", "DECODE",
    "DIRECTORY", "EXTRACT", "FEATURES_AT_TIME", "FLOOR", "FORECAST", "GAP_FILL", "GENERATE_BOOL", "GENERATE_DOUBLE",
    "GENERATE_EMBEDDING", "GENERATE_INT", "GENERATE_TABLE", "GENERATE_TEXT", "GENERATE_TEXT_EMBEDDING",
    "GROUPCONCAT", "GROUP_CONCAT", "INITCAP", "JSONB_EXISTS", "JSON_AGG", "JSON_ARRAY", "JSON_ARRAYAGG",
    "JSON_EXISTS", "JSON_EXTRACT", "JSON_OBJECT", "JSON_OBJECTAGG", "JSON_QUERY", "JSON_TABLE", "JSON_VALUE",
    "LISTAGG", "MAKE_INTERVAL", "MAPJOIN", "MATCH", "MAX_BY", "MEDIAN", "MERGE", "MERGEJOIN", "MIN_BY", "NORMALIZE",
    "OBJECT_CONSTRUCT_KEEP_NULL", "OBJECT_TRANSFORM", "OPENJSON", "OVERLAY", "PERCENTILE", "PERCENTILE_APPROX",
    "POSITION", "PREDICT", "QUANTILE", "RANGE_N", "SAFE_CAST", "SEMANTIC_VIEW", "SHUFFLEMERGE", "SHUFFLE_HASH",
    "SHUFFLE_REPLICATE_NL", "STRINGAGG", "STRING_AGG", "SUBSTR", "SUBSTRING", "TRANSLATE", "TRIM", "TRYCAST",
    "TRY_CAST", "TRY_CONVERT", "TUPLE", "VECTOR_SEARCH", "XMLELEMENT", "XMLTABLE"};
// clang-format on
/// Types whose parts stand between `<` and `>`.
constexpr std::array<std::string_view, 7> kNestedTypes{"ARRAY", "STRUCT", "MAP", "RANGE", "TABLE", "LIST", "ROW"};
constexpr std::array<std::string_view, 3> kSetWords{"UNION", "EXCEPT", "INTERSECT"};
/// What may follow the CTEs of a WITH.
constexpr std::array<std::string_view, 13> kAfterWith{"SELECT", "FROM",      "VALUES",  "PIVOT",  "UNPIVOT",
                                                      "TABLE",  "INSERT",    "DELETE",  "UPDATE", "MERGE",
                                                      "SHOW",   "SUMMARIZE", "DESCRIBE"};
/// How a statement begins that makes or drops something.
constexpr std::array<std::string_view, 3> kBeginnings{"CREATE", "ALTER", "DROP"};
constexpr std::array<std::string_view, 10> kObjects{"TABLE", "VIEW", "SCHEMA",   "DATABASE", "INDEX",
                                                    "USER",  "ROLE", "FUNCTION", "SEQUENCE", "EXTENSION"};
/// Clauses of words that no table of keywords holds; queries with them are not asked for stray words.
constexpr std::array<std::string_view, 5> kFreeForms{"MATCH_RECOGNIZE", "LATERAL", "PIVOT", "UNPIVOT",
                                                     "CONNECT_BY_ROOT"};

constexpr std::array<std::string_view, 7> kComparisons{"=", "<>", "!=", "<", "<=", ">", ">="};
/// Clauses of a condition, and those that may follow or hold one.
constexpr std::array<std::string_view, 3> kConditions{"WHERE", "HAVING", "QUALIFY"};
constexpr std::array<std::string_view, 7> kOtherClauses{"SELECT", "FROM",   "GROUP", "ORDER",
                                                        "LIMIT",  "WINDOW", "OFFSET"};
/// Dialects to which `#` is neither a comment, an operator nor a part of a name.
constexpr std::array<Dialect, 5> kWithoutHash{Dialect::duckdb, Dialect::snowflake, Dialect::trino, Dialect::databricks,
                                              Dialect::spark};

/// Every word that means something to a grammar of some dialect, in capitals.
bool is_known_word(const std::string& upper_word) {
    static const std::unordered_set<std::string_view> words = [] {
        std::unordered_set<std::string_view> out;
        const std::string_view text = kKnownWords[0].text;
        for (std::size_t at = 0; at < text.size();) {
            const std::size_t end = std::min(text.find_first_of(" \n", at), text.size());
            if (end > at) out.insert(text.substr(at, end - at));
            at = end + 1;
        }
        return out;
    }();
    return words.contains(upper_word);
}

class Check {
 public:
    Check(std::string_view text, Dialect dialect) : tokens_(lex(text, dialect)) {
        for (std::size_t i = 0; i < tokens_.size(); ++i) {
            const bool word = tokens_.kind(i) == TokenKind::word;
            words_.push_back(word ? upper(tokens_.text_of(i)) : std::string());
            free_form_ = free_form_ || is_one_of(words_.back(), kFreeForms);
            nested_type_ = nested_type_ || (symbol(i) == "<" && i > 0 && is_one_of(words_[i - 1], kNestedTypes));
        }
    }

    Status run() {
        if (tokens_.empty() || !tokens_.check()) return {};
        TRY_STATUS(brackets());
        mark_macros();
        TRY_STATUS(ends());
        for (std::size_t i = 0; i < tokens_.size(); ++i) {
            follow(i);
            if (macro_[i]) continue;
            TRY_STATUS(stray_words(i));
            TRY_STATUS(stray_signs(i));
            TRY_STATUS(other_dialects(i));
            TRY_STATUS(operand(i));
        }
        TRY_STATUS(last_word());
        return cases();
    }

 private:
    std::string_view symbol(std::size_t at) const {
        return tokens_.kind(at) == TokenKind::symbol ? tokens_.text_of(at) : std::string_view();
    }
    std::string_view word(std::size_t at) const {
        return at < words_.size() ? std::string_view(words_[at]) : std::string_view();
    }
    bool opens(std::size_t at) const { return symbol(at) == "(" || symbol(at) == "["; }
    bool closes(std::size_t at) const { return symbol(at) == ")" || symbol(at) == "]"; }
    /// A part of a name or of a path into JSON, whatever word it is.
    bool is_part(std::size_t at) const { return at > 0 && (symbol(at - 1) == "." || symbol(at - 1) == ":"); }
    tl::unexpected<Error> fault(std::size_t at, const std::string& what, std::string hint = {}) const {
        return fail(
            tokens_.error(tokens_.offset_of(at), ErrorCode::invalid, "Failed to parse: " + what, std::move(hint)));
    }
    std::string shown(std::size_t at) const { return "'" + std::string(tokens_.text_of(at)) + "'"; }

    Status brackets() {
        std::vector<std::size_t> open;
        closing_.assign(tokens_.size(), 0);
        for (std::size_t i = 0; i < tokens_.size(); ++i) {
            if (opens(i)) open.push_back(i);
            if (!closes(i)) continue;
            if (open.empty()) return fault(i, shown(i) + " closes nothing.");
            if ((symbol(open.back()) == "(") != (symbol(i) == ")"))
                return fault(i, shown(i) + " does not close the " + shown(open.back()) + " before it.");
            closing_[open.back()] = i;
            open.pop_back();
        }
        if (open.empty() || (symbol(open.back()) == "[" && open.back() + 1 == tokens_.size())) return {};
        for (const std::size_t at : open)
            if (at > 0 && is_one_of(word(at - 1), kOwnGrammar)) return {};
        return fault(open.back(), "Expecting " + std::string(symbol(open.back()) == "(" ? ")" : "]") +
                                      "; this bracket is never closed.");
    }

    /// `@name`, `@{name}x`, `x_@name`, `@name(…)` and all between its brackets.
    void mark_macros() {
        macro_.assign(tokens_.size(), false);
        for (std::size_t i = 0; i < tokens_.size(); ++i) {
            if (tokens_.kind(i) == TokenKind::word && words_[i].find('@') != std::string::npos) macro_[i] = true;
            if (tokens_.kind(i) != TokenKind::at) continue;
            macro_[i] = true;
            std::size_t at = i + 1;
            while (at < tokens_.size() && tokens_.adjacent(at) && !opens(at) && !closes(at) && symbol(at) != ",")
                macro_[at++] = true;
            if (at < tokens_.size() && symbol(at) == "(" && closing_[at] != 0)
                std::fill(macro_.begin() + static_cast<std::ptrdiff_t>(at),
                          macro_.begin() + static_cast<std::ptrdiff_t>(closing_[at]) + 1, true);
        }
    }
    bool is_macro(std::size_t at) const { return at < macro_.size() && macro_[at]; }

    Status ends() const {
        const std::size_t last = tokens_.size() - 1;
        if (symbol(last) == ".") return fault(last, "a name ends with a point.");
        const bool any_macro = std::find(macro_.begin(), macro_.end(), true) != macro_.end();
        if (word(0) != "WITH" || any_macro) return {};
        for (std::size_t i = 1; i < tokens_.size(); ++i) {
            if (is_one_of(word(i), kAfterWith) || (opens(i) && closes(i - 1))) return {};
            if (opens(i) && closing_[i] > i) i = closing_[i];
        }
        return fault(last, "no statement follows the CTEs of this WITH.", "Add a SELECT behind them.");
    }

    /// A name of the user's: a word that no grammar knows.
    bool is_name(std::size_t at) const {
        if (at >= tokens_.size() || macro_[at]) return false;
        if (tokens_.kind(at) == TokenKind::quoted_identifier) return true;
        if (word(at) == "GROUP" || word(at) == "ORDER") return word(at + 1) != "BY" && word(at + 1) != "SIBLINGS";
        if (word(at) == "SETTINGS") return tokens_.dialect() != Dialect::clickhouse;
        return tokens_.kind(at) == TokenKind::word && !is_known_word(words_[at]);
    }
    /// `a b c`, `a AS b c`, `a b.c`: a name has one alias at most.
    Status stray_words(std::size_t at) const {
        if (free_form_ || at + 2 >= tokens_.size() || is_macro(at + 1) || is_macro(at + 2)) return {};
        if (at > 0 && is_macro(at - 1)) return {};
        const char* hint = "Perhaps a comma is missing before it, or a word is misspelt.";
        const bool alias = word(at) == "AS" && at > 0 && !is_part(at);
        if (!alias && !is_name(at)) return {};
        if (!is_name(at + 1)) return {};
        if (is_name(at + 2)) return fault(at + 2, "unexpected " + shown(at + 2) + ".", hint);
        const bool dotted = !alias && tokens_.kind(at + 1) == TokenKind::word && symbol(at + 2) == ".";
        if (dotted) return fault(at + 1, "unexpected " + shown(at + 1) + ".", hint);
        return {};
    }

    /// Templates of dbt and the like, a cast behind an alias, a second statement without a semicolon before it.
    Status stray_signs(std::size_t at) const {
        const bool table = word(at) == "FROM" || word(at) == "JOIN";
        const Dialect own = tokens_.dialect();  // these three have `{{name}}`, a parameter
        const bool parameters = own == Dialect::clickhouse || own == Dialect::databricks || own == Dialect::spark;
        const bool braces = symbol(at + 1) == "{" && symbol(at + 2) == "{" && (!parameters || symbol(at + 4) == "(");
        const bool percent = symbol(at) == "{" && symbol(at + 1) == "%" && tokens_.adjacent(at + 1);
        if ((table && braces && !is_part(at)) || percent)
            return fault(
                percent ? at : at + 1, "a template outside a Jinja block.",
                "Name the model as schema.table; or write JINJA_QUERY_BEGIN; and JINJA_END; around the query.");
        if (word(at) == "AS" && at > 0 && !is_part(at) && is_name(at + 1) && symbol(at + 2) == "::" &&
            !is_macro(at + 1))
            return fault(at + 2, "a cast behind the alias " + shown(at + 1) + ".", "Cast the expression before AS.");
        const bool second = at > 1 && is_one_of(word(at), kBeginnings) && is_one_of(word(at + 1), kObjects);
        const bool ended = second && (closes(at - 1) || is_name(at - 1)) && !is_macro(at - 1);
        if (ended) return fault(at, "unexpected " + shown(at) + ".", "A semicolon is missing before it.");
        return {};
    }

    /// What one dialect alone reads: `my-project.t` of BigQuery, `a # b` of PostgreSQL.
    Status other_dialects(std::size_t at) const {
        const bool table = (word(at) == "FROM" && is_clause(at)) || (word(at) == "JOIN" && !is_part(at));
        if (table && tokens_.dialect() != Dialect::bigquery && is_name(at + 1) && symbol(at + 2) == "-")
            return fault(at + 2, "unexpected '-'.", "Quote a name that holds it.");
        const bool position = tokens_.dialect() == Dialect::duckdb && tokens_.kind(at + 1) == TokenKind::number;  // #1
        if (symbol(at) == "#" && !position && is_one_of(tokens_.dialect(), kWithoutHash))
            return fault(at, "unexpected '#'.", "A comment begins with two dashes.");
        return {};
    }
    /// FROM behind a list of projections, not that of EXTRACT(… FROM …) or IS DISTINCT FROM.
    bool is_clause(std::size_t at) const {
        return !is_part(at) && (at < 2 || word(at - 1) != "DISTINCT" || word(at - 2) == "SELECT") && selects_.back();
    }
    /// Takes notice of brackets and of a SELECT between them.
    void follow(std::size_t at) {
        if (opens(at)) selects_.push_back(false);
        if (closes(at) && selects_.size() > 1) selects_.pop_back();
        if (word(at) == "SELECT") selects_.back() = true;
    }

    /// `WHERE a = 1 GO`: a condition has no alias.
    Status last_word() const {
        const std::size_t last = tokens_.size() - 1 - (symbol(tokens_.size() - 1) == ";" ? 1 : 0);
        if (free_form_ || last < 4 || last >= tokens_.size() || is_macro(last - 1) || is_macro(last)) return {};
        const bool name = is_name(last) && tokens_.kind(last) == TokenKind::word;
        const bool valued = tokens_.kind(last - 1) == TokenKind::number || tokens_.kind(last - 1) == TokenKind::string;
        if ((!name && word(last) != "GO") || !valued || tokens_.adjacent(last)) return {};
        if (!is_one_of(symbol(last - 2), kComparisons)) return {};
        std::size_t depth = 0;
        for (std::size_t i = last; i-- > 0;) {
            if (closes(i)) ++depth;
            if (opens(i) && depth == 0) return {};
            if (opens(i)) --depth;
            if (depth > 0 || is_macro(i) || is_part(i)) continue;
            if (is_one_of(word(i), kConditions))
                return fault(last, "unexpected " + shown(last) + ".", "A semicolon is missing before it.");
            if (is_one_of(word(i), kOtherClauses)) return {};
        }
        return {};
    }

    /// True where an expression cannot begin: the end, a closing bracket, another clause.
    bool is_stop(std::size_t at) const {
        if (at >= tokens_.size() || closes(at)) return true;
        if (word(at) == "WHERE" || word(at) == "HAVING") return at + 1 < tokens_.size() && symbol(at + 1) != ".";
        return (word(at) == "GROUP" || word(at) == "ORDER") && word(at + 1) == "BY";
    }
    Status operand(std::size_t at) const {
        const std::string_view sign = symbol(at);
        const std::string_view name = word(at);
        const bool can_be_part = is_part(at) || symbol(at + 1) == "." || is_macro(at + 1) ||
                                 (at > 0 && (word(at - 1) == "AS" || is_macro(at - 1)));
        if ((sign.empty() && name.empty()) || can_be_part) return {};
        const std::string_view next = symbol(at + 2) == "." ? std::string_view() : word(at + 1);
        const auto nothing = [&](std::size_t what) {
            const std::size_t behind = at + 1;
            return fault(what, "nothing stands " +
                                   (behind < tokens_.size() ? "between " + shown(what) + " and " + shown(behind)
                                                            : "behind " + shown(what)) +
                                   ".");
        };
        const bool stop = is_stop(at + 1);
        if (is_one_of(sign, kOperators)) {
            if (sign == ">" && nested_type_) return {};    // closes ARRAY<INT64>
            if (sign == "+" && closes(at + 1)) return {};  // `a.id(+)` of Oracle, `B+` of a pattern
            if (stop || next == "AND" || next == "OR" || next == "FROM") return nothing(at);
            return {};
        }
        const bool condition = name == "WHERE" || name == "HAVING" || name == "AND" || name == "OR";
        const bool called = tokens_.dialect() == Dialect::clickhouse && symbol(at + 2) == "(";  // and(a, b)
        if (condition && at > 0 && !called && (next == "AND" || next == "OR")) return nothing(at);
        if ((name == "FROM" || name == "JOIN") && next == "ON") return nothing(at);
        if (name == "JOIN" && next == "JOIN") return nothing(at);
        if (!stop || at == 0) return {};
        if (is_one_of(name, kOpenWords)) return nothing(at);
        if (name == "BY" && word(at - 1) == "ORDER" && !is_part(at - 1)) return nothing(at);
        const bool past = at + 1 >= tokens_.size() || closes(at + 1);
        if (past && is_one_of(name, kSetWords)) return nothing(at);
        if (past && name == "ALL" && is_one_of(word(at - 1), kSetWords)) return nothing(at - 1);
        return {};
    }

    /// Each CASE with a WHEN has its END between the same brackets.
    Status cases() const {
        struct Case {
            std::size_t at;
            bool has_when = false;
        };
        std::vector<std::vector<Case>> levels(1);
        const auto left_open = [&]() -> std::optional<std::size_t> {
            for (const Case& each : levels.back())
                if (each.has_when) return each.at;
            return std::nullopt;
        };
        for (std::size_t i = 0; i < tokens_.size(); ++i) {
            if (macro_[i]) continue;
            if (opens(i)) levels.emplace_back();
            if (closes(i)) {
                if (const auto at = left_open()) return fault(*at, "Expected END after CASE.");
                if (levels.size() > 1) levels.pop_back();
            }
            if (is_part(i)) continue;
            if (word(i) == "CASE" && (i == 0 || word(i - 1) != "AS")) levels.back().push_back({i});
            if (levels.back().empty()) continue;
            if (word(i) == "WHEN") levels.back().back().has_when = true;
            if (word(i) == "END") levels.back().pop_back();
        }
        if (const auto at = left_open()) return fault(*at, "Expected END after CASE.");
        return {};
    }

    TokenList tokens_;
    std::vector<std::string> words_;    ///< in capitals; empty for other tokens
    std::vector<std::size_t> closing_;  ///< of each opening bracket; 0 if there is none
    std::vector<bool> macro_;
    std::vector<bool> selects_ = {false};  ///< whether there was a SELECT between the brackets around a token
    bool free_form_ = false;
    bool nested_type_ = false;  ///< `ARRAY<` stands somewhere
};

}  // namespace

Status check_query(std::string_view text, Dialect dialect) { return Check(text, dialect).run(); }

}  // namespace towline::sql
