"""A small warehouse as people build it, staging to marts, told to both programs over six weeks."""

from story import Story

CONFIG = "gateways:\n  local:\n    connection:\n      type: duckdb\n      database: shop.db\ndefault_gateway: local\nmodel_defaults:\n  dialect: duckdb\n  start: '2024-01-01'\n  audits:\n    - number_of_rows(threshold := 1, blocking := false)\n"
ROWS = "\n".join(f"{i},{1 + i % 4},2024-01-{1 + i % 9:02d} {i % 24:02d}:15:00,{i * 7 % 31}.50,{'paid' if i % 3 else 'open'}" for i in range(1, 60))
FILES = {
    "config.yaml": CONFIG,
    "seeds/payments.csv": "id,customer,at,amount,state\n" + ROWS + "\n",
    "seeds/customers.csv": "id,name,country\n1,Ann,DE\n2,Bob,\n3,\"Cy, Jr\",FR\n4,Dee,DE\n",
    "models/raw/payments.sql": "MODEL (name raw.payments, kind SEED (path '../../seeds/payments.csv'), columns (id INT, customer INT, at TIMESTAMP, amount DECIMAL(10,2), state TEXT), grain id);\n",
    "models/raw/customers.sql": "MODEL (name raw.customers, kind SEED (path '../../seeds/customers.csv'));\n",
    "models/stg/payments.sql": "MODEL (name stg.payments, kind INCREMENTAL_BY_TIME_RANGE (time_column at, lookback 1, batch_size 2), cron '@daily', grain id, audits (unique_values(columns := (id)), not_null(columns := (id, at))));\nSELECT id, customer, at, amount, state, CASE WHEN state = 'paid' THEN amount ELSE 0 END AS paid FROM raw.payments WHERE at BETWEEN @start_dt AND @end_dt\n",
    "models/stg/customers.sql": "MODEL (name stg.customers, kind SCD_TYPE_2_BY_COLUMN (unique_key id, columns [name, country], invalidate_hard_deletes true));\nSELECT id, name, COALESCE(country, 'none') AS country FROM raw.customers\n",
    "models/int/ranked.sql": "MODEL (name int.ranked, kind VIEW);\nWITH p AS (SELECT *, ROW_NUMBER() OVER (PARTITION BY customer ORDER BY at, id) AS nth FROM stg.payments)\nSELECT p.*, c.name, c.country FROM p LEFT JOIN stg.customers AS c ON p.customer = c.id AND c.valid_to IS NULL\n",
    "models/marts/daily.sql": "MODEL (name marts.daily, kind INCREMENTAL_BY_TIME_RANGE (time_column day, forward_only true, on_destructive_change warn), cron '@daily', audits (accepted_range(column := n, min_v := 0)));\nSELECT CAST(at AS DATE) AS day, country, COUNT(*) AS n, CAST(SUM(paid) AS DECIMAL(38,2)) AS paid, MAX(nth) AS nth FROM int.ranked WHERE CAST(at AS DATE) BETWEEN @start_date AND @end_date GROUP BY 1, 2\n",
    "models/marts/best.sql": "MODEL (name marts.best, kind INCREMENTAL_BY_UNIQUE_KEY (unique_key customer), start '2023-12-01', cron '@weekly');\nSELECT customer, MAX(name) AS name, CAST(SUM(amount) AS DECIMAL(38,2)) AS amount, COUNT(DISTINCT state) AS states FROM int.ranked WHERE at <= @end_dt GROUP BY customer\n",
    "models/marts/summary.sql": "MODEL (name marts.summary, kind FULL, start '2023-11-01', cron '@monthly');\nSELECT country, SUM(paid) AS paid, SUM(SUM(paid)) OVER (ORDER BY country) AS running FROM marts.daily GROUP BY country UNION ALL SELECT 'all', SUM(amount), NULL FROM marts.best\n",
    "models/marts/months.sql": "MODEL (name marts.months, kind INCREMENTAL_BY_PARTITION, partitioned_by month, cron '@daily');\nSELECT DATE_TRUNC('month', at) AS month, COUNT(*) AS n FROM stg.payments GROUP BY 1\n",
    "audits/accepted_range_.sql": "AUDIT (name sane, standalone true);\nSELECT * FROM marts.daily WHERE paid < 0\n",
    "tests/test_stg.yaml": "test_stg:\n  model: stg.customers\n  inputs:\n    raw.customers:\n      rows:\n        - id: 1\n          name: A\n  outputs:\n    partial: true\n    query:\n      rows:\n        - id: 1\n          name: A\n          country: none\n",
}


def test_six_weeks_of_a_warehouse():
    """Incremental, keyed, historical and partitioned models, a change in dev that prod takes over, a restatement below it, a model that goes."""
    with Story("duckdb", FILES, cadence="", janitor=False) as s:
        s.plan("2024-01-05 03:00:00", "prod")
        s.run("2024-01-06 03:00:00")
        s.replace("models/int/ranked.sql", "c.name, c.country FROM", "UPPER(c.name) AS name, c.country FROM")
        s.plan("2024-01-06 05:00:00", "dev", "--start", "2024-01-02")
        s.replace("models/marts/daily.sql", "MAX(nth) AS nth", "MAX(nth) AS nth, MIN(nth) AS least")
        s.plan("2024-01-06 06:00:00", "dev")
        s.run("2024-01-07 06:00:00", "dev")
        s.run("2024-01-07 07:00:00")
        s.plan("2024-01-07 08:00:00", "prod")
        s.replace("seeds/customers.csv", "2,Bob,", "2,Bob,US")
        s.plan("2024-01-07 09:00:00", "prod")
        s.run("2024-01-08 03:00:00")
        s.replace("models/marts/daily.sql", ", MIN(nth) AS least", "")
        s.plan("2024-01-08 04:00:00", "dev2", "--include-unmodified")
        s.plan("2024-01-08 05:00:00", "prod")
        s.plan("2024-01-08 06:00:00", "prod", "--restate-model", "stg.payments", "--start", "2024-01-03", "--end", "2024-01-04")
        s.edit({"models/marts/months.sql": None})
        s.replace("models/stg/payments.sql", "lookback 1, batch_size 2", "lookback 2")
        s.plan("2024-01-09 04:00:00", "prod")
        s.run("2024-01-15 04:00:00")
        s.run("2024-02-02 04:00:00")
        s.step("2024-02-12 04:00:00", "janitor")
        s.replace("models/stg/customers.sql", "COALESCE(country, 'none') AS country", "COALESCE(country, '?') AS country")
        s.refused("2024-02-12 05:00:00", "plan", "dev", "--create-from", "prod")  # its unit test fails
