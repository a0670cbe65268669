"""A small shop: a seed, an incremental model of days, one by key, a table and a view. Stories and commands start from it."""

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
# What changes of shop.sales replace.
SALES = "SELECT id, item, ds, qty FROM"


def shop(engine):
    """The small shop's files; the connection comes from the environment."""
    config = f"gateways:\n  local:\n    connection:\n      type: duckdb\n      database: shop.db\ndefault_gateway: local\nmodel_defaults:\n  dialect: {engine}\n  start: '2024-01-01'\n"
    return {**SHOP, "config.yaml": config}
