#!/usr/bin/env python3
"""Rewrites what real SQLMesh finds wrong with the columns of the queries of findings.txt: the lines that begin with `=>`.

usage: $TOWLINE_ORACLE_PYTHON tests/golden/query/regenerate_findings.py

One query is one line. Tables and their columns are those of regenerate.py.
"""

import pathlib

import regenerate
from sqlmesh.core.linter.rules.builtin import AmbiguousOrInvalidColumn

FILE = pathlib.Path(__file__).resolve().parent / "findings.txt"


def finding(query, dialect):
    renderer = regenerate.renderer(query, dialect)
    renderer.render()
    return f"=> {renderer._violated_rules.get(AmbiguousOrInvalidColumn, '')}".rstrip()


def main():
    dialect, out = "", []
    for line in FILE.read_text().splitlines():
        if line.startswith("=>"):
            continue
        out.append(line)
        if line.startswith("## "):
            dialect = line[3:]
        elif line and not line.startswith("#"):
            out.append(finding(line, dialect))
    FILE.write_text("\n".join(out) + "\n")


if __name__ == "__main__":
    main()
