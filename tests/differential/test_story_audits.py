"""Audits of many shapes. Each judges a model of its own, whose intervals tell whether it passed, failed or did not run."""

import pytest

from shop_project import ENGINES, shop
from story import Story

# Of a table with id, item, ds, qty, doc (JSON), price (DOUBLE), note (mostly NULL), flag, user_id. Some find rows, and
# some are no SQL of the engine.
AUDITS = (
    "SELECT * FROM @this_model WHERE doc->>'k' = 'x'",
    "SELECT * FROM @this_model WHERE doc->>'k' = 'assam' AND NOT doc->'n' IS NULL",
    "SELECT * FROM @this_model WHERE doc->>'$.k' IN ('sencha') OR doc->>'k' LIKE 'zz%'",
    "SELECT * FROM @this_model WHERE NOT doc->>'k' = item",
    "SELECT * FROM @this_model WHERE CONCAT_WS('-', item, note) = 'assam'",
    "SELECT * FROM @this_model WHERE CONCAT(item, note) = 'assam'",
    "SELECT * FROM @this_model WHERE 60 + (qty + id) % 4 > 1000",
    "SELECT * FROM @this_model WHERE (qty + id) % 4 - 3 > 0",
    "SELECT * FROM @this_model WHERE qty / 2 > 3.4",
    "SELECT * FROM @this_model WHERE qty / 2 = 1",
    "SELECT item, COUNT(*) AS n FROM @this_model GROUP BY item HAVING COUNT(*) > 1",
    "SELECT item FROM @this_model GROUP BY 1 HAVING SUM(qty) > 100",
    "WITH a AS (SELECT item, ROW_NUMBER() OVER (PARTITION BY item ORDER BY ds) AS n FROM @this_model) SELECT * FROM a WHERE n > 1",
    "WITH a AS (SELECT * FROM @this_model), b AS (SELECT * FROM a WHERE qty > 500) SELECT b.* FROM b JOIN a USING (id)",
    "SELECT * FROM @this_model AS t WHERE EXISTS (SELECT 1 FROM shop.orders AS o WHERE o.id = t.id AND o.qty <> t.qty)",
    "SELECT t.id FROM @this_model AS t LEFT JOIN shop.orders o ON o.id = t.id WHERE o.id IS NULL",
    "SELECT id FROM @this_model WHERE id NOT IN (SELECT id FROM shop.orders)",
    "SELECT 1 WHERE (SELECT COUNT(*) FROM @this_model) = 0",
    "SELECT 1 AS x WHERE (SELECT COUNT(*) FROM @this_model) < 100",
    "SELECT * FROM @this_model WHERE ds < CURRENT_DATE - INTERVAL '1000 years'",
    "SELECT * FROM @this_model WHERE ds BETWEEN @start_ds AND @end_ds AND qty < 0",
    "SELECT * FROM @this_model WHERE ds::date > '2024-01-04'::date",
    "SELECT * FROM @this_model WHERE DATE_TRUNC('month', ds) <> DATE '2024-01-01'",
    "SELECT * FROM @this_model WHERE note IS NOT NULL AND LENGTH(note) = 0",
    "SELECT * FROM @this_model WHERE COALESCE(note, '') = ''",
    "SELECT * FROM @this_model WHERE item ILIKE 'ASS%'",
    "SELECT * FROM @this_model WHERE item NOT ILIKE '%A%'",
    "SELECT * FROM @this_model WHERE item ~ '^a.*m$'",
    "SELECT * FROM @this_model WHERE REGEXP_LIKE(item, '^zz')",
    "SELECT * FROM @this_model WHERE item SIMILAR TO 'z%'",
    "SELECT * FROM @this_model WHERE CASE WHEN qty > 3 THEN price ELSE 0 END > 5",
    "SELECT * FROM @this_model WHERE ROUND(price, 1) = 1.5",
    "SELECT * FROM @this_model WHERE qty IS DISTINCT FROM qty",
    "SELECT * FROM @this_model WHERE (id, qty) IN ((1, 3))",
    "SELECT * FROM @this_model WHERE qty = ANY(ARRAY[90, 91])",
    "SELECT * FROM @this_model WHERE flag IS NOT TRUE AND flag",
    "SELECT * FROM @this_model WHERE flag = FALSE OR flag IS UNKNOWN",
    "SELECT id FROM @this_model UNION ALL SELECT id FROM shop.orders WHERE id > 900 ORDER BY id LIMIT 0",
    "SELECT id FROM @this_model EXCEPT SELECT id FROM shop.orders",
    "(SELECT id FROM @this_model WHERE id > 90) UNION (SELECT 5 WHERE 1 = 0)",
    "SELECT DISTINCT item FROM @this_model WHERE qty > @IF(1 = 1, 50, 0)",
    "SELECT * FROM @this_model WHERE @EACH(['a', 'b'], x -> item = @x) AND 1 = 1",
    "SELECT * FROM (SELECT item, LAG(ds) OVER w AS before, ds FROM @this_model WINDOW w AS (PARTITION BY item ORDER BY ds)) AS l WHERE before > ds",
    "SELECT COUNT(*) FILTER (WHERE qty > 5) AS n FROM @this_model HAVING COUNT(*) FILTER (WHERE qty > 5) > 50",
    "SELECT * FROM @this_model WHERE EXTRACT(DOW FROM ds) = 9",
    "SELECT * FROM @this_model WHERE SUBSTRING(item FROM 1 FOR 1) = 'z' OR POSITION('zz' IN item) > 0",
    "SELECT * FROM @this_model WHERE item <> TRIM(item) OR item != LOWER(item)",
    "SELECT * FROM @this_model -- the sum; of all\nWHERE qty /* not */ < 0",
    "SELECT * FROM @this_model WHERE price::int > 100 OR price::text = 'x'",
    "SELECT * FROM @this_model WHERE ABS(price - qty * 0.5) > 1e-9",
    "SELECT \"Item\" FROM (SELECT item AS \"Item\" FROM @this_model) AS q WHERE \"Item\" = ''",
    "SELECT * FROM @this_model ORDER BY id NULLS FIRST LIMIT 0 OFFSET 1",
    "SELECT * FROM @this_model WHERE qty > ALL (SELECT qty FROM shop.orders)",
    "SELECT a.id FROM @this_model a, shop.orders b WHERE a.id = b.id AND a.qty > b.qty",
    "SELECT a.id FROM @this_model a CROSS JOIN LATERAL (SELECT a.qty * 2 AS d) AS l WHERE l.d > 100",
    "SELECT * FROM @this_model WHERE qty BETWEEN 100 AND 200 OR qty NOT BETWEEN 0 AND 100",
    "SELECT MAX(ds) AS m FROM @this_model HAVING MAX(ds) < DATE '2020-01-01'",
    "SELECT * FROM @this_model WHERE MOD(qty, 5) = 4 OR qty % 100 = 99",
    "SELECT * FROM @this_model WHERE TO_CHAR(ds, 'YYYY') = '2031'",
    "SELECT * FROM @this_model WHERE STRING_TO_ARRAY(item, 'a') IS NULL",
    "SELECT * FROM @this_model WHERE item || note = 'assam'",
    "SELECT * FROM @this_model WHERE user_id > 5",
    "SELECT * FROM @this_model, UNNEST(ARRAY[1, 2]) AS u(x) WHERE u.x > 2",
)
OF_DUCKDB = (
    "SELECT item FROM @this_model GROUP BY ALL HAVING COUNT(*) > 10",
    "SELECT * FROM @this_model QUALIFY ROW_NUMBER() OVER (PARTITION BY id) > 1",
    "FROM @this_model SELECT id WHERE id > 70",
    "SELECT * EXCLUDE (id) FROM @this_model WHERE id > 70",
    "SELECT COLUMNS('i.*') FROM @this_model WHERE id > 70",
    "SELECT UNNEST([1, 2]) AS x FROM @this_model WHERE id > 70",
    "SELECT * FROM @this_model WHERE doc.k = 'x'",
)
KINDS = (("FULL", ""), ("INCREMENTAL_BY_TIME_RANGE (time_column ds)", " WHERE ds BETWEEN @start_ds AND @end_ds"), ("VIEW", ""))
COLUMNS = """id, item, ds, qty, CAST('{"k": "assam", "n": null}' AS JSON) AS doc, qty * 0.5::DOUBLE PRECISION AS price,
  CASE WHEN id = 2 THEN 'n' END AS note, id = 1 AS flag, id AS user_id"""


def audited(engine):
    """The shop with a model of each audit."""
    files = shop(engine)
    for i, audit in enumerate(AUDITS + (OF_DUCKDB if engine == "duckdb" else ())):
        kind, where = KINDS[i % len(KINDS)]
        head = f"MODEL (name shop.m{i:02}, kind {kind}, audits (a{i:02}));"
        files[f"models/m{i:02}.sql"] = f"{head}\nSELECT {COLUMNS} FROM shop.orders{where};\nAUDIT (name a{i:02});\n{audit};\n"
    return files


@pytest.mark.parametrize("engine", ENGINES)
def test_audits_of_many_shapes(engine):
    with Story(engine, audited(engine), cadence="") as story:
        story.step("2024-01-08 12:00:00", "plan", "prod", ok=None)
        story.step("2024-01-11 12:00:00", "run", "prod", ok=None)
