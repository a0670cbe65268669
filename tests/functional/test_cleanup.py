"""What invalidate, janitor and --no-gaps leave on the engine, from the command line."""

import pytest

from stack import Stack

ENGINES = ("duckdb", "postgres")
SALES = "MODEL (name shop.sales, kind INCREMENTAL_BY_TIME_RANGE (time_column ds), cron '@daily');\nSELECT CAST('2024-01-01' AS DATE) AS ds, {} AS amount\n"
TOTAL = "MODEL (name shop.total, kind FULL);\nSELECT COUNT(*) AS sales FROM shop.sales\n"


def schemas(stack):
    return {row[0] for row in stack.rows("SELECT schema_name FROM information_schema.schemata")}


def physical(stack):
    return {row[0] for row in stack.rows("SELECT table_name FROM information_schema.tables WHERE table_schema = 'sqlmesh__shop'")}


def amount(stack):
    return stack.rows("SELECT MAX(amount) FROM shop.sales")


@pytest.mark.parametrize("engine", ENGINES)
def test_what_is_invalidated_is_dropped_at_once_and_its_tables_by_the_janitor(engine):
    with Stack(engine=engine) as stack:
        stack.project({"models/sales.sql": SALES.format(1), "models/total.sql": TOTAL})
        stack.plan("prod")
        before = physical(stack)
        stack.project({"models/sales.sql": SALES.format(2)})
        stack.plan("dev")
        assert "shop__dev" in schemas(stack)
        assert len(physical(stack)) > len(before)

        said = stack.cli("invalidate", "dev", "--sync", "--yes")
        assert "Environment 'dev' has been invalidated." in said and "Environment 'dev' has been deleted." in said, said
        assert "shop__dev" not in schemas(stack)
        assert "dev" not in stack.cli("environments")
        assert len(physical(stack)) > len(before)  # their time is not over

        assert "Nothing has expired" in stack.cli("janitor")
        assert "Expired snapshots: 2" in stack.cli("janitor", "--ignore-ttl", "--yes")
        assert physical(stack) == before
        assert amount(stack) == [(1,)]
        assert "No changes to plan" not in stack.cli("plan", "prod", "--explain")


@pytest.mark.parametrize("engine", ENGINES)
def test_the_janitor_may_be_asked_for_one_environment(engine):
    with Stack(engine=engine) as stack:
        stack.project({"models/sales.sql": SALES.format(1), "models/total.sql": TOTAL})
        stack.plan("prod")
        for environment in ("one", "two"):
            stack.plan(environment, "--include-unmodified")
            stack.cli("invalidate", environment, "--yes")
        assert "Expired environments: one" in stack.cli("janitor", "-e", "one")
        assert {"shop", "shop__two"} <= schemas(stack) and "shop__one" not in schemas(stack)
        assert "not expired or does not exist" in stack.cli("janitor", "--environment", "prod")
        assert {"shop", "shop__two"} <= schemas(stack)


@pytest.mark.parametrize("engine", ENGINES)
def test_no_gaps_refuses_to_promote_less_than_is_there(engine):
    with Stack(engine=engine) as stack:
        stack.project({"models/sales.sql": SALES.format(1), "models/total.sql": TOTAL})
        stack.plan("prod")
        stack.project({"models/sales.sql": SALES.format(2)})
        stack.plan("dev", "--start", "2024-01-08")
        said = stack.plan("prod", "--no-gaps", "--skip-backfill", code=1)
        assert "shop" in said and "sales" in said and "missing intervals" in said.lower(), said
        assert amount(stack) == [(1,)]
        stack.plan("prod", "--no-gaps")
        assert amount(stack) == [(2,)]
