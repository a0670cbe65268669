"""Options of all commands that change something next to real SQLMesh: the same tables, views, rows and intervals after every step."""

import pytest

from shop_project import NOON, shop
from story import Story

EIGHTH = "2024-01-08 12:00:00"
NINTH = "2024-01-09 12:00:00"
TWELFTH = "2024-01-12 12:00:00"


# One after another on one project with a change: what one refuses the other refuses, and what both apply is the same.
WALK = (
    ("prod", "--start", "2024-01-03"), ("dev", "--start", "2024-01-05", "--end", "2024-01-03"), ("dev", "--end", "2024-02-01"), ("dev", "--start", "nonsense"), ("dev", "--effective-from", "2024-01-05"),
    ("dev", "--forward-only", "--effective-from", "2030-01-01"), ("dev", "--skip-tests", "--test-changed-only"), ("dev", "--restate-model", "shop.nothing"), ("dev", "--min-intervals", "many"), ("dev", "--no-auto-categorization"),
    ("dev", "--select-model", "shop.latest", "--include-unmodified"), ("dev", "--skip-backfill", "--empty-backfill", "-s", "2024-01-05"), ("dev", "--dry-run", "--no-diff", "-v"), ("dev", "--ignore-cron"), ("dev", "--run"),
    ("dev", "-r", "shop.sales", "-s", "2024-01-05", "-e", "2024-01-06"),
)

# Each after a change of its own.
VARIED = (
    ("dev", "--explain"), ("dev", "--diff-rendered"), ("fresh", "--create-from", "nowhere"), ("prod", "--include-unmodified"), ("dev", "--min-intervals", "3"), ("dev", "-s", "2024-01-05", "--min-intervals", "6"),
    ("dev", "--execution-time", "2 days ago"), ("dev", "-s", "1 week ago"), ("dev", "-e", "1 day ago"), ("dev", "--execution-time", "nonsense"), ("dev", "-s", "2024-01-07", "-e", "2024-01-07"),
    ("prod", "--no-gaps", "--skip-backfill"), ("dev", "--backfill-model", "shop.nothing"), ("dev", "--select-model", "shop.nothing"), ("Dev 2!",), ("dev", "--effective-from", "3 days ago", "--forward-only"),
    ("dev", "--include-unmodified", "--skip-backfill"), ("prod", "--run", "--min-intervals", "2"),
)
# Each after a new column.
FORWARD = (("dev", "--forward-only", "--no-gaps"), ("prod", "--forward-only", "--no-gaps"), ("dev", "--forward-only", "--allow-additive-model", "shop.nothing"),
           ("dev", "--forward-only", "--allow-additive-model", "shop.*", "-s", "2024-01-06"))
RUNS = (
    (EIGHTH,), (EIGHTH, "prod", "--start", "nonsense"), (EIGHTH, "nowhere"),
    (NINTH, "prod", "--start", "2024-01-05", "--end", "2024-01-03"), (NINTH, "prod", "--start", "2030-01-01"), (NINTH, "prod", "--end", "2023-01-01"), (NINTH, "prod", "--end", "2024-01-08"),
    (NINTH, "prod", "--exit-on-env-update", "x"), (NINTH, "prod", "--select-model", "shop.nothing"), (NINTH, "prod", "--select-model", "tag:late", "--no-auto-upstream"),
    (NINTH, "prod", "--select-model", "shop.sales", "--exit-on-env-update", "9"), (NINTH, "dev", "--select-model", "shop.sales+"), (NINTH, "DEV", "--no-auto-upstream"), (NINTH, "dev", "--ignore-cron"),
    (NOON, "prod", "--start", "2024-01-09", "--ignore-cron"), (NOON, "prod", "-s", "1 week ago", "-e", "1 day ago"), (NOON, "dev", "-s", "2024-01-02", "-e", "2024-01-04"), (NOON, "dev", "-e", "2024-02-01"),
    (TWELFTH, "prod", "--select-model", "shop.totals"), (TWELFTH, "--skip-janitor"), (TWELFTH, "dev", "-s", "yesterday"),
)


@pytest.fixture
def story():
    with Story("duckdb", shop("duckdb"), cadence="") as running:
        running.replace("models/items.sql", "MODEL (name shop.items,", "MODEL (name shop.items, tags (late),")
        running.plan(EIGHTH, "prod")
        yield running


def change_sales(story, condition="WHERE qty > 1 AND ds"):
    story.replace("models/sales.sql", "WHERE ds", condition)


def test_environments_start_from_each_other(story):
    change_sales(story)
    story.plan(NINTH, "dev", "--start", "2024-01-03", "--end", "2024-01-05")
    story.replace("models/latest.sql", "SELECT MAX(ds) AS ds", "SELECT MAX(ds) AS ds, 1 AS one")
    story.plan(NINTH, "next", "--create-from", "dev")
    story.plan(NINTH, "whole", "--include-unmodified")


def test_selections_choose_changes_and_backfills(story):
    change_sales(story)
    story.replace("models/latest.sql", "SELECT MAX(ds) AS ds", "SELECT MAX(ds) AS ds, 1 AS one")
    story.plan(NINTH, "one", "--select-model", "shop.latest")
    story.plan(NINTH, "tagged", "--select-model", "+tag:la*")
    story.plan(NINTH, "some", "--backfill-model", "shop.sales & ^tag:late", "--backfill-model", "shop.l*")
    story.plan(NINTH, "down", "--select-model", "shop.sales+", "--backfill-model", "shop.totals")


def test_backfills_may_be_left_out(story):
    change_sales(story)
    story.plan(NINTH, "skipped", "--skip-backfill")
    story.plan(NINTH, "empty", "--empty-backfill")
    story.plan(NINTH, "prod", "--empty-backfill")
    story.run(NOON)


def test_forward_only_changes_count_from_a_date(story):
    story.run(NINTH)
    story.replace("models/sales.sql", "SELECT id, item, ds, qty FROM", "SELECT id, item, ds, qty, 1 AS one FROM")
    story.plan(NINTH, "dev", "--forward-only", "--enable-preview")
    story.plan(NOON, "prod", "--forward-only", "--effective-from", "2024-01-05")
    story.run("2024-01-11 12:00:00")


def test_a_destructive_change_must_be_allowed(story):
    story.replace("models/sales.sql", "time_column ds)", "time_column ds, forward_only true)")
    story.plan(NINTH, "prod")
    story.replace("models/items.sql", "MAX(qty) AS qty", "COUNT(*) AS qty")
    story.replace("models/totals.sql", "CAST(SUM(qty) AS INT) AS qty", "1 AS qty")
    story.replace("models/sales.sql", "SELECT id, item, ds, qty FROM", "SELECT id, item, ds FROM")
    refused = story.stack.plan("prod", code=1, env=story.towline_env())
    assert "destructive" in refused.lower()
    story.plan(NINTH, "prod", "--allow-destructive-model", "shop.sa*")


def test_a_minimum_of_intervals_is_loaded(story):
    story.replace("models/sales.sql", "time_column ds)", "time_column ds), cron '@weekly'")
    story.plan(NOON, "dev", "--start", "2024-01-07", "--min-intervals", "1")


def test_a_plan_may_run_what_is_due(story):
    story.plan(NINTH, "prod", "--run")
    story.plan("2024-01-11 12:00:00", "prod", "--run", "--ignore-cron")


def test_gaps_are_refused_where_asked(story):
    change_sales(story)
    story.plan(NINTH, "prod", "--no-gaps")


def test_a_restatement_takes_what_it_selects(story):
    story.run(NINTH)
    story.plan(NOON, "prod", "--restate-model", "shop.sales", "--start", "2024-01-04", "--end", "2024-01-06")
    story.plan(NOON, "prod", "--restate-model", "tag:late")


def test_a_restatement_of_what_is_not_due_yet(story):
    """Its ranges hold nothing, and it is a restatement all the same."""
    story.plan("2024-01-09 02:00:00", "prod", "--restate-model", "shop.sales", "--start", "2024-01-08")
    story.refused(NOON, "plan", "prod", "--restate-model", "shop.sales", "--start", "2024-01-10")
    assert "Plan end date: '2024-01-08 00:00:00' must be after the plan start date: '2024-01-10'" in " ".join(story.said[1].split())


def test_options_are_refused_and_taken_alike(story):
    change_sales(story)
    for arguments in WALK:
        story.step(NINTH, "plan", *arguments, ok=None)


def test_plans_of_all_kinds_come_out_alike(story):
    story.plan(EIGHTH, "prod")
    for number, arguments in enumerate(VARIED):
        story.replace("models/sales.sql", "WHERE", f"WHERE id <> {1000 + number} AND")
        story.step(NINTH, "plan", *arguments, ok=None)


def test_forward_only_plans_come_out_alike(story):
    for number, arguments in enumerate(FORWARD):
        story.replace("models/sales.sql", "ds, qty", f"ds, qty, {number} AS c{number}")
        story.step(NINTH, "plan", *arguments, ok=None)


def test_a_restatement_that_loads_nothing_does_nothing(story):
    change_sales(story)
    story.plan(EIGHTH, "dev")
    for arguments in (("dev", "--skip-backfill"), ("dev", "--empty-backfill"), ("prod", "--skip-backfill", "-s", "2024-01-03"), ("prod", "--empty-backfill"), ("dev", "--skip-backfill", "--include-unmodified", "-s", "2024-01-03")):
        story.plan(NINTH, *arguments, "--restate-model", "shop.sales")


def test_runs_of_all_kinds_come_out_alike(story):
    change_sales(story)
    story.plan(EIGHTH, "dev")
    for at, *arguments in RUNS:
        story.step(at, "run", *arguments, ok=None)
    story.replace("config.yaml", "default_gateway: local", "default_gateway: local\ndefault_target_environment: dev")
    story.step("2024-01-14 12:00:00", "run")


def test_environments_end_alike():
    """invalidate and janitor with their options; only steps clean up."""
    with Story("duckdb", shop("duckdb"), cadence="", janitor=False) as story:
        story.plan(EIGHTH, "prod")
        for environment in ("dev", "next"):
            change_sales(story, f"WHERE item <> '{environment}' AND ds")
            story.plan(EIGHTH, environment)
            story.replace("models/sales.sql", f"WHERE item <> '{environment}' AND ds", "WHERE ds")
        for at, *command in ((NINTH, "invalidate", "nowhere"), (NINTH, "invalidate", "prod"), (NINTH, "janitor", "-e", "nowhere"), (NINTH, "janitor", "-e", "dev"), (NINTH, "invalidate", "dev"),
                             (NOON, "janitor", "-e", "dev"), (NOON, "janitor", "--force-delete"), (NOON, "invalidate", "next", "--sync"), (NOON, "janitor"), (NOON, "janitor", "--ignore-ttl")):
            story.step(at, *command, ok=None)
