#include "query/statement_forms.h"

#include <algorithm>
#include <array>

namespace towline::query {
namespace {

constexpr std::string_view kHive = "databricks spark spark2 hive ";
constexpr std::string_view kTransact = "tsql fabric ";
constexpr std::string_view kOwnIndexes = "tsql fabric clickhouse databricks spark spark2 hive redshift ";
constexpr std::string_view kOwnTables = "tsql fabric clickhouse databricks spark spark2 hive ";

constexpr std::string_view kNoUpserts =
    "redshift snowflake bigquery tsql fabric mysql clickhouse trino databricks spark spark2 hive ";
constexpr std::string_view kNotDuckdb =
    "postgres redshift snowflake bigquery tsql fabric mysql clickhouse trino databricks spark spark2 hive ";
constexpr std::string_view kNotPostgres =
    "duckdb redshift snowflake bigquery tsql fabric mysql clickhouse trino databricks spark spark2 hive ";

// clang-format off: a table of words
constexpr std::array kForms = {
    Form{"GRANT <rights> ON [ { TABLE | VIEW | SCHEMA | DATABASE } ] <table> TO <roles> [ WITH GRANT OPTION ]", ""},
    Form{"REVOKE [ GRANT OPTION FOR ] <rights> ON [ { TABLE | VIEW | SCHEMA | DATABASE } ] <table> FROM "
         "<roles> [ { CASCADE | RESTRICT } ]", ""},
    Form{"SET [ { GLOBAL | SESSION | LOCAL } ] <word> { = | TO>= } "
         "<value>", "tsql fabric snowflake duckdb databricks spark "},
    Form{"SET <word> { = | TO>= } <value>", "tsql fabric "},
    Form{"SET VARIABLE <word> = <value>", "postgres redshift snowflake bigquery tsql fabric mysql clickhouse trino "},
    Form{"ANALYZE [ VERBOSE ]", ""},
    Form{"ANALYZE [ VERBOSE ] <table>", ""},
    Form{"ANALYZE TABLE <table> COMPUTE STATISTICS", ""},
    Form{"COMMENT ON <word> <table> IS <string>", "bigquery databricks spark spark2 hive "},
    Form{"CREATE [ UNIQUE ] INDEX [ CONCURRENTLY ] [ IF NOT EXISTS ] <name> ON <table> [ USING <word> ] "
         "~ <keys> [ WHERE <value> ]", kOwnIndexes},
    Form{"CREATE [ UNIQUE ] INDEX [ CONCURRENTLY ] ON <table> [ USING <word> ] ~ <keys> [ WHERE <value> "
         "]", kOwnIndexes},
    Form{"CREATE SCHEMA [ IF NOT EXISTS ] <table>", "tsql fabric clickhouse "},
    Form{"CREATE [ OR REPLACE ] [ { TEMP>TEMPORARY | TEMPORARY } ] { TABLE | VIEW } [ IF NOT EXISTS ] "
         "<table> AS <query>", kOwnTables},
    Form{"CREATE MATERIALIZED VIEW [ IF NOT EXISTS ] <table> AS "
         "<query>", "duckdb tsql fabric clickhouse databricks spark spark2 hive "},
    Form{"CREATE [ { TEMP>TEMPORARY | TEMPORARY } ] TABLE [ IF NOT EXISTS ] <table> <columns>", kOwnTables},
    Form{"DROP { TABLE | VIEW | INDEX | SEQUENCE } [ IF EXISTS ] <table> [ CASCADE ]", "tsql fabric "},
    Form{"DROP MATERIALIZED VIEW [ IF EXISTS ] <table> [ CASCADE ]", "tsql fabric "},
    Form{"DROP SCHEMA [ IF EXISTS ] <table> [ CASCADE ]", "tsql fabric clickhouse "},
    Form{"INSERT INTO <table> [ <names> ] VALUES <values>", "tsql fabric clickhouse "},
    Form{"INSERT INTO <table> [ <names> ] <query>", ""},
    Form{"INSERT INTO <table> [ <names> ] VALUES <values> [ <conflict> ] [ RETURNING <values> ]", kNoUpserts},
    Form{"INSERT INTO <table> [ <names> ] <query> [ <conflict> ] [ RETURNING <values> ]", kNoUpserts},
    Form{"UPDATE <table> SET <values> [ WHERE <value> ]", ""},
    Form{"UPDATE <table> [ <alias> ] SET <values> [ FROM <sources> ] [ WHERE <value> ] "
         "[ RETURNING <values> ]", kNoUpserts},
    Form{"DELETE FROM <table> [ WHERE <value> ]", ""},
    Form{"DELETE FROM <table> [ <alias> ] [ USING <sources> ] [ WHERE <value> ] "
         "[ RETURNING <values> ]", kNoUpserts},
    Form{"MERGE INTO <table> [ <alias> ] USING <sources> ON <value> <whens>", kNoUpserts},
    Form{"CREATE [ OR REPLACE ] [ { TEMP>TEMPORARY | TEMPORARY } ] TABLE [ IF NOT EXISTS ] <table> AS <query> "
         "WITH> [ NO> ] DATA>", kNotDuckdb},
    Form{"ALTER TABLE [ IF EXISTS ] <table> ADD +COLUMN <column>", kNoUpserts},
    Form{"BEGIN [ TRANSACTION> ]", kNoUpserts},
    Form{"PRAGMA <word> = <value>", kNoUpserts},
    Form{"CREATE SEQUENCE [ IF NOT EXISTS ] <table> START [ WITH> ] +WITH <value>", kNoUpserts},
    Form{"TRUNCATE [ TABLE> ] +TABLE <table> RESTART IDENTITY", kNoUpserts},
    Form{"SET LOCAL <word> { = | TO>= } <value>", kNotDuckdb},
    Form{"CREATE TABLE [ IF NOT EXISTS ] <table> AS <query> WITH NO DATA", kNotPostgres},
    Form{"COPY ( ~ <query> ~ ) TO <string> [ <options> ]", kNoUpserts},
    Form{"COPY <table> { TO | FROM } <string> [ <options> ]", kNoUpserts},
    Form{"ALTER TABLE [ IF EXISTS ] <table> ALTER [ COLUMN> ] +COLUMN <name> [ SET> DATA> ] +SET +DATA TYPE "
         "<type> [ USING <value> ]", kNoUpserts},
    Form{"TRUNCATE TABLE <table>", ""},
    Form{"TRUNCATE +TABLE <table>", ""},
    Form{"ALTER TABLE [ IF EXISTS ] <table> ADD COLUMN [ IF NOT EXISTS ] <name> <type>", "tsql fabric snowflake "},
    Form{"ALTER TABLE [ IF EXISTS ] <table> DROP COLUMN [ IF EXISTS ] <name> [ CASCADE ]", kHive},
    Form{"ALTER TABLE [ IF EXISTS ] <table> RENAME COLUMN <name> TO <name>", "tsql fabric mysql "},
    Form{"ALTER { TABLE | INDEX } [ IF EXISTS ] <table> RENAME TO <table>", "tsql fabric mysql snowflake bigquery "},
    Form{"ALTER TABLE [ IF EXISTS ] <table> ALTER COLUMN <name> { SET | DROP } NOT NULL", kTransact},
    Form{"USE [ { SCHEMA | DATABASE | ROLE | WAREHOUSE | CATALOG } ] <table>", ""},
    Form{"COMMIT", "bigquery tsql fabric "},
    Form{"ROLLBACK", "bigquery tsql fabric "},
};

struct Commands {
    std::string_view dialects;  ///< "" for all
    std::array<std::string_view, 8> words;
};
constexpr std::array kCommands = {
    Commands{"", {"CALL", "FETCH", "OPTIMIZE", "PREPARE", "RENAME", "VACUUM"}},
    Commands{"postgres redshift duckdb snowflake bigquery databricks spark mysql clickhouse trino ", {"EXECUTE"}},
    Commands{"postgres redshift duckdb snowflake bigquery databricks spark tsql clickhouse trino ", {"EXPLAIN"}},
    Commands{"postgres redshift ", {"DECLARE", "DO", "EXEC", "REFRESH", "REINDEX", "SHOW", "RESET"}},
    Commands{"duckdb ", {"RESET"}},
    Commands{"redshift ", {"UNLOAD"}},
    Commands{"bigquery databricks spark tsql clickhouse trino ", {"SHOW"}},
    Commands{"tsql ", {"PRINT"}},
    Commands{"clickhouse ", {"ATTACH", "EXCHANGE", "SYSTEM"}},
};
// clang-format on

}  // namespace

std::span<const Form> statement_forms() { return kForms; }

bool is_command(std::string_view word, sql::Dialect dialect) {
    const std::string name = std::string(sql::facts(dialect).name) + " ";
    return std::any_of(kCommands.begin(), kCommands.end(), [&](const Commands& row) {
        const bool here = row.dialects.empty() || row.dialects.find(name) != std::string_view::npos;
        return here && !word.empty() && std::find(row.words.begin(), row.words.end(), word) != row.words.end();
    });
}

}  // namespace towline::query
