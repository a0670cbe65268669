#!/usr/bin/env python3
"""Rewrites what real sqlglot prints of the statements of statements.txt.

usage: $TOWLINE_ORACLE_PYTHON tests/golden/query/regenerate_statements.py

A line is DIALECT | STATEMENT | TEXT. `*` holds for every dialect without a line of its own for the statement; the text `-` means that the
dialect cannot read it. New statements are added as `* | STATEMENT | `.
"""

import logging
import pathlib
import warnings

warnings.filterwarnings("ignore")
logging.disable(logging.CRITICAL)

import sqlmesh.core.dialect as sqlmesh_dialect  # noqa: E402
from sqlglot import exp  # noqa: E402

FILE = pathlib.Path(__file__).resolve().parent / "statements.txt"
DIALECTS = ("postgres", "duckdb", "snowflake", "bigquery", "databricks", "spark", "redshift", "tsql", "mysql", "clickhouse", "trino")


def printed(statement, dialect):
    try:
        return exp.maybe_parse(statement, dialect=dialect).sql(dialect=dialect)
    except Exception:
        return "-"


def main():
    sqlmesh_dialect.extend_sqlglot()
    statements = list(dict.fromkeys(line.split(" | ")[1] for line in FILE.read_text().splitlines()))
    lines = []
    for statement in statements:
        common = printed(statement, DIALECTS[0])
        lines.append(f"* | {statement} | {common}")
        lines += [f"{dialect} | {statement} | {own}" for dialect in DIALECTS if (own := printed(statement, dialect)) != common]
    FILE.write_text("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
