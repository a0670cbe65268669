"""The linter's findings and the outcomes of unit tests next to real SQLMesh's."""

import json
import os
import pathlib
import re
import shutil
import subprocess

import pytest
from sqlmesh import Context

import features
from stack import BIN

CONFIG = """gateways: {local: {connection: {type: duckdb, database: db.db}}}
default_gateway: local
model_defaults: {dialect: duckdb, start: '2024-01-01'}
variables: {rate: 2}
linter: {enabled: true, warn_rules: ALL}
"""
TABLES = {
    "models/a.sql": "MODEL (name shop.a, kind FULL);\nSELECT 1 AS id, DATE '2024-01-01' AS ds, 2.5::DOUBLE AS amount\n",
    "models/src.sql": "MODEL (name shop.src, kind FULL);\nSELECT 1 AS id, DATE '2024-01-01' AS ds, 7 AS k\n",
}
QUERIES = {
    "star": "SELECT * FROM shop.a",
    "star_of_unknown": "SELECT x.* FROM raw.things AS x",
    "star_lines": "SELECT\n\n  *\nFROM raw.things",
    "star_in_union": "SELECT id FROM shop.a UNION ALL SELECT * FROM raw.ids",
    "star_in_cte": "WITH c AS (SELECT * FROM shop.a) SELECT id FROM c",
    "count_star": "SELECT COUNT(*) AS n FROM shop.a",
    "star_exclude": "SELECT * EXCLUDE (amount) FROM shop.a",
    "product": "SELECT id * amount AS p FROM shop.a",
    "unknown_column": "SELECT x.nope FROM shop.a AS x",
    "unresolved": "SELECT\n  id, ww\nFROM shop.a",
    "ambiguous": "SELECT ds FROM shop.a AS x JOIN shop.src AS y ON x.id = y.id",
    "ambiguous_where": "SELECT x.id FROM shop.a AS x JOIN shop.src AS y ON x.id = y.id WHERE ds > '2024-01-01'",
    "using": "SELECT k AS kk, id FROM shop.a JOIN shop.src USING (id) WHERE k > 1",
    "wrong_table": "SELECT y.id FROM shop.a AS x",
    "order_by": "SELECT id FROM shop.a ORDER BY nope",
    "correlated": "SELECT id FROM shop.a WHERE EXISTS(SELECT 1 FROM shop.src WHERE amount > 1)",
    "inner_unknown": "WITH c AS (SELECT id AS u FROM shop.a) SELECT c.id FROM c WHERE EXISTS (SELECT 1 FROM shop.src AS e WHERE e.nix)",
    "aliases": "SELECT id AS zz, zz + 1 AS b FROM shop.a GROUP BY zz ORDER BY b",
    "lambda": "SELECT LIST_TRANSFORM([1], x -> x + id) AS l FROM shop.a",
    "window": "SELECT id, SUM(amount) OVER (PARTITION BY ds ORDER BY id) AS s FROM shop.a QUALIFY ROW_NUMBER() OVER (ORDER BY id) = 1",
    "extract": "SELECT EXTRACT(year FROM ds) AS y, CURRENT_DATE AS d, DATE_TRUNC('month', ds) AS m FROM shop.a",
    "recursive": "WITH RECURSIVE r AS (SELECT 1 AS n UNION ALL SELECT n + 1 FROM r WHERE n < 5) SELECT n FROM r",
    "subquery": "SELECT q.id FROM (SELECT id FROM shop.a) AS q WHERE q.amount > 1",
    "duplicates": "SELECT id AS z, ds AS z FROM shop.a",
    "duplicates_by_star": "SELECT *, id FROM shop.a",
    "duplicates_of_unknown": "SELECT x.a, x.a FROM raw.things AS x",
    "unnamed": "SELECT id + 1, 3 FROM shop.a",
    "unnamed_of_unknown": "SELECT x.a + 1, 3 FROM raw.things AS x",
    "two_unknown_tables": "SELECT x.a AS a\nFROM raw.things AS x\nJOIN raw.others AS y ON x.a = y.a",
    "case_when": "SELECT CASE WHEN id > 1 THEN ds ELSE NULL END AS c, CAST(amount AS INT) AS i, id IN (1, 2) AS w, id BETWEEN 1 AND 2 AS b FROM shop.a",
    "values": "SELECT v.n AS n FROM (VALUES (1), (2)) AS v(n)",
    "unnest": "SELECT u.x AS x FROM UNNEST([1, 2]) AS u(x)",
    "cross": "SELECT a.id AS one, b.k AS two FROM shop.a AS a, shop.src AS b WHERE a.id = b.id AND amount > k",
    "macro": "SELECT @STAR(shop.a) FROM shop.a",
    "in_subquery": "SELECT id FROM shop.a WHERE id IN (SELECT k FROM shop.src WHERE ds = a.ds)",
    "unknown_table_twice": "WITH a AS (\n  SELECT x.id FROM raw.things AS x\n), b AS (\n  SELECT y.id FROM raw.others AS y WHERE y.id IN (\n    SELECT id FROM raw.things)\n)\n"
                           "SELECT a.id FROM a JOIN b ON a.id = b.id\nJOIN raw.others AS o ON o.id = a.id\nJOIN raw.others AS p ON p.id = a.id",
    "group_by_all": "SELECT ds, SUM(amount) AS s FROM shop.a GROUP BY ALL HAVING SUM(amount) > 1",
    "lateral_join": "SELECT a.id AS id, l.z AS z FROM shop.a AS a, LATERAL (SELECT a.id + 1 AS z) AS l",
    "filter": "SELECT COUNT(*) FILTER (WHERE amount > 1) AS n FROM shop.a",
    "alias_without_as": "SELECT x.a b, x.c + 1 d, SUM(x.e) OVER (ORDER BY x.f) - x.e g\nFROM raw.things AS x",
    "alias_without_as_inside": "SELECT q.b FROM (SELECT a.id b, COUNT(*) n, CASE WHEN a.id > 1 THEN 2 END c FROM shop.a GROUP BY 1) AS q WHERE q.n > 1 AND q.x = 2",
    "columns_call": "SELECT COLUMNS(*) FROM raw.things",
    "columns_call_of_known": "SELECT COLUMNS('a.*') + 1 FROM shop.a",
    "unnamed_beside_unknown": "SELECT COUNT(*), id::TEXT FROM shop.a WHERE nope = 1 GROUP BY 2",
    "star_of_file": "WITH r AS (SELECT * FROM READ_CSV('x.csv')) SELECT day FROM r",
    "star_of_file_qualified": "SELECT r.day, k FROM (SELECT *, 1 AS k FROM READ_CSV('x.csv')) AS r",
    "star_of_file_joined": "SELECT q.id FROM (SELECT b.*, x.* FROM READ_CSV('x') AS x JOIN shop.a AS b ON x.k = b.id) AS q WHERE ds > 1",
    "star_beside_unnest": "WITH r AS (SELECT * FROM shop.a, UNNEST([1]) AS t) SELECT id, k FROM r",
    "unnest_alias": "SELECT t FROM UNNEST([1, 2]) AS t",
    "unnest_other_column": "SELECT id, y FROM shop.a CROSS JOIN UNNEST([1, 2]) AS t(x)",
    "lateral_alone": "SELECT id, z FROM shop.a AS a, LATERAL (SELECT 1 AS z) AS l",
    "values_unnamed": "SELECT column0 FROM (VALUES (1, 2)) AS v",
    "using_ambiguous": "SELECT x.id FROM shop.a AS x JOIN shop.src AS y USING (id) WHERE ds > '2024-01-01'",
    "using_star": "SELECT * FROM shop.a JOIN shop.src USING (id)",
    "using_stars": "SELECT a.*, b.k FROM shop.a AS a JOIN shop.src AS b USING (id, ds)",
    "using_star_inside": "SELECT q.k, q.nope FROM (SELECT * FROM shop.a JOIN shop.src USING (id)) AS q",
    "natural": "SELECT k FROM shop.a NATURAL JOIN shop.src WHERE id = 1",
    "natural_star": "SELECT * FROM shop.a NATURAL JOIN shop.src",
    "from_first": "FROM shop.a SELECT id, nope",
    "from_first_alone": "FROM shop.a WHERE nope = 1",
    "from_first_union": "FROM shop.a UNION ALL FROM shop.a",
    "from_first_inside": "WITH x AS (FROM shop.a) SELECT nope, id FROM (FROM x SELECT id) AS y",
    "from_first_unregistered": "FROM raw.x SELECT COUNT(*)",
    "alias_in_join": "SELECT x.id AS k FROM shop.a AS x JOIN shop.src AS y ON k = y.id AND x.id = y.id",
    "window_clause": "SELECT SUM(amount) OVER w AS s FROM shop.a WINDOW w AS (PARTITION BY id ORDER BY nope ROWS BETWEEN 1 PRECEDING AND CURRENT ROW)",
    "distinct_on": "SELECT DISTINCT ON (nope) id FROM shop.a",
    "words_of_other_engines": "SELECT user AS u FROM shop.a",
    "words_of_oracle": "SELECT CURRENT_DATE AS d, SYSDATE AS s FROM shop.a",
    "words_as_columns": "SELECT id\n, group\n, q.order\n, nope\nFROM (SELECT id, 1 AS \"group\", amount AS \"order\" FROM shop.a) AS q\nWHERE id > 1",
    "table_as_column": "SELECT x AS whole FROM shop.a AS x",
    "limit": "SELECT id FROM shop.a LIMIT nope",
    "comprehension": "SELECT [y + nope FOR y IN [1, 2]] AS l FROM shop.a",
    "structures": "SELECT u.p, q FROM UNNEST([{'p': 1}]) AS u",
    "having_unknown": "SELECT ds, COUNT(*) AS n FROM shop.a GROUP BY ds HAVING SUM(nope) > 1",
    "having_wrong_table": "SELECT ds, COUNT(*) AS n FROM shop.a GROUP BY ds HAVING SUM(a.nope) > 1",
    "outer_before_inner": "SELECT nix FROM shop.a WHERE id IN (SELECT nope FROM shop.src)",
    "wrong_outer_column": "SELECT id FROM shop.a AS x WHERE EXISTS (SELECT 1 FROM shop.src AS y WHERE y.id = x.nope)",
    "cte_in_subquery": "SELECT (WITH c AS (SELECT nope FROM shop.src) SELECT MAX(nope) FROM c) AS m FROM shop.a",
    "using_of_one_side": "SELECT id FROM shop.a JOIN shop.src USING (amount)",
    "alias_twice": "SELECT 1 AS one FROM shop.a AS x, shop.src AS x",
    "position": "SELECT id FROM shop.a ORDER BY 2",
    "joined_so_far": "SELECT x.id FROM shop.a AS x JOIN shop.src AS y ON k = 1 JOIN shop.src AS z ON z.id = x.id",
    "brackets_of_joins": "SELECT amount FROM (shop.a AS x JOIN shop.src AS y ON x.id = y.id AND nope = 1)",
    "pivot": "SELECT ds FROM shop.a PIVOT (SUM(nope) FOR id IN (1, 2)) AS p",
    "semi_join": "SELECT id FROM shop.a SEMI JOIN shop.src ON a.id = src.k",
    "trim_from": "SELECT TRIM(FROM 'x') AS t FROM shop.a",
    "columns_but_some": "SELECT COLUMNS(* EXCLUDE (id)) + 1 FROM shop.a",
    "places_of_quotes": 'SELECT\n  "nope" FROM shop.a',
    "path": "SELECT shop.a.id FROM shop.a AS x",
    "star_replace": "SELECT * REPLACE (nope AS id) FROM shop.a",
    "star_of_nothing": "SELECT id, y.* FROM shop.a",
}
# Tables that are not registered: SQLMesh names the place of the last it finds of each, and goes through queries inside out.
PLACES = (
    "SELECT x.a FROM raw.t AS x\nUNION ALL\nSELECT y.a FROM (\n  SELECT z.a FROM raw.t AS z) AS y",
    "SELECT (SELECT\n  MAX(a) FROM raw.t) AS m FROM (SELECT b FROM\n   raw.t) AS x WHERE x.b IN (\n  SELECT a FROM raw.t)",
    "WITH c AS (SELECT a FROM\n raw.t)\nSELECT a FROM c WHERE EXISTS (SELECT 1 FROM raw.t WHERE raw.t.a = c.a) AND EXISTS\n (SELECT 1 FROM raw.t)",
    "WITH c AS (SELECT (SELECT 1 FROM\nraw.t) AS a FROM (SELECT 2 AS k FROM\nraw.t) AS q)\nSELECT a FROM c",
    "(SELECT a FROM raw.t) UNION ALL (SELECT a FROM\n  raw.t)",
    "SELECT y.a FROM raw.t AS x, LATERAL (SELECT\nx.a FROM raw.t) AS y",
    "WITH a AS MATERIALIZED (SELECT k FROM\n raw.t), b AS (\nSELECT k FROM raw.t) SELECT a.k FROM a JOIN b ON a.k = b.k UNION SELECT 1 AS k FROM\nraw.t WHERE k IN (SELECT 1\nFROM raw.t)",
)
QUERIES.update({f"place_{number}": query for number, query in enumerate(PLACES)})


def project(folder, files):
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


def towline(folder, *arguments):
    done = subprocess.run([str(BIN / "towline"), "-o", "json", "-p", str(folder), *arguments], capture_output=True, text=True, timeout=120, stdin=subprocess.DEVNULL)
    assert done.stdout, done.stderr
    return json.loads(done.stdout)


def findings(folder):
    """{model: {(rule, line, message)}} of both. Where macros make text, SQLMesh counts columns in that text: no place."""
    ours, theirs = {}, {}
    place = re.compile(r" Line: \d+, Col: \d+" if any("@" in p.read_text() for p in folder.glob("models/*.sql")) else "$^")
    for item in towline(folder, "lint")["items"]:
        ours.setdefault(item["model"], set()).add((item["rule"], item.get("line"), place.sub("", item["message"])))
    for item in Context(paths=[str(folder)]).lint_models(raise_on_error=False):
        line = item.violation_range.start.line + 1 if item.violation_range else None
        theirs.setdefault(item.model.fqn, set()).add((item.rule.name, line, place.sub("", item.violation_msg)))
    return ours, theirs


def without_unknown_places(ours, theirs):
    """Where SQLMesh finds no line (a MODEL block of another dialect's words), ours may name one."""
    def known(model, item):
        rule, line, message = item
        return (rule, None, message) if (rule, None, message) in theirs.get(model, set()) else item
    return {model: {known(model, item) for item in items} for model, items in ours.items()}


def assert_same(ours, theirs):
    ours = without_unknown_places(ours, theirs)
    wrong = {name: (sorted(ours.get(name, set()) - theirs.get(name, set()), key=repr), sorted(theirs.get(name, set()) - ours.get(name, set()), key=repr))
             for name in {*ours, *theirs} if ours.get(name, set()) != theirs.get(name, set())}
    assert not wrong, "\n".join(f"{name}\n  only ours:   {a}\n  only theirs: {b}" for name, (a, b) in sorted(wrong.items()))


def test_linter_finds_the_same(tmp_path):
    models = {f"models/q_{name}.sql": f"MODEL (\n  name shop.q_{name},\n  kind VIEW\n);\n\n{query}\n" for name, query in QUERIES.items()}
    project(tmp_path, {"config.yaml": CONFIG, **TABLES, **models})
    assert_same(*findings(tmp_path))


def test_linter_of_another_gateway(tmp_path):
    second = "MODEL (name shop.{name}, kind FULL, gateway second);\nSELECT x.id\nFROM {table} AS x\n"
    project(tmp_path, {"config.yaml": CONFIG.replace("}}}", "}}, second: {connection: {type: duckdb, database: second.db}}}"),
                       "models/a.sql": second.format(name="a", table="lone"), "models/b.sql": second.format(name="b", table="raw.things")})
    assert_same(*findings(tmp_path))


# Of what is a stage, a field of a list's structures, or a table under another name in an UNPIVOT, Towline's linter says nothing rather than something wrong.
UNSURE = ("stages_of_snowflake", "fields_of_bigquery_as_columns", "unpivot", "options_of_types_that_are_columns")


@pytest.mark.parametrize("group", features.GROUPS)
def test_linter_on_features(tmp_path, group):
    for name, files in features.GROUPS[group].items():
        if name == "undefined_variables_in_names":  # SQLMesh's linter ends there with an error of Python
            continue
        folder = tmp_path / name
        folder.mkdir()
        features.write(folder, files, "duckdb")
        config = folder / "config.yaml"
        config.write_text(config.read_text() + "\nlinter: {enabled: true, warn_rules: ALL}\n")
        ours, theirs = findings(folder)
        if name in UNSURE:
            theirs = {model: {item for item in items if item[0] != "ambiguousorinvalidcolumn" or item in ours.get(model, set())} for model, items in theirs.items()}
        assert_same(ours, theirs)


TESTED = {
    "models/a.sql": """MODEL (name shop.a, kind INCREMENTAL_BY_TIME_RANGE (time_column ds));
WITH x AS (SELECT id, ds, amount * @VAR('rate') AS amount FROM shop.src), y AS (SELECT * FROM x WHERE id > 0 ORDER BY id)
SELECT id::INT AS id, ds::DATE AS ds, amount::DOUBLE AS amount, CURRENT_DATE AS today FROM y WHERE ds BETWEEN @start_ds AND @end_ds
""",
    "models/src.sql": "MODEL (name shop.src, kind FULL);\nSELECT 1 AS id, DATE '2024-01-01' AS ds, 2.5::DOUBLE AS amount\n",
    "models/types.sql": """MODEL (name shop.types, kind FULL);
SELECT id::INT AS id, name::TEXT AS name, flag::BOOLEAN AS flag, price::DECIMAL(10, 2) AS price, seen_at::TIMESTAMP AS seen_at, tags::TEXT[] AS tags FROM raw.things
""",
    "models/joined.sql": """MODEL (name shop.joined, kind VIEW);
SELECT a.id AS id, COUNT(*) AS n, SUM(a.amount) AS total FROM shop.a AS a LEFT JOIN raw.things AS t ON a.id = t.id GROUP BY a.id ORDER BY n
""",
    "external_models.yaml": "- name: raw.things\n  columns: {id: INT, name: TEXT, flag: BOOLEAN, price: 'DECIMAL(10, 2)', seen_at: TIMESTAMP, tags: 'TEXT[]'}\n",
    "tests/test_all.yaml": """
ctes_and_query:
  model: shop.a
  inputs: {shop.src: {rows: [{id: 1, ds: 2024-01-01, amount: 1.5}, {id: 2, ds: 2024-01-09, amount: 9}]}}
  outputs:
    ctes: {x: [{id: 2, ds: 2024-01-09, amount: 18}, {id: 1, ds: 2024-01-01, amount: 3}], y: {rows: [{id: 1, ds: 2024-01-01, amount: 3}, {id: 2, ds: 2024-01-09, amount: 18}]}}
    query: {partial: true, rows: [{id: 1, ds: 2024-01-01, amount: 3.0}]}
  vars: {start: 2024-01-01, end: 2024-01-02}
cte_order_counts:
  model: shop.a
  inputs: {shop.src: {rows: [{id: 1, ds: 2024-01-01, amount: 1.5}, {id: 2, ds: 2024-01-09, amount: 9}]}}
  outputs: {ctes: {y: [{id: 2, ds: 2024-01-09, amount: 18}, {id: 1, ds: 2024-01-01, amount: 3}]}}
frozen_time:
  model: shop.a
  inputs: {shop.src: [{id: 1, ds: 2020-02-03, amount: 1}]}
  outputs: {query: [{id: 1, ds: 2020-02-03, amount: 2, today: 2020-02-03}]}
  vars: {start: 2020-02-03, end: 2020-02-03, execution_time: '2020-02-03 23:59:59'}
variable:
  model: shop.a
  inputs: {shop.src: [{id: 1, ds: 2024-01-01, amount: 1.5}]}
  outputs: {partial: true, query: [{amount: 15}]}
  vars: {start: 2024-01-01, end: 2024-01-02, rate: 10}
wrong_value:
  model: shop.a
  inputs: {shop.src: [{id: 1, ds: 2024-01-01, amount: 1.5}]}
  outputs: {partial: true, query: [{amount: 15}]}
  vars: {start: 2024-01-01, end: 2024-01-02}
nearly:
  model: shop.a
  inputs: {shop.src: [{id: 1, ds: 2024-01-01, amount: 1.5}]}
  outputs: {partial: true, query: [{amount: 3.000001}]}
  vars: {start: 2024-01-01, end: 2024-01-02}
missing_row:
  model: shop.a
  inputs: {shop.src: [{id: 1, ds: 2024-01-01, amount: 1.5}]}
  outputs: {partial: true, query: [{id: 1}, {id: 2}]}
  vars: {start: 2024-01-01, end: 2024-01-02}
missing_column_is_null:
  model: shop.a
  inputs: {shop.src: [{id: 1, ds: 2024-01-01, amount: 1.5}]}
  outputs: {query: [{id: 1, ds: 2024-01-01, amount: 3}]}
  vars: {start: 2024-01-01, end: 2024-01-02}
unknown_column:
  model: shop.a
  inputs: {shop.src: [{id: 1, ds: 2024-01-01, amount: 1.5}]}
  outputs: {query: [{idd: 1}]}
no_such_cte:
  model: shop.a
  inputs: {shop.src: []}
  outputs: {ctes: {nope: []}}
nothing:
  model: shop.a
  inputs: {shop.src: []}
  outputs: {query: []}
csv:
  model: shop.types
  inputs:
    raw.things:
      format: csv
      rows: |
        id,name,flag,price,seen_at
        1,assam,True,2.50,2024-01-01 10:00:00
        2,,False,,
  outputs: {query: [{id: 1, name: assam, flag: true, price: 2.5, seen_at: 2024-01-01 10:00:00}, {id: 2, flag: false}]}
lists:
  model: shop.types
  inputs: {raw.things: [{id: 1, tags: [a, b]}, {id: 2, tags: []}]}
  outputs: {partial: true, query: [{id: 1, tags: [a, b]}, {id: 2, tags: []}]}
text_is_no_number:
  model: shop.types
  inputs: {raw.things: [{id: 1, name: 5}]}
  outputs: {partial: true, query: [{id: 1, name: 5}]}
text_is_text:
  model: shop.types
  inputs: {raw.things: [{id: '1', name: '5', seen_at: '2024-01-01'}]}
  outputs: {partial: true, query: [{id: '1', name: '5', seen_at: '2024-01-01 00:00:00', price: null}]}
input_query:
  model: shop.types
  inputs: {raw.things: {query: "SELECT 7 AS id, 'x' AS name"}}
  outputs: {query: {query: "SELECT 7 AS id, 'x' AS name"}}
order_counts:
  model: shop.joined
  inputs: {shop.a: {columns: {id: INT, amount: DOUBLE}, rows: [{id: 1, amount: 1}, {id: 2, amount: 2}, {id: 2, amount: 3}]}, raw.things: []}
  outputs: {query: [{id: 1, n: 1, total: 1}, {id: 2, n: 2, total: 5}]}
wrong_order:
  model: shop.joined
  inputs: {shop.a: {rows: [{id: 1, amount: 1}, {id: 2, amount: 2}, {id: 2, amount: 3}]}, raw.things: []}
  outputs: {query: [{id: 2, n: 2, total: 5}, {id: 1, n: 1, total: 1}]}
two_inputs:
  model: shop.joined
  gateway: local
  inputs: {shop.a: [{id: 1, amount: 1.25}], raw.things: [{id: 1}, {id: 1}]}
  outputs: {query: {rows: [{id: 1, n: 2, total: 2.5}]}}
unread_columns:
  model: shop.joined
  inputs: {shop.a: [{id: 1, amount: 1.25}], raw.things: [{id: 1, flag: 2024-01-01 10:00:00, seen_at: noon, price: 5}, {id: 1, seen_at: late}]}
  outputs: {query: {rows: [{id: 1, n: 2, total: 2.5}]}}
read_columns:
  model: shop.types
  inputs: {raw.things: [{id: 1, name: 2024-01-01, seen_at: 2024-01-01 10:00:00}, {id: 2, name: 2024-01-01, seen_at: 2024-01-01}]}
  outputs: {partial: true, query: [{id: 1, seen_at: 2024-01-01 10:00:00}, {id: 2, seen_at: 2024-01-01 00:00:00}]}
unknown_model: {model: shop.zzz, outputs: {query: []}}
""",
}


def outcomes(folder):
    os.chdir(folder)
    ours = {item["name"]: item["outcome"] for item in towline(folder, "test")["items"]}
    result = Context(paths=[str(folder)]).test()
    theirs = {t.test_name: "passed" for t in result.successes}
    theirs.update({t.test_name: "failed" for t, _ in result.original_failures})
    theirs.update({t.test_name: "error" for t, _ in result.original_errors})
    return ours, theirs


def test_unit_tests_end_alike(tmp_path):
    project(tmp_path, {"config.yaml": CONFIG, **TESTED})
    ours, theirs = outcomes(tmp_path)
    assert ours == theirs
    assert set(theirs.values()) == {"passed", "failed", "error"}


def test_values_of_unit_tests(tmp_path):
    """What is missing, NULL, NaN, nested, of another type, with an offset, a CTE's, inferred: 150 tests of one project."""
    shutil.copytree(pathlib.Path(__file__).parent / "unit_tests", tmp_path / "project")
    ours, theirs = outcomes(tmp_path / "project")
    assert len(theirs) > 140
    assert {name: (ours.get(name), theirs[name]) for name in theirs if ours.get(name) != theirs[name]} == {}
