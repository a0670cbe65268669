#!/usr/bin/env python3
"""Writes common/sql/dialects/printed.txt: which text each dialect's functions have when a query is printed again in the same dialect.

usage: $TOWLINE_ORACLE_PYTHON scripts/sql_printed.py      (a Python that has the pinned SQLMesh)

As in sql_functions.py every function is called with placeholders, and what the reference prints becomes a template; nothing is copied. A row is: name,
dialects, signature, template; what comes out as it went in has none. `inverse.txt` holds the time formats the other way round: dialects, neutral, own.
"""

import collections
import itertools
import re

import sql_functions as functions
from sqlglot.dialects.dialect import Dialect

# Names of the reference's own classes, which nobody calls.
NOBODYS = re.compile("(ANONYMOUS|COMBINED|PARAMETERIZED|[A-Z]_[A-Z]_|M_L_|GENERATE_INT|ZIPF|RANDSTR|NEXT_DAY|STRTOK)")
DIALECTS = ("duckdb", "postgres", "bigquery", "snowflake", "redshift", "databricks", "spark", "trino", "tsql", "mysql", "clickhouse")


def shape(dialect, name, arguments):
    """The printed call, or None if the reference refuses it."""
    try:
        tree = functions.sqlmesh_dialect.parse_one(f"{name}({', '.join(arguments)})", dialect=dialect)
        if isinstance(tree, (functions.exp.Query, functions.exp.Command, functions.exp.Create)):
            return None
        return tree.sql(dialect)
    except Exception:
        return None


def template(printed, kinds, other=False):
    if "\n" in printed:
        return None
    for i, kind in enumerate(kinds, 1):
        text = functions.argument(kind, i, other)
        bare = text.strip("'")
        printed = printed.replace(text, f"$${i}").replace(bare.upper(), f"^^{i}")
        if bare in printed:
            return None
    return printed.replace("$$", "$").replace("^^", "^")


def cell(dialect, name, kinds):
    """The template of a call; None if the reference refuses it, "!" if no template says what it prints."""
    printed = shape(dialect, name, [functions.argument(k, i) for i, k in enumerate(kinds, 1)])
    if printed is None:
        return None
    text = template(printed, kinds)
    if set(kinds) & set("sn"):
        again = shape(dialect, name, [functions.argument(k, i, True) for i, k in enumerate(kinds, 1)])
        if again is None or template(again, kinds, True) != text:
            return "!"
    if text is None:
        return "!"
    for i, kind in enumerate(kinds, 1):
        if kind != "s" or f"${i}" not in text:
            continue
        # One more placeholder: a string that is a time format comes out in other words.
        printed = shape(dialect, name, [f"'{functions.FORMAT}'" if j == i else functions.argument(k, j) for j, k in enumerate(kinds, 1)])
        if printed is None:
            return "!"
        changed = template(printed, [k if j != i else "c" for j, k in enumerate(kinds, 1)])
        if changed == text.replace(f"${i}", f"'{functions.FORMAT}'"):
            continue
        owner = Dialect.get_or_raise(dialect)
        neutral = owner.format_time(f"'{functions.FORMAT}'")
        again = neutral and functions.exp.TimeToStr(this=functions.exp.column("a"), format=neutral)
        own = again and owner.generator().format_time(again)
        if not own or changed != text.replace(f"${i}", own):
            return "!"
        text = text.replace(f"${i}", f"~{i}")
    return text


def default(name, n):
    return f"{name}({', '.join(f'${i + 1}' for i in range(n))})"


def rows_of(dialect, name):
    """(signature, template), special kinds of arguments first."""
    rows = []
    for n in range(0, 7):
        general = cell(dialect, name, "c" * n)
        if n and n <= 3:
            for kinds in itertools.product("csn", repeat=n):
                kinds = "".join(kinds)
                if n == 3 and kinds.count("c") < 2 or kinds == "c" * n:
                    continue
                text = cell(dialect, name, kinds)
                if text is not None and text != general:
                    rows.append((kinds, text))
        if general is not None and (general != default(name, n) or any(len(s) == n for s, _ in rows)):
            rows.append((str(n), general))
    return tuple(rows)


def main():
    functions.shape, functions.template = shape, template
    parsers = {d: Dialect.get_or_raise(d).parser_class for d in DIALECTS}
    names = {n for p in parsers.values() for n in {*p.FUNCTIONS, *p.FUNCTION_PARSERS} if re.fullmatch("[A-Z][A-Z_0-9]*", n) and not NOBODYS.match(n)} - functions.SPECIAL
    lines = []
    for name in sorted(names):
        groups = collections.defaultdict(str)
        for dialect, parser in parsers.items():
            if name in parser.FUNCTIONS or name in parser.FUNCTION_PARSERS:
                groups[rows_of(dialect, name)] += functions.LETTERS[dialect]
        for rows, letters in sorted(groups.items(), key=lambda item: item[1]):
            lines += [f"{name} {letters} {signature} {text}" for signature, text in rows]
    (functions.OUT / "printed.txt").write_text("\n".join(lines) + "\n")
    formats = collections.defaultdict(str)
    for dialect in DIALECTS:
        for key, value in Dialect.get_or_raise(dialect).INVERSE_TIME_MAPPING.items():
            formats[(key, value)] += functions.LETTERS[dialect]
    (functions.OUT / "inverse.txt").write_text("".join(f"{letters} {key} {value}\n" for (key, value), letters in sorted(formats.items())))
    print(f"{len(names)} functions, {len(lines)} rows")


if __name__ == "__main__":
    main()
