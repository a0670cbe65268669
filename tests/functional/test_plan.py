"""Plans end to end: what is built, what is shown, what is not built again."""

import json

import pytest

from proxy import Proxy
from stack import Stack

STORES_AND_ENGINES = [("sqlite", "duckdb"), ("postgres", "postgres")]

SEED = "id,item,ds\n1,assam,2024-01-01\n2,sencha,2024-01-02\n3,puerh,2024-01-03\n"
PROJECT = {
    "seeds/teas.csv": SEED,
    "models/teas.sql": "MODEL (name shop.teas, kind SEED (path '$root/seeds/teas.csv'), columns (id INT, item TEXT, ds DATE));\n",
    "models/sales.sql": """MODEL (
  name shop.sales,
  kind INCREMENTAL_BY_TIME_RANGE (time_column ds),
  audits (not_null(columns := (id)))
);
SELECT id, item, ds FROM shop.teas WHERE ds BETWEEN @start_date AND @end_date
""",
    "models/totals.sql": "MODEL (name shop.totals, kind FULL);\nSELECT COUNT(*) AS n FROM shop.sales\n",
    "models/latest.sql": "MODEL (name shop.latest, kind VIEW);\nSELECT MAX(ds) AS ds FROM shop.sales\n",
}


def evaluated(stack, work_id):
    return sorted(t["name"] for t in stack.tasks(work_id) if t["kind"] == "evaluate")


@pytest.mark.parametrize("store,engine", STORES_AND_ENGINES)
def test_a_new_project_is_built_and_shown(store, engine):
    with Stack(store=store, engine=engine) as stack:
        stack.project(PROJECT)
        shown = stack.plan("prod")
        assert "`prod` environment will be initialized" in shown
        assert [r[0] for r in stack.rows("SELECT id FROM shop.sales")] == [1, 2, 3]
        assert stack.rows("SELECT n FROM shop.totals") == [(3,)]
        assert stack.last_work("plan")["state"] == "succeeded"
        assert "No changes to plan" in stack.plan("prod")


@pytest.mark.parametrize("store,engine", STORES_AND_ENGINES)
def test_a_breaking_change_is_built_in_dev_and_promoted_without_a_rebuild(store, engine):
    with Stack(store=store, engine=engine) as stack:
        stack.project(PROJECT)
        stack.plan("prod")
        before = stack.rows("SELECT n FROM shop.totals")
        stack.project({"models/sales.sql": PROJECT["models/sales.sql"].replace("WHERE ds", "WHERE id > 1 AND ds")})
        shown = stack.plan("dev")
        assert "Breaking" in shown
        assert stack.rows("SELECT n FROM shop__dev.totals") == [(2,)]
        assert stack.rows("SELECT n FROM shop.totals") == before
        stack.plan("prod")
        assert stack.rows("SELECT n FROM shop.totals") == [(2,)]
        assert evaluated(stack, stack.last_work("plan")["id"]) == []


def test_a_new_column_is_non_breaking():
    with Stack() as stack:
        stack.project(PROJECT)
        stack.plan("prod")
        stack.project({"models/sales.sql": PROJECT["models/sales.sql"].replace("item, ds FROM", "item, ds, id * 2 AS twice FROM")})
        shown = stack.plan("dev")
        assert "Non-breaking" in shown and "Indirect Non-breaking" in shown
        names = evaluated(stack, stack.last_work("plan")["id"])
        assert any("sales" in n for n in names) and not any("totals" in n for n in names)
        assert [r[0] for r in stack.rows("SELECT twice FROM shop__dev.sales")] == [2, 4, 6]


def test_a_comment_is_metadata_only():
    with Stack() as stack:
        stack.project(PROJECT)
        stack.plan("prod")
        stack.project({"models/totals.sql": "MODEL (name shop.totals, kind FULL);\n-- all of them\nSELECT  COUNT(*)  AS n FROM shop.sales\n"})
        shown = stack.plan("prod")
        assert "Metadata" in shown
        assert evaluated(stack, stack.last_work("plan")["id"]) == []


def test_a_forward_only_change_keeps_history():
    with Stack() as stack:
        stack.project(PROJECT)
        stack.plan("prod")
        stack.project({"models/sales.sql": PROJECT["models/sales.sql"].replace("SELECT id, item, ds", "SELECT id, item, ds, 'new' AS mark")})
        stack.plan("prod", "--forward-only")
        rows = stack.rows("SELECT id, mark FROM shop.sales")
        assert rows == [(1, None), (2, None), (3, None)]


def test_a_restatement_loads_the_range_again():
    with Stack() as stack:
        stack.project(PROJECT)
        stack.plan("prod")
        # Rows that no query gives: a restatement of the second day removes only the second.
        (table,) = [t for t in stack.tables() if t.startswith("sqlmesh__shop.shop__sales")]
        schema, name = table.split(".")
        stack.rows(f"INSERT INTO \"{schema}\".\"{name}\" VALUES (90, 'x', DATE '2024-01-01'), (91, 'x', DATE '2024-01-02')")
        stack.plan("prod", "--restate-model", "shop.sales", "--start", "2024-01-02", "--end", "2024-01-02")
        assert [r[0] for r in stack.rows("SELECT id FROM shop.sales")] == [1, 2, 3, 90]
        assert stack.rows("SELECT n FROM shop.totals") == [(4,)]


def test_a_removed_model_loses_its_view():
    with Stack() as stack:
        stack.project(PROJECT)
        stack.plan("prod")
        assert "shop.latest" in stack.tables()
        stack.project({"models/latest.sql": None})
        assert "Removed" in stack.plan("prod")
        assert "shop.latest" not in stack.tables()


def test_a_failing_audit_stops_its_descendants_only():
    with Stack() as stack:
        files = dict(PROJECT)
        files["models/sales.sql"] = files["models/sales.sql"].replace("not_null(columns := (id))", "accepted_values(column := item, is_in := ('assam'))")
        files["models/other.sql"] = "MODEL (name shop.other, kind FULL);\nSELECT COUNT(*) AS n FROM shop.teas\n"
        stack.project(files)
        shown = stack.plan("prod", code=1)
        assert "accepted_values" in shown
        work = stack.last_work("plan")
        assert work["state"] == "failed"
        states = {t["name"].split(".")[-1].strip('"'): t["state"] for t in stack.tasks(work["id"]) if t["kind"] == "evaluate"}
        assert states["sales"] == "failed" and states["totals"] == "skipped" and states["other"] == "succeeded"
        # What succeeded is not built again once the audit is mended.
        stack.project({"models/sales.sql": PROJECT["models/sales.sql"]})
        stack.plan("prod")
        assert not any("other" in n for n in evaluated(stack, stack.last_work("plan")["id"]))


def test_a_plan_sent_twice_is_one_plan():
    with Stack() as stack, Proxy(stack.port) as proxy:
        stack.project(PROJECT)
        stack.plan("prod", env={"TCLOUD_URL": stack.url.replace(f":{stack.port}/", f":{proxy.port}/")})
        ((_, body),) = [r for r in proxy.requests() if r[0].startswith("POST") and r[0].split()[1].endswith("/plans")]
        # Sent again, as by a client that lost the answer.
        status, _, text = stack.http("POST", "/sqlmesh/acme/shop/api/v1/plans", body, token=stack.token())
        plans = stack.api("GET", "/plans")["items"]
        assert status == 200 and len(plans) == 1 and json.loads(text)["id"] == plans[0]["id"]
