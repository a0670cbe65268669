"""Stories in which random ones once disagreed, each made short: what several changes, environments and failures do to each other."""

import pytest

from shop_project import ENGINES, SALES, shop
from story import Story


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


def test_a_column_of_using_keeps_its_name_under_a_star():
    query = ("WITH joined AS (SELECT 1 AS one, id FROM shop.sales LEFT JOIN (SELECT DISTINCT id FROM shop.sales) AS ids USING (id))\n"
             "SELECT * FROM joined")
    files = {"models/joined.sql": f"MODEL (name shop.joined, kind VIEW);\n{query}\n", "models/reads.sql": "MODEL (name shop.reads, kind FULL);\nSELECT joined.id FROM shop.joined\n"}
    with Story("duckdb", {**shop("duckdb"), **files}, cadence="") as story:
        story.plan("2024-01-08 12:00:00", "prod")


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


@pytest.mark.parametrize("engine", ENGINES)
def test_what_dev_may_lose_prod_may_not(engine):
    """The plan that brings a forward-only change of dev to prod has to allow what its table loses there."""
    with Story(engine, shop(engine), cadence="") as story:
        story.plan("2024-01-08 12:00:00", "prod")
        story.replace("models/sales.sql", SALES, "SELECT id, item, ds, qty AS many FROM")
        story.replace("models/totals.sql", "SUM(qty)", "SUM(many)")
        story.replace("models/items.sql", "MAX(qty)", "MAX(many)")
        story.plan("2024-01-08 13:00:00", "dev", "--forward-only", "--allow-destructive-model", "*")
        story.step("2024-01-08 14:00:00", "plan", "prod", ok=False)
        story.plan("2024-01-08 15:00:00", "prod", "--allow-destructive-model", "shop.sales")
        story.run("2024-01-10 12:00:00")


# Each says something else where it is executed as it was written.
EXECUTED = {
    "executed": ("FULL", "SELECT id, CONCAT_WS('-', item, NULLIF(qty, 1), 'a', 'b') AS words, 60 + (id + qty) % 4 AS bucket, 1 + 3 % id AS rest FROM shop.sales"),
    "stars": ("VIEW", "SELECT s.*, t.n FROM shop.sales AS s CROSS JOIN (SELECT * FROM shop.totals) AS t"),
    "rounded": ("FULL", "SELECT item, ROUND(AVG(qty / 3.0), 2) AS a, ROUND(SUM(CAST(qty AS DOUBLE PRECISION)) / 7, 1) AS b FROM shop.sales GROUP BY item"),
    "commas": ("FULL", "SELECT id,, item, EXTRACT(DOW FROM ds) AS weekday, FROM shop.sales GROUP BY 1, 2,, 3,"),
    "unseen": ("INCREMENTAL_UNMANAGED", "SELECT id, item FROM shop.sales WHERE id NOT IN (SELECT id FROM shop.unseen)"),
}


@pytest.mark.parametrize("engine", ENGINES)
def test_what_is_executed_is_the_printed_query(engine):
    """With stars written out, columns qualified and sqlglot's own reading of `%` and CONCAT_WS."""
    files = shop(engine)
    document = "CASE WHEN id > 2 THEN '{\"a\": \"x\", \"b\": {\"c\": \"x\"}}' END" + ("::JSON" if engine == "duckdb" else "::JSONB")
    arrows = f"SELECT id, d->>'a' = 'x' AS is_x, d->'b'->>'c' AS c, d->>'a' || 'y' AS y, NOT d->>'a' IS NULL AS has FROM (SELECT id, {document} AS d FROM shop.sales) AS s"
    for name, (kind, query) in {**EXECUTED, "arrows": ("FULL", arrows)}.items():
        files[f"models/{name}.sql"] = f"MODEL (name shop.{name}, kind {kind});\n{query}\n"
    with Story(engine, files, cadence="") as story:
        story.plan("2024-01-08 12:00:00", "prod")
        story.run("2024-01-10 12:00:00")
        story.replace("models/sales.sql", SALES, "SELECT id, item, ds, qty, 1 AS one FROM")
        story.plan("2024-01-10 13:00:00", "dev")
        story.replace("models/totals.sql", "AS n,", "AS n, 2 AS two,")
        story.plan("2024-01-10 14:00:00", "prod", "--forward-only")
        story.run("2024-01-11 12:00:00")


@pytest.mark.parametrize("engine", ENGINES)
def test_statements_are_executed_as_they_are_printed(engine):
    """sqlglot knows NVL, which no engine here does, reads `%` in its own way and names the columns of what is made."""
    files = shop(engine)
    files["models/told.sql"] = """MODEL (name shop.told, kind FULL);
CREATE TABLE IF NOT EXISTS told_log AS SELECT id::INT, 'x', (1 + 2), qty::TEXT AS Cased FROM shop.sales;
SELECT id, NULLIF(item, 'assam') AS item, qty FROM shop.sales;
UPDATE @this_model SET qty = NVL(qty, 0) + 1, item = IF(item IS NULL, 'none', item) WHERE NVL(qty, 0) > 0;
INSERT INTO @this_model SELECT id + 1000, NVL(item, 'x'), 60 + (id + qty) % 4 FROM shop.sales;
INSERT INTO @this_model SELECT id + 2000, cased, COUNT(*) FROM told_log GROUP BY 1, 2;
INSERT INTO told_log (id, cased) VALUES (3000, IF(1 > 2, 'a', 'b') || NVL(NULL, 60 + (1 + 9) % 4));
DELETE FROM @this_model WHERE IF(id > 2000, FALSE, id % 2 = 1 AND id < 4);
CREATE INDEX IF NOT EXISTS told_index ON told_log (id);
ANALYZE told_log;
ON_VIRTUAL_UPDATE_BEGIN;
CREATE OR REPLACE VIEW told_view AS SELECT NVL(item, 'x'), id::TEXT FROM @this_model;
ON_VIRTUAL_UPDATE_END;
"""
    files["models/reads_log.sql"] = "MODEL (name shop.reads_log, kind FULL, depends_on (shop.told));\nSELECT * FROM told_log\n"
    files["config.yaml"] += "before_all: [\"CREATE TABLE IF NOT EXISTS seen AS SELECT NVL(NULL, 1) AS n\"]\nafter_all: [\"UPDATE seen SET n = NVL(n, 0) + IF(n > 5, 0, 1)\"]\n"
    with Story(engine, files, cadence="") as story:
        story.plan("2024-01-08 12:00:00", "prod")
        story.run("2024-01-10 12:00:00")
        story.replace("models/told.sql", "3000", "4000")
        story.plan("2024-01-10 13:00:00", "dev")


@pytest.mark.parametrize("engine", ENGINES)
def test_numbers_of_seeds_come_as_pandas_has_them(engine):
    """A column with a point or a gap is one of doubles: what it is cast to is rounded from these."""
    files = shop(engine)
    numbers = "0.8613843078328849,2.5,9007199254740993,1.005\n0.8835084403617116,3.5,,2.675\n-1405659.4375,-0.5,7,1e-3\n0.9161998906266257,4,8,0.125\n"
    files["seeds/numbers.csv"] = "a,b,c,d\n" + numbers
    files["models/typed.sql"] = "MODEL (name shop.typed, kind SEED (path '../seeds/numbers.csv'), columns (a REAL, b INT, c BIGINT, d DECIMAL(10, 2)));\n"
    files["models/inferred.sql"] = "MODEL (name shop.inferred, kind SEED (path '../seeds/numbers.csv'));\n"
    with Story(engine, files, cadence="") as story:
        story.plan("2024-01-08 12:00:00", "prod")


@pytest.mark.parametrize("engine", ENGINES)
def test_names_without_a_schema(engine):
    """Their views lie in the schema `default`, in prod too."""
    files = {"config.yaml": shop(engine)["config.yaml"], "seeds/s.csv": "id,ds\n1,2024-01-02\n2,2024-01-09\n",
             "models/s.sql": "MODEL (name seeded, kind SEED (path '../seeds/s.csv'), columns (id INT, ds DATE));\n",
             "models/i.sql": "MODEL (name inc, kind INCREMENTAL_BY_TIME_RANGE (time_column ds));\nSELECT id, ds FROM seeded WHERE ds BETWEEN @start_ds AND @end_ds\n",
             "models/v.sql": "MODEL (name shown, kind VIEW);\nSELECT * FROM inc;\nON_VIRTUAL_UPDATE_BEGIN;\nCREATE TABLE IF NOT EXISTS seen AS SELECT COUNT(*) AS n FROM inc;\nON_VIRTUAL_UPDATE_END;\n"}
    with Story(engine, files, cadence="", janitor=False) as story:
        story.plan("2024-01-08 12:00:00", "prod")
        story.replace("models/i.sql", "id, ds FROM", "id, ds, 1 AS one FROM")
        story.plan("2024-01-08 13:00:00", "dev")
        story.plan("2024-01-08 14:00:00", "prod")
        story.run("2024-01-10 12:00:00")
        story.step("2024-01-10 13:00:00", "invalidate", "dev", "--sync")


def test_what_a_definition_says_is_data():
    """The query's own text is the same after a change of @DEF."""
    files = shop("duckdb")
    files["models/latest.sql"] = "MODEL (name shop.latest, kind VIEW);\n@DEF(times, x -> x * 2);\nSELECT id, @times(qty) AS qty FROM shop.sales\n"
    files["models/totals.sql"] = "MODEL (name shop.totals, kind FULL);\n@DEF(least, 1);\n@DEF(more, @least + 1);\nSELECT COUNT(*) AS n FROM shop.sales WHERE qty > @more\n"
    with Story("duckdb", files, cadence="") as story:
        story.plan("2024-01-08 12:00:00", "prod")
        story.replace("models/latest.sql", "x * 2", "x * 3")
        story.replace("models/totals.sql", "least, 1", "least, 2")
        assert "Directly Modified: shop.totals (Breaking)" in story.plan("2024-01-08 13:00:00", "prod")
        story.replace("models/latest.sql", "x -> x * 3", "y -> y * 3")
        assert "Metadata Updated: shop.latest" in story.plan("2024-01-08 14:00:00", "prod")


def test_a_dev_table_of_a_model_that_reads_itself():
    """What it reads of itself, and @this_model, is prod's table where that stands for it; where its table is made, it is that."""
    files = shop("duckdb")
    files["config.yaml"] += "before_all:\n  - CREATE TABLE IF NOT EXISTS seen (what TEXT, n INT)\n"
    files["models/running.sql"] = """MODEL (name shop.running, kind INCREMENTAL_BY_TIME_RANGE (time_column ds, batch_size 1), columns (ds DATE, n INT, total INT));
SELECT d.ds, d.n, d.n + COALESCE((SELECT MAX(total) FROM shop.running WHERE ds < @start_ds), 0) AS total
FROM (SELECT CAST(@start_ds AS DATE) AS ds, CAST(COUNT(*) AS INT) AS n FROM shop.sales WHERE ds BETWEEN @start_ds AND @end_ds) AS d;
INSERT INTO seen SELECT 'running', COUNT(*) FROM @this_model
"""
    with Story("duckdb", files, cadence="") as story:
        story.plan("2024-01-06 12:00:00", "prod")
        story.replace("models/sales.sql", SALES, "SELECT id, item, ds, qty, 1 AS one FROM")
        story.plan("2024-01-06 13:00:00", "dev")
        story.run("2024-01-08 12:00:00", "dev")
        story.plan("2024-01-08 13:00:00", "prod")


def test_a_seed_that_changes_without_virtual_environments():
    """Prod's table is replaced by one with other columns; a dev table has the words of a loaded one."""
    files = shop("duckdb")
    files["config.yaml"] += "virtual_environment_mode: dev_only\n"
    files["models/teas.sql"] = "MODEL (name shop.teas, kind SEED (path '../seeds/teas.csv'), description 'all of them');\n"
    files["seeds/teas.csv"] = "id,name\n1,assam\n2,sencha\n"
    with Story("duckdb", files, cadence="") as story:
        story.plan("2024-01-08 12:00:00", "prod")
        story.replace("seeds/teas.csv", "assam", "Assam")
        story.plan("2024-01-08 13:00:00", "dev")
        story.edit({"seeds/teas.csv": "id,name,rank\n1,Assam,2\n2,sencha,\n"})
        story.plan("2024-01-08 14:00:00", "prod")


def test_columns_that_only_a_table_knows(tmp_path):
    """A table of a file keeps its columns when the file gets more."""
    source = tmp_path / "things.csv"
    source.write_text("id,name\n1,x\n")
    files = shop("duckdb") | {"models/things.sql": f"MODEL (name shop.things, kind FULL);\nSELECT * FROM READ_CSV('{source}', header = true)\n"}
    with Story("duckdb", files, cadence="") as story:
        story.plan("2024-01-08 12:00:00", "prod")
        source.write_text("id,more,name\n1,5,x\n2,6,y\n")
        story.run("2024-01-09 12:00:00")


def test_columns_of_seeds_in_quotes():
    """The file's first line is read in the dialect's case, and what is declared finds it so."""
    files = shop("postgres")
    files["seeds/cased.csv"] = "Id,Some Value,plain\n1,2,3\n"
    files["models/cased.sql"] = "MODEL (name \"Shop\".\"Cased\", kind SEED (path '../seeds/cased.csv'), columns (\"Id\" INT, \"Some Value\" INT, Plain INT));\n"
    with Story("postgres", files, cadence="") as story:
        story.plan("2024-01-08 12:00:00", "prod")


def test_time_columns_of_numbers():
    """Formats that Python hands to C, such as seconds."""
    files = shop("duckdb")
    for name, format, column, first, last in (("seconds", "%s", "CAST(EPOCH(ds) AS BIGINT)", "@start_epoch", "@end_epoch"), ("weeks", "%G%V", "CAST(STRFTIME(ds, '%G%V') AS INT)", "0", "999999")):
        files[f"models/{name}.sql"] = (f"MODEL (name shop.{name}, kind INCREMENTAL_BY_TIME_RANGE (time_column (t, '{format}')));\n"
                                       f"SELECT id, {column} AS t FROM shop.orders WHERE {column} BETWEEN {first} AND {last}\n")
    with Story("duckdb", files, cadence="") as story:
        story.plan("2024-01-08 12:00:00", "prod")
        story.run("2024-01-10 12:00:00")


@pytest.mark.parametrize("engine", ENGINES)
def test_comments_behind_the_last_semicolon_run_nothing(engine):
    """They leave the last statement twice in what is hashed: a seed's MODEL block, a query, an INSERT. It runs once."""
    files = shop(engine)
    files["models/orders.sql"] += "\n-- the seed\n"
    files["models/totals.sql"] = files["models/totals.sql"].rstrip() + ";\n-- the query\n/* of all */\n"
    files["models/items.sql"] = "MODEL (name shop.items, kind FULL);\nCREATE TABLE IF NOT EXISTS seen (n INT);\nSELECT 1 AS n;\nINSERT INTO seen VALUES (1);\n\n-- the end\n"
    with Story(engine, files, cadence="") as story:
        story.plan("2024-01-08 12:00:00", "prod")
        story.run("2024-01-09 12:00:00")


def test_new_audits_of_a_model_without_a_start():
    """Its first day is counted back from the end of what is looked at again, behind what the plan loads: only the load is audited, beside those of others."""
    files = shop("duckdb")
    files["config.yaml"] = files["config.yaml"].replace("  start: '2024-01-01'\n", "")
    with Story("duckdb", files, cadence="") as story:
        story.plan("2024-01-08 12:00:00", "prod")
        story.plan("2024-01-08 12:00:00", "dev", "--include-unmodified")
        story.edit({"models/totals.sql": None})
        story.plan("2024-01-08 13:00:00", "prod")
        story.run("2024-01-09 12:00:00")
        audited = files["models/totals.sql"].replace("kind FULL", "kind FULL, audits (forall(criteria := (n > 100)))")
        story.edit({"models/totals.sql": audited, "models/more.sql": "MODEL (name shop.more, kind FULL);\nSELECT 1 AS n\n"})
        story.refused("2024-01-09 12:00:00", "plan", "dev")
