#pragma once
// Facts about SQL dialects, in one table: what the lexer, the names and the printers need to know. A new
// dialect is a row.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"

namespace towline::sql {

/// How identifiers are folded before names are compared.
enum class Normalization : std::uint8_t {
    lowercase,
    uppercase,
    case_insensitive,
    case_insensitive_uppercase,
    case_sensitive,
    bigquery,
};

/// A dialect that SQLMesh projects may name, `none` for the neutral one of an empty dialect key, and how its
/// identifiers are folded where the project says so: `snowflake, normalization_strategy = case_sensitive`. Compares by
/// the dialect alone.
class Dialect {
 public:
    // NOLINTNEXTLINE(cppcoreguidelines-use-enum-class): a value of it is a Dialect, and Dialect::duckdb its name
    enum Name : std::uint8_t {
        none,
        duckdb,
        postgres,
        bigquery,
        snowflake,
        redshift,
        databricks,
        spark,
        hive,
        trino,
        presto,
        athena,
        tsql,
        fabric,
        mysql,
        clickhouse,
        sqlite,
        risingwave,
        oracle,
        exasol,
        doris,
        starrocks,
        singlestore,
        materialize,
        dune,
        druid,
        dremio,
        tableau,
        teradata,
    };
    static constexpr std::size_t kCount = static_cast<std::size_t>(teradata) + 1;

    constexpr Dialect(Name name) : name_(name) {}      // NOLINT(google-explicit-constructor): a name is a dialect
    constexpr operator Name() const { return name_; }  // NOLINT(google-explicit-constructor)

    /// The same dialect with another rule of folding; nothing means the dialect's own.
    constexpr Dialect folding(std::optional<Normalization> rule) const {
        Dialect out = *this;
        out.rule_ = rule;
        return out;
    }
    constexpr std::optional<Normalization> declared_folding() const { return rule_; }

 private:
    Name name_;
    std::optional<Normalization> rule_;
};

/// Which end of an order NULLs have where it does not say.
enum class NullOrder : std::uint8_t { small, large, last };

/// One row of facts. Text members list characters or prefixes; an empty one means "has none".
struct DialectFacts {
    Dialect dialect = Dialect::none;
    std::string_view name;
    std::optional<Dialect::Name> grammar = std::nullopt;  ///< The dialect whose grammar it has, if not its own.
    std::string_view identifier_quotes =
        "\"";  ///< Opening characters; `[` is closed by `]`. The first one is used for printing.
    std::string_view string_quotes = "'";
    bool backslash_escapes = false;           ///< `\'` inside a string does not end it.
    bool identifier_backslash = false;        ///< `\` escapes in quoted identifiers too.
    bool doubled_quote_escapes = true;        ///< `''` inside a string does not end it.
    bool triple_quotes = false;               ///< `'''…'''` and `"""…"""`.
    std::string_view string_prefixes = "nN";  ///< One-letter prefixes of strings: E'…', X'…'.
    std::string_view raw_prefixes = "";       ///< Prefixes in whose strings backslash is an ordinary character.
    bool dollar_quotes = false;               ///< $$…$$
    bool dollar_tags = false;                 ///< $tag$…$tag$
    bool digit_tags = false;                  ///< $1$…$1$
    bool raw_escapes_quote = false;           ///< In raw strings `\'` does not end the string either.
    bool nested_comments = true;
    bool hints = false;  ///< `/*+ … */` is a hint, not a comment.
    bool hash_comments = false;
    bool slash_comments = false;      ///< `// …` to the end of the line.
    bool hash_words = false;          ///< `#` may stand in words: #temp.
    bool digits_start_words = false;  ///< 1a is one word.
    NullOrder nulls = NullOrder::small;
    bool lenient_casts = false;        ///< A cast that fails gives NULL.
    bool counts_from_one = false;      ///< The first element of an array is number one.
    bool integer_division = false;     ///< `/` of two integers is an integer.
    bool joins_without_nulls = false;  ///< CONCAT_WS leaves NULLs out, and sqlglot knows it.
    Normalization normalization = Normalization::lowercase;
};

/// The facts of a dialect.
const DialectFacts& facts(Dialect dialect);
/// The dialect whose grammar, functions and types this one has but for what the tables say of it alone: mysql of
/// starrocks, postgres of risingwave, the neutral one of teradata; itself of most.
Dialect grammar(Dialect dialect);
/// One letter a dialect, as tables of text name it, in the order of `Dialect::Name`.
char letter_of(Dialect dialect);
/// The rule of folding: what was declared, or else the dialect's own.
Normalization normalization(Dialect dialect);
/// The dialect of a name as SQLMesh writes it (lower case, "" is none, motherduck is duckdb, spark2 is spark,
/// mssql is tsql), with settings behind it: `mysql, normalization_strategy = lowercase`. Case matters in names. Fails
/// with `unsupported` naming the word or the setting.
Result<Dialect> dialect_from(std::string_view name);
/// The name without its settings, blanks around it removed.
std::string_view dialect_name(std::string_view name);
/// A rule of folding that is set for a dialect counts for those that are made from it and have none of their own, as
/// in SQLMesh: what is set for hive is spark's and databricks'.
bool inherits_folding(Dialect from, Dialect dialect);
/// SQLMesh's name of a dialect; "" for none.
std::string_view to_string(Dialect dialect);

/// Which identifier is folded: only BigQuery folds by role.
enum class IdentifierRole { column, qualified_table, unqualified_table };
/// An identifier's bare text folded by the dialect's rule.
std::string normalize_identifier(std::string_view text, bool quoted, Dialect dialect,
                                 IdentifierRole role = IdentifierRole::column);
/// The text in the dialect's identifier quotes, inner closing quotes doubled.
std::string quote_identifier(std::string_view text, Dialect dialect);
/// True if the text can stand without quotes: a letter or underscore, then letters, digits and underscores.
bool is_plain_identifier(std::string_view text);
/// The text as a string literal that reads back as the same text in this dialect.
std::string quote_string(std::string_view text, Dialect dialect);

}  // namespace towline::sql
