"""Tables turned and taken apart: PIVOT, UNPIVOT, LATERAL VIEW, words that are functions."""

from feature_parts import QUARTERS, MONTHS, PLAIN_SALES, PLAIN_MONTHS, queries

PIVOT_NAMES = (
    f"SELECT * FROM shop.sales {QUARTERS}",
    "SELECT * FROM shop.sales PIVOT(SUM(amount) AS total, MAX(units) AS most FOR quarter IN ('Q1', 'Q2' AS second))",
    "SELECT * FROM shop.sales PIVOT(SUM(amount) AS total FOR quarter IN ('Q1' AS first, 'Q 2', '3x')) AS pv",
    "SELECT * FROM shop.sales PIVOT(SUM(amount), MAX(units) FOR quarter IN ('Q1', 'Q2'))",
    "SELECT * FROM shop.sales PIVOT(COUNT(*) FOR year IN (2020, 2021))",
    f"SELECT * FROM shop.months {MONTHS}",
    "SELECT * FROM shop.months UNPIVOT(value FOR month IN (jan AS 'January', feb AS 'February'))",
)
PIVOTS = {
    **{f"pivot_names_{dialect}": queries(dialect, *PIVOT_NAMES) for dialect in ("duckdb", "bigquery", "databricks", "redshift")},
    "pivot_of_a_table": queries(
        "duckdb", f"SELECT region, q1 FROM shop.sales {QUARTERS}", f"SELECT pv.region, pv.q1 + 1 AS more FROM shop.sales AS s {QUARTERS} AS pv",
        f"SELECT region, nothing FROM shop.sales {QUARTERS}", f"SELECT sales.region FROM shop.sales {QUARTERS}", f"SELECT sales.amount FROM shop.sales {QUARTERS}",
        f"SELECT * FROM shop.sales {QUARTERS} AS pv(a, b, c)", f"SELECT * EXCLUDE (region), 1 AS one FROM shop.sales {QUARTERS}",
        "SELECT * FROM shop.sales PIVOT(SUM(amount) FOR year IN (2020, 2021) quarter IN ('Q1', 'Q2') GROUP BY region)",
        f"SELECT pv.region, m.note FROM shop.months AS m JOIN shop.sales {QUARTERS} AS pv ON TRUE", f"SELECT pv.* FROM shop.sales {QUARTERS} AS pv",
        f"SELECT region, q1 + 1 AS a, a + 1 AS b FROM shop.sales {QUARTERS}"),
    "pivot_of_a_query": queries(
        "duckdb", f"{PLAIN_SALES}SELECT * FROM s {QUARTERS}", f"{PLAIN_SALES}SELECT region, q1 FROM s {QUARTERS} AS pv", f"{PLAIN_SALES}SELECT * FROM s {QUARTERS} AS s",
        f"SELECT * FROM (SELECT region, quarter, amount FROM shop.sales) AS s {QUARTERS} AS pv", f"SELECT x.q1 FROM (SELECT * FROM shop.sales {QUARTERS}) AS x",
        "WITH x AS (PIVOT shop.sales ON quarter IN ('Q1') USING SUM(amount) GROUP BY region) SELECT region, q1 FROM x"),
    "unpivot": queries(
        "duckdb", f"SELECT id, month, value FROM shop.months {MONTHS}", f"SELECT u.id, u.month, u.value FROM shop.months {MONTHS} AS u",
        f"SELECT months.id, months.jan FROM shop.months {MONTHS}", f"{PLAIN_MONTHS}SELECT * FROM m {MONTHS}", f"{PLAIN_MONTHS}SELECT * FROM m {MONTHS} AS u",
        f"{PLAIN_MONTHS}SELECT u.id FROM m AS x {MONTHS} AS u", f"SELECT * FROM (SELECT id, jan, feb FROM shop.months) {MONTHS}",
        "SELECT * FROM shop.months UNPIVOT((a, b) FOR pair IN ((jan, feb), (feb, mar)))", "SELECT * FROM shop.months UNPIVOT INCLUDE NULLS (value FOR month IN (jan AS 1, feb AS 2)) AS u(a, b)"),
    "unpivot_named_in_later_clauses": queries(
        "duckdb", f"SELECT month, SUM(value) AS total FROM shop.months {MONTHS} GROUP BY month", f"SELECT month, value FROM shop.months {MONTHS} WHERE id > 1",
        f"SELECT month, value FROM shop.months {MONTHS} WHERE value > 1", f"SELECT month, SUM(value) AS total FROM shop.months {MONTHS} AS u GROUP BY 1 ORDER BY total",
        f"SELECT region, q1 FROM shop.sales {QUARTERS} ORDER BY q1", f"SELECT region, q1 AS q FROM shop.sales {QUARTERS} ORDER BY q2"),
    "words_of_functions": queries(
        "duckdb", "SELECT utc_timestamp, utc_date, sysdate, curdate, current_datetime, current_role FROM far.away", "SELECT a.sysdate AS day FROM far.away AS a"),
    "dashes_in_names": {
        **queries("bigquery", "SELECT id, n + 1 AS m FROM my-project-1.far.usage", "SELECT usage.id, u.n FROM my-project-1.far.usage, other-one.far.usage AS u",
                  "SELECT id, usage.n FROM `my-project-1.far.usage`", "SELECT u.* FROM `other-one`.`far.usage` AS u"),
        "external_models.yaml": "".join(f"- name: '\"{name}\".far.usage'\n  columns:\n    id: INT\n    n: DOUBLE\n" for name in ("my-project-1", "other-one"))},
    "words_of_functions_bigquery": queries("bigquery", "SELECT utc_timestamp, systimestamp, session_user, current_schema AS s FROM far.away"),
    "lateral_views": queries(
        "spark", "SELECT id, item FROM shop.lists LATERAL VIEW EXPLODE(items) t AS item", "SELECT id, t.r, t.a, b FROM shop.lists LATERAL VIEW EXPLODE(parts) t AS r",
        "SELECT id, r.a FROM shop.lists LATERAL VIEW EXPLODE(parts) t AS r", "SELECT id, t.r, t.a FROM shop.lists LATERAL VIEW EXPLODE_OUTER(parts) t AS r",
        "SELECT id, at, r FROM shop.lists LATERAL VIEW POSEXPLODE(parts) t AS at, r", "SELECT id, k, v FROM shop.lists LATERAL VIEW OUTER EXPLODE(pairs) t AS k, v",
        "SELECT id, a, b FROM shop.lists LATERAL VIEW INLINE(parts) t AS a, b", "SELECT id, j.x FROM shop.lists LATERAL VIEW JSON_TUPLE('{}', 'x') j AS x",
        "SELECT id, s.a FROM shop.lists LATERAL VIEW EXPLODE(ARRAY(STRUCT(1 AS a))) t AS s", "SELECT * FROM shop.lists LATERAL VIEW EXPLODE(parts) t AS r"),
}
