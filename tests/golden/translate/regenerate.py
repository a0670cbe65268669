#!/usr/bin/env python3
"""Rewrites the `=>` lines of the files beside this one: the query above each as the reference writes it for DuckDB.

usage: $TOWLINE_ORACLE_PYTHON tests/golden/translate/regenerate.py

A file is named for its dialect. The table `typed` has the columns of TYPED, nothing is known of others. A line `=> !` is left as it is: the query
must be refused by name.
"""

import logging
import pathlib

from sqlglot import exp, parse_one
from sqlglot.optimizer.annotate_types import annotate_types
from sqlglot.optimizer.normalize_identifiers import normalize_identifiers
from sqlglot.schema import MappingSchema

logging.disable(logging.CRITICAL)
TYPED = {"i": "INT", "j": "BIGINT", "f": "DOUBLE", "n": "DECIMAL(10, 2)", "v": "VARCHAR", "d": "DATE", "ts": "TIMESTAMP", "b": "BOOLEAN"}


def translated(query, dialect):
    tree = normalize_identifiers(parse_one(query, read=dialect), dialect=dialect)
    if {t.name.lower() for t in tree.find_all(exp.Table)} == {"typed"}:
        fold = str.upper if dialect == "snowflake" else str
        schema = MappingSchema({fold("typed"): {fold(k): v for k, v in TYPED.items()}}, dialect=dialect, normalize=False)
        plain = [c for c in tree.find_all(exp.Column) if not c.table]
        for column in plain:
            column.set("table", exp.to_identifier(fold("typed")))
        tree = annotate_types(tree, schema=schema, dialect=dialect)
        for column in plain:
            column.set("table", None)
    return tree.sql(dialect="duckdb", identify=True)


def main():
    for path in sorted(pathlib.Path(__file__).resolve().parent.glob("*.txt")):
        out, query = [], ""
        for line in path.read_text().splitlines():
            if line.startswith("=>") and not line.startswith("=> !"):
                line = "=> " + translated(query, path.stem)
            elif not line.startswith("#") and line:
                query = line
            out.append(line)
        path.write_text("\n".join(out) + "\n")


if __name__ == "__main__":
    main()
