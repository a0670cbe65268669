"""`audit` and `table_diff` read the customer's data, on the machine of whoever calls them: on both engines."""

import json

import pytest

from stack import Stack

FILES = {
    "models/items.sql": """MODEL (name shop.items, kind FULL, grain id, audits (not_null(columns := (id)), number_of_rows(threshold := 2), positive));
SELECT * FROM (VALUES (1, 'assam', 2.5), (2, 'sencha', 3.0), (3, 'puerh', 9.0)) AS t(id, name, price)
""",
    "audits/positive.sql": "AUDIT (name positive);\nSELECT * FROM @this_model WHERE price <= 0\n",
    "models/plain.sql": "MODEL (name shop.plain, kind FULL);\nSELECT id FROM shop.items\n",
}


@pytest.fixture(scope="module", params=["duckdb", "postgres"])
def stack(request):
    with Stack(engine=request.param) as running:
        running.project(FILES)
        running.plan("prod")
        running.project({"models/items.sql": FILES["models/items.sql"].replace("(2, 'sencha', 3.0), (3, 'puerh', 9.0)) AS t(id, name, price)",
                                                                               "(2, 'Sencha', 3.0), (4, 'oolong', 1.0)) AS t(id, name, price)")})
        running.plan("dev")
        yield running


def test_audit_tells_what_finds_rows(stack):
    passed = stack.cli("audit", env=stack.engine_env)
    assert "Found 3 audit(s)." in passed and "not_null on model shop.items ✅ PASS." in passed
    assert "Finished with 0 audit errors and 0 audits skipped." in passed and "Done." in passed
    table = stack.cli("table_name", "shop.items", "--env", "dev").strip().split(".", 1)[1]
    stack.rows(f"INSERT INTO {table} VALUES (9, 'free', 0)" if stack.engine_kind == "duckdb" else f"INSERT INTO {table} VALUES (9, 'free', 0) RETURNING id")
    failed = stack.cli("audit", "--model", "shop.items", code=1, env=stack.engine_env)
    assert "positive on model shop.items ❌ FAIL [1]." in failed and "Got 1 results, expected 0." in failed
    done = stack.run_cli("-o", "json", "audit", env=stack.engine_env)
    assert {i["audit"]: (i["status"], i["count"]) for i in json.loads(done.stdout)["items"]}["positive"] == ("failed", 1)
    stack.rows(f"DELETE FROM {table} WHERE id = 9" if stack.engine_kind == "duckdb" else f"DELETE FROM {table} WHERE id = 9 RETURNING id")
    stack.project({"models/new.sql": "MODEL (name shop.new, kind FULL, audits (not_null(columns := (x))));\nSELECT 1 AS x\n"})
    try:
        assert "because it has not been versioned yet. Apply a plan first." in stack.cli("audit", code=1, env=stack.engine_env)
    finally:
        stack.project({"models/new.sql": None})


def test_table_diff_counts_rows_and_columns(stack):
    text = stack.cli("table_diff", "prod:dev", "shop.items", "--show-sample", env=stack.engine_env)
    assert "Schema Diff Between 'PROD' and 'DEV' environments for model 'shop.items':\n└── Schemas match" in text
    assert "FULL MATCH: 1 rows (33.33%)" in text and "PARTIAL MATCH: 1 rows (33.33%)" in text
    assert "PROD ONLY: 1 rows (16.67%)" in text and "DEV ONLY: 1 rows (16.67%)" in text
    assert "sencha" in text and "Sencha" in text and "oolong" in text
    item = json.loads(stack.run_cli("-o", "json", "table_diff", "prod:dev", "-m", "shop.items", env=stack.engine_env).stdout)["items"][0]
    assert item["column_match_percent"] == {"name": 50.0, "price": 100.0} and not item["grain_is_doubtful"]
    whole = stack.cli("table_diff", "shop.items:shop__dev.items", "--on", "id", "--skip-columns", "name", "--where", "id < 3", env=stack.engine_env)
    assert "FULL MATCH: 2 rows (100.0%)" in whole
    keys = stack.cli("table_diff", "shop.items:shop__dev.items", "--on", "id", "--on", "price", env=stack.engine_env)
    assert "PARTIAL MATCH: 1 rows" in keys


def test_table_diff_needs_to_know_how_to_join(stack):
    assert "doesn't know how to join the tables for the following models:\n─ shop.plain" in stack.cli("table_diff", "prod:dev", "-m", "*", code=1, env=stack.engine_env)
    assert "shop.items" in stack.cli("table_diff", "prod:dev", "-m", "*", "--warn-grain-check", env=stack.engine_env)
    assert "pass join column names" in stack.cli("table_diff", "shop.items:shop.plain", code=1, env=stack.engine_env)
    assert "Table not found" in stack.cli("table_diff", "shop.items:shop.nope", "--on", "id", code=1, env=stack.engine_env)
    assert "Could not find environment 'nope'" in stack.cli("table_diff", "prod:nope", "shop.items", code=1, env=stack.engine_env)
