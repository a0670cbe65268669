#!/usr/bin/env python3
"""Rewrites the `=>` lines of the files beside this one with what real SQLMesh makes of the text above each.

usage: $TOWLINE_ORACLE_PYTHON tests/golden/sql/regenerate.py [--seeds FOLDER]

Sections of a file: `## queries` (SQL up to its `=>`: the tables it depends on), `## types` (a type: its text in the dialect), `## expressions`
(an expression of a MODEL property: the text that enters hashes). What the reference refuses is reported and left out of the file.
A file whose head says `those of NAME.txt` has the texts of that file and holds only the answers that differ; `=> !` is one that the reference refuses.
`--seeds` writes each text as an input of tests/fuzz/sql_fuzz instead (the first byte is the dialect).
"""

import logging
import pathlib
import re
import sys
import warnings

warnings.filterwarnings("ignore")
logging.disable(logging.CRITICAL)

HERE = pathlib.Path(__file__).resolve().parent
# The order of Dialect::Name.
DIALECTS = ["", "duckdb", "postgres", "bigquery", "snowflake", "redshift", "databricks", "spark", "hive", "trino", "presto", "athena", "tsql", "fabric", "mysql",
            "clickhouse", "sqlite", "risingwave", "oracle", "exasol", "doris", "starrocks", "singlestore", "materialize", "dune", "druid", "dremio", "tableau", "teradata"]


def blocks(path):
    """(section, text, answer) in order; the first block is the head of the file."""
    section, lines = "", []
    for line in path.read_text().splitlines():
        if line.startswith("## "):
            section, lines = line[3:], []
        elif line.startswith("=>"):
            yield section, "\n".join(lines).strip(), line[2:].strip()
            lines = []
        else:
            lines.append(line)


def expected(section, text, dialect):
    import sqlmesh.core.dialect as sqlmesh_dialect
    from sqlglot import exp
    from sqlglot.optimizer.simplify import gen
    from sqlglot.serde import dump, load
    from sqlmesh.core.model import load_sql_based_model

    if section == "queries":
        parsed = sqlmesh_dialect.parse(f"MODEL (name d.m, dialect {dialect});\n{text}", default_dialect=dialect)
        return ", ".join(sorted(load_sql_based_model(parsed, dialect=dialect).depends_on))
    if section == "types":
        parsed = sqlmesh_dialect.parse(f"MODEL (name d.m, dialect {dialect}, columns (c {text}));\nSELECT 1 AS c", default_dialect=dialect)
        types = load_sql_based_model(parsed, dialect=dialect).columns_to_types
        return next(iter(types.values())).sql(dialect=dialect)
    parsed = sqlmesh_dialect.parse_one(text, dialect=dialect)
    if isinstance(parsed, exp.Command):
        raise ValueError("not understood")
    return gen(load(dump(parsed)))  # as it comes out of SQLMesh's cache


def regenerate(path):
    head = path.read_text().split("\n## ", 1)[0].rstrip("\n")
    out, last = [head], ""
    base = re.search(r"those of (\w+)\.txt", head)
    for section, text, known in blocks(HERE / f"{base[1]}.txt" if base else path):
        try:
            answer = expected(section, text, path.stem)
        except Exception as error:
            if not base:
                print(f"{path.name}: left out, {type(error).__name__}: {text[:100]}")
                continue
            answer = "!"
        if base and answer == known:
            continue
        if section != last:
            out.append(f"\n## {section}\n")
            last = section
        out.append((f"{text}\n=> {answer}" + ("\n" if section == "queries" else "")).rstrip(" "))
    path.write_text("\n".join(out).rstrip("\n") + "\n")


def seeds(path, folder):
    for number, (_, text, _) in enumerate(blocks(path)):
        (folder / f"{path.stem}-{number}").write_bytes(bytes([DIALECTS.index(path.stem)]) + text.encode())


if __name__ == "__main__":
    for file in sorted(HERE.glob("*.txt"), key=lambda file: ("those of" in file.read_text().split("\n", 1)[0], file.name)):
        if sys.argv[1:2] == ["--seeds"]:
            seeds(file, pathlib.Path(sys.argv[2]))
        else:
            regenerate(file)
