"""Stories executed by real SQLMesh and by Towline: the same tables, views and rows after every step."""

import pathlib
import subprocess
import sys

import pytest

from shop_project import ENGINES, NOON, shop
from story import Story

HERE = pathlib.Path(__file__).resolve().parent
TEA_SHOP = HERE.parents[1] / "examples" / "tea_shop"


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
