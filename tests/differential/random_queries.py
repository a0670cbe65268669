"""Random queries over tables of known columns: what the types of columns are inferred from. One project per dialect and seed; every projection
is one random expression, so that a disagreement names it. What sqlglot does not read is drawn again."""

import logging
import random
import re

import sqlglot

logging.getLogger("sqlglot").setLevel(logging.CRITICAL)
DIALECTS = ("duckdb", "postgres", "bigquery", "snowflake", "databricks", "spark", "redshift", "trino", "tsql", "mysql", "clickhouse")
# Columns of far.t by family; the type of a family in a dialect, else the one under "".
COLUMNS = {
    "i": {"": "INT", "bigquery": "INT64", "clickhouse": "Int32"},
    "b": {"": "BIGINT", "bigquery": "INT64", "clickhouse": "Int64"},
    "d": {"": "DOUBLE", "bigquery": "FLOAT64", "tsql": "FLOAT", "postgres": "DOUBLE PRECISION", "redshift": "DOUBLE PRECISION", "snowflake": "FLOAT", "clickhouse": "Float64"},
    "n": {"": "DECIMAL(10, 2)", "bigquery": "NUMERIC", "clickhouse": "Decimal(10, 2)"},
    "s": {"": "VARCHAR", "bigquery": "STRING", "databricks": "STRING", "spark": "STRING", "tsql": "NVARCHAR(50)", "mysql": "VARCHAR(50)", "redshift": "VARCHAR(50)", "clickhouse": "String"},
    "k": {"": "TEXT", "bigquery": "STRING", "databricks": "VARCHAR(20)", "tsql": "VARCHAR(100)", "trino": "VARCHAR(20)", "clickhouse": "LowCardinality(String)"},
    "dt": {"": "DATE", "clickhouse": "Date"},
    "ts": {"": "TIMESTAMP", "tsql": "DATETIME2", "mysql": "DATETIME", "bigquery": "DATETIME", "clickhouse": "DateTime"},
    "tz": {"": "TIMESTAMPTZ", "bigquery": "TIMESTAMP", "tsql": "DATETIMEOFFSET", "mysql": "TIMESTAMP", "databricks": "TIMESTAMP", "spark": "TIMESTAMP",
           "trino": "TIMESTAMP WITH TIME ZONE", "clickhouse": "DateTime64(3)"},
    "f": {"": "BOOLEAN", "bigquery": "BOOL", "tsql": "BIT", "clickhouse": "Bool"},
    "u": {"": "INT", "clickhouse": "Nullable(String)", "bigquery": "BIGNUMERIC", "duckdb": "HUGEINT", "snowflake": "NUMBER(38, 0)", "mysql": "INT UNSIGNED"},
    "a": {"duckdb": "INT[]", "postgres": "INT[]", "bigquery": "ARRAY<INT64>", "snowflake": "ARRAY", "databricks": "ARRAY<INT>", "spark": "ARRAY<INT>", "trino": "ARRAY(INTEGER)",
          "clickhouse": "Array(Int32)"},
    "st": {"duckdb": "STRUCT(x INT, y VARCHAR)", "bigquery": "STRUCT<x INT64, y STRING>", "databricks": "STRUCT<x: INT, y: STRING>", "spark": "STRUCT<x: INT, y: STRING>",
           "trino": "ROW(x INTEGER, y VARCHAR)"},
    "j": {"duckdb": "JSON", "postgres": "JSONB", "bigquery": "JSON", "snowflake": "VARIANT", "trino": "JSON", "mysql": "JSON", "redshift": "SUPER"},
    "m": {"duckdb": "MAP(VARCHAR, INT)", "databricks": "MAP<STRING, INT>", "spark": "MAP<STRING, INT>", "trino": "MAP(VARCHAR, INTEGER)"},
}
CASTS = {"": ("INT", "BIGINT", "SMALLINT", "DOUBLE PRECISION", "DECIMAL(12, 3)", "VARCHAR(10)", "DATE", "TIMESTAMP", "TEXT", "BOOLEAN", "REAL", "CHAR(3)"),
         "bigquery": ("INT64", "FLOAT64", "NUMERIC", "STRING", "DATE", "TIMESTAMP", "DATETIME", "BOOL", "BYTES", "BIGNUMERIC", "NUMERIC(10, 2)"),
         "tsql": ("INT", "BIGINT", "FLOAT", "DECIMAL(12, 3)", "VARCHAR(10)", "NVARCHAR(MAX)", "DATE", "DATETIME", "DATETIME2", "BIT", "MONEY", "UNIQUEIDENTIFIER"),
         "mysql": ("SIGNED", "UNSIGNED", "CHAR", "CHAR(5)", "DATE", "DATETIME", "DECIMAL(12, 3)", "JSON", "DOUBLE"),
         "clickhouse": ("Int32", "UInt8", "Float64", "String", "Date", "DateTime", "Nullable(Int64)", "Decimal(12, 3)", "Array(String)", "DateTime64(3, 'UTC')")}
# What is called alike nearly everywhere; {n} a number, {s} a text, {t} a time, {b} a condition, {x} anything.
COMMON = ("ABS({n})", "ROUND({n}, 1)", "ROUND({n})", "FLOOR({n})", "CEIL({n})", "SQRT({n})", "MOD({n}, 3)", "POWER({n}, 2)", "LN({n})", "EXP({n})", "SIGN({n})", "GREATEST({n}, {n})", "LEAST({n}, {n})",
          "UPPER({s})", "LOWER({s})", "TRIM({s})", "LENGTH({s})", "CONCAT({s}, {s})", "REPLACE({s}, 'a', 'b')", "SUBSTRING({s}, 1, 2)", "LEFT({s}, 1)", "RIGHT({s}, 1)", "REVERSE({s})", "MD5({s})",
          "LPAD({s}, 3, '0')", "COALESCE({x}, {x})", "COALESCE({s}, 'z')", "COALESCE({n}, 0)", "NULLIF({n}, 0)", "NULLIF({s}, '')", "EXTRACT(YEAR FROM {t})", "EXTRACT(DAY FROM {t})", "YEAR({t})", "MONTH({t})",
          "CURRENT_DATE", "CURRENT_TIMESTAMP", "{n} + {n}", "{n} - {n}", "{n} * {n}", "{n} / {n}", "{n} % 2", "-{n}", "({n})", "{n} * 1.5", "{n} / 2", "{s} || {s}", "{n} > {n}", "{s} = 'a'", "{s} LIKE 'a%'",
          "{n} BETWEEN 1 AND 2", "{n} IN (1, 2)", "{s} IS NULL", "NOT {b}", "{b} AND {b}", "{b} OR {b}", "CASE WHEN {b} THEN {n} ELSE {n} END", "CASE WHEN {b} THEN {s} END", "CASE {s} WHEN 'a' THEN 1 WHEN 'b' THEN {n} END",
          "CASE WHEN {b} THEN {t} ELSE {t} END", "CAST({x} AS {cast})", "CAST({n} AS {cast})", "(SELECT MAX({on}) FROM far.t2 AS o)", "EXISTS(SELECT 1 FROM far.t2 AS o WHERE o.i = 1)", "{n} IN (SELECT o.i FROM far.t2 AS o)",
          "DATE '2024-01-01'", "TIMESTAMP '2024-01-01 00:00:00'", "NULL", "TRUE", "1", "1.5", "'a'", "{t} > {t}", "CASE WHEN {b} THEN 1 WHEN {b} THEN 1.5 ELSE {n} END", "1e3", "CASE WHEN {b} THEN NULL ELSE {x} END")
OWN = {
    "duckdb": ("DATE_TRUNC('month', {t})", "{t} + INTERVAL 1 DAY", "{t} - INTERVAL '1 month'", "DATE_DIFF('day', {t}, {t})", "STRFTIME({t}, '%Y')", "{n}::VARCHAR", "TRY_CAST({s} AS INT)", "a[1]", "LEN(a)", "st.x", "st['y']",
               "j->'a'", "j->>'a'", "j->>'$.a'", "[{n}, {n}]", "{'x': {n}, 'y': {s}}", "m['a']", "IF({b}, {n}, {n})", "{n} // 2", "REGEXP_MATCHES({s}, 'a')", "LIST_VALUE(1, 2)", "STRUCT_PACK(z := {n})", "MAKE_DATE(2024, 1, 1)",
               "REGEXP_EXTRACT({s}, 'a')", "SPLIT_PART({s}, 'a', 1)", "STRING_SPLIT({s}, ',')", "EPOCH({t})", "{t}::DATE", "ts::TIME", "DATE_PART('year', {t})", "{t} - {t}", "JSON_EXTRACT(j, '$.a')", "LIST_TRANSFORM(a, x -> x + 1)",
               "MAP {'a': {n}}", "IFNULL({n}, 0)", "EPOCH_MS({b1})", "MONTHNAME({t})", "LAST_DAY({t})", "ts AT TIME ZONE 'UTC'", "{n} & 1", "{n} << 1", "{s} ILIKE 'a'", "{s} SIMILAR TO 'a'", "a[1:2]", "ARRAY_LENGTH(a)", "HASH({s})",
               "UNNEST(a)", "GEN_RANDOM_UUID()", "TODAY()", "NOW()", "STRPTIME({s}, '%Y')", "LIST_CONTAINS(a, 1)", "LIST_AGGREGATE(a, 'sum')", "ROW({n}, {s})", "DATE_ADD({t}, INTERVAL 1 DAY)", "TO_JSON(st)", "{n} ** 2", "{n} ^ 2"),
    "postgres": ("DATE_TRUNC('month', {t})", "{t} + INTERVAL '1 day'", "{t} - INTERVAL '1 month'", "{n}::TEXT", "{s}::INT", "TO_CHAR({t}, 'YYYY')", "a[1]", "j -> 'a'", "j ->> 'a'", "j #>> '{a,b}'", "ARRAY[1, 2]", "AGE({t})",
                 "DATE_PART('year', {t})", "{t}::DATE", "ts AT TIME ZONE 'UTC'", "SPLIT_PART({s}, 'a', 1)", "TO_DATE({s}, 'YYYY')", "TO_TIMESTAMP({s}, 'YYYY')", "{n} & 1", "{s} ILIKE 'a'", "{s} ~ 'a'", "REGEXP_REPLACE({s}, 'a', 'b')",
                 "NOW()", "GENERATE_SERIES(1, 3)", "INITCAP({s})", "POSITION('a' IN {s})", "STRPOS({s}, 'a')", "JSONB_BUILD_OBJECT('a', {n})", "ARRAY_LENGTH(a, 1)", "{t} - {t}", "MAKE_DATE(2024, 1, 1)", "{n} ^ 2", "ROW({n}, {s})",
                 "j @> '{}'", "j ? 'a'", "GEN_RANDOM_UUID()", "CARDINALITY(a)", "CONCAT_WS('-', {s}, {s})", "TO_JSONB({s})", "{n} = ANY(a)", "TRANSLATE({s}, 'a', 'b')", "OVERLAY({s} PLACING 'a' FROM 1)", "LOCALTIMESTAMP"),
    "bigquery": ("DATE_TRUNC({t}, MONTH)", "DATE_ADD({t}, INTERVAL 1 DAY)", "DATE_DIFF({t}, {t}, DAY)", "TIMESTAMP_TRUNC(tz, DAY)", "FORMAT_DATE('%Y', dt)", "PARSE_DATE('%Y', {s})", "SAFE_CAST({s} AS INT64)", "a[OFFSET(0)]", "a[SAFE_OFFSET(0)]",
                 "st.x", "STRUCT({n} AS p, {s} AS q)", "[{n}, {n}]", "JSON_VALUE(j, '$.a')", "JSON_QUERY(j, '$.a')", "JSON_EXTRACT_SCALAR(j, '$.a')", "IF({b}, {n}, {n})", "IFNULL({s}, 'a')", "SAFE_DIVIDE({n}, {n})", "ARRAY_LENGTH(a)",
                 "REGEXP_CONTAINS({s}, 'a')", "REGEXP_EXTRACT({s}, 'a')", "SPLIT({s}, ',')", "TO_HEX(MD5({s}))", "TIMESTAMP_DIFF(tz, tz, SECOND)", "DATETIME_ADD(ts, INTERVAL 1 DAY)", "FARM_FINGERPRINT({s})", "GENERATE_UUID()", "j.a",
                 "ARRAY(SELECT x FROM UNNEST(a) AS x)", "TIMESTAMP(dt)", "DATE(tz)", "DATETIME(tz)", "UNIX_SECONDS(tz)", "TO_JSON_STRING(st)", "EXTRACT(DATE FROM tz)", "PARSE_JSON({s})", "SAFE.SUBSTR({s}, 1)", "GENERATE_DATE_ARRAY(dt, dt)",
                 "LAST_DAY(dt)", "CURRENT_DATETIME()", "TIMESTAMP_MICROS(b)", "FORMAT('%d', i)", "b'a'", "r'a'", "DIV(i, 2)", "ARRAY_CONCAT(a, a)", "ARRAY_TO_STRING(['a'], ',')", "NORMALIZE({s})", "COUNTIF({b}) OVER ()", "DATE(2024, 1, 1)"),
    "snowflake": ("DATE_TRUNC('month', {t})", "DATEADD(day, 1, {t})", "DATEDIFF(day, {t}, {t})", "TO_CHAR({t}, 'YYYY')", "{n}::VARCHAR", "TRY_CAST({s} AS INT)", "TO_DATE({s})", "j:a", "j:a.b::STRING", "j:a[0]", "j['a']", "IFF({b}, {n}, {n})",
                  "NVL({s}, 'a')", "NVL2({s}, {n}, {n})", "ZEROIFNULL({n})", "PARSE_JSON({s})", "OBJECT_CONSTRUCT('a', {n})", "ARRAY_CONSTRUCT(1, 2)", "TO_NUMBER({s})", "TO_TIMESTAMP({s})", "SPLIT_PART({s}, 'a', 1)", "SPLIT({s}, ',')",
                  "REGEXP_SUBSTR({s}, 'a')", "REGEXP_LIKE({s}, 'a')", "DECODE({s}, 'a', 1, 2)", "DIV0({n}, {n})", "HASH({s})", "SHA2({s})", "DATE_PART('year', {t})", "LAST_DAY({t})", "MONTHNAME({t})", "{t}::DATE", "CONVERT_TIMEZONE('UTC', {t})",
                  "CURRENT_TIMESTAMP()", "SYSDATE()", "{s} ILIKE 'a'", "{s} RLIKE 'a'", "ARRAY_SIZE(a)", "a[0]", "TO_VARIANT({n})", "TO_BOOLEAN({s})", "EQUAL_NULL({n}, {n})", "{n} + 1.0", "{n} / 100.0", "LISTAGG({s}, ',') OVER ()", "{t} + 1",
                  "TRY_TO_NUMBER({s})", "TRY_TO_DATE({s})", "CHARINDEX('a', {s})", "CONCAT_WS('-', {s}, {s})", "TIMEDIFF(day, {t}, {t})", "TO_DECIMAL({s}, 10, 2)", "GET(a, 0)", "UUID_STRING()", "RANDOM()", "BITAND(i, 1)", "DAYOFWEEK({t})"),
    "tsql": ("DATEADD(day, 1, {t})", "DATEDIFF(day, {t}, {t})", "GETDATE()", "ISNULL({n}, 0)", "IIF({b}, {n}, {n})", "CONVERT(VARCHAR(10), {t}, 120)", "CONVERT(DATE, {t})", "LEN({s})", "DATEPART(year, {t})", "DATENAME(month, {t})", "{s} + {s}",
             "TRY_CAST({s} AS INT)", "TRY_CONVERT(INT, {s})", "STUFF({s}, 1, 1, 'a')", "CHARINDEX('a', {s})", "FORMAT({t}, 'yyyy')", "EOMONTH({t})", "NEWID()", "HASHBYTES('SHA2_256', {s})", "SYSDATETIME()", "DATEFROMPARTS(2024, 1, 1)",
             "PATINDEX('a', {s})", "CHOOSE(1, {s}, {s})", "LTRIM(RTRIM({s}))", "CEILING({n})", "ISNUMERIC({s})", "JSON_VALUE({s}, '$.a')", "STRING_ESCAPE({s}, 'json')", "CAST({t} AS DATE)", "SCOPE_IDENTITY()", "{n} & 1", "DATETRUNC(month, {t})",
             "REPLICATE({s}, 2)", "SWITCHOFFSET(tz, '+00:00')", "tz AT TIME ZONE 'UTC'", "TRANSLATE({s}, 'a', 'b')", "COALESCE({s}, N'x')", "N'x'"),
    "mysql": ("DATE_FORMAT({t}, '%Y')", "DATE_ADD({t}, INTERVAL 1 DAY)", "DATEDIFF({t}, {t})", "IFNULL({n}, 0)", "IF({b}, {n}, {n})", "STR_TO_DATE({s}, '%Y')", "NOW()", "{t} + INTERVAL 1 DAY", "j->'$.a'", "j->>'$.a'", "JSON_EXTRACT(j, '$.a')",
              "CONCAT_WS('-', {s}, {s})", "SUBSTRING_INDEX({s}, 'a', 1)", "{n} DIV 2", "UNIX_TIMESTAMP({t})", "LAST_DAY({t})", "DATE({t})", "TIMESTAMPDIFF(DAY, {t}, {t})", "QUARTER({t})", "WEEK({t})", "CHAR_LENGTH({s})", "{s} REGEXP 'a'",
              "CONVERT({s}, SIGNED)", "{s} COLLATE utf8_bin", "UUID()", "FROM_UNIXTIME({n})", "INSTR({s}, 'a')", "JSON_UNQUOTE(j)", "JSON_OBJECT('a', {n})", "TRUNCATE({n}, 1)", "CURDATE()", "{n} & 1", "{n} XOR 1", "DAYOFWEEK({t})", "ISNULL({n})"),
    "clickhouse": ("toDate({t})", "toStartOfMonth({t})", "toString({n})", "toInt32({s})", "dateDiff('day', {t}, {t})", "ifNull({s}, 'a')", "if({b}, {n}, {n})", "toDateTime({s})", "formatDateTime({t}, '%Y')", "[1, 2]", "a[1]", "length(a)",
                   "arrayMap(x -> x + 1, a)", "has(a, 1)", "tuple({n}, {s})", "splitByChar(',', {s})", "JSONExtractString({s}, 'a')", "toYYYYMM({t})", "now()", "today()", "{t} + INTERVAL 1 DAY", "multiIf({b}, 1, {b}, 2, 3)", "toFloat64({n})",
                   "lower({s})", "concat({s}, {s})", "CAST({s}, 'Int32')", "{n}::String", "toUInt8({n})", "cityHash64({s})", "arrayJoin(a)", "coalesce(u, 'a')", "nullIf({n}, 0)", "assumeNotNull(u)", "dictGet('d', 'a', i)", "map('a', 1)",
                   "{b} ? {n} : {n}", "toDecimal32({n}, 2)", "intDiv({n}, 2)", "u", "CAST(u AS Int32)", "position({s}, 'a')", "match({s}, 'a')", "date_trunc('month', {t})", "addDays({t}, 1)", "empty({s})", "notEmpty(a)", "uniq(i) OVER ()"),
    "trino": ("DATE_TRUNC('month', {t})", "DATE_ADD('day', 1, {t})", "DATE_DIFF('day', {t}, {t})", "{t} + INTERVAL '1' DAY", "TRY_CAST({s} AS INTEGER)", "TRY(CAST({s} AS INTEGER))", "a[1]", "ELEMENT_AT(a, 1)", "ARRAY[1, 2]", "m['a']", "st.x",
              "JSON_EXTRACT_SCALAR(j, '$.a')", "JSON_EXTRACT(j, '$.a')", "FORMAT_DATETIME({t}, 'yyyy')", "DATE_FORMAT({t}, '%Y')", "FROM_UNIXTIME({n})", "TO_UNIXTIME({t})", "CARDINALITY(a)", "IF({b}, {n}, {n})", "SPLIT({s}, ',')", "REGEXP_LIKE({s}, 'a')",
              "TRANSFORM(a, x -> x + 1)", "MAP(ARRAY['a'], ARRAY[1])", "ROW({n}, {s})", "CAST(ROW(1, 'a') AS ROW(p INTEGER, q VARCHAR))", "tz AT TIME ZONE 'UTC'", "STRPOS({s}, 'a')", "DATE({t})", "FROM_ISO8601_TIMESTAMP({s})", "SPLIT_PART({s}, 'a', 1)",
              "CONTAINS(a, 1)", "REDUCE(a, 0, (s, x) -> s + x, s -> s)", "UUID()", "NOW()", "DAY_OF_WEEK({t})", "URL_EXTRACT_HOST({s})", "XXHASH64(TO_UTF8({s}))", "CONCAT_WS('-', {s}, {s})", "LAST_DAY_OF_MONTH({t})", "DATE_PARSE({s}, '%Y')"),
    "redshift": ("DATE_TRUNC('month', {t})", "DATEADD(day, 1, {t})", "DATEDIFF(day, {t}, {t})", "NVL({n}, 0)", "NVL2({n}, 1, 2)", "{n}::VARCHAR", "TO_CHAR({t}, 'YYYY')", "GETDATE()", "DECODE({s}, 'a', 1, 2)", "j.a", "j.a[0]", "JSON_PARSE({s})",
                 "TO_DATE({s}, 'YYYY')", "LISTAGG({s}, ',') OVER ()", "SPLIT_PART({s}, 'a', 1)", "REGEXP_SUBSTR({s}, 'a')", "DATE_PART('year', {t})", "SYSDATE", "TRUNC({t})", "CONVERT(INT, {s})", "STRTOL({s}, 10)", "{t} + INTERVAL '1 day'",
                 "JSON_EXTRACT_PATH_TEXT({s}, 'a')", "LEN({s})", "LAST_DAY({t})", "CONVERT_TIMEZONE('UTC', {t})", "{s} ~ 'a'", "FUNC_SHA1({s})", "MONTHS_BETWEEN({t}, {t})", "ADD_MONTHS({t}, 1)", "CHARINDEX('a', {s})", "ts AT TIME ZONE 'UTC'"),
}
HOLE = re.compile(r"\{(n|s|t|b|x|b1|on|cast)\}")
HIVE = ("DATE_TRUNC('month', {t})", "DATE_ADD({t}, 1)", "DATEDIFF({t}, {t})", "TO_DATE({s})", "DATE_FORMAT({t}, 'yyyy')", "IF({b}, {n}, {n})", "NVL({s}, 'a')", "a[0]", "st.x", "m['a']", "NAMED_STRUCT('p', {n}, 'q', {s})", "ARRAY(1, 2)",
        "MAP('a', 1)", "SPLIT({s}, ',')", "GET_JSON_OBJECT({s}, '$.a')", "FROM_UNIXTIME({n})", "UNIX_TIMESTAMP({t})", "SIZE(a)", "COLLECT_LIST({s}) OVER ()", "CONCAT_WS('-', {s}, {s})", "SHA2({s}, 256)", "{t} + INTERVAL 1 DAY", "{s} RLIKE 'a'",
        "TRY_CAST({s} AS INT)", "{n} DIV 2", "TRANSFORM(a, x -> x + 1)", "EXPLODE(a)", "ADD_MONTHS({t}, 1)", "LAST_DAY({t})", "MONTHS_BETWEEN({t}, {t})", "REGEXP_EXTRACT({s}, 'a', 1)", "STRUCT({n} AS p)", "XXHASH64({s})", "INITCAP({s})",
        "TO_TIMESTAMP({s})", "TO_TIMESTAMP({s}, 'yyyy')", "TRUNC({t}, 'MM')", "DAYOFWEEK({t})", "ELEMENT_AT(a, 1)", "ARRAY_CONTAINS(a, 1)", "CAST({n} AS STRING)", "CURRENT_TIMESTAMP()", "UUID()", "MONOTONICALLY_INCREASING_ID()", "CAST(NULL AS STRING)")
OWN["spark"] = HIVE
OWN["databricks"] = (*HIVE, "{s}:a", "{s}:a.b::STRING", "DATEADD(DAY, 1, {t})", "DATEDIFF(DAY, {t}, {t})", "TRY_DIVIDE({n}, {n})", "IFNULL({s}, 'a')", "{s}::INT", "CAST(NULL AS VARCHAR(5))", "COALESCE(NULL, {s})", "DECODE({s}, 'a', 1, 2)", "PARSE_JSON({s})")
AGGREGATES = ("COUNT(*)", "COUNT({x})", "COUNT(DISTINCT {s})", "SUM({n})", "AVG({n})", "MIN({x})", "MAX({t})", "MAX({s})", "SUM(CASE WHEN {b} THEN 1 ELSE 0 END)", "SUM({n}) / COUNT(*)", "SUM({n}) / NULLIF(SUM({n}), 0)", "STDDEV({n})", "VARIANCE({n})",
              "COALESCE(SUM({n}), 0)", "ROUND(AVG({n}), 2)", "MAX({n}) - MIN({n})", "COUNT(*) * 1.0", "MAX(CASE WHEN {b} THEN {s} END)")
OWN_AGGREGATES = {
    "duckdb": ("STRING_AGG({s}, ',' ORDER BY {n})", "ARRAY_AGG({n} ORDER BY {t})", "LIST({s})", "SUM({n}) FILTER (WHERE {b})", "MEDIAN({n})", "QUANTILE_CONT({n}, 0.5)", "MODE({s})", "ARG_MAX({s}, {n})", "BOOL_OR({b})", "FIRST({s} ORDER BY {n})", "ANY_VALUE({s})",
               "PERCENTILE_CONT(0.5) WITHIN GROUP (ORDER BY {n})", "APPROX_COUNT_DISTINCT({s})", "HISTOGRAM({s})", "LISTAGG({s}, ',')", "MAX_BY({s}, {n})", "COUNT_IF({b})"),
    "postgres": ("STRING_AGG({s}, ',' ORDER BY {n})", "ARRAY_AGG({n} ORDER BY {t})", "SUM({n}) FILTER (WHERE {b})", "PERCENTILE_CONT(0.5) WITHIN GROUP (ORDER BY {n})", "BOOL_OR({b})", "JSONB_AGG({s})", "MODE() WITHIN GROUP (ORDER BY {s})", "JSON_OBJECT_AGG({s}, {n})"),
    "bigquery": ("STRING_AGG({s}, ',' ORDER BY {s} LIMIT 3)", "ARRAY_AGG({n} IGNORE NULLS ORDER BY {t} LIMIT 1)", "ARRAY_AGG(STRUCT({n} AS p))", "APPROX_QUANTILES({n}, 2)", "COUNTIF({b})", "ANY_VALUE({s})", "LOGICAL_OR({b})", "APPROX_COUNT_DISTINCT({s})", "ARRAY_AGG({s})[OFFSET(0)]"),
    "snowflake": ("LISTAGG({s}, ',') WITHIN GROUP (ORDER BY {s})", "ARRAY_AGG({n}) WITHIN GROUP (ORDER BY {t})", "MEDIAN({n})", "PERCENTILE_CONT(0.5) WITHIN GROUP (ORDER BY {n})", "OBJECT_AGG({s}, j)", "BOOLOR_AGG({b})", "APPROX_COUNT_DISTINCT({s})", "MAX_BY({s}, {n})", "ANY_VALUE({s})", "COUNT_IF({b})", "MODE({s})"),
    "databricks": ("COLLECT_LIST({s})", "COLLECT_SET({n})", "PERCENTILE({n}, 0.5)", "APPROX_PERCENTILE({n}, 0.5)", "FIRST({s})", "MAX_BY({s}, {n})", "COUNT_IF({b})", "ARRAY_AGG({s})", "STRING_AGG({s}, ',')", "ANY_VALUE({s})", "SUM({n}) FILTER (WHERE {b})"),
    "trino": ("ARRAY_AGG({n} ORDER BY {t})", "LISTAGG({s}, ',') WITHIN GROUP (ORDER BY {s})", "APPROX_PERCENTILE({n}, 0.5)", "MAX_BY({s}, {n})", "BOOL_OR({b})", "MAP_AGG({s}, {n})", "APPROX_DISTINCT({s})", "ARBITRARY({s})", "COUNT_IF({b})"),
    "tsql": ("STRING_AGG({s}, ',') WITHIN GROUP (ORDER BY {s})", "COUNT_BIG(*)", "STDEV({n})", "VAR({n})"),
    "mysql": ("GROUP_CONCAT({s} ORDER BY {s} SEPARATOR ',')", "GROUP_CONCAT(DISTINCT {s})", "BIT_OR({n})", "JSON_ARRAYAGG({s})", "STD({n})"),
    "redshift": ("LISTAGG({s}, ',') WITHIN GROUP (ORDER BY {s})", "MEDIAN({n})", "APPROXIMATE COUNT(DISTINCT {s})", "PERCENTILE_CONT(0.5) WITHIN GROUP (ORDER BY {n})", "BOOL_OR({b})"),
    "clickhouse": ("uniq({s})", "groupArray({s})", "argMax({s}, {n})", "quantile(0.5)({n})", "sumIf({n}, {b})", "countIf({b})", "any({s})", "anyLast({s})", "groupUniqArray({s})", "uniqExact({s})", "avgIf({n}, {b})", "minMap(a, a)", "topK(3)({s})"),
}
OWN_AGGREGATES["spark"] = OWN_AGGREGATES["databricks"]
WINDOWS = ("ROW_NUMBER() OVER (PARTITION BY {s} ORDER BY {t})", "RANK() OVER (ORDER BY {n} DESC)", "DENSE_RANK() OVER (ORDER BY {n})", "LAG({x}) OVER (ORDER BY {t})", "LEAD({n}, 1) OVER (ORDER BY {t})", "LEAD({n}, 1, 0) OVER (ORDER BY {t})",
           "FIRST_VALUE({s}) OVER (PARTITION BY {n} ORDER BY {t})", "LAST_VALUE({t}) OVER (ORDER BY {t} ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING)", "NTILE(4) OVER (ORDER BY {n})", "SUM({n}) OVER (PARTITION BY {s})",
           "COUNT(*) OVER ()", "AVG({n}) OVER (PARTITION BY {s} ORDER BY {t} ROWS BETWEEN 2 PRECEDING AND CURRENT ROW)", "PERCENT_RANK() OVER (ORDER BY {n})", "CUME_DIST() OVER (ORDER BY {n})", "MAX({t}) OVER (PARTITION BY {s})",
           "NTH_VALUE({s}, 2) OVER (ORDER BY {n})", "{n} - LAG({n}) OVER (ORDER BY {t})", "SUM(SUM({n})) OVER ()")


class Queries:
    def __init__(self, dialect, seed):
        self.r = random.Random(f"{dialect} {seed}")
        self.dialect = dialect
        self.columns = {name: types.get(dialect, types.get("")) for name, types in COLUMNS.items() if types.get(dialect, types.get(""))}

    def maybe(self, chance=0.5):
        return self.r.random() < chance

    # --- expressions

    def leaf(self, family, alias):
        names = {"n": "ibdnu", "s": "sk", "t": ("dt", "ts", "tz"), "b": "f", "x": tuple(self.columns)}[family]
        if self.dialect == "clickhouse":
            names = [name for name in names if name != "u"] or names
        literal = {"n": ("1", "2.5", "10"), "s": ("'a'", "'x'"), "t": (f"{alias}dt",), "b": ("TRUE", "1 = 1"), "x": ("NULL", "1", "'a'")}[family]
        if self.maybe(0.12):
            return self.r.choice(literal)
        return alias + self.r.choice([name for name in names if name in self.columns])

    def hole(self, name, depth, alias):
        if name == "cast":
            return self.r.choice(CASTS.get(self.dialect, CASTS[""]))
        if name == "on":
            return "o." + self.r.choice(("i", "z", "dt"))
        if name == "b1":
            return alias + "b"
        family = {"n": "n", "s": "s", "t": "t", "b": "b", "x": "x"}[name]
        if depth <= 0 or self.maybe(0.6):
            return self.leaf(family, alias)
        if family == "b":
            return self.fill(self.r.choice(("{n} > {n}", "{s} = 'a'", "{s} IS NOT NULL", "{t} > {t}", "{b} AND {b}")), depth - 1, alias)
        if family == "n":
            return self.fill(self.r.choice(("{n} + {n}", "{n} * {n}", "({n} - {n})", "COALESCE({n}, 0)", "ABS({n})", "CASE WHEN {b} THEN {n} ELSE {n} END", "{n} / {n}")), depth - 1, alias)
        if family == "s":
            return self.fill(self.r.choice(("UPPER({s})", "COALESCE({s}, {s})", "CONCAT({s}, {s})", "CASE WHEN {b} THEN {s} ELSE {s} END")), depth - 1, alias)
        if family == "t":
            return self.fill(self.r.choice(("COALESCE({t}, {t})", "CAST({t} AS DATE)", "CASE WHEN {b} THEN {t} END")), depth - 1, alias)
        return self.fill(self.r.choice((*COMMON, *OWN[self.dialect])), depth - 1, alias)

    def fill(self, template, depth, alias):
        return HOLE.sub(lambda found: self.hole(found[1], depth, alias), template)

    def expression(self, alias="", kind=None):
        """A readable expression whose columns have the alias in front."""
        for _ in range(40):
            kinds = kind or self.r.choice(("common", "common", "own", "own", "window"))
            templates = {"common": COMMON, "own": OWN[self.dialect], "window": WINDOWS, "aggregate": (*AGGREGATES, *AGGREGATES, *OWN_AGGREGATES[self.dialect])}[kinds]
            text = self.fill(self.r.choice(templates), self.r.randint(0, 2), alias)
            if self.reads(f"SELECT {text} AS c FROM far.t AS t"):
                return text
        return alias + "i"

    def reads(self, text):
        try:
            tree = sqlglot.parse_one(text, dialect=self.dialect)
            return tree is not None and not isinstance(tree, sqlglot.exp.Command) and sqlglot.parse_one(tree.sql(self.dialect), dialect=self.dialect) is not None
        except Exception:  # whatever it does not like
            return False

    # --- queries: each gives c0, c1, …

    def listed(self, count, alias="", kind=None):
        return ", ".join(f"{self.expression(alias, kind)} AS c{i}" for i in range(count))

    def plain(self):
        alias = self.r.choice(("", "t."))
        return f"SELECT {self.listed(4, alias)} FROM far.t AS t" + self.r.choice(("", f" WHERE {self.hole('b', 1, alias)}"))

    def grouped(self):
        return f"SELECT s, {self.listed(4, '', 'aggregate')} FROM far.t AS t GROUP BY s" + self.r.choice(("", " HAVING COUNT(*) > 1", " ORDER BY s"))

    def joined(self):
        how = self.r.choice(("JOIN", "LEFT JOIN", "FULL JOIN", "INNER JOIN"))
        return f"SELECT {self.listed(3, 't.')}, o.z AS z, o.i AS oi FROM far.t AS t {how} far.t2 AS o ON t.i = o.i"

    def using(self):
        return "SELECT i, s, z, dt FROM far.t AS t " + self.r.choice(("JOIN far.t2 AS o USING (i, dt)", "LEFT JOIN far.t2 AS o USING (i, dt)", "FULL JOIN far.t2 AS o USING (i, dt)"))

    def chained(self):
        first = self.r.choice((self.plain, self.grouped, self.joined, self.union))()
        use = self.r.choice(("SELECT * FROM w", "SELECT w.* FROM w", "SELECT c0, c1 AS d1, COALESCE(c2, c2) AS d2 FROM w", "SELECT MAX(c0) AS d0, COUNT(*) AS d1, MIN(c1) AS d2 FROM w",
                             "SELECT x.c0, y.c1 FROM w AS x JOIN w AS y ON x.c0 = y.c0", "SELECT c0, CASE WHEN c0 IS NULL THEN c1 ELSE c2 END AS d FROM w"))
        return f"WITH w AS ({first}) {use}"

    def union(self):
        count = 3
        kind = self.r.choice(("UNION ALL", "UNION ALL", "EXCEPT DISTINCT" if self.dialect == "bigquery" else "EXCEPT"))
        return f"SELECT {self.listed(count)} FROM far.t AS t {kind} SELECT {self.listed(count)} FROM far.t AS t" + (f" UNION ALL SELECT {self.listed(count)} FROM far.t AS t" if self.maybe(0.3) else "")

    def nested(self):
        return f"SELECT q.*, q.c0 AS again FROM ({self.r.choice((self.plain, self.grouped, self.union))()}) AS q"

    def alone(self):
        return "SELECT " + ", ".join(f"{self.fill(self.r.choice(('1 + 1', 'CAST(NULL AS {cast})', 'CAST(1 AS {cast})', chr(39) + 'a' + chr(39), 'NULL', '1.5 * 2', 'CASE WHEN 1 = 1 THEN 1 ELSE 2.5 END', 'CURRENT_DATE', '1 = 1')), 0, '')} AS c{i}" for i in range(4))

    def correlated(self):
        return f"SELECT t.i AS c0, (SELECT MAX(o.{self.r.choice(('i', 'z', 'dt'))}) FROM far.t2 AS o WHERE o.i = t.i) AS c1, {self.expression('t.')} AS c2 FROM far.t AS t"

    def upstream(self, known):
        name, columns = self.r.choice(known)
        a, b = self.r.choice(columns), self.r.choice(columns)
        return self.r.choice((f"SELECT * FROM {name}", f"SELECT u.* FROM {name} AS u", f"SELECT u.{a} AS c0, COALESCE(u.{a}, u.{b}) AS c1, CASE WHEN u.{a} IS NULL THEN u.{b} END AS c2 FROM {name} AS u",
                              f"SELECT MAX(u.{a}) AS c0, COUNT(u.{b}) AS c1, MIN(u.{b}) AS c2 FROM {name} AS u", f"SELECT {a} AS c0, {b} AS c1 FROM {name} UNION ALL SELECT {b}, {a} FROM {name}"))

    def special(self):
        own = {"duckdb": ("SELECT * EXCLUDE (a) FROM far.t", "SELECT * REPLACE (i + 1 AS i) FROM far.t", "SELECT v.x, v.y FROM (VALUES (1, 'a')) AS v(x, y)", "SELECT i, u.z FROM far.t, UNNEST(a) AS u(z)",
                          "FROM far.t SELECT i, s", "SELECT i AS p, p + 1 AS q FROM far.t", "SELECT i, COUNT(*) AS n2 FROM far.t GROUP BY ALL", "SELECT s, i, ROW_NUMBER() OVER w AS rn FROM far.t WINDOW w AS (PARTITION BY s) QUALIFY rn = 1",
                          "SELECT * FROM (SELECT s, f, n FROM far.t) PIVOT (SUM(n) AS total FOR f IN (TRUE AS yes, FALSE AS nope))", "SELECT t.s, l.q FROM far.t AS t CROSS JOIN LATERAL (SELECT t.i * 2 AS q) AS l"),
               "bigquery": ("SELECT * EXCEPT (a) FROM far.t", "SELECT * REPLACE (i + 1 AS i) FROM far.t", "SELECT t.i, x FROM far.t AS t, UNNEST(t.a) AS x", "SELECT t.i, x, o FROM far.t AS t, UNNEST(t.a) AS x WITH OFFSET AS o",
                            "SELECT s, i FROM far.t QUALIFY ROW_NUMBER() OVER (PARTITION BY s ORDER BY i) = 1", "SELECT t AS r FROM far.t AS t", "SELECT st.x, st.y FROM far.t", "SELECT x.p, x.q FROM UNNEST([STRUCT(1 AS p, 'a' AS q)]) AS x"),
               "snowflake": ("SELECT i, f2.value AS v, f2.index AS ix FROM far.t, LATERAL FLATTEN(INPUT => a) AS f2", "SELECT s, i FROM far.t QUALIFY ROW_NUMBER() OVER (PARTITION BY s ORDER BY i) = 1", "SELECT * EXCLUDE a FROM far.t",
                             "SELECT $1 AS x FROM VALUES (1)", "SELECT v.x FROM (VALUES (1, 'a')) AS v(x, y)", "SELECT * RENAME (i AS i9) FROM far.t"),
               "databricks": ("SELECT i, x FROM far.t LATERAL VIEW EXPLODE(a) e AS x", "SELECT * EXCEPT (a) FROM far.t", "SELECT i, EXPLODE(a) AS x FROM far.t", "SELECT s FROM far.t LEFT SEMI JOIN far.t2 ON t.i = t2.i", "SELECT s, i FROM far.t QUALIFY ROW_NUMBER() OVER (PARTITION BY s ORDER BY i) = 1"),
               "trino": ("SELECT t.i, x FROM far.t AS t CROSS JOIN UNNEST(t.a) AS u(x)", "SELECT v.x, v.y FROM (VALUES (1, 'a')) AS v(x, y)"),
               "postgres": ("SELECT t.i, x FROM far.t AS t CROSS JOIN LATERAL UNNEST(t.a) AS u(x)", "SELECT v.x, v.y FROM (VALUES (1, 'a')) AS v(x, y)", "SELECT DISTINCT ON (s) s, i FROM far.t ORDER BY s, i", "SELECT g AS d FROM GENERATE_SERIES(1, 3) AS g"),
               "tsql": ("SELECT TOP 5 i, s FROM far.t", "SELECT [i] AS [a b], x = s FROM far.t", "SELECT t.i, c.q FROM far.t AS t CROSS APPLY (SELECT t.i * 2 AS q) AS c"),
               "clickhouse": ("SELECT i, x FROM far.t ARRAY JOIN a AS x", "SELECT i AS p, p + 1 AS q FROM far.t", "WITH 1 AS one SELECT one, i FROM far.t", "SELECT * EXCEPT (a) FROM far.t", "SELECT s, i FROM far.t LIMIT 1 BY s", "SELECT * FROM far.t FINAL")}
        own["spark"] = own["databricks"][:4]
        return self.r.choice(own.get(self.dialect, ("SELECT * FROM far.t", "SELECT t.* FROM far.t AS t")))

    def query(self, known):
        for _ in range(40):
            shape = self.r.choice((self.plain, self.plain, self.plain, self.grouped, self.grouped, self.joined, self.using, self.chained, self.chained, self.union, self.nested, self.alone, self.correlated, self.special, None))
            text = shape() if shape else self.upstream(known)
            if self.reads(text):
                return text
        return "SELECT i AS c0 FROM far.t"


def columns_of(text, dialect):
    return [name for name in sqlglot.parse_one(text, dialect=dialect).named_selects if name != "*" and name.isidentifier()]


def project(dialect, seed, models=40):
    """The files of a project of random queries."""
    own = Queries(dialect, seed)
    files = {"config.yaml": "gateways:\n  local:\n    connection:\n      type: duckdb\n      database: ':memory:'\ndefault_gateway: local\n"
                            f"model_defaults:\n  dialect: {dialect}\n  start: '2024-01-01'\nvariables:\n  n: 3\n"}
    other = {"i": own.columns["i"], "z": own.columns["s"], "dt": own.columns["dt"]}
    shown = lambda columns: "".join(f"    {name}: {json_text(text)}\n" for name, text in columns.items())  # noqa: E731
    files["external_models.yaml"] = f"- name: far.t\n  columns:\n{shown(own.columns)}- name: far.t2\n  columns:\n{shown(other)}"
    known = [("far.t2", ["i", "z", "dt"])]
    for at in range(models):
        text = own.query(known)
        names = [name for name in columns_of(text, dialect) if name.islower() or dialect != "snowflake"]
        if own.maybe(0.1):  # a macro anywhere lets SQLMesh print the query and read it again
            text = text.replace("SELECT ", "SELECT @n AS many, ", 1) if "UNION" not in text and "EXCEPT" not in text and "WITH" not in text else text
        files[f"models/q{at}.sql"] = f"MODEL (name shop.q{at}, kind FULL);\n\n{text}\n"
        if names:
            known.append((f"shop.q{at}", names))
    return files


def json_text(text):
    return '"' + text.replace('"', '\\"') + '"'


def commented(dialect, seed, models=40):
    """The files of a project whose projections have comments between any two tokens."""
    own = Queries(dialect, seed)
    files = project(dialect, seed, 0)
    for at in range(models):
        lines = []
        for i in range(3):
            text = own.expression("", own.r.choice(("common", "own", "window"))) + own.r.choice((" AS ", " AS ", " ")) + f"c{i}"
            places = sorted({token.start for token in sqlglot.tokenize(text, dialect=dialect)})
            for place in sorted(own.r.sample(places, min(len(places), own.r.choice((0, 1, 1, 2)))), reverse=True):
                text = text[:place] + own.r.choice((f"/* at {place} */ ", f"-- line {place}\n  ")) + text[place:]
            lines.append(text + own.r.choice(("", "", " /* behind */", " -- behind\n")) + (own.r.choice((",", ", -- after\n", ", /* then */")) if i < 2 else ""))
        tail = own.r.choice(("", "\nFROM far.t", "\nFROM far.t -- end", " -- end", ";\n"))
        if "FROM" not in tail and not all(own.reads(f"SELECT {line.rstrip(',')}") for line in lines):
            tail = "\nFROM far.t"
        body = "SELECT\n  " + "\n  ".join(lines) + tail
        if own.maybe(0.15):
            body = body.replace("SELECT\n", "SELECT\n  @n AS many, -- of the macro\n", 1)
        if own.reads(body.replace("@n", "1").rstrip(";\n")):
            files[f"models/q{at}.sql"] = f"MODEL (name shop.q{at}, kind FULL);\n\n{body}"
    return files
