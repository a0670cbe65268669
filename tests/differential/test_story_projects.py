"""Several projects in one state, each planned alone and with the other, told to both."""

from story import Story

CONFIG = """project: {name}
gateways:
  local:
    connection:
      type: duckdb
      database: shop.db
default_gateway: local
before_all:
  - CREATE TABLE IF NOT EXISTS before_{name} AS SELECT 1 AS one
after_all:
  - CREATE TABLE IF NOT EXISTS after_{name} AS SELECT 1 AS one
model_defaults:
  dialect: duckdb
  start: '2024-01-01'
"""
FILES = {
    "raw/config.yaml": CONFIG.format(name="raw"),
    "raw/models/a.sql": "MODEL (name bronze.a, kind FULL);\nSELECT 1 AS id, 'b' AS word\n",
    "raw/models/b.sql": "MODEL (name bronze.b, kind FULL);\nSELECT * FROM bronze.a\n",
    "marts/config.yaml": CONFIG.format(name="marts"),
    "marts/models/c.sql": "MODEL (name silver.c, kind FULL);\nSELECT DISTINCT id FROM bronze.a\n",
    "marts/models/d.sql": "MODEL (name silver.d, kind VIEW);\nSELECT *, 2 AS two FROM silver.e\n",
    "marts/models/e.sql": "MODEL (name silver.e, kind FULL);\nSELECT * FROM bronze.a\n",
    "marts/models/f.sql": "MODEL (name silver.f, kind INCREMENTAL_BY_TIME_RANGE (time_column ds));\nSELECT id, CAST(@start_ds AS DATE) AS ds FROM bronze.b\n",
}


def test_a_project_knows_what_others_have_in_prod():
    """Columns go from one project to the other, either way; statements of the project that is not loaded stay."""
    with Story("duckdb", FILES, cadence="", janitor=False) as story:
        story.projects = ("raw",)
        story.plan("2024-01-08 12:00:00", "prod")
        story.projects = ("marts",)
        story.plan("2024-01-08 13:00:00", "prod")
        story.replace("raw/models/a.sql", "1 AS id,", "2 AS id, 5 AS more,")
        story.projects = ("raw",)
        story.plan("2024-01-08 14:00:00", "dev")
        story.projects = ("marts",)
        story.replace("marts/models/c.sql", "DISTINCT id", "DISTINCT id, 7 AS seven")
        story.plan("2024-01-08 15:00:00", "dev")
        story.projects = ("raw",)
        story.plan("2024-01-09 12:00:00", "prod")
        story.projects = ("raw", "marts")
        story.plan("2024-01-09 13:00:00", "prod")
        story.projects = ("marts",)
        story.plan("2024-01-09 14:00:00", "prod", "--restate-model", "bronze.a")
        story.run("2024-01-10 12:00:00")


def test_a_model_goes_from_one_project_to_the_other():
    with Story("duckdb", FILES, cadence="", janitor=False) as story:
        story.projects = ("raw", "marts")
        story.plan("2024-01-08 12:00:00", "prod")
        story.edit({"marts/models/c.sql": None, "raw/models/c.sql": FILES["marts/models/c.sql"]})
        story.projects = ("raw",)
        story.plan("2024-01-08 13:00:00", "prod")
        story.projects = ("marts",)
        story.plan("2024-01-08 14:00:00", "prod")
