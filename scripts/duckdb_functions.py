#!/usr/bin/env python3
"""Writes common/translate/functions.txt: what each dialect's functions are in DuckDB.

usage: $TOWLINE_ORACLE_PYTHON scripts/duckdb_functions.py [--coarse] [NAME...]      (a Python that has the pinned SQLMesh; names limit what is done anew,
and `--coarse` looks at fewer kinds of arguments, which is enough for what nobody uses with two of them)

Nothing is copied: every function of every dialect is called with placeholders, once per number of arguments and kind of argument, and what the
reference prints for DuckDB becomes a template. The file is data of common/translate/function_rows.cpp, which explains the format.
"""

import collections
import itertools
import logging
import multiprocessing
import pathlib
import re
import sys

logging.disable(logging.CRITICAL)

from sqlglot import exp  # noqa: E402
from sqlglot.dialects.dialect import Dialect  # noqa: E402
from sqlglot.optimizer.annotate_types import annotate_types  # noqa: E402
from sqlglot.schema import MappingSchema  # noqa: E402
from sqlglot.time import format_time  # noqa: E402

OUT = pathlib.Path(__file__).resolve().parents[1] / "common" / "translate" / "functions.txt"
# One letter a dialect, in the order of enum class Dialect.
LETTERS = dict(zip(["", "duckdb", "postgres", "bigquery", "snowflake", "redshift", "databricks", "spark", "hive", "trino", "presto", "athena", "tsql", "fabric",
                    "mysql", "clickhouse", "sqlite", "risingwave", "oracle", "exasol"], "abcdefghijklmnopqrst"))
DONE = ["duckdb", "postgres", "bigquery", "snowflake", "redshift", "databricks", "spark", "trino", "tsql", "mysql", "clickhouse"]
DUCKDB = Dialect.get_or_raise("duckdb")
# Read by rules of the parser, or no functions of expressions.
SPECIAL = set("""INSERT CAST TRY_CAST SAFE_CAST CONVERT TRY_CONVERT CASE ANY ALL SOME VALUES STRUCT JSON_TABLE XMLELEMENT XMLTABLE OPENJSON BROADCAST BROADCASTJOIN
MAPJOIN MERGEJOIN SHUFFLEMERGE SHUFFLE_HASH SHUFFLE_REPLICATE_NL AND OR NOT EXISTS APPLY MERGE SHUFFLE_MERGE SELECT INTERVAL ARRAY TUPLE COLUMNS PARTITION_BY PIVOT IN
BETWEEN GAP_FILL PREDICT FORECAST GENERATE_EMBEDDING GENERATE_TEXT_EMBEDDING VECTOR_SEARCH FEATURES_AT_TIME ANONYMOUS POSITION TRIM""".split())
# By hand in by_value.cpp: they depend on more than the kinds of their arguments.
BY_VALUE = set("""JSON_EXTRACT JSON_EXTRACT_SCALAR JSON_VALUE JSON_QUERY JSON_EXTRACT_PATH JSON_EXTRACT_PATH_TEXT JSON_EXTRACT_ARRAY JSON_QUERY_ARRAY JSON_VALUE_ARRAY
JSON_EXTRACT_STRING_ARRAY GET_JSON_OBJECT GET_PATH GET JSONEXTRACTSTRING REGEXP_SUBSTR DECODE HASHBYTES DATENAME NAMED_STRUCT""".split())
UNIT_OR_VALUE = {"TRUNC"}  # the second argument is a unit of time, or not
UNITS = """YEAR QUARTER MONTH WEEK DAY HOUR MINUTE SECOND MILLISECOND MICROSECOND NANOSECOND ISOWEEK ISOYEAR WEEK(MONDAY) WEEK(SUNDAY) WEEK(SATURDAY) DAYOFWEEK DAYOFWEEKISO
DAYOFMONTH DAYOFYEAR WEEKISO WEEKOFYEAR YEAROFWEEK YEAROFWEEKISO EPOCH EPOCH_SECOND EPOCH_MILLISECOND EPOCH_MICROSECOND EPOCH_NANOSECOND DOW DOY ISODOW DECADE CENTURY
MILLENNIUM DATE TIME TIMEZONE_HOUR TIMEZONE_MINUTE""".split()
FORMAT = "YYYY-MM-DD yyyy-MM-dd HH24:MI:SS %Y-%m-%d %i %s %T %e %h %W %M %c %k"
# c: nothing is known; s, n, z, o: a string, a number, 0, 1; i: an interval; the others: a value of this type
TYPES = {"I": "bigint", "F": "double", "N": "decimal(10, 2)", "V": "varchar", "D": "date", "T": "timestamp", "Z": "timestamptz", "t": "time", "B": "boolean", "A": "array<varchar>",
         "J": "json", "X": "varbinary", "S": "struct<a int>", "M": "map<varchar, varchar>"}
# How a dialect names the types that others name otherwise.
OWN = {"snowflake": {"T": "TIMESTAMP_NTZ", "Z": "TIMESTAMP_TZ", "J": "VARIANT"}, "databricks": {"T": "TIMESTAMP_NTZ", "Z": "TIMESTAMP", "J": "VARIANT"},
       "spark": {"T": "TIMESTAMP_NTZ", "Z": "TIMESTAMP"}, "bigquery": {"T": "DATETIME", "Z": "TIMESTAMP"}, "mysql": {"T": "DATETIME", "Z": "TIMESTAMP"},
       "tsql": {"T": "DATETIME2", "Z": "DATETIMEOFFSET"}, "fabric": {"T": "DATETIME2", "Z": "DATETIMEOFFSET"}, "postgres": {"J": "JSONB"}}
KINDS = "csnzoi" + "".join(TYPES)


def schema_of(dialect):
    own = OWN.get(dialect, {})
    types = {k: exp.DataType.build(own.get(k, text), dialect=dialect if k in own else None) for k, text in TYPES.items()}
    return MappingSchema({"t": {f"q{k}{i}q": made for k, made in types.items() for i in range(1, 8)}}, dialect=dialect, normalize=False)


SCHEMAS = {d: schema_of(d) for d in DONE}


def argument(kind, i, other=False):
    """A placeholder; letters that stand for nothing in a time format. With `other` a second one, to see what depends on the value."""
    word, number = ("qxk", "88") if other else ("xqj", "77")
    if kind == "i":
        return f"INTERVAL '{number}{i}' {'MONTH' if other else 'DAY'}"
    fixed = {"s": f"'{word}{i}{word}'", "n": f"{number}{i}", "z": "0", "o": "1"}
    return fixed.get(kind) or f"t.q{kind}{i}q"


def tree_of(dialect, name, arguments):
    inside = " FROM ".join(arguments) if name == "EXTRACT" and len(arguments) == 2 else ", ".join(arguments)
    for text in (f"{name}({inside})", *([name] if not arguments else [])):
        try:
            tree = Dialect.get_or_raise(dialect).parse(f"SELECT {text} FROM t")[0]
            if not isinstance(tree, exp.Select) or len(tree.selects) != 1 or isinstance(tree.selects[0], (exp.Column, exp.Alias)):
                continue
            return annotate_types(tree, schema=SCHEMAS[dialect], dialect=dialect)
        except Exception:
            continue
    return None


def shape(dialect, name, arguments):
    """What the reference prints for a call, or None if it refuses."""
    tree = tree_of(dialect, name, arguments)
    if tree is None:
        return None
    try:
        text = tree.sql(dialect="duckdb", unsupported_level=None)
    except Exception:
        return None
    if not text.startswith("SELECT ") or not text.endswith(" FROM t"):
        return None
    return text[len("SELECT "):-len(" FROM t")]


def template(printed, kinds, other=False):
    """`$1` is the first argument, `%1` its unit; None if its text was read as something else."""
    if printed is None or "_u" in printed:
        return None
    printed = printed.replace("\n", "\u2424").replace("\r", "\u240d")
    for i, kind in enumerate(kinds, 1):
        if kind.startswith("="):
            unit = kind[1:]
            printed = re.sub(rf"(?<![A-Za-z_]){re.escape(unit)}(?![A-Za-z_])", f"%{i}", printed, flags=re.I)
            continue
        if kind in "zo":
            continue
        text = argument(kind, i, other)
        printed = printed.replace(text, f"${i}")
        if kind == "i":
            value, unit = text.split(" ")[1:]
            printed = printed.replace(value, f"#{i}").replace(value.strip("'"), f"##{i}")
            if "#" in printed:
                printed = re.sub(rf"(?<![A-Za-z_]){unit}(?![A-Za-z_])", f"@{i}", printed)
        elif kind == "s":
            printed = printed.replace("'$." + text.strip("'") + "'", f"&{i}")
        if re.search(r"(?i)xqj|qxk|q[a-z]\dq|77\d|88\d", printed) and i == len(kinds):
            return None
    return printed


def with_formats(dialect, name, kinds, text):
    """Marks strings that are time formats as `~1`."""
    for i, kind in enumerate(kinds, 1):
        if kind != "s" or f"${i}" not in text:
            continue
        printed = shape(dialect, name, [f"'{FORMAT}'" if j == i else placeholder(k, j) for j, k in enumerate(kinds, 1)])
        changed = template(printed, [k if j != i else "z" for j, k in enumerate(kinds, 1)])
        if changed is None:
            return None
        if changed == text.replace(f"${i}", f"'{FORMAT}'"):
            continue
        converted = Dialect.get_or_raise(dialect).format_time(f"'{FORMAT}'")
        own = converted and format_time(converted.sql(), DUCKDB.INVERSE_TIME_MAPPING, DUCKDB.INVERSE_TIME_TRIE)
        if own is None or changed != text.replace(f"${i}", own):
            return None
        text = text.replace(f"${i}", f"~{i}")
    return text


def placeholder(kind, i, other=False, quote_units=False):
    if kind.startswith("="):
        return f"'{kind[1:]}'" if quote_units else kind[1:]
    return argument(kind, i, other)


QUOTED = {}


def cell(dialect, name, kinds):
    """A template; "!" if it cannot be told; None if the reference refuses."""
    texts = [placeholder(k, i, False, QUOTED.get((dialect, name, len(kinds), i))) for i, k in enumerate(kinds, 1)]
    printed = shape(dialect, name, texts)
    if printed is None:
        return None
    text = template(printed, kinds)
    if text is not None and set("".join(kinds)) & set("sni"):
        again = shape(dialect, name, [placeholder(k, i, True, QUOTED.get((dialect, name, len(kinds), i))) for i, k in enumerate(kinds, 1)])
        if again is None or template(again, kinds, True) != text:
            return "!"
    if text is not None and "s" in kinds:
        text = with_formats(dialect, name, kinds, text)
    return "!" if text is None else text


def unit_position(dialect, name, n, i):
    """True if argument i of n is a unit of time."""
    words = ["MONTH" if j == i else argument("c", j) for j in range(1, n + 1)]
    tree = tree_of(dialect, name, words)
    if tree is not None and not any(c.name.upper() == "MONTH" for c in tree.find_all(exp.Column)) and not any(c.name.upper() == "MONTH" for c in tree.find_all(exp.Identifier)):
        return True
    words[i - 1] = "'month'"
    printed = shape(dialect, name, words)
    if printed is not None and "'month'" not in printed and "month" in printed.lower():
        words[i - 1] = "'xqjq'"
        other = shape(dialect, name, words)
        if other is None or "'xqjq'" not in other:
            QUOTED[(dialect, name, n, i)] = True
            return True
    return False


def units_of(dialect, name):
    """Parts of a date are more than what can be added to one; only BigQuery names the first day of a week."""
    part = re.search("PART|EXTRACT", name)
    return [u for i, u in enumerate(UNITS) if (part or i < 13 or "(" in u) and ("(" not in u or dialect == "bigquery")]


def rows_for(dialect, name, n, plain=False):
    """[(signature, template)] for calls with n arguments, the first that matches counts."""
    units = [n <= 4 and not plain and unit_position(dialect, name, n, i) for i in range(1, n + 1)]
    base = tuple("=MONTH" if u else "c" for u in units)
    first = cell(dialect, name, base)
    for last in ("s", "i"):
        if first is None and n > 0:
            base = tuple("=MONTH" if u else last if last == "s" or i == n - 1 else "c" for i, u in enumerate(units))
            first = cell(dialect, name, base)
    if first is None:
        return []
    if n == 0:
        return [("-", first)]
    classes = []  # per position: {template when varied alone: [kinds]}
    for i in range(n):
        choices = ["=" + u for u in units_of(dialect, name)] if units[i] else list(KINDS if n == 1 else "csnzoiIFNVDTZA" if n == 2 else "csnoIVDT" if n == 3 else "cn" if n == 4 else base[i])
        if "i" in choices and not re.search("DATE|TIME|ADD|SUB", name):
            choices.remove("i")
        found = collections.defaultdict(list)
        for kind in choices:
            text = cell(dialect, name, tuple(kind if j == i else b for j, b in enumerate(base)))
            if kind in "zo" and text is not None and "!" not in found:  # most calls do not look at the number
                plain = next((t for t, kinds in found.items() if "n" in kinds), "")
                text = plain if text == plain.replace(f"${i + 1}", "01"[kind == "o"]) else text
            if text is not None:
                found[text].append(kind)
        classes.append(found)
    out = []
    combinations = list(itertools.product(*[list(c.values()) for c in classes]))
    if len(combinations) > (600 if name.endswith("_DIFF") else 150):
        combinations = [k for k in combinations if sum(base[j] not in group for j, group in enumerate(k)) <= 2]
    for groups in combinations:
        kinds = tuple(base[j] if base[j] in group else group[0] for j, group in enumerate(groups))
        text = cell(dialect, name, kinds)
        if text is None:
            text = "!"
        out.append((groups, text))
    return merged(out, base, first, units)


def merged(cells, base, first, units):
    """A shorter list of rows with sets of kinds; what stands for most goes last, as `.`."""
    rows = []
    common = collections.Counter()
    for groups, text in cells:
        weight = 1
        for g in groups:
            weight *= len(g)
        common[text] += weight
    default = common.most_common(1)[0][0]
    by_text = collections.defaultdict(list)
    for groups, text in cells:
        if text != default:
            by_text[text].append(tuple(frozenset(g) for g in groups))
    for text, boxes in by_text.items():
        joined = True
        while joined and len(boxes) > 1:  # boxes that differ in one side only become one
            joined = False
            for a, b in itertools.combinations(boxes, 2):
                differing = [i for i in range(len(a)) if a[i] != b[i]]
                if len(differing) == 1:
                    i = differing[0]
                    boxes = [x for x in boxes if x not in (a, b)] + [a[:i] + (a[i] | b[i],) + a[i + 1:]]
                    joined = True
                    break
        for box in boxes:
            rows.append((signature(box, units), text))
    rows.sort()
    rows.append((",".join("u" if u else "." for u in units), default))
    return rows


def signature(box, units):
    out = []
    for unit, kinds in zip(units, box):
        if unit:
            names = sorted(k[1:] for k in kinds)
            out.append("u" if len(names) > 12 else "=" + "|".join(names))
        else:
            out.append("." if len(kinds) == len(KINDS) else "".join(k for k in KINDS if k in kinds))
    return ",".join(out)


def rows_of(dialect, name):
    rows = []
    general = {}
    for n in range(0, 6):
        found = rows_for(dialect, name, n)
        general[n] = found[0][1] if len(found) == 1 else None
        rows += found
        if name in UNIT_OR_VALUE and n == 2:
            rows += rows_for(dialect, name, n, True)
    # Any number of arguments.
    many = [n for n in range(3, 6) if general.get(n)]
    if len(many) == 3:
        shapes = {general[n].replace(", ".join(f"${i}" for i in range(1, n + 1)), "$*").replace(" || ".join(f"${i}" for i in range(1, n + 1)), "$|") for n in many}
        if len(shapes) == 1 and re.search(r"\$[*|]", next(iter(shapes))):
            star = shapes.pop()
            rows = [r for r in rows if r[0].count(",") < 2 or r[0].strip(".,")] + [("*", star)]
    if rows and all(text in (f"{name}($*)", f"{name}({', '.join(f'${i}' for i in range(1, s.count(',') + 2))})", f"{name}()") and not s.strip(".,*-") for s, text in rows):
        return ()
    return tuple(rows)


def coarse_rows(dialect, name):
    """Rows of a rare function: every argument of one kind at a time. What is not the same for all of them is refused."""
    rows, plain = [], True
    for n in range(0, 5):
        found = {cell(dialect, name, (kind,) * n) for kind in ("csnIVDT" if 0 < n < 3 else "cs" if n else "c")} - {None}
        if not found:
            continue
        text = found.pop() if len(found) == 1 else "!"
        same = text == f"{name}({', '.join(f'${i}' for i in range(1, n + 1))})"
        plain = plain and same
        rows.append((",".join("." * n) or "-", text))
    return () if plain else (*rows, ("*", "!"))


def lines_of(name):
    groups = collections.defaultdict(list)
    for dialect in DONE:
        parser = Dialect.get_or_raise(dialect).parser_class
        known = name in parser.FUNCTIONS or name in parser.FUNCTION_PARSERS or name in parser.NO_PAREN_FUNCTION_PARSERS or name in NO_PAREN[dialect] or name == "EXTRACT"
        # Not once per builder: settings of the dialect enter the trees (ARRAY_AGG, CONCAT, REGEXP_EXTRACT).
        groups[(coarse_rows if COARSE else rows_of)(dialect, name) if known else ()].append(dialect)
    lines = []
    for rows, dialects in groups.items():
        letters = "".join(LETTERS[d] for d in dialects)
        lines += [f"{name} {letters} {s} {text}" for s, text in rows]
    return lines


COARSE = "--coarse" in sys.argv
NO_PAREN = {d: {t.name for t in Dialect.get_or_raise(d).parser_class.NO_PAREN_FUNCTIONS} for d in DONE}


def main():
    parsers = [Dialect.get_or_raise(d).parser_class for d in DONE]
    names = {n for p in parsers for n in {*p.FUNCTIONS, *p.FUNCTION_PARSERS} if re.fullmatch("[A-Z][A-Z_0-9]*", n)} | set().union(*NO_PAREN.values()) | {"EXTRACT"}
    names -= SPECIAL | BY_VALUE
    only = set(sys.argv[1:]) - {"--coarse"}
    kept = collections.defaultdict(list)
    if only:  # the others stay as they are
        for line in OUT.read_text().splitlines():
            kept[line.split(" ", 1)[0]].append(line)
    todo = [n for n in dict.fromkeys(sys.argv[1:]) if n in names] if only else sorted(names)
    with multiprocessing.Pool(2) as pool:
        for count, (name, lines) in enumerate(zip(todo, pool.imap(lines_of, todo))):
            kept[name] = lines
            if count % 25 == 24 or count + 1 == len(todo):  # what is done is kept if somebody stops it
                OUT.write_text("".join(f"{line}\n" for key in sorted(kept) for line in kept[key]))
                print(f"{count + 1} of {len(todo)} functions", flush=True)


if __name__ == "__main__":
    main()
