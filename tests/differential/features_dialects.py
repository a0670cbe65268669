"""One project for each dialect: names in all cases, keys, partitions and functions that only it has."""

from feature_parts import model


def folded(dialect, strategy, quote='"'):
    """A model with settings of its dialect, and names in all cases."""
    word = f"'{dialect}, normalization_strategy = {strategy}'"
    return {
        f"models/{dialect}_{strategy}.sql": f"MODEL (name Shop.{dialect}_{strategy}, kind INCREMENTAL_BY_UNIQUE_KEY (unique_key (Id, {quote}Name{quote})), dialect {word}, grain Id, columns (Id INT, Name CHAR));\n"
        f"SELECT b.Id, B.Name FROM Far.Orders AS b, {quote}Far{quote}.{quote}Quoted{quote} AS q\n",
        f"models/inferred_{dialect}_{strategy}.sql": f"MODEL (name Shop.inferred_{dialect}_{strategy}, kind FULL, dialect {word});\nWITH X AS (SELECT 1 AS Id) SELECT x.Id, X.ID AS {quote}Quoted{quote} FROM x\n",
    }


STRATEGIES = ("case_sensitive", "lowercase", "uppercase", "case_insensitive", "case_insensitive_uppercase")
DIALECTS = {
    **{f"folded_{dialect}": {path: text for strategy in STRATEGIES for path, text in folded(dialect, strategy, quote).items()}
       for dialect, quote in (("snowflake", '"'), ("postgres", '"'), ("bigquery", "`"), ("spark", "`"), ("trino", '"'))},
    "athena": {
        **{f"models/a{number}.sql": f"MODEL (name shop.a{number}, kind INCREMENTAL_BY_TIME_RANGE (time_column ds), dialect athena, columns (id INT, ds DATE), partitioned_by (ds));\n{query}\n"
           for number, query in enumerate((
               "select 1 as id, current_date as ds", "SELECT id::int, ds  from raw.orders where ds between @start_ds and @end_ds -- the days",
               "with x as (select id, ds, row_number() over (partition by id order by ds desc) as rn from raw.orders) select id, ds from x where rn = 1 and @AND(id > 0, ds <> @start_date)",
               "select coalesce(o.id, 0) as id, @IF(@gateway = 'x', o.ds, date '2024-01-01') as ds from raw.orders o left outer join raw.items as i on o.id=i.id and i.qty>=2",
               "SELECT * FROM (@DATE_SPINE('day', '2024-01-01', '2024-01-05')) AS d", "WITH a AS (@UNION('all', shop.a0, shop.a1)) SELECT id, ds FROM a WHERE EXISTS (@SQL('SELECT 1'))",
               "SELECT id, ds, @EACH([a, b], x -> x AS y_@x), @REDUCE([1, 2], (x, y) -> x + y) AS n, @IF(TRUE, (SELECT 1), 2) AS k FROM raw.orders",
               "analyze raw.orders;\nselect id, cast(ds as date) as ds from @{gateway}_x.orders group by 1,2 having count(*)>1 limit 10;\ndelete from told where id in (1,2)"))}},
    "pseudocolumns": {
        "external_models.yaml": "- name: far.orders\n  dialect: bigquery\n  columns: {id: STRING, _PARTITIONDATE: DATE}\n- name: near.orders\n  dialect: oracle\n  columns: {id: INT}\n",
        **{f"models/p{number}.sql": f"MODEL (name shop.p{number}, kind FULL, dialect {dialect});\n{query}\n" for number, (dialect, query) in enumerate((
            ("bigquery", "SELECT id, _FILE_NAME AS file, DATE(_PARTITIONTIME) AS day FROM far.orders AS o WHERE o._PARTITIONDATE > '2024-01-01' GROUP BY _table_suffix, id"),
            ("bigquery", "SELECT *, o._file_name FROM far.orders AS o"), ("bigquery", "WITH a AS (SELECT id, _PARTITIONTIME FROM far.orders) SELECT * FROM a"),
            ("oracle", "SELECT id, ROWNUM AS n, o.ROWID AS r FROM near.orders o"), ("duckdb", "SELECT id, _FILE_NAME AS n FROM far.orders o")))}},
    "casts_of_singlestore": {
        **{f"models/s{number}.sql": f"MODEL (name shop.s{number}, kind FULL, dialect singlestore);\n{query}\n" for number, query in enumerate((
            "SELECT a :> DATE AS d, b !:> INT AS i, h :> DECIMAL(10, 2) + 1 AS j, -a :> INT AS y, t.b :> INT UNSIGNED AS u FROM t", "@DATE_SPINE('day', '2024-01-01', '2024-01-05')",
            "SELECT @GENERATE_SURROGATE_KEY(a, b) AS k, (a :> TEXT) AS x, @SAFE_ADD(a :> INT, b) AS q FROM t"))},
        "models/keyed.sql": "MODEL (name shop.keyed, kind INCREMENTAL_BY_UNIQUE_KEY (unique_key (id, COALESCE(ds :> DATE, x !:> INT))), dialect singlestore, columns (ds TEXT, id INT));\nSELECT ds, id FROM t\n"},
    "keys_of_one_argument": {
        f"models/{dialect}_{number}.sql": f"MODEL (name shop.{dialect}_{number}, dialect {dialect}, kind INCREMENTAL_BY_UNIQUE_KEY (unique_key (DATE(ds), COALESCE(id)), merge_filter source.n > GREATEST(target.n)), "
        f"clustered_by ({value}), columns (id INT, ds DATE, n INT), grain id, audits (forall(criteria := (COUNT(*) > 1, ROW_NUMBER() OVER (ORDER BY ds) = 1, MAX(id) > 0))));\nSELECT id, ds, n FROM t\n"
        for dialect in ("duckdb", "bigquery", "snowflake", "postgres", "redshift", "spark", "trino", "clickhouse", "mysql", "tsql") for number, value in enumerate(("DATE(ds)", "date(ds)", "id"))},
    "keys_with_points": {f"models/k{number}.sql": f"MODEL (name shop.k{number}, dialect spark, kind FULL, physical_properties ({key} = 'orc'), virtual_properties ({key} = 1), session_properties ({key} = 2));\nSELECT 1 AS id\n"
                         for number, key in enumerate(("write.format.default", "a.b", "'x.y'", '`a.b`.c', "a.b.c.d.e"))},
    "columns_behind_this_model": {
        f"models/c{number}.sql": f"MODEL (name shop.c{number}, dialect postgres, kind FULL);\nSELECT 1 AS id, 'x' AS n;\n\n{statement};\n" for number, statement in enumerate((
            "CREATE INDEX IF NOT EXISTS ix ON @this_model (id) WHERE id > 1", "CREATE UNIQUE INDEX ix ON @this_model(LOWER(n))", "CREATE INDEX ix ON @this_model USING btree (id)",
            "@IF(@runtime_stage = 'creating', CREATE INDEX ix ON @this_model (id))", "INSERT INTO @this_model (id) SELECT 1", "ANALYZE @this_model (id)"))},
    "brackets_are_quotes": {
        f"models/{dialect}_{number}.sql": f"MODEL (name shop.{dialect}_{number}, kind FULL, dialect {dialect});\n{query}\n"
        for dialect in ("tsql", "fabric", "sqlite", "exasol", "tableau") for number, query in enumerate((
            "SELECT @EACH([a, b], x -> @x AS y_@x) FROM t", "SELECT @EACH([1, 2], x -> @x AS c_@x) FROM t", "SELECT @EACH(['a', 'b'], x -> @x AS @x) FROM t", "SELECT @FILTER([1, 2], x -> x > 1) FROM t",
            "SELECT @EACH(@FILTER([1, 2], x -> x > 1), y -> y) FROM t", "SELECT @REDUCE([1, 2, 3], (x, y) -> x + y) FROM t", "SELECT @EACH((a, b), x -> x) FROM t",
            "@DEF(l, [a, b]);\nSELECT @EACH(@l, x -> x), @EVAL([1, 2]) FROM t", "SELECT @EACH([a, b], (x) -> SUM(x) AS total_@x), 1 AS one FROM t"))},
    "clickhouse_weeks": {
        "external_models.yaml": "- name: far.t\n  dialect: clickhouse\n  columns: {id: Int32, d: Nullable(Date), dt: DateTime64(3), s: String, ns: Nullable(String), lc: LowCardinality(String), i: Int64}\n"
                                "- name: pg.t\n  dialect: postgres\n  columns: {id: int, ts: timestamp, t: varchar(10)}\n",
        **{f"models/m{number}.sql": f"MODEL (name shop.m{number}, kind INCREMENTAL_BY_TIME_RANGE (time_column ds), dialect clickhouse{more});\nSELECT id, {value} AS ds FROM {table}\n"
           for number, (value, table, more) in enumerate((
               *((name, "far.t", "") for name in ("d", "dt", "s", "ns", "lc", "i")), ("ts", "pg.t", ""), ("t", "pg.t", ""),
               *((value, "far.u", "") for value in ("CAST(x AS String)", "CAST(x AS Nullable(String))", "CAST(x AS TIMESTAMP)", "CAST(x AS Date)", "toDate(x)", "x")),
               *(("x", "far.u", f", columns (id Int32, ds {type})") for type in ("String", "TIMESTAMP", "Nullable(String)", "DateTime", "VARCHAR"))))}},
    "every_dialect": {
        f"models/{dialect}_{number}.sql": text.replace("NAME", f"{dialect}_{number}").replace("DIALECT", dialect).replace("`", quote).replace("]", "]" if quote == "[" else quote)
        for dialect, quote in (("doris", "`"), ("starrocks", "`"), ("singlestore", "`"), ("materialize", '"'), ("dune", '"'), ("druid", '"'), ("dremio", '"'), ("tableau", "["),
                               ("teradata", '"'), ("postgres", '"'), ("bigquery", "`"), ("snowflake", '"'), ("redshift", '"'), ("databricks", "`"), ("spark", "`"), ("trino", '"'), ("tsql", "["), ("mysql", "`"), ("clickhouse", '"'),
                               ("hive", "`"), ("presto", '"'), ("fabric", "["), ("sqlite", '"'), ("risingwave", '"'), ("oracle", '"'), ("exasol", '"'))
        for number, text in enumerate((
            "MODEL (name shop.NAME, dialect DIALECT, kind INCREMENTAL_BY_TIME_RANGE (time_column ds), partitioned_by (ds, region), columns (id BIGINT, region VARCHAR(10), ds DATE, paid DECIMAL(10, 2)), grain (id, ds));\n"
            "SELECT o.id, o.`Region] AS region, o.ds, SUM(o.paid) AS paid FROM raw.orders AS o WHERE o.ds BETWEEN @start_ds AND @end_ds GROUP BY o.id, o.`Region], o.ds\n",
            "MODEL (name shop.NAME, dialect DIALECT, kind INCREMENTAL_BY_UNIQUE_KEY (unique_key (id, LOWER(name))), clustered_by (id), audits (not_null(columns := (id)), accepted_range(column := n, min_v := 1)));\n"
            "WITH base AS (SELECT id, name, COUNT(*) AS n, MAX(ds) AS last_day FROM shop.DIALECT_0 GROUP BY id, name)\n"
            "SELECT id, UPPER(name) AS name, n, n / 2 AS half, COALESCE(n, 0) + 1 AS more, CASE WHEN n > 1 THEN 'many' ELSE 'one' END AS word, last_day FROM base WHERE name <> 'it''s'\n",
            "MODEL (name Shop.NAME, dialect DIALECT, kind FULL, physical_properties (a = 'b', n = 3));\n"
            "SELECT id, word, half, CAST(id AS VARCHAR(5)) AS words, CAST(half AS DOUBLE) AS d, LOWER(HEX(id)) AS hexed, UPPER(TO_HEX(id)) AS hexed_up, @EVAL(1 + 1) AS more, 1.5 AS f, TRUE AS t FROM shop.DIALECT_1 AS a LEFT JOIN shop.DIALECT_0 AS b USING (id)\n",
            "MODEL (name shop.NAME, dialect DIALECT);\nSELECT @GENERATE_SURROGATE_KEY(id, `Region]) AS k, @SAFE_DIV(paid, id) AS q, paid FROM shop.DIALECT_0 WHERE ds > (SELECT MAX(date_day) FROM (@DATE_SPINE('day', '2024-01-01', '2024-01-05')) AS days)\n"))},
    "virtual_updates_are_printed": model("kind FULL", tail=";\n\nON_VIRTUAL_UPDATE_BEGIN;\ngrant select on view @this_model to role reader;\n@IF(@gateway = 'prod', grant select on @this_model to public);\n"
                                         "create index if not exists i on shop.child (id, lower(name));\ncomment on view @this_model is 'it''s';\nvacuum   analyze;\n"
                                         "insert into told (a,b) select 1,count(*) from @this_model where id>1;\nON_VIRTUAL_UPDATE_END;"),
    "managed": {**model("kind MANAGED"), "models/top.sql": "MODEL (name shop.top, kind VIEW);\nSELECT id FROM shop.child\n",
                "models/flake.sql": "MODEL (name shop.flake, kind MANAGED, dialect snowflake, physical_properties (target_lag = '1 minute', warehouse = w), clustered_by id);\nSELECT 1 AS id\n"},
    "transforms_without_brackets": {
        f"models/{dialect}_{number}.sql": f"MODEL (name shop.{dialect}_{number}, kind FULL, dialect {dialect}, columns (id INT, ds DATE), partitioned_by {value});\nSELECT 1 AS id, NULL AS ds\n"
        for dialect in ("databricks", "trino", "snowflake", "spark")
        for number, value in enumerate(("bucket(4, id)", "BUCKET(id, 4)", "truncate(id, 4)", "(bucket(4, id), ds)", "date_trunc('month', ds)", "ds", "[ds]"))},
    "clustered_by_databricks": {
        f"models/c_{number}.sql": f"MODEL (name shop.c_{number}, kind FULL, dialect databricks, columns (id INT, auto INT), clustered_by {value});\nSELECT 1 AS id, 2 AS auto\n"
        for number, value in enumerate(("AUTO", "auto", "NONE", "`auto`", "(auto)", "id", "(id, auto)"))},
    "partitions_of_redshift": {
        f"models/p_{number}.sql": f"MODEL (name shop.p_{number}, kind FULL, dialect redshift, columns (id INT, ds DATE), partitioned_by {value});\nSELECT 1 AS id, NULL AS ds\n"
        for number, value in enumerate(("MONTH(ds)", "(LOWER(id))", "(CAST(ds AS DATE), UPPER(LOWER(id)))", "ds"))},
    "name_of_a_string": {"models/a.sql": "MODEL (name 'Shop'.a, kind FULL);\nSELECT 1 AS id\n", "models/b.sql": "MODEL (name shop.b, kind FULL);\nSELECT id FROM shop.a\n"},
}
