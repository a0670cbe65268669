#!/usr/bin/env python3
"""Rewrites what real SQLMesh makes of the queries of queries.txt, the lines between `=>` and `<=`.

usage: $TOWLINE_ORACLE_PYTHON tests/golden/query/regenerate.py

A section `## DIALECT` names the dialect of the queries below it. All read far.t (id, ds, region, qty, price, ok), far.o (id, ds, name) and
far.n (id, tags, doc, s) of the catalog memory, whose columns are known; other tables are not. A model's schema holds what it reads:
where that is nothing, sqlglot expands aliases first.
"""

import logging
import pathlib
import re
import warnings

warnings.filterwarnings("ignore")
logging.disable(logging.CRITICAL)

import sqlmesh.core.dialect as sqlmesh_dialect  # noqa: E402
from sqlglot import exp  # noqa: E402
from sqlmesh.core.renderer import QueryRenderer  # noqa: E402

FILE = pathlib.Path(__file__).resolve().parent / "queries.txt"
COLUMNS = {"t": {"id": "INT", "ds": "DATE", "region": "TEXT", "qty": "INT", "price": "DOUBLE", "ok": "BOOLEAN"}, "o": {"id": "INT", "ds": "DATE", "name": "TEXT"}, "n": {"id": "INT", "tags": "ARRAY<TEXT>", "doc": "JSON", "s": "STRUCT<a INT, b TEXT>"}}


def renderer(query, dialect):
    up = str.upper if dialect in ("snowflake", "oracle") else str
    schema = {up("memory"): {up("far"): {up(table): {up(name): exp.DataType.build(kind) for name, kind in columns.items()} for table, columns in COLUMNS.items()}}}
    if "far." not in query.lower():
        schema = {}
    return QueryRenderer(sqlmesh_dialect.parse_one(query, dialect=dialect), dialect, [], schema=schema, default_catalog="memory")


def rendered(query, dialect):
    return renderer(query, dialect).render().sql(dialect=dialect, pretty=True)


def main():
    dialect, query, out, inside = "", [], [], False
    for line in FILE.read_text().splitlines():
        if inside:
            inside = line != "<="
            continue
        if line.startswith("## "):
            dialect = line[3:]
        if line == "=>":
            inside = True
            out += ["=>", *(each.rstrip() for each in rendered("\n".join(query).strip(), dialect).splitlines()), "<="]
            query = []
            continue
        if not re.match("#", line):
            query.append(line)
        out.append(line)
    FILE.write_text("\n".join(out) + "\n")


if __name__ == "__main__":
    main()
