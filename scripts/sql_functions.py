#!/usr/bin/env python3
"""Writes common/sql/dialects/*.txt: how each dialect's functions, units and time formats read in canonical form.

usage: $TOWLINE_ORACLE_PYTHON scripts/sql_functions.py [NAME...]      (a Python that has the pinned SQLMesh; names limit what is done anew)

Nothing is copied: every function of every dialect is called with placeholders, once per number of arguments and kind of argument (a column, a
string, a number), and what the reference prints becomes a template. The files are data of common/sql/function_text.cpp, which explains the format.
"""

import collections
import functools
import itertools
import logging
import pathlib
import re
import sys
import warnings

warnings.filterwarnings("ignore")
logging.disable(logging.CRITICAL)

import sqlmesh.core.dialect as sqlmesh_dialect  # noqa: E402
from sqlglot import exp  # noqa: E402
from sqlglot.dialects.dialect import Dialect  # noqa: E402
from sqlglot.optimizer.simplify import gen as printed  # noqa: E402
from sqlglot.serde import dump, load  # noqa: E402



def gen(tree):
    """SQLMesh hashes what it has put into its cache and taken out again: arguments that are empty lists are gone."""
    return printed(load(dump(tree)))


OUT = pathlib.Path(__file__).resolve().parents[1] / "common" / "sql" / "dialects"
# One letter a dialect, as in dialect.h.
LETTERS = dict(zip(["", "duckdb", "postgres", "bigquery", "snowflake", "redshift", "databricks", "spark", "hive", "trino", "presto", "athena", "tsql", "fabric",
                    "mysql", "clickhouse", "sqlite", "risingwave", "oracle", "exasol", "doris", "starrocks", "singlestore", "materialize", "dune", "druid", "dremio", 
                    "tableau", "teradata"], "abcdefghijklmnopqrstuvwxyzABC"))
# Read by rules of the parser, or no functions of expressions.
SPECIAL = set("""INSERT CAST TRY_CAST SAFE_CAST CONVERT TRY_CONVERT CASE EXTRACT ANY ALL SOME VALUES STRUCT JSON_TABLE XMLELEMENT XMLTABLE OPENJSON BROADCAST BROADCASTJOIN
MAPJOIN MERGEJOIN SHUFFLEMERGE SHUFFLE_HASH SHUFFLE_REPLICATE_NL AND OR NOT EXISTS APPLY MERGE SHUFFLE_MERGE SELECT INTERVAL ARRAY TUPLE MAP COLUMNS
PARTITION_BY PIVOT IN BETWEEN GAP_FILL PREDICT FORECAST GENERATE_EMBEDDING GENERATE_TEXT_EMBEDDING VECTOR_SEARCH FEATURES_AT_TIME ANONYMOUS""".split())
# What placeholders do not show: words without brackets, strings of one letter.
EXTRA = {"SYSDATE": ["SYSDATE fs 0 CURRENT_TIMESTAMP(True,False)"], "SPLITBYCHAR": ["SPLITBYCHAR p s. SPLIT($2,$1)"]}
UNITS = """c dec millisecon d day days dd ddd yy yyyy yyy yr years year mm m mon mons months month q qq qtr qtrs quarter quarters h hh hr hrs hour hours mi n min mins minute minutes s ss sec secs
second seconds ms msec millisecond milliseconds us usec microsecond microseconds ns nsec nanosecond w wk ww week weeks isowk iso_week dw dow weekday dayofweek dayofweek_iso dy y
isoweek weekofyear doy dayofyear epoch epoch_second decade century millennium tzh tzm date yrs dayofmonth weekday_iso dow_iso dw_iso woy wy week_iso weekofyeariso weekofyear_iso msecs
msecond mseconds millisec millisecs usecs microsec microsecs usecond useconds nanosec nsecond nseconds nanosecs epoch_seconds epoch_milliseconds
epoch_microseconds epoch_nanoseconds decs decades mil mils millenia cent cents centuries""".split()
LITERALS = {"HASHBYTES": ("SHA2_256", "SHA2_512", "SHA1", "SHA", "MD5")}
PATH = "JSONPATH :expressions,JSONPATHROOT,JSONPATHKEY :this,"
FORMAT = "YYYY-MM-DD yyyy-MM-dd HH24:MI:SS %Y-%m-%d %i %s %T %e %h %W %M %c %k"


def shape(dialect, name, arguments):
    """What the reference prints for a call, or None if it refuses."""
    try:
        tree = sqlmesh_dialect.parse_one(f"{name}({', '.join(arguments)})", dialect=dialect or None)
        if isinstance(tree, (exp.Query, exp.Command, exp.Create)):
            return None
        return gen(tree)
    except Exception:
        return None


def argument(kind, i, other=False):
    """A placeholder; letters that stand for nothing in a time format. With `other` a second one, to see what depends on the value."""
    word, number = ("qxk", "88") if other else ("xqj", "77")
    return {"c": f"{word}{i}{word}", "s": f"'{word}{i}{word}'", "n": f"{number}{i}", "z": "0", "i": f"INTERVAL '{number}{i}' DAY"}[kind]


def template(printed, kinds, other=False):
    """`$1` is the first argument, `^1` its upper-case text; None if its text was read as something else."""
    if "\n" in printed:
        return None
    for i, kind in enumerate(kinds, 1):
        text = argument(kind, i, other)
        if kind == "i":
            value = text.split(" ")[1]
            printed = printed.replace(f"INTERVAL :this,{value},:unit,DAY", f"${i}")
            if value in printed:
                printed = printed.replace(value, f"#{i}").replace("DAY", f"@{i}")
            continue
        if kind == "z":
            continue
        bare = text.strip("'")
        if kind == "s":
            printed = printed.replace(PATH + bare, f"&{i}")
        printed = printed.replace(text, f"${i}").replace(bare.upper(), f"^{i}")
        if kind == "s" and bare in printed:
            return None
    return printed


def with_formats(dialect, name, kinds, text):
    """Marks strings that are time formats as `~1`."""
    for i, kind in enumerate(kinds, 1):
        if kind != "s" or f"${i}" not in text:
            continue
        printed = shape(dialect, name, [f"'{FORMAT}'" if j == i else argument(k, j) for j, k in enumerate(kinds, 1)])
        if printed is None:
            return None
        changed = template(printed, [k if j != i else "c" for j, k in enumerate(kinds, 1)])
        if changed == text.replace(f"${i}", f"'{FORMAT}'"):
            continue
        owner = Dialect.get_or_raise(dialect or None)
        converted = owner.format_time(f"'{FORMAT}'")
        if converted is None or changed != text.replace(f"${i}", converted.sql()):
            return None
        text = text.replace(f"${i}", f"~{i}")
    return text


def with_paths(dialect, name, kinds, text):
    """None if a string is a key of its own and not a path, or if there are more of them."""
    i = int(text[text.index("&") + 1])
    printed = shape(dialect, name, ["'a.b'" if j == i else argument(k, j) for j, k in enumerate(kinds, 1)])
    return text if text.count("&") == 1 and printed and f"{PATH}a,JSONPATHKEY :this,b" in printed else None


@functools.lru_cache(maxsize=None)
def unit_words(dialect, name, count, i):
    """The words that argument `i` of a call translates, or None if some word changes more than itself."""
    kinds = ("c",) * count
    printed = shape(dialect, name, [argument(k, j) for j, k in enumerate(kinds, 1)])
    before, mark, after = (template(printed, kinds) if printed else "").partition(f"^{i}")
    if not mark:
        return None
    words = {}
    for unit in UNITS:
        printed = shape(dialect, name, [unit if j == i else argument(k, j) for j, k in enumerate(kinds, 1)])
        printed = template(printed, kinds) if printed else None
        if printed is None or not (printed.startswith(before) and printed.endswith(after)):
            return None
        value = printed[len(before):len(printed) - len(after)] if after else printed[len(before):]
        if value != unit.upper():
            words[unit] = value
    return tuple(sorted(words.items()))


def unit_class(dialect, name, kinds, text, classes):
    """Replaces `^1` by `%<class>1` where words are translated; a class is a table of words."""
    for i in range(1, len(kinds) + 1):
        if f"^{i}" not in text:
            continue
        words = unit_words(dialect, name, len(kinds), i)
        if words is None:
            return None
        if words:
            letter = classes.setdefault(words, "ABCDEFGHIJKLMNOP"[len(classes)])
            text = text.replace(f"^{i}", f"%{letter}{i}")
    return text


def one_cell(dialect, name, kinds, classes):
    """(seen, template); seen is False if the reference refuses the call."""
    printed = shape(dialect, name, [argument(k, i) for i, k in enumerate(kinds, 1)])
    if printed is None:
        return False, None
    text = template(printed, kinds)
    if text is not None and set(kinds) & set("sn"):
        again = shape(dialect, name, [argument(k, i, True) for i, k in enumerate(kinds, 1)])
        if again is None or template(again, kinds, True) != text:
            return True, None
    if text is not None and "&" in text:
        text = with_paths(dialect, name, kinds, text)
    if text is not None and "s" in kinds:
        text = with_formats(dialect, name, kinds, text)
    if text is not None and "^" in text:
        text = unit_class(dialect, name, kinds, text, classes)
    return True, text


def cells(dialect, name, classes):
    """{kinds: template or None (refused)} for up to seven arguments."""
    out = {}
    for n in range(0, 8):
        if n == 0:
            combinations = [()]
        elif n <= 2:
            combinations = list(itertools.product("csn", repeat=n))
        elif n <= 4:
            combinations = [("c",) * n] + [tuple(k if j == i else "c" for j in range(n)) for k in "sn" for i in range(n)]
        else:
            combinations = [("c",) * n]
        for kinds in combinations:
            seen, text = one_cell(dialect, name, kinds, classes)
            if seen:
                out["".join(kinds)] = text
    return out


def rare_rows(dialect, name, found, classes):
    """Rows for intervals, for zero where other numbers are refused, and for words that choose the function."""
    rows = []
    for word in LITERALS.get(name, ()):
        printed = shape(dialect, name, [f"'{word}'", argument("c", 2)])
        if printed and f"'{word}'" not in printed:
            rows.append((f'"{word}".', template(printed, ["z", "c"])))
    for kinds, text in found.items():
        if "n" in kinds and text is None and len(kinds) <= 3:
            zero = tuple(kinds.replace("n", "z", 1))
            seen, other = one_cell(dialect, name, zero, classes)
            if seen and other is not None:
                rows.append(("".join(zero), other))
    if re.search("DATE|TIME|ADD|SUB", name):
        for kinds in (("i",), ("c", "i"), ("i", "c"), ("c", "i", "c"), ("c", "c", "i"), ("s", "i")):
            seen, text = one_cell(dialect, name, kinds, classes)
            if seen and text != found.get("".join(kinds).replace("i", "c")):
                rows.append(("".join(kinds), text))
    return [(s, "!" if t is None else t) for s, t in rows]


def default(name, n):
    return f"{name}({','.join(f'${i + 1}' for i in range(n))})"


def rows_of(name, found, rare):
    """A short list of (signature, template); the first that matches a call counts."""
    by_count = collections.defaultdict(dict)
    for kinds, text in found.items():
        by_count[len(kinds)][kinds] = text
    rows, general = [], {}
    for n, group in sorted(by_count.items()):
        general[n] = group["c" * n] if "c" * n in group else collections.Counter(group.values()).most_common(1)[0][0]
        if n and n <= 2 and len(group) == 3 ** n:
            general[n] = collections.Counter(group.values()).most_common(1)[0][0]
        left = {k: t for k, t in group.items() if t != general[n]}
        patterns = sorted(itertools.product(".csn", repeat=n), key=lambda p: -p.count("."))
        for pattern in patterns:
            covered = [k for k in group if all(p in (".", c) for p, c in zip(pattern, k))]
            texts = {group[k] for k in covered}
            if set(pattern) != {"."} and len(texts) == 1 and any(k in left for k in covered):
                rows.append(("".join(pattern), texts.pop()))
                for k in covered:
                    left.pop(k, None)
    stars = collections.Counter()
    for n, text in general.items():
        joined = ",".join(f"${i + 1}" for i in range(n))
        if n >= 2 and text and text.count(joined) == 1:
            stars[text.replace(joined, "$*")] += 1
    star = stars.most_common(1)[0][0] if stars and stars.most_common(1)[0][1] >= 2 else None
    for n, text in general.items():
        joined = ",".join(f"${i + 1}" for i in range(n))
        if star is not None and text == star.replace("$*", joined):
            continue
        if text != default(name, n) or star not in (None, f"{name}($*)"):
            rows.append((str(n), text))
    if star is not None and star != f"{name}($*)":
        rows.append(("*", star))
    return tuple([*rare, *((s, "!" if t is None else t) for s, t in rows)])


def lines_of(name, parsers, classes):
    groups = collections.defaultdict(list)
    for dialect in LETTERS:
        known = name in parsers[dialect].FUNCTIONS or name in parsers[dialect].FUNCTION_PARSERS
        found = cells(dialect, name, classes) if known else {}
        rare = rare_rows(dialect, name, found, classes) if known else []
        groups[rows_of(name, found, rare)].append(dialect)
    ordered = sorted(groups.items(), key=lambda item: len(item[1]))
    if len(ordered) == 1 and not ordered[0][0]:
        return []
    lines = []
    for position, (rows, dialects) in enumerate(ordered):
        letters = "*" if position == len(ordered) - 1 else "".join(LETTERS[d] for d in dialects)
        lines += [f"{name} {letters} {signature} {text}" for signature, text in rows]
        if letters != "*" and not any(s == "*" for s, _ in rows):
            lines.append(f"{name} {letters} * =")
    return lines


def known_functions():
    """Every name that a dialect's parser has a function for, with the letters of those dialects; `*` is all of them."""
    known = collections.defaultdict(str)
    for dialect, letter in LETTERS.items():
        parser = Dialect.get_or_raise(dialect or None).parser_class
        for name in {n.upper() for n in {*parser.FUNCTIONS, *parser.FUNCTION_PARSERS, *parser.NO_PAREN_FUNCTION_PARSERS}}:
            known[name] += letter
    return "".join(f"{name} {'*' if len(letters) == len(LETTERS) else letters}\n" for name, letters in sorted(known.items()))


def stands_in_list(tree, name):
    """True if an argument stands in a list of its call's, or nothing if it is gone. A list that takes the place of an argument that does not takes
    the place of the whole call, as Expression.replace has it."""
    node = next((c for c in reversed(list(tree.find_all(exp.Column))) if c.name == name), None)
    while node is not None and isinstance(node.parent.args.get(node.arg_key), exp.Expr):
        node = node.parent
        if isinstance(node, exp.Alias):
            return False
    return None if node is None else True


def first_in_list(dialect, name):
    """The first argument of a function that stands in a list, or nothing."""
    found = []
    for count in range(1, 6):
        text = f"SELECT {name}({', '.join(f'col_{i}' for i in range(count))}) AS z"
        try:
            tree = sqlmesh_dialect.parse_one(text, dialect=dialect or None)
        except Exception:  # its builders raise what they meet
            continue
        if isinstance(tree, exp.Select):
            found += [i for i in range(count) if stands_in_list(tree, f"col_{i}")]
    return min(found, default=None)


def list_arguments(parsers):
    """Every function with arguments that stand in a list, the first of them from zero, and the letters of the dialects that have it so."""
    known = collections.defaultdict(str)
    for dialect, letter in LETTERS.items():
        for name in {n.upper() for n in {*parsers[dialect].FUNCTIONS, *parsers[dialect].FUNCTION_PARSERS}}:
            if (first := first_in_list(dialect, name)) is not None:
                known[name, first] += letter
    return "".join(f"{name} {letters if len(letters) < len(LETTERS) else '*'} {first}\n" for (name, first), letters in sorted(known.items()))


def aggregate_text(dialect, text):
    """What is printed of a call, or nothing: there is no such call, or it is no aggregate."""
    try:
        call = next(iter(sqlmesh_dialect.parse_one(f"SELECT {text}", dialect=dialect or None).selects), None)
        return call.sql(dialect=dialect or None) if isinstance(call, exp.AggFunc) else ""
    except Exception:  # its builders raise what they meet
        return ""


def printed_aggregates(parsers):
    """Every name that a dialect prints of a class of aggregates or window functions, with the letters of those dialects; `*` is all.
    MAX of two arguments is printed as GREATEST, which is no aggregate when it is read again: so each is read twice."""
    known = collections.defaultdict(str)
    for dialect, letter in LETTERS.items():
        names = set()
        for name in {*parsers[dialect].FUNCTIONS, *parsers[dialect].FUNCTION_PARSERS}:
            for arguments in ("", "a", "a, b", "a, b, c"):
                if (text := aggregate_text(dialect, f"{name}({arguments})")) and (text := aggregate_text(dialect, text)):
                    names.add(re.match("[A-Za-z_0-9]*", text)[0].upper())
        names.discard("")
        for name in names:
            known[name] += letter
    return "".join(f"{name} {'*' if len(letters) == len(LETTERS) else letters}\n" for name, letters in sorted(known.items()))


def main():
    parsers = {d: Dialect.get_or_raise(d or None).parser_class for d in LETTERS}
    names = {n for p in parsers.values() for n in {*p.FUNCTIONS, *p.FUNCTION_PARSERS} if re.fullmatch("[A-Z][A-Z_0-9]*", n)} - SPECIAL
    OUT.mkdir(exist_ok=True)
    words, kept = collections.defaultdict(list), collections.defaultdict(list)
    only = set(sys.argv[1:])
    if only:  # the others stay as they are
        for line in (OUT / "units.txt").read_text().splitlines():
            letter, word, value = line.split(" ", 2)
            words[letter].append((word, value))
        for line in (OUT / "functions.txt").read_text().splitlines():
            kept[line.split(" ", 1)[0]].append(line)
    classes = {tuple(rows): letter for letter, rows in words.items()}
    lines = []
    for name in sorted(names | set(EXTRA)):
        if not only or name in only:
            lines += EXTRA.get(name, [])
        lines += kept[name] if only and name not in only else lines_of(name, parsers, classes)
    rows = len(lines)
    (OUT / "functions.txt").write_text("\n".join(lines) + "\n")
    (OUT / "units.txt").write_text("".join(f"{letter} {word} {value}\n" for rows, letter in classes.items() for word, value in rows))
    clickhouse = parsers["clickhouse"]
    known = {n.upper() for n in clickhouse.AGG_FUNC_MAPPING} & {*clickhouse.FUNCTIONS, *clickhouse.FUNCTION_PARSERS}
    lines = [f"*{n}" for n in clickhouse.AGG_FUNCTIONS] + [f"+{n}" for n in clickhouse.AGG_FUNCTIONS_SUFFIXES] + [f"={n}" for n in known]
    (OUT / "aggregates.txt").write_text("".join(f"{line}\n" for line in sorted(lines)))
    (OUT / "known.txt").write_text(known_functions())
    (OUT / "printed_aggregates.txt").write_text(printed_aggregates(parsers))
    (OUT / "list_arguments.txt").write_text(list_arguments(parsers))
    formats = collections.defaultdict(list)
    for dialect, letter in LETTERS.items():
        for key, value in Dialect.get_or_raise(dialect or None).TIME_MAPPING.items():
            formats[(key, value)].append(letter)
    (OUT / "formats.txt").write_text("".join(f"{''.join(letters)} {key} {value}\n" for (key, value), letters in sorted(formats.items())))
    print(f"{len(names)} functions, {rows} rows, {len(classes)} tables of units")


if __name__ == "__main__":
    main()
