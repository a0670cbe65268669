"""`towline render` next to `sqlmesh render --no-format`: the same text, blanks at the ends of lines apart.

Models of features must all agree but those whose layout is not known; of random queries a share. The numbers of every run are printed.
TOWLINE_RANDOM_QUERIES=5 draws more of them."""

import os
import shutil
import subprocess

import pytest
from sqlmesh import Context
from sqlmesh.core.console import NoopConsole, set_console

import features
import random_project
import random_queries
from stack import BIN
from test_load import HERE
from test_random import written

set_console(NoopConsole())
WHEN = {"start": "2024-01-05", "end": "2024-01-06", "execution_time": "2024-01-08"}
OPTIONS = ["-s", "2024-01-05", "-e", "2024-01-06", "--execution-time", "2024-01-08"]
QUERIES = int(os.environ.get("TOWLINE_RANDOM_QUERIES", "1"))
AT_LEAST = 0.7  # of random queries


@pytest.fixture(autouse=True)
def elsewhere(tmp_path, monkeypatch):
    """SQLMesh opens databases where it stands."""
    monkeypatch.chdir(tmp_path)


def lines(text):
    return [line.rstrip() for line in text.strip("\n").split("\n")]


def reference(folder):
    """What SQLMesh prints of each model whose dialect is the project's."""
    context = Context(paths=[str(folder)])
    out = {}
    for model in context.models.values():
        if model.kind.is_external or not hasattr(model, "render_query") or model.dialect != context.config.dialect:
            continue
        try:
            rendered = context.render(model, **WHEN)
        except Exception:  # nothing to compare with
            continue
        out[model.name] = rendered.sql(pretty=True, dialect=context.config.dialect, **context.config_for_node(model).format.generator_options)
    context.close()
    return out


def compared(folder):
    """(equal, all, what differs, what has the author's layout)"""
    equal, wrong, kept = 0, [], []
    expected = reference(folder)
    for name, text in expected.items():
        done = subprocess.run([str(BIN / "towline"), "-p", str(folder), "render", name, *OPTIONS], capture_output=True, text=True, timeout=60, stdin=subprocess.DEVNULL)
        if done.returncode == 0 and lines(done.stdout) == lines(text):
            equal += 1
        elif "as its author wrote it" in done.stderr:
            kept.append(name)
        else:
            wrong.append(f"{name}\n--- sqlmesh\n{text}\n--- towline\n{done.stdout}{done.stderr}")
    return equal, len(expected), wrong, kept


def test_features(tmp_path):
    """On DuckDB alone: SQLMesh's render asks its state database, which for other engines is a server."""
    equal, total, wrong = 0, 0, []
    for group in ("kinds", "queries", "macros"):
        for name, files in features.GROUPS[group].items():
            folder = tmp_path / name
            folder.mkdir()
            features.write(folder, files, "duckdb")
            same, models, differing, _ = compared(folder)
            equal, total = equal + same, total + models
            wrong += [f"{name} {each}" for each in differing]
    print(f"features: {equal} of {total} models are rendered alike")
    assert not wrong and total > 50, "\n".join(wrong)


def test_tea_shop(tmp_path):
    shutil.copytree(HERE.parents[1] / "examples" / "tea_shop", tmp_path / "shop")
    equal, total, wrong, kept = compared(tmp_path / "shop")
    print(f"tea_shop: {equal} of {total} models are rendered alike")
    assert equal == total and not kept, "\n".join(wrong)


def test_random(tmp_path):
    equal, total, kept, wrong = 0, 0, 0, []
    folders = [written(tmp_path / f"{dialect}_{seed}", random_queries.project(dialect, seed, 8)) for dialect in random_queries.DIALECTS for seed in range(1, QUERIES + 1)]
    folders += [written(tmp_path / f"project_{seed}", random_project.project(seed)) for seed in range(1, 4)]
    for folder in folders:
        try:
            same, models, differing, layouts = compared(folder)
        except Exception:  # SQLMesh refuses the project
            continue
        equal, total, kept = equal + same, total + models, kept + len(layouts)
        wrong += [f"{folder.name} {each}" for each in differing]
    print(f"random queries: {equal} of {total} models are rendered alike, {kept} keep their author's layout")
    assert equal >= AT_LEAST * total, "\n".join((f"{equal} of {total}", *wrong))


# What public projects held that random queries do not; of one table `shop.t (id, k, day, price)` and one `shop.o (id, k, note)`.
FOUND = {
    "duckdb": ("WITH c AS (SELECT t.id, -- of id\n t.k /* of k */, t.day::DATE /* of day */, price -- of price\n FROM shop.t) SELECT * FROM c",
               "SELECT id /* x */, k -- y\n FROM shop.t UNION ALL SELECT id, k -- z\n FROM shop.o", "-- as in a/*/b\nSELECT id, -- a/*.sql\n k FROM shop.t",
               "SELECT CASE WHEN id = 1 AND -- a\n k = -- b\n 1 THEN 1 END AS x FROM shop.t WHERE (k = 1\n-- c\nAND id = 2) OR -- d\n (k = 2 AND id + -- e\n 1 = 4 -- f\n) AND id BETWEEN 1 AND -- g\n 3\n-- h\nAND price > 1",
               "SELECT id FROM shop.t JOIN shop.o ON t.id = o.id AND -- one\n CASE WHEN t.k = 1 THEN TRUE ELSE FALSE END\n-- two\nWHERE 1 = 1 -- three\n AND /* four */ NOT t.id IN (SELECT k FROM shop.o)",
               "WITH a AS (SELECT -1::TEXT, (-1), (id)::TEXT, (1)::TEXT, CAST((-1) AS INT), id FROM shop.t) SELECT * FROM a",
               "SELECT note->>'$.a' = 'x' AS a, NOT note->>'b' AS b, note->'$.a'->>'b' AS c, note->'a'->'b' AS d, CASE WHEN note->>'a' IN ('x', 'y') AND id > 1 THEN note->>'c' END AS e, "
               "CAST(note->>'a' AS INT) + 1 AS f, (note->>'a') || 'x' AS g, COALESCE(note->>'a', 'x') AS h, {'k': note->>'a'} AS i, REGEXP_MATCHES(note->>'a', 'x') AS j, "
               "note->>'a' IS NULL AS k2, note->>'a' LIKE 'x%' AS l, note->>'a' BETWEEN '1' AND '2' AS m FROM shop.o WHERE note->>'a' = 'x' AND note->>'b' <> note->>'c'",
               "SELECT 60 + (id + k) % 40 AS a, id + 1 + 3 % k AS b, id * 2 % 7 * 3 AS c, id - (k + 1) % 2 AS d, 1 + (id % 3 + 1) % 3 AS e, 60 + 40 % (id + k) AS f FROM shop.t",
               "SELECT UPPER(id) AS a, lower(note) AS b, REPLACE(day, '-', '') AS c, TRIM(k) AS d, starts_with(price, '1') AS e, LOWER(UPPER(k + 1)) AS f, SHA256(id) AS g, "
               "ltrim(note, k) AS h, REVERSE(CAST(k AS TEXT)) AS i FROM shop.t CROSS JOIN (SELECT note FROM shop.o) AS o WHERE REPLACE(day, '-', '') > '2024'",
               "WITH c AS (SELECT UPPER(id) AS a, REPLACE(day, '-', '') AS d, [k, id][k] AS e FROM shop.t) SELECT LOWER(d) AS d, TRIM(x.y) AS y, (SELECT UPPER(MAX(id)) FROM shop.o) AS m "
               "FROM c CROSS JOIN (SELECT LOWER(day) AS y FROM shop.t) AS x WHERE a IN (SELECT UPPER(k) FROM shop.o)",
               "SELECT CONCAT_WS('-', note, 'a', 'b') AS a, CONCAT_WS(note, 'a', 'b') AS b, concat_ws(', ', 'a', 'b') AS c, CONCAT_WS('-', note || 'x', NULL) AS d, "
               "CONCAT_WS(' ', note, k, id) <> 'x' AS e FROM shop.o WHERE CONCAT_WS('-', note, k) = '1'",
               "SELECT CONCAT_WS('-', x, 'a', 'b') AS a, 60 + (y + x) % 40 AS b FROM far.away",
               "SELECT abs(FooBar(id)) AS f, sum(price) AS s, list_Aggregate([1], 'x') AS l, count(*) AS n FROM shop.t", "SELECT x.id FROM my_Table('a') AS x",
               "SELECT id,, k, -- the one\n, price, FROM shop.t GROUP BY id, k,, price, ORDER BY id,, k,",
               "SELECT REGEXP_REPLACE('a.b', '[.]', '', 'g') AS a, REGEXP_REPLACE('a', 'b', '') AS b, REGEXP_EXTRACT('a', 'b', 1, 'i') AS c, REGEXP_EXTRACT_ALL('a', 'b', 0, 'i') AS d FROM shop.t",
               "SELECT EXTRACT(DOW FROM day) AS a, EXTRACT(weekofyear FROM day) AS b, EXTRACT(mon FROM day) AS c, EXTRACT(ISODOW FROM day) AS d FROM shop.t"),
    "postgres": ("SELECT NULL::TEXT, (-1), 'Ab'::TEXT, id FROM shop.t UNION ALL SELECT (NULL::INT)::TEXT, 1, 'x', (id)::INT FROM shop.o",
                 "SELECT 60 + (id + k) % 40 AS a, CONCAT_WS('-', k, 'a', 'b') AS b, id + (k + 1) & 3 AS c FROM shop.t",
                 "SELECT abs(hashtextextended(note, 0)) AS h, Coalesce(note, 'x') AS c FROM shop.o",
                 "SELECT ROUND(AVG(id), 2) AS a, round(price, 1) AS b, Round(id / 2.5::float, 2) AS c, ROUND(SUM(price::real), 2) AS d, ROUND(SUM(price * 2.0::double precision), 1) AS e, "
                 "ROUND(SQRT(id)) AS f FROM shop.t GROUP BY price, id",
                 "SELECT ROUND(AVG(x.n), 2) AS a, ROUND(x.n, 1) AS b, ROUND(ROUND(STDDEV(n), 3) + 1::float8, 2) AS c, ROUND(y.m * RANDOM(), 2) AS d FROM far.away AS x CROSS JOIN far.off AS y",
                 "SELECT ARRAY_AGG(note ORDER BY ROUND(price, 2) DESC, id) AS a, STRING_AGG(note, ',' ORDER BY ROUND(price, 1)) AS b FROM shop.t JOIN shop.o USING (id)",
                 "SELECT SUM(id) OVER w AS s, ROUND(price, 1) AS p FROM shop.t WINDOW w AS (PARTITION BY ROUND(price, 2) ORDER BY day), v AS (ORDER BY ROUND(price, 3)) ORDER BY ROUND(price, 2)",
                 "WITH a AS (SELECT ROUND(price, 2) AS r, id FROM shop.t), b AS ((SELECT ROUND(price, 1) AS s, id FROM shop.t) UNION ALL SELECT ROUND(a.r::float8, 1), id FROM a) "
                 "SELECT b.s, ROUND(c.p, 1) AS q, (SELECT MAX(ROUND(price, 2)) FROM shop.t) AS w FROM b JOIN (SELECT id, ROUND(price, 3) AS p FROM shop.t /* c */) AS c ON b.id = c.id "
                 "WHERE b.s > (SELECT ROUND(AVG(price), 1) FROM shop.t) AND EXISTS(SELECT ROUND(price, 1) FROM shop.t -- e\n) AND b.id IN (SELECT ROUND(price, 1) FROM shop.t WHERE id > ANY (SELECT ROUND(price, 0) FROM shop.t))"),
    "bigquery": ("SELECT k, COUNT(*) AS n FROM shop.t WHERE price > 1 GROUP BY k",
                 "SELECT ROUND(price, 1) AS price, CASE WHEN price <= 14 THEN 'low' ELSE 'ok' END AS kind FROM shop.t",
                 "SELECT DATE_TRUNC(day, MONTH) AS day, k, SUM(price) AS price FROM shop.t GROUP BY day, k HAVING SUM(price) > 1 ORDER BY day",
                 "SELECT 1 AS one, x.k AS kk, COUNT(*) AS n FROM shop.t AS x JOIN shop.o AS o ON x.id = o.id GROUP BY one, kk, x.day",
                 "SELECT o.id, ARRAY_AGG(o.note) AS o FROM shop.o AS o GROUP BY o.id",
                 "SELECT id, _FILE_NAME AS file FROM shop.t AS t WHERE t._PARTITIONDATE > '2024-01-01'"),
}


@pytest.mark.parametrize("dialect", FOUND)
def test_found_in_public_projects(tmp_path, dialect):
    files = {f"models/q{number}.sql": f"MODEL (name shop.q{number}, kind VIEW);\n{query}\n" for number, query in enumerate(FOUND[dialect])}
    files["external_models.yaml"] = "- {name: shop.t, columns: {id: INT, k: INT, day: DATE, price: FLOAT}}\n- {name: shop.o, columns: {id: INT, k: INT, note: TEXT}}\n"
    files["config.yaml"] = f"gateways: {{local: {{connection: {{type: duckdb, database: db.db}}}}}}\nmodel_defaults: {{dialect: {dialect}, start: '2024-01-01'}}\n"
    equal, total, wrong, kept = compared(written(tmp_path / "found", files))
    assert equal == total == len(FOUND[dialect]), "\n".join((*wrong, *kept))
