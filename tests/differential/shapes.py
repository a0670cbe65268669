"""Shapes of queries that projects hold, by dialect: names that are words of the grammar, texts, clauses, joins, sets, windows, functions of time and text. Written for this
test; all read raw.orders and raw.items, whose columns are known (random_edits), raw.t and raw.far, whose columns are not."""

import random_edits

DIALECTS = ("duckdb", "postgres", "bigquery", "snowflake", "databricks", "tsql", "mysql", "redshift", "trino", "clickhouse", "spark")
# Printed in another way: what the dialect does not have and sqlglot rewrites (DISTINCT ON, QUALIFY, FILTER, conditions of T-SQL that are no comparison), what sqlglot changes the
# meaning of (CONCAT_WS, an index into a text), GROUP BY 1 of BigQuery, whose name of a projection sqlglot takes if there is an ORDER BY 2 as well.
KNOWN = frozenset((
    "SELECT NOT flag AS no, ! flag AS n FROM raw.orders WHERE ! flag",
    "SELECT DISTINCT ON (name) name, qty FROM raw.orders ORDER BY name, day", "SELECT id FROM raw.orders AS o(a, b)", "SELECT name, COUNT(*) AS n FROM raw.orders GROUP BY 1 ORDER BY 2 DESC", "SELECT id FROM raw.orders AS o WHERE NOT NOT flag",
    "SELECT v.a FROM (VALUES (1, 'x'), (2, 'y')) AS v(a, b)", "SELECT LEFT(name, 2) AS l, RIGHT(name, 2) AS r, CONCAT(name, '-', status) AS c, CONCAT_WS('-', name, status) AS w FROM raw.orders", "SELECT name[1] AS v FROM raw.orders",
    "SELECT DATE_TRUNC('month', day) AS m FROM raw.orders", "SELECT id FROM raw.orders QUALIFY ROW_NUMBER() OVER (PARTITION BY name ORDER BY day) = 1", "SELECT user, x AS y FROM raw.t WHERE user > 1", "SELECT user.x AS y FROM raw.t AS user",
    "SELECT COUNT(*) FILTER (WHERE flag) AS n FROM raw.orders", "WITH RECURSIVE n AS (SELECT 1 AS i UNION ALL SELECT i + 1 FROM n WHERE i < 5) SELECT i FROM n", "SELECT id FROM raw.orders ORDER BY day LIMIT 10 OFFSET 5",
    "SELECT name, SUM(CASE WHEN flag THEN qty ELSE 0 END) AS s FROM raw.orders GROUP BY name", *(f"SELECT id FROM raw.orders AS o WHERE {text}" for text in ("0", "NULL", "qty", "flag", "NOT flag", "is_good(name)", "NOT (qty > 1 AND flag)"))))
WORDS = ("end limit offset window values left right order group natural full is exists table unnest pivot sample rows range partition default interval date timestamp year month day user at check type name value key desc asc set "
         "use show to top percent cast row first last next only filter format index replace lag rank sum count if fetch end_date start level source target status region zone language comment schema database column").split()
OF_WORDS = ("SELECT {w}, x AS y FROM raw.t WHERE {w} > 1", "SELECT t.{w} AS a, t.x AS y FROM raw.t AS t ORDER BY t.{w}", "SELECT x AS {w} FROM raw.t", "SELECT {w}.x AS y FROM raw.t AS {w}")
TEXTS = ("'it''s'", "'a b'", "''", "'é'", "'%_'", "'\"q\"'", "'a' || 'b'", "x || '''' || y")
COMMON = (
    "SELECT DISTINCT name, qty FROM raw.orders", "SELECT COUNT(DISTINCT name) AS n FROM raw.orders", "SELECT name, COUNT(*) AS n FROM raw.orders GROUP BY name HAVING COUNT(*) > 1", "SELECT name, COUNT(*) AS n FROM raw.orders GROUP BY 1 ORDER BY 2 DESC",
    "SELECT * FROM raw.orders", "SELECT o.* FROM raw.orders AS o", "SELECT o.*, i.sku FROM raw.orders AS o JOIN raw.items AS i ON o.id = i.order_id", "SELECT o.id, i.sku FROM raw.orders o LEFT JOIN raw.items i ON o.id = i.order_id AND i.amount > 1",
    "SELECT o.id FROM raw.orders o RIGHT OUTER JOIN raw.items i ON o.id = i.order_id", "SELECT o.id, i.id AS other FROM raw.orders o FULL OUTER JOIN raw.items i ON o.id = i.order_id", "SELECT o.id FROM raw.orders o CROSS JOIN raw.items i",
    "SELECT id FROM raw.orders UNION ALL SELECT order_id FROM raw.items", "SELECT id FROM raw.orders UNION SELECT order_id FROM raw.items", "SELECT id FROM raw.orders EXCEPT SELECT order_id FROM raw.items", "SELECT id FROM raw.orders INTERSECT SELECT order_id FROM raw.items",
    "WITH a AS (SELECT id, qty FROM raw.orders), b AS (SELECT id, qty * 2 AS twice FROM a) SELECT a.id, b.twice FROM a JOIN b ON a.id = b.id", "WITH a AS (SELECT * FROM raw.orders) SELECT a.id FROM a WHERE a.qty IN (SELECT amount FROM raw.items)",
    "SELECT id FROM (SELECT id, qty FROM raw.orders WHERE qty > 1) AS s WHERE s.qty < 9", "SELECT id FROM raw.orders WHERE EXISTS (SELECT 1 FROM raw.items WHERE items.order_id = orders.id)", "SELECT id, (SELECT MAX(amount) FROM raw.items) AS top_amount FROM raw.orders",
    "SELECT id, ROW_NUMBER() OVER (PARTITION BY name ORDER BY day DESC) AS rn FROM raw.orders", "SELECT id, SUM(qty) OVER (PARTITION BY name ORDER BY day ROWS BETWEEN 2 PRECEDING AND CURRENT ROW) AS s FROM raw.orders",
    "SELECT id, LAG(qty) OVER (ORDER BY day) AS before, LEAD(qty, 2, 0) OVER (ORDER BY day) AS after FROM raw.orders", "SELECT id, FIRST_VALUE(qty) OVER (PARTITION BY name ORDER BY day) AS f FROM raw.orders", "SELECT id, NTILE(4) OVER (ORDER BY qty) AS q, PERCENT_RANK() OVER (ORDER BY qty) AS p FROM raw.orders",
    "SELECT CASE WHEN qty > 1 THEN 'many' WHEN qty = 1 THEN 'one' ELSE 'none' END AS word FROM raw.orders", "SELECT CASE status WHEN 'a' THEN 1 WHEN 'b' THEN 2 END AS code FROM raw.orders", "SELECT COALESCE(name, status, 'x') AS n, NULLIF(qty, 0) AS q FROM raw.orders",
    "SELECT CAST(qty AS VARCHAR(10)) AS t, CAST(name AS DECIMAL(10, 2)) AS d FROM raw.orders", "SELECT id FROM raw.orders WHERE name LIKE 'a%' AND status NOT IN ('x', 'y') AND qty BETWEEN 1 AND 5 AND day IS NOT NULL", "SELECT id FROM raw.orders WHERE NOT (qty > 1 OR name = 'a')",
    "SELECT UPPER(TRIM(name)) AS n, LOWER(status) AS s, LENGTH(name) AS l, SUBSTRING(name, 1, 3) AS sub, REPLACE(name, 'a', 'b') AS r FROM raw.orders", "SELECT ROUND(price, 1) AS r, FLOOR(price) AS f, CEIL(price) AS c, ABS(qty) AS a, MOD(qty, 2) AS m, POWER(qty, 2) AS p, SQRT(qty) AS s FROM raw.orders",
    "SELECT GREATEST(qty, 1) AS g, LEAST(qty, 9) AS l FROM raw.orders", "SELECT MIN(qty) AS a, MAX(qty) AS b, AVG(price) AS c, SUM(qty * price) AS d, COUNT(*) AS e, STDDEV(price) AS f FROM raw.orders", "SELECT EXTRACT(YEAR FROM day) AS y, EXTRACT(MONTH FROM day) AS m FROM raw.orders",
    "SELECT CURRENT_DATE AS d, CURRENT_TIMESTAMP AS t FROM raw.orders", "SELECT qty * (price + 1) AS a, (qty - 1) / 2 AS b, -qty AS c, qty % 3 AS d, (qty + 1) * 2 - 3 AS e FROM raw.orders", "SELECT name, SUM(CASE WHEN flag THEN qty ELSE 0 END) AS s FROM raw.orders GROUP BY name",
    "SELECT name, day, SUM(qty) AS s FROM raw.orders GROUP BY GROUPING SETS ((name), (day), ())", "SELECT name, day, SUM(qty) AS s FROM raw.orders GROUP BY ROLLUP (name, day)", "SELECT name, day, SUM(qty) AS s FROM raw.orders GROUP BY CUBE (name, day)", "SELECT id FROM raw.orders ORDER BY day DESC NULLS LAST, id LIMIT 10",
    "SELECT id FROM raw.orders ORDER BY day LIMIT 10 OFFSET 5", "SELECT a.id FROM raw.orders a, raw.items b WHERE a.id = b.order_id", "SELECT o.id AS \"id\", o.name AS \"Full Name\" FROM raw.orders o", "SELECT id, qty FROM raw.orders WHERE (qty, id) IN ((1, 2), (3, 4))",
    "SELECT x.id, x.qty FROM (SELECT id, qty, ROW_NUMBER() OVER (PARTITION BY id ORDER BY day) AS rn FROM raw.orders) x WHERE rn = 1", "WITH RECURSIVE n AS (SELECT 1 AS i UNION ALL SELECT i + 1 FROM n WHERE i < 5) SELECT i FROM n", "SELECT 1 AS a, 1.5 AS b, 1e3 AS c, TRUE AS d, NULL AS e, -2 AS f",
    *(head.format("SELECT 'a' AS word, id, name FROM raw.orders o " + join + " JOIN raw.items i USING (id)") for join in ("", "LEFT", "FULL") for head in (
        "WITH f AS ({}) SELECT * FROM f", "SELECT * FROM ({}) AS q", "{} UNION ALL SELECT 'b', 1, 'c'", "WITH f AS ({}) SELECT f.id FROM f WHERE f.id > 1")),
    "SELECT id, id + 1 AS more FROM raw.orders o JOIN raw.items i USING (id) WHERE id > 1 GROUP BY id ORDER BY id", "SELECT NOT flag AS no, ! flag AS n FROM raw.orders WHERE ! flag",
    "SELECT COUNT(*) FILTER (WHERE flag) AS n FROM raw.orders", "SELECT id FROM raw.orders o JOIN raw.items i USING (id)", "SELECT id FROM raw.orders WHERE day >= DATE '2024-01-01' AND at_time < TIMESTAMP '2024-02-01 00:00:00'", "SELECT id FROM raw.orders WHERE qty IS NOT DISTINCT FROM 1",
    "SELECT id FROM raw.orders WHERE name LIKE 'a!%' ESCAPE '!'", "SELECT id FROM raw.orders WHERE qty > ALL (SELECT amount FROM raw.items)", "SELECT id FROM raw.orders WHERE qty = ANY (SELECT amount FROM raw.items)", "SELECT STRING_AGG(name, ',') AS n FROM raw.orders",
    "SELECT SUM(qty) OVER w AS s FROM raw.orders WINDOW w AS (PARTITION BY name ORDER BY day)", "SELECT id FROM raw.orders QUALIFY ROW_NUMBER() OVER (PARTITION BY name ORDER BY day) = 1", "SELECT id FROM raw.orders AS o(a, b)", "SELECT v.a FROM (VALUES (1, 'x'), (2, 'y')) AS v(a, b)",
    "SELECT f.x, o.id FROM raw.far f JOIN raw.orders o ON f.id = o.id", "SELECT id, day + INTERVAL '1' DAY AS later FROM raw.orders", "SELECT id, CAST(day AS TIMESTAMP) AS t FROM raw.orders", "SELECT id FROM raw.orders WHERE flag AND NOT flag OR flag = TRUE", "SELECT DISTINCT ON (name) name, qty FROM raw.orders ORDER BY name, day",
    "(SELECT id FROM raw.orders) UNION ALL (SELECT order_id FROM raw.items) ORDER BY 1 LIMIT 3", "SELECT id FROM raw.orders TABLESAMPLE (10 PERCENT)", "SELECT LEFT(name, 2) AS l, RIGHT(name, 2) AS r, CONCAT(name, '-', status) AS c, CONCAT_WS('-', name, status) AS w FROM raw.orders", "SELECT DATE_TRUNC('month', day) AS m FROM raw.orders",
    "SELECT MD5(name) AS h, COALESCE(SUM(qty), 0) AS s FROM raw.orders GROUP BY MD5(name)", "SELECT * FROM raw.orders o LEFT JOIN raw.items i ON o.id = i.order_id WHERE i.id IS NULL", "SELECT SUM(DISTINCT qty) AS s FROM raw.orders", "SELECT id FROM raw.orders -- why\nWHERE qty > 1",
)


def queries(dialect):
    words = [shape.format(w=word) for word in WORDS for shape in OF_WORDS]
    texts = [f"SELECT {text} AS v FROM raw.t" for text in TEXTS]
    own = [f"SELECT {value} AS v FROM raw.orders" for value in (*random_edits.VALUES, *random_edits.OWN[dialect])]
    conditions = [f"SELECT id FROM raw.orders AS o WHERE {atom}" for atom in random_edits.ATOMS]
    return [query.replace("\n", " ").replace("-- why", "/* why */") for query in (*COMMON, *texts, *own, *conditions, *words)]
