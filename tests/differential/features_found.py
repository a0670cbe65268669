"""Projects in which the two once disagreed: of random ones, of public ones, of macros and lambdas. One each, name -> files, as in features.py."""

from feature_parts import BASE, model, TIME, WINDOW, seed, queries

FOUND = {
    "crlf_files": {
        "models/base.sql": "MODEL (\r\n  name shop.base,\r\n  description 'two\r\nlines',\r\n  kind FULL\r\n);\r\n\r\nSELECT\r\n  1 AS id,\r\n  'a' AS region\r\n",
        "audits/a.sql": "AUDIT (name some);\r\nSELECT 1\r\nFROM @this_model\r\nWHERE FALSE;\r\n",
    },
    "values_without_a_name": {f"models/v{i}.sql": f"MODEL (name shop.v{i}, kind FULL, {text});\nSELECT 1 AS id, 2 AS word\n" for i, text in enumerate((
        "owner null, description CAST(id AS TEXT), stamp true", "owner [id], description (id, word), stamp null", "tags (id = 1, word, null)", "storage_format null", "table_format none", "project other", "virtual_environment_mode dev_only",
        "column_descriptions (id = (a, b))", "grains null", "references true", "grains id /* key */", "references -- the\n id -- one\n", "grains CAST(id AS INT64)", "references my_key( id )", "grains LOWER( id )"))},
    "queries_in_conditions": {
        **{f"models/{dialect}_{i}.sql": f"MODEL (name shop.{dialect}_{i}, kind INCREMENTAL_BY_UNIQUE_KEY (unique_key id, when_matched (WHEN MATCHED AND source.id > ({query}) THEN UPDATE SET target.word = ({query})), merge_filter source.id IN ({query})), dialect {dialect}, audits (forall(criteria := (id IN ({query}), EXISTS({query})))));\nSELECT id, word FROM far.t\n"
           for dialect in ("duckdb", "postgres", "snowflake", "bigquery", "redshift", "databricks") for i, query in enumerate((
               "SELECT MAX(Ds) FROM Db.Test", "SELECT DISTINCT u.id FROM far.u AS u LEFT JOIN far.v USING (id) WHERE u.a > 1 AND NOT b AND ds < @end_ds", "SELECT id FROM far.u GROUP BY id HAVING COUNT(*) > 1 ORDER BY id DESC LIMIT 3",
               "WITH c AS (SELECT 1 AS id) SELECT id FROM c UNION ALL SELECT id FROM (SELECT id FROM far.v WHERE source.id = v.id) AS x"))},
        **{f"models/filter_{i}.sql": f"MODEL (name shop.filter_{i}, kind INCREMENTAL_BY_UNIQUE_KEY (unique_key id, merge_filter source.id > {value}));\nSELECT id, word FROM far.t\n" for i, value in enumerate(("(SELECT 1)", "COALESCE((SELECT MAX(id) FROM far.u), 0)"))},
    },
    "times_of_a_quoted_format": {"models/m.sql": 'MODEL (name shop.m, kind INCREMENTAL_BY_TIME_RANGE (time_column (ds, "%Y")));\nSELECT ds FROM far.t\n'},
    "storage_of_a_call": {f"models/{dialect}.sql": f"MODEL (name shop.of_{dialect}, kind FULL, dialect {dialect}, storage_format ReplicatedMergeTree('/tables/{{shard}}/t', '{{replica}}', ver), table_format iceberg);\nSELECT 1 AS id\n" for dialect in ("clickhouse", "duckdb")},
    "grain_in_brackets": model("kind FULL, grain [id, ds]"),
    "casts_with_angles": {
        **BASE,
        **{f"models/{dialect}.sql": f"MODEL (name shop.of_{dialect}, kind FULL, dialect {dialect});\nSELECT CAST(a AS ARRAY<{i}>) AS a, COALESCE(CAST(b AS STRUCT<x {i}, y ARRAY<STRUCT<z {t}>>>), NULL) AS b, CAST(c AS MAP<{t}, {i}>) AS c FROM far.t WHERE a > 1\n"
           for dialect, i, t in (("bigquery", "INT64", "STRING"), ("spark", "INT", "STRING"), ("databricks", "INT", "STRING"), ("hive", "INT", "STRING"), ("trino", "INT", "VARCHAR"))},
    },
    "joins_of_oracle": {f"models/{dialect}.sql": f"MODEL (name shop.of_{dialect}, kind FULL, dialect {dialect});\nSELECT t.a FROM far.t AS t, far.u AS u WHERE t.id = u.id (+) AND t.b(+) = u.b\n"
                        for dialect in ("oracle", "snowflake", "redshift")},
    "rows_of_a_pattern": {f"models/{dialect}.sql": f"MODEL (name shop.of_{dialect}, kind FULL, dialect {dialect});\nSELECT * FROM far.t MATCH_RECOGNIZE (PARTITION BY a ORDER BY b MEASURES A.p AS s PATTERN (A B+ C+) DEFINE B AS p < PREV(p))\n"
                          for dialect in ("snowflake", "trino", "oracle")},
    "stages_of_snowflake": {
        "config": "variables:\n  known: other\n",
        **{f"models/s{i}.sql": f"MODEL (name shop.s{i}, kind FULL, dialect snowflake);\n{query}\n" for i, query in enumerate((
            "SELECT $1 AS a FROM @mystage", "SELECT $1 AS a, metadata$filename AS f FROM @mystage (PATTERN => '.*data.*')", "SELECT t.$1 AS a FROM @known.stage/path/x.csv (FILE_FORMAT => 'f', PATTERN => 'x') AS t",
            "SELECT file_url AS u FROM DIRECTORY(@mystage) WHERE size > 100", "SELECT a FROM @known.t JOIN @known.u USING (a)", "SELECT a FROM far.t, @known.z AS z", "SELECT a FROM db.@known.t", "SELECT a FROM @{known}.t",
            "SELECT a FROM @IF(1 = 1, far.t, far.u)", "SELECT @known AS a, @known.x AS b FROM far.t", "SELECT a FROM (SELECT a FROM @~/x) AS y", "SELECT a FROM @%tab/y"))},
    },
    "comments_of_athena": {f"models/c{i}.sql": f"MODEL (name shop.c{i}, kind FULL, dialect athena);\n{query}\n" for i, query in enumerate((
        "/* c */ SELECT a FROM far.t", "SELECT a /* x */ FROM far.t -- e", "-- d\nSELECT a, -- first\n b -- second\n FROM far.t -- third\n WHERE a > 1 -- fourth", "SELECT a FROM far.t; -- after\n-- more", "SELECT a FROM far.t -- x\n; /* after */", "SELECT a FROM far.t WHERE a > @execution_ds -- v", "SELECT a FROM far.t WHERE a = @execution_ds /* x */ AND b IN (1, 2) -- d", "SELECT a FROM far.t JOIN far.u USING (a) -- j",
        "SELECT a FROM far.t WHERE b = DATE '2024-01-01' -- e\n ORDER BY a DESC -- d",
        "DROP TABLE x; -- c\nSELECT a FROM far.t;\nDROP TABLE y; -- d", "SELECT /* q */ a FROM far.t WHERE /* w */ a > 1 GROUP BY a /* g */", "-- one\n\n-- two\nWITH x AS (\n  -- inner\n  SELECT a FROM far.t\n)\n-- outer\nSELECT a FROM x"))},
    "fields_of_types": {f"models/f{i}.sql": f"MODEL (name shop.f{i}, kind INCREMENTAL_BY_UNIQUE_KEY (unique_key (id, CAST(c AS {kind}))), dialect {dialect}, columns (id INT, c {kind}));\nSELECT *, CAST(c AS {kind}) AS d FROM far.t\n"
                        for i, (dialect, kind) in enumerate((
                            ("duckdb", 'STRUCT(Abc INT, "Def" TEXT)[]'), ("duckdb", "MAP(TEXT, STRUCT(Abc INT))"), ("bigquery", "STRUCT<Abc INT64, b ARRAY<STRUCT<Xy INT64>>>"), ("bigquery", "STRUCT<a INT64 NOT NULL>"), ("bigquery", "RANGE<DATE>"),
                            ("databricks", "STRUCT<Abc: INT COMMENT 'x', b: INT NOT NULL COMMENT 'y'>"), ("snowflake", "OBJECT(a INT, b VARCHAR NOT NULL)"), ("trino", "ROW(Abc INT)"), ("athena", "ROW(Abc INT, b ARRAY(ROW(x INT)))"), ("mysql", "DECIMAL(10,2) UNSIGNED"), ("mysql", "MEDIUMINT UNSIGNED"),
                            ("clickhouse", "Enum8('a'=-1,'b'=2)"), ("postgres", "integer array")))},
    "types_of_ones_own": {
        **BASE,
        "seeds/moods.csv": "id,mood\n1,calm\n",
        "external_models.yaml": "- name: far.moods\n  columns:\n    a: CITEXT\n    b: Mood\n    c: '\"Mood\"'\n    d: app.Mood\n    e: Mood[]\n    f: VECTOR(3)\n",
        "models/declared.sql": 'MODEL (name shop.declared, kind FULL, columns (id INT, a CITEXT, b LTREE, c VECTOR(3), d GEOMETRY, e app.Mood, f "Mood", g Mood[], i TSVECTOR, j HSTORE));\nSELECT * FROM far.others\n',
        "models/read.sql": "MODEL (name shop.read, kind VIEW);\nSELECT *, a AS x, b || 'x' AS y FROM far.moods\n",
        "models/after.sql": "MODEL (name shop.after, kind VIEW);\nSELECT * FROM shop.declared\n",
        "models/seeded.sql": "MODEL (name shop.seeded, kind SEED (path '../seeds/moods.csv'), columns (id INT, mood MOOD));\n",
        "models/casts.sql": "MODEL (name shop.casts, kind FULL);\nSELECT CAST(id AS Mood) AS a, region::CITEXT AS b, id::app.Mood AS c, id::\"Mood\" AS d, CAST(id AS Mood[]) AS e, NULL::HSTORE AS g, region::regclass AS h, "
                            "region::MOOD || 'x' AS j, COALESCE(region::MOOD, 'a') AS k, CASE WHEN id = 1 THEN region::MOOD END AS l FROM shop.base\n",
        "models/keys.sql": "MODEL (name shop.keys, kind INCREMENTAL_BY_UNIQUE_KEY (unique_key (region::Mood, id), merge_filter source.region::Mood > 'a'), partitioned_by (CAST(region AS CITEXT), id), "
                           "clustered_by (CAST(region AS app.Mood)), audits (forall(criteria := (region::Mood = 'a'))));\nSELECT id, region FROM shop.base\n",
        "models/parts.sql": "MODEL (name shop.parts, kind SCD_TYPE_2_BY_COLUMN (unique_key (id, region::Mood), columns [region]));\nSELECT id, region, @IF(1 = 1, region::Mood, region::Mood2) AS a FROM shop.base\n",
    },
    "grain_of_two": model("kind FULL, grain (id, ds)"),
    "grain_in_parens": model("kind FULL, grain (id)"),
    "grains_nested": model("kind FULL, grains ((id, ds)), references ((region, qty))"),
    "grains_of_calls": model("kind FULL, grains (NVL(id, 1), SUBSTR(region, 1)), references (IFNULL(id, 0), POW(qty, 2))"),
    "undefined_variables_in_names": {f"models/{d}.sql": f"MODEL (name shop.{d}, kind FULL, dialect {d});\nSELECT t.a_@{{nope}}, b AS @{{nope}}_B FROM x_@{{nope}}.T_@{{nope}}Y AS t\n" for d in ("duckdb", "snowflake")},
    "session_parameters": {f"models/{d}.sql": f"MODEL (name shop.{d}, kind FULL, dialect {d}, columns (a INT, z TEXT, v TEXT));\nSELECT a, @@GLOBAL.time_zone AS z, @@version AS v FROM x.t WHERE @@sql_mode <> 'x'\n" for d in ("mysql", "doris", "starrocks")},
    "lists_of_many_dialects": {
        f"models/{d}.sql": f"MODEL (name shop.{d}, kind FULL, dialect {d}, columns (a INT, b INT), grain [a, b], audits (unique_combination_of_columns(columns := [a, b]), accepted_values(column := a, is_in := [1, 2])), physical_properties (x = ['a']));\nSELECT a, b FROM x.t\n"
        for d in ("spark", "databricks", "hive", "mysql", "doris", "singlestore", "teradata", "starrocks", "trino", "snowflake", "clickhouse")
    },
    "grains_in_brackets": model("kind FULL, grains [id, ds]"),
    "partitioned_by_time_expression": model(f"{TIME}), partitioned_by (DATE_TRUNC('month', ds), region)", WINDOW),
    "scd_of_other_dialects": {
        f"models/{dialect}.sql": f"MODEL (name shop.{dialect}, kind SCD_TYPE_2_BY_COLUMN (unique_key id, columns [n]), dialect {dialect}, columns (id INT, n INT));\nSELECT 1 AS id, 2 AS n\n"
        for dialect in ("bigquery", "tsql", "mysql", "databricks", "redshift", "trino")
    },
    "literals_side_by_side": {"models/s.sql": "MODEL (name shop.s, kind FULL, dialect spark, description 'it''s', columns (id INT));\nSELECT 1 AS id\n"},
    "defaults_of_engine_kinds": {
        **model("kind FULL"), **seed("id\n1\n", ", columns (id INT)"), "external_models.yaml": "- name: far.orders\n  columns:\n    id: INT\n",
        "config": "  optimize_query: true\n  cron_tz: 'Europe/Berlin'\n  gateway: local\n  virtual_properties:\n    v: true\n    w: 1\nvirtual_environment_mode: dev_only\n",
    },
    "blueprint_texts": {
        "models/a.sql": "MODEL (name @{zone}.a, kind FULL, blueprints ((zone := shop, size := 'b', n := 2), (zone := mart, size := 'c')));\n"
                        "SELECT @BLUEPRINT_VAR('size') AS size, @size AS again, '@{size}x' AS t, @'@{size}y' AS u, CAST(@BLUEPRINT_VAR('n', 0) AS INT) AS n\n",
    },
    "partitioned_by_sign": model("kind FULL, partitioned_by = [\"ds\"]"),
    "audit_list_of_one": model("kind FULL, audits (unique_values(columns = (\n  id,\n)), not_null(columns := (id)))"),
    "comments_of_stars": {
        "models/known.sql": "MODEL (name shop.known, kind FULL);\nSELECT\n  * -- all\n  , id + 1 AS more -- one\nFROM shop.base\n",
        "models/unknown.sql": "MODEL (name shop.unknown, kind FULL);\nSELECT\n  *\n  -- all of them\n  , id + 1 AS more -- one\nFROM raw.nobody\n",
        "models/named.sql": "MODEL (name shop.named, kind FULL);\nSELECT t.* /* of t */, b.* /* of b */ FROM raw.nobody AS t JOIN shop.base AS b ON t.id = b.id\n",
        "models/declared.sql": "MODEL (name shop.declared, kind FULL, columns (id INT, qty INT));\nSELECT * /* kept */ FROM raw.nobody\n",
        "models/nested.sql": "MODEL (name shop.nested, kind FULL);\nSELECT * /* of a query */ FROM (SELECT 1 AS a) AS q\n",
        "models/plain.sql": "MODEL (name shop.plain, kind FULL, optimize_query false);\nSELECT * /* as it is */ FROM shop.base\n",
    },
    "aliases_named_as_clauses": model("kind FULL", "SELECT start.id, sort.qty, cluster.ds FROM shop.base AS b JOIN shop.base start ON start.id = b.id JOIN shop.base sort ON sort.id = b.id JOIN shop.base cluster ON cluster.id = b.id"),
    "comments_of_macros": {**model("kind FULL", "SELECT\n  @key, /* of a macro */\n  @word AS w, -- of an alias\n  b.@{key} AS of_b, -- of a name\n  @IF(TRUE, qty, ds) /* of a call */,\n  ds, -- of a column\n  @{key} + 1 AS next -- behind\n"
                                                 "FROM shop.base AS b"), "config": "variables:\n  key: id\n  word: a\n"},
    "columns_of_table_functions": {
        f"models/of_{number}.sql": f"MODEL (name shop.of_{number}, kind FULL, dialect duckdb);\n{query}\n" for number, query in enumerate((
            "SELECT a, b FROM READ_CSV('x.csv')", "SELECT r.a FROM READ_CSV('x.csv') AS r", "SELECT a FROM READ_PARQUET('x') AS r WHERE b > 1", "SELECT a FROM 'x.csv'",
            "SELECT *, 1 AS one FROM READ_JSON_AUTO('x')", "SELECT range FROM RANGE(3)", "SELECT n FROM RANGE(3) AS t(n)", "SELECT x FROM UNNEST([1, 2]) AS t(x)",
            "SELECT COUNT(*) AS n FROM READ_CSV('x')", "SELECT id FROM READ_CSV('x') AS r JOIN shop.base AS b ON r.k = b.id", "SELECT k FROM READ_CSV('x') AS r JOIN shop.base AS b ON r.k = b.id",
            "WITH c AS (SELECT a FROM READ_CSV('x')) SELECT a FROM c", "WITH c AS (SELECT r.a FROM READ_CSV('x') AS r) SELECT a FROM c", "SELECT id FROM shop.base WHERE id IN (SELECT k FROM READ_CSV('x'))"))
    },
    "comments_behind_within_group": model("kind FULL", "SELECT\n  -- the peak\n  CASE WHEN qty >= PERCENTILE_CONT(0.75) WITHIN GROUP (ORDER BY qty) OVER (PARTITION BY id) THEN TRUE ELSE FALSE END AS peak,\n"
                                          "  -- the median\n  PERCENTILE_CONT(0.5) WITHIN GROUP (ORDER BY qty) AS median,\n  -- of some\n  COUNT(*) FILTER (WHERE qty > 1) /* inside */ AS some,\n  SUM(qty) /* q */ FILTER (WHERE qty > 1) AS sum_of_some, -- after it\n"
                                          "  PERCENTILE_CONT(0.1) WITHIN GROUP (ORDER BY qty) /* kept */ AS tenth,\n  -- more than that\n  COUNT(*) >= PERCENTILE_CONT(0.9) WITHIN GROUP (ORDER BY qty) AS high,\n"
                                          "  -- the last\n  MAX(id) AS last_id -- behind it\nFROM shop.base GROUP BY id"),
    "comments_of_operations": model("kind FULL", "SELECT\n  id,\n  -- of the sum\n  id + qty AS total,\n  -- of the call\n  ABS(qty) AS size,\n  id /* left */ + qty /* right */ AS a,\n"
                                                 "  id + /* sign */ qty AS b,\n  -- of the case\n  CASE WHEN id > 1 /* inner */ THEN 1 END AS c,\n  -- of the cast\n  qty::BIGINT AS d,\n"
                                                 "  (id + qty) /* behind */ AS e,\n  qty -- before as\n  AS f,\n  region || 'x' -- line\n  AS g,\n  id IN (1) /* in */ AS h,\n  -- of not\n  NOT id = 1 AS i,\n  -- of the column\n  ds\nFROM shop.base"),
    "comments_without_semicolon": {
        **BASE,
        **{f"models/c{i}.sql": f"MODEL (name shop.c{i}, kind FULL);\n\nSELECT id, {column} AS n{tail}" for i, (column, tail) in enumerate((
            ("2", " /* behind */"), ("2", " -- behind\n"), ("@n", " -- behind\n"), ("CAST(2 AS INT)", " /* one */ /* two */\n\n"), ("2", "\nFROM shop.base -- of the table\n")))},
        "config": "variables:\n  n: 3\n  m: 4\n",
    },
    "letters_beyond_ascii": {
        **{f"models/{dialect}.sql": f"MODEL (name shop.{dialect}_Übersicht, kind FULL, dialect {dialect});\n\nSELECT 1 AS Größe, 2 AS ÄRZTE, 3 AS Ещё\n"
           for dialect in ("bigquery", "databricks", "duckdb", "postgres", "snowflake", "tsql")},
        "models/z.sql": "MODEL (name shop.Zähler, kind FULL);\nSELECT GRÖßE, Ärzte, ЕЩЁ FROM shop.DUCKDB_ÜBERSICHT\n",
    },
    "comments_of_windows": model("kind FULL", "SELECT\n  ROW_NUMBER() /* before over */ OVER (ORDER BY id) AS a,\n  -- of the sum\n  SUM(qty) OVER (PARTITION BY /* inside */ region) AS b,\n"
                                              "  -- of the zone\n  updated_at AT TIME ZONE 'UTC' AS c,\n  /* of bits */ id & 1 AS d,\n  id /* bit */ | 1 AS e,\n  -- of the interval\n  ds + INTERVAL '1 day' f, -- behind f\n"
                                              "  -- of the choice\n  CASE WHEN id = 1 THEN 2 END g\nFROM shop.base"),
    "columns_of_other_dialects": {
        "models/a.sql": "MODEL (name shop.a, kind FULL, columns (i INT, b BIGINT, d DOUBLE PRECISION, n DECIMAL(10, 2), s TEXT, v VARCHAR(10), dt DATE, ts TIMESTAMP, f BOOLEAN));\nSELECT 1 AS i\n",
        **{f"models/{dialect}.sql": f"MODEL (name shop.{dialect}, kind FULL, dialect {dialect});\nSELECT *, COALESCE(i, 1) AS c, MAX(s) OVER () AS m, CASE WHEN f THEN dt END AS w, i / 2 AS q FROM shop.a\n"
           for dialect in ("bigquery", "clickhouse", "databricks", "mysql", "postgres", "redshift", "spark", "trino", "tsql")},
        "models/z.sql": "MODEL (name shop.z, kind FULL);\nSELECT x.i, y.c, y.m, y.w, z.q FROM shop.bigquery AS x JOIN shop.clickhouse AS y ON x.i = y.i JOIN shop.tsql AS z ON z.i = y.i\n",
    },
    "types_that_words_lose": {
        "models/a.sql": "MODEL (name shop.a, kind FULL, dialect bigquery);\nSELECT 1 AS i, COUNT(*) AS n, CAST(1 AS INT64) AS b, 'x' AS s, NULL AS u\n",
        **{f"models/{dialect}.sql": f"MODEL (name shop.{dialect}, kind FULL, dialect {dialect});\nSELECT * FROM shop.a\n" for dialect in ("bigquery", "clickhouse", "postgres", "tsql")},
    },
    "casts_after_macros": {
        **{f"models/{dialect}.sql": f"MODEL (name shop.{dialect}, kind FULL, dialect {dialect});\nSELECT @n AS n, CAST(1 AS INT) AS i, CAST('a' AS VARCHAR(10)) AS v, CAST(1 AS DECIMAL(10, 2)) AS d, CAST(NULL AS CHAR(3)) AS c\n"
           for dialect in ("bigquery", "clickhouse", "databricks", "duckdb", "mysql", "postgres", "redshift", "spark", "trino", "tsql")},
        "models/z.sql": "MODEL (name shop.z, kind FULL, dialect mysql);\nSELECT * FROM shop.mysql\n",
        "config": "variables:\n  n: 3\n  m: 4\n",
    },
    "types_of_functions": {
        "models/clickhouse.sql": "MODEL (name shop.clickhouse, kind FULL, dialect clickhouse);\nWITH w AS (SELECT CAST(1 AS Int32) AS i, CAST('a' AS Nullable(String)) AS s, [1, 2] AS a, quantile(0.5)(1.5) AS q, any('a') AS x) SELECT i, s, a, q, x, i + 1 AS j FROM w\n",
        "models/named.sql": "MODEL (name shop.named, kind FULL, dialect clickhouse);\nWITH 1 AS one SELECT one, CAST(2 AS Int8) AS two\n",
        "models/tsql.sql": "MODEL (name shop.tsql, kind FULL, dialect tsql);\nSELECT CONVERT(DATE, '2024-01-01') AS a, TRY_CONVERT(INT, '1') AS b, HASHBYTES('SHA2_256', 'x') AS c\n",
        "models/spark.sql": "MODEL (name shop.spark, kind FULL, dialect spark);\nSELECT NAMED_STRUCT('p', 1, 'q', 'x') AS a, CAST(NULL AS VARCHAR(5)) AS b, CAST('a' AS CHAR(3)) AS c\n",
        "models/redshift.sql": "MODEL (name shop.redshift, kind FULL, dialect redshift);\nSELECT APPROXIMATE COUNT(DISTINCT 1) AS a, SYSDATE AS b\n",
        "models/mysql.sql": "MODEL (name shop.mysql, kind FULL, dialect mysql);\nSELECT 1 XOR 1 AS a, 'a' COLLATE utf8_bin AS b\n",
        "models/duckdb.sql": "MODEL (name shop.duckdb, kind FULL, dialect duckdb);\nSELECT 1 << 2 AS a, 8 >> 1 AS b, CAST(1 AS DECIMAL(10, 2)) & 1 AS c\n",
    },
    "session_defaults": {**model("kind FULL, session_properties (own = 1, 'a.b' = 'x', t = none)"), "config": "  session_properties:\n    s: 2\n    t: later\n"},
    "schema_mapping_of_another_dialect": {
        "models/s.sql": "MODEL (name shop.s, kind FULL, dialect snowflake, columns (id INT));\nSELECT 1 AS id\n", "config": "physical_schema_mapping:\n  '^shop$': Stored\n"},
    "variables_of_another_gateway": {
        **model("kind FULL, gateway second", "SELECT @n AS n, @GATEWAY AS g, qty FROM shop.base"),
        "models/own.sql": "MODEL (name shop.own, kind FULL, audits (inside));\nSELECT @n AS n\n;\nAUDIT (name inside);\nSELECT * FROM @this_model WHERE n < @n;\n",
        "gateways": "  second:\n    connection: {type: duckdb, database: second.db}\n    variables:\n      n: 8\n",
        "config": "variables:\n  n: 3\n  m: 4\n",
    },
    "comments_after_the_query": {
        **{f"models/c{i}.sql": f"MODEL (name shop.c{i}, kind FULL);\n\nSELECT 1 AS id, {tail}" for i, tail in enumerate((
            "2 AS n;\n-- after all\n", "2 AS n /* before it */;\n\nCREATE TABLE IF NOT EXISTS more AS SELECT 1 AS x;\n", "@EACH([1, 2], x -> @x AS e_@x) -- of a macro\n", "2 AS @{word}_n -- of a name\n"))},
        "config": "variables:\n  word: ab\n  m: 4\n",
    },
    "comments_before_from": {
        **model("kind FULL", "SELECT\n  id,\n  -- of ds\n  ds\n  -- , qty\nFROM shop.base"),
        "models/read_again.sql": "MODEL (name shop.read_again, kind FULL);\nSELECT\n  id,\n  -- of ds\n  ds\n  -- , qty\nFROM shop.base\nWHERE @IF(TRUE, id > 0)\n",
        "models/zone.sql": "MODEL (name shop.zone, kind FULL);\nSELECT\n  -- lost\n  ds AT TIME ZONE 'UTC' AS a,\n  -- kept\n  id AS b\nFROM shop.base\n",
    },
    "comma_too_many": model("kind FULL", "SELECT id, qty,\n  , ds FROM shop.base"),
    "seed_headers": seed(",Cust Id, Month,Name,1A,a.b,Order\n1,2,3,4,5,6,7\n"),
    "unnamed_columns": {
        **model("kind VIEW", "SELECT id::BIGINT, COUNT(*), MAX(qty) + 1 FROM shop.base GROUP BY 1"),
        "models/w.sql": "MODEL (name shop.w, kind FULL, dialect bigquery);\nSELECT DATE_TRUNC(a, WEEK(MONDAY)) AS w FROM shop.v\n",
        "models/v.sql": "MODEL (name shop.v, kind FULL, dialect bigquery);\nSELECT CAST(x AS DATE) AS a FROM far.away\n",
        "models/t.sql": "MODEL (name shop.t, kind FULL, dialect snowflake);\nSELECT TRY_TO_TIMESTAMP(x) AS a, TO_TIMESTAMP_NTZ('2024-01-01') AS b, TO_TIMESTAMP(1) AS c, "
                        "TO_TIMESTAMP_TZ(x, 'YYYY') AS d, TO_TIME(x) AS e, TO_DATE('1') AS f FROM far.away\n",
    },
    "metrics_unused": {**model("kind FULL"), "metrics/m.sql": "METRIC (name total, expression SUM(shop.child.qty));\n"},
    "python_unused": {**model("kind FULL"), "signals/s.py": "from sqlmesh import signal\n\n\n@signal()\ndef ready(batch):\n    return True\n",
                      "macros/m.py": "from sqlmesh import macro\n\n\n@macro()\ndef twice(evaluator, x):\n    return x\n"},
    "external_type_with_comma": {
        "external_models.yaml": "- name: far.orders\n  columns:\n    id: INT,\n    total: DOUBLE PRECISION,\n",
        "models/a.sql": "MODEL (name shop.a, kind VIEW);\nSELECT id FROM far.orders\n",
    },
    "external_in_sql": {
        "models/a.sql": "MODEL (name shop.a, kind EXTERNAL, owner me, audits (not_null(columns := (id))), columns (id INT));\nSELECT id, 2 AS k FROM far.t\n",
        "models/b.sql": "MODEL (name shop.b, kind EXTERNAL);\nSELECT 1 AS id, @EACH([1, 2], x -> x AS n_@x)\n",
        "models/c.sql": "MODEL (name shop.c, kind FULL);\nSELECT a.*, b.n_1 FROM shop.a AS a JOIN shop.b AS b USING (id)\n",
    },
    "external_of_gateway": {
        "external_models.yaml": "- name: far.orders\n  columns:\n    id: INT\n- name: far.orders\n  gateway: local\n  columns:\n    id: BIGINT\n- name: far.other\n  gateway: elsewhere\n",
        "models/a.sql": "MODEL (name shop.a, kind VIEW);\nSELECT id FROM far.orders\n",
    },
    "other_dialects": {
        "models/s.sql": "MODEL (name shop.s, kind FULL, dialect snowflake, columns (id INT));\nSELECT 1 AS id\n",
        "models/b.sql": "MODEL (name shop.b, kind FULL, dialect bigquery, columns (id INT64));\nSELECT 1 AS id\n",
    },
    "columns_of_stars_and_functions_of_postgres": queries(
        "postgres", "WITH t(a, b) AS (VALUES (1, 'x'), (2, 'y')) SELECT a, b, a + 1 AS c FROM t", "SELECT * FROM GENERATE_SERIES(1, 10)", "SELECT * FROM GENERATE_SERIES(1, 10) AS g",
        "SELECT g.* FROM GENERATE_SERIES(1, 3) AS g", "SELECT * FROM (SELECT 1 AS a) AS t CROSS JOIN GENERATE_SERIES(1, 3)", "SELECT * FROM (SELECT 1 AS a) AS t CROSS JOIN LATERAL GENERATE_SERIES(1, t.a) AS d",
        "SELECT * FROM UNNEST(ARRAY[1], ARRAY['a']) AS x(a, b)", "SELECT * FROM UNNEST(ARRAY[1]) WITH ORDINALITY AS x(a, b)", "SELECT * FROM JSON_ARRAY_ELEMENTS('[1]') WITH ORDINALITY AS x(a, b)",
        "SELECT a, a IS JSON ARRAY WITH UNIQUE KEYS AS b, a IS NOT JSON OBJECT AS c FROM (SELECT '1' AS a) AS t", "SELECT XMLELEMENT(NAME foo, XMLATTRIBUTES('x' AS bar), a) FROM (SELECT 1 AS a) AS t",
        "SELECT MLEAST(VARIADIC ARRAY[10, 4.4])", "SELECT a ?| ARRAY['b'] AS b, a ?& ARRAY['b'] AS c, a #- '{b}' AS d, a #> '{b}' AS e, a #>> '{b}' AS f FROM (SELECT '{}'::JSONB AS a) AS t",
        "SELECT 'x' @@ 'y' AS a, 'x' !~* 'y' AS b, 1 / 2 ^ 3 AS c, 2 * 3 ^ x AS d FROM far.t", "SELECT (a, b) OVERLAPS (b, a) AS c FROM (SELECT 1 AS a, 2 AS b) AS t"),
    "stars_take_tables_first": queries(
        "duckdb", "WITH x AS (SELECT 2 AS b) SELECT * FROM (SELECT 1 AS a) AS t CROSS JOIN x", "SELECT * FROM (VALUES (1)) AS g(n) CROSS JOIN (SELECT 2 AS b) AS x", "SELECT * FROM (SELECT 2 AS b) AS x CROSS JOIN RANGE(3) AS g(n)",
        "WITH x AS (SELECT 2 AS b) SELECT * FROM (SELECT 1 AS b, 3 AS c) AS t JOIN x USING (b)", "SELECT * FROM (SELECT 1 AS a) AS t CROSS JOIN UNNEST([1]) AS u(x) CROSS JOIN (SELECT 2 AS b) AS y"),
    "columns_of_duckdb_and_spark": {
        **queries("duckdb", "SELECT LIST_TRANSFORM([5], LAMBDA x, y : x + y), a FROM (SELECT 1 AS a) AS t", "SELECT LIST_APPLY([1], i -> {'f': [1, 2][i]}), a FROM (SELECT 1 AS a) AS t", "SELECT foo: 1, \"Bar\": a + 1, baz: (SELECT 42), q: t.a FROM (SELECT 1 AS a) AS t",
                  "SELECT a ^@ b AS c, a ~~~ b AS d FROM far.t", "SELECT ANY(a > 1) AS b FROM (SELECT 1 AS a) AS t"),
        **{f"models/spark_{i}.sql": f"MODEL (name shop.spark_{i}, kind FULL, dialect spark);\n{text}\n" for i, text in enumerate((
            "SELECT FILTER(a, x -> 1 < x) AS b, EXISTS(a, x -> 1 < x) AS c, ANY(TRUE) AS d FROM (SELECT ARRAY(1) AS a) AS t", "SELECT * FROM POSEXPLODE(ARRAY('a')) AS (a, b)", "SELECT * FROM UNNEST(ARRAY('7')) AS (x)",
            "WITH x (SELECT 1 AS a) SELECT * FROM x", "WITH t AS (VALUES ('a') AS t(b)) SELECT b FROM t", "SELECT SUBSTR('Spark' FROM 5 FOR 1) AS a"))},
    },
    "columns_of_bigquery": queries(
        "bigquery", "SELECT ARRAY<FLOAT64>[1, 2] AS a, ARRAY<STRING>[] AS b, STRUCT<x INT64, y ARRAY<STRING>>(1, ['x']) AS c, STRUCT<x INT64>(1).x AS d", "SELECT * FROM UNNEST(ARRAY<STRUCT<x INT64, y STRING>>[(1, 'a')])",
        "SELECT * FROM UNNEST(ARRAY<STRUCT<x INT64>>[]) AS t", "SELECT x, t.x AS y FROM UNNEST(ARRAY<STRUCT<x INT64>>[STRUCT(1)]) AS t",
        *(f"SELECT CAST(x AS TIME FORMAT 'HH') AS a, CAST(x AS DATETIME FORMAT 'YYYY') AS b, SAFE_CAST(x AS DATE FORMAT 'YYYY') AS c, CAST(x AS STRING FORMAT 'YYYY') AS d, TO_HEX(MD5(x)) AS e, UPPER(TO_HEX(MD5(x))) AS f, "
          f"TO_HEX(SHA256(x)) AS g, SAFE.TIMESTAMP(x) AS h, SAFE.PARSE_DATE('%Y', x) AS i, SAFE.SUBSTR(x, 1) AS j FROM {table}" for table in ("far.t", "(SELECT 'x' AS x) AS t"))),
    "fields_of_bigquery_as_columns": queries(
        "bigquery", *("WITH x AS (SELECT 2 AS b, [1] AS d, [STRUCT(1 AS f, 'a' AS g)] AS e, STRUCT(1 AS f, STRUCT(2 AS h) AS g) AS s) SELECT " + rest for rest in (
            "i.*, b FROM x CROSS JOIN UNNEST(e) AS i", "i.* EXCEPT (g), b FROM x, x.e AS i", "i.* FROM x, UNNEST(d) AS i", "s.*, x.s.f AS q FROM x", "x.s.g.* FROM x", "x.b, i FROM x, x.d AS i", "b FROM x, x.d", "x.b, i.f FROM x LEFT JOIN x.e AS i",
            "(SELECT SUM(f) FROM UNNEST(e)) AS s2, b FROM x", "ARRAY(SELECT i.f FROM UNNEST(x.e) AS i) AS c, (SELECT MAX(i) FROM UNNEST(d) AS i) AS m FROM x", "nope.* FROM x")),
        "SELECT s.* FROM far.t", "SELECT t.b, e.f FROM far.t AS t, t.d AS e"),
    "formats_in_quotes_of_names": {f"models/{dialect}.sql": f"MODEL (name shop.of_{dialect}, kind INCREMENTAL_BY_TIME_RANGE (time_column (ds, \"%Y\")), dialect {dialect});\nSELECT id::INT, ds::TEXT FROM far.t\n"
                                   for dialect in ("duckdb", "postgres", "snowflake")},
    "times_as_arguments_of_audits": {f"models/{dialect}.sql": (
        f"MODEL (name shop.of_{dialect}, kind FULL, dialect {dialect}, audits (accepted_range(column := id, max_v := current_date), not_null(columns := (id, current_date)){more}));\nSELECT id FROM far.t\n")
        for dialect, more in {**dict.fromkeys(("snowflake", "bigquery", "databricks", "redshift"), ""), **dict.fromkeys(("duckdb", "postgres"), ", at_least_one(column := CURRENT_TIMESTAMP, condition := localtimestamp)")}.items()},
    "names_of_what_is_cast": {f"models/{dialect}.sql": (
        f"MODEL (name shop.of_{dialect}, kind FULL, dialect {dialect});\nWITH a AS (SELECT CAST(NULL AS INT), 1 AS id) SELECT CAST((id) AS INT), CAST(-1 AS INT), (-2), CAST((3) AS INT), a.id FROM a\n")
        for dialect in ("duckdb", "postgres", "snowflake", "bigquery", "tsql", "clickhouse")},
    "literals_with_types": {
        **queries("spark", "SELECT 1d AS c, 1.5f AS d, 1L AS e, 10S AS f, 1Y AS g, 1.5BD AS h, 2 l, 3L + 1 AS i, 1e5 AS j, 1l, 4 d2", "SELECT 1 s, 2 AS y"),
        "models/trino.sql": "MODEL (name shop.of_trino, kind FULL, dialect trino);\nSELECT TIMESTAMP '2012-10-31 01:00:00 +02:00' AS a, TIMESTAMP '2012-10-31 01:00:00 UTC' AS b, TIMESTAMP '2012-10-31 01:00:00' AS c\n",
    },
    "columns_of_laterals": {
        **queries("postgres", *("WITH x AS (SELECT 2 AS b) SELECT " + rest for rest in (
            "* FROM x LEFT JOIN LATERAL (SELECT x.b + 1 AS s) AS l ON TRUE", "x.*, l.s FROM x LEFT JOIN LATERAL (SELECT x.b + 1 AS s) AS l ON TRUE", "x.*, s FROM x, LATERAL (SELECT x.b + 1 AS s) AS l",
            "* FROM x, LATERAL (SELECT x.b + 1) AS l(s)", "* FROM x, LATERAL (VALUES (1, 'a')) AS l(s, t)"))),
        "models/apply.sql": "MODEL (name shop.apply, kind FULL, dialect tsql);\nWITH x AS (SELECT 2 AS b) SELECT x.b, v FROM x OUTER APPLY (SELECT MAX(x.b) AS v) l\n",
        "models/applied.sql": "MODEL (name shop.applied, kind FULL, dialect tsql);\nWITH x AS (SELECT 2 AS b) SELECT x.b, l.v FROM x CROSS APPLY (VALUES (1), (2)) AS l(v)\n",
        "models/joined.sql": "MODEL (name shop.joined, kind FULL, dialect clickhouse);\nSELECT arrayJoin(d) AS e, arrayJoin([1, 2]) AS f FROM (SELECT [1, 2] AS d) AS t\n",
    },
    "names_of_columns_without_an_alias": {
        **{f"models/{dialect}_{i}.sql": f"MODEL (name shop.{dialect}_{i}, kind FULL, dialect {dialect});\nSELECT {value} FROM {table}\n"
           for dialect in ("duckdb", "postgres") for i, (value, table) in enumerate((value, table) for table in ("far.t", "(SELECT 'x' AS a, 'y' AS b) AS t") for value in (
               "a[1]", "a['k']", "(a[1])", "a[1]::TEXT", "[1, 2][2]", "a -> 'b'", "a ->> '$.b.c'", "a -> 'b' ->> 'C'", "(a ->> 'b')::INT", "CAST(f('x') AS INT)", "(F(a))", "UPPER('Q')::TEXT", "COUNT(1)::INT", "SUM(a)::INT",
               "(1 + a)", "(a + 1)", "((a))", "(a)::INT", "CAST(-1 AS INT)", "NULL::INT", "'Text'", "'Text'::TEXT", "1E5", "CAST('2024-01-01T00' AS TIMESTAMP)", "CAST(INTERVAL '1' DAY AS TEXT)", "CAST(EXTRACT(epoch FROM a) AS BIGINT)",
               "DATE_TRUNC('day', a)::DATE", "CASE 'x' WHEN a THEN 1 END::INT", "(SELECT 1)", "(SELECT 1 AS z)::INT", "('x' IN (a))", "(1 BETWEEN a AND b)", "('x' LIKE a)", "('x' NOT LIKE a)", "$$Foo$$", "$$Foo$$::TEXT", "e'ab'::TEXT", "(t.a)::INT",
               "TRIM('a')::TEXT", "POSITION('a' IN 'bc')::TEXT", "NOW()::DATE", "MOD(1, 2)::INT", "COUNT(*)::INT"))},
        "models/snow.sql": "MODEL (name shop.snow, kind FULL, dialect snowflake);\nSELECT a:b.C, a:b['d'], a[0], a[0]:x, UPPER('Q')::TEXT, (1 + a) FROM far.t\n",
        "models/big.sql": "MODEL (name shop.big, kind FULL, dialect bigquery);\nSELECT CAST(f('x') AS INT64), a[OFFSET(0)], JSON_VALUE(a, '$.b.c'), CAST(UPPER('Q') AS STRING), (1 + a) FROM far.t\n",
    },
    "types_in_the_ways_of_dialects": {
        f"models/{dialect}_{i}.sql": f"MODEL (name shop.{dialect}_{i}, kind FULL, dialect {dialect});\n{text}\n".replace("BASE", "(SELECT CAST(1 AS INT) AS qty, CAST('a' AS VARCHAR(9)) AS name, CAST('2024-01-01' AS DATE) AS ds, CAST('2024-01-01' AS TIMESTAMP) AS ts, CAST(TRUE AS BOOLEAN) AS ok)")
        for dialect, texts in {
            "postgres": ("SELECT name::JSONB ->> 'a'::INT AS a, name::JSONB -> 'a' ->> 'b'::VARCHAR(5) AS b, DATE '2024-01-01'::TIMESTAMP AS c, TEXT 'a'::VARCHAR(5) AS d, |/ qty AS e, ts AT TIME ZONE 'UTC'::TEXT AS f FROM BASE AS t",
                         "SELECT qty AS a, ds FROM BASE AS t WHERE EXISTS(SELECT 1 FROM BASE AS u WHERE u.qty = a)", "SELECT qty AS a, ds FROM BASE AS t ORDER BY nowhere", "SELECT qty AS a, ds FROM BASE AS t ORDER BY a"),
            "duckdb": ("SELECT name::JSON ->> 'a'::INT AS a, TIMESTAMP '2024-01-01'::DATE AS b, MAP(['a'], [qty])['a'] AS c, MAP(['a'], [qty])['b'] AS d FROM BASE AS t",),
            "snowflake": ("SELECT TO_CHAR(LAST_DAY(ds), 'YYYY') AS a, TO_VARCHAR(ds, 'YYYY') AS b, TO_CHAR(ds::DATE, 'YYYY') AS c, TO_CHAR(TO_CHAR(CURRENT_DATE(), 'YYYY'), 'YYYY') AS d, TO_VARCHAR(CONVERT_TIMEZONE('UTC', ts), 'YYYY') AS e FROM BASE AS t",
                          "SELECT TO_CHAR(LAST_DAY(ds), 'YYYY') AS a FROM far.t", "SELECT TRANSFORM([1], x INT -> x + 1) AS a, qty FROM BASE AS t"),
            "bigquery": ("SELECT PERCENTILE_CONT(CAST(qty AS NUMERIC), 0.5) OVER () AS a, PERCENTILE_DISC(CAST(qty AS NUMERIC), 0.5) OVER () AS b FROM BASE AS t",),
            "databricks": ("SELECT ELEMENT_AT(MAP('a', qty), 'a') AS a, MAP('a', qty)['a'] AS b, MAP('a', qty)['b'] AS c, MAP_FROM_ARRAYS(ARRAY('a'), ARRAY(qty))['a'] AS d FROM BASE AS t",),
            "redshift": ("SELECT APPROXIMATE PERCENTILE_DISC(0.5) WITHIN GROUP (ORDER BY qty) AS a, APPROXIMATE COUNT(DISTINCT qty) AS b FROM BASE AS t",),
            "trino": ("SELECT ELEMENT_AT(MAP(ARRAY['a'], ARRAY[qty]), 'a') AS a, qty <> ALL (VALUES 1, 2) AS b, qty IN (VALUES 1, 2) AS c, (VALUES 1) AS d, JSON_QUERY(JSON_PARSE(name), 'lax $.a') AS e, JSON_QUERY(name, 'lax $.a') AS f FROM BASE AS t",),
            "tsql": ("SELECT DATEPART(dw, ds) AS a, DATEPART(ISO_WEEK, ds) AS b, DATEADD(weekday, 1, ds) AS c, DATEADD(mm, 1, ds) AS d, DATEDIFF(qq, ds, ds) AS e, ds, CASE WHEN qty !< 1 THEN 1 ELSE 2 END AS f FROM BASE AS t",
                     "SELECT DATE_BUCKET(WEEK, 1, ts) AS a, ds FROM BASE AS t", "SELECT t.ds, u.qty FROM BASE AS t INNER HASH JOIN BASE AS u ON t.qty = u.qty LEFT LOOP JOIN BASE AS v ON v.qty = u.qty"),
            "mysql": ("SELECT CONVERT(name USING utf8mb4) AS a, BINARY name AS b, _utf8mb4'abc' AS c, ADDDATE(ds, 1) AS d, qty MEMBER OF (name) AS e, name SOUNDS LIKE 'a' AS f, (1, name) IN ((1, 'a')) && ok AS g, ok || ok AS h, DATE_SUB(ds, INTERVAL qty - 1 MONTH) AS i FROM BASE AS t",
                      "SELECT TIMESTAMPADD(HOUR, 1, ts) AS a, ds FROM BASE AS t", "SELECT k, w, t.ds FROM (VALUES ROW(1, 'x'), ROW(2, 'y')) AS v(k, w), BASE AS t", "SELECT t.ds, u.qty FROM BASE AS t STRAIGHT_JOIN BASE AS u ON t.qty = u.qty"),
            "clickhouse": ("SELECT JSONExtractString(name, 'a', 'b') AS a, extract(lower(name), 'a') AS b, date_add(ds, INTERVAL 1 DAY) AS c, date_add(DAY, 1, ds) AS d, groupConcat(',')(name) AS e, name GLOBAL IN (SELECT 'a') AS g FROM BASE AS t GROUP BY ALL",
                           "SELECT ok ? qty : ts AS f, ds FROM BASE AS t WHERE or(ok, qty > 1) AND and(ok, ok)"),
        }.items() for i, text in enumerate(texts)},
    "blocks_of_other_dialects_beside_macros": {  # SQLMesh prints such a block in the project's dialect and reads it again
        **{f"models/{dialect}_columns.sql": f"MODEL (name shop.{dialect}_columns, dialect {dialect}, kind FULL, owner @IF(1 = 1, ann, bob), columns ({kinds}));\nSELECT a, b, c, d FROM far.t\n"
           for dialect, kinds in {"snowflake": "a VARCHAR(5), b TIMESTAMP_NTZ, c REAL, d NUMBER", "postgres": "a MONEY, b TIMESTAMP(3), c VARCHAR(5), d INT4", "tsql": "a NVARCHAR(5), b DATETIME2, c BIT, d REAL",
                                  "mysql": "a TINYINT(1), b DATETIME, c TEXT, d DOUBLE", "clickhouse": "a Nullable(String), b Array(Nullable(Int32)), c Map(String, Int32), d Decimal(10, 2)", "spark": "a STRING, b TIMESTAMP, c LONG, d STRUCT<x: INT>"}.items()},
        **{f"models/{dialect}_keys.sql": f"MODEL (name shop.{dialect}_keys, dialect {dialect}, kind INCREMENTAL_BY_UNIQUE_KEY (unique_key (CAST(a AS {kind}), b)), owner @IF(1 = 1, ann, bob));\nSELECT a, b FROM far.t\n"
           for dialect, kind in {"snowflake": "VARCHAR(5)", "trino": "TIMESTAMP", "tsql": "VARCHAR(5)", "mysql": "INT", "bigquery": "NUMERIC(10, 2)"}.items()},
        "models/spark_columns_2.sql": "MODEL (name shop.spark_columns_2, dialect spark, kind FULL, owner @IF(1 = 1, ann, bob), columns (a VARCHAR(5)));\nSELECT a FROM far.t\n",
        "models/scd.sql": "MODEL (name shop.scd, dialect snowflake, kind SCD_TYPE_2_BY_COLUMN (unique_key a, columns *, valid_from_name vf, valid_to_name vt, time_data_type TIMESTAMP), owner @IF(1 = 1, ann, bob));\nSELECT a, b FROM far.t\n",
        "models/parts.sql": "MODEL (name shop.parts, dialect clickhouse, kind INCREMENTAL_BY_PARTITION, partitioned_by (a), owner @IF(1 = 1, ann, bob));\nSELECT a, b FROM far.t\n",
        "models/week.sql": "MODEL (name shop.week, dialect clickhouse, kind INCREMENTAL_BY_TIME_RANGE (time_column ts), columns (ts DateTime, a String));\nSELECT ts, a FROM far.t\n",
        "models/written.sql": "MODEL (name shop.written, dialect snowflake, kind INCREMENTAL_BY_UNIQUE_KEY (unique_key (CAST(a AS TEXT), b)), clustered_by (CAST(a AS TEXT)));\nSELECT a, b FROM far.t\n",
    },
    "types_whose_words_say_less": {  # and that a model of another dialect reads
        "models/wide.sql": "MODEL (name shop.wide, dialect redshift, kind FULL, columns (id INT, region TEXT));\nSELECT id, region FROM far.t\n",
        "models/kept.sql": "MODEL (name shop.kept, dialect duckdb, kind SCD_TYPE_2_BY_COLUMN (unique_key id, columns [n]));\nSELECT CAST(1 AS INT) AS id, CAST(1 AS INT) AS n\n",
        "models/typed.sql": "MODEL (name shop.typed, dialect duckdb, kind SCD_TYPE_2_BY_COLUMN (unique_key id, columns [n], time_data_type TIMESTAMP));\nSELECT CAST(1 AS INT) AS id, CAST(1 AS INT) AS n\n",
        **{f"models/{dialect}_of_{parent}.sql": f"MODEL (name shop.{dialect}_of_{parent}, dialect {dialect}, kind VIEW);\nSELECT CAST(id AS INT) AS id FROM shop.{parent}\n"
           for dialect in ("mysql", "spark", "postgres", "bigquery", "clickhouse") for parent in ("wide", "kept", "typed")},
    },
    "options_of_types_that_are_columns": {
        **{f"models/cast_{i}.sql": f"MODEL (name shop.cast_{i}, kind FULL, dialect clickhouse);\nSELECT CAST(a AS Dynamic(max_types=5)) AS a{more} FROM (SELECT '1' AS a) AS t\n"
           for i, more in enumerate(("", ", @IF(1 = 1, 1, 2) AS b"))},
    },
    "types_with_names_inside": {
        **{f"models/{dialect}_{i}.sql": f"MODEL (name shop.{dialect}_{i}, kind FULL, dialect {dialect}, columns (a {kind}));\nSELECT a FROM far.t\n"
           for dialect, kinds in {"clickhouse": ("JSON(max_dynamic_paths=10)", "JSON(a.b UInt32, SKIP c)", "Dynamic(max_types=5)", "Point"), "bigquery": (
               "STRUCT<a INT64 OPTIONS(description='x')>", "ARRAY<STRUCT<a STRING(3) OPTIONS (description = 'x', y = 1), b INT64>>")}.items() for i, kind in enumerate(kinds)},
        **{f"models/{dialect}_cast_{i}.sql": f"MODEL (name shop.{dialect}_cast_{i}, kind FULL, dialect {dialect});\nSELECT CAST(a AS {kind}) AS a{more} FROM (SELECT '1' AS a) AS t\n"
           for dialect, kinds in {"clickhouse": ("AggregateFunction(sum, UInt64)", "Array(SimpleAggregateFunction(anyLast, Nullable(String)))", "JSON(a.b UInt32, SKIP c)"), "bigquery": (
               "ARRAY<NUMERIC(10, 2)>", "STRUCT<a STRING(3), b ARRAY<STRUCT<c NUMERIC(5, 1)>>>", "STRUCT<a INT64 OPTIONS(description='x')>")}.items()
           for i, (kind, more) in enumerate((kind, more) for kind in kinds for more in ("", ", @IF(1 = 1, 1, 2) AS b"))},
        "models/child.sql": "MODEL (name shop.child, kind VIEW, dialect clickhouse);\nSELECT COALESCE(a, a) AS b FROM shop.clickhouse_3\n",
        **{f"models/sums_{dialect}.sql": f"MODEL (name shop.sums_{dialect}, kind FULL, dialect {dialect});\nSELECT ds + INTERVAL '1 day' + 1 AS a, ds + INTERVAL '1 day' AS b, ds + INTERVAL '1' DAY '2' HOUR AS c FROM (SELECT CAST('2024-01-01' AS DATE) AS ds) AS t\n"
           for dialect in ("duckdb", "postgres", "snowflake")},
    },
    "columns_of_snowflake_and_clickhouse": {
        **queries("snowflake", "SELECT NTH_VALUE(x, 2) FROM LAST OVER (ORDER BY y) AS c, NTH_VALUE(x, 2) FROM FIRST IGNORE NULLS OVER (ORDER BY y) AS d FROM far.t", "WITH t (SELECT 1 AS c) SELECT c FROM t",
                  *(f"SELECT TRUNC(3.14, 2) AS a, TRUNC(x) AS b, TRUNC(d, 'month') AS c, TRUNC(d::DATE, 'month') AS e, ROUND(SCALE => 1, EXPR => x) AS f, TO_GEOGRAPHY(x, TRUE) AS g, TO_GEOGRAPHY(x) AS h, DATE_PART(epoch_milliseconds, d) AS i FROM {table}"
                    for table in ("far.t", "(SELECT 1.5 AS x, '2020-01-01'::DATE AS d) AS t"))),
        **{f"models/click_{i}.sql": f"MODEL (name shop.click_{i}, kind FULL, dialect clickhouse);\n{text}\n" for i, text in enumerate((
            "SELECT x ? 1 : 2 AS a, x ? (y ? 'a' : 'b') : 'c' AS b FROM far.t", "SELECT extract(x, 'y') AS a, CAST(x AS Array(Nullable(Int8))) AS b, CAST(x AS Tuple(a Nullable(Int8), b Map(String, Nullable(String)))) AS c FROM far.t"))},
    },
}

HISTORIES = {
    "names_of_variables": {
        "config": "variables:\n  s: syn\n  two: 'sy n'\n  up: SYN\n",
        **{f"models/{dialect}_{i}.sql": f"MODEL (name {name}, kind FULL, dialect {dialect});\nSELECT 1 AS a\n"
           for dialect in ("duckdb", "postgres", "databricks", "bigquery", "tsql") for i, name in enumerate(
               (f"@s.{dialect}_x", f"@{{s}}.{dialect}_y", f"@two.{dialect}_@s", f"@up.{dialect}_@{{s}}", f"@IF(1 = 1, a, b).{dialect}_z"))},
    },
    "two_of_spark": {"models/a.sql": "MODEL (name shop.two, kind FULL, dialect spark2);\nSELECT 1 AS a\n", "models/b.sql": "MODEL (name shop.three, kind FULL, dialect spark);\nSELECT a FROM shop.two\n"},
    "constraints_of_columns": {"models/a.sql": "MODEL (name shop.a, kind FULL, columns (a INT NOT NULL, b TEXT DEFAULT 'x' COLLATE 'y', c INT PRIMARY KEY, d TEXT COMMENT 'd', e INT UNIQUE));\nSELECT 1 AS a, 'b' AS b, 2 AS c, 'd' AS d, 3 AS e\n"},
    "names_of_external_tables": {
        **{f"external_models/{i}.yaml": f"- name: '{name}'\n  columns:\n    a: int\n" for i, name in enumerate((
            "`far-away`.`raw`.`events`", "[far].[raw].[orders]", "far-away.raw.more", "raw.311_calls", "raw.two words", "far.raw.`a b`"))},
        "models/a.sql": "MODEL (name shop.a, kind FULL);\nSELECT a FROM raw.\"311_calls\"\n"},
    "merged_columns_in_ctes": queries("duckdb", *(head.format(f"SELECT 1 AS n, a FROM (SELECT 1 AS a, 'x' AS b) AS x {join} JOIN (SELECT 2 AS a) AS y USING (a)") for join in ("", "LEFT", "FULL") for head in (
        "WITH f AS ({}) SELECT * FROM f", "SELECT * FROM ({}) AS q", "{} UNION ALL SELECT 3, 4"))),
    "a_table_with_the_name_of_a_cte": queries("duckdb", *(f"WITH t AS (SELECT 1 AS a), u AS (SELECT b FROM far.t) {query}" for query in (
        "SELECT a, b FROM t CROSS JOIN far.t", "SELECT t.b, far.v.a FROM far.v JOIN far.t ON v.a = t.a", "SELECT * FROM far.t", "SELECT b, a FROM u CROSS JOIN (SELECT a FROM t)"))),
    "not_as_a_sign": queries("duckdb", "SELECT !a AS x, ! (a AND b) AS y FROM (SELECT TRUE AS a, FALSE AS b) AS t WHERE !b"),
}

LAMBDAS = {
    "macros_operate_on_columns": queries(
        "duckdb", *(f"SELECT {value} AS n, 1 AS m FROM far.t" for value in (
            "@FILTER((a, b), x -> x > 1)", "@IF(a > 1 AND NOT 1 > b, 1, 2)", "@EVAL(a > 1)", "@EVAL(2 + a)", "@EVAL(a <= b)", "@EVAL(a BETWEEN 1 AND 2)", "@EVAL(1 BETWEEN a AND b)",
            "@EVAL(a - 1 * b)", "@EVAL(-(a + 1))", "@EVAL(t.a + 1 + 2)", "@EVAL((a + 1) * 2)", "@EVAL(a * 2 > b + 1)", "@EVAL(a + 'it''s')", "@IF(NULL <> 1, 1, 2)", "@IF(NULL = NULL, 1, 2)"))),
    "names_of_lambdas_are_read_again": queries(
        "snowflake", "SELECT @EACH(['a, b'], x -> 1 AS c_@x) FROM far.t", "SELECT @EACH(['a', 'b'], x -> 1 AS \"Q_@x\") FROM far.t", "SELECT @EACH(['a b'], x -> t.q_@x) FROM far.t",
        "SELECT @EACH(['1', '2'], x -> 1 AS @{x}_y) FROM far.t", "SELECT @EACH(['A b'], x -> 1 AS @x) FROM far.t", "SELECT 1 AS c_@w, 2 AS \"Q_@w\" FROM far.t"),
    "variables_as_names_of_columns": {
        "config": "variables:\n  word: id\n",
        **{f"models/m{at}.sql": f"MODEL (name shop.m{at}, kind FULL, columns ({columns}){more});\nSELECT id, b FROM far.t\n" for at, (columns, more) in enumerate((
            ("@word INT, b TEXT", ""), ("@{word} INT, b TEXT", ""), ("x INT, @word TEXT", ""), ("@key INT, b TEXT", ", blueprints ((key := id))"), ("@word INT, b TEXT", ", dialect snowflake"), ("@{word} INT", ", dialect snowflake"),
            ("@key INT", ", dialect snowflake, blueprints ((key := id))"), ("@word INT, b TEXT", ", dialect postgres")))}},
    "types_of_external_tables_are_read_twice": {
        "external_models.yaml": "- name: far.r\n  dialect: snowflake\n  columns: {a: REAL, b: FLOAT4, c: 'NUMBER(10)', d: TEXT}\n",
        "models/a.sql": "MODEL (name shop.a, kind FULL, dialect snowflake);\nSELECT a, b, c, d FROM far.r\n"},
    "names_of_what_lambdas_are_given": queries(
        "duckdb", *(f"SELECT @EACH([{values}], x -> x AS c_@x) FROM far.t" for values in (
            "t.a, t.b", "a + 1, 2 * a", "UPPER(a)", "CAST(t.a AS TEXT)", "mine(a)", "TRUE, NULL, -1, (2)", "'a'", "CAST('b' AS TEXT), a IS NULL", "INTERVAL '1' DAY"))),
    "lists_of_macros": {
        "config": "variables:\n  words: [a, b]\n  nested: [[1, 2], [3]]\n  pairs: {k: 1, z: two}\n",
        **{f"models/{dialect}_{at}.sql": f"MODEL (name shop.{dialect}_{at}, kind FULL, dialect {dialect});\nSELECT {value} AS n, 1 AS m FROM far.t\n" for dialect, values in {
            "duckdb": ("COALESCE(@EACH([a, b], x -> x), 9)", "GREATEST(9, @EACH([a, b], x -> x))", "SUM(@EACH([a], x -> x)) OVER (PARTITION BY a)", "1 + @EACH([a], x -> x)", "(@EACH([a, b], x -> x))",
                       "@EACH([a], x -> x)", "ROW_NUMBER() OVER (ORDER BY @EACH([a, b], x -> x) DESC)", "COUNT(DISTINCT @EACH([a, b], x -> x))", "CASE WHEN a > 1 THEN 1 ELSE @EACH([b], x -> x) END",
                       "@EVAL([a, 2])", "[@EACH([a, b], x -> x + 1)]", "@VAR('words')", "@words", "@VAR('nested')", "@nested", "@VAR('pairs')", "@EACH(@nested, x -> x)",
                       "@EACH([a, b], x -> x) + @EACH([c, d, e], x -> x)", "MD5(CONCAT_WS('|', @EACH([a, b], x -> x)))", "HASH(@EACH([a, b], x -> x))"),
            "snowflake": ("COALESCE(@EACH([a, b], x -> x), 9)", "DECODE(a, 1, @EACH([a, b], x -> x))", "OBJECT_CONSTRUCT('k', @EACH([a], x -> x))", "@VAR('words')", "@VAR('pairs')", "TO_DATE(@EACH([a], x -> x))"),
            "bigquery": ("@VAR('words')", "SAFE_CAST(@EACH([a], x -> x) AS INT64)", "IFNULL(@EACH([a], x -> x), 1)"),
            "postgres": ("@VAR('nested')", "JSONB_BUILD_OBJECT('k', @EACH([a], x -> x))", "NULLIF(@EACH([a], x -> x), 0)"),
            "tsql": ("ISNULL(@EACH([a], x -> x), 0)", "CONCAT(@EACH((a, b), x -> x))", "@VAR('words')"),
            "databricks": ("NVL(@EACH([a], x -> x), 0)", "@VAR('pairs')"),
        }.items() for at, value in enumerate(values)}},
}
