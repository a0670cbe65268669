"""Edits of queries, told to both: only metadata, only columns added, or a change that rebuilds.

TOWLINE_EDITS=500 tells more of each dialect, TOWLINE_RANDOM_SEED=7 others; as a program it prints what differs: test_edits.py DIALECT SEED COUNT.
A disagreement that is mended becomes a case of tests/unit/query/compare_test.cpp."""

import collections
import logging
import os
import subprocess
import sys

import pytest
from sqlglot import exp
from sqlglot.schema import MappingSchema
from sqlmesh.core.console import NoopConsole, set_console
from sqlmesh.core.dialect import normalize_model_name, parse
from sqlmesh.core.model import load_sql_based_model

import random_edits
from stack import BIN

COUNT = int(os.environ.get("TOWLINE_EDITS", "15"))
SEED = int(os.environ.get("TOWLINE_RANDOM_SEED", "1"))
CATALOG = "c"
TABLES = {"raw.orders": random_edits.ORDERS, "raw.items": random_edits.ITEMS}
set_console(NoopConsole())
logging.getLogger("sqlglot").setLevel(logging.CRITICAL)
logging.getLogger("sqlmesh").setLevel(logging.CRITICAL)


def schema_of(dialect):
    """{FQN: {column: type}}, names and types as the dialect has them."""
    fold = str.upper if dialect == "snowflake" else str
    return {normalize_model_name(name, CATALOG, dialect): {fold(column): exp.DataType.build(kind) for column, kind in columns.items()} for name, columns in TABLES.items()}


def model(dialect, query):
    made = load_sql_based_model(parse(f"MODEL (name db.m, kind FULL, dialect {dialect});\n{query}", default_dialect=dialect), dialect=dialect, default_catalog=CATALOG)
    schema = MappingSchema(dialect=dialect, normalize=False)
    for name, columns in schema_of(dialect).items():
        schema.add_table(exp.to_table(name), columns, normalize=False)
    made.update_schema(schema)
    return made


def theirs(dialect, before, after):
    """None where SQLMesh has no answer."""
    try:
        old, new = model(dialect, before), model(dialect, after)
        if new.is_metadata_only_change(old):
            return "metadata"
        return "added" if new.is_breaking_change(old) is False else "other"
    except Exception:  # whatever SQLMesh raises
        return None


def schema_of_line(dialect):
    return "|".join(f"{name}=" + ";".join(f"{column}:{kind.sql(dialect=dialect)}" for column, kind in columns.items()) for name, columns in schema_of(dialect).items())


def answers(lines):
    lines = "".join("\t".join(line) + "\n" for line in lines)
    done = subprocess.run([str(BIN.parent / "tests" / "differential" / "edit_probe")], input=lines, capture_output=True, text=True, timeout=600)
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


def ours(dialect, pairs):
    schema = schema_of_line(dialect)
    return answers((dialect, schema, *pair) for pair in pairs)


def compared(dialect, pairs):
    """(alike, all, [(theirs, ours, before, after)] of the rest)"""
    expected = [theirs(dialect, *pair) for pair in pairs]
    kept = [(pair, word) for pair, word in zip(pairs, expected) if word]
    said = ours(dialect, [pair for pair, _ in kept])
    wrong = [(word, mine, *pair) for (pair, word), mine in zip(kept, said, strict=True) if word != mine]
    return len(kept) - len(wrong), len(kept), wrong


def harmful(each):
    """Called less than it is."""
    rank = {"metadata": 0, "added": 1, "other": 2}
    return rank.get(each[1], -1) < rank[each[0]]


@pytest.mark.parametrize("dialect", random_edits.DIALECTS)
def test_random_edits(dialect):
    alike, total, wrong = compared(dialect, random_edits.pairs(dialect, SEED, COUNT))
    print(f"{dialect}: {alike} of {total} edits are called alike")
    bad = [each for each in wrong if harmful(each)]
    assert total > COUNT // 2 and not bad and alike >= 0.9 * total, "\n".join("\n    ".join(each) for each in wrong)


def main():
    dialects = random_edits.DIALECTS if sys.argv[1] == "all" else (sys.argv[1],)
    everything, kinds = [0, 0], collections.Counter()
    for dialect in dialects:
        alike, total, wrong = compared(dialect, random_edits.pairs(dialect, int(sys.argv[2]), int(sys.argv[3])))
        everything[0] += alike
        everything[1] += total
        for each in wrong:
            kinds[each[:2]] += 1
            print(("!! " if harmful(each) else "") + dialect + "\n    ".join(("", *each)), flush=True)
        print(f"{dialect}: {alike} of {total} edits are called alike", flush=True)
    print(*everything, dict(kinds))


if __name__ == "__main__":
    main()
