"""Unit tests of models in other dialects end as real SQLMesh's do: expressions of tests/golden/translate, each right and wrong.

TOWLINE_TRANSLATIONS=1000 takes all of them (a few otherwise), TOWLINE_RANDOM_SEED=7 others. The text that is right comes from the golden files: the reference's own
text of the expression, run on the same rows."""

import json
import os
import pathlib
import random
import re
import subprocess

import pytest
from sqlmesh import Context

from stack import BIN

GOLDEN = pathlib.Path(__file__).resolve().parent.parent / "golden" / "translate"
COUNT = int(os.environ.get("TOWLINE_TRANSLATIONS", "4"))
SEED = int(os.environ.get("TOWLINE_RANDOM_SEED", "1"))
DIALECTS = sorted(path.stem for path in GOLDEN.glob("*.txt"))
COLUMNS = {"i": "INT", "j": "BIGINT", "f": "DOUBLE", "n": "DECIMAL(10, 2)", "v": "VARCHAR(30)", "d": "DATE", "ts": "TIMESTAMP", "b": "BOOLEAN"}
OWN = {"bigquery": {"i": "INT64", "j": "INT64", "f": "FLOAT64", "n": "NUMERIC", "v": "STRING", "ts": "DATETIME", "b": "BOOL"}, "postgres": {"f": "DOUBLE PRECISION"},
       "redshift": {"f": "DOUBLE PRECISION"}, "databricks": {"v": "STRING"}, "spark": {"v": "STRING"}, "tsql": {"ts": "DATETIME2", "b": "BIT", "f": "FLOAT"}, "mysql": {"ts": "DATETIME"},
       "snowflake": {"ts": "TIMESTAMP_NTZ"}}
ROWS = [{"i": 7, "j": 2, "f": 1.5, "n": 2.25, "v": "abc,1", "d": "2024-01-31", "ts": "2024-01-31 10:20:30", "b": True},
        {"i": 1, "j": 0, "f": 2.5, "n": 0.5, "v": None, "d": "2024-02-29", "ts": "2024-02-01 00:00:00", "b": False},
        {"i": 12, "j": 5, "f": -3.25, "n": 1, "v": '{"a": {"b": 3}}', "d": "2023-07-04", "ts": "2023-12-31 23:59:59", "b": None}]
# Not the same twice, or of the session; CONCAT_WS loses NULL where SQLMesh simplifies it, the golden text does not.
MOVING = re.compile(r"CONCAT_WS|NOW|CURRENT|RAND|UUID|SYSDATE|GETDATE|TODAY|UTC_|UNIX_TIMESTAMP\(\)|NEWID|APPROX|HASH|ANY_VALUE|FIRST|LAST_VALUE|\bLAST\b|LOCALTIME|SYSDATETIME", re.I)
# SQLMesh ends in an error, since no DuckDB has the word; ours runs what the author meant, or what he wrote where DuckDB understands it.
OURS_RUNS = re.compile(r"\bx\b|SAFE\.|OBJECT_CONSTRUCT")

# A moment with a zone, which TIMESTAMP of Databricks is, equals to us the one without that the expected query gives.
ZONED = re.compile(r"date_trunc", re.I)


def expressions(dialect):
    """[(expression, the reference's text)] of queries that read one expression of `typed`."""
    out, query = [], ""
    for line in (GOLDEN / f"{dialect}.txt").read_text().splitlines():
        if line.startswith("=> ") and line != "=> !" and re.fullmatch(r"SELECT (.*) AS x1 FROM typed", query) and not MOVING.search(query):
            out.append((query[len("SELECT "):-len(" AS x1 FROM typed")], line[3:]))
        query = line
    return out


def literal(value):
    return "NULL" if value is None else "TRUE" if value is True else "FALSE" if value is False else repr(value)


def project(folder, dialect, chosen):
    kinds = {**COLUMNS, **OWN.get(dialect, {})}
    upper = str.upper if dialect == "snowflake" else str
    rows = ", ".join("(" + ", ".join(f"CAST({literal(row[c])} AS {COLUMNS[c]})" for c in COLUMNS) + ")" for row in ROWS)
    source = f"(SELECT * FROM (VALUES {rows}) AS t({', '.join(upper(c) for c in COLUMNS)}))"
    (folder / "models").mkdir(parents=True)
    (folder / "tests").mkdir()
    (folder / "config.yaml").write_text(f"gateways: {{local: {{connection: {{type: duckdb, database: ':memory:'}}}}}}\nmodel_defaults: {{dialect: {dialect}, start: '2024-01-01'}}\n")
    (folder / "external_models.yaml").write_text("- name: raw.typed\n  columns: " + json.dumps(kinds) + "\n")
    tests = {}
    for k, (text, reference) in enumerate(chosen):
        (folder / f"models/m{k}.sql").write_text(f"MODEL (name shop.m{k}, kind FULL);\nSELECT {text} AS x1 FROM raw.typed AS typed\n")
        query = re.sub(r'FROM "typed"$', f'FROM {source} AS "typed"', reference, flags=re.I)
        inputs = {"raw.typed": ROWS}
        tests[f"right{k}"] = {"model": f"shop.m{k}", "inputs": inputs, "outputs": {"query": {"query": query}}}
        tests[f"wrong{k}"] = {"model": f"shop.m{k}", "inputs": inputs, "outputs": {"query": [{"x1": "never this"}] * 5}}
    (folder / "tests/test_all.yaml").write_text(json.dumps(tests, indent=1))


def theirs(folder):
    result = Context(paths=[str(folder)]).test()
    out = {t.test_name: "passed" for t in result.successes}
    for word, found in (("failed", result.original_failures), ("error", result.original_errors)):
        out.update({t.test_name: (word, str(error[1])[:400]) for t, error in found})
    return out


def ours(folder):
    done = subprocess.run([str(BIN / "towline"), "-o", "json", "-p", str(folder), "test"], capture_output=True, text=True, timeout=300, stdin=subprocess.DEVNULL)
    assert done.stdout, done.stderr
    return {item["name"]: item for item in json.loads(done.stdout)["items"]}


@pytest.mark.parametrize("dialect", DIALECTS)
def test_verdicts_are_the_same(tmp_path, dialect):
    known = expressions(dialect)
    chosen = random.Random(f"{SEED} {dialect}").sample(known, min(COUNT, len(known)))
    project(tmp_path / "p", dialect, chosen)
    expected, found = theirs(tmp_path / "p"), ours(tmp_path / "p")
    assert set(found) == set(expected)
    wrong = []
    passed = 0
    for name, item in sorted(found.items()):
        want = expected[name] if isinstance(expected[name], str) else expected[name][0]
        passed += want == "passed"
        text = chosen[int(re.sub(r"\D", "", name))][0]
        zoned = dialect == "databricks" and want == "failed" and ZONED.search(text)
        if item["outcome"] == want or zoned or (want == "error" and OURS_RUNS.search(text)):
            continue
        wrong.append(f"{name}: {text}\n  ours {item['outcome']} {item['message']} {item['differences']}\n  SQLMesh {expected[name]}")
    assert not wrong, f"{len(wrong)} of {len(found)}\n" + "\n".join(wrong)
    assert passed > 0
