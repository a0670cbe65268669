"""One small project per engine: connection -> what its dialect writes in its own way. No engine is opened."""

BASE = {"models/base.sql": "MODEL (name shop.Base, kind FULL);\nSELECT 1 AS id, 'a' AS name, 10 AS qty, CAST('2024-01-01' AS DATE) AS ds\n"}


def keyed(key, properties, query):
    return f"MODEL (\n  name shop.keyed,\n  kind INCREMENTAL_BY_UNIQUE_KEY (unique_key ({key})),\n  {properties}\n);\n\n{query}\n"


def timed(properties, query, column="ds"):
    return f"MODEL (\n  name shop.timed,\n  kind INCREMENTAL_BY_TIME_RANGE (time_column {column}),\n  {properties}\n);\n\n{query}\n"


# connection, dialect, files
ENGINES = {
    "snowflake": ("type: snowflake\n      account: a\n      user: u\n      password: p\n      database: Shop", "snowflake", {
        "models/keyed.sql": keyed("NVL(id, 0), TO_DATE(ds), v:Key.b::STRING, DATE_PART(Month, ds), DATE_TRUNC('month', ds::DATE), Shop.Udfs.My_F(id)", "clustered_by (TO_DATE(ds), id), columns (id NUMBER, name VARCHAR(10), ds TIMESTAMP_NTZ, v VARIANT),\n"
                                  "  physical_properties (creatable_type = TRANSIENT, x = TO_CHAR(1, 'YYYY'))",
                                  "SELECT id, name, ds, PARSE_JSON(name):a::VARCHAR AS v FROM shop.base, LATERAL FLATTEN(INPUT => name) AS f QUALIFY ROW_NUMBER() OVER (PARTITION BY id ORDER BY ds) = 1"),
        "models/timed.sql": timed("partitioned_by (DATE_TRUNC('month', ds))", "SELECT id, ds, IFF(qty > 0, 1, 0) AS f FROM Shop.\"BASE\" WHERE ds BETWEEN @start_ds AND @end_ds // tail"),
        "models/quoted.sql": "MODEL (name \"shop\".\"Mixed Case\", kind VIEW);\nSELECT $$it's$$ AS s, 'a\\'b' AS q FROM TABLE(GENERATOR(ROWCOUNT => 3)), shop.keyed AT(OFFSET => -60)\n",
    }),
    "bigquery": ("type: bigquery\n      project: my-project", "bigquery", {
        "models/keyed.sql": keyed("id, IFNULL(name, 'x'), DATE_TRUNC(ds, WEEK(MONDAY)), REGEXP_EXTRACT(name, r'^(\\d+)')", "partitioned_by DATE_TRUNC(ds, MONTH), clustered_by (name, id), columns (id INT64, name STRING, ds DATE, s STRUCT<a INT64, b STRING>, l ARRAY<STRING>)",
                                  "SELECT id, name, ds, STRUCT(1 AS a, 'x' AS b) AS s, ['a'] AS l FROM `my-project.shop.Base` WHERE REGEXP_CONTAINS(name, r'^\\w') # tail"),
        "models/timed.sql": timed("partitioned_by TIMESTAMP_TRUNC(ds, DAY), physical_properties (require_partition_filter = true)",
                                  "SELECT * EXCEPT (qty) REPLACE (SAFE_CAST(id AS STRING) AS id) FROM shop.Base AS b WHERE ds BETWEEN @start_date AND @end_date"),
        "models/arrays.sql": "MODEL (name shop.arrays, kind VIEW);\nSELECT k.id, t FROM shop.keyed AS k, k.l AS t, UNNEST(k.l) AS u WHERE EXISTS (SELECT 1 FROM shop.events_2024)\n",
    }),
    "databricks": ("type: databricks\n      server_hostname: h\n      http_path: p\n      access_token: t\n      catalog: main", "databricks", {
        "models/keyed.sql": keyed("sha2(concat_ws('||', id, name), 256), nvl(qty, 0), name:a.b::string, filter(array(id), x -> x > 0)", "partitioned_by (MONTH(ds), bucket(16, id)), columns (id BIGINT, ds DATE, name STRING, qty DECIMAL(10, 2), m MAP<STRING, INT>, s STRUCT<a: INT, b: ARRAY<STRING>>)",
                                  "SELECT id, ds, name, qty, map('a', 1) AS m, named_struct('a', 1, 'b', array('x')) AS s FROM `shop`.`base` LATERAL VIEW OUTER explode(split(name, ',')) t AS a, b"),
        "models/timed.sql": timed("partitioned_by (to_date(ds, 'yyyy-MM-dd')), clustered_by (id), table_format DELTA", "SELECT id, \"dq\" AS s, ds, name:a.b::string AS v FROM shop.base WHERE ds BETWEEN @start_ds AND @end_ds AND name RLIKE '\\\\d'"),
        "models/anti.sql": "MODEL (name shop.anti, kind VIEW, table_properties (a = 'b'));\nSELECT /*+ BROADCAST(k) */ b.* FROM shop.base AS b LEFT ANTI JOIN shop.keyed AS k ON b.id = k.id VERSION AS OF 1\n".replace(", table_properties (a = 'b')", "").replace(" VERSION AS OF 1", ""),
    }),
    "spark": ("type: spark\n      catalog: main", "spark", {
        "models/keyed.sql": keyed("CAST(id AS STRING), coalesce(name, 'x'), date_sub(ds, id + 1), CAST(name AS VARCHAR(4))", "partitioned_by (date_format(ds, 'yyyy-MM')), columns (id INT, name STRING, ds DATE)",
                                  "SELECT id, name, ds FROM shop.base LATERAL VIEW posexplode(split(name, ',')) t AS p, v"),
    }),
    "redshift": ("type: redshift\n      host: h\n      user: u\n      password: p\n      database: shop", "redshift", {
        "models/keyed.sql": keyed("NVL(id, 0), name", "physical_properties (diststyle = 'ALL', sortkey = (ds, id)), columns (id INT, name VARCHAR(MAX), ds TIMESTAMP WITH TIME ZONE, s SUPER)",
                                  "SELECT TOP 10 id, name, ds, JSON_PARSE(name) AS s FROM shop.base AS b, b.items AS i"),
        "models/timed.sql": timed("clustered_by (TRUNC(ds))", "SELECT id, ds::date AS ds, DATEDIFF(day, ds, GETDATE()) AS d FROM shop.base WHERE ds BETWEEN @start_ds AND @end_ds"),
    }),
    "mysql": ("type: mysql\n      host: h\n      user: u\n      password: p", "mysql", {
        "models/keyed.sql": keyed("IFNULL(id, 0), `name`, STR_TO_DATE(name, '%Y-%m-%d %H'), doc->>'$.k'", "columns (id INT UNSIGNED, name VARCHAR(10), doc JSON, at DATETIME(6))", "SELECT `id`, \"str\" AS name, '{}' AS doc, NOW() AS at FROM `shop`.`Base` AS `b` # tail"),
        "models/timed.sql": timed("partitioned_by (DATE_FORMAT(ds, '%Y-%m'))", "SELECT id, ds, GROUP_CONCAT(name ORDER BY name SEPARATOR ',') AS n FROM shop.Base WHERE ds BETWEEN @start_ds AND @end_ds GROUP BY id, ds"),
    }),
    "mssql": ("type: mssql\n      host: h\n      user: u\n      password: p\n      database: shop", "tsql", {
        "models/keyed.sql": keyed("ISNULL(Id, 0), CONVERT(DATE, ds), DATEPART(dd, ds), Name COLLATE Latin1_General_CI_AS, FORMAT(ds, 'yyyy-MM')", "columns (Id INT, ds DATE, Name NVARCHAR(MAX), At DATETIMEOFFSET, G UNIQUEIDENTIFIER), clustered_by (DATEADD(DAY, 1, ds))",
                                  "SELECT TOP (5) [Id], ds, Name = N'x', GETDATE() AS At, NEWID() AS G FROM [shop].[Base] AS b WITH (NOLOCK) CROSS APPLY STRING_SPLIT(b.name, ',') AS s"),
        "models/timed.sql": timed("partitioned_by (HASHBYTES('SHA2_256', ds))", "SELECT id, ds, STUFF((SELECT ',' + k.Name FROM shop.Keyed AS k FOR XML PATH(''), TYPE), 1, 1, '') AS n FROM shop.base WHERE ds BETWEEN @start_ds AND @end_ds"),
    }),
    "trino": ("type: trino\n      host: h\n      user: u\n      catalog: hive", "trino", {
        "models/keyed.sql": keyed("COALESCE(id, 0)", "partitioned_by (month(ds), bucket(id, 8)), columns (id BIGINT, ds DATE, r ROW(a INTEGER, b VARCHAR), t TIMESTAMP(3) WITH TIME ZONE, l ARRAY(VARCHAR))",
                                  "SELECT id, ds, ROW(1, 'x') AS r, current_timestamp AS t, ARRAY['a'] AS l FROM shop.base CROSS JOIN UNNEST(ARRAY[1, 2]) AS u(x)"),
        "models/timed.sql": timed("partitioned_by (date_trunc('month', ds), date_format(at, '%Y-%m'))", "SELECT id, ds, current_timestamp AS at FROM shop.base WHERE ds BETWEEN DATE '2024-01-01' AND DATE '2024-02-01'"),
    }),
    "clickhouse": ("type: clickhouse\n      host: h\n      username: u", "clickhouse", {
        "models/keyed.sql": keyed("id, ifNull(name, '')", "partitioned_by toYYYYMM(ds), columns (id UInt64, name LowCardinality(String), ds DateTime64(3, 'UTC'), l Array(Nullable(Int32))),\n"
                                  "  physical_properties (order_by = (id, ds), engine = 'MergeTree', ttl = ds + INTERVAL 1 WEEK)",
                                  "WITH 1 AS one, (SELECT max(qty) FROM shop.Base) AS top, x AS (SELECT * FROM shop.Base FINAL) SELECT id, name, ds, [1, 2] AS l FROM x ARRAY JOIN [1, 2] AS a, ['b'] AS c"),
        **{f"models/week_{number}.sql": timed(more, f"SELECT {value} AS ds, CAST(1 AS Int32) AS id").replace("shop.timed", f"shop.week_{number}")
           for number, (value, more) in enumerate((("CAST(x AS Date)", "owner ann"), ("CAST(x AS DateTime64(3))", "partitioned_by id"), ("CAST(x AS Nullable(DateTime))", "owner ann"),
                                                   ("CAST(x AS Date32)", "columns (ds Date32, id Int32)"), ("x", "owner ann"), ("x", "partitioned_by toYYYYMM(ds)")))},
        "models/timed.sql": timed("partitioned_by (toMonday(ds))", "SELECT id, ds, `back`, 'it\\'s' AS q FROM shop.Base PREWHERE ds BETWEEN @start_ds AND @end_ds"),
    }),
}


def write(folder, engine):
    connection, dialect, files = ENGINES[engine]
    config = (f"gateways:\n  local:\n    connection:\n      {connection}\n      check_import: false\ndefault_gateway: local\n"
              f"model_defaults:\n  dialect: {dialect}\n  start: '2024-01-01'\n")
    for name, text in {"config.yaml": config, **BASE, **files}.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
