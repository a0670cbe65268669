"""Stories executed by real SQLMesh and by Towline: the same tables, views and rows after every step."""

import pathlib
import subprocess
import sys

import pytest

from story import Story

HERE = pathlib.Path(__file__).resolve().parent
TEA_SHOP = HERE.parents[1] / "examples" / "tea_shop"
SHOP = {
    "seeds/orders.csv": "id,item,ds,qty\n1,assam,2024-01-02,3\n2,sencha,2024-01-04,1\n3,puerh,2024-01-05,7\n4,oolong,2024-01-09,2\n5,assam,2024-01-10,4\n",
    "models/orders.sql": "MODEL (name shop.orders, kind SEED (path '../seeds/orders.csv'), columns (id INT, item TEXT, ds DATE, qty INT));\n",
    "models/sales.sql": """MODEL (name shop.sales, kind INCREMENTAL_BY_TIME_RANGE (time_column ds));
SELECT id, item, ds, qty FROM shop.orders WHERE ds BETWEEN @start_date AND @end_date
""",
    "models/items.sql": """MODEL (name shop.items, kind INCREMENTAL_BY_UNIQUE_KEY (unique_key item));
SELECT item, MAX(qty) AS qty FROM shop.sales GROUP BY item
""",
    "models/totals.sql": "MODEL (name shop.totals, kind FULL);\nSELECT CAST(COUNT(*) AS INT) AS n, CAST(SUM(qty) AS INT) AS qty FROM shop.sales\n",
    "models/latest.sql": "MODEL (name shop.latest, kind VIEW);\nSELECT MAX(ds) AS ds FROM shop.sales\n",
}
ENGINES = ("duckdb", "postgres")
NOON = "2024-01-10 12:00:00"


def generated(tmp_path, engine, count=30, seed=1):
    folder = tmp_path / "generated"
    subprocess.run([sys.executable, str(HERE / "oracle" / "gen_project.py"), str(count), "--engine", engine, "--seed", str(seed), "--days", "14", "--out", str(folder)],
                   check=True, capture_output=True, timeout=60)
    return folder


def test_scaffold_of_sqlmesh_init(tmp_path):
    """Made and planned at one moment: the scaffold's models start on the day before."""
    init = [sys.executable, str(HERE / "oracle" / "sqlmesh_at.py"), "2024-01-08 12:00:00", "init", "duckdb"]
    subprocess.run(init, cwd=tmp_path, check=True, capture_output=True, timeout=120)
    with Story("duckdb", folder=tmp_path) as story:
        story.plan(NOON, "prod")
        story.run("2024-01-11 12:00:00")


@pytest.mark.parametrize("engine", ENGINES)
def test_generated_project_is_planned_and_run(tmp_path, engine):
    with Story(engine, folder=generated(tmp_path, engine)) as story:
        story.plan(NOON, "prod")
        story.run("2024-01-11 12:00:00")


@pytest.mark.parametrize("engine", ENGINES)
def test_tea_shop_is_planned_and_run(engine):
    with Story(engine, folder=TEA_SHOP, dialect_env={"TEA_SHOP_DIALECT": engine}) as story:
        story.plan(NOON, "prod")
        story.run("2024-01-11 12:00:00")


def shop(engine):
    """The small shop's files; the connection comes from the environment."""
    config = f"gateways:\n  local:\n    connection:\n      type: duckdb\n      database: shop.db\ndefault_gateway: local\nmodel_defaults:\n  dialect: {engine}\n  start: '2024-01-01'\n"
    return {**SHOP, "config.yaml": config}


@pytest.mark.parametrize("engine", ENGINES)
def test_a_breaking_change_goes_through_dev_to_prod(engine):
    with Story(engine, shop(engine)) as story:
        story.plan("2024-01-08 12:00:00", "prod")
        story.run("2024-01-09 12:00:00")
        story.replace("models/sales.sql", "WHERE ds", "WHERE qty > 1 AND ds")
        story.plan("2024-01-09 13:00:00", "dev")
        story.plan("2024-01-09 14:00:00", "prod")
        story.run("2024-01-11 12:00:00")


@pytest.mark.parametrize("engine", ENGINES)
def test_an_added_column_and_a_comment(engine):
    with Story(engine, shop(engine)) as story:
        story.plan(NOON, "prod")
        story.replace("models/sales.sql", "ds, qty FROM", "ds, qty, qty * 2 AS twice, FROM")
        story.plan("2024-01-10 13:00:00", "dev")
        story.replace("models/totals.sql", "SELECT", "-- all of them\nSELECT")
        story.plan("2024-01-10 14:00:00", "prod")
        story.run("2024-01-11 12:00:00")


@pytest.mark.parametrize("engine", ENGINES)
def test_a_forward_only_change(engine):
    with Story(engine, shop(engine)) as story:
        story.plan("2024-01-08 12:00:00", "prod")
        story.replace("models/sales.sql", "ds, qty FROM", "ds, qty, qty * 2 AS twice FROM")
        story.plan("2024-01-08 13:00:00", "dev", "--forward-only")
        story.plan("2024-01-08 14:00:00", "prod", "--forward-only")
        story.run("2024-01-10 12:00:00")


@pytest.mark.parametrize("engine", ENGINES)
def test_a_restatement_and_a_removal(engine):
    with Story(engine, shop(engine)) as story:
        story.plan(NOON, "prod")
        story.plan("2024-01-10 13:00:00", "prod", "--restate-model", "shop.sales", "--start", "2024-01-04", "--end", "2024-01-06")
        story.edit({"models/latest.sql": None})
        story.plan("2024-01-10 14:00:00", "dev")
        story.plan("2024-01-10 15:00:00", "prod")
        story.run("2024-01-12 12:00:00")


@pytest.mark.parametrize("engine", ENGINES)
def test_a_star_over_a_new_column(engine):
    """The child's text stays, what it selects does not: a change of its own, in dev, in prod and taken back."""
    files = shop(engine) | {"models/latest.sql": "MODEL (name shop.latest, kind VIEW);\nWITH s AS (SELECT * FROM shop.sales)\nSELECT MAX(ds) AS ds FROM s\n"}
    with Story(engine, files, cadence="") as story:
        story.plan("2024-01-08 12:00:00", "prod")
        story.replace("models/sales.sql", "ds, qty FROM", "ds, qty, qty * 2 AS twice FROM")
        story.plan("2024-01-08 13:00:00", "dev", "--forward-only")
        story.plan("2024-01-08 14:00:00", "prod")
        story.replace("models/sales.sql", "qty * 2 AS twice FROM", "qty AS once FROM")
        story.plan("2024-01-09 14:00:00", "prod")


def test_a_restatement_in_prod_reaches_what_dev_made_of_it():
    """Dev's own versions lose the range, also of what reads them there; what no environment shows keeps it."""
    with Story("duckdb", shop("duckdb"), cadence="") as story:
        story.plan("2024-01-08 12:00:00", "prod")
        story.replace("models/sales.sql", "WHERE ds", "WHERE qty > 1 AND ds")
        story.plan("2024-01-08 13:00:00", "dev")
        story.replace("models/sales.sql", "WHERE qty > 1 AND ds", "WHERE ds")
        story.plan("2024-01-08 14:00:00", "prod", "--restate-model", "shop.sales", "--start", "2024-01-04", "--end", "2024-01-05")
        story.replace("models/sales.sql", "WHERE ds", "WHERE qty > 1 AND ds")
        story.plan("2024-01-08 15:00:00", "prod")
        story.plan("2024-01-08 16:00:00", "prod", "--restate-model", "shop.sales", "--start", "2024-01-04", "--end", "2024-01-05")
        story.run("2024-01-10 12:00:00")


def test_a_new_environment_needs_a_change_also_with_statements():
    files = shop("duckdb")
    files["config.yaml"] += "before_all:\n  - CREATE TABLE IF NOT EXISTS told (what TEXT)\n"
    with Story("duckdb", files, cadence="") as story:
        story.plan("2024-01-08 12:00:00", "prod", "--skip-backfill")
        story.refused("2024-01-08 13:00:00", "plan", "next")
        story.plan("2024-01-08 14:00:00", "next", "--include-unmodified")
        story.plan("2024-01-09 14:00:00", "prod")


def test_merge_clauses_and_a_merge_filter():
    """MERGE of PostgreSQL: rows that are updated in part, deleted, filtered out, inserted."""
    files = shop("postgres") | {
        "models/items.sql": """MODEL (name shop.items, kind INCREMENTAL_BY_UNIQUE_KEY (unique_key (item, ds), when_matched (
    WHEN MATCHED AND source.qty > 3 THEN DELETE
    WHEN MATCHED THEN UPDATE SET target.qty = COALESCE(source.qty, 0) + target.qty),
  merge_filter (target.ds >= @start_date OR source.qty > 100)));
SELECT item, ds, qty, 'seen' AS state FROM shop.sales
""",
    }
    with Story("postgres", files) as story:
        story.plan("2024-01-08 12:00:00", "prod")
        story.run("2024-01-09 12:00:00")
        story.run("2024-01-11 12:00:00")
        story.plan("2024-01-11 13:00:00", "prod", "--restate-model", "shop.items", "--start", "2024-01-05", "--end", "2024-01-10")


@pytest.mark.parametrize("engine", ENGINES)
def test_a_keyed_model_is_made_as_its_query_gives_it(engine):
    """Its first load casts nothing: a constant, a sum and a mean have the engine's types."""
    files = shop(engine) | {"models/items.sql": """MODEL (name shop.items, kind INCREMENTAL_BY_UNIQUE_KEY (unique_key item));
WITH s AS (SELECT item, qty FROM shop.sales)
SELECT item, SUM(qty) AS qty, AVG(qty) AS mean, COUNT(*) AS n, 'seen' AS state FROM s GROUP BY item
"""}
    with Story(engine, files) as story:
        story.plan("2024-01-08 12:00:00", "prod")


def test_one_changed_row_is_seen():
    """The comparison itself: a row that only one side has is a difference."""
    with Story("duckdb", shop("duckdb")) as story:
        story.plan(NOON, "prod")
        (table,) = story.stack.rows("SELECT table_name FROM information_schema.tables WHERE table_schema = 'sqlmesh__shop' AND table_name LIKE 'shop__totals%'")
        story.stack.rows(f'UPDATE "sqlmesh__shop"."{table[0]}" SET qty = qty + 1')
        with pytest.raises(AssertionError, match="hash"):
            story.check("a change behind the back")


JINJA = {
    "macros/own.sql": """{% macro day(name) %}CAST('{{ name }}' AS DATE){% endmacro %}
{% macro columns(names) %}{% for n in names %}{{ n }}{{ ", " if not loop.last }}{% endfor %}{% endmacro %}
""",
    "models/sales.sql": """MODEL (name shop.sales, kind INCREMENTAL_BY_TIME_RANGE (time_column ds), audits (whole(top := 100)));
JINJA_STATEMENT_BEGIN;
{% if runtime_stage == 'evaluating' %}CREATE TABLE IF NOT EXISTS shop_seen AS SELECT {{ var('step', 1) }} AS n{% endif %}
JINJA_END;
JINJA_QUERY_BEGIN;
SELECT {{ columns(['id', 'item', 'ds', 'qty']) }}, '{{ start_ds }}' AS first_day, @end_ds AS last_day, CAST({{ end_dt.day }} AS INT) AS d
FROM shop.orders
WHERE ds BETWEEN {{ day(start_ds) }} AND {{ day(end_ds) }} {%- if var('step', 1) > 1 %} AND qty > 1 {%- endif %}
JINJA_END;
AUDIT (name whole);
JINJA_QUERY_BEGIN;
SELECT * FROM {{ this_model }} WHERE qty > {{ top }} OR qty IS NULL
JINJA_END;
""",
    "models/totals.sql": "MODEL (name shop.totals, kind FULL);\nJINJA_QUERY_BEGIN;\nSELECT CAST(COUNT(*) AS INT) AS n{% for q in [1, 2] %}, CAST(SUM(qty * {{ q }}) AS INT) AS q{{ q }}{% endfor %} FROM shop.sales\nJINJA_END;\n",
}


@pytest.mark.parametrize("engine", ENGINES)
def test_jinja_is_evaluated_when_it_runs(engine):
    files = {**shop(engine), **JINJA}
    files["config.yaml"] += "variables:\n  step: {{ env_var('TOWLINE_NO_SUCH_STEP', 1) | int }}\n"
    with Story(engine, files) as story:
        story.plan("2024-01-08 12:00:00", "prod")
        story.run("2024-01-10 12:00:00")
        story.replace("config.yaml", "1) | int", "2) | int")
        story.plan("2024-01-10 13:00:00", "dev")
        story.replace("macros/own.sql", "CAST('{{ name }}' AS DATE)", "CAST( '{{ name }}' AS DATE)")
        story.plan("2024-01-10 14:00:00", "prod")
        story.run("2024-01-12 12:00:00")


NAMES = {
    "seeds/people.csv": ",Full Name, Age,City\n1,Ada,36,London\n2,Alan,41,\n",
    "models/people.sql": "MODEL (name shop.people, kind SEED (path '../seeds/people.csv'));\n",
    "models/events.sql": "MODEL (name shop.events, kind FULL);\nSELECT CAST('2024-01-07' AS TEXT) AS ds, '3' AS qty UNION ALL SELECT '2024-01-09', '4'\n",
    "models/days.sql": """MODEL (name shop.days, kind INCREMENTAL_BY_TIME_RANGE (time_column ds));
SELECT qty::INT, /* how many */ ds::TEXT -- of which day
FROM shop.events WHERE ds BETWEEN @start_ds AND @end_ds
""",
    "models/cased.sql": "MODEL (name shop.cased, kind VIEW);\nSELECT Qty, Ds AS TheDay, qty::TEXT || '!', COUNT(*) OVER () FROM shop.days\n",
    "models/far.sql": """MODEL (name shop.far, kind FULL);
CREATE SCHEMA IF NOT EXISTS outside;
CREATE TABLE IF NOT EXISTS outside.things AS SELECT 1 AS id, 'x' AS kind;
SELECT id::TEXT, Kind FROM outside.things
""",
    "models/words.sql": """MODEL (name shop.words, kind FULL);
SELECT 1 AS id, 2 AS "end", 3 AS "limit", 4 AS "offset", 5 AS "window", 6 AS "table", 7 AS "left", 8 AS "desc", 9 AS "to", 10 AS "order"
""",
    "models/of_words.sql": """MODEL (name shop.of_words, kind FULL);
SELECT id, end, w.Limit, offset + 1 AS after, window, table, desc, to, left, order, CASE WHEN end > 1 THEN end ELSE limit END AS e, SUM(limit) OVER (ORDER BY end) AS total
FROM shop.words AS w WHERE end > 1 AND limit > 1 OR offset = 3 ORDER BY end, limit LIMIT 5 OFFSET 0
""",
    "models/inner.sql": "MODEL (name shop.inside, kind FULL);\nWITH a AS (SELECT qty::BIGINT, ds::DATE FROM shop.days) SELECT SUM(qty) AS qty, MAX(ds) AS ds FROM a\n",
}
# A declared text as the key of numbers: PostgreSQL compares no text with a number, neither for SQLMesh nor for us.
KEYED = {
    "models/keyed.sql": "MODEL (name shop.keyed, kind INCREMENTAL_BY_UNIQUE_KEY (unique_key qty), columns (qty TEXT, ds TEXT));\nSELECT qty, ds FROM shop.days\n",
}


@pytest.mark.parametrize("engine", ENGINES)
def test_names_of_columns_and_tables_of_a_dev_plan_without_batches(engine):
    config = shop(engine)["config.yaml"]
    keyed = KEYED if engine == "duckdb" else {}
    with Story(engine, {**NAMES, **keyed, "config.yaml": config}, cadence="none") as story:
        story.plan("2024-01-08 12:00:00", "prod")
        story.replace("models/days.sql", "qty::INT,", "qty::INT, 7 AS More,")
        story.plan("2024-01-08 12:00:00", "dev")
        story.plan("2024-01-08 12:00:00", "prod")
        story.run("2024-01-10 12:00:00")
        story.plan("2024-01-10 12:00:00", "dev", "--include-unmodified")


SALES = "SELECT id, item, ds, qty FROM"


def test_going_back_on_a_forward_only_change():
    """The first definition's table has been altered since: going back is a change of its own, with a stamp."""
    with Story("duckdb", shop("duckdb"), cadence="") as story:
        story.plan("2024-01-08 12:00:00", "prod")
        story.replace("models/sales.sql", SALES, "SELECT id, item, ds, qty, 1 AS one FROM")
        story.plan("2024-01-08 13:00:00", "prod", "--forward-only")
        story.replace("models/sales.sql", "SELECT id, item, ds, qty, 1 AS one FROM", SALES)
        story.plan("2024-01-09 12:00:00", "dev")
        story.plan("2024-01-09 13:00:00", "prod")
        story.run("2024-01-10 12:00:00")


def test_a_plan_of_others_leaves_a_forward_only_change_restorable():
    """Only what comes to prod is unpaused: a forward-only change in dev outlives plans of other models."""
    with Story("duckdb", shop("duckdb"), cadence="") as story:
        story.plan("2024-01-08 12:00:00", "prod")
        story.replace("models/sales.sql", SALES, "SELECT id, item, ds, qty, 1 AS one FROM")
        story.plan("2024-01-08 13:00:00", "dev", "--forward-only")
        story.replace("models/totals.sql", "CAST(COUNT(*) AS INT) AS n", "CAST(COUNT(*) + 1 AS INT) AS n")
        story.plan("2024-01-08 14:00:00", "prod", "--select-model", "shop.totals")
        story.plan("2024-01-08 15:00:00", "prod", "--forward-only")


def test_an_empty_backfill_records_the_whole_range():
    with Story("duckdb", shop("duckdb"), cadence="") as story:
        story.plan("2024-01-08 12:00:00", "prod")
        story.replace("models/sales.sql", SALES, "SELECT id, item, ds, qty, 1 AS one FROM")
        story.plan("2024-01-09 12:00:00", "dev", "--empty-backfill", "--include-unmodified")
        story.plan("2024-01-09 13:00:00", "prod", "--empty-backfill")


def test_statements_know_whether_a_model_is_evaluated():
    """Tables are made and altered in the stage `creating`; a statement that says nothing while a project loads is no metadata."""
    post = "@IF(@runtime_stage = 'evaluating', CREATE TABLE IF NOT EXISTS seen_{0} AS SELECT 1 AS n);\n"
    files = shop("duckdb")
    files["models/totals.sql"] = files["models/totals.sql"].rstrip() + ";\n" + post.format("totals")
    files["models/items.sql"] = files["models/items.sql"].replace("unique_key item)", "unique_key item, forward_only true)").replace("FROM shop.sales", "FROM shop.totals CROSS JOIN shop.sales").replace("MAX(qty)", "MAX(sales.qty)")
    with Story("duckdb", files, cadence="") as story:
        story.plan("2024-01-08 12:00:00", "prod")
        story.replace("models/sales.sql", "@end_date\n", "@end_date;\n" + post.format("sales"))
        story.plan("2024-01-09 12:00:00", "prod")


def test_words_of_a_view_follow_a_metadata_change():
    with Story("duckdb", shop("duckdb"), cadence="") as story:
        story.plan("2024-01-08 12:00:00", "prod")
        story.replace("models/latest.sql", "kind VIEW", "kind VIEW, description 'the last day', column_descriptions (ds = 'day')")
        story.plan("2024-01-09 12:00:00", "prod")


def test_a_cron_in_utc_and_a_selection_without_audits():
    """UTC of a model's own is part of its hash; a selection of `run` takes models alone."""
    files = shop("duckdb") | {"audits/alone.sql": "AUDIT (name alone, standalone true);\nSELECT item FROM shop.items WHERE qty < 0\n"}
    files["models/items.sql"] = files["models/items.sql"].replace("unique_key item)", "unique_key item), cron '30 2 * * *', cron_tz 'UTC'")
    with Story("duckdb", files, cadence="") as story:
        story.plan("2024-01-08 12:00:00", "prod")
        story.run("2024-01-10 12:00:00", "prod", "--select-model", "shop.sales+", "--no-auto-upstream")


def test_a_dev_restatement_takes_models_that_prod_does_not():
    """disable_restatement guards what prod uses; a model that only dev has is loaded again."""
    with Story("duckdb", shop("duckdb"), cadence="") as story:
        story.replace("models/sales.sql", "time_column ds)", "time_column ds, disable_restatement true)")
        story.plan("2024-01-08 12:00:00", "prod")
        story.replace("models/sales.sql", "WHERE ds", "WHERE qty > 1 AND ds")
        story.plan("2024-01-09 12:00:00", "dev")
        story.plan("2024-01-09 13:00:00", "dev", "--restate-model", "shop.sales", "--start", "2024-01-04", "--end", "2024-01-06")
        story.plan("2024-01-09 14:00:00", "prod", "--restate-model", "shop.sales", "--start", "2024-01-04", "--end", "2024-01-06")


def test_an_expired_environment_is_restated():
    with Story("duckdb", shop("duckdb"), cadence="", janitor=False) as story:
        story.plan("2024-01-08 12:00:00", "prod")
        story.replace("models/sales.sql", "WHERE ds", "WHERE qty > 1 AND ds")
        story.plan("2024-01-09 12:00:00", "dev")
        story.plan("2024-01-20 12:00:00", "dev", "--restate-model", "shop.sales", "--start", "2024-01-04", "--end", "2024-01-06")


@pytest.mark.parametrize("engine", ENGINES)
def test_types_that_change_forward_only(engine):
    """A type goes and comes back unless the engine's rules alter it; the order of columns follows; policies decide, IGNORE before the plan."""
    files = {name: text for name, text in shop(engine).items() if name not in ("models/items.sql", "models/totals.sql", "models/latest.sql")}
    files["models/sales.sql"] = """MODEL (name shop.sales, kind INCREMENTAL_BY_TIME_RANGE (time_column ds, forward_only true, on_destructive_change allow));
SELECT id, item, ds, qty, CAST(qty AS DECIMAL(8, 2)) AS n, 1 AS gone FROM shop.orders WHERE ds BETWEEN @start_date AND @end_date
"""
    with Story(engine, files, cadence="") as story:
        story.plan("2024-01-08 12:00:00", "prod")
        story.replace("models/sales.sql", "qty, CAST(qty AS DECIMAL(8, 2)) AS n, 1 AS gone", "CAST(qty AS BIGINT) AS qty, CAST(qty AS DECIMAL(8, 2)) AS n, 2 AS new, 'x' AS other")
        story.plan("2024-01-08 13:00:00", "prod")
        story.run("2024-01-10 12:00:00")
        story.replace("models/sales.sql", "on_destructive_change allow", "on_destructive_change error")
        story.replace("models/sales.sql", "CAST(qty AS BIGINT) AS qty", "qty")
        story.refused("2024-01-10 13:00:00", "plan", "prod")
        story.replace("models/sales.sql", "on_destructive_change error", "on_destructive_change ignore")
        story.plan("2024-01-10 14:00:00", "prod", "--allow-destructive-model", "shop.sales")
        story.run("2024-01-12 12:00:00")


def test_a_table_that_a_view_still_reads_is_dropped():
    files = shop("postgres")
    files["models/totals.sql"] = files["models/totals.sql"].rstrip() + ";\nCREATE SCHEMA IF NOT EXISTS outside;\nCREATE OR REPLACE VIEW outside.seen AS SELECT n FROM shop.totals;\n"
    with Story("postgres", files, cadence="", janitor=False) as story:
        story.plan("2024-01-08 12:00:00", "prod")
        story.replace("models/totals.sql", "COUNT(*) AS INT", "COUNT(*) + 1 AS INT")
        story.plan("2024-01-08 13:00:00", "dev")
        story.replace("models/totals.sql", "COUNT(*) + 1 AS INT", "COUNT(*) AS INT")
        story.step("2024-01-08 14:00:00", "invalidate", "dev", "--sync")
        story.step("2024-01-08 15:00:00", "janitor", "--ignore-ttl")


def test_new_audits_look_at_the_table_that_prod_will_read():
    """Also where a parent is only previewed: the table is made for them if it is not there."""
    files = shop("duckdb")
    files["models/days.sql"] = """MODEL (name shop.days, kind INCREMENTAL_BY_TIME_RANGE (time_column ds), audits (unique_values(columns := (ds))));
SELECT ds, SUM(qty) AS qty FROM shop.sales WHERE ds BETWEEN @start_date AND @end_date GROUP BY ds
"""
    with Story("duckdb", files, cadence="") as story:
        story.plan("2024-01-08 12:00:00", "prod")
        story.replace("models/sales.sql", "ds, qty FROM", "ds, qty, qty * 2 AS twice FROM")
        story.plan("2024-01-08 13:00:00", "dev", "--forward-only")
        story.replace("models/days.sql", "SUM(qty)", "SUM(qty + 1)")
        story.plan("2024-01-08 14:00:00", "dev")
        story.replace("models/days.sql", "(unique_values(columns := (ds)))", "(not_null(columns := (ds)))")
        story.plan("2024-01-08 15:00:00", "dev")


def test_a_second_environment_of_a_change_below_a_view():
    """A new environment is compared with prod: the view is made anew, so what reads it is a preview there too."""
    files = shop("duckdb") | {
        "models/latest.sql": "MODEL (name shop.latest, kind VIEW);\nSELECT id, item, ds, qty FROM shop.sales\n",
        "models/items.sql": "MODEL (name shop.items, kind INCREMENTAL_BY_UNIQUE_KEY (unique_key item));\nSELECT item, MAX(qty) AS qty FROM shop.latest GROUP BY item\n",
    }
    with Story("duckdb", files, cadence="") as story:
        story.plan("2024-01-08 12:00:00", "prod")
        story.replace("models/sales.sql", "ds, qty FROM", "ds, qty, qty * 2 AS twice FROM")
        story.plan("2024-01-08 13:00:00", "dev")
        story.plan("2024-01-08 14:00:00", "next", "--include-unmodified")
        story.run("2024-01-11 12:00:00")


def test_an_environment_of_selected_models_while_others_lack_data():
    """Nothing is loaded, and no dev table is made of what is read from prod's."""
    files = shop("duckdb") | {"models/seen.sql": "MODEL (name shop.seen, kind SCD_TYPE_2_BY_COLUMN (unique_key id, columns [qty]));\nSELECT id, item, qty FROM shop.orders\n"}
    with Story("duckdb", files, cadence="") as story:
        story.plan("2024-01-08 12:00:00", "prod")
        story.replace("models/totals.sql", "kind FULL", "kind FULL, description 'all'")
        story.plan("2024-01-09 12:00:00", "dev", "--select-model", "+shop.seen+")


def test_a_selection_keeps_a_definition_that_cannot_be_restored():
    """What dev shows of an unselected model was altered by a forward-only change in prod: dev's own gets a stamp."""
    with Story("duckdb", shop("duckdb"), cadence="") as story:
        story.plan("2024-01-08 12:00:00", "prod")
        story.replace("models/sales.sql", SALES, "SELECT id, item, ds, qty, 1 AS one FROM")
        story.plan("2024-01-08 13:00:00", "dev")
        story.plan("2024-01-08 14:00:00", "prod", "--forward-only")
        story.replace("models/totals.sql", "COUNT(*) AS INT", "COUNT(*) + 1 AS INT")
        story.plan("2024-01-08 15:00:00", "dev", "--select-model", "shop.totals")


def test_words_of_a_model_in_dollars():
    files = shop("postgres")
    files["models/totals.sql"] = files["models/totals.sql"].replace("kind FULL", "kind FULL, description $$the shop's$$, owner E'a\\'b', column_descriptions (n = $x$how many$x$)")
    with Story("postgres", files, cadence="") as story:
        story.plan("2024-01-08 12:00:00", "prod")


def test_a_selection_with_nothing_to_load_makes_no_tables():
    """Models that the selection leaves out have something to load; then SQLMesh makes no dev table of what reads prod's."""
    history = "MODEL (name shop.history, kind SCD_TYPE_2_BY_COLUMN (unique_key id, columns [qty]), end '2024-01-05');\nSELECT id, item, qty FROM shop.orders\n"
    with Story("duckdb", shop("duckdb") | {"models/history.sql": history}, cadence="") as story:
        story.plan("2024-01-08 12:00:00", "prod")
        story.replace("models/totals.sql", "SELECT", "-- all of them\nSELECT")
        story.plan("2024-01-10 12:00:00", "dev", "--run", "--select-model", "shop.history")


def test_a_selection_takes_a_model_that_cannot_be_gone_back_to():
    """Dev shows the definition that a forward-only change of prod's table has left behind: what a selection takes of it is a change of its own."""
    with Story("duckdb", shop("duckdb"), cadence="") as story:
        story.plan("2024-01-08 12:00:00", "prod")
        story.plan("2024-01-08 13:00:00", "dev", "--include-unmodified")
        story.replace("models/sales.sql", SALES, "SELECT id, item, ds, qty, 1 AS one FROM")
        story.plan("2024-01-08 14:00:00", "prod", "--forward-only")
        story.replace("models/totals.sql", "COUNT(*) AS", "COUNT(*) + 1 AS")
        story.plan("2024-01-08 15:00:00", "dev", "--select-model", "shop.totals")


def test_a_plan_after_one_that_failed_behind_its_promotion():
    """What reads a forward-only change is loaded behind it. Prod is not finalised then: the next plan promotes, and unpauses, all of it anew."""
    with Story("duckdb", shop("duckdb"), cadence="") as story:
        story.replace("models/sales.sql", "time_column ds)", "time_column ds, forward_only true)")
        story.plan("2024-01-08 12:00:00", "prod")
        story.run("2024-01-09 12:00:00")
        story.replace("models/sales.sql", SALES, "SELECT id, item, ds, qty, 1 AS one FROM")
        story.replace("models/totals.sql", "kind FULL);\nSELECT CAST(COUNT(*) AS INT)", "kind FULL, audits (forall(criteria := (n > 100))));\nSELECT CAST(COUNT(*) + 1 AS INT)")
        story.refused("2024-01-09 13:00:00", "plan", "prod")
        story.replace("models/totals.sql", ", audits (forall(criteria := (n > 100)))", "")
        story.plan("2024-01-09 14:00:00", "prod")


def test_a_selection_names_no_audits():
    files = shop("duckdb") | {"audits/alone.sql": "AUDIT (name alone, standalone true);\nSELECT item FROM shop.items WHERE qty < 0\n"}
    with Story("duckdb", files, cadence="") as story:
        story.plan("2024-01-08 12:00:00", "prod")
        story.replace("models/items.sql", "MAX(qty)", "MIN(qty)")
        story.plan("2024-01-10 12:00:00", "dev", "--select-model", "shop.items+", "--run")
        story.plan("2024-01-10 13:00:00", "prod", "--select-model", "*")


def test_a_new_model_takes_over_what_its_version_has():
    """Compared with an environment that is not there all is new; a forward-only model still finds prod's table, and begins as a copy of it."""
    with Story("duckdb", shop("duckdb"), cadence="") as story:
        story.replace("models/sales.sql", "time_column ds)", "time_column ds, forward_only true)")
        story.plan("2024-01-08 12:00:00", "prod")
        story.replace("models/sales.sql", SALES, "SELECT id, item, ds, qty, 1 AS one FROM")
        story.plan("2024-01-08 13:00:00", "dev", "--forward-only", "--effective-from", "2024-01-06", "--create-from", "next")
        story.run("2024-01-10 12:00:00", "dev")


def test_a_selection_goes_along_the_local_project():
    """A model that is gone locally is not reached by what stands above it in the environment: it stays."""
    with Story("duckdb", shop("duckdb"), cadence="") as story:
        story.plan("2024-01-08 12:00:00", "prod")
        story.edit({"models/totals.sql": None})
        story.replace("models/sales.sql", SALES, "SELECT id, item, ds, qty, 1 AS one FROM")
        story.plan("2024-01-08 13:00:00", "prod", "--select-model", "+shop.sales+")
        story.plan("2024-01-08 14:00:00", "prod", "--select-model", "shop.totals")


def test_a_time_column_whose_type_only_the_table_knows():
    """Without optimising a query no types are inferred: the range that is loaded, and looked at by audits, is told in the table's type."""
    files = shop("duckdb")
    files["models/sales.sql"] = """MODEL (name shop.sales, kind INCREMENTAL_BY_TIME_RANGE (time_column ts), optimize_query false, audits (number_of_rows(threshold := 5, blocking := false)));
SELECT id, item, ds, CAST(ds AS TIMESTAMP) + INTERVAL 7 HOUR AS ts, qty FROM shop.orders WHERE ds BETWEEN @start_date AND @end_date
"""
    with Story("duckdb", files, cadence="") as story:
        story.plan("2024-01-10 12:00:00", "prod")


def test_a_kind_that_changes_without_virtual_environments():
    """Prod's table is one for all definitions: what dev recorded of the new kind does not count for prod, where the old kind stands."""
    files = shop("duckdb")
    files["config.yaml"] += "virtual_environment_mode: dev_only\n"
    with Story("duckdb", files, cadence="") as story:
        story.plan("2024-01-08 12:00:00", "prod")
        story.replace("models/latest.sql", "kind VIEW", "kind INCREMENTAL_BY_TIME_RANGE (time_column ds)")
        story.replace("models/latest.sql", "MAX(ds) AS ds FROM shop.sales", "ds, SUM(qty) AS qty FROM shop.sales WHERE ds BETWEEN @start_date AND @end_date GROUP BY ds")
        story.plan("2024-01-09 12:00:00", "dev")
        story.plan("2024-01-09 12:30:00", "dev", "--empty-backfill", "--include-unmodified")
        story.plan("2024-01-09 13:00:00", "prod")


def test_tables_that_nothing_is_migrated_for():
    """A new project with forward-only models has no table to alter behind the promotion: what is loaded there makes its tables, and knows it."""
    files = shop("duckdb")
    files["models/sales.sql"] = files["models/sales.sql"].replace("time_column ds)", "time_column ds, forward_only true)")
    files["models/totals.sql"] = files["models/totals.sql"].rstrip() + ";\n@IF(@runtime_stage = 'evaluating', CREATE TABLE IF NOT EXISTS seen_totals AS SELECT 1 AS n);\n"
    files["models/items.sql"] = files["models/items.sql"].replace("unique_key item)", "unique_key item, forward_only true)").replace("FROM shop.sales", "FROM shop.sales CROSS JOIN shop.totals").replace("MAX(qty)", "MAX(sales.qty)")
    with Story("duckdb", files, cadence="") as story:
        story.plan("2024-01-08 12:00:00", "prod")
        story.run("2024-01-10 12:00:00")


def test_automatic_restatements_are_counted_in_utc():
    """The zone of the model's own cron says nothing of when its auto_restatement_cron is due."""
    files = shop("duckdb")
    files["models/sales.sql"] = files["models/sales.sql"].replace("kind INCREMENTAL_BY_TIME_RANGE (time_column ds)",
        "cron '@weekly', cron_tz 'Asia/Kolkata', start '2024-01-01', kind INCREMENTAL_BY_TIME_RANGE (time_column ds, auto_restatement_cron '@daily')")
    with Story("duckdb", files, cadence="") as story:
        story.plan("2024-01-08 20:00:00", "prod")
        story.run("2024-01-09 07:00:00")
        story.run("2024-01-09 17:00:00")
        story.run("2024-01-09 19:00:00")


def test_a_model_that_became_embedded_leaves_a_view_behind():
    """The view stays while the environment lives, and goes with the schema."""
    with Story("duckdb", shop("duckdb"), cadence="", janitor=False) as story:
        story.plan("2024-01-08 12:00:00", "prod")
        story.plan("2024-01-08 12:30:00", "dev", "--include-unmodified")
        story.replace("models/latest.sql", "kind VIEW", "kind EMBEDDED")
        story.plan("2024-01-08 13:00:00", "dev", "--include-unmodified")
        story.step("2024-01-08 14:00:00", "invalidate", "dev")
        story.step("2024-01-08 15:00:00", "janitor")


def test_a_change_after_one_with_an_effective_date():
    """The first takes over what prod loaded before its date, the second all of it."""
    with Story("duckdb", shop("duckdb"), cadence="") as story:
        story.plan("2024-01-08 12:00:00", "prod")
        story.replace("models/sales.sql", SALES, "SELECT id, item, ds, qty, 1 AS one FROM")
        story.plan("2024-01-08 13:00:00", "dev", "--forward-only", "--effective-from", "2024-01-05")
        story.replace("models/sales.sql", "1 AS one FROM", "2 AS one, 1 AS other FROM")
        story.plan("2024-01-09 13:00:00", "dev", "--forward-only")
        story.plan("2024-01-09 14:00:00", "prod", "--forward-only")


def test_columns_dropped_forward_only_where_no_rows_are_kept():
    """Only kinds that keep rows across versions ask whether columns may go."""
    with Story("duckdb", shop("duckdb"), cadence="") as story:
        story.replace("models/latest.sql", "MAX(ds) AS ds", "MAX(ds) AS ds, 1 AS one")
        story.replace("models/totals.sql", "SELECT ", "SELECT 1 AS one, ")
        story.plan("2024-01-08 12:00:00", "prod")
        story.replace("models/latest.sql", ", 1 AS one", "")
        story.plan("2024-01-08 13:00:00", "dev", "--forward-only")
        story.replace("models/totals.sql", "SELECT 1 AS one, ", "SELECT ")
        story.plan("2024-01-08 14:00:00", "prod", "--forward-only")


def test_a_column_that_counts_the_model_itself():
    """A model that reads itself needs no columns of itself to be compared: the column is an addition."""
    with Story("duckdb", shop("duckdb"), cadence="") as story:
        story.plan("2024-01-08 12:00:00", "prod")
        story.replace("models/sales.sql", SALES, "SELECT id, item, ds, qty, (SELECT CAST(COUNT(*) AS INT) FROM shop.sales) AS so_far FROM")
        said = story.plan("2024-01-08 13:00:00", "dev")
        assert "Directly Modified: shop__dev.sales (Non-breaking)" in said
        story.plan("2024-01-08 14:00:00", "prod")
        story.run("2024-01-10 12:00:00")


def test_environments_with_catalogs_of_their_own():
    """On DuckDB such a catalog is a file, which goes with the environment; here it lies beside the database."""
    files = shop("duckdb")
    files["config.yaml"] += "environment_suffix_target: catalog\nafter_all:\n  - CREATE TABLE IF NOT EXISTS seen AS SELECT MAX(qty) AS qty FROM @IF(@this_env = 'dev', warehouse__dev, warehouse).shop.sales\n"
    with Story("duckdb", files, cadence="", janitor=False) as story:
        def catalogs():
            return [sorted(path.name for path in folder.glob("warehouse__*")) for folder in (story.oracle, story.stack.duckdb_path.parent)]

        story.plan("2024-01-08 12:00:00", "prod")
        story.replace("models/sales.sql", SALES, "SELECT id, item, ds, qty, 1 AS one FROM")
        story.plan("2024-01-08 13:00:00", "dev", "--include-unmodified")
        story.replace("models/latest.sql", "MAX(ds) AS ds", "MIN(ds) AS ds")
        story.plan("2024-01-09 13:00:00", "dev")
        assert catalogs() == [["warehouse__dev.db"]] * 2
        story.run("2024-01-09 14:00:00")
        story.step("2024-01-09 15:00:00", "invalidate", "dev")
        story.step("2024-01-09 16:00:00", "janitor")
        assert catalogs() == [[], []]
