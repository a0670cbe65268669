"""Options of `plan` and `run` next to real SQLMesh: the same tables, views, rows and intervals after every step."""

import pytest

from story import Story
from test_story import NOON, shop

EIGHTH = "2024-01-08 12:00:00"
NINTH = "2024-01-09 12:00:00"


# One after another on one project with a change: what one refuses the other refuses, and what both apply is the same.
WALK = (
    ("prod", "--start", "2024-01-03"), ("dev", "--start", "2024-01-05", "--end", "2024-01-03"), ("dev", "--end", "2024-02-01"), ("dev", "--start", "nonsense"), ("dev", "--effective-from", "2024-01-05"),
    ("dev", "--forward-only", "--effective-from", "2030-01-01"), ("dev", "--skip-tests", "--test-changed-only"), ("dev", "--restate-model", "shop.nothing"), ("dev", "--min-intervals", "many"), ("dev", "--no-auto-categorization"),
    ("dev", "--select-model", "shop.latest", "--include-unmodified"), ("dev", "--skip-backfill", "--empty-backfill", "-s", "2024-01-05"), ("dev", "--dry-run", "--no-diff", "-v"), ("dev", "--ignore-cron"), ("dev", "--run"),
    ("dev", "-r", "shop.sales", "-s", "2024-01-05", "-e", "2024-01-06"),
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


def test_options_are_refused_and_taken_alike(story):
    change_sales(story)
    for arguments in WALK:
        story.step(NINTH, "plan", *arguments, ok=None)
