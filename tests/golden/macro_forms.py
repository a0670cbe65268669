#!/usr/bin/env python3
"""Rewrites macro_forms.txt beside this one: what real SQLMesh makes of the macros that every dialect has other words for.

usage: $TOWLINE_ORACLE_PYTHON tests/golden/macro_forms.py
"""

import logging
import pathlib
import warnings

warnings.filterwarnings("ignore")
logging.disable(logging.CRITICAL)

import sqlmesh.core.dialect as sqlmesh_dialect  # noqa: E402
from sqlmesh.core.macros import MacroEvaluator  # noqa: E402

DIALECTS = ("duckdb postgres bigquery snowflake redshift databricks spark hive trino presto athena tsql fabric mysql clickhouse sqlite risingwave oracle exasol doris starrocks singlestore "
            "materialize dune druid dremio tableau teradata").split()
CALLS = ["@DATE_SPINE('day', '2024-01-01', '2024-02-01')", "@DATE_SPINE('week', '2024-1-1', '2024-02-01')", "@DATE_SPINE('quarter', '2024-01-01', b)",
         "@GENERATE_SURROGATE_KEY(a, b)", "@GENERATE_SURROGATE_KEY(a)", *(f"@GENERATE_SURROGATE_KEY(a, b, hash_function := '{name}')" for name in ("SHA1", "SHA256", "SHA512", "FARM"))]


def main():
    out = ["# Written by macro_forms.py: a dialect, then calls and what they are in it."]
    for dialect in DIALECTS:
        out.append(f"\n## {dialect}\n")
        for call in CALLS:
            made = MacroEvaluator(dialect=dialect).transform(sqlmesh_dialect.parse_one(call, dialect=dialect))
            out.append(f"{call}\n=> {made.sql(dialect)}")
    pathlib.Path(__file__).with_suffix(".txt").write_text("\n".join(out) + "\n")


if __name__ == "__main__":
    main()
