"""A small shop on PostgreSQL for stories that are told to both."""

import contextlib

from story import Story

CONFIG = """gateways:
  local:
    connection:
      type: duckdb
      database: shop.db
default_gateway: local
model_defaults:
  dialect: postgres
  start: '2024-01-01'
"""
ORDERS = {
    "seeds/orders.csv": "id,item,ds,qty\n1,assam,2024-01-02,3\n2,sencha,2024-01-04,1\n3,puerh,2024-01-05,7\n4,oolong,2024-01-09,2\n5,assam,2024-01-10,4\n",
    "models/orders.sql": "MODEL (name shop.orders, kind SEED (path '../seeds/orders.csv'), columns (id INT, item TEXT, ds DATE, qty INT));\n",
}


def project(models, config="", **more):
    """Files of a project: models by name, each `properties; query`."""
    files = {**ORDERS, **more, "config.yaml": CONFIG + config}
    for name, text in models.items():
        head, query = text.split(";", 1)
        files[f"models/{name}.sql"] = f"MODEL (name {'' if '.' in head.split(',')[0] else 'shop.'}{head.strip()});\n{query.strip()}\n"
    return files


def told(files, **options):
    return Story("postgres", files, cadence="", janitor=False, **options)


def on_both(story, *statements):
    """Statements that somebody else executes in both databases."""
    for pg, name in ((story.oracle_pg, story.database), (story.stack._pg(), story.stack.catalog)):
        with contextlib.closing(story._connected(pg, name).c) as connection:
            for sql in statements:
                connection.cursor().execute(sql)
