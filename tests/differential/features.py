"""Small projects of one feature each: name -> files. A file `config` is added to the common configuration.

`{dialect}` in a text stands for the engine's dialect, so that every project is loaded on each engine.
"""

BASE = {
    "models/base.sql": """MODEL (name shop.base, kind FULL);
SELECT 1 AS id, CAST('2024-01-01' AS DATE) AS ds, 'a' AS region, 10 AS qty, CAST('2024-01-01 10:00:00' AS TIMESTAMP) AS updated_at
""",
}


def model(header, query="SELECT id, ds, region, qty, updated_at FROM shop.base", name="shop.child", tail=""):
    return {**BASE, "models/child.sql": f"MODEL (\n  name {name},\n  {header}\n);\n\n{query}{tail}\n"}


TIME = "kind INCREMENTAL_BY_TIME_RANGE (time_column ds"
WINDOW = "SELECT id, ds, region, qty FROM shop.base WHERE ds BETWEEN @start_date AND @end_date"
SEED = "MODEL (name shop.teas, kind SEED (path '../seeds/teas.csv'{more}){columns});\n"


def seed(csv, columns="", more=""):
    return {"seeds/teas.csv": csv, "models/teas.sql": SEED.format(more=more, columns=columns)}


KINDS = {
    "kind_full": model("kind FULL"),
    "kind_view": model("kind VIEW"),
    "kind_view_materialized": model("kind VIEW (materialized true)"),
    "kind_embedded": {
        **model("kind EMBEDDED"),
        "models/top.sql": "MODEL (name shop.top, kind FULL);\nSELECT c.id, c.qty FROM shop.child AS c WHERE c.qty > 1\n",
    },
    "kind_time_range": model(f"{TIME}, batch_size 5, batch_concurrency 2, lookback 2), allow_partials true", WINDOW),
    "kind_time_range_format": model("kind INCREMENTAL_BY_TIME_RANGE (time_column (day, '%Y%m%d'))",
                                    "SELECT id, '20240101' AS day FROM shop.base WHERE ds BETWEEN @start_ds AND @end_ds"),
    "kind_time_range_forward_only": model(f"{TIME}, forward_only true, on_destructive_change warn, on_additive_change ignore)", WINDOW),
    "kind_time_range_restatement": model(f"{TIME}, disable_restatement true, auto_restatement_cron '@weekly', auto_restatement_intervals 3)", WINDOW),
    "kind_time_range_text": {**model("kind INCREMENTAL_BY_TIME_RANGE (time_column 'ds')", WINDOW),  # loads with both, and with neither it can run
                             "models/of_format.sql": "MODEL (name shop.of_format, kind INCREMENTAL_BY_TIME_RANGE (time_column ('ds', '%Y%m%d')), columns (id INT, ds TEXT));\nSELECT id, ds FROM shop.base\n"},
    "kind_time_range_no_partition": model(f"{TIME}, partition_by_time_column false)", WINDOW),
    "kind_unique_key": model("kind INCREMENTAL_BY_UNIQUE_KEY (unique_key (id, region))"),
    "kind_unique_key_expression": model("kind INCREMENTAL_BY_UNIQUE_KEY (unique_key (COALESCE(id, 0), UPPER(region)))"),
    "kind_unique_key_merge_filter": model(
        "kind INCREMENTAL_BY_UNIQUE_KEY (unique_key id, merge_filter source.qty > 0 AND target.ds > CAST('2020-01-01' AS DATE))"),
    "kind_unique_key_when_matched": model(
        "kind INCREMENTAL_BY_UNIQUE_KEY (unique_key id, when_matched (WHEN MATCHED THEN UPDATE SET target.qty = source.qty))"),
    "kind_unique_key_when_matched_clauses": model(
        "kind INCREMENTAL_BY_UNIQUE_KEY (unique_key (id, region), when_matched (WHEN MATCHED AND source.qty IS NULL THEN DELETE "
        "WHEN MATCHED AND source.ds > @start_ds THEN UPDATE SET target.qty = COALESCE(source.qty, target.qty) + 1, region = UPPER(source.Region)), "
        "merge_filter source.ds > @start_date)"),
    "kind_unique_key_when_matched_commas": model(
        "kind INCREMENTAL_BY_UNIQUE_KEY (unique_key id, when_matched (WHEN MATCHED THEN UPDATE SET target.qty = source.qty, target.region = source.region,))"),
    "kind_unique_key_when_matched_bare": model(
        "kind INCREMENTAL_BY_UNIQUE_KEY (unique_key id, when_matched WHEN MATCHED AND source.id = 1 THEN UPDATE SET target.qty = source.qty, "
        "target.region = COALESCE(source.region, target.region), WHEN MATCHED THEN UPDATE SET target.qty = 1, qty = 2)"),
    "kind_partition": model("kind INCREMENTAL_BY_PARTITION, partitioned_by ds"),
    "kind_unmanaged": model("kind INCREMENTAL_UNMANAGED"),
    "kind_unmanaged_overwrite": model("kind INCREMENTAL_UNMANAGED (insert_overwrite true), partitioned_by ds"),
    "kind_scd_time": model("kind SCD_TYPE_2_BY_TIME (unique_key id, updated_at_as_valid_from true, disable_restatement false)"),
    "kind_scd_time_names": model(
        "kind SCD_TYPE_2 (unique_key id, valid_from_name vf, valid_to_name vt, updated_at_name ts, invalidate_hard_deletes true)",
        "SELECT id, CAST(region AS TEXT) AS region, updated_at AS ts FROM shop.base"),
    "kind_scd_column": model("kind SCD_TYPE_2_BY_COLUMN (unique_key id, columns (region, qty))"),
    "kind_scd_column_star": model("kind SCD_TYPE_2_BY_COLUMN (unique_key (id, ds), columns *, execution_time_as_valid_from true)"),
    "kind_external": {
        "external_models.yaml": "- name: far.orders\n  description: of somebody else\n  columns:\n    id: INT\n    total: DECIMAL(10, 2)\n",
        "models/a.sql": "MODEL (name shop.a, kind VIEW);\nSELECT id, total FROM far.orders\n",
    },
}

SEEDS = {
    "seed_reals": seed("id,a,b\n1,382074.70699999994,0.1\n2,325507.76300000004,1e-20\n3,-3084.6674999999996,123456789012345678.25\n4,1527.3449999999993,-0.0\n5,1e308,2.5e-310\n"),
    "seed_inferred": seed("id,name,price,sold,at\n1,assam,2.5,true,2024-01-01\n2,sencha,,false,2024-01-02\n"),
    "seed_quoted": seed('id,name\n1,"a, b"\n2,"say ""hi"""\n3,"two\nlines"\n4,\n5," padded "\n',
                        ", columns (id INT, name TEXT)"),
    "seed_semicolons": seed("id;name\n1;x\n2;y\n", ", columns (id INT, name TEXT)", ", csv_settings (delimiter = ';')"),
    "seed_unicode": seed("id,name\n1,烏龍\n2,thé\n3,🍵\n", ", columns (id INT, name TEXT)"),
    "seed_crlf": seed("id,name\r\n1,a\r\n2,b\r\n", ", columns (id INT, name TEXT)"),
    "seed_bom": seed("\ufeffid,name\n1,a\n", ", columns (id INT, name TEXT)"),
    "seed_fewer_columns": seed("id,name,unused\n1,a,x\n2,b,y\n", ", columns (id INT, name TEXT)"),
    "seed_upper_case": seed("ID,Name\n1,a\n", ", columns (id INT, name TEXT)"),
    "seed_nulls": seed("id,name\n1,NULL\n2,NA\n3,n/a\n4,nan\n5,\n", ", columns (id INT, name TEXT)"),
    "seed_batch": seed("id\n1\n2\n3\n", ", columns (id INT)", ", batch_size 2"),
    "seed_na_values": seed("id,name\n1,none\n2,b\n", ", columns (id INT, name TEXT)",
                           ", csv_settings (na_values = ('none', 'nil'), keep_default_na = false)"),
    "seed_empty": seed("id,name\n", ", columns (id INT, name TEXT)"),
}

MACROS = {
    "macro_variables": {
        **model("kind FULL", "SELECT @n AS n, @{word}_x AS w, @VAR('n') AS v, @VAR('none', 7) AS d, '@word' AS s, @'@{word}-y' AS t, qty AS @{word}_qty FROM shop.base"),
        "config": "variables:\n  n: 3\n  word: qty\n  list: [1, 2]\n",
    },
    "macro_if_each": {
        **model("kind FULL", "SELECT @EACH(['a', 'b'], r -> CASE WHEN region = @r THEN qty ELSE 0 END AS qty_@r), @IF(@n > 2, qty, id) AS i, "
                             "@EACH(@list, x -> id + @x AS plus_@x) FROM shop.base WHERE @AND(id > 0, NULL, qty > 0)"),
        "config": "variables:\n  n: 3\n  list: [1, 2]\n",
    },
    "macro_def": model("kind FULL", "@DEF(limit_of, 5);\n@DEF(twice, x -> x * 2);\nSELECT @limit_of AS n, @twice(qty) AS q FROM shop.base"),
    "macro_def_inner": model("kind FULL", "@DEF(a, id);\nSELECT @a AS id, @SQL('qty + 1') AS q FROM shop.base"),
    "macro_dates": model(f"{TIME})", "SELECT id, ds, @start_ts AS a, @end_ts AS b, @execution_ds AS c, @start_epoch AS e, @end_millis AS m, @start_dt AS f, "
                                     "@end_dtntz AS g FROM shop.base WHERE ds BETWEEN @start_date AND @end_date"),
    "macro_control": model("kind FULL", "SELECT id FROM shop.base @WHERE(@n = 1) qty > 0 AND id > 0 @ORDER_BY(@n = 1) id @LIMIT(@n = 1) 5")
                     | {"config": "variables:\n  n: 1\n"},
    "macro_star": model("kind FULL", "SELECT @STAR(shop.base, alias := b, exclude := [region], prefix := 'p_') FROM shop.base AS b"),
    "macro_surrogate_key": model("kind FULL", "SELECT @GENERATE_SURROGATE_KEY(id, region) AS k, @SAFE_ADD(id, qty) AS s, @SAFE_SUB(id, qty) AS t, "
                                             "@SAFE_DIV(qty, id) AS u, @HAVERSINE_DISTANCE(1, 2, 3, 4, 'km') AS h FROM shop.base"),
    "macro_pivot": model("kind FULL", "SELECT ds, @PIVOT(region, ['a', 'b'], agg := 'max', quote := false) FROM shop.base GROUP BY ds"),
    "macro_union": {
        **model("kind FULL", "@UNION('distinct', shop.base, shop.other)"),
        "models/other.sql": "MODEL (name shop.other, kind FULL);\nSELECT 2 AS id, CAST('2024-01-02' AS DATE) AS ds, 'b' AS region, 20 AS qty, CAST('2024-01-01 10:00:00' AS TIMESTAMP) AS updated_at\n",
    },
    "macro_deduplicate": model("kind FULL", "@DEDUPLICATE(shop.base, [id, region], ['updated_at DESC', 'qty ASC'])"),
    "macro_date_spine": model("kind FULL", "WITH d AS (@DATE_SPINE('day', '2024-01-01', '2024-01-10')) SELECT * FROM d"),
    "macro_eval": model("kind FULL", "SELECT @EVAL(1 + 2) AS three, @REDUCE([1, 2, 3], (a, b) -> a + b) AS six, @FILTER([1, 2, 3], x -> x > 1) AS f FROM shop.base"),
    "macro_column_level": model("kind FULL", "SELECT @AND(TRUE, id = 1) AS a, @OR(id = 1, qty = 2) AS o, @RESOLVE_TEMPLATE('@{schema_name}') AS r FROM shop.base"),
    "blueprint_properties": model("kind FULL, tags (@word, b), owner @word, description @word") | {"config": "variables:\n  word: ann\n"},
}

AUDITS = {
    "audit_builtin": model("kind FULL, audits (not_null(columns := (id, ds)), unique_values(columns := (id)), accepted_values(column := region, is_in := ('a', 'b')), "
                           "number_of_rows(threshold := 1), forall(criteria := (qty > 0, id < 100)), accepted_range(column := qty, min_v := 1, max_v := 50, inclusive := false))"),
    "audit_custom": {
        **model("kind FULL, audits (at_least(lower := 3), at_least(lower := 2, column := qty), loose)"),
        "audits/a.sql": "AUDIT (name at_least, defaults (lower = 0, column = id), blocking true);\nSELECT * FROM @this_model WHERE @column < @lower;\n\n"
                        "AUDIT (name loose, blocking false, skip true);\n-- why\nSELECT 1 FROM @this_model WHERE FALSE;\n",
    },
    "audit_inline": model("kind FULL, audits (positive)", tail=";\n\nAUDIT (name positive);\nSELECT * FROM @this_model WHERE qty <= 0;\n"),
    "inline_audit_of_another_dialect": {"models/a.sql": "MODEL (name shop.a, kind FULL, dialect spark, audits (above (least := 1), one));\nSELECT 1 AS id;\n\nAUDIT (name above);\n"
                                                        "SELECT * FROM @this_model WHERE id < @least;\n\nAUDIT (name one, dialect snowflake);\nSELECT id FROM @this_model WHERE id > 1;\n"},
    # Statements of defaults belong to external models too, the variables they name do not.
    "variables_of_defaults": {**model("kind FULL", "SELECT a FROM raw.t"), "external_models.yaml": "- name: raw.t\n  columns:\n    a: int\n",
                              "config": "  pre_statements: ['SELECT @n', 'SET x = 1']\nvariables:\n  n: 3\n"},
    "audit_default": {**model("kind FULL"), "config": "  audits:\n    - number_of_rows(threshold := 1)\n"},
    "audit_standalone_defaults": {
        **BASE,
        "audits/s.sql": "AUDIT (name some, standalone true, defaults (least = 5, what = id));\nSELECT * FROM shop.base WHERE @what > @least;\n\n"
                        "AUDIT (name others, standalone true, defaults (least = 5));\nJINJA_QUERY_BEGIN;\nSELECT * FROM shop.base WHERE id > {{ least }}\nJINJA_END;\n",
    },
    "audit_standalone": {
        **model("kind FULL"),
        "audits/s.sql": "AUDIT (name whole, standalone true, cron '@hourly', owner ann, description 'all of it');\n"
                        "SELECT * FROM shop.child AS c JOIN shop.base AS b ON c.id = b.id WHERE c.qty < 0;\n",
    },
    "audit_other_model": {
        **model("kind FULL, audits (known)"),
        "models/list.sql": "MODEL (name shop.list, kind FULL);\nSELECT 'a' AS region\n",
        "audits/k.sql": "AUDIT (name known);\nSELECT * FROM @this_model WHERE NOT region IN (SELECT region FROM shop.list);\n",
    },
}

PROPERTIES = {
    "partitioned_clustered": model(f"{TIME}), partitioned_by (ds, region), clustered_by (id, qty), storage_format parquet", WINDOW),
    "partitioned_expression": model("kind FULL, partitioned_by (DATE_TRUNC('month', ds), UPPER(region))"),
    "partitioned_time_expression": model(f"{TIME}), partitioned_by (DATE_TRUNC('month', ds)), clustered_by (UPPER(region))", WINDOW),
    "partition_transforms": model("kind FULL, partitioned_by (bucket(id, 16), truncate(region, 4)), clustered_by (UPPER(region), id)"),
    "physical_properties": model("kind FULL, physical_properties (a = 1, b = 'x', c = true, d = (1, 2)), virtual_properties (v = 'y'), session_properties (s = 1, t = 'z')"),
    "grants": model("kind FULL, grants ('select' = ['ann', 'bob'], 'insert' = ('carl'), 'update' = \"Dora\")"),
    "grants_physical": model("kind VIEW, grants ('select' = ['ann']), grants_target_layer 'physical'"),
    "grants_none": model("kind FULL, grants ()"),
    "grants_of_a_seed": {"seeds/teas.csv": "id,name\n1,oolong\n",
                         "models/teas.sql": "MODEL (name shop.teas, kind SEED (path '../seeds/teas.csv'), grants ('select' = ['ann']), grants_target_layer all);\n"},
    "audit_before_the_query": {**BASE, "models/child.sql": "MODEL (name shop.child, kind FULL, audits (few));\n\nAUDIT (name few);\nSELECT id FROM @this_model WHERE id > 9;\n\nCREATE TABLE IF NOT EXISTS noted (id INT);\nSELECT id FROM shop.base;\nDROP TABLE noted;\nCREATE TABLE IF NOT EXISTS again (id INT);\nDROP TABLE again;\n"},
    "property_with_a_colon": model("kind FULL, enabled: true, owner: joe"),
    "cron_tz": model(f"{TIME}), cron '0 6 * * 1-5', cron_tz 'Europe/Berlin', start '2023-01-01', end '2025-01-01'", WINDOW),
    "cron_hourly": model(f"{TIME}), cron '@hourly', interval_unit 'five_minute'", WINDOW),
    "cron_odd": model(f"{TIME}), cron '*/15 3,9 1,15 * *', start '3 days ago'", WINDOW),
    "columns": model("kind FULL, columns (id INT, ds DATE, region VARCHAR(10), qty DECIMAL(10, 2), updated_at TIMESTAMPTZ)"),
    "column_descriptions": model("kind FULL, description 'it''s ours', column_descriptions (id = 'the key', qty = 'how many')"),
    "column_comments": model("kind FULL", "-- first\nSELECT\n  id, -- the key\n  /* of the year */ ds,\n  qty AS amount -- how many\nFROM shop.base -- last"),
    "grains_references": model("kind FULL, grains (id, (id, ds)), references (region, id AS base_id), tags (a, b), owner ann, stamp 'v2'"),
    "depends_on": model("kind FULL, depends_on [shop.base, far.thing]", "SELECT 1 AS id"),
    "statements": model("kind FULL", "CREATE TEMP TABLE t AS SELECT 1 AS x;\n\nSELECT id FROM shop.base",
                        tail=";\n\n@IF(@runtime_stage = 'evaluating', ANALYZE);\n\nON_VIRTUAL_UPDATE_BEGIN;\nGRANT SELECT ON VIEW @this_model TO public;\nON_VIRTUAL_UPDATE_END;"),
    "semicolons": model("kind FULL", "-- a\nSELECT id FROM shop.base", tail=" ; -- b\n-- c\n"),
    "not_optimized": model("kind FULL, optimize_query false, formatting false"),
    "disabled": {**model("kind FULL, enabled false")},
    "one_part_name": {
        "models/a.sql": "MODEL (name alone, kind FULL);\nSELECT 1 AS id\n",
        "models/b.sql": "MODEL (name second, kind VIEW);\nSELECT id FROM alone\n",
    },
    "quoted_names": {
        "models/a.sql": 'MODEL (name "Shop"."My Table", kind FULL);\nSELECT 1 AS "Id", 2 AS "select"\n',
        "models/b.sql": 'MODEL (name shop.b, kind FULL);\nSELECT t."Id", t."select" AS s FROM "Shop"."My Table" AS t\n',
    },
}

QUERIES = {
    "cte_hides": model("kind FULL", "WITH other AS (SELECT id FROM shop.base), base AS (SELECT id FROM other) SELECT id FROM base"),
    "cte_same_name": model("kind FULL", "WITH child AS (SELECT id, qty FROM shop.base) SELECT c.id, (SELECT MAX(qty) FROM shop.base) AS m FROM child AS c"),
    "cte_recursive": model("kind FULL", "WITH RECURSIVE r AS (SELECT 1 AS n UNION ALL SELECT n + 1 FROM r WHERE n < 5) SELECT r.n, b.id FROM r JOIN shop.base AS b ON b.id = r.n"),
    "subqueries": model("kind FULL", "SELECT id FROM (SELECT id, qty FROM shop.base WHERE EXISTS(SELECT 1 FROM shop.base AS x WHERE x.id = 1)) AS s WHERE s.qty IN (SELECT qty FROM shop.base)"),
    "set_operations": model("kind FULL", "(SELECT id FROM shop.base EXCEPT SELECT 2 AS id) UNION ALL SELECT qty AS id FROM shop.base ORDER BY id LIMIT 10"),
    "windows": model("kind FULL", "SELECT id, ROW_NUMBER() OVER (PARTITION BY region ORDER BY qty DESC NULLS LAST) AS rn, SUM(qty) OVER w AS s FROM shop.base WINDOW w AS (PARTITION BY ds ROWS BETWEEN 1 PRECEDING AND CURRENT ROW)"),
    "star": model("kind FULL", "SELECT * FROM shop.base"),
    "star_alias": model("kind FULL", "SELECT b.*, 1 AS one FROM shop.base AS b CROSS JOIN (SELECT 2 AS two) AS t"),
    "types": model("kind FULL", "SELECT CAST(id AS BIGINT) AS a, id::SMALLINT AS b, CAST(qty AS DECIMAL(12, 3)) AS c, CAST(region AS VARCHAR(3)) AS d, qty / 2 AS e, qty * 1.5 AS f, id > 1 AS g, "
                                "NULL AS h, CURRENT_TIMESTAMP AS i, COUNT(*) OVER () AS j, CASE WHEN id = 1 THEN 'x' END AS k, CAST('1 day' AS INTERVAL) AS l, COALESCE(region, 'z') AS m, "
                                "CAST(ds AS TIMESTAMP) AS n, ROUND(qty, 1) AS o, LENGTH(region) AS p, -id AS q, region || 'x' AS r FROM shop.base"),
    "aggregates": model("kind FULL", "SELECT region, COUNT(DISTINCT id) AS n, AVG(qty) AS a, SUM(qty) FILTER(WHERE id > 0) AS f, MIN(ds) AS d, MAX(updated_at) AS u, STRING_AGG(region, ',') AS s FROM shop.base GROUP BY region HAVING COUNT(*) > 0"),
    "upper_case": model("KIND full", "select ID, Region as R from SHOP.BASE as B where B.QTY >= 1"),
    "values": model("kind FULL", "SELECT v.a, v.b FROM (VALUES (1, 'x'), (2, 'y')) AS v(a, b) JOIN shop.base AS b2 ON b2.id = v.a"),
    "lateral": model("kind FULL", "SELECT b.id, l.q FROM shop.base AS b CROSS JOIN LATERAL (SELECT b.qty * 2 AS q) AS l"),
}

CONFIGS = {
    "physical_schema_mapping_of_external": {**model("kind FULL", "SELECT id FROM far.orders"), "config": "physical_schema_mapping:\n  'far|shop': stored\n",
                                            "external_models.yaml": "- name: far.orders\n  columns: {id: INT}\n"},
    "physical_schema_mapping": {**model("kind FULL"), "config": "physical_schema_mapping:\n  '^shop$': stored\n  'x.*': other\n"},
    "naming_table_only": {**model("kind FULL"), "config": "physical_table_naming_convention: table_only\n"},
    "naming_hash_md5": {**model("kind FULL"), "config": "physical_table_naming_convention: hash_md5\n"},
    "suffix_table": {**model("kind VIEW"), "config": "environment_suffix_target: table\n"},
    "suffix_catalog": {**model("kind VIEW"), "config": "environment_suffix_target: catalog\n"},
    "time_column_format": {**model("kind INCREMENTAL_BY_TIME_RANGE (time_column ds)", WINDOW), "config": "time_column_format: '%Y/%m/%d'\n"},
    "defaults": {**model("tags (x)"), "config": "  kind: view\n  cron: '@weekly'\n  owner: team\n  physical_properties:\n    a: 1\n"},
    **{f"default_owner_{at}": {**model("kind FULL"), "models/own.sql": "MODEL (name shop.own, kind FULL, owner bob);\nSELECT 1 AS id\n",
                               "config": f'  owner: "{owner}"\nvariables:\n  who: ann\n'}
       for at, owner in enumerate(("tea@shop", "tea@shop.com", "head.of.tea@shop.co.uk", "data-team@shop.io", "@who", "'tea@shop.com'", "@{who}s"))},
    "long_name": {"models/l.sql": f"MODEL (name shop.{'l' * 60}, kind FULL);\nSELECT 1 AS id\n"},
    "gateway_variables": {**model("kind FULL", "SELECT @tier AS tier, @GATEWAY AS g FROM shop.base"), "config": "variables:\n  tier: 'silver'\n"},
    "before_after_all": {**model("kind FULL"), "config": "before_all:\n  - CREATE SCHEMA IF NOT EXISTS extra\nafter_all:\n  - '@IF(@this_env = ''prod'', SELECT 1)'\n  - SELECT 2\n"},
    "ignored_files": {**model("kind FULL"), "models/broken.sql": "not a model at all (\n", "config": "ignore_patterns:\n  - models/broken.sql\n"},
}

def jinja(query, header="kind FULL", pre="", post="", **files):
    """A model whose query is a Jinja block; `macros` is a file of macros, `config` is added to the configuration."""
    out = model(header, f"{pre}JINJA_QUERY_BEGIN;\n{query}\nJINJA_END;{post}")
    for key, text in files.items():
        out["macros/own.sql" if key == "macros" else key] = text
    return out


JINJA_MACROS = """{% macro column(name, kind='int') %}CAST({{ name }} AS {{ kind }}) AS {{ name }}{% endmacro %}

-- don't mind the quote
{%- macro columns(names) -%}
  {% for n in names %}{{ column(n) }}{{ ", " if not loop.last }}{% endfor %}
{%- endmacro -%}
{% macro unused() %}{{ column('never') }}{% endmacro %}
{% macro of_variable() %}{{ var('word', 'none') }}{% endmacro %}
{% macro wrap(name) %}( {{ caller() }} ) AS {{ name }}{% endmacro %}
{% macro day() %}CAST('{{ start_ds }}' AS DATE){% endmacro %}
"""
JINJA = {
    "jinja_query": jinja("SELECT id, {{ 1 + 1 }} AS two, '{{ \"x\" | upper }}' AS word FROM shop.base"),
    "jinja_query_comments": jinja("-- a comment\n{# hidden #}\nSELECT id /* kept */ FROM shop.base -- end"),
    "jinja_loop": jinja("{% set cols = ['id', 'qty'] %}\nSELECT\n{% for c in cols %}  {{ c }}{% if not loop.last %},{% endif %}\n{% endfor %}FROM shop.base"),
    "jinja_conditions": jinja("SELECT id {%- if var('n', 0) > 1 %}, qty {%- endif %} FROM shop.base {% if runtime_stage == 'loading' %}WHERE TRUE{% endif %}",
                              config="variables:\n  n: 2\n  other: 3\n"),
    "jinja_time_range": model(f"{TIME})", "JINJA_QUERY_BEGIN;\nSELECT id, ds, '{{ start_ts }}' AS a, {{ end_millis }} AS b, '{{ execution_ds }}' AS c, "
                              "{{ start_epoch }} AS d, {{ end_hour }} AS e, '{{ start_dt }}' AS f, '{{ end_date }}' AS g, '{{ start_dt.year }}' AS h, '{{ end_dt.strftime(\"%Y%m%d\") }}' AS i "
                              "FROM shop.base WHERE ds BETWEEN '{{ start_ds }}' AND '{{ end_ds }}'\nJINJA_END;"),
    "jinja_and_macros": model(f"{TIME})", "JINJA_QUERY_BEGIN;\nSELECT id, ds, @IF(TRUE, 1, 2) AS one, '{{ this_model }}' AS me FROM shop.base WHERE ds BETWEEN @start_date AND @end_date\nJINJA_END;"),
    "jinja_only_execution_time": jinja("SELECT id, '{{ start_ds }}' AS none, '{{ execution_ds }}' AS some FROM shop.base", "kind VIEW"),
    "jinja_macros": jinja("SELECT {{ columns(['id', 'qty']) }} FROM shop.base", macros=JINJA_MACROS),
    "jinja_macro_calls_macro": jinja("SELECT {% call wrap('w') %}{{ day() }}{% endcall %}, id FROM shop.base", macros=JINJA_MACROS),
    "jinja_macro_variable": jinja("SELECT '{{ of_variable() }}' AS v, id FROM shop.base", macros=JINJA_MACROS, config="variables:\n  word: ann\n  other: bob\n"),
    "jinja_own_macro": jinja("{% macro two() %}2{% endmacro %}SELECT {{ two() }} AS two FROM shop.base"),
    "jinja_variables": jinja("SELECT '{{ var('word') }}' AS a, {{ var('N') }} AS b, '{{ var('no', 'd') }}' AS c, {{ var('xs') | join('+') }} AS d, '{{ gateway() }}' AS e FROM shop.base",
                             config="variables:\n  word: ann\n  n: 5\n  xs: [1, 2]\n  unused: 1\n"),
    "jinja_statements": jinja("SELECT id FROM shop.base", pre="JINJA_STATEMENT_BEGIN;\n{% if true %}SET x = {{ var('n') }};{% endif %}\nJINJA_END;\n",
                              post="\nJINJA_STATEMENT_BEGIN;\nDROP TABLE IF EXISTS x_{{ runtime_stage }}\nJINJA_END;\n", config="variables:\n  n: 2\n"),
    "jinja_statement_only": model("kind FULL", "JINJA_STATEMENT_BEGIN;\n{{ day() }}\nJINJA_END;\nSELECT id FROM shop.base") | {"macros/deep/own.sql": JINJA_MACROS},
    "jinja_virtual_update": model("kind FULL", tail=";\n\nON_VIRTUAL_UPDATE_BEGIN;\nJINJA_STATEMENT_BEGIN;\n  SELECT '{{ this_model }}', {{ var('n') }};\nJINJA_END;\nON_VIRTUAL_UPDATE_END;\n")
    | {"config": "variables:\n  n: 2\n"},
    "jinja_in_a_literal": model("kind FULL", "SELECT '{{ column() }}' AS t, '{{ var(\"word\") }}' AS u FROM shop.base") | {"macros/own.sql": JINJA_MACROS, "config": "variables:\n  word: ann\n"},
    "jinja_blueprint": {**BASE, "models/child.sql": "MODEL (name shop.@{word}, kind FULL, blueprints ((word := a, txt := 'q'), (word := b, txt := 'r')));\n"
                             "JINJA_QUERY_BEGIN;\nSELECT '{{ blueprint_var('word') }}' AS w, {{ blueprint_var('txt') }} AS t, {{ blueprint_var('none', 1) }} AS n FROM shop.base\nJINJA_END;"},
    "jinja_nothing_at_load": {**model("kind FULL, depends_on (shop.base), columns (id INT)", "JINJA_QUERY_BEGIN;\n{% if runtime_stage != 'loading' %}SELECT id FROM shop.base{% endif %}\nJINJA_END;")},
    "jinja_resolve_table": jinja("SELECT '{{ resolve_table(\"shop.base\") }}' AS t, id FROM shop.base"),
    "jinja_audit": {**model("kind FULL, audits (small(top := 5), inside)", tail=";\n\nAUDIT (name inside);\nJINJA_QUERY_BEGIN;\nSELECT * FROM {{ this_model }} WHERE id < {{ var('n', 0) }}\nJINJA_END;\n"),
                    "audits/small.sql": "AUDIT (name small, defaults (low = 1));\nJINJA_QUERY_BEGIN;\nSELECT * FROM {{ this_model }} WHERE qty > {{ top }} AND qty < {{ low }}\nJINJA_END;\n"},
    "jinja_standalone_audit": {**BASE, "macros/own.sql": JINJA_MACROS,
                               "audits/a.sql": "AUDIT (name one, standalone true);\nJINJA_QUERY_BEGIN;\nSELECT {{ column('id') }} FROM shop.base WHERE id < {{ var('n') }}\nJINJA_END;\n\n"
                                               "AUDIT (name two, standalone true);\nJINJA_QUERY_BEGIN;\nSELECT id FROM shop.base WHERE id < {{ var('n') }}\nJINJA_END;\n",
                               "config": "variables:\n  n: 2\n"},
    "jinja_branches_that_never_run": {
        f"models/never_{number}.sql": f"MODEL (name shop.never_{number}, kind FULL);\nJINJA_QUERY_BEGIN;\n{text}SELECT 1 AS id\nJINJA_END;\n"
        for number, text in enumerate(("{% if false %}{{ 1 | no_such_filter }}{% endif %}", "{% if false %}{{ 1 is no_such_test }}{% endif %}",
                                       "{{ '' if true else (1 | no_such_filter) }}", "{% if false %}{% include 'x.sql' %}{% endif %}", "{% if false %}{{ [1] | random }}{% endif %}",
                                       "{% if false %}{{ adapter.dispatch('x')() }}{{ exceptions.raise_compiler_error('x') }}{% endif %}"))
    } | {"macros/unused.sql": "{% macro unused(x) %}{{ x | no_such_filter }}{% include 'x' %}{{ run_query('x') }}{% endmacro %}"},
    "jinja_config": {**model("kind FULL", "SELECT @n AS n, @m AS m, @xs AS x FROM shop.base"),
                     "config": "{% set many = 3 %}variables:\n  n: {{ many + 1 }}\n  m: \"{{ env_var('TOWLINE_NO_SUCH', 'x' ~ many) | upper }}\"\n  xs: {{ range(3) | list }}\n{# a comment #}\n"},
}

# Shapes found in projects of others, written anew.
FOUND = {
    "crlf_files": {
        "models/base.sql": "MODEL (\r\n  name shop.base,\r\n  description 'two\r\nlines',\r\n  kind FULL\r\n);\r\n\r\nSELECT\r\n  1 AS id,\r\n  'a' AS region\r\n",
        "audits/a.sql": "AUDIT (name some);\r\nSELECT 1\r\nFROM @this_model\r\nWHERE FALSE;\r\n",
    },
    "grain_in_brackets": model("kind FULL, grain [id, ds]"),
    "grain_of_two": model("kind FULL, grain (id, ds)"),
    "grain_in_parens": model("kind FULL, grain (id)"),
    "grains_nested": model("kind FULL, grains ((id, ds)), references ((region, qty))"),
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
}


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

SALES = {
    "models/sales.sql": """MODEL (name shop.sales, kind FULL, dialect duckdb);
SELECT 'n'::TEXT AS region, 'Q1'::TEXT AS quarter, 1.5::DECIMAL(10, 2) AS amount, 2020::INT AS year, 3::BIGINT AS units
""",
    "models/months.sql": """MODEL (name shop.months, kind FULL, dialect duckdb);
SELECT 1::INT AS id, 1::DOUBLE AS jan, 2::DOUBLE AS feb, 3::INT AS mar, 'x'::TEXT AS note
""",
    "models/lists.sql": """MODEL (name shop.lists, kind FULL, dialect duckdb);
SELECT 1::INT AS id, [1, 2]::INT[] AS items, [{'a': 1, 'b': 'x'}]::STRUCT(a INT, b TEXT)[] AS parts, MAP {'k': 1}::MAP(TEXT, INT) AS pairs
""",
}
QUARTERS = "PIVOT(SUM(amount) FOR quarter IN ('Q1', 'Q2'))"
MONTHS = "UNPIVOT(value FOR month IN (jan, feb))"
PLAIN_SALES = "WITH s AS (SELECT region, quarter, amount FROM shop.sales) "
PLAIN_MONTHS = "WITH m AS (SELECT id, jan, feb FROM shop.months) "


def queries(dialect, *texts):
    """One project with a model of each query."""
    return {**SALES, **{f"models/q{at}.sql": f"MODEL (name shop.q{at}, kind VIEW, dialect {dialect});\n{text}\n" for at, text in enumerate(texts)}}


PIVOT_NAMES = (
    f"SELECT * FROM shop.sales {QUARTERS}",
    "SELECT * FROM shop.sales PIVOT(SUM(amount) AS total, MAX(units) AS most FOR quarter IN ('Q1', 'Q2' AS second))",
    "SELECT * FROM shop.sales PIVOT(SUM(amount) AS total FOR quarter IN ('Q1' AS first, 'Q 2', '3x')) AS pv",
    "SELECT * FROM shop.sales PIVOT(SUM(amount), MAX(units) FOR quarter IN ('Q1', 'Q2'))",
    "SELECT * FROM shop.sales PIVOT(COUNT(*) FOR year IN (2020, 2021))",
    f"SELECT * FROM shop.months {MONTHS}",
    "SELECT * FROM shop.months UNPIVOT(value FOR month IN (jan AS 'January', feb AS 'February'))",
)
PIVOTS = {
    **{f"pivot_names_{dialect}": queries(dialect, *PIVOT_NAMES) for dialect in ("duckdb", "bigquery", "databricks", "redshift")},
    "pivot_of_a_table": queries(
        "duckdb", f"SELECT region, q1 FROM shop.sales {QUARTERS}", f"SELECT pv.region, pv.q1 + 1 AS more FROM shop.sales AS s {QUARTERS} AS pv",
        f"SELECT region, nothing FROM shop.sales {QUARTERS}", f"SELECT sales.region FROM shop.sales {QUARTERS}", f"SELECT sales.amount FROM shop.sales {QUARTERS}",
        f"SELECT * FROM shop.sales {QUARTERS} AS pv(a, b, c)", f"SELECT * EXCLUDE (region), 1 AS one FROM shop.sales {QUARTERS}",
        "SELECT * FROM shop.sales PIVOT(SUM(amount) FOR year IN (2020, 2021) quarter IN ('Q1', 'Q2') GROUP BY region)",
        f"SELECT pv.region, m.note FROM shop.months AS m JOIN shop.sales {QUARTERS} AS pv ON TRUE", f"SELECT pv.* FROM shop.sales {QUARTERS} AS pv",
        f"SELECT region, q1 + 1 AS a, a + 1 AS b FROM shop.sales {QUARTERS}"),
    "pivot_of_a_query": queries(
        "duckdb", f"{PLAIN_SALES}SELECT * FROM s {QUARTERS}", f"{PLAIN_SALES}SELECT region, q1 FROM s {QUARTERS} AS pv", f"{PLAIN_SALES}SELECT * FROM s {QUARTERS} AS s",
        f"SELECT * FROM (SELECT region, quarter, amount FROM shop.sales) AS s {QUARTERS} AS pv", f"SELECT x.q1 FROM (SELECT * FROM shop.sales {QUARTERS}) AS x",
        "WITH x AS (PIVOT shop.sales ON quarter IN ('Q1') USING SUM(amount) GROUP BY region) SELECT region, q1 FROM x"),
    "unpivot": queries(
        "duckdb", f"SELECT id, month, value FROM shop.months {MONTHS}", f"SELECT u.id, u.month, u.value FROM shop.months {MONTHS} AS u",
        f"SELECT months.id, months.jan FROM shop.months {MONTHS}", f"{PLAIN_MONTHS}SELECT * FROM m {MONTHS}", f"{PLAIN_MONTHS}SELECT * FROM m {MONTHS} AS u",
        f"{PLAIN_MONTHS}SELECT u.id FROM m AS x {MONTHS} AS u", f"SELECT * FROM (SELECT id, jan, feb FROM shop.months) {MONTHS}",
        "SELECT * FROM shop.months UNPIVOT((a, b) FOR pair IN ((jan, feb), (feb, mar)))", "SELECT * FROM shop.months UNPIVOT INCLUDE NULLS (value FOR month IN (jan AS 1, feb AS 2)) AS u(a, b)"),
    "unpivot_named_in_later_clauses": queries(
        "duckdb", f"SELECT month, SUM(value) AS total FROM shop.months {MONTHS} GROUP BY month", f"SELECT month, value FROM shop.months {MONTHS} WHERE id > 1",
        f"SELECT month, value FROM shop.months {MONTHS} WHERE value > 1", f"SELECT month, SUM(value) AS total FROM shop.months {MONTHS} AS u GROUP BY 1 ORDER BY total",
        f"SELECT region, q1 FROM shop.sales {QUARTERS} ORDER BY q1", f"SELECT region, q1 AS q FROM shop.sales {QUARTERS} ORDER BY q2"),
    "words_of_functions": queries(
        "duckdb", "SELECT utc_timestamp, utc_date, sysdate, curdate, current_datetime, current_role FROM far.away", "SELECT a.sysdate AS day FROM far.away AS a"),
    "dashes_in_names": {
        **queries("bigquery", "SELECT id, n + 1 AS m FROM my-project-1.far.usage", "SELECT usage.id, u.n FROM my-project-1.far.usage, other-one.far.usage AS u",
                  "SELECT id, usage.n FROM `my-project-1.far.usage`", "SELECT u.* FROM `other-one`.`far.usage` AS u"),
        "external_models.yaml": "".join(f"- name: '\"{name}\".far.usage'\n  columns:\n    id: INT\n    n: DOUBLE\n" for name in ("my-project-1", "other-one"))},
    "words_of_functions_bigquery": queries("bigquery", "SELECT utc_timestamp, systimestamp, session_user, current_schema AS s FROM far.away"),
    "lateral_views": queries(
        "spark", "SELECT id, item FROM shop.lists LATERAL VIEW EXPLODE(items) t AS item", "SELECT id, t.r, t.a, b FROM shop.lists LATERAL VIEW EXPLODE(parts) t AS r",
        "SELECT id, r.a FROM shop.lists LATERAL VIEW EXPLODE(parts) t AS r", "SELECT id, t.r, t.a FROM shop.lists LATERAL VIEW EXPLODE_OUTER(parts) t AS r",
        "SELECT id, at, r FROM shop.lists LATERAL VIEW POSEXPLODE(parts) t AS at, r", "SELECT id, k, v FROM shop.lists LATERAL VIEW OUTER EXPLODE(pairs) t AS k, v",
        "SELECT id, a, b FROM shop.lists LATERAL VIEW INLINE(parts) t AS a, b", "SELECT id, j.x FROM shop.lists LATERAL VIEW JSON_TUPLE('{}', 'x') j AS x",
        "SELECT id, s.a FROM shop.lists LATERAL VIEW EXPLODE(ARRAY(STRUCT(1 AS a))) t AS s", "SELECT * FROM shop.lists LATERAL VIEW EXPLODE(parts) t AS r"),
}

LAMBDAS = {
    "macros_operate_on_columns": queries(
        "duckdb", *(f"SELECT {value} AS n, 1 AS m FROM far.t" for value in (
            "@FILTER((a, b), x -> x > 1)", "@IF(a > 1 AND NOT 1 > b, 1, 2)", "@EVAL(a > 1)", "@EVAL(2 + a)", "@EVAL(a <= b)", "@EVAL(a BETWEEN 1 AND 2)", "@EVAL(1 BETWEEN a AND b)",
            "@EVAL(a - 1 * b)", "@EVAL(-(a + 1))", "@EVAL(t.a + 1 + 2)", "@EVAL((a + 1) * 2)", "@EVAL(a * 2 > b + 1)", "@EVAL(a + 'it''s')", "@IF(NULL <> 1, 1, 2)", "@IF(NULL = NULL, 1, 2)"))),
    "names_of_lambdas_are_read_again": queries(
        "snowflake", "SELECT @EACH(['a, b'], x -> 1 AS c_@x) FROM far.t", "SELECT @EACH(['a', 'b'], x -> 1 AS \"Q_@x\") FROM far.t", "SELECT @EACH(['a b'], x -> t.q_@x) FROM far.t",
        "SELECT @EACH(['1', '2'], x -> 1 AS @{x}_y) FROM far.t", "SELECT @EACH(['A b'], x -> 1 AS @x) FROM far.t", "SELECT 1 AS c_@w, 2 AS \"Q_@w\" FROM far.t"),
}

FEATURES = {**FOUND, **LAMBDAS, **DIALECTS, **KINDS, **SEEDS, **MACROS, **AUDITS, **PROPERTIES, **QUERIES, **PIVOTS, **CONFIGS}
GROUPS = {"kinds": KINDS, "seeds": SEEDS, "macros": MACROS, "audits": AUDITS, "properties": PROPERTIES, "queries": QUERIES, "pivots": PIVOTS, "configs": CONFIGS,
          "jinja": JINJA, "found": {**FOUND, **LAMBDAS}, "dialects": DIALECTS}


def write(folder, files, engine):
    """Writes a feature project for an engine; its configuration names a database `shop` that nobody opens."""
    connection = "      database: shop.db\n" if engine == "duckdb" else (
        "      host: localhost\n      port: 5432\n      user: nobody\n      password: unused\n      database: shop\n")
    config = (f"gateways:\n  local:\n    connection:\n      type: {engine}\n{connection}{files.get('gateways', '')}default_gateway: local\n"
              f"model_defaults:\n  dialect: {engine}\n  start: '2024-01-01'\n{files.get('config', '')}")
    for name, text in {"config.yaml": config, **{k: v for k, v in files.items() if k not in ("config", "gateways")}}.items():
        if text is None:
            continue
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode())
