// The table of facts. What differs from another dialect in little is written as that one and the difference.
#include <array>

#include "sql/dialect.h"

namespace towline::sql {
namespace {

constexpr std::string_view kBacktick = "`";

/// The same facts of another dialect.
constexpr DialectFacts like(DialectFacts row, Dialect::Name dialect, std::string_view name) {
    row.dialect = dialect;
    row.name = name;
    return row;
}

/// A dialect that has the grammar of another and its facts.
constexpr DialectFacts variant(DialectFacts row, Dialect::Name dialect, std::string_view name) {
    row.grammar = Dialect::Name(row.dialect);
    return like(row, dialect, name);
}

constexpr DialectFacts kPostgres = {.dialect = Dialect::postgres,
                                    .name = "postgres",
                                    .string_prefixes = "nNbBeExX",
                                    .dollar_quotes = true,
                                    .dollar_tags = true,
                                    .nulls = NullOrder::large,
                                    .counts_from_one = true,
                                    .integer_division = true,
                                    .joins_without_nulls = true};
constexpr DialectFacts kSpark = {.dialect = Dialect::spark,
                                 .name = "spark",
                                 .identifier_quotes = kBacktick,
                                 .string_quotes = "'\"",
                                 .backslash_escapes = true,
                                 .doubled_quote_escapes = false,
                                 .string_prefixes = "nNxXrR",
                                 .raw_prefixes = "rR",
                                 .hints = true,
                                 .digits_start_words = true,
                                 .lenient_casts = true,
                                 .joins_without_nulls = true,
                                 .normalization = Normalization::case_insensitive};
constexpr DialectFacts kTrino = {.dialect = Dialect::trino,
                                 .name = "trino",
                                 .string_prefixes = "nNxX",
                                 .nested_comments = false,
                                 .nulls = NullOrder::last,
                                 .counts_from_one = true,
                                 .integer_division = true,
                                 .joins_without_nulls = true,
                                 .normalization = Normalization::case_insensitive};
constexpr DialectFacts kTransact = {.dialect = Dialect::tsql,
                                    .name = "tsql",
                                    .identifier_quotes = "[\"",
                                    .hash_words = true,
                                    .integer_division = true,
                                    .joins_without_nulls = true,
                                    .normalization = Normalization::case_insensitive};
constexpr DialectFacts kMySql = {.dialect = Dialect::mysql,
                                 .name = "mysql",
                                 .identifier_quotes = kBacktick,
                                 .string_quotes = "'\"",
                                 .backslash_escapes = true,
                                 .string_prefixes = "nNbBxX",
                                 .nested_comments = false,
                                 .hints = true,
                                 .hash_comments = true,
                                 .digits_start_words = true,
                                 .normalization = Normalization::case_sensitive};

constexpr DialectFacts databricks() {
    DialectFacts row = like(kSpark, Dialect::databricks, "databricks");
    row.lenient_casts = false;
    return row;
}

constexpr DialectFacts fabric() {
    DialectFacts row = variant(kTransact, Dialect::fabric, "fabric");
    row.normalization = Normalization::case_sensitive;
    return row;
}

constexpr DialectFacts starrocks() {
    DialectFacts row = variant(kMySql, Dialect::starrocks, "starrocks");
    row.counts_from_one = true;
    return row;
}

constexpr DialectFacts singlestore() {
    DialectFacts row = variant(kMySql, Dialect::singlestore, "singlestore");
    row.string_prefixes = "nNbBxXeE";
    return row;
}

constexpr DialectFacts presto() {
    DialectFacts row = like(kTrino, Dialect::presto, "presto");
    row.joins_without_nulls = false;
    return row;
}

constexpr DialectFacts dune() {
    DialectFacts row = variant(kTrino, Dialect::dune, "dune");
    row.string_prefixes = "nNX";
    return row;
}

constexpr std::array<DialectFacts, Dialect::kCount> kFacts = {{
    {.dialect = Dialect::none, .name = "", .hints = true},
    {.dialect = Dialect::duckdb,
     .name = "duckdb",
     .string_prefixes = "nNeE",
     .dollar_quotes = true,
     .dollar_tags = true,
     .nulls = NullOrder::last,
     .counts_from_one = true,
     .joins_without_nulls = true,
     .normalization = Normalization::case_insensitive},
    kPostgres,
    {.dialect = Dialect::bigquery,
     .name = "bigquery",
     .identifier_quotes = kBacktick,
     .string_quotes = "'\"",
     .backslash_escapes = true,
     .doubled_quote_escapes = false,
     .triple_quotes = true,
     .string_prefixes = "nNbBrR",
     .raw_prefixes = "rR",
     .raw_escapes_quote = true,
     .nested_comments = false,
     .hash_comments = true,
     .normalization = Normalization::bigquery},
    {.dialect = Dialect::snowflake,
     .name = "snowflake",
     .backslash_escapes = true,
     .string_prefixes = "nNxX",
     .dollar_quotes = true,
     .nested_comments = false,
     .slash_comments = true,
     .nulls = NullOrder::large,
     .normalization = Normalization::uppercase},
    {.dialect = Dialect::redshift,
     .name = "redshift",
     .backslash_escapes = true,
     .string_prefixes = "nNeE",
     .dollar_quotes = true,
     .dollar_tags = true,
     .hash_words = true,
     .nulls = NullOrder::large,
     .integer_division = true,
     .normalization = Normalization::case_insensitive},
    databricks(),
    kSpark,
    {.dialect = Dialect::hive,
     .name = "hive",
     .identifier_quotes = kBacktick,
     .string_quotes = "'\"",
     .backslash_escapes = true,
     .doubled_quote_escapes = false,
     .hints = true,
     .digits_start_words = true,
     .lenient_casts = true,
     .normalization = Normalization::case_insensitive},
    kTrino,
    presto(),
    {.dialect = Dialect::athena,
     .name = "athena",
     .identifier_quotes = "\"`",
     .backslash_escapes = true,
     .string_prefixes = "nNxX",
     .hints = true,
     .nulls = NullOrder::last,
     .counts_from_one = true,
     .integer_division = true},
    kTransact,
    fabric(),
    kMySql,
    {.dialect = Dialect::clickhouse,
     .name = "clickhouse",
     .identifier_quotes = "\"`",
     .backslash_escapes = true,
     .identifier_backslash = true,
     .dollar_quotes = true,
     .dollar_tags = true,
     .digit_tags = true,
     .hash_comments = true,
     .digits_start_words = true,
     .nulls = NullOrder::last,
     .counts_from_one = true,
     .normalization = Normalization::case_sensitive},
    {.dialect = Dialect::sqlite,
     .name = "sqlite",
     .identifier_quotes = "\"[`",
     .string_prefixes = "nNxX",
     .nested_comments = false,
     .integer_division = true,
     .normalization = Normalization::case_insensitive},
    variant(kPostgres, Dialect::risingwave, "risingwave"),
    {.dialect = Dialect::oracle,
     .name = "oracle",
     .string_prefixes = "nNuU",
     .nested_comments = false,
     .hints = true,
     .hash_words = true,
     .nulls = NullOrder::large,
     .normalization = Normalization::uppercase},
    {.dialect = Dialect::exasol,
     .name = "exasol",
     .identifier_quotes = "\"[",
     .hints = true,
     .nulls = NullOrder::last,
     .normalization = Normalization::uppercase},
    variant(kMySql, Dialect::doris, "doris"),
    starrocks(),
    singlestore(),
    variant(kPostgres, Dialect::materialize, "materialize"),
    dune(),
    {.dialect = Dialect::druid, .name = "druid", .grammar = Dialect::none, .hints = true},
    {.dialect = Dialect::dremio,
     .name = "dremio",
     .grammar = Dialect::none,
     .hints = true,
     .slash_comments = true,
     .nulls = NullOrder::last,
     .integer_division = true},
    {.dialect = Dialect::tableau,
     .name = "tableau",
     .grammar = Dialect::none,
     .identifier_quotes = "[",
     .string_quotes = "'\"",
     .hints = true},
    {.dialect = Dialect::teradata,
     .name = "teradata",
     .grammar = Dialect::none,
     .string_prefixes = "nNxX",
     .integer_division = true},
}};

constexpr bool in_order() {
    for (std::size_t i = 0; i < kFacts.size(); ++i)
        if (Dialect::Name(kFacts[i].dialect) != i) return false;
    return true;
}
static_assert(in_order(), "rows are found by their number");

}  // namespace

const DialectFacts& facts(Dialect dialect) { return kFacts[static_cast<std::size_t>(Dialect::Name(dialect))]; }

}  // namespace towline::sql
