"""Small projects of one feature each: name -> files. A file `config` is added to the common configuration.

`{dialect}` in a text stands for the engine's dialect, so that every project is loaded on each engine.
"""

from feature_parts import BASE, model, TIME, WINDOW, SEED, seed, jinja, JINJA_MACROS
from features_dialects import DIALECTS
from features_found import FOUND, HISTORIES, LAMBDAS
from features_pivots import PIVOTS

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

FEATURES = {**FOUND, **HISTORIES, **LAMBDAS, **DIALECTS, **KINDS, **SEEDS, **MACROS, **AUDITS, **PROPERTIES, **QUERIES, **PIVOTS, **CONFIGS}
GROUPS = {"kinds": KINDS, "seeds": SEEDS, "macros": MACROS, "audits": AUDITS, "properties": PROPERTIES, "queries": QUERIES, "pivots": PIVOTS, "configs": CONFIGS,
          "jinja": JINJA, "found": {**FOUND, **HISTORIES, **LAMBDAS}, "dialects": DIALECTS}


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
