// Names of data types: what each dialect's words mean, and how each dialect writes them. Canonical names are
// sqlglot's, because they enter fingerprints. Rows hold only what differs from the dialect's grammar or the neutral
// one.
#include "sql/type_names.h"

#include <algorithm>
#include <array>

#include "base/strings.h"

namespace towline::sql {
namespace {

using D = Dialect;

struct Word {
    std::string_view word;
    std::string_view canonical;
};
struct DialectWord {
    Dialect dialect;
    std::string_view word;
    std::string_view canonical;
};
struct Printed {
    Dialect dialect;
    std::string_view canonical;
    std::string_view name;             ///< Without parameters.
    std::string_view with_parameters;  ///< What precedes the bracket.
};

// clang-format off
constexpr Word kWords[] = {
    {"array", "ARRAY"}, {"bigdecimal", "BIGDECIMAL"}, {"bigint", "BIGINT"}, {"bignumeric", "BIGDECIMAL"},
    {"binary", "BINARY"}, {"bit", "BIT"}, {"blob", "VARBINARY"}, {"bool", "BOOLEAN"}, {"boolean", "BOOLEAN"},
    {"bpchar", "BPCHAR"}, {"bytea", "VARBINARY"}, {"char", "CHAR"}, {"character", "CHAR"}, {"clob", "TEXT"},
    {"date", "DATE"}, {"datetime", "DATETIME"}, {"dec", "DECIMAL"}, {"decimal", "DECIMAL"},
    {"decfloat", "DECFLOAT"}, {"decimal32", "DECIMAL32"}, {"double", "DOUBLE"}, {"enum", "ENUM"}, {"float", "FLOAT"},
    {"float4", "FLOAT"}, {"float8", "DOUBLE"}, {"geography", "GEOGRAPHY"}, {"geometry", "GEOMETRY"},
    {"hugeint", "INT128"}, {"inet", "INET"}, {"int", "INT"}, {"int1", "TINYINT"}, {"int128", "INT128"},
    {"int16", "SMALLINT"}, {"int2", "SMALLINT"}, {"int256", "INT256"}, {"int32", "INT"}, {"int4", "INT"},
    {"int64", "BIGINT"}, {"int8", "TINYINT"}, {"integer", "INT"}, {"json", "JSON"}, {"jsonb", "JSONB"},
    {"list", "LIST"}, {"long", "BIGINT"}, {"longblob", "LONGBLOB"}, {"longtext", "LONGTEXT"}, {"map", "MAP"},
    {"mediumtext", "MEDIUMTEXT"}, {"nchar", "NCHAR"}, {"number", "DECIMAL"}, {"numeric", "DECIMAL"},
    {"nvarchar", "NVARCHAR"}, {"nvarchar2", "NVARCHAR"}, {"object", "OBJECT"}, {"real", "FLOAT"},
    {"short", "SMALLINT"}, {"smallint", "SMALLINT"}, {"string", "TEXT"}, {"struct", "STRUCT"},
    {"text", "TEXT"}, {"time", "TIME"}, {"timestamp", "TIMESTAMP"}, {"timestamp_ltz", "TIMESTAMPLTZ"},
    {"timestamp_ntz", "TIMESTAMPNTZ"}, {"timestampltz", "TIMESTAMPLTZ"}, {"timestampntz", "TIMESTAMPNTZ"},
    {"timestamptz", "TIMESTAMPTZ"}, {"timetz", "TIMETZ"}, {"tinyint", "TINYINT"}, {"tinytext", "TINYTEXT"},
    {"uhugeint", "UINT128"}, {"uint", "UINT"}, {"uuid", "UUID"}, {"varbinary", "VARBINARY"},
    {"varchar", "VARCHAR"}, {"varchar2", "VARCHAR"}, {"variant", "VARIANT"}, {"vector", "VECTOR"},
    {"byte", "TINYINT"}, {"fixed", "DECIMAL"}, {"str", "TEXT"}, {"longvarchar", "TEXT"},
    {"mediumblob", "MEDIUMBLOB"}, {"tinyblob", "TINYBLOB"}, {"medium", "MEDIUMINT"}, {"mediumint", "MEDIUMINT"},
    {"uint128", "UINT128"}, {"uint256", "UINT256"}, {"decimal64", "DECIMAL64"}, {"decimal128", "DECIMAL128"},
    {"decimal256", "DECIMAL256"}, {"bignum", "BIGNUM"}, {"time_ns", "TIME_NS"}, {"int4range", "INT4RANGE"},
    {"int4multirange", "INT4MULTIRANGE"}, {"int8range", "INT8RANGE"}, {"int8multirange", "INT8MULTIRANGE"},
    {"numrange", "NUMRANGE"}, {"nummultirange", "NUMMULTIRANGE"}, {"tsrange", "TSRANGE"},
    {"tsmultirange", "TSMULTIRANGE"}, {"tstzrange", "TSTZRANGE"}, {"tstzmultirange", "TSTZMULTIRANGE"},
    {"daterange", "DATERANGE"}, {"datemultirange", "DATEMULTIRANGE"},
};

constexpr DialectWord kDialectWords[] = {
    {D::clickhouse, "aggregatefunction", "AGGREGATEFUNCTION"}, {D::postgres, "bigserial", "BIGSERIAL"},
    {D::redshift, "bigserial", "BIGSERIAL"}, {D::duckdb, "binary", "VARBINARY"}, {D::duckdb, "bitstring", "BIT"},
    {D::mysql, "blob", "BLOB"}, {D::duckdb, "bpchar", "TEXT"}, {D::singlestore, "bson", "JSONB"},
    {D::bigquery, "byteint", "INT"}, {D::snowflake, "byteint", "INT"}, {D::teradata, "byteint", "SMALLINT"},
    {D::bigquery, "bytes", "BINARY"}, {D::duckdb, "char", "TEXT"}, {D::clickhouse, "date32", "DATE32"},
    {D::duckdb, "datetime", "TIMESTAMPNTZ"}, {D::bigquery, "datetime", "TIMESTAMP"},
    {D::tsql, "datetime2", "DATETIME2"}, {D::clickhouse, "datetime64", "DATETIME64"},
    {D::tsql, "datetimeoffset", "TIMESTAMPTZ"}, {D::clickhouse, "dynamic", "DYNAMIC"},
    {D::clickhouse, "enum16", "ENUM16"}, {D::clickhouse, "enum8", "ENUM8"},
    {D::clickhouse, "fixedstring", "FIXEDSTRING"}, {D::postgres, "float", "DOUBLE"},
    {D::snowflake, "float", "DOUBLE"}, {D::redshift, "float", "DOUBLE"}, {D::clickhouse, "float32", "FLOAT"},
    {D::bigquery, "float64", "DOUBLE"}, {D::clickhouse, "float64", "DOUBLE"},
    {D::singlestore, "geographypoint", "GEOGRAPHYPOINT"}, {D::redshift, "hllsketch", "HLLSKETCH"},
    {D::postgres, "hstore", "HSTORE"}, {D::redshift, "hstore", "HSTORE"}, {D::trino, "hyperloglog", "HLLSKETCH"},
    {D::presto, "hyperloglog", "HLLSKETCH"}, {D::athena, "hyperloglog", "HLLSKETCH"}, {D::tsql, "image", "IMAGE"},
    {D::duckdb, "int8", "BIGINT"}, {D::postgres, "int8", "BIGINT"}, {D::redshift, "int8", "BIGINT"},
    {D::trino, "ipaddress", "IPADDRESS"}, {D::presto, "ipaddress", "IPADDRESS"},
    {D::athena, "ipaddress", "IPADDRESS"}, {D::trino, "ipprefix", "IPPREFIX"}, {D::presto, "ipprefix", "IPPREFIX"},
    {D::athena, "ipprefix", "IPPREFIX"}, {D::clickhouse, "ipv4", "IPV4"}, {D::clickhouse, "ipv6", "IPV6"},
    {D::starrocks, "largeint", "INT128"}, {D::clickhouse, "linestring", "LINESTRING"},
    {D::duckdb, "logical", "BOOLEAN"}, {D::clickhouse, "lowcardinality", "LOWCARDINALITY"},
    {D::postgres, "money", "MONEY"}, {D::redshift, "money", "MONEY"}, {D::tsql, "money", "MONEY"},
    {D::clickhouse, "multilinestring", "MULTILINESTRING"}, {D::clickhouse, "multipolygon", "MULTIPOLYGON"},
    {D::postgres, "name", "NAME"}, {D::redshift, "name", "NAME"}, {D::clickhouse, "nested", "NESTED"},
    {D::clickhouse, "nothing", "NOTHING"}, {D::tsql, "ntext", "TEXT"}, {D::databricks, "null", "NULL"},
    {D::postgres, "oid", "OID"}, {D::redshift, "oid", "OID"}, {D::postgres, "point", "POINT"},
    {D::redshift, "point", "POINT"}, {D::clickhouse, "point", "POINT"}, {D::clickhouse, "polygon", "POLYGON"},
    {D::bigquery, "record", "STRUCT"}, {D::singlestore, "record", "STRUCT"}, {D::clickhouse, "ring", "RING"},
    {D::duckdb, "row", "STRUCT"}, {D::trino, "row", "STRUCT"}, {D::presto, "row", "STRUCT"},
    {D::athena, "row", "STRUCT"}, {D::tsql, "rowversion", "ROWVERSION"}, {D::postgres, "serial", "SERIAL"},
    {D::redshift, "serial", "SERIAL"}, {D::mysql, "serial", "SERIAL"}, {D::duckdb, "signed", "INT"},
    {D::mysql, "signed", "BIGINT"}, {D::clickhouse, "simpleaggregatefunction", "SIMPLEAGGREGATEFUNCTION"},
    {D::tsql, "smalldatetime", "SMALLDATETIME"}, {D::tsql, "smallmoney", "SMALLMONEY"},
    {D::postgres, "smallserial", "SMALLSERIAL"}, {D::redshift, "smallserial", "SMALLSERIAL"},
    {D::tsql, "sql_variant", "VARIANT"}, {D::teradata, "st_geometry", "GEOMETRY"}, {D::redshift, "super", "SUPER"},
    {D::trino, "tdigest", "TDIGEST"}, {D::presto, "tdigest", "TDIGEST"}, {D::athena, "tdigest", "TDIGEST"},
    {D::duckdb, "timestamp", "TIMESTAMPNTZ"}, {D::bigquery, "timestamp", "TIMESTAMPTZ"},
    {D::databricks, "timestamp", "TIMESTAMPTZ"}, {D::spark, "timestamp", "TIMESTAMPTZ"},
    {D::tsql, "timestamp", "ROWVERSION"}, {D::fabric, "timestamp", "TIMESTAMP"},
    {D::mysql, "timestamp", "TIMESTAMPTZ"}, {D::singlestore, "timestamp", "TIMESTAMP"},
    {D::duckdb, "timestamp_ms", "TIMESTAMP_MS"}, {D::duckdb, "timestamp_ns", "TIMESTAMP_NS"},
    {D::duckdb, "timestamp_s", "TIMESTAMP_S"}, {D::snowflake, "timestamp_tz", "TIMESTAMPTZ"},
    {D::duckdb, "timestamp_us", "TIMESTAMP"}, {D::tsql, "tinyint", "UTINYINT"}, {D::duckdb, "ubigint", "UBIGINT"},
    {D::clickhouse, "uint16", "USMALLINT"}, {D::clickhouse, "uint32", "UINT"},
    {D::clickhouse, "uint64", "UBIGINT"}, {D::clickhouse, "uint8", "UTINYINT"}, {D::duckdb, "uinteger", "UINT"},
    {D::tsql, "uniqueidentifier", "UUID"}, {D::mysql, "unsigned", "UBIGINT"},
    {D::duckdb, "usmallint", "USMALLINT"}, {D::duckdb, "utinyint", "UTINYINT"},
    {D::fabric, "utinyint", "UTINYINT"}, {D::redshift, "varbyte", "VARBINARY"}, {D::duckdb, "varchar", "TEXT"},
    {D::databricks, "void", "NULL"}, {D::spark, "void", "NULL"}, {D::hive, "void", "NULL"},
    {D::postgres, "xml", "XML"}, {D::redshift, "xml", "XML"}, {D::tsql, "xml", "XML"}, {D::mysql, "year", "YEAR"},
};

constexpr Printed kPrinted[] = {
    {D::clickhouse, "AGGREGATEFUNCTION", "AggregateFunction", "AggregateFunction"},
    {D::duckdb, "ARRAY", "[]", "[]"}, {D::clickhouse, "ARRAY", "Array", "Array"},
    {D::dremio, "ARRAY", "LIST", "LIST"}, {D::duckdb, "BIGDECIMAL", "DECIMAL(38, 5)", "DECIMAL"},
    {D::bigquery, "BIGDECIMAL", "BIGNUMERIC", "BIGNUMERIC"}, {D::snowflake, "BIGDECIMAL", "DOUBLE", "DOUBLE"},
    {D::singlestore, "BIGDECIMAL", "DECIMAL", "DECIMAL"}, {D::bigquery, "BIGINT", "INT64", "INT64"},
    {D::clickhouse, "BIGINT", "Int64", "Int64"}, {D::sqlite, "BIGINT", "INTEGER", "INTEGER"},
    {D::oracle, "BIGINT", "INT", "INT"}, {D::duckdb, "BINARY", "BLOB", "BLOB"},
    {D::postgres, "BINARY", "BYTEA", "BYTEA"}, {D::bigquery, "BINARY", "BYTES", "BYTES"},
    {D::redshift, "BINARY", "VARBYTE", "VARBYTE"}, {D::trino, "BINARY", "VARBINARY", "VARBINARY"},
    {D::presto, "BINARY", "VARBINARY", "VARBINARY"}, {D::athena, "BINARY", "VARBINARY", "VARBINARY"},
    {D::sqlite, "BINARY", "BLOB", "BLOB"}, {D::oracle, "BINARY", "BLOB", "BLOB"},
    {D::dremio, "BINARY", "VARBINARY", "VARBINARY"},
    {D::databricks, "BIT", "BOOLEAN", "BOOLEAN"}, {D::spark, "BIT", "BOOLEAN", "BOOLEAN"},
    {D::hive, "BIT", "BOOLEAN", "BOOLEAN"}, {D::trino, "BIT", "BOOLEAN", "BOOLEAN"},
    {D::presto, "BIT", "BOOLEAN", "BOOLEAN"}, {D::athena, "BIT", "BOOLEAN", "BOOLEAN"},
    {D::singlestore, "BIT", "BOOLEAN", "BOOLEAN"}, {D::dremio, "BIT", "BOOLEAN", "BOOLEAN"},
    {D::none, "BLOB", "VARBINARY", "VARBINARY"}, {D::postgres, "BLOB", "BYTEA", "BYTEA"},
    {D::bigquery, "BLOB", "BYTES", "BYTES"}, {D::redshift, "BLOB", "VARBYTE", "VARBYTE"},
    {D::databricks, "BLOB", "BINARY", "BINARY"}, {D::spark, "BLOB", "BINARY", "BINARY"},
    {D::hive, "BLOB", "BINARY", "BINARY"}, {D::mysql, "BLOB", "BLOB", "BLOB"},
    {D::clickhouse, "BLOB", "String", "String"}, {D::sqlite, "BLOB", "BLOB", "BLOB"},
    {D::oracle, "BLOB", "BLOB", "BLOB"}, {D::exasol, "BLOB", "VARCHAR", "VARCHAR"},
    {D::bigquery, "BOOLEAN", "BOOL", "BOOL"}, {D::tsql, "BOOLEAN", "BIT", "BIT"},
    {D::clickhouse, "BOOLEAN", "Bool", "Bool"}, {D::sqlite, "BOOLEAN", "INTEGER", "INTEGER"},
    {D::duckdb, "BPCHAR", "TEXT", "TEXT"}, {D::duckdb, "CHAR", "TEXT", "TEXT"},
    {D::bigquery, "CHAR", "STRING", "STRING"}, {D::databricks, "CHAR", "STRING", "CHAR"},
    {D::spark, "CHAR", "STRING", "CHAR"}, {D::hive, "CHAR", "STRING", "CHAR"},
    {D::clickhouse, "CHAR", "String", "String"}, {D::sqlite, "CHAR", "TEXT", "TEXT"},
    {D::dremio, "CHAR", "VARCHAR", "VARCHAR"}, {D::fabric, "DATE32", "DATE32(6)", "DATE32"},
    {D::clickhouse, "DATE32", "Date32", "Date32"}, {D::singlestore, "DATE32", "DATE", "DATE"},
    {D::duckdb, "DATETIME", "TIMESTAMP", "TIMESTAMP"}, {D::postgres, "DATETIME", "TIMESTAMP", "TIMESTAMP"},
    {D::redshift, "DATETIME", "TIMESTAMP", "TIMESTAMP"}, {D::databricks, "DATETIME", "TIMESTAMP", "TIMESTAMP"},
    {D::spark, "DATETIME", "TIMESTAMP", "TIMESTAMP"}, {D::hive, "DATETIME", "TIMESTAMP", "TIMESTAMP"},
    {D::trino, "DATETIME", "TIMESTAMP", "TIMESTAMP"}, {D::presto, "DATETIME", "TIMESTAMP", "TIMESTAMP"},
    {D::athena, "DATETIME", "TIMESTAMP", "TIMESTAMP"}, {D::fabric, "DATETIME", "DATETIME2(6)", "DATETIME2"},
    {D::clickhouse, "DATETIME", "DateTime", "DateTime"}, {D::exasol, "DATETIME", "TIMESTAMP", "TIMESTAMP"},
    {D::dremio, "DATETIME", "TIMESTAMP", "TIMESTAMP"},
    {D::none, "DATETIME2", "TIMESTAMP", "TIMESTAMP"}, {D::tsql, "DATETIME2", "DATETIME2", "DATETIME2"},
    {D::fabric, "DATETIME2", "DATETIME2(6)", "DATETIME2"}, {D::mysql, "DATETIME2", "DATETIME", "DATETIME"},
    {D::clickhouse, "DATETIME2", "DateTime", "DateTime"}, {D::trino, "DATETIME64", "TIMESTAMP", "TIMESTAMP"},
    {D::presto, "DATETIME64", "TIMESTAMP", "TIMESTAMP"}, {D::athena, "DATETIME64", "TIMESTAMP", "TIMESTAMP"},
    {D::fabric, "DATETIME64", "DATETIME64(6)", "DATETIME64"},
    {D::clickhouse, "DATETIME64", "DateTime64", "DateTime64"},
    {D::singlestore, "DATETIME64", "DATETIME", "DATETIME"}, {D::duckdb, "DECFLOAT", "DECIMAL(38, 5)", "DECIMAL"},
    {D::bigquery, "DECIMAL", "NUMERIC", "NUMERIC"}, {D::tsql, "DECIMAL", "NUMERIC", "NUMERIC"},
    {D::fabric, "DECIMAL", "DECIMAL", "DECIMAL"}, {D::clickhouse, "DECIMAL", "Decimal", "Decimal"},
    {D::sqlite, "DECIMAL", "REAL", "REAL"}, {D::oracle, "DECIMAL", "NUMBER", "NUMBER"},
    {D::clickhouse, "DECIMAL128", "Decimal128", "Decimal128"}, {D::exasol, "DECIMAL128", "DECIMAL", "DECIMAL"},
    {D::clickhouse, "DECIMAL256", "Decimal256", "Decimal256"}, {D::exasol, "DECIMAL256", "DECIMAL", "DECIMAL"},
    {D::clickhouse, "DECIMAL32", "Decimal32", "Decimal32"}, {D::exasol, "DECIMAL32", "DECIMAL", "DECIMAL"},
    {D::clickhouse, "DECIMAL64", "Decimal64", "Decimal64"}, {D::exasol, "DECIMAL64", "DECIMAL", "DECIMAL"},
    {D::postgres, "DOUBLE", "DOUBLE PRECISION", "FLOAT"}, {D::bigquery, "DOUBLE", "FLOAT64", "FLOAT64"},
    {D::redshift, "DOUBLE", "DOUBLE PRECISION", "FLOAT"}, {D::tsql, "DOUBLE", "FLOAT", "FLOAT"},
    {D::clickhouse, "DOUBLE", "Float64", "Float64"}, {D::sqlite, "DOUBLE", "REAL", "REAL"},
    {D::oracle, "DOUBLE", "DOUBLE PRECISION", "DOUBLE PRECISION"},
    {D::teradata, "DOUBLE", "DOUBLE PRECISION", "DOUBLE PRECISION"},
    {D::clickhouse, "DYNAMIC", "Dynamic", "Dynamic"}, {D::postgres, "ENUM", "ENUM ()", "ENUM "},
    {D::redshift, "ENUM", "ENUM ()", "ENUM "}, {D::clickhouse, "ENUM", "Enum", "Enum"},
    {D::clickhouse, "ENUM16", "Enum16", "Enum16"}, {D::singlestore, "ENUM16", "ENUM", "ENUM"},
    {D::clickhouse, "ENUM8", "Enum8", "Enum8"}, {D::singlestore, "ENUM8", "ENUM", "ENUM"},
    {D::clickhouse, "FIXEDSTRING", "FixedString", "FixedString"}, {D::singlestore, "FIXEDSTRING", "TEXT", "TEXT"},
    {D::duckdb, "FLOAT", "REAL", "REAL"}, {D::postgres, "FLOAT", "REAL", "FLOAT"},
    {D::bigquery, "FLOAT", "FLOAT64", "FLOAT64"}, {D::redshift, "FLOAT", "REAL", "FLOAT"},
    {D::trino, "FLOAT", "REAL", "REAL"}, {D::presto, "FLOAT", "REAL", "REAL"},
    {D::athena, "FLOAT", "REAL", "REAL"}, {D::clickhouse, "FLOAT", "Float32", "Float32"},
    {D::sqlite, "FLOAT", "REAL", "REAL"}, {D::singlestore, "GEOMETRY", "GEOGRAPHY", "GEOGRAPHY"},
    {D::teradata, "GEOMETRY", "ST_GEOMETRY", "ST_GEOMETRY"}, {D::trino, "HLLSKETCH", "HYPERLOGLOG", "HYPERLOGLOG"},
    {D::presto, "HLLSKETCH", "HYPERLOGLOG", "HYPERLOGLOG"}, {D::athena, "HLLSKETCH", "HYPERLOGLOG", "HYPERLOGLOG"},
    {D::fabric, "IMAGE", "VARBINARY", "VARBINARY"}, {D::bigquery, "INT", "INT64", "INT64"},
    {D::redshift, "INT", "INTEGER", "INTEGER"}, {D::trino, "INT", "INTEGER", "INTEGER"},
    {D::presto, "INT", "INTEGER", "INTEGER"}, {D::athena, "INT", "INTEGER", "INTEGER"},
    {D::tsql, "INT", "INTEGER", "INTEGER"}, {D::fabric, "INT", "INT", "INT"},
    {D::clickhouse, "INT", "Int32", "Int32"}, {D::sqlite, "INT", "INTEGER", "INTEGER"},
    {D::clickhouse, "INT128", "Int128", "Int128"},
    {D::starrocks, "INT128", "LARGEINT", "LARGEINT"}, {D::clickhouse, "INT256", "Int256", "Int256"},
    {D::clickhouse, "IPV4", "IPv4", "IPv4"}, {D::clickhouse, "IPV6", "IPv6", "IPv6"},
    {D::snowflake, "JSON", "VARIANT", "VARIANT"}, {D::fabric, "JSON", "VARCHAR", "VARCHAR"},
    {D::duckdb, "JSONB", "JSON", "JSON"}, {D::singlestore, "JSONB", "BSON", "BSON"},
    {D::clickhouse, "LINESTRING", "LineString", "LineString"},
    {D::singlestore, "LINESTRING", "GEOGRAPHY", "GEOGRAPHY"}, {D::none, "LONGBLOB", "BLOB", "BLOB"},
    {D::mysql, "LONGBLOB", "LONGBLOB", "LONGBLOB"}, {D::clickhouse, "LONGBLOB", "String", "String"},
    {D::exasol, "LONGBLOB", "VARCHAR", "VARCHAR"}, {D::none, "LONGTEXT", "TEXT", "TEXT"},
    {D::mysql, "LONGTEXT", "LONGTEXT", "LONGTEXT"}, {D::clickhouse, "LONGTEXT", "String", "String"},
    {D::exasol, "LONGTEXT", "VARCHAR", "VARCHAR"},
    {D::clickhouse, "LOWCARDINALITY", "LowCardinality", "LowCardinality"}, {D::clickhouse, "MAP", "Map", "Map"},
    {D::none, "MEDIUMBLOB", "BLOB", "BLOB"}, {D::mysql, "MEDIUMBLOB", "MEDIUMBLOB", "MEDIUMBLOB"},
    {D::clickhouse, "MEDIUMBLOB", "String", "String"}, {D::exasol, "MEDIUMBLOB", "VARCHAR", "VARCHAR"},
    {D::clickhouse, "MEDIUMINT", "Int32", "Int32"}, {D::exasol, "MEDIUMINT", "INT", "INT"},
    {D::none, "MEDIUMTEXT", "TEXT", "TEXT"}, {D::mysql, "MEDIUMTEXT", "MEDIUMTEXT", "MEDIUMTEXT"},
    {D::clickhouse, "MEDIUMTEXT", "String", "String"}, {D::exasol, "MEDIUMTEXT", "VARCHAR", "VARCHAR"},
    {D::databricks, "MONEY", "DECIMAL(15, 4)", "DECIMAL"}, {D::spark, "MONEY", "DECIMAL(15, 4)", "DECIMAL"},
    {D::fabric, "MONEY", "DECIMAL", "DECIMAL"},
    {D::clickhouse, "MULTILINESTRING", "MultiLineString", "MultiLineString"},
    {D::clickhouse, "MULTIPOLYGON", "MultiPolygon", "MultiPolygon"},
    {D::singlestore, "MULTIPOLYGON", "GEOGRAPHY", "GEOGRAPHY"}, {D::none, "NCHAR", "CHAR", "CHAR"},
    {D::duckdb, "NCHAR", "TEXT", "TEXT"}, {D::bigquery, "NCHAR", "STRING", "STRING"},
    {D::databricks, "NCHAR", "STRING", "CHAR"}, {D::spark, "NCHAR", "STRING", "CHAR"},
    {D::hive, "NCHAR", "STRING", "CHAR"}, {D::tsql, "NCHAR", "NCHAR", "NCHAR"},
    {D::fabric, "NCHAR", "CHAR", "CHAR"}, {D::sqlite, "NCHAR", "TEXT", "TEXT"},
    {D::oracle, "NCHAR", "NCHAR", "NCHAR"}, {D::druid, "NCHAR", "STRING", "STRING"},
    {D::dremio, "NCHAR", "VARCHAR", "VARCHAR"},
    {D::clickhouse, "NESTED", "Nested", "Nested"}, {D::clickhouse, "NOTHING", "Nothing", "Nothing"},
    {D::databricks, "NULL", "VOID", "VOID"}, {D::spark, "NULL", "VOID", "VOID"}, {D::hive, "NULL", "VOID", "VOID"},
    {D::none, "NVARCHAR", "VARCHAR", "VARCHAR"}, {D::duckdb, "NVARCHAR", "TEXT", "TEXT"},
    {D::bigquery, "NVARCHAR", "STRING", "STRING"}, {D::databricks, "NVARCHAR", "STRING", "VARCHAR"},
    {D::spark, "NVARCHAR", "STRING", "VARCHAR"}, {D::hive, "NVARCHAR", "STRING", "VARCHAR"},
    {D::tsql, "NVARCHAR", "NVARCHAR", "NVARCHAR"}, {D::fabric, "NVARCHAR", "VARCHAR", "VARCHAR"},
    {D::sqlite, "NVARCHAR", "TEXT", "TEXT"}, {D::oracle, "NVARCHAR", "NVARCHAR2", "NVARCHAR2"},
    {D::druid, "NVARCHAR", "STRING", "STRING"}, {D::clickhouse, "POINT", "Point", "Point"},
    {D::singlestore, "POINT", "GEOGRAPHYPOINT", "GEOGRAPHYPOINT"},
    {D::clickhouse, "POLYGON", "Polygon", "Polygon"}, {D::singlestore, "POLYGON", "GEOGRAPHY", "GEOGRAPHY"},
    {D::clickhouse, "RING", "Ring", "Ring"}, {D::singlestore, "RING", "GEOGRAPHY", "GEOGRAPHY"},
    {D::none, "ROWVERSION", "VARBINARY", "VARBINARY"}, {D::duckdb, "ROWVERSION", "BLOB", "BLOB"},
    {D::postgres, "ROWVERSION", "BYTEA", "BYTEA"}, {D::bigquery, "ROWVERSION", "BYTES", "BYTES"},
    {D::redshift, "ROWVERSION", "VARBYTE", "VARBYTE"}, {D::databricks, "ROWVERSION", "BINARY", "BINARY"},
    {D::spark, "ROWVERSION", "BINARY", "BINARY"}, {D::hive, "ROWVERSION", "BINARY", "BINARY"},
    {D::tsql, "ROWVERSION", "ROWVERSION", "ROWVERSION"}, {D::oracle, "ROWVERSION", "BLOB", "BLOB"},
    {D::clickhouse, "SIMPLEAGGREGATEFUNCTION", "SimpleAggregateFunction", "SimpleAggregateFunction"},
    {D::none, "SMALLDATETIME", "TIMESTAMP", "TIMESTAMP"},
    {D::tsql, "SMALLDATETIME", "SMALLDATETIME", "SMALLDATETIME"},
    {D::fabric, "SMALLDATETIME", "DATETIME2(6)", "DATETIME2"}, {D::mysql, "SMALLDATETIME", "DATETIME", "DATETIME"},
    {D::clickhouse, "SMALLDATETIME", "DateTime", "DateTime"}, {D::bigquery, "SMALLINT", "INT64", "INT64"},
    {D::clickhouse, "SMALLINT", "Int16", "Int16"}, {D::sqlite, "SMALLINT", "INTEGER", "INTEGER"},
    {D::dremio, "SMALLINT", "INT", "INT"},
    {D::databricks, "SMALLMONEY", "DECIMAL(6, 4)", "DECIMAL"},
    {D::spark, "SMALLMONEY", "DECIMAL(6, 4)", "DECIMAL"}, {D::fabric, "SMALLMONEY", "DECIMAL", "DECIMAL"},
    {D::snowflake, "STRUCT", "OBJECT", "OBJECT"}, {D::trino, "STRUCT", "ROW", "ROW"},
    {D::presto, "STRUCT", "ROW", "ROW"}, {D::athena, "STRUCT", "ROW", "ROW"},
    {D::clickhouse, "STRUCT", "Tuple", "Tuple"}, {D::singlestore, "STRUCT", "RECORD", "RECORD"},
    {D::bigquery, "TEXT", "STRING", "STRING"}, {D::snowflake, "TEXT", "VARCHAR", "VARCHAR"},
    {D::redshift, "TEXT", "VARCHAR(MAX)", "VARCHAR"}, {D::databricks, "TEXT", "STRING", "VARCHAR"},
    {D::spark, "TEXT", "STRING", "VARCHAR"}, {D::hive, "TEXT", "STRING", "VARCHAR"},
    {D::trino, "TEXT", "VARCHAR", "VARCHAR"}, {D::presto, "TEXT", "VARCHAR", "VARCHAR"},
    {D::athena, "TEXT", "VARCHAR", "VARCHAR"}, {D::tsql, "TEXT", "VARCHAR(MAX)", "VARCHAR"},
    {D::clickhouse, "TEXT", "String", "String"}, {D::oracle, "TEXT", "CLOB", "CLOB"},
    {D::exasol, "TEXT", "LONG VARCHAR", "LONG VARCHAR"}, {D::doris, "TEXT", "STRING", "STRING"},
    {D::starrocks, "TEXT", "STRING", "STRING"}, {D::druid, "TEXT", "STRING", "STRING"},
    {D::dremio, "TEXT", "VARCHAR", "VARCHAR"},
    {D::databricks, "TIME", "TIMESTAMP", "TIMESTAMP"}, {D::spark, "TIME", "TIMESTAMP", "TIMESTAMP"},
    {D::hive, "TIME", "TIMESTAMP", "TIMESTAMP"}, {D::fabric, "TIME", "TIME(6)", "TIME"},
    {D::bigquery, "TIMESTAMP", "DATETIME", "DATETIME"}, {D::tsql, "TIMESTAMP", "DATETIME2", "DATETIME2"},
    {D::fabric, "TIMESTAMP", "DATETIME2(6)", "DATETIME2"}, {D::mysql, "TIMESTAMP", "DATETIME", "DATETIME"},
    {D::clickhouse, "TIMESTAMP", "DateTime", "DateTime"}, {D::singlestore, "TIMESTAMP", "TIMESTAMP", "TIMESTAMP"},
    {D::duckdb, "TIMESTAMPLTZ", "TIMESTAMPTZ", "TIMESTAMPTZ"},
    {D::bigquery, "TIMESTAMPLTZ", "TIMESTAMP", "TIMESTAMP"},
    {D::databricks, "TIMESTAMPLTZ", "TIMESTAMP_LTZ", "TIMESTAMP_LTZ"},
    {D::spark, "TIMESTAMPLTZ", "TIMESTAMP_LTZ", "TIMESTAMP_LTZ"},
    {D::fabric, "TIMESTAMPLTZ", "TIMESTAMPLTZ(6)", "TIMESTAMPLTZ"},
    {D::mysql, "TIMESTAMPLTZ", "TIMESTAMP", "TIMESTAMP"},
    {D::exasol, "TIMESTAMPLTZ", "TIMESTAMP WITH LOCAL TIME ZONE", "TIMESTAMP WITH LOCAL TIME ZONE"},
    {D::duckdb, "TIMESTAMPNTZ", "TIMESTAMP", "TIMESTAMP"},
    {D::postgres, "TIMESTAMPNTZ", "TIMESTAMP", "TIMESTAMP"}, {D::bigquery, "TIMESTAMPNTZ", "DATETIME", "DATETIME"},
    {D::redshift, "TIMESTAMPNTZ", "TIMESTAMP", "TIMESTAMP"},
    {D::databricks, "TIMESTAMPNTZ", "TIMESTAMP_NTZ", "TIMESTAMP_NTZ"},
    {D::spark, "TIMESTAMPNTZ", "TIMESTAMP_NTZ", "TIMESTAMP_NTZ"},
    {D::hive, "TIMESTAMPNTZ", "TIMESTAMP", "TIMESTAMP"}, {D::trino, "TIMESTAMPNTZ", "TIMESTAMP", "TIMESTAMP"},
    {D::presto, "TIMESTAMPNTZ", "TIMESTAMP", "TIMESTAMP"}, {D::athena, "TIMESTAMPNTZ", "TIMESTAMP", "TIMESTAMP"},
    {D::tsql, "TIMESTAMPNTZ", "DATETIME2", "DATETIME2"}, {D::fabric, "TIMESTAMPNTZ", "DATETIME2(6)", "DATETIME2"},
    {D::mysql, "TIMESTAMPNTZ", "DATETIME", "DATETIME"}, {D::clickhouse, "TIMESTAMPNTZ", "DateTime", "DateTime"},
    {D::oracle, "TIMESTAMPNTZ", "TIMESTAMP", "TIMESTAMP"}, {D::exasol, "TIMESTAMPNTZ", "TIMESTAMP", "TIMESTAMP"},
    {D::dremio, "TIMESTAMPNTZ", "TIMESTAMP", "TIMESTAMP"}, {D::bigquery, "TIMESTAMPTZ", "TIMESTAMP", "TIMESTAMP"},
    {D::redshift, "TIMESTAMPTZ", "TIMESTAMP WITH TIME ZONE", "TIMESTAMP"},
    {D::databricks, "TIMESTAMPTZ", "TIMESTAMP", "TIMESTAMP"}, {D::spark, "TIMESTAMPTZ", "TIMESTAMP", "TIMESTAMP"},
    {D::hive, "TIMESTAMPTZ", "TIMESTAMP", "TIMESTAMP"},
    {D::trino, "TIMESTAMPTZ", "TIMESTAMP WITH TIME ZONE", "TIMESTAMP"},
    {D::presto, "TIMESTAMPTZ", "TIMESTAMP WITH TIME ZONE", "TIMESTAMP"},
    {D::athena, "TIMESTAMPTZ", "TIMESTAMP WITH TIME ZONE", "TIMESTAMP"},
    {D::tsql, "TIMESTAMPTZ", "DATETIMEOFFSET", "DATETIMEOFFSET"},
    {D::fabric, "TIMESTAMPTZ", "DATETIME2(6)", "DATETIME2"}, {D::mysql, "TIMESTAMPTZ", "TIMESTAMP", "TIMESTAMP"},
    {D::clickhouse, "TIMESTAMPTZ", "DateTime", "DateTime"},
    {D::oracle, "TIMESTAMPTZ", "TIMESTAMP WITH TIME ZONE", "TIMESTAMP"},
    {D::exasol, "TIMESTAMPTZ", "TIMESTAMP", "TIMESTAMP"}, {D::doris, "TIMESTAMPTZ", "DATETIME", "DATETIME"},
    {D::starrocks, "TIMESTAMPTZ", "DATETIME", "DATETIME"}, 
    {D::teradata, "TIMESTAMPTZ", "TIMESTAMP WITH TIME ZONE", "TIMESTAMP"},
    {D::fabric, "TIMESTAMP_MS", "TIMESTAMP_MS(6)", "TIMESTAMP_MS"},
    {D::singlestore, "TIMESTAMP_MS", "TIMESTAMP(6)", "TIMESTAMP"},
    {D::fabric, "TIMESTAMP_NS", "TIMESTAMP_NS(6)", "TIMESTAMP_NS"},
    {D::fabric, "TIMESTAMP_S", "TIMESTAMP_S(6)", "TIMESTAMP_S"},
    {D::singlestore, "TIMESTAMP_S", "TIMESTAMP", "TIMESTAMP"},
    {D::redshift, "TIMETZ", "TIME WITH TIME ZONE", "TIME"}, {D::trino, "TIMETZ", "TIME WITH TIME ZONE", "TIME"},
    {D::presto, "TIMETZ", "TIME WITH TIME ZONE", "TIME"}, {D::athena, "TIMETZ", "TIME WITH TIME ZONE", "TIME"},
    {D::fabric, "TIMETZ", "TIMETZ(6)", "TIMETZ"}, {D::oracle, "TIMETZ", "TIME WITH TIME ZONE", "TIME"},
    {D::teradata, "TIMETZ", "TIMETZ WITH TIME ZONE", "TIMETZ"}, {D::none, "TINYBLOB", "BLOB", "BLOB"},
    {D::mysql, "TINYBLOB", "TINYBLOB", "TINYBLOB"}, {D::clickhouse, "TINYBLOB", "String", "String"},
    {D::exasol, "TINYBLOB", "VARCHAR", "VARCHAR"}, {D::postgres, "TINYINT", "SMALLINT", "SMALLINT"},
    {D::bigquery, "TINYINT", "INT64", "INT64"}, {D::redshift, "TINYINT", "SMALLINT", "SMALLINT"},
    {D::fabric, "TINYINT", "SMALLINT", "SMALLINT"}, {D::clickhouse, "TINYINT", "Int8", "Int8"},
    {D::sqlite, "TINYINT", "INTEGER", "INTEGER"}, {D::oracle, "TINYINT", "SMALLINT", "SMALLINT"},
    {D::exasol, "TINYINT", "SMALLINT", "SMALLINT"}, 
    {D::dremio, "TINYINT", "INT", "INT"}, {D::none, "TINYTEXT", "TEXT", "TEXT"},
    {D::mysql, "TINYTEXT", "TINYTEXT", "TINYTEXT"}, {D::clickhouse, "TINYTEXT", "String", "String"},
    {D::exasol, "TINYTEXT", "VARCHAR", "VARCHAR"}, {D::mysql, "UBIGINT", "BIGINT UNSIGNED", "BIGINT"},
    {D::clickhouse, "UBIGINT", "UInt64", "UInt64"}, {D::mysql, "UDECIMAL", "DECIMAL UNSIGNED", "DECIMAL"},
    {D::mysql, "UDOUBLE", "DOUBLE UNSIGNED", "DOUBLE"}, {D::duckdb, "UINT", "UINTEGER", "UINTEGER"},
    {D::mysql, "UINT", "INT UNSIGNED", "INT"}, {D::clickhouse, "UINT", "UInt32", "UInt32"},
    {D::clickhouse, "UINT128", "UInt128", "UInt128"}, {D::clickhouse, "UINT256", "UInt256", "UInt256"},
    {D::mysql, "UMEDIUMINT", "MEDIUMINT UNSIGNED", "MEDIUMINT"},
    {D::mysql, "USMALLINT", "SMALLINT UNSIGNED", "SMALLINT"}, {D::clickhouse, "USMALLINT", "UInt16", "UInt16"},
    {D::databricks, "UTINYINT", "SMALLINT", "SMALLINT"}, {D::spark, "UTINYINT", "SMALLINT", "SMALLINT"},
    {D::hive, "UTINYINT", "SMALLINT", "SMALLINT"}, {D::tsql, "UTINYINT", "TINYINT", "TINYINT"},
    {D::fabric, "UTINYINT", "SMALLINT", "SMALLINT"}, {D::mysql, "UTINYINT", "TINYINT UNSIGNED", "TINYINT"},
    {D::clickhouse, "UTINYINT", "UInt8", "UInt8"}, {D::bigquery, "UUID", "STRING", "STRING"},
    {D::databricks, "UUID", "STRING", "STRING"}, {D::spark, "UUID", "STRING", "STRING"},
    {D::tsql, "UUID", "UNIQUEIDENTIFIER", "UNIQUEIDENTIFIER"}, {D::druid, "UUID", "STRING", "STRING"},
    {D::duckdb, "VARBINARY", "BLOB", "BLOB"}, {D::postgres, "VARBINARY", "BYTEA", "BYTEA"},
    {D::bigquery, "VARBINARY", "BYTES", "BYTES"}, {D::redshift, "VARBINARY", "VARBYTE", "VARBYTE"},
    {D::databricks, "VARBINARY", "BINARY", "BINARY"}, {D::spark, "VARBINARY", "BINARY", "BINARY"},
    {D::hive, "VARBINARY", "BINARY", "BINARY"}, {D::clickhouse, "VARBINARY", "String", "String"},
    {D::sqlite, "VARBINARY", "BLOB", "BLOB"}, {D::oracle, "VARBINARY", "BLOB", "BLOB"},
    {D::exasol, "VARBINARY", "VARCHAR", "VARCHAR"}, {D::singlestore, "VARBINARY", "BLOB", "VARBINARY"},
    {D::duckdb, "VARCHAR", "TEXT", "TEXT"}, {D::bigquery, "VARCHAR", "STRING", "STRING"},
    {D::databricks, "VARCHAR", "STRING", "VARCHAR"}, {D::spark, "VARCHAR", "STRING", "VARCHAR"},
    {D::hive, "VARCHAR", "STRING", "VARCHAR"}, {D::mysql, "VARCHAR", "TEXT", "VARCHAR"},
    {D::clickhouse, "VARCHAR", "String", "String"}, {D::sqlite, "VARCHAR", "TEXT", "TEXT"},
    {D::oracle, "VARCHAR", "VARCHAR2", "VARCHAR2"}, {D::doris, "VARCHAR", "VARCHAR", "VARCHAR"},
    {D::starrocks, "VARCHAR", "VARCHAR", "VARCHAR"}, {D::bigquery, "VARIANT", "ANY TYPE", "ANY TYPE"},
    {D::tsql, "VARIANT", "SQL_VARIANT", "SQL_VARIANT"}, {D::fabric, "XML", "VARCHAR", "VARCHAR"},
};

// clang-format on
static_assert(std::ranges::is_sorted(kPrinted, {}, &Printed::canonical), "looked up by halves");

}  // namespace

std::string_view canonical_type(std::string_view word, Dialect dialect) {
    const std::string folded = lower(word);
    for (const Dialect known : {dialect, grammar(dialect)}) {
        for (const DialectWord& row : kDialectWords) {
            if (row.dialect == known && row.word == folded) return row.canonical;
        }
    }
    for (const Word& row : kWords) {
        if (row.word == folded) return row.canonical;
    }
    return {};
}

bool is_object_type(std::string_view word) {
    static constexpr std::array<std::string_view, 13> kObjects = {
        "CSTRING", "OID",         "REGCLASS", "REGCOLLATION", "REGCONFIG", "REGDICTIONARY", "REGNAMESPACE",
        "REGOPER", "REGOPERATOR", "REGPROC",  "REGPROCEDURE", "REGROLE",   "REGTYPE"};
    return std::find(kObjects.begin(), kObjects.end(), word) != kObjects.end();
}

std::string_view printed_type(std::string_view canonical, bool parameters, Dialect dialect) {
    const auto rows = std::ranges::equal_range(kPrinted, canonical, {}, &Printed::canonical);
    for (const Dialect known : {dialect, grammar(dialect), Dialect(Dialect::none)}) {
        for (const Printed& row : rows) {
            if (row.dialect == known) return parameters ? row.with_parameters : row.name;
        }
    }
    return canonical;
}

}  // namespace towline::sql
